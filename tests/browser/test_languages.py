"""Another language at once, in place, on every page one has open: what is typed and opened stays."""

from __future__ import annotations

import re

import pytest
from browser.accessible import Inspector
from desk_process import DeskProcess
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

TABLET = {"viewport": {"width": 1180, "height": 820}, "has_touch": True}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
LAPTOP = {"viewport": {"width": 1366, "height": 768}}
STAYS = "window.same = true"


def turn(page, language: str) -> None:
    page.evaluate(
        f"document.querySelector('.bar .seg button[value={language}]').click()"
    )  # the pointer would take the focus along
    page.locator(f"html[lang={language}]").wait_for(state="attached")


def test_a_form_half_filled_an_open_list_and_the_other_tabs_of_the_same_person(enter):
    chair = enter("chair", **TABLET).go("chair").speak("es")
    page = chair.page
    page.locator("#connection:not([hidden])").wait_for()
    other = chair.context.new_page()
    other.goto(f"{chair.url}/s/{chair.desk.session}/")
    other.locator("#connection:not([hidden])").wait_for()
    page.evaluate(STAYS)
    other.evaluate(STAYS)
    page.locator("[data-opens=add-speaker]").click()
    page.locator("#speaker-new").select_option("MEX")
    page.keyboard.press("Escape")
    page.locator("#add-item > summary").click()
    page.locator("#es-new").fill("Asuntos varios")
    page.locator("#en-new").focus()
    page.keyboard.type("Any other b")
    turn(page, "en")
    page.keyboard.type("usiness")
    expect(page.locator("#en-new")).to_have_value("Any other business")
    expect(page.locator("#es-new")).to_have_value("Asuntos varios")
    expect(page.locator("#speaker-new")).to_have_value("MEX")
    expect(page.locator("#add-item")).to_have_attribute("open", "")
    expect(page.locator("#live-agenda [aria-current=step]")).to_contain_text("Dialogue with RNCOM")
    expect(other.locator("html")).to_have_attribute("lang", "en")
    expect(other.locator("#live-agenda .now")).to_contain_text("Dialogue with RNCOM")
    assert page.evaluate("window.same")
    assert other.evaluate("window.same")
    other.close()


def test_a_dialog_stays_open_and_speaks_the_other_language(enter):
    chair = enter("chair", **TABLET).go("chair").speak("es")
    page = chair.page
    page.locator("[data-opens=suspend]").click()
    page.locator("#resumes-at").fill("15:30")
    turn(page, "en")
    expect(page.locator("#suspend-title")).to_have_text("Suspend the sitting")
    expect(page.locator("#suspend")).to_have_attribute("open", "")
    expect(page.locator("#resumes-at")).to_have_value("15:30")


def test_a_sentence_half_written_in_the_editor_is_written_on(enter):
    writer = enter("drafting-can", **LAPTOP).open_draft().speak("es")
    page = writer.page
    page.evaluate(STAYS)
    row = next(each for each in writer.rows() if each["kind"] == "item")
    writer.stand_on(row["id"])
    writer.press("Enter", "Control+End")
    page.keyboard.type(" Primera mitad")
    scrolled = page.locator("#sheet").evaluate("(sheet) => sheet.scrollTop")
    turn(page, "en")
    page.keyboard.type(" y segunda.")
    writer.wait(lambda: writer.text(row["id"], "es").endswith(" Primera mitad y segunda."))
    expect(page.locator("#outline")).to_contain_text("paragraphs decided")
    expect(page.locator("[data-tool=bracket]")).to_contain_text("Brackets")
    expect(page.locator(".row .st").first).to_have_text("Proposed")
    assert page.locator("#sheet").evaluate("(sheet) => sheet.scrollTop") == scrolled
    assert page.evaluate("window.same")
    page.keyboard.press("Control+z")
    writer.wait(lambda: not writer.text(row["id"], "es").endswith("segunda."))
    turn(page, "es")
    expect(page.locator("#outline")).to_contain_text("párrafos")


def says(page) -> list[str]:
    """What a page says, but for figures, which go on."""
    return re.sub(r"\d+", "#", page.locator("body").inner_text()).splitlines()


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_page_that_has_turned_in_place_says_what_one_loaded_anew_says(
    enter, desk: DeskProcess, language: str
) -> None:
    before = "es" if language == "en" else "en"
    inspector = Inspector(desk)

    def look(page) -> list[str]:
        inspector.faults = []
        inspector.measure(page, "")
        return inspector.faults

    places = {
        "delegate-hnd": ["", "documents"],
        "chair": ["chair", "draft"],
        "secretariat": ["record", "desk", "desk/meeting", "desk/people", "desk/documents", "booth"],
        "interpreter": ["booth"],
    }
    for role, pages in places.items():
        person = enter(role, **(PHONE if role == "delegate-hnd" else LAPTOP))
        for place in pages:
            if place == "draft":
                person.open_draft()
            else:
                person.go(place)
            person.wait_online()
            person.speak(before)
            page = person.page
            page.evaluate(STAYS)
            turn(page, language)
            page.wait_for_timeout(300)
            turned, faults = says(page), look(page)
            assert page.evaluate("window.same"), place
            page.reload()
            person.open_draft() if place == "draft" else person.wait_online()
            page.wait_for_timeout(300)
            assert turned == says(page), place
            assert faults == look(page), place
