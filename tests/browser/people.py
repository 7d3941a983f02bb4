"""People at the meeting, each at a browser of their own, and what they do there with keys and pointer."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from itertools import zip_longest
from typing import Any

from desk_process import DeskProcess
from playwright.sync_api import Browser, CDPSession, ConsoleMessage, Error, Locator, Page, WebError

KEY = 25
"""Milliseconds between keys: faster than a hand, slow enough for selections to be true."""
SECONDS = 30.0
"""What anything is waited for before a test says that it has not happened. It is no promise to anybody: a busy
machine may take its time, and what is promised within a time is measured at the desk's own end of the line."""
READ = 1_100
"""Milliseconds in which words that have just come before the room are read: the chair's page, which counts a
second from when it shows them, takes no result before."""
OTHER_TAP = 600
"""Milliseconds after which a tap in the place of another is meant, and no slip of the same hand."""

# What a page shows of the draft: the marks of others' carets are not text.
ROWS = """() => {
  let section = -1;
  const found = [];
  for (const row of document.querySelectorAll("#grid > .row")) {
    if (row.classList.contains("sec")) section += 1;
    if (!row.dataset.row) continue;
    const kind = ["item", "sub", "tail", "heading"].find((each) => row.classList.contains(each));
    const text = (language) => {
      const shown = row.querySelector(`[data-language=${language}] :is(.ProseMirror, .plain)`).cloneNode(true);
      for (const each of shown.querySelectorAll(".caret")) each.remove();
      return shown.textContent;
    };
    const number = row.querySelector(".n").textContent;
    found.push({ id: row.dataset.row, section, kind, number, es: text("es"), en: text("en") });
  }
  return found;
}"""

# Where a word of a text begins on the screen.
BEFORE_WORD = """(text, word) => {
  const walk = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const at = walk.currentNode.data.indexOf(word);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(walk.currentNode, at);
    range.setEnd(walk.currentNode, at + 1);
    const { left, top, height } = range.getBoundingClientRect();
    return [left + 1, top + height / 2];
  }
}"""

# Choose a word of the text that has the focus, and wait until everything in the page has heard of it.
SELECT = """(word) => new Promise((done) => {
  const walk = document.createTreeWalker(document.activeElement, NodeFilter.SHOW_TEXT);
  while (walk.nextNode() && !walk.currentNode.data.includes(word));
  const from = walk.currentNode.data.indexOf(word);
  document.addEventListener("selectionchange", () => setTimeout(done), { once: true });
  getSelection().setBaseAndExtent(walk.currentNode, from, walk.currentNode, from + word.length);
})"""

WORKERLESS = re.compile("Service Worker registration blocked by Playwright")
"""What the browser says because we have it keep nothing; tests/browser/test_offline.py lets it."""
NETWORK = re.compile(r"net::ERR_|WebSocket (connection|is)|Failed to load resource")


class Person:
    """Somebody of the demonstration, signed in with their own code."""

    def __init__(
        self, desk: DeskProcess, browser: Browser, role: str, *, through: int, **context: Any
    ) -> None:
        self.desk, self.role = desk, role
        self.url = f"http://127.0.0.1:{through}"
        self.context = browser.new_context(
            **({"viewport": {"width": 1500, "height": 900}, "service_workers": "block"} | context)
        )
        self.complaints: list[str] = []
        self.expected: list[re.Pattern[str]] = [WORKERLESS]
        self.context.on("console", self._hear_console)
        self.context.on("weberror", self._hear_error)
        self.page = self.context.new_page()

    # Where one is

    def sign_in(self) -> Person:
        """Follow one's link and press its button."""
        self.page.goto(f"{self.url}/in/{self.desk.codes[self.role]}")
        self.page.locator("main button").click()
        self.page.wait_for_url(f"**/s/{self.desk.session}/**")
        return self

    def go(self, place: str = "") -> Person:
        """Open a page of the session."""
        self.page.goto(f"{self.url}/s/{self.desk.session}/{place}")
        return self

    def open_draft(self) -> Person:
        """Open the drafting page and wait until one can write."""
        self.go("draft")
        self.page.locator("#grid:not([aria-busy])").wait_for()
        return self

    def speak(self, language: str) -> Person:
        """Have the pages in a language."""
        if self.page.locator("html").get_attribute("lang") != language:
            self.page.locator(f".seg button[value={language}]").click()
            self.page.locator(f"html[lang={language}]").wait_for(state="attached")
        return self

    def leave(self) -> None:
        """Close the browser without another word, and with it whatever it kept."""
        self.context.close()

    # Looking

    def source(self) -> str:
        """The whole page as it stands, words that are hidden included."""
        return str(look(self.page, self.page.content))

    def ask(self, script: str) -> Any:
        """What a script finds in the page that is there."""
        return look(self.page, lambda: self.page.evaluate(script))

    # Waiting

    def let_read(self) -> Person:
        """Let the room read the paragraph that has just come before it."""
        self.page.wait_for_timeout(READ)
        return self

    def wait(self, holds: Callable[[], Any], what: Callable[[], object] | str = "") -> Any:
        """Wait until something holds, and return it."""
        return wait(self.page, holds, what)

    def wait_saved(self) -> Person:
        """Wait until the page says that what was written is on the server's disk."""
        word = self.page.locator("#connection .word")
        self.wait(lambda: re.search(r"\d\d:\d\d:\d\d$", word.inner_text()), word.inner_text)
        return self

    def wait_online(self) -> None:
        word = self.page.locator("#connection .word")
        said = re.compile(r"\d\d:\d\d:\d\d$|^(En línea|Live)$")
        self.wait(lambda: said.search(word.inner_text()), word.inner_text)

    # The draft

    def rows(self) -> list[dict[str, Any]]:
        """The rows as this page shows them, in their order."""
        return list(self.page.evaluate(ROWS))

    def row(self, id: str) -> dict[str, Any]:
        return next(each for each in self.rows() if each["id"] == id)

    def text(self, id: str, language: str) -> str:
        return str(self.row(id)[language])

    def wait_text(self, id: str, language: str, text: str) -> Person:
        """Wait until the page shows a text as it is to be."""
        self.wait(lambda: self.text(id, language) == text, lambda: self.text(id, language))
        return self

    def wait_place(self, *place: str | bool) -> Person:
        """Wait until the focus is where it is to be (`place`)."""
        self.wait(lambda: self.place() == place, lambda: str(self.place()))
        return self

    def cell(self, id: str, language: str) -> Locator:
        return self.page.locator(f'#grid [data-row="{id}"] [data-language={language}]')

    def write(self, id: str, language: str, at: str = "end") -> Person:
        """Click into a text, and put the caret at its start, its end, or before a word of it."""
        text = self.cell(id, language).locator(".ProseMirror")
        text.click()
        self.page.wait_for_timeout(KEY)
        if at in ("start", "end"):
            return self.press("Control+End" if at == "end" else "Control+Home")
        self.page.mouse.click(*text.evaluate(BEFORE_WORD, at))
        self.page.wait_for_timeout(KEY)
        return self

    def stand_on(self, id: str, language: str = "es") -> Person:
        """Be on a row without writing in it."""
        self.cell(id, language).locator(".ProseMirror").click()
        self.press("Escape")
        return self

    def press(self, *keys: str) -> Person:
        for key in keys:
            self.page.keyboard.press(key)
            self.page.wait_for_timeout(KEY)
        return self

    def select(self, word: str) -> Person:
        """Have a word of the text one writes in chosen, as the browser's own correction does."""
        self.page.evaluate(SELECT, word)
        return self

    def type(self, text: str) -> Person:
        self.page.keyboard.type(text, delay=KEY)
        return self

    def dictate(self, text: str) -> Person:
        """Put in a phrase at once, as dictation does."""
        self.page.keyboard.insert_text(text)
        self.page.wait_for_timeout(KEY)
        return self

    def place(self) -> tuple[str, str, bool]:
        """The row and language that have the focus, and whether one writes there."""
        return tuple(  # type: ignore[return-value]
            self.page.evaluate(
                """() => {
                    const at = document.activeElement;
                    return [at.closest("[data-row]")?.dataset.row ?? "",
                            at.closest("[data-language]")?.dataset.language ?? "",
                            at.classList.contains("ProseMirror")];
                }"""
            )
        )

    def clipboard(self) -> str:
        return str(self.page.evaluate("navigator.clipboard.readText()"))

    # Below the keys

    def input_method(self) -> CDPSession:
        """What an operating system's input method does to the text that has the focus."""
        return self.context.new_cdp_session(self.page)

    # What goes wrong

    def expect(self, complaint: str) -> Person:
        """A complaint of the browser that the procedure itself brings about."""
        self.expected.append(re.compile(complaint))
        return self

    def expect_an_outage(self) -> Person:
        self.expected.append(NETWORK)
        return self

    def unexpected(self) -> list[str]:
        return [
            each
            for each in self.complaints
            if not any(known.search(each) for known in self.expected)
        ]

    def _hear_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{self.role}: {message.text}")

    def _hear_error(self, error: WebError) -> None:
        self.complaints.append(f"{self.role}: {error.error}")


def wait(page: Page, holds: Callable[[], Any], what: Callable[[], object] | str = "") -> Any:
    """Wait at a page until something holds, and return it."""
    end = time.monotonic() + SECONDS
    while not (found := holds()):
        assert time.monotonic() < end, what() if callable(what) else what
        page.wait_for_timeout(KEY)
    return found


def look(page: Page, at: Callable[[], Any]) -> Any:
    """What a look at a page finds. One that is just giving way to another is looked at when that is there."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            return at()
        except Error:
            if time.monotonic() > end:
                raise
            page.wait_for_timeout(KEY)


def type_together(*work: tuple[Person, str]) -> None:
    """Everybody types at once: a key of the one, a key of the other."""
    for letters in zip_longest(*(text for _, text in work), fillvalue=""):
        for (person, _), letter in zip(work, letters, strict=True):
            if letter:
                person.page.keyboard.type(letter)
        work[0][0].page.wait_for_timeout(KEY)


def agreed_rows(*people: Person, on: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Wait until all pages show the same, `on` which they are to agree if it is known, and return it."""
    known = [] if on is None else [_without_numbers(on)]
    seen: list[list[dict[str, Any]]] = []

    def agree() -> bool:
        seen[:] = [*known, *(_without_numbers(each.rows()) for each in people)]
        return all(each == seen[0] for each in seen[1:])

    people[0].wait(agree, lambda: [_difference(seen[0], each) for each in seen[1:]])
    return people[0].rows()


def assert_numbers_are_dense(rows: list[dict[str, Any]]) -> None:
    """Items count from 1 in each section, sub-items from a in each item; the rest has no number."""
    item = sub_item = section = 0
    for row in rows:
        if row["section"] != section:
            item, section = 0, row["section"]
        if row["kind"] == "item":
            item, sub_item = item + 1, 0
            assert row["number"] == f"{item}.", row
        elif row["kind"] == "sub":
            sub_item += 1
            assert row["number"].strip("()") == chr(96 + sub_item), row
        else:
            assert row["number"] == "", row


def _without_numbers(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    # "a)" is "(a)" on an English page.
    return [row | {"number": row["number"].replace("(", "")} for row in rows]


def _difference(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> list[Any]:
    return [pair for pair in zip_longest(ours, theirs) if pair[0] != pair[1]][:3]
