"""The text is there before the script of the drafting page, in its place, and goes as the door says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from browser.accessible import Inspector
from browser.people import Person
from playwright.sync_api import Route, expect

pytestmark = pytest.mark.browser

LOCKED = "status of 423"
"""What a browser notes when the notice asks whether the door is open yet."""
STYLED = "[...document.querySelectorAll('link[rel=stylesheet]')].every((each) => each.sheet)"
SEEN = """() => [...document.querySelectorAll("#grid .row:not(.head)")].slice(0, 20).map((row) => {
  const { top, height } = row.getBoundingClientRect();
  const texts = [...row.querySelectorAll(".n, .st, .plain, .ProseMirror")].map((each) => each.textContent);
  return [Math.round(top), Math.round(height), ...texts];
})"""


def hold_script(person: Person) -> Callable[[], None]:
    """Open the drafting page without its script; returns what lets the script come."""
    held: list[Route] = []
    person.page.route("**/js/pages/draft.js", lambda route: held.append(route))
    person.page.goto(f"{person.url}/s/{person.desk.session}/draft", wait_until="commit")
    expect(person.page.locator("#served .row.item").first).to_be_visible()
    person.wait(lambda: held and person.page.evaluate(STYLED))
    return lambda: held[0].continue_()


def test_the_text_stands_where_it_stays_before_the_script_has_come(enter, desk) -> None:
    can = enter("drafting-can", bypass_csp=True).speak("es")
    release = hold_script(can)
    assert can.page.evaluate("document.fonts.ready.then(() => true)")
    before = can.page.evaluate(SEEN)
    assert can.page.locator("#grid[aria-busy]").count() == 1
    inspector = Inspector(desk)
    inspector.look(can.page, "the text before its script")
    assert inspector.faults == []
    can.page.locator("#served [tabindex]").focus()
    assert can.rows() == []  # nothing to write in yet
    release()
    can.page.locator("#grid:not([aria-busy])").wait_for()
    assert can.page.locator("#served").count() == 0
    assert can.page.evaluate(SEEN) == before
    expect(can.page.locator("#grid [data-row] [data-language=es]").first).to_be_focused()
    assert [row["es"] for row in can.rows()][:5] == [each[-2] for each in before if len(each) > 3][
        :5
    ]


def test_a_door_closed_before_the_script_has_come_takes_the_text_away(enter, desk) -> None:
    gavel = desk.enter("chair")
    can = enter("drafting-can").expect(LOCKED)
    release = hold_script(can)
    words = can.page.locator("#served .cell.es .plain").first.inner_text()
    desk.close_door(gavel)
    release()
    can.page.wait_for_url("**/closed")
    expect(can.page.locator("h1")).to_be_visible()
    assert words not in can.source()
    assert gavel.do("door.open")["ok"]
