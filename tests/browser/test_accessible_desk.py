"""Everybody can use the Secretariat's pages, the door of the room, the guides and the rehearsal: WCAG 2.2 AA."""

from __future__ import annotations

import pytest
from browser.accessible import FINGER, LAPTOP, PHONE, TABLET, ZOOMED, House, stranger
from playwright.sync_api import Page, expect

from session_app.web.guides import PICTURES

pytestmark = [pytest.mark.browser, pytest.mark.looks]

LISTED = """Nombre;País u organismo;Cargo;Correo
S. Castillo;Rep. Dominicana;Jefatura;s.castillo@migracion.example
N. Pineda;RROCM;;n.pineda@rrocm.example
Pablo Mora;Costa Rica;Acompañante;p.mora@cri.example.org
Nora Paz;Honduras;Jefatura;
Nora Paz;Honduras;Jefatura;
"""


def test_every_step_of_an_import_and_the_badges_have_no_barrier(house: House) -> None:
    secretariat = house.open("secretariat", "desk/people").speak("es")
    page, look = secretariat.page, house.inspector.look
    page.locator(".adding > summary").click()
    look(page, "a person to be added", themes=True)
    secretariat.go(f"desk/people/{house.desk.person('delegate-hnd')}")
    look(page, "one person", themes=True)
    secretariat.go("desk/people/import")
    look(page, "import, file", themes=True)
    send_list(page, b"PK\x03\x04")
    page.locator("#import-result").wait_for()
    look(page, "import, a file that is none", themes=True)
    send_list(page, LISTED.encode("cp1252"))
    page.locator("form.columns").wait_for()
    look(page, "import, columns", themes=True)
    page.locator("form.columns .primary").click()
    page.locator("#row-2").wait_for()
    look(page, "import, review", themes=True)
    page.locator("#row-6 button[name=skip]").click()
    expect(page.locator("#figure-wrong")).to_have_text("2")
    page.locator("#row-4 .edit").click()
    page.locator("#cell-4-name").wait_for()
    look(page, "import, a row being corrected", themes=True)
    secretariat.go("desk/people/import?step=confirm")
    look(page, "import, confirmation", themes=True)
    secretariat.go("desk/people/import?step=review").speak("en")
    look(page, "import, review in English", themes=False)
    page.locator("main footer .primary").click()
    page.locator("input[name=seen]").wait_for(state="attached")
    page.locator("main footer .primary").click()
    page.locator("#done-title").wait_for()
    look(page, "import, done", themes=True)
    secretariat.speak("es").go("desk/people")
    look(page, "a list that waits", themes=False)
    secretariat.go("desk/badges?delegation=OIM")
    page.locator("button[value=mail]").click()
    page.locator(".invitations").wait_for()
    look(page, "invitations", themes=True)
    secretariat.go("desk/badges?delegation=SLV")
    page.locator("button[value=paper]").click()
    page.locator(".pins").wait_for()
    look(page, "badges to be printed", themes=True)
    secretariat.go("desk/badges?delegation=SLV")
    look(page, "badges that would be replaced", themes=True)
    secretariat.go("desk/badges?delegation=SLV&which=unprinted")
    look(page, "nobody to print a badge for", themes=False)


def send_list(page: Page, content: bytes) -> None:
    page.locator("#file").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.locator("form.dropping .primary").click()


def test_who_presides_and_the_door_of_the_room_have_no_barrier(house: House) -> None:
    look = house.inspector.look
    chair = house.open("chair", "chair", **TABLET).speak("es").page
    secretariat = house.open("secretariat", "desk").speak("es")
    page = secretariat.page
    conducting = house.desk.enter("chair", "sitting")
    assert conducting.do("session.quorum", members=11)["ok"]
    assert conducting.do("floor.close_list")["ok"]
    assert conducting.do("floor.open_list")["ok"]
    chair.locator("html[data-gavel=mine]").wait_for()
    chair.locator("#live-quorum .st-brk").wait_for()
    look(chair, "presiding, without a quorum", least=FINGER, themes=True)
    for dialog in ("hand-gavel", "delegate-conduct"):
        chair.locator(f"[data-opens={dialog}]").click()
        look(chair, dialog, least=FINGER, themes=True)
        chair.keyboard.press("Escape")
    assert conducting.do("gavel.delegate", on=True)["ok"]
    page.locator("[data-opens=take-gavel]").click()
    look(page, "take-gavel", themes=True)
    page.keyboard.press("Escape")
    look(page, "desk, conduct delegated, somebody else presides", themes=True)
    assert conducting.do("gavel.delegate", on=False)["ok"]
    assert conducting.do("gavel.lay_down")["ok"]
    assert conducting.do("session.quorum", members=0)["ok"]
    conducting.close()

    secretariat.go("arrivals")
    look(page, "at the door", themes=True)
    code = page.locator("#door-code").inner_text()
    secretariat.go("scan")
    look(page, "badges to be read", themes=True)
    page.locator("#code").fill(house.desk.codes["delegate-hnd"])
    page.keyboard.press("Enter")
    page.locator(".found").wait_for()
    look(page, "a badge read", themes=True)
    page.locator("#code").fill("22222222")
    page.keyboard.press("Enter")
    page.locator("#code-error").wait_for()
    look(page, "what is no badge", themes=True)
    phone = house.get("delegate-hnd", **PHONE).speak("es").go("arrive")
    look(phone.page, "to arrive", least=FINGER, themes=True)
    phone.go(f"arrive?code={code}")
    phone.page.locator(".btn.primary").click()
    phone.page.get_by_role("status").first.wait_for()
    look(phone.page, "arrived", least=FINGER, themes=True)
    guest = stranger(house, "es", **PHONE)
    guest.goto(f"/s/{house.desk.session}/arrive?code={code}")
    look(guest, "to arrive, not signed in", least=FINGER)
    guest.context.close()
    for place in ("arrivals", "scan"):
        secretariat.go(place).speak("en")
        for size in (ZOOMED, PHONE["viewport"], LAPTOP["viewport"]):
            page.set_viewport_size(size)
            house.inspector.measure(page, f"{place}, {size['width']} px, in English")
        secretariat.speak("es")


def test_the_secretariats_desk_and_its_pages_have_no_barrier(house: House) -> None:
    secretariat = house.open("secretariat", "desk").speak("es")
    page, person = secretariat.page, house.desk.person("observer-organisation")
    look = house.inspector.look
    look(page, "desk", themes=True)
    for place in ("desk/meeting", "desk/new", "desk/badges", "desk/documents", "desk/people"):
        secretariat.go(place)
        look(page, place, themes=True)
    chair = house.open("chair", "desk/people", **TABLET).page
    chair.locator("#give-grant > summary").click()
    look(chair, "desk, a right to be given", themes=True)
    for place in (
        "record", "record?check", "why", f"why?person={person}&thing=draft:read",
        "as", "as/delegate/", "as/observer_organisation/doors", "as/delegate/draft", "as/delegate/agenda",
    ):  # fmt: skip
        secretariat.go(place)
        look(page, place, themes=place == "as/delegate/")
    secretariat.go("desk").speak("en")
    for place in (
        *("desk", "desk/meeting", "desk/new", "desk/badges", "desk/documents", "desk/people"),
        *(f"desk/people/{person}", "desk/people/import", "rehearsal", "screens", "documents"),
        *("record", f"why?person={person}&thing=draft:read", "as/delegate/"),
    ):
        secretariat.go(place)
        house.inspector.measure(page, f"{place} in English")
    secretariat.go("desk").speak("es")


def test_a_session_that_cannot_be_and_devices_that_come_and_go_have_no_barrier(
    house: House,
) -> None:
    look = house.inspector.look
    secretariat = house.open("secretariat", "desk/new").speak("es").expect("status of 400")
    page = secretariat.page
    page.locator("#starts").fill("2027-05-02")
    page.locator("#ends").fill("2027-05-01")
    page.locator("#id").fill("../x")
    page.locator(".plan .primary").click()
    page.locator("#import-result").wait_for()
    assert page.locator("[aria-invalid=true]").count() >= 3
    look(page, "a session that cannot be", themes=True)
    page.set_viewport_size(PHONE["viewport"])
    house.inspector.measure(page, "a session that cannot be, on a phone")
    page.set_viewport_size(LAPTOP["viewport"])

    # One that can be: the agenda of another is appended to its own.
    facts = {"ends": "2027-05-03", "id": "otra", "city_es": "Panamá", "city_en": "Panama City"}
    for field, text in facts.items():
        page.locator(f"#{field}").fill(text)
    page.locator("#country").select_option("PAN")
    page.locator("#ppt").select_option("PAN")
    page.locator(".plan .primary").click()
    page.locator("[data-opens=copy-agenda]").click()
    look(page, "an agenda to copy", themes=True)
    page.set_viewport_size(PHONE["viewport"])
    house.inspector.measure(page, "an agenda to copy, on a phone")
    page.set_viewport_size(LAPTOP["viewport"])

    # One who is cut off again and again, and one badge on two devices.
    facts = {"session": house.desk.session, "page": "home", "topics": ["sitting"]}
    cookies = [house.desk.sign_in(role) for role in ("observer-country", *["drafting-mex"] * 2)]
    lines = [house.desk.connect(each) for each in cookies]
    for line in lines:
        assert line.ask("join", facts)["ok"]
    for _ in range(2):
        assert lines[0].ask("join", facts | {"again": True})["ok"]
    secretariat.go("desk")
    for state in ("shared", "intermittent"):
        page.locator(f"#live-connections tr[data-state={state}]").wait_for()
        page.locator(f"[data-alert={state}]").wait_for()
    look(page, "devices that come and go", themes=True)
    page.set_viewport_size(PHONE["viewport"])
    house.inspector.measure(page, "devices that come and go, on a phone")
    page.set_viewport_size(LAPTOP["viewport"])
    for line in lines:
        line.close()


def test_the_guides_and_a_rehearsal_have_no_barrier(house: House) -> None:
    look = house.inspector.look
    guest = stranger(house, "es", **PHONE)
    for role in PICTURES:
        for language in ("es", "en"):
            guest.goto(f"/guide/{role}?lang={language}")
            themes = (role, language) == ("chair", "es")  # they are of one make
            look(guest, f"guide {role} in {language}", least=FINGER, themes=themes)
    guest.context.close()

    secretariat = house.open("secretariat", "rehearsal").speak("es")
    page = secretariat.page
    look(page, "no rehearsal", themes=True)
    page.locator("main button[value=begin]").click()
    page.locator("#end-rehearsal > summary").click()
    look(page, "a rehearsal to be ended", themes=True)
    page.locator(".rehearse a.primary").click()
    page.locator("aside.rehearsal").wait_for()
    look(page, "in the rehearsal", themes=True)
    page.set_viewport_size(PHONE["viewport"])
    house.inspector.measure(page, "in the rehearsal, on a phone")
    page.set_viewport_size(LAPTOP["viewport"])
    secretariat.go("rehearsal")
    page.locator("#end-rehearsal > summary").click()
    page.locator("main button[value=end]").click()
    page.locator("main button[value=begin]").wait_for()
