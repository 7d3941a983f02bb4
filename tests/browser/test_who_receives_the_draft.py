"""Whoever may not read the draft never receives a word of it, whatever they open and however long they stay."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CANARIES = ("XILOFONOCANADIENSE", "YELMOMEXICANO", "ZARZUELA")
"""Words that stand nowhere else; each is put in at once, so that it travels whole."""


def test_observers_and_the_room_screen_receive_the_agenda_and_no_word_of_the_draft(
    enter, desk
) -> None:
    can, mex = (enter(f"drafting-{code}").open_draft() for code in ("can", "mex"))
    following = [
        enter(role, through=desk.line).go("screen" if role == "projector" else "")
        for role in ("observer-organisation", "interpreter", "projector")
    ]
    outside = [enter(role, through=desk.line).go() for role in ("observer-country", "rrocm")]
    chair = enter("chair").go("chair")

    first, second = [row["id"] for row in can.rows() if row["kind"] == "item"][:2]
    can.write(first, "es").dictate(f" {CANARIES[0]}").wait_saved()
    mex.write(second, "en").press("Enter").dictate(CANARIES[1]).wait_saved()
    mex.wait(lambda: CANARIES[0] in mex.text(first, "es"))
    chair.page.locator("[data-opens=suspend]").click()
    chair.page.locator("dialog#suspend button.primary").click()
    for person in (*following, *outside):
        expect(person.page.locator("#live-sitting")).to_have_attribute("data-state", "suspended")
    assert not desk.line.carried("Technical matters")
    chair.page.locator("#add-item summary").click()
    chair.page.locator("#es-new").fill("Cuestiones técnicas")
    chair.page.locator("#en-new").fill("Technical matters")
    chair.page.locator("#add-item form button").click()
    for person in following[:2]:  # a screen shows the next three items alone
        expect(person.page.locator("#live-agenda")).to_contain_text("Technical matters")
    assert desk.line.carried("Technical matters")
    for word in (*CANARIES, "draft.changed", "paragraph.edited"):
        assert not desk.line.carried(word)

    # The same line carries it all to somebody who drafts.
    slv = enter("drafting-slv", through=desk.line).open_draft()
    can.press("Enter").dictate(CANARIES[2]).wait_saved()
    slv.wait(lambda: all(desk.line.carried(word) for word in (*CANARIES, "draft.changed")))


@pytest.mark.parametrize(
    "role", ["observer-organisation", "observer-country", "rrocm", "interpreter", "projector"]
)
def test_the_draft_page_answers_them_as_a_page_that_is_not_there(enter, role: str) -> None:
    person = enter(role).expect("status of 404")
    said = []
    for place in ("draft", "nowhere"):
        answer = person.page.goto(f"{person.url}/s/{person.desk.session}/{place}")
        assert answer is not None
        assert answer.status == 404
        assert person.page.locator("#grid").count() == 0
        said.append(person.page.locator("main").inner_text())
    assert said[0] == said[1]
