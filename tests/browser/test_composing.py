"""Accents, input methods and dictation in a cell while others write in the same paragraph."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, Page

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]


class Files(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    handler = functools.partial(Files, directory=str(ROOT))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/tests/browser/composing.html"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(address: str, chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    page.wait_for_function("window.change !== undefined")
    yield page
    page.close()
    assert complaints == []


@pytest.fixture
def keyboard(page: Page) -> CDPSession:
    """What an operating system's input method does, below the keys."""
    return page.context.new_cdp_session(page)


def compose(keyboard: CDPSession, text: str) -> None:
    keyboard.send(
        "Input.imeSetComposition",
        {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
    )


def mine(page: Page) -> str:
    return str(page.evaluate("mine.view.dom.textContent"))


def assert_all_show(page: Page, text: str) -> None:
    page.wait_for_function(
        "text => [mine.view.dom.textContent, mine.text.toString(), theirs.view.dom.textContent]"
        ".every(each => each === text)",
        arg=text,
    )


def test_an_accent_is_composed_while_another_writes_before_and_behind_it(
    page: Page, keyboard: CDPSession
) -> None:
    page.evaluate("place(10)")
    compose(keyboard, "´")
    page.evaluate("change(0, 0, 'Que '); change(theirs.text.length, 0, ' hoy')")
    page.wait_for_timeout(200)
    assert mine(page) == "la migraci´n segura"
    keyboard.send("Input.insertText", {"text": "ó"})
    assert_all_show(page, "Que la migración segura hoy")


def test_a_word_of_an_input_method_and_letters_of_another_at_its_very_place(
    page: Page, keyboard: CDPSession
) -> None:
    page.evaluate("place(18)")
    for count, word in enumerate(("n", "ni", "nih", "niho", "nihon")):
        compose(keyboard, word)
        page.evaluate(f"change(theirs.text.length, 0, '{count}')")
        page.wait_for_timeout(40)
    keyboard.send("Input.insertText", {"text": "日本"})
    assert_all_show(page, "la migracin segura日本01234")


def test_the_words_around_a_composition_are_deleted_by_another(
    page: Page, keyboard: CDPSession
) -> None:
    page.evaluate("place(2)")
    compose(keyboard, " x")
    page.wait_for_timeout(60)
    page.evaluate("change(4, 16, ''); change(0, 2, '')")
    page.wait_for_timeout(60)
    compose(keyboard, " xy")
    keyboard.send("Input.insertText", {"text": " xyz"})
    assert_all_show(page, " xyz")


def test_a_word_replaced_by_the_browser_while_another_writes(page: Page) -> None:
    page.evaluate(
        """() => {
            const text = mine.view.dom.querySelector("p").firstChild;
            place(3);
            return new Promise((done) => {
                document.addEventListener("selectionchange", () => setTimeout(done), { once: true });
                getSelection().setBaseAndExtent(text, 3, text, 11);
            });
        }"""
    )
    page.evaluate("change(0, 0, 'A'); document.execCommand('insertText', false, 'migración')")
    assert_all_show(page, "Ala migración segura")


def test_a_caret_just_moved_stays_there_though_words_come_before_the_browser_tells_of_it(
    page: Page,
) -> None:
    page.evaluate("place(10)")
    # In one task: the browser tells of the caret in a later one.
    page.evaluate(
        """() => {
            getSelection().collapse(mine.view.dom.querySelector("p").firstChild, 2);
            mine.doc.transact(() => mine.text.insert(0, "Que "), "network");
        }"""
    )
    page.keyboard.type("s")
    assert_all_show(page, "Que las migracin segura")


def test_two_type_at_human_speed_into_one_paragraph(page: Page) -> None:
    page.evaluate("place(2)")
    for letter in "abcdefghij":
        page.keyboard.type(letter, delay=25)
        page.evaluate(f"change(0, 0, '{letter.upper()}')")
    assert_all_show(page, "JIHGFEDCBAlaabcdefghij migracin segura")
