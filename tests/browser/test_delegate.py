"""A delegate's phone and laptop: what the room does now, the floor, the paragraph, one's own place."""

from __future__ import annotations

from collections.abc import Iterator
from re import compile

import pytest
from browser.accessible import FINGER, POINTER, Inspector
from browser.people import Person
from desk_process import DeskProcess, Socket
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "reduced_motion": "reduce"}
LAPTOP = {"viewport": {"width": 1366, "height": 768}, "reduced_motion": "reduce"}
TABLET = {
    "viewport": {"width": 1180, "height": 820},
    "has_touch": True,
    "reduced_motion": "reduce",
}
NEARLY = 20_000  # ms: a code that ends sooner may be another one by the time it is looked at
ZOOMED = {"width": 640, "height": 400}
"""A laptop's window at 200 %."""


@pytest.fixture
def inspector(desk: DeskProcess) -> Iterator[Inspector]:
    """Looks at pages; what it has found at fault fails the test."""
    inspector = Inspector(desk)
    yield inspector
    assert not inspector.faults, "\n".join(inspector.faults)


@pytest.fixture
def chair(desk: DeskProcess) -> Iterator[Socket]:
    """The chair, at a line of their own; what is on the list at the end is taken off it."""
    chair = desk.enter("chair", "floor")
    yield chair
    for (request,) in desk.query(
        "select id from floor_request where place not in ('done', 'withdrawn')"
    ):
        chair.do("floor.withdraw", request=request)
    chair.do("room.withdraw")
    chair.close()


def ask(person: Person) -> Person:
    person.page.locator("#live-floor .ask > .act button").click()
    place(person).wait_for()
    return person


def place(person: Person):
    return person.page.locator("#live-floor .place:visible")


def put_before_room(desk: DeskProcess, chair: Socket, number: int = 3) -> str:
    """Put a paragraph before the room; returns its Spanish words."""
    rows = desk.query(
        "select id from paragraph where draft = ? and position is not null and kind = 'item' order by position",
        desk.draft(),
    )
    answer = chair.do("room.put", draft=desk.draft(), paragraph=rows[number][0])
    assert answer["ok"], answer
    return str(rows[number][0])


def test_three_delegates_ask_on_their_phones_see_their_places_and_withdraw(enter, chair):
    canada = enter("drafting-can", **PHONE).go().speak("en")
    honduras = enter("delegate-hnd", **PHONE).go().speak("es")
    salvador = enter("drafting-slv", **PHONE).go().speak("es")
    for each in (canada, honduras, salvador):
        ask(each)
    expect(place(canada)).to_contain_text("1stCanada is on the listNext · asked")
    expect(place(honduras)).to_contain_text("2.ºHonduras está en la listaDespués de Canadá · pidió")
    expect(place(salvador)).to_contain_text("3.ºEl Salvador está en la listaDespués de Honduras")
    expect(honduras.page.locator("#live-floor .queue")).to_contain_text("Honduras (usted)")

    place(honduras).locator("button").click()
    expect(honduras.page.locator("#live-floor .ask > .act button")).to_be_visible()
    expect(place(salvador)).to_contain_text("2.ºEl Salvador está en la listaDespués de Canadá")
    chair.do("floor.recognise")
    expect(place(canada)).to_contain_text("Canada has the floor")
    expect(place(salvador)).to_contain_text("1.º")
    place(canada).locator("button").click()
    expect(canada.page.locator("#live-floor .ask > .act button")).to_be_visible()
    expect(place(salvador)).to_contain_text("Es la siguiente")


def test_a_point_of_order_and_a_reply_are_asked_for_behind_more_and_stand_beside_ones_place(
    enter, chair
):
    honduras = ask(enter("delegate-hnd", **PHONE).go().speak("es"))
    honduras.page.locator("#ask-more > summary").click()
    honduras.page.get_by_role("button", name="Cuestión de orden", exact=True).click()
    expect(place(honduras)).to_have_count(2)
    expect(place(honduras).filter(has_text="cuestión de orden")).to_contain_text("1.º")
    expect(place(honduras).filter(has_text="está en la lista")).to_contain_text("2.º")


def test_the_agenda_and_the_documents_are_parts_of_the_page_under_the_thumb(enter, chair):
    honduras = ask(enter("delegate-hnd", **PHONE).go().speak("es"))
    page = honduras.page
    page.evaluate("window.same = true")
    for part, shown in (("agenda", "#live-agenda .items"), ("documents", "#live-documents")):
        page.locator(f".places [data-place={part}]").click()
        expect(page.locator(shown)).to_be_visible()
        expect(page.locator("#live-agenda .now")).to_be_hidden()
        expect(page.locator(".places [aria-current]")).to_have_attribute("data-place", part)
        expect(place(honduras)).to_be_visible()
    page.locator(".places [data-place=home]").click()
    expect(page.locator("#live-agenda .now")).to_be_visible()
    assert page.evaluate("window.same")


def test_the_paragraph_is_read_in_the_languages_one_has_chosen_on_this_device(enter, desk, chair):
    put_before_room(desk, chair)
    page = enter("delegate-hnd", **PHONE).go().speak("es").page
    spanish, english = (page.locator(f"#live-room .doc[lang={each}]") for each in ("es", "en"))
    expect(spanish).to_be_visible()
    expect(english).to_be_hidden()
    page.get_by_role("button", name="Ambos").click()
    expect(english).to_be_visible()
    page.locator(".text-language [data-text=en]").click()
    page.reload()
    expect(english).to_be_visible()
    expect(spanish).to_be_hidden()


def test_observers_have_no_paragraph_and_no_place_for_one(enter, desk, chair):
    observer = enter("observer-organisation", **PHONE).go()
    put_before_room(desk, chair)
    inside = enter("delegate-hnd", **PHONE).go()
    expect(inside.page.locator("#live-room .doc").first).to_be_attached()
    assert observer.page.locator("#live-room").inner_html() == ""
    expect(observer.page.locator(".about-room")).to_be_hidden()


def test_a_delegates_page_has_no_barrier_in_any_state(enter, desk, chair, inspector):
    honduras = enter("delegate-hnd", **PHONE).go().speak("es")
    page = honduras.page
    page.locator("#connection:not([hidden])").wait_for()

    def look(state: str, *, themes: bool = False, least: int = FINGER) -> None:
        inspector.look(page, f"delegate, {state}", least=least, themes=themes)

    look("nothing asked, nothing before the room")
    put_before_room(desk, chair)
    page.locator("#live-room .pair").wait_for()
    page.locator(".text-language [data-text=both]").click()
    ask(enter("drafting-can", **PHONE).go())
    ask(honduras)
    chair.do("floor.recognise")
    expect(place(honduras)).to_contain_text("Después de Canadá")
    look("asked", themes=True)
    page.locator("#ask-more > summary").click()
    look("more")
    page.keyboard.press("Escape")
    for part in ("agenda", "documents"):
        page.locator(f".places [data-place={part}]").click()
        look(part)
    page.locator(".places [data-place=home]").click()
    chair.do("floor.recognise")
    expect(place(honduras)).to_contain_text("tiene la palabra")
    look("has the floor", themes=True)
    page.set_viewport_size(ZOOMED)
    look("at twice the size")
    page.set_viewport_size({"width": 320, "height": 640})
    look("on a small phone")
    page.set_viewport_size(LAPTOP["viewport"])
    look("laptop", themes=True, least=POINTER)
    honduras.speak("en")
    look("laptop in English", least=POINTER)


def test_ones_badge_has_no_barrier_and_stays_as_long_as_its_code(enter, inspector):
    honduras = enter("delegate-hnd", **PHONE).expect_an_outage().go("badge").speak("es")
    page = honduras.page
    inspector.look(page, "my badge", least=FINGER, themes=True)
    page.reload()
    if (left := int(page.locator("#presence").get_attribute("data-left"))) < NEARLY:
        page.wait_for_timeout(left)
        page.reload()
    page.evaluate("const then = Date.now() + 61_000; Date.now = () => then")
    honduras.context.set_offline(True)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#presence-said")).to_contain_text("vale todavía")
    expect(page.locator("#presence img")).to_be_visible()
    page.evaluate("const later = Date.now() + 61_000; Date.now = () => later")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#presence-said")).to_contain_text("ya caducó")
    expect(page.locator("#presence img")).to_be_hidden()
    inspector.look(page, "my badge, its code ended", least=FINGER)
    honduras.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#presence img")).to_be_visible()


def test_the_notice_before_the_door_closes_is_on_every_page_counts_down_and_goes(
    enter, desk, chair, inspector
):
    pages = {
        "phone": enter("delegate-hnd", **PHONE).go().speak("en").page,
        "observer": enter("observer-organisation", **PHONE).go().page,
        "editor": enter("drafting-can", **LAPTOP).open_draft().page,
        "screen": enter("projector", viewport={"width": 1920, "height": 1080}).go("screen").page,
    }
    tablet = enter("chair", **TABLET).go("chair")
    tablet.speak("es").page.locator("[data-opens=close-door]").click()
    inspector.look(tablet.page, "chair, the notice to be given", least=FINGER, themes=True)
    tablet.page.locator("#close-door").get_by_role("button", name="2 minutos").click()
    for name, page in {**pages, "chair": tablet.page}.items():
        clock = page.locator("#live-soon [role=timer]")
        expect(clock, name).to_have_text(compile("^(2:00|[01]:[0-5][0-9])$"))
        expect(clock, name).not_to_have_text("2:00")
        if name != "screen":
            least = POINTER if name == "editor" else FINGER
            inspector.look(page, f"notice, {name}", least=least, themes=name == "phone")
    tablet.page.locator("#live-soon button").click()
    for name, page in pages.items():
        expect(page.locator("#live-soon [role=timer]"), name).to_have_count(0)
    chair.do("door.announce", seconds=120)
    expect(pages["phone"].locator("#live-soon [role=timer]")).to_be_visible()
    pages["phone"].evaluate(
        "document.querySelector('#live-soon [data-deadline]').dataset.deadline = Date.now() + 300"
    )
    expect(pages["phone"].locator("#live-soon")).to_be_empty()
