"""Two chairs at two tablets, the Secretariat at its desk, and delegations that come through the door."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from browser.people import Person
from desk_process import DeskProcess
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
TABLET = {"width": 1180, "height": 820}
LAPTOP = {"width": 1366, "height": 768}
SUSPEND = "#live-sitting [data-opens=suspend]"


@pytest.fixture
def second(chromium: Browser, desk: DeskProcess) -> Iterator[Person]:
    """A second chair, accredited by hand, who signs in with badge and PIN."""
    secretariat = desk.enter("secretariat", "people")
    added = secretariat.do(
        "people.add", full_name="Julia Pérez", delegation="SLV", capacity="chair", language="es"
    )
    assert added["ok"], added
    secretariat.close()
    person = desk.query("select id from person where name = 'Julia Pérez'")[0][0]
    sheet = desk.ask(
        f"/s/{desk.session}/desk/badges",
        cookie=desk.sign_in("secretariat"),
        form={"person": str(person)},
    ).body.decode()
    link = re.findall(r"/in/[a-z2-7]{26}", sheet)[0]
    pin = re.findall(r"<code>(\d{6})</code>", sheet)[0]
    chair = Person(desk, chromium, "chair", through=desk.port, viewport=TABLET)
    chair.page.goto(desk.url + link)
    chair.page.locator("main button").click()
    chair.page.locator("#pin").fill(pin)
    chair.page.keyboard.press("Enter")
    chair.page.wait_for_url("**/s/**")
    yield chair
    chair.leave()
    assert chair.unexpected() == []


def presides(person: Person, whose: str) -> None:
    """Wait until a page says whose the gavel is: mine, theirs or free."""
    person.page.locator(f"html[data-gavel={whose}]").wait_for()


def test_two_chairs_hand_over_and_the_secretariat_is_refused_then_let_to_conduct(enter, second):
    first = enter("chair", viewport=TABLET).speak("es").go("chair")
    second.go("chair")
    secretariat = enter("secretariat", viewport=LAPTOP).speak("es").go("desk/meeting")
    for each in (first, second):
        presides(each, "free")

    # Who conducts first presides; the other sees who, and what would conduct waits.
    first.page.locator("#live-agenda form[action$='agenda.advance'] .block").click()
    presides(first, "mine")
    presides(second, "theirs")
    name = first.page.locator(".me .word").inner_text()
    expect(second.page.locator("#live-gavel .presides")).to_contain_text(f"Preside {name}")
    suspend = second.page.locator(SUSPEND)
    expect(suspend).to_have_attribute("aria-disabled", "true")
    expect(suspend).to_have_accessible_description("Para conducir, tome el mazo.")
    expect(secretariat.page.locator("#live-gavel .presides")).to_contain_text(f"Preside {name}")

    # Taking over is two steps, and the first names the holder.
    suspend.click(force=True)
    title = second.page.locator("#take-gavel-title")
    expect(title).to_have_text(f"Tomar el mazo de {name}")
    second.page.locator("#take-gavel .primary").click()
    presides(second, "mine")
    presides(first, "theirs")
    expect(second.page.locator(SUSPEND)).not_to_have_attribute("aria-disabled", "true")

    # Handed back.
    second.page.locator("[data-opens=hand-gavel]").click()
    second.page.locator("#gavel-to").select_option(label=f"{name} (SLV)")
    second.page.locator("#hand-gavel .primary").click()
    presides(first, "mine")
    presides(second, "theirs")

    # The Secretariat prepares and does not conduct, until that is delegated.
    assert secretariat.page.locator("form[action$='agenda.advance']").count() == 0
    assert secretariat.page.locator("form[action$='sitting.suspend']").count() == 0
    first.page.locator("[data-opens=delegate-conduct]").click()
    first.page.locator("#delegate-conduct .primary").click()
    secretariat.page.locator("[data-opens=take-gavel]").click()
    secretariat.page.locator("#take-gavel .primary").click()
    presides(secretariat, "mine")
    presides(first, "theirs")
    secretariat.page.locator(SUSPEND).click()
    secretariat.page.locator("#suspend .primary").click()
    first.page.locator("#live-sitting[data-state=suspended]").wait_for()
    record = secretariat.go("record").page.locator("tbody tr:not(.grp)")
    expect(record.first).to_contain_text("por la Presidencia Pro-Témpore")

    # Withdrawn, it presides no more.
    first.page.locator("[data-opens=take-gavel]").click()
    first.page.locator("#take-gavel .primary").click()
    presides(first, "mine")
    first.page.locator("[data-opens=delegate-conduct]").click()
    first.page.locator("#delegate-conduct .primary").click()
    first.page.locator("#live-gavel", has_text="Delegar").wait_for()
    first.page.locator("#live-sitting form[action$='sitting.resume'] button").click()
    first.page.locator("#live-sitting[data-state=open]").wait_for()


def test_a_delegation_arrives_by_the_code_at_the_door_or_by_its_badge(enter, desk):
    door = enter("secretariat", viewport=LAPTOP).speak("es").go("arrivals")
    honduras = "#live-attendance #delegation-HND"
    door.page.locator("#connection:not([hidden])").wait_for()
    door.page.locator(f"{honduras} button").click()
    door.page.locator(f"{honduras}[data-present=false]").wait_for()
    code = door.page.locator("#door-code").inner_text()

    phone = enter("delegate-hnd", viewport=PHONE).speak("es").go(f"arrive?code={code}")
    door.page.locator(f"{honduras}[data-present=false]").wait_for()
    phone.page.get_by_role("button", name="Estoy en la sala").click()
    expect(phone.page.get_by_role("status")).to_have_text("Su delegación está presente")
    expect(door.page.locator(f"{honduras} .how")).to_contain_text("en la puerta")
    phone.page.get_by_role("button", name="Salgo de la sala").click()
    door.page.locator(f"{honduras}[data-present=false]").wait_for()

    # A hand scanner types the badge's link, whatever its owner is doing, and Enter.
    before = desk.query("select count(*) from login")
    door.go("scan")
    door.page.keyboard.type(f"http://127.0.0.1/in/{desk.codes['delegate-hnd']}")
    door.page.keyboard.press("Enter")
    found = door.page.locator(".found")
    expect(found).to_contain_text("Presente")
    expect(found).to_contain_text("HND")
    expect(door.page.locator(f"{honduras} .how")).to_contain_text("gafete leído")
    assert desk.query("select count(*) from login") == before
    door.expect("status of 400")
    door.page.keyboard.type("22222222")
    door.page.keyboard.press("Enter")
    expect(door.page.locator("#code-error")).to_be_visible()
