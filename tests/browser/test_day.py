"""A whole day, from its setting up to its download, in either language: a Network in the morning with an
invited organisation; in the afternoon the GRCM with the RROCM's slot, a closed item, and adoption."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from browser.people import Person
from desk_process import DeskProcess
from docx import Document
from playwright.sync_api import Locator, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.longest]

TABLET = {"viewport": {"width": 1180, "height": 820}, "reduced_motion": "reduce"}
PHONE = {"viewport": {"width": 390, "height": 844}}
LAPTOP = {"viewport": {"width": 1440, "height": 900}}
WALL = {"viewport": {"width": 1920, "height": 1080}}
NETWORK = "red-trata-2017"
OF_THE_NETWORK = (
    "Beatriz Menjívar,SLV,chair,b.menjivar@slv.example.org",
    "Julie Tremblay,CAN,head,j.tremblay@can.example.org",
)
ROLES_OF_THE_NETWORK = ("delegate-hnd", "drafting-mex", "observer-organisation")


@pytest.fixture
def desk(tmp_path) -> Iterator[DeskProcess]:
    """A desk of the day's own: it begins before anybody has come, and ends adopted."""
    desk = DeskProcess(tmp_path / "desk").start()
    yield desk
    desk.stop()


class Day:
    """Who is there, and what they do, each on their own device."""

    def __init__(self, desk: DeskProcess, enter, language: str) -> None:
        self.desk, self.enter, self.language = desk, enter, language
        other = "en" if language == "es" else "es"
        self.secretariat = self._come("secretariat", language, LAPTOP)
        self.chair = self._come("chair", language, TABLET)
        self.honduras = self._come("delegate-hnd", language, PHONE)
        self.canada = self._come("drafting-can", other, PHONE)
        self.mexico = self._come("drafting-mex", other, LAPTOP)
        self.organisation = self._come("observer-organisation", other, PHONE)
        self.rrocm = self._come("rrocm", language, PHONE)

    def _come(self, role: str, language: str, device: dict) -> Person:
        # What a browser notes of doors that are shut and of pages one may not have.
        return self.enter(role, **device).speak(language).expect("status of (423|404)")

    def be_at(self, person: Person, place: str = "", session: str = "") -> Person:
        person.page.goto(f"{person.url}/s/{session or self.desk.session}/{place}")
        return person

    # Morning

    def set_up_the_network(self) -> None:
        page = self.be_at(self.secretariat, "desk/new").page
        page.locator("#body").select_option("network_trafficking")
        for field, value in (
            ("starts", "2017-06-20"),
            ("ends", "2017-06-20"),
            ("city_es", "San Salvador"),
            ("city_en", "San Salvador"),
            ("zone", "America/El_Salvador"),
            ("id", NETWORK),
        ):
            page.locator(f"#{field}").fill(value)
        for field in ("country", "ppt"):
            page.locator(f"#{field}").select_option("SLV")
        page.locator("form.facts .btn.primary").click()
        page.wait_for_url(f"**/s/{NETWORK}/**")

    def accredit_the_network(self) -> None:
        people = [*OF_THE_NETWORK, *(self.line(role) for role in ROLES_OF_THE_NETWORK)]
        listed = "\n".join(["name,delegation,capacity,email", *people])
        page = self.be_at(self.secretariat, "desk/people/import", NETWORK).page
        page.locator("#file").set_input_files(
            {"name": "red.csv", "mimeType": "text/csv", "buffer": listed.encode()}
        )
        page.locator("form.dropping .primary").click()
        page.locator("form.columns .primary").click()
        expect(page.locator("#figure-ready")).to_have_text(str(len(people)))
        page.locator("main footer .primary").click()
        page.locator("main footer button.primary").click()
        page.locator("#done-title").wait_for()

    def line(self, role: str) -> str:
        person = self.desk.person(role)
        query = (
            "select p.name, a.delegation, a.capacity, p.email from person p join accreditation a"
            " on a.person = p.id where p.id = ?"
        )
        return ",".join(map(str, self.desk.query(query, person)[0]))

    def invite(self, person: str) -> None:
        """The chair's leave to attend and to see the agenda, with its reason."""
        page = self.be_at(self.chair, "desk/people", NETWORK).page
        for right in ("attend", "see_agenda", "speak"):
            page.locator("#give-grant > summary").click()
            page.locator("#give-person").select_option(person)
            page.locator("#give-right").select_option(right)
            page.locator("#give-reason").fill("Invitación de la Red")
            page.locator("#give-grant button.primary").click()
            expect(page.locator(f"#person-{person} .grant", has_text="Invitación")).to_have_count(
                ("attend", "see_agenda", "speak").index(right) + 1
            )
            if page.locator("#give-grant").get_attribute("open") is not None:
                page.locator("#give-grant > summary").click()

    # The room

    def put_before_room(self, paragraph: str) -> None:
        page = self.chair.page
        page.locator("[data-view=all]:visible").click()
        page.locator("#pick").select_option(f"p-{paragraph}")
        page.locator(f"#p-{paragraph} .put").click()
        expect(page.locator("#live-room")).to_have_attribute("data-paragraph", paragraph)

    def close_door(self) -> None:
        page = self.chair.page
        page.locator("#to-close").click()
        page.locator("#close-door button.closing").locator("visible=true").click()

    def open_door(self) -> None:
        self.chair.page.locator("#to-open").click()
        self.chair.page.locator("#open-door button.primary").click()


def ask_for_floor(person: Person) -> None:
    person.page.locator("#live-floor .ask > .act button").click()
    person.page.locator("#live-floor .place:visible").wait_for()


def room_of(person: Person) -> Locator:
    return person.page.locator("#live-room")


def saved(person_page, link: Locator) -> list[str]:
    """What the Word file says that a link saves."""
    with person_page.expect_download() as download:
        link.click()
    content = download.value.path().read_bytes()
    return [each.text for each in Document(io.BytesIO(content)).paragraphs]


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_day_from_the_morning_of_a_network_to_the_adopted_document(enter, desk, language):
    day = Day(desk, enter, language)
    chair, organisation = day.chair, day.organisation

    # The Secretariat sets the Network up and accredits it; nobody needs another badge.
    day.set_up_the_network()
    day.accredit_the_network()
    day.be_at(chair, "chair", NETWORK).wait_online()
    chair.page.locator("form[action$='sitting.open'] button").click()
    expect(chair.page.locator("#live-sitting")).to_have_attribute("data-state", "open")
    chair.page.locator("#live-agenda form[action$='agenda.advance'] button").last.click()
    expect(chair.page.locator("#live-agenda [data-state=current]")).to_have_count(1)
    first = chair.page.locator("#live-agenda .now h2").inner_text()

    # The organisation knows of the Network and sees nothing of it until it is invited.
    day.be_at(organisation, "", NETWORK)
    expect(organisation.page.locator("#live-agenda .items")).to_have_count(0)
    assert first.split(". ", 1)[-1] not in organisation.source()
    day.invite(desk.person("observer-organisation"))
    expect(organisation.page.locator("#live-agenda .now h2")).not_to_be_empty()
    ask_for_floor(organisation)
    day.be_at(chair, "chair", NETWORK).wait_online()
    chair.page.locator("#live-floor .acts .primary").click()
    organisation.page.locator("#live-floor .clock").wait_for()
    # The RROCM is no part of it.
    expect(day.be_at(day.rrocm, "", NETWORK).page.locator("#live-agenda .items")).to_have_count(0)
    chair.page.locator("[data-opens=close]").click()
    chair.page.locator("#close button.primary").click()
    expect(chair.page.locator("#live-sitting")).to_have_attribute("data-state", "closed")

    # Afternoon, GRCM: the item under way is the RROCM's slot, and the next one is for a closed door.
    items = desk.query(
        "select id, state from agenda_item where session = ? order by position", desk.session
    )
    at = next(place for place, (_, state) in enumerate(items) if state == "current")
    screen = Person(desk, day.secretariat.context.browser, "screen", through=desk.port, **WALL)
    screen.expect("status of (423|404)")
    screen.page.goto(f"{screen.url}/screen")
    page = day.be_at(day.secretariat, "screens").page
    page.locator("#code").fill(screen.page.locator(".typed").inner_text())
    page.locator("#name").fill("Sala plenaria")
    page.locator(".enrol input[value=members]").check()
    page.locator(".enrol button").click()
    screen.page.wait_for_url("**/s/*/screen")
    page = day.be_at(day.secretariat, "desk/meeting").page
    day.secretariat.wait_online()
    for item, field, value in (
        (items[at][0], "slot", "RROCM"),
        (items[at + 1][0], "mode", "closed"),
    ):
        page.locator(f"#more-{item} > summary").click()
        page.locator(f"#{field}-{item}").select_option(value)  # it is saved at once
        # What is for a closed door, its preparer no longer reads, having no place behind it.
        told = page.locator(f"#entry-{item} .said", has_text="RROCM")
        expect(told if field == "slot" else page.locator("#live-programme .veiled")).to_be_visible()
    for each in (day.honduras, day.canada, day.mexico, organisation, day.rrocm):
        day.be_at(each).wait_online()
    day.be_at(chair, "chair").wait_online()
    ask_for_floor(day.rrocm)
    ask_for_floor(day.canada)
    chair.page.locator("#live-floor .acts .primary").click()
    expect(screen.page.locator("#live-floor")).to_contain_text("RROCM")
    chair.page.locator("#live-floor form[action$='floor.end'] button").click()

    # The closed item: at once nothing of it outside, and back by itself.
    closed = chair.page.locator("#live-agenda .items > [id^=item]").nth(at + 1)
    title = closed.locator(".names").inner_text()
    go_on = chair.page.locator("#live-agenda form[action$='agenda.advance'] button").last
    go_on.click()
    expect(chair.page.locator("#live-agenda .refusal")).to_be_visible()  # the door stands open
    day.close_door()
    for each in (organisation, day.rrocm, day.canada):
        each.page.locator("#live-agenda").wait_for(state="detached")
        expect(each.page.locator(".door-notice[data-place]")).to_be_visible()
        assert title.splitlines()[0] not in each.source()
    chair.page.locator("form[action$='roster.verify'] button").click()
    go_on.click()
    expect(closed).to_have_attribute("data-state", "current")
    for each in (organisation, day.rrocm, day.canada):
        assert title.splitlines()[0] not in each.source()
    day.open_door()
    for each in (organisation, day.canada):
        each.page.locator("#live-agenda .now").wait_for()

    # A paragraph before the room, in everybody's language; an observer has not got it.
    chair.page.locator("#live-agenda form[action$='agenda.advance'] button").last.click()
    found = desk.query(
        "select id from paragraph where draft = ? and kind = 'item' and state = 'proposed'"
        " and position is not null order by position",
        desk.draft(),
    )[0][0]
    day.put_before_room(found)
    words = room_of(chair).locator("p[lang=es]").inner_text()[:40]
    for each in (day.honduras, screen):
        expect(each.page.locator("main")).to_contain_text(words)
    assert words not in organisation.source()
    chair.let_read()
    chair.page.locator("form[action$='paragraph.decide'] button").first.click()
    expect(day.honduras.page.locator("#live-room .standing")).to_be_visible()
    expect(chair.page.locator(f"#p-{found}")).to_have_attribute("data-state", "agreed")

    # Adoption with a reason, since some paragraphs are open; then everybody has the Word files.
    chair.page.locator("button[data-opens=adopt]").first.click()
    chair.page.locator("#adopt [name=override]").fill("En bloque")
    chair.page.locator("#adopt .acts button").first.click()
    expect(chair.page.locator("#live-publication button[data-opens]")).to_be_enabled()
    for person, file in ((day.honduras, "es"), (day.mexico, "en"), (day.canada, "bilingual")):
        link = day.be_at(person, "documents").page.locator(f"a[href$='/documents/{file}.docx']")
        assert any(re.match("CONCLUSI", each) for each in saved(person.page, link)), file
    assert day.be_at(organisation, "documents").page.locator("a[href$='.docx']").count() == 0
    day.be_at(chair, "chair").wait_online()
    chair.page.locator("#live-publication button[data-opens]").click()
    chair.page.locator("#publish button.primary").click()
    chair.page.locator("#live-publication .published").wait_for()
    organisation.page.locator("a[href$='.docx']").first.wait_for()
    public = chair.context.browser.new_context(accept_downloads=True).new_page()
    public.goto(f"{desk.url}/p/{desk.session}")
    assert any(words[:30] in each for each in saved(public, public.locator("#file-es a")))
    public.context.close()
    assert screen.unexpected() == []
    screen.leave()
    assert "is whole" in desk.run("verify") or "íntegro" in desk.run("verify")
