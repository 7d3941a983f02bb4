"""A page as axe-core and rules of our own see it: WCAG 2.2 AA, in every theme a device may ask for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from browser.people import Person
from desk_process import DeskProcess
from playwright.sync_api import Browser, Page

from session_app.config import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
INSPECT, COLOURS = (
    Path(__file__).with_name(name).read_text(encoding="utf-8")
    for name in ("inspect.js", "colours.js")
)
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NAMES = ("label-content-name-mismatch",)
RUN = """async (options) => (await axe.run(document.querySelector("dialog[open]") ?? document, { resultTypes: ["violations"], ...options })).violations
    .flatMap(({ id, nodes }) => nodes.map((each) =>
        `${id}: ${each.target.flat().join(" ")} ${each.failureSummary?.replaceAll(/\\s+/g, " ").slice(0, 240)}`))"""

THEMES: dict[str, dict[str, Any]] = {
    "dark": {"color_scheme": "dark"},
    "contrast": {"contrast": "more"},
    "dark contrast": {"color_scheme": "dark", "contrast": "more"},
    "forced colours": {"forced_colors": "active"},
}
PLAIN: dict[str, Any] = {
    "color_scheme": "light",
    "contrast": "no-preference",
    "forced_colors": "none",
}

FINGER, POINTER = 44, 0
"""The least size of a target: a finger's, on the chair's tablet and on phones; axe-core knows a pointer's."""

LAPTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
TABLET: dict[str, Any] = {"viewport": {"width": 1180, "height": 820}, "has_touch": True}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
UPRIGHT = {"width": 820, "height": 1180}
ZOOMED = {"width": 640, "height": 400}
"""A laptop's window at 200 %: half as many of the page's own pixels."""
FOURFOLD = {"width": 320, "height": 200}
"""The same at 400 % (WCAG 1.4.10)."""


def only(*rules: str) -> dict[str, Any]:
    """axe-core's options for rules that look at nothing but the page itself, so wait for no style sheet."""
    return {"runOnly": {"type": "rule", "values": list(rules)}, "preload": False}


class Inspector:
    """Looks at pages, and keeps what is wrong with them."""

    def __init__(self, desk: DeskProcess) -> None:
        self.faults: list[str] = []
        # Read when it is needed: the quick tests are collected without Node's modules too.
        self._axe = AXE.read_text(encoding="utf-8")
        self._phrases, self._patterns = _sentences()
        for one, other in [
            *desk.query("select title_es, title_en from agenda_item"),
            *desk.query("select title_es, title_en from section"),
        ]:
            if one != other:
                self._phrases["es"].append(str(one))
                self._phrases["en"].append(str(other))

    def look(self, page: Page, where: str, *, least: int = POINTER, themes: bool = False) -> None:
        """Look at a page as it stands; with `themes`, at its colours in all of them."""
        self._inspect(page, where, least)
        named = {rule: {"enabled": True} for rule in NAMES}
        self._keep(where, page.evaluate(RUN, {"runOnly": LEVELS, "rules": named}))
        for name, theme in THEMES.items() if themes else ():
            page.emulate_media(**(PLAIN | theme))
            forced = "forced_colors" in theme
            self._keep(f"{where}, {name}", page.evaluate(COLOURS, forced))
            if forced:
                continue  # the browser sees to the contrast of texts; axe-core reads the page's own colours
            rule = "color-contrast-enhanced" if "contrast" in theme else "color-contrast"
            self._keep(f"{where}, {name}", page.evaluate(RUN, only(rule)))
        if themes:
            page.emulate_media(**PLAIN)

    def measure(self, page: Page, where: str, *, least: int = POINTER) -> None:
        """Look only at what another size or language changes: what is cut off, covered, too small, or
        named otherwise than it reads."""
        self._inspect(page, where, least)
        self._keep(where, page.evaluate(RUN, only(*NAMES)))

    def _inspect(self, page: Page, where: str, least: int) -> None:
        if not page.evaluate("'axe' in window"):
            page.evaluate(self._axe)
        told = {"least": least, "phrases": self._phrases, "patterns": self._patterns}
        self._keep(where, page.evaluate(INSPECT, told))

    def _keep(self, where: str, found: list[str]) -> None:
        # The same in every row of a table is one fault.
        kinds = {each.partition(":")[0] if ":" in each else each: each for each in found}
        self.faults += [f"{where}: {each}" for each in kinds.values()]


class House:
    """The people of one desk, each signed in once, and the inspector who looks over their shoulders."""

    def __init__(self, desk: DeskProcess, browser: Browser) -> None:
        self.desk, self.browser = desk, browser
        self.inspector = Inspector(desk)
        self._people: dict[str, Person] = {}

    def get(self, role: str, **device: Any) -> Person:
        """Somebody with a device of their own; whose pages move nothing, so that all is where it stays."""
        if role not in self._people:
            port = self.desk.line.port if role.startswith("drafting") else self.desk.port
            person = Person(
                self.desk,
                self.browser,
                role,
                through=port,
                reduced_motion="reduce",
                **(device or LAPTOP),
            )
            # That the door is shut, or a list refused, is an answer, which browsers note as well.
            self._people[role] = person.expect("status of 4(00|23)").sign_in()
        return self._people[role]

    def open(self, role: str, place: str, **device: Any) -> Person:
        """Have somebody open a page, and wait until it is live."""
        person = self.get(role, **device)
        if place.endswith("draft"):
            return person.open_draft()
        person.go(place)
        # An imitation has no line to the desk, and a room's screen no word for it.
        if (
            person.page.locator("#connection").count()
            and person.page.locator("script[src]").count()
        ):
            person.page.locator("#connection:not([hidden])").wait_for()
        return person

    def leave(self) -> list[str]:
        """Everybody leaves; what their browsers complained of."""
        for person in self._people.values():
            person.leave()
        return [each for person in self._people.values() for each in person.unexpected()]


def stranger(house: House, language: str, **device: Any) -> Page:
    """Somebody whom the desk does not know, at its door."""
    context = house.browser.new_context(
        base_url=house.desk.url, locale=language, reduced_motion="reduce", **device
    )
    page = context.new_page()
    page.goto("/")
    return page


def _sentences() -> tuple[dict[str, list[str]], dict[str, list[list[str]]]]:
    """Every sentence of the catalogues: those said as they stand, and those with places to fill."""
    phrases: dict[str, list[str]] = {}
    patterns: dict[str, list[list[str]]] = {}
    for language in ("es", "en"):
        file = ROOT / "session_app" / "messages" / f"{language}.toml"
        told = tomllib.loads(file.read_text(encoding="utf-8")).values()
        every = [
            one for each in told for one in ([each] if isinstance(each, str) else each.values())
        ]
        phrases[language] = [each for each in every if "{" not in each]
        parts = [re.split(r"\{\w+\}", each) for each in every if "{" in each]
        patterns[language] = [each for each in parts if max(map(len, each)) >= 8]
    return phrases, patterns
