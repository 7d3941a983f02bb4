"""Three delegations at one text, the chair who adopts it, and the Word files everybody takes home."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import docx
import pytest
from browser.people import Person, agreed_rows, assert_numbers_are_dense, type_together
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def plain_items(person: Person) -> list[str]:
    """Items of the first section that have nothing below them."""
    rows = person.rows()
    return [
        row["id"]
        for row, below in pairwise(rows)
        if row["section"] == 0 and row["kind"] == below["kind"] == "item"
    ]


def test_two_type_in_the_same_paragraphs_while_a_third_moves_and_indents_them(enter) -> None:
    can, mex, slv = (enter(f"drafting-{code}").open_draft() for code in ("can", "mex", "slv"))
    same, near = plain_items(can)[2:4]
    before = {row["id"]: row for row in can.rows()}
    slv.stand_on(same)

    can.write(same, "es", "end")
    mex.write(same, "es", "start")
    type_together((can, " CANADÁ ESCRIBE AQUÍ"), (mex, "MÉXICO TAMBIÉN "))
    for keys in (["Alt+ArrowDown"], ["Alt+ArrowDown", "Alt+ArrowUp"], ["Alt+ArrowUp"]):
        slv.press(*keys)
        type_together((can, " sigue"), (mex, "más "))
    can.write(near, "en", "end")
    mex.write(same, "en", "end")
    type_together((can, " CANADA NEARBY"), (mex, " MEXICO MEANWHILE"))
    slv.cell(same, "es").locator(".ProseMirror").click()
    slv.press("Tab")
    type_together((can, " and on"), (mex, " still"))
    slv.press("Shift+Tab")
    slv.stand_on(near).press("Alt+ArrowUp")
    type_together((can, " done"), (mex, " done"))

    rows = agreed_rows(can, mex, slv)
    assert_numbers_are_dense(rows)
    after = {row["id"]: row for row in rows}
    assert after.keys() == before.keys()
    assert after[same]["es"] == (
        f"MÉXICO TAMBIÉN más más más {before[same]['es']} CANADÁ ESCRIBE AQUÍ sigue sigue sigue"
    )
    assert after[near]["en"] == f"{before[near]['en']} CANADA NEARBY and on done"
    assert after[same]["en"] == f"{before[same]['en']} MEXICO MEANWHILE still done"
    others = [id for id in before if id not in (same, near)]
    for id in others:
        assert (after[id]["es"], after[id]["en"]) == (before[id]["es"], before[id]["en"])
    for person in (can, mex):
        person.wait_saved()


def test_the_chair_adopts_a_paragraph_then_the_whole_and_both_take_the_word_file_home(
    enter, tmp_path: Path
) -> None:
    can, mex, slv = (enter(f"drafting-{code}").open_draft() for code in ("can", "mex", "slv"))
    chair = enter("chair", viewport={"width": 1024, "height": 768}, has_touch=True).go("chair#all")
    one, other = plain_items(can)[:2]
    can.write(one, "en").type(" [as written in Ottawa]")
    mex.write(other, "es").type(" Dicho en México.")
    for person in (can, mex):
        person.wait_saved()

    chair.page.locator("#pick").select_option(f"p-{one}")
    paragraph = chair.page.locator(f"#p-{one}")
    paragraph.get_by_text("[as written in Ottawa]").wait_for()
    paragraph.get_by_role("button", name="Adoptar el párrafo").tap()
    paragraph.locator("textarea").fill("Canadá retira el corchete de palabra")
    paragraph.get_by_role("button", name="Adoptar de todos modos").tap()
    paragraph.get_by_text("Canadá retira el corchete de palabra").wait_for()
    for person in (can, mex, slv):
        person.page.locator(f'.row.adopted[data-row="{one}"]').wait_for()
        for language in ("es", "en"):
            text = person.cell(one, language).locator(".ProseMirror")
            expect(text).to_have_attribute("contenteditable", "false")
    can.stand_on(other).type("x")
    mex.write(other, "es").type(" Y más.")
    mex.wait_saved()
    texts = agreed_rows(can, mex, slv)
    assert " [as written in Ottawa]" in can.text(one, "en")

    # The chair's page follows the words of others about once a second, and adopts what it shows.
    chair.page.locator(f"#p-{other}").get_by_text("Y más.").wait_for(state="attached")
    chair.page.get_by_role("button", name="Adoptar el documento").tap()
    dialog = chair.page.locator("dialog#adopt")
    dialog.locator("textarea").fill("La plenaria adopta el texto como está")
    dialog.get_by_role("button", name="Adoptar de todos modos").tap()
    chair.page.locator(".whole .st-adp").get_by_text("Adoptado el").wait_for()

    for person in (can, mex, slv):
        expect(person.page.locator("#grid .ProseMirror[contenteditable=true]")).to_have_count(0)
        person.stand_on(other).press("Enter").type("no")
    agreed_rows(can, mex, slv, on=texts)
    for person, layout, words in (
        (can, "en", "[as written in Ottawa]"),
        (mex, "es", "Dicho en México. Y más."),
    ):
        person.go("documents")
        with person.page.expect_download() as download:
            person.page.locator(f"#file-{layout} a").click()
        file = tmp_path / f"{layout}.docx"
        download.value.save_as(file)
        assert words in "\n".join(each.text for each in docx.Document(str(file)).paragraphs)
