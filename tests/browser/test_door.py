"""The door closes before the eyes of everybody: who is out is out at once, and comes back by themselves."""

from __future__ import annotations

import re

import pytest
from browser.people import Person
from playwright.sync_api import Locator, expect

pytestmark = [pytest.mark.browser, pytest.mark.longest]

TABLET = {"viewport": {"width": 1180, "height": 820}, "has_touch": True}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
ITEM = "Diálogo con la RROCM"  # the item under way
BEFORE_THE_ROOM = "#live-agenda .now, #live-screen .item"
TEXT = "Recibir y aceptar"  # of the draft

KEPT = """async () => {
  const kept = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
  for (const { name } of await indexedDB.databases()) {
    const base = await new Promise((done) => { indexedDB.open(name).onsuccess = (e) => done(e.target.result); });
    for (const store of base.objectStoreNames) {
      const all = base.transaction(store).objectStore(store).getAll();
      kept.push(JSON.stringify(await new Promise((done) => { all.onsuccess = () => done(all.result); })));
    }
    base.close();
  }
  return kept.join();
}"""


def on_line(person: Person) -> Person:
    person.wait_online()
    return person.expect("423|404")  # the answers to those who ask at a door that is shut


def close_door(chair: Person) -> None:
    chair.page.locator("#to-close").tap()
    chair.page.locator("#close-door button.closing").locator("visible=true").tap()


def open_door(chair: Person) -> None:
    chair.page.locator("#to-open").tap()
    chair.page.locator("#open-door button.primary").tap()


def tab_to(person: Person, wanted: Locator) -> None:
    """Come to something by Tab, within four steps."""
    for _ in range(4):
        person.press("Tab")
        if wanted.evaluate("each => each === document.activeElement"):
            break
    expect(wanted).to_be_focused()


def nothing_of_the_room(person: Person) -> None:
    shown = person.source() + person.ask(KEPT)
    assert ITEM not in shown
    assert TEXT not in shown


def test_a_closed_door_leaves_nothing_of_the_room_outside_and_opens_by_itself(enter, desk) -> None:
    chair = on_line(enter("chair", **TABLET).go("chair"))
    phone = on_line(enter("delegate-hnd", **PHONE).go())
    writer = enter("drafting-mex").go().open_draft()
    writer.expect("423|404")
    laptop = on_line(enter("observer-organisation").go().go("documents").go())
    screen = enter("projector", viewport={"width": 1920, "height": 1080}).go("screen")
    screen.expect("423")
    secretariat = on_line(enter("secretariat").go("desk/people"))
    outside = [phone, writer, laptop, screen, secretariat]
    expect(screen.page.locator(BEFORE_THE_ROOM)).to_contain_text(ITEM)

    # The dialog names them, who is online first; Enter alone does nothing.
    chair.page.locator("#to-close").tap()
    dialog = chair.page.locator("#close-door")
    cut = dialog.locator("#way-closed-1 .cut")
    expect(cut).to_contain_text("Tomás Andino (1 página)")
    expect(cut).to_contain_text(re.compile(r"Pantalla de la sala plenaria \(1 página\)"))
    expect(cut).not_to_contain_text("María Solano")
    heading = cut.locator("h3").inner_text().removeprefix("Quedarán fuera: ")
    button = dialog.get_by_role("button", name=f"Cerrar la puerta: {heading} quedan fuera")
    expect(dialog.get_by_role("heading", name="Cerrar la puerta", exact=True)).to_be_focused()
    chair.press("Enter")
    expect(dialog).to_be_visible()
    expect(chair.page.locator("#live-door")).to_have_attribute("data-mode", "open")

    # How soon they hear of it is measured at the desk (tests/realtime/test_closing_races.py). Who has heard shows
    # nothing of it any more, also where no further page comes.
    phone.page.route("**/closed", lambda route: route.abort("aborted"), times=1)
    button.tap()
    expect(phone.page.locator("body *")).to_have_count(0)
    phone.go()
    for person in outside:
        expect(person.page.locator("html")).not_to_contain_text(re.compile(f"{ITEM}|{TEXT}"))
    for person in (phone, writer, laptop, secretariat):
        notice = person.page.locator(".door-notice[data-place]")
        expect(notice).to_be_visible()
        expect(notice).to_contain_text("la reunión continúa a puerta cerrada")
        expect(notice).to_contain_text("the meeting has continued in closed session")
        expect(person.page.locator("#closed-es")).to_be_focused()
        nothing_of_the_room(person)
    expect(chair.page.locator("#door-title")).to_be_focused()
    expect(laptop.page.locator(".door-notice")).to_contain_text("organismo observador")
    expect(screen.page.locator("#outside")).to_be_visible()
    nothing_of_the_room(screen)

    # Neither the way back nor the page asked for anew shows more; nor does an address one remembers.
    for person in outside:
        for leave in (person.page.reload, person.page.go_back, person.page.go_forward):
            leave()
            nothing_of_the_room(person)
    writer.go("draft")
    nothing_of_the_room(writer)
    writer.go()
    screen.go("screen")
    expect(screen.page.locator("#outside")).to_be_visible()

    # The Secretariat's accreditation goes on outside, on a page that nothing sends away: it asks the room nothing.
    secretariat.go("desk/people")
    expect(secretariat.page.locator("script[src]")).to_have_count(0)
    secretariat.page.locator("#live-people tbody a", has_text="Julie Tremblay").click()
    expect(secretariat.page.get_by_role("heading", name="Julie Tremblay")).to_be_visible()
    nothing_of_the_room(secretariat)
    secretariat.page.get_by_role("button", name="Imprimir gafete").click()
    expect(
        secretariat.page.locator(".badge", has_text="Julie Tremblay").locator("code")
    ).to_have_text(re.compile(r"^\w{4}-\w{4}$"))
    nothing_of_the_room(secretariat)
    secretariat.go()

    # Late arrivals: one before the room is verified, one after.
    phone.go().page.get_by_role("button", name="Pedir entrar").tap()
    expect(phone.page.locator(".door-notice")).to_contain_text("Ha pedido entrar")
    chair.page.get_by_role("button", name="Admitir a Tomás Andino", exact=True).tap()
    expect(phone.page.locator("#closed-es")).to_have_text("Se verifica la sala")
    expect(chair.page.locator("html")).to_contain_text("por verificar")
    chair.page.locator(".verify button").tap()
    expect(phone.page.locator("#live-agenda .now")).to_contain_text(ITEM)
    writer.page.get_by_role("button", name="Pedir entrar").click()
    chair.page.get_by_role("button", name="Admitir a Paloma Ibarra", exact=True).tap()
    expect(writer.page.locator("#live-agenda .now")).to_contain_text(ITEM)
    nothing_of_the_room(laptop)
    nothing_of_the_room(screen)

    # Sent out again, and back when the door opens: everybody by themselves.
    chair.page.get_by_role("button", name=re.compile("^Sala: ")).tap()
    chair.page.get_by_role("button", name="Retirar a Paloma Ibarra de la sala").tap()
    expect(writer.page.locator(".door-notice[data-place]")).to_be_visible()
    expect(chair.page.locator("#hall-list-title")).to_be_focused()  # where one goes on reading
    chair.press("Escape")
    nothing_of_the_room(writer)
    open_door(chair)
    for person in outside:
        expect(person.page.locator(BEFORE_THE_ROOM)).to_contain_text(ITEM)
    expect(chair.page.locator("#door-title")).to_have_text("Puerta abierta")


def test_a_list_that_changes_under_the_chairs_hand_is_read_before_it_is_confirmed(
    enter, desk
) -> None:
    chair = on_line(enter("chair", **TABLET).go("chair"))
    chair.page.locator("#to-close").tap()
    way = chair.page.locator("#way-closed-1")
    button = way.locator("button.closing")
    before = button.inner_text()
    people = desk.folder / "late.csv"
    people.write_text("name,delegation,capacity\nNoor Haddad,OIM,observer\n", encoding="utf-8")
    desk.run("accredit", desk.session, people)
    expect(way.locator(".cut")).to_contain_text("Noor Haddad")
    expect(button).not_to_have_text(before)
    # By a clock that stands, the same hand taps again too soon however long this machine takes.
    chair.page.evaluate("window.going = Date.now, window.then = Date.now(), Date.now = () => then")
    button.tap()
    expect(way.locator(".refusal")).to_contain_text("Revise la lista y confirme de nuevo")
    expect(chair.page.locator("#close-door-title")).to_be_focused()
    button.tap()
    expect(way).not_to_have_attribute("aria-busy", "true")
    expect(chair.page.locator("#live-door")).to_have_attribute("data-mode", "open")
    chair.page.evaluate("Date.now = () => then + 1_000")
    button.tap()
    chair.page.evaluate("Date.now = going")
    expect(chair.page.locator("#live-door")).to_have_attribute("data-mode", "closed")
    open_door(chair)
    expect(chair.page.locator("#live-door")).to_have_attribute("data-mode", "open")


def test_the_chair_sees_who_comes_and_goes(enter) -> None:
    chair = on_line(enter("chair", **TABLET).go("chair"))
    here = chair.page.locator(".doorbox > p")
    expect(here).to_contain_text("1 persona")
    laptop = on_line(enter("rrocm").go())
    expect(here).to_contain_text("2 personas")
    laptop.leave()
    expect(here).to_contain_text("1 persona")


def test_the_door_is_closed_and_opened_by_keys_alone(enter) -> None:
    chair = on_line(enter("chair").go("chair"))
    chair.page.locator("#to-close").focus()
    chair.press("Enter")
    tab_to(chair, chair.page.locator("#scope-closed-1"))  # past the notices before a closing
    chair.press("ArrowDown", "ArrowDown")  # to the members' way of closing
    expect(chair.page.locator("#scope-members-0")).to_be_checked()
    chair.press("Enter")
    expect(chair.page.locator("#live-door")).to_have_attribute("data-mode", "open")
    closing = chair.page.locator("#way-members-0 button.closing")
    tab_to(
        chair, closing
    )  # lists that are longer than the dialog are stops on the way, to be scrolled
    chair.press("Enter")
    expect(chair.page.locator("#live-door")).to_have_attribute("data-mode", "members")
    expect(chair.page.locator("#door-title")).to_be_focused()
    chair.page.locator("#to-close").focus()
    chair.press("Enter")
    expect(chair.page.locator("#scope-closed-1")).to_be_checked()
    expect(chair.page.locator("#way-closed-1 button.closing")).to_be_visible()
    chair.press("Escape")
    chair.page.locator("#to-open").focus()
    chair.press("Enter", "Enter")
    expect(chair.page.locator("#open-door")).to_be_visible()
    chair.press("Tab", "Enter")
    expect(chair.page.locator("#live-door")).to_have_attribute("data-mode", "open")
    expect(chair.page.locator("#door-title")).to_be_focused()
