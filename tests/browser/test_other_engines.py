"""The drafting page in Gecko and in WebKit, with somebody in Chromium at the same text.

Firefox ESR and WebKitGTK stand on a screen with a Spanish keyboard each; nothing is put into a page
by script but the words somebody copies from elsewhere.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest
from browser.firefox import Firefox
from browser.people import Person, agreed_rows, assert_numbers_are_dense, type_together
from browser.webdriver import Driven, WebKit

pytestmark = [pytest.mark.browser, pytest.mark.longest]

PASTED = """3. Continuar el análisis de la niñez migrante:
a) con enfoque de género; y
b) con los consulados.
4. Agradecer a la Presidencia."""


# What is written down on the device of what has not been sent: letter by letter, among bytes that are none.
KEPT = """async () => {
  let found = "";
  for (const { name } of await indexedDB.databases()) {
    const base = await new Promise((done) => { indexedDB.open(name).onsuccess = ({ target }) => done(target.result); });
    for (const store of base.objectStoreNames) {
      const all = base.transaction(store).objectStore(store).getAll();
      await new Promise((done) => { all.onsuccess = done; });
      found += all.result.map((each) => new TextDecoder().decode(each.update)).join();
    }
    base.close();
  }
  return found;
}"""


class Visitor(Person):
    """Somebody whose browser is another."""

    page: Driven

    def copy(self, text: str) -> Visitor:
        """Copy from a text elsewhere, with keys."""
        self.page.evaluate(
            """text => {
                const area = document.body.appendChild(document.createElement("textarea"));
                area.value = text;
                area.focus();
            }""",
            text,
        )
        self.press("Control+a", "Control+c")
        return self

    def accent(self, letter: str) -> Visitor:
        """The dead key of the acute accent, and a letter."""
        self.page.screen.press("dead_acute")
        self.page.screen.press(letter)
        return self

    def expect_an_outage(self) -> Person:
        return self.expect(
            "can’t establish a connection|was interrupted while the page was loading"
        )


@pytest.fixture(
    params=[
        pytest.param(Firefox, marks=pytest.mark.firefox, id="firefox"),
        pytest.param(WebKit, marks=pytest.mark.webkit, id="webkit"),
    ]
)
def visit(request, desk) -> Iterator:
    """Have somebody sign in with the other browser. What it complained of fails the test."""
    people: list[Visitor] = []
    with contextlib.ExitStack() as leaving:

        def visit(role: str) -> Visitor:
            browser = leaving.enter_context(contextlib.closing(request.param()))
            people.append(Visitor(desk, browser, role, through=desk.port))
            return people[-1].sign_in()

        yield visit
        for each in people:
            each.complaints += [f"{each.role}: {said}" for said in each.page.complaints()]
    assert [each for person in people for each in person.unexpected()] == []


def plain_item(person: Person) -> str:
    """An item that nobody has written in: the first is another one in each story."""
    rows = person.rows()
    return next(
        row["id"]
        for row, below in pairwise(rows)
        if row["kind"] == below["kind"] == "item" and "!" not in row["es"] + below["es"]
    )


def test_words_with_accents_reach_another_browser_and_survive_a_reload(visit, enter) -> None:
    can, mex = visit("drafting-can").open_draft(), enter("drafting-mex").open_draft()
    row = plain_item(can)
    before = can.text(row, "es")
    below = can.rows()[[each["id"] for each in can.rows()].index(row) + 1]["id"]

    can.stand_on(below).press("ArrowUp", "ArrowRight", "ArrowLeft", "Enter")
    can.wait_place(row, "es", True)
    can.press("Control+End").type(" ¡Añádase «según corresponda» a la niñez!")

    written = f"{before} ¡Añádase «según corresponda» a la niñez!"
    mex.wait(lambda: mex.text(row, "es") == written, lambda: mex.text(row, "es"))
    can.wait_saved()
    can.page.reload()
    can.page.locator("#grid:not([aria-busy])").wait_for()
    assert can.text(row, "es") == written


def test_two_write_in_the_same_paragraph_at_once(visit, enter) -> None:
    can, mex = visit("drafting-can").open_draft(), enter("drafting-mex").open_draft()
    row = plain_item(can)
    before = can.row(row)

    can.write(row, "es", "end")
    mex.write(row, "es", "start")
    type_together((can, " Canadá escribe aquí, señores!"), (mex, "México también, mañana. "))
    can.write(row, "en", "start")
    mex.write(row, "en", "start")
    type_together((can, "CANADA"), (mex, "mexico"))

    after = next(each for each in agreed_rows(can, mex) if each["id"] == row)
    assert after["es"] == (f"México también, mañana. {before['es']} Canadá escribe aquí, señores!")
    assert after["en"].endswith(before["en"]), after["en"]
    assert sorted(after["en"].removesuffix(before["en"])) == sorted("CANADAmexico")


def test_an_accent_is_composed_while_another_writes_in_the_same_paragraph(visit, enter) -> None:
    can, mex = visit("drafting-can").open_draft(), enter("drafting-mex").open_draft()
    row = plain_item(can)
    before = can.text(row, "es")
    mex.write(row, "es", "start")
    can.write(row, "es", "end")

    can.type(" regi").accent("o")
    can.type("n, est")
    can.page.screen.press("dead_acute")
    mex.type("Que ")
    mex.wait_saved()
    time.sleep(0.3)
    assert can.text(row, "es") == f"{before} región, est´"
    can.page.screen.press("a")
    mex.type("no ")
    can.type("!")

    after = next(each for each in agreed_rows(can, mex) if each["id"] == row)
    assert after["es"] == f"Que no {before} región, está!"


def test_pasted_paragraphs_are_previewed_become_paragraphs_and_go_at_once(visit, enter) -> None:
    can, mex = visit("drafting-can").copy(PASTED).open_draft(), enter("drafting-mex").open_draft()
    row = plain_item(can)
    before = can.rows()

    can.write(row, "es", "end").press("Control+v")
    can.page.locator("dialog.paste button.primary").click()
    can.wait(lambda: len(can.rows()) == len(before) + 4, "four paragraphs more")
    rows = agreed_rows(can, mex)
    assert_numbers_are_dense(rows)
    at = [each["id"] for each in rows].index(row)
    assert [(each["kind"], each["es"]) for each in rows[at + 1 : at + 5]] == [
        ("item", "Continuar el análisis de la niñez migrante:"),
        ("sub", "con enfoque de género; y"),
        ("sub", "con los consulados."),
        ("item", "Agradecer a la Presidencia."),
    ]

    can.press("Control+z")
    can.wait(lambda: can.rows() == before, "the paragraphs as before")
    agreed_rows(can, mex, on=before)


def test_one_paragraph_is_pasted_where_the_caret_stands(visit) -> None:
    can = visit("drafting-can").copy("a la niñez").open_draft()
    row = plain_item(can)
    before = can.text(row, "es")
    can.write(row, "es", "end").type(" ¡y! ").press("Control+v")
    can.wait(lambda: can.text(row, "es") == f"{before} ¡y! a la niñez", lambda: can.text(row, "es"))


def test_a_character_of_two_halves_is_typed_whole(visit) -> None:
    can = visit("drafting-can").open_draft()
    row = plain_item(can)
    before = can.text(row, "es")
    can.write(row, "es", "end").type(" ¡paz 🕊!").wait_saved()
    assert can.text(row, "es") == f"{before} ¡paz 🕊!"


def test_keys_make_level_and_take_back_paragraphs(visit, enter) -> None:
    can, mex = visit("drafting-can").open_draft(), enter("drafting-mex").open_draft()
    row = plain_item(can)
    before = can.rows()
    at = [each["id"] for each in before].index(row)

    can.write(row, "es", "end").press("Enter").type("Párrafo nuevo!")
    can.wait(lambda: can.rows()[at + 1]["es"] == "Párrafo nuevo!", lambda: can.rows()[at + 1])
    made = can.rows()[at + 1]["id"]
    can.wait_place(made, "es", True)

    can.press("Tab")
    can.wait(lambda: can.row(made)["kind"] == "sub", "a sub-item")
    can.wait_place(made, "es", True)
    can.press("Shift+Tab")
    can.wait(lambda: can.row(made)["kind"] == "item", "an item")
    can.type(" Más.")
    can.wait(lambda: can.text(made, "es") == "Párrafo nuevo! Más.", lambda: can.text(made, "es"))
    assert_numbers_are_dense(agreed_rows(can, mex))

    can.press("Control+z")
    can.wait(lambda: "Más" not in can.text(made, "es"), lambda: can.text(made, "es"))
    while (seen := can.rows()) != before:
        can.press("Control+z")
        can.wait(lambda seen=seen: can.rows() != seen, "a step back")
    agreed_rows(can, mex, on=before)


def test_words_typed_while_the_server_is_dead_arrive_from_a_tab_that_was_closed(
    visit, enter, desk
) -> None:
    can = visit("drafting-can").expect_an_outage().open_draft()
    mex = enter("drafting-mex").expect_an_outage().open_draft()
    row = plain_item(can)
    before = can.text(row, "es")

    can.write(row, "es", "end").type(" Antes.").wait_saved()
    desk.kill()
    can.type(" Sin conexión, ¡aún…")
    can.wait(lambda: "…" in can.page.evaluate(KEPT), "its last letter, on the device")
    can.page.open_tab()
    desk.start()
    can.open_draft().wait_saved()

    written = f"{before} Antes. Sin conexión, ¡aún…"
    mex.wait(lambda: mex.text(row, "es") == written, lambda: mex.text(row, "es"))
    assert can.text(row, "es") == written


def test_words_typed_while_the_server_is_dead_arrive_when_it_is_back(visit, enter, desk) -> None:
    can = visit("drafting-can").expect_an_outage().open_draft()
    mex = enter("drafting-mex").expect_an_outage().open_draft()
    row = plain_item(can)
    before = can.text(row, "es")

    can.write(row, "es", "end")
    desk.kill()
    can.type(" Sin conexión,")
    desk.start()
    can.type(" ¡y con ella!")
    can.wait_saved()

    written = f"{before} Sin conexión, ¡y con ella!"
    mex.wait(lambda: mex.text(row, "es") == written, lambda: mex.text(row, "es"))
    assert can.text(row, "es") == written


def test_the_chair_and_a_delegate_see_the_agenda_move(visit, enter) -> None:
    chair, delegate = visit("chair").go("chair"), visit("delegate-hnd").go()
    elsewhere = enter("secretariat").go()

    def number(person: Person) -> str:
        return person.page.locator("#live-agenda .now h2 .n").inner_text()

    before = number(chair)
    chair.page.locator(".go > form button").click()
    now = chair.wait(lambda: number(chair) != before and number(chair), "another item")
    delegate.wait(lambda: number(delegate) == now, lambda: number(delegate))
    elsewhere.wait(lambda: number(elsewhere) == now, lambda: number(elsewhere))


def test_the_chair_presides_on_a_tablet_in_another_engine(visit, enter) -> None:
    chair = visit("chair")
    canada = enter("drafting-can").expect("status of (423|404)").go()
    chair.page.ask("SetWindowRect", x=0, y=0, width=1180, height=880)
    page = chair.go("chair").page
    chair.wait_online()

    # A paragraph before the room, and a result that is taken back.
    page.locator("#live-room .empty [data-view=all]").click()
    page.locator(".paragraph:not([hidden]) .put").click()
    page.locator("#live-room[data-paragraph]:not([data-paragraph='']) .pair").wait_for()
    words = page.locator("#live-room p[lang=es]").inner_text()
    canada.page.locator("#live-room p.doc").get_by_text(words[:40]).wait_for()
    chair.let_read()
    page.locator("[data-opens=objection]").click()
    page.locator("#objection label:has([value=CAN])").click()
    page.locator("#objection [data-records]").click()
    page.locator("#tile-CAN [data-position=objects]").wait_for()
    page.locator("#live-room .undo button").click()
    page.locator("#tile-CAN [data-position='']").wait_for()

    # The floor, and the door.
    canada.page.locator("#live-floor .ask > .act button").click()
    page.locator("#live-floor .acts .primary").click()
    page.locator("#tile-CAN [data-floor=speaking]").wait_for()
    page.locator("#live-floor form[action$='floor.end'] button").click()
    page.locator("#to-close").click()
    page.locator("#way-closed-1 button.closing").click()
    page.locator("#to-open").click()
    page.locator("#open-door button.primary").click()
    page.locator("#to-close").wait_for()
    page.locator("#live-room .empty").wait_for()  # withdrawn, as more people have come in
