"""The Secretariat's desk: the agenda is edited where it stands, and everybody follows."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

ROWS = ".programme-items > li"


def titles(page: Page) -> list[str]:
    return page.locator(f"{ROWS} textarea[lang=es]").evaluate_all(
        "all => all.map(each => each.value)"
    )


def row(page: Page, title: str) -> Locator:
    found = page.locator(ROWS).evaluate_all(
        "(all, title) => all.find(each => each.querySelector('textarea')?.value === title).id",
        title,
    )
    return page.locator(f"#{found}")


def test_the_secretariat_drags_moves_by_keys_and_writes_titles_in_place(enter, desk) -> None:
    secretariat = enter("secretariat").speak("es").go("desk/meeting")
    delegate = enter("delegate-hnd").go()
    for person in (secretariat, delegate):
        person.wait_online()
    page = secretariat.page
    before = titles(page)

    # By keys: the focus goes along, and what has happened is said.
    last = row(page, before[-1])
    last.locator("textarea[lang=es]").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(ROWS).nth(-2)).to_have_id(last.get_attribute("id"))
    expect(last.locator("textarea[lang=es]")).to_be_focused()
    expect(page.locator("#moved")).to_have_text("El punto queda en el lugar 9 de 10.")
    page.keyboard.press("Alt+Home")
    expect(page.locator(ROWS).first).to_have_id(last.get_attribute("id"))
    expect(page.locator("#moved")).to_have_text("El punto queda en el lugar 1 de 10.")
    expect(last.locator("textarea[lang=es]")).to_be_focused()

    # By its handle, to behind another.
    grip, target = last.locator(".grip").bounding_box(), row(page, before[2]).bounding_box()
    assert grip
    assert target
    page.mouse.move(grip["x"] + 8, grip["y"] + 8)
    page.mouse.down()
    page.mouse.move(grip["x"] + 8, target["y"] + target["height"] - 6, steps=6)
    page.mouse.up()
    expect(page.locator(ROWS).nth(3)).to_have_id(last.get_attribute("id"))
    moved = [*before[:3], before[-1], *before[3:-1]]
    secretariat.wait(lambda: titles(page) == moved, lambda: titles(page))

    # By its button.
    last.locator(".step").first.click()
    expect(page.locator(ROWS).nth(2)).to_have_id(last.get_attribute("id"))

    # In place: Enter leaves a title as it now is, in both languages, and others read it at once.
    last.locator("textarea[lang=es]").fill("Clausura")
    last.locator("textarea[lang=es]").press("Enter")
    last.locator("textarea[lang=en]").fill("Closing")
    last.locator("textarea[lang=en]").press("Tab")
    expect(delegate.page.locator("#live-agenda .items")).to_contain_text("Clausura")
    reader = enter("drafting-can").speak("en").go()
    expect(reader.page.locator("#live-agenda .items")).to_contain_text("Closing")
    expect(page.locator(".refusal")).to_have_count(0)

    # How it is taken: chosen is said.
    last.locator(".more > summary").click()
    last.locator("select[name=mode]").select_option("members")
    expect(last.locator(".said")).to_contain_text("Solo miembros")
    last.locator("input[name=minutes]").fill("4")
    last.locator("input[name=minutes]").press("Tab")
    expect(last.locator(".said")).to_contain_text("4 minutos por intervención")

    # Of two who change the same item, the second is told and loses nothing.
    other = enter("chair").speak("es").go("desk/meeting")
    other.wait_online()
    theirs = other.page.locator(f"#{last.get_attribute('id')} textarea[lang=es]")
    theirs.fill("Clausura de la reunión")
    last.locator("textarea[lang=es]").fill("Clausura y despedida")
    theirs.press("Enter")
    expect(delegate.page.locator("#live-agenda .items")).to_contain_text("Clausura de la reunión")
    last.locator("textarea[lang=es]").press("Enter")
    expect(last.locator(".refusal")).to_contain_text("Otra persona cambió este punto")
    expect(last.locator("textarea[lang=es]")).to_have_value("Clausura y despedida")
    expect(last.locator("textarea[lang=es]")).to_have_attribute(
        "data-now", "Clausura de la reunión"
    )
    last.locator("textarea[lang=es]").press("Enter")
    expect(delegate.page.locator("#live-agenda .items")).to_contain_text("Clausura y despedida")

    # One that has never been under way is taken off.
    page.locator("#add-item > summary").click()
    page.locator("#es-new").fill("De más")
    page.locator("#en-new").fill("One too many")
    page.locator("#add-item button").click()
    expect(page.locator(ROWS)).to_have_count(11)
    added = row(page, "De más")
    added.locator(".more > summary").click()
    added.get_by_role("button", name="Quitar de la agenda").click()
    expect(page.locator(ROWS)).to_have_count(10)

    # What the session chooses counts for who asks from now on, and stands on both pages at once; what the
    # other is filling in stays as it is, and what has changed under their hands is said.
    city = other.page.locator("#city_es")
    city.fill("Suchitoto")
    page.locator("#city_es").fill("Santa Tecla")
    page.locator("#city_en").fill("Santa Tecla")
    page.get_by_role("button", name="Guardar los datos").click()
    expect(page.locator("#amend-facts-said")).to_have_text("Guardado.")
    expect(other.page.locator("#city_en")).to_have_value("Santa Tecla")
    expect(city).to_have_value("Suchitoto")
    expect(other.page.locator("#amend-facts-said")).to_contain_text("Otra persona cambió esto")
    page.locator("#minutes_members").select_option("7")
    page.get_by_role("button", name="Guardar los ajustes").click()
    expect(other.page.locator("#minutes_members")).to_have_value("7")
    save = other.page.get_by_role("button", name="Guardar los datos")
    save.click()
    expect(other.page.locator("#amend-facts .refusal")).to_contain_text("Otra persona cambió")
    expect(city).to_have_value("Suchitoto")
    save.click()
    expect(page.locator("#city_es")).to_have_value("Suchitoto")
    expect(other.page.locator("#amend-facts .refusal")).to_have_count(0)
    expect(other.page.locator("#amend-facts-said")).to_have_text("Guardado.")
    added = row(page, "Apertura y aprobación de la agenda")
    added.locator(".more > summary").click()
    expect(added.locator(".hint")).to_contain_text("7 para miembros")

    # In another language each country keeps its own name, whatever its place in the list.
    expect(page.locator("#country option:checked")).to_have_text("El Salvador")
    page.locator("button[name=language][value=en]").click()
    expect(page.locator("#facts-title")).to_contain_text("Details")
    expect(page.locator("#country option:checked")).to_have_text("El Salvador")
    expect(page.locator("#country option[value=DOM]")).to_have_text("Dominican Republic")
