"""Accents, corrections, dictation and paste, in the real page, while others write beside them."""

from __future__ import annotations

import pytest
from browser.people import KEY, Person, agreed_rows, assert_numbers_are_dense, type_together
from playwright.sync_api import CDPSession, expect

pytestmark = pytest.mark.browser

FROM_WORD = "\r\n".join(
    (
        "12.\tAgradecer a la OIM su apoyo a las redes de enlace:",
        "a)\tde protección consular;",
        "b)\tde lucha contra la trata.",
        "13.\tTomar nota del informe.",
    )
)


@pytest.fixture
def writers(enter) -> tuple[Person, Person]:
    return enter("drafting-mex").speak("es").open_draft(), enter("drafting-can").open_draft()


def items(person: Person) -> list[str]:
    return [row["id"] for row in person.rows() if row["kind"] == "item"]


def numbers(person: Person) -> list[tuple[str, str]]:
    return [(row["id"], row["number"]) for row in person.rows()]


def compose(keyboard: CDPSession, person: Person, text: str) -> None:
    keyboard.send(
        "Input.imeSetComposition",
        {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
    )
    person.page.wait_for_timeout(KEY)


def test_a_spanish_keyboard_writes_accents_while_another_writes_around_them(writers) -> None:
    mex, can = writers
    id = items(mex)[0]
    before = mex.text(id, "es")
    keyboard = mex.input_method()
    mex.write(id, "es").type(" La migraci")
    mex.wait(lambda: can.text(id, "es").endswith("migraci"))

    compose(keyboard, mex, "´")
    can.wait(lambda: can.text(id, "es").endswith("migraci´"))
    can.write(id, "es", "start").type("Antes ")
    can.write(id, "es", "La migraci").type("Dentro ")
    can.write(id, "es", "end").type(" Detrás.").wait_saved()
    # Others' words are here, and wait for the open composition.
    expect(mex.page.locator(f'#outline [data-go="{id}"]')).to_contain_text("Antes")
    mex.wait_text(id, "es", f"{before} La migraci´")
    keyboard.send("Input.insertText", {"text": "ó"})
    mex.wait(lambda: "Detrás" in mex.text(id, "es"))
    mex.type("n está aqu")
    compose(keyboard, mex, "´")
    keyboard.send("Input.insertText", {"text": "í"})
    mex.type(".").wait_saved()

    text = next(row["es"] for row in agreed_rows(mex, can) if row["id"] == id)
    assert text == f"Antes {before} Dentro La migración está aquí. Detrás."


def test_a_paragraph_moves_and_changes_its_level_under_an_open_accent(writers) -> None:
    mex, can = writers
    rows = can.rows()
    id = next(
        row["id"]
        for above, row, below in zip(rows, rows[1:], rows[2:], strict=False)
        if above["kind"] == row["kind"] == below["kind"] == "item"
    )
    before = mex.text(id, "es")
    keyboard = mex.input_method()
    mex.write(id, "es").type(" aqu")
    can.stand_on(id, "en")
    for keys in (["Alt+ArrowDown"], ["Alt+ArrowUp"], ["Enter", "Tab"], ["Shift+Tab"]):
        compose(keyboard, mex, "´")
        seen = numbers(mex)
        can.press(*keys)
        mex.wait(lambda seen=seen: numbers(mex) != seen)
        keyboard.send("Input.insertText", {"text": "í"})
        mex.type("-")
    mex.wait_saved()
    rows = agreed_rows(mex, can)
    assert_numbers_are_dense(rows)
    assert next(row["es"] for row in rows if row["id"] == id) == f"{before} aquí-í-í-í-"


def test_two_write_at_one_place_and_both_get_whole_words(writers) -> None:
    mex, can = writers
    id = items(mex)[4]
    before = mex.text(id, "es")
    mex.write(id, "es")
    can.write(id, "es")
    first, second = " apoyar a los países", " promover la cooperación"
    type_together((mex, first), (can, second))
    for person in writers:
        person.wait_saved()
    text = next(row["es"] for row in agreed_rows(mex, can) if row["id"] == id)
    assert text.removeprefix(before) in (first + second, second + first)


def test_what_is_written_before_a_new_paragraph_is_there_goes_into_it_accents_and_all(
    enter, desk
) -> None:
    mex = enter("drafting-mex", through=desk.line).speak("es").open_draft()
    id = items(mex)[5]
    before = mex.text(id, "es")
    keyboard = mex.input_method()
    for is_open in (False, True):
        count = len(mex.rows())
        mex.write(id, "es")
        desk.line.swallow()
        mex.press("Enter").type("El ")
        compose(keyboard, mex, "´")
        if is_open:  # the paragraph arrives while the accent waits for its letter
            desk.line.carry()
            expect(mex.page.locator("#grid [data-row]")).to_have_count(count + 1)
        keyboard.send("Input.insertText", {"text": "á"})
        mex.type("rbolx").press("Backspace").type(" verde")
        desk.line.carry()
        mex.wait(lambda: mex.place()[0] not in ("", id) and mex.place()[2], mex.place)
        made = mex.place()[0]
        mex.type(" y")
        expect(mex.cell(made, "es").locator(".ProseMirror")).to_have_text("El árbol verde y")
        assert mex.text(id, "es") == before
        mex.wait_saved()


def test_a_word_is_corrected_and_a_phrase_dictated_while_another_writes(writers) -> None:
    mex, can = writers
    id = items(mex)[1]
    before = mex.text(id, "es")
    mex.write(id, "es").type(" Se solcita apoyo").wait_saved()
    can.write(id, "es", "start").type("Ya. ")
    mex.select("solcita")
    can.type("Otra vez. ")
    mex.page.evaluate("document.execCommand('insertText', false, 'solicita')")
    mex.press("Control+End").dictate(
        " a la comunidad internacional, en particular a los países vecinos"
    )
    for person in (mex, can):
        person.wait_saved()
    text = next(row["es"] for row in agreed_rows(mex, can) if row["id"] == id)
    assert text == (
        f"Ya. Otra vez. {before} Se solicita apoyo"
        " a la comunidad internacional, en particular a los países vecinos"
    )


def paste(person: Person, plain: str, html: str) -> None:
    """Copy both kinds in another program, and press the keys here."""
    person.context.grant_permissions(["clipboard-read", "clipboard-write"])
    program = person.context.new_page()
    program.route("**/program", lambda route: route.fulfill(body="", content_type="text/html"))
    program.goto(f"{person.url}/program")
    program.evaluate(
        """([plain, html]) => navigator.clipboard.write([new ClipboardItem({
            "text/plain": new Blob([plain], { type: "text/plain" }),
            "text/html": new Blob([html], { type: "text/html" }),
        })])""",
        [plain, html],
    )
    program.close()
    person.press("Control+v")


def test_pasted_text_is_plain_and_stays_one_line(writers) -> None:
    mex, can = writers
    id = items(mex)[2]
    before = mex.text(id, "en")
    mex.write(id, "en")
    paste(
        mex,
        " regional\r\ncooperation,\r\nas agreed",
        "<p> regional <b style='color:red'>cooperation</b></p><p><i>HTML</i></p>",
    )
    mex.wait_saved()
    row = next(row for row in agreed_rows(mex, can) if row["id"] == id)
    assert row["en"] == f"{before} regional cooperation, as agreed"
    assert mex.cell(id, "en").locator(".ProseMirror").locator("b, img, br + br").count() == 0


def test_numbered_paragraphs_pasted_from_word_are_shown_first_and_taken_back_at_once(
    writers,
) -> None:
    mex, can = writers
    before = mex.rows()
    id = items(mex)[3]
    mex.write(id, "es")
    paste(mex, FROM_WORD, "<p class=MsoListParagraph>12. <b>no</b></p>")
    preview = mex.page.locator("dialog.paste")
    expect(preview.locator("tbody tr")).to_have_count(4)
    assert preview.locator("del").all_inner_texts() == ["12.", "a)", "b)", "13."]
    preview.locator("button.primary").click()

    expect(can.page.locator("#grid [data-row]")).to_have_count(len(before) + 4)
    rows = agreed_rows(mex, can)
    known = {row["id"] for row in before}
    made = [(row["kind"], row["es"], row["en"]) for row in rows if row["id"] not in known]
    assert made == [
        ("item", "Agradecer a la OIM su apoyo a las redes de enlace:", ""),
        ("sub", "de protección consular;", ""),
        ("sub", "de lucha contra la trata.", ""),
        ("item", "Tomar nota del informe.", ""),
    ]
    assert_numbers_are_dense(rows)

    mex.press("Control+z")
    expect(can.page.locator("#grid [data-row]")).to_have_count(len(before))
    agreed_rows(mex, can, on=before)
