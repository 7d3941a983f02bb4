"""The whole page by keyboard: rows, languages, structure, states, finding, copying, undoing."""

from __future__ import annotations

import threading

import pytest
from browser.people import KEY, Person, agreed_rows
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def mex(enter) -> Person:
    return enter("drafting-mex").speak("es").open_draft()


class Pace:
    """Letters at a steady pace by the moments they bear, however slowly a busy machine carries them."""

    def __init__(self, person: Person) -> None:
        self._keyboard = person.input_method()
        self._at = person.page.evaluate("(performance.timeOrigin + performance.now()) / 1000")

    def type(self, text: str, after: float = KEY) -> None:
        for letter in text:
            self._at += after / 1000
            key = {"key": letter, "timestamp": self._at}
            self._keyboard.send(
                "Input.dispatchKeyEvent", {"type": "keyDown", "text": letter, **key}
            )
            self._keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})


def items(person: Person) -> list[str]:
    return [row["id"] for row in person.rows() if row["kind"] == "item"]


def test_arrows_lead_through_rows_and_languages_and_enter_and_escape_in_and_out(mex) -> None:
    ids = [row["id"] for row in mex.rows()]
    mex.stand_on(ids[0])
    mex.wait_place(ids[0], "es", False)
    mex.press("ArrowDown", "ArrowDown", "ArrowRight", "ArrowUp")
    mex.wait_place(ids[1], "en", False)
    mex.press("Enter")
    mex.wait_place(ids[1], "en", True)
    before = mex.text(ids[1], "en")
    mex.type("¿n E?")
    mex.wait_text(ids[1], "en", f"{before}¿n E?")
    mex.press("Control+Home", "ArrowLeft")
    mex.wait_place(ids[1], "es", True)
    mex.press("ArrowRight")
    mex.wait_place(ids[1], "en", True)
    mex.press("Escape")
    mex.wait_place(ids[1], "en", False)
    mex.press("Enter")
    # What a slow machine types in more than half a second is undone in more than one step.
    for _ in range(5):
        if mex.text(ids[1], "en") != before:
            mex.press("Control+z")
    mex.press("Escape")
    mex.wait_text(ids[1], "en", before)


def test_an_arrow_pressed_before_the_browser_tells_of_the_caret_leads_on_all_the_same(mex) -> None:
    ids = [row["id"] for row in mex.rows()]
    mex.write(ids[1], "en")
    # A busy browser moves the caret at once and says so in a later task, behind the next key.
    mex.page.evaluate(
        """() => {
            const text = document.activeElement;
            getSelection().collapse(text.querySelector("p").firstChild, 0);
            const key = { key: "ArrowLeft", keyCode: 37, bubbles: true, cancelable: true };
            text.dispatchEvent(new KeyboardEvent("keydown", key));
        }"""
    )
    mex.wait_place(ids[1], "es", True)


def test_a_bracket_goes_round_the_selection_and_comes_off_again(mex) -> None:
    id = items(mex)[1]
    before = mex.text(id, "es")
    mex.write(id, "es", "start")
    for _ in range(7):
        mex.press("Shift+ArrowRight")
    mex.type("[")
    mex.wait_text(id, "es", f"[{before[:7]}]{before[7:]}")
    expect(mex.cell(id, "es").locator(".bracket")).to_have_text(f"[{before[:7]}]")
    mex.type("[")
    mex.wait_text(id, "es", before)
    # A selection left behind for another text is not meant any more.
    mex.press("Escape", "ArrowRight", "Enter", "Escape", "ArrowLeft").type("[")
    mex.wait_text(id, "es", f"[{before}]")
    mex.type("[").wait_saved()
    mex.wait_text(id, "es", before)


def test_the_secretariat_marks_a_state_by_key_and_goes_to_what_is_pending(enter, mex) -> None:
    secretariat = enter("secretariat").speak("es").open_draft()
    first, second = items(secretariat)[:2]
    secretariat.stand_on(first).press("e")
    menu = secretariat.page.locator("#state-menu")
    expect(menu).to_be_visible()
    secretariat.press("Home", "ArrowDown", "ArrowDown", "Enter")
    expect(menu).to_be_hidden()
    for person in (secretariat, mex):
        expect(person.page.locator(f'[data-row="{first}"] .gut .st-ok')).to_have_text("Acordado")
    secretariat.wait_place(first, "es", False)
    secretariat.press("ArrowDown", "ArrowUp", "n")
    secretariat.wait_place(second, "es", False)

    mex.stand_on(first).press("e")
    expect(mex.page.locator("#state-menu")).to_be_visible()
    expect(mex.page.locator("#state-menu button:not(:disabled)")).to_have_count(0)
    expect(mex.page.locator("#said")).to_contain_text("la Presidencia y la Secretaría Técnica")
    mex.press("Escape")


def test_the_question_mark_lists_all_keys(mex) -> None:
    mex.stand_on(items(mex)[0]).press("?")
    sheet = mex.page.locator("dialog.keys")
    expect(sheet).to_be_visible()
    assert sheet.locator("dt").count() > 15
    mex.press("Escape")
    expect(sheet).to_have_count(0)
    assert mex.place()[0] == items(mex)[0]


def test_enter_makes_a_paragraph_or_parts_one_and_backspace_takes_it_out(enter, mex) -> None:
    can = enter("drafting-can").open_draft()
    before = mex.rows()
    rows = mex.page.locator("#grid [data-row]")
    id = items(mex)[2]
    mex.write(id, "es").press("Enter").type("Párrafo nuevo del acuerdo")
    expect(rows).to_have_count(len(before) + 1)
    made = mex.wait(lambda: mex.place()[0] not in ("", id) and mex.place()[0])
    mex.wait_place(made, "es", True)
    mex.wait_text(made, "es", "Párrafo nuevo del acuerdo")
    for _ in range(len(" del acuerdo")):
        mex.press("ArrowLeft")
    mex.press("Enter").type("También ")
    expect(rows).to_have_count(len(before) + 2)
    tail = mex.wait(lambda: mex.place()[0] not in ("", made) and mex.place()[0])
    mex.wait(lambda: "También" in mex.text(tail, "es"))
    texts = {row["id"]: row["es"] for row in mex.rows()}
    assert texts[made].rstrip() == "Párrafo nuevo"
    assert texts[tail].split() == ["También", "del", "acuerdo"]

    mex.press("Control+a", "Backspace")
    mex.wait_text(tail, "es", "")
    mex.press("Backspace")
    expect(rows).to_have_count(len(before) + 1)
    mex.wait_place(made, "es", True)
    mex.press("Control+a", "Backspace", "Backspace")
    agreed_rows(mex, can, on=before)
    mex.wait_place(id, "es", True)
    expect(mex.page.locator("#side .refused")).to_have_count(0)


def test_undo_takes_back_words_and_structure_in_the_order_of_time(enter, mex) -> None:
    can = enter("drafting-can").open_draft()
    before = mex.rows()
    rows = mex.page.locator("#grid [data-row]")
    id = items(mex)[3]
    mex.write(id, "es").type(" Primero.").wait_saved()
    mex.press("Enter").type("Segundo")
    expect(rows).to_have_count(len(before) + 1)
    made = mex.wait(lambda: mex.place()[0] not in ("", id) and mex.place()[0])
    mex.wait_text(made, "es", "Segundo").wait_saved()
    mex.press("Tab")
    mex.wait(lambda: mex.row(made)["kind"] == "sub")
    mex.type(" y tercero").wait_saved()

    mex.press("Control+z")
    mex.wait(lambda: mex.text(made, "es") == "Segundo", lambda: mex.text(made, "es"))
    mex.press("Control+z")
    mex.wait(lambda: mex.row(made)["kind"] == "item")
    mex.press("Control+z")
    mex.wait(lambda: mex.text(made, "es") == "", lambda: mex.text(made, "es"))
    mex.press("Control+z")
    expect(rows).to_have_count(len(before))
    mex.wait(lambda: mex.place()[0] == id, mex.place)
    mex.press("Control+z")
    mex.wait_saved()
    agreed_rows(mex, can, on=before)


def test_finding_needs_no_accents_and_leads_from_place_to_place(mex) -> None:
    mex.stand_on(items(mex)[0]).press("Control+f").type("ninas, NINOS")
    bar = mex.page.locator("#findbar")
    expect(bar.locator(".count")).to_contain_text("1 de ")
    count = int(bar.locator(".count").inner_text().split()[-1])
    assert count >= 2
    expect(mex.page.locator("#grid .hit")).to_have_count(count)
    assert mex.page.locator("#grid .hit").first.inner_text().lower() == "niñas, niños"
    mex.press("Enter")
    expect(bar.locator(".count")).to_have_text(f"2 de {count}")
    mex.press("Shift+Enter", "Shift+Enter")
    expect(bar.locator(".count")).to_have_text(f"{count} de {count}")
    bar.locator("[data-tool=find_next]").click()
    expect(bar.locator(".count")).to_have_text(f"1 de {count}")
    mex.press("Control+a").type("zzz no está")
    expect(bar.locator(".count")).to_have_text("No aparece en el texto")
    mex.press("Escape")
    expect(bar).to_be_hidden()
    expect(mex.page.locator("#grid .hit")).to_have_count(0)
    assert mex.place()[0] != ""


def test_a_paragraph_and_a_section_are_copied_with_their_numbers(mex) -> None:
    mex.context.grant_permissions(["clipboard-read", "clipboard-write"])
    rows = mex.rows()
    row = next(row for row in rows if row["section"] == 1 and row["kind"] == "item")
    mex.stand_on(row["id"]).press("Control+Shift+c")
    mex.wait(lambda: mex.clipboard().startswith(f"{row['number']}\t{row['es']}"), mex.clipboard)
    mex.page.locator("[data-menu=copy-menu]").click()
    mex.page.locator("[data-tool=copy_section_both]").click()
    whole = [each for each in rows if each["section"] == 1]

    def is_copied() -> bool:
        copied = mex.clipboard()
        return all(each["es"] in copied and each["en"] in copied for each in whole)

    mex.wait(is_copied, mex.clipboard)
    expect(mex.page.locator("#said")).to_have_text("Copiado.")


def test_each_text_is_checked_in_its_own_language(mex) -> None:
    for id in items(mex)[:3]:
        for language in ("es", "en"):
            text = mex.cell(id, language).locator(".ProseMirror")
            assert text.get_attribute("lang") == language
            assert text.get_attribute("spellcheck") == "true"
            assert text.get_attribute("aria-label")


def test_letters_typed_on_when_the_pen_is_taken_give_no_commands(enter, tmp_path) -> None:
    head = "name,delegation,capacity,email,language,drafting\n"
    taken = tmp_path / "taken.csv"
    taken.write_text(f"{head}Marina Escalante,SLV,delegate,m.escalante@slv.example.org,es,no\n")
    slv = enter("drafting-slv").speak("es").open_draft()
    id = items(slv)[6]
    pace = Pace(slv.write(id, "es"))
    pace.type(" nene")
    taking = threading.Thread(target=slv.desk.run, args=("accredit", slv.desk.session, taken))
    taking.start()
    while taking.is_alive():
        pace.type("ne")
    text = slv.cell(id, "es").locator(".ProseMirror")
    slv.wait(lambda: pace.type("ne") or text.get_attribute("contenteditable") == "false")
    pace.type("nenenenene")
    assert slv.place()[0] == id
    assert slv.page.locator("dialog[open], [role=menu]:visible").count() == 0
    pace.type("n", after=800)
    slv.wait(lambda: slv.place()[0] != id)
