"""Whoever may not read the draft never receives a word of it, whatever they open and however long they stay."""

from __future__ import annotations

import pytest
from browser.people import Person
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CANARIES = ("XILOFONOCANADIENSE", "YELMOMEXICANO")
"""Words that stand nowhere else."""


def received(person: Person, word: str) -> bool:
    """Whether a word, or a good part of it, was in anything that came to the person's browser."""
    parts = [word[at : at + 5].encode() for at in range(len(word) - 4)]
    return any(part in each for each in person.received() for part in parts)


def test_observers_and_the_room_screen_receive_the_agenda_and_no_word_of_the_draft(enter) -> None:
    can, mex = (enter(f"drafting-{code}").open_draft() for code in ("can", "mex"))
    slv = enter("drafting-slv")
    following = [enter(role) for role in ("observer-organisation", "interpreter", "projector")]
    outside = [enter(role) for role in ("observer-country", "rrocm")]
    chair = enter("chair").go("chair")
    for person in (slv, *following, *outside):
        person.record_everything()
    slv.open_draft()
    for person in (*following, *outside):
        person.go("screen" if person.role == "projector" else "")

    first, second = [row["id"] for row in can.rows() if row["kind"] == "item"][:2]
    can.write(first, "es").dictate(f" {CANARIES[0]}").wait_saved()
    mex.write(second, "en").press("Enter").dictate(CANARIES[1]).wait_saved()
    slv.wait(lambda: all(received(slv, word) for word in CANARIES))
    chair.page.locator("#add-item summary").click()
    chair.page.locator("#es-new").fill("Cuestiones técnicas")
    chair.page.locator("#en-new").fill("Technical matters")
    chair.page.locator("#add-item form button").click()
    for person in following:
        expect(person.page.locator("#live-agenda")).to_contain_text("Technical matters")
    chair.page.locator("[data-opens=suspend]").click()
    chair.page.locator("dialog#suspend button.primary").click()
    for person in (*following, *outside):
        expect(person.page.locator("#live-sitting")).to_have_attribute("data-state", "suspended")
        assert not any(received(person, word) for word in CANARIES), person.role
    for person in outside:
        assert not received(person, "Technical matters"), person.role


@pytest.mark.parametrize(
    "role", ["observer-organisation", "observer-country", "rrocm", "interpreter", "projector"]
)
def test_the_draft_page_answers_them_as_a_page_that_is_not_there(enter, role: str) -> None:
    person = enter(role).expect("status of 404")
    for place in ("draft", "nowhere"):
        answer = person.page.goto(f"{person.url}/s/{person.desk.session}/{place}")
        assert answer is not None
        assert answer.status == 404
        assert person.page.locator("#grid").count() == 0
    absent = person.page.locator("main").inner_text()
    person.go("draft")
    assert person.page.locator("main").inner_text() == absent
