"""Another language at once, in place, on every page one has open: what is typed and opened stays."""

from __future__ import annotations

import re

import pytest
from browser.accessible import Inspector
from desk_process import DeskProcess
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.longest]

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


def test_a_page_that_has_turned_in_place_says_what_one_loaded_anew_says(
    enter, desk: DeskProcess
) -> None:
    inspector = Inspector(desk)

    def faults(page) -> list[str]:
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
        device = PHONE if role == "delegate-hnd" else LAPTOP
        person, anew = enter(role, **device).speak("es"), None
        for place in pages:
            person.go(place).wait_online()
            page = person.page
            page.evaluate(STAYS)
            anew = anew or person.context.new_page()
            for language in ("en", "es"):
                turn(page, language)
                anew.goto(page.url)
                said: list[list[str]] = []

                def same(page=page, anew=anew, said=said) -> bool:
                    said[:] = [says(page), says(anew)]
                    return said[0] == said[1]

                person.wait(same, lambda said=said: [set(said[0]) ^ set(said[1])])
                assert page.evaluate("window.same"), place
                assert faults(page) == faults(anew), place
