"""An interpreter's pen: the other language only, and only while the PPT's grant stands."""

from __future__ import annotations

import re

import pytest
from browser.people import agreed_rows
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_an_interpreter_writes_english_while_the_grant_stands_and_leaves_with_it(
    enter, desk
) -> None:
    interpreter = enter("interpreter", through=desk.line).speak("es").expect("status of 404")
    interpreter.page.goto(f"{interpreter.url}/s/{interpreter.desk.session}/draft")
    assert interpreter.page.locator("#grid").count() == 0
    chair = enter("chair").speak("es").go("desk/people")
    person = chair.page.locator(f"#person-{desk.person('interpreter')}")
    give = chair.page.locator("#give-grant")
    give.locator("summary").click()
    give.locator("select[name=person]").select_option(desk.person("interpreter"))
    give.locator("select[name=right]").select_option("read_draft")
    give.locator("input[name=reason]").fill("Interpreta la redacción")
    give.locator("form button").click()
    expect(person.locator(".grant")).to_contain_text("Interpreta la redacción")

    interpreter.open_draft()
    mex = enter("drafting-mex").open_draft()
    row = next(row for row in mex.rows() if row["kind"] == "item")
    id = row["id"]
    interpreter.write(id, "en").type(" Interpreted.").wait_saved()
    spanish = interpreter.cell(id, "es").locator(".ProseMirror")
    assert spanish.get_attribute("contenteditable") == "false"
    spanish.click()
    interpreter.type("no")
    interpreter.stand_on(id).press("Enter").type("no").press("Tab", "Escape")
    rows = {each["id"]: each for each in agreed_rows(interpreter, mex)}
    assert rows[id]["en"] == f"{row['en']} Interpreted."
    assert rows[id]["es"] == row["es"]

    mex.write(id, "es").dictate(" ANTES.").wait_saved()
    interpreter.wait(lambda: desk.line.carried("ANTES"))

    person.locator(".grant button").click()
    interpreter.page.wait_for_url(
        re.compile(r"/s/[^/]+/$")
    )  # by way of the notice, as the door is open
    expect(interpreter.page.locator("#grid")).to_have_count(0)
    mex.dictate(" DESPUÉS.").wait_saved()
    interpreter.page.goto(f"{interpreter.url}/s/{interpreter.desk.session}/draft")
    assert interpreter.page.locator("#grid").count() == 0
    assert not desk.line.carried("DESPUÉS")
    expect(mex.page.locator("#here")).not_to_contain_text("ST")
