"""Everybody can use every page: WCAG 2.2 AA as axe-core sees it, page by page and state by state, and more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from browser.accessible import FINGER, POINTER, Inspector
from browser.people import Person
from desk_process import DeskProcess
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

LAPTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
TABLET: dict[str, Any] = {"viewport": {"width": 1180, "height": 820}, "has_touch": True}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
UPRIGHT = {"width": 820, "height": 1180}
ZOOMED = {"width": 640, "height": 400}
"""A laptop's window at 200 %: half as many of the page's own pixels."""


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
            self._people[role] = person.sign_in()
        return self._people[role]

    def open(self, role: str, place: str, **device: Any) -> Person:
        """Have somebody open a page, and wait until it is live."""
        person = self.get(role, **device)
        if place.endswith("draft"):
            return person.open_draft()
        person.go(place)
        if (
            person.page.locator("#connection").count()
            and person.page.locator("[data-live]").count()
        ):
            person.page.locator("#connection:visible").wait_for()
        return person

    def leave(self) -> list[str]:
        """Everybody leaves; what their browsers complained of."""
        for person in self._people.values():
            person.leave()
        return [each for person in self._people.values() for each in person.unexpected()]


@pytest.fixture(scope="module")
def full_house(chromium: Browser, desk: DeskProcess) -> Iterator[House]:
    house = House(desk, chromium)
    yield house
    assert house.leave() == []


@pytest.fixture
def house(full_house: House) -> Iterator[House]:
    """The house; whatever was found at fault during the test fails it."""
    full_house.inspector.faults = []
    yield full_house
    found = full_house.inspector.faults
    assert not found, "\n".join(found)


def stranger(house: House, language: str, **device: Any) -> Page:
    """Somebody whom the desk does not know, at its door."""
    context = house.browser.new_context(
        base_url=house.desk.url, locale=language, reduced_motion="reduce", **device
    )
    page = context.new_page()
    page.goto("/")
    return page


def issue_badge(house: House, role: str) -> tuple[str, str]:
    """Have the Secretariat print somebody's badge; its code and its link."""
    page = house.open("secretariat", "desk").page
    page.locator(f"#person-{house.desk.person(role)} form button").first.click()
    badge = page.locator(".badge")
    return badge.locator(".typed code").inner_text(), badge.locator(".link").inner_text()


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_way_in_has_no_step(house: House, language: str) -> None:
    look = house.inspector.look
    typed, _ = issue_badge(house, "drafting-slv")
    look(house.get("secretariat").page, "badge with a PIN", themes=True)

    page = stranger(house, language, **PHONE)
    look(page, "sign-in", least=FINGER, themes=True)
    page.locator("#code").fill("2222-2222")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "wrong code", least=FINGER, themes=True)
    page.locator("#code").fill(typed)
    page.keyboard.press("Enter")
    page.locator("#pin").wait_for()
    look(page, "PIN", least=FINGER, themes=True)
    page.locator("#pin").fill("0")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "wrong PIN", least=FINGER)

    code, link = issue_badge(house, "observer-country")
    for _ in range(2):
        house.desk.ask("/in", form={"code": code})
    page.goto(link)
    look(page, "badge", least=FINGER, themes=True)
    page.locator("main button").click()
    page.locator("ul.devices").wait_for()
    look(page, "further device", least=FINGER, themes=True)
    page.locator("main button.primary").click()
    page.wait_for_url("**/s/**")
    page.goto("/devices")
    look(page, "devices", least=FINGER, themes=True)
    page.goto("/nowhere")
    look(page, "error", least=FINGER, themes=True)
    page.context.close()


ROOM = [
    ("chair", TABLET, ["", "documents"]),
    ("secretariat", LAPTOP, [""]),
    ("drafting-can", LAPTOP, [""]),
    ("delegate-hnd", PHONE, ["", "documents"]),
    ("observer-organisation", PHONE, ["", "documents"]),
    ("rrocm", PHONE, [""]),
    ("interpreter", LAPTOP, [""]),
]


@pytest.mark.parametrize("language", ["es", "en"])
def test_everybody_finds_their_way_about_the_room(house: House, language: str) -> None:
    for role, device, places in ROOM:
        for place in places:
            person = house.open(role, place, **device)
            person.speak(language)
            least = POINTER if device is LAPTOP else FINGER
            where = f"{role} at /{place} in {language}"
            house.inspector.look(person.page, where, least=least, themes=language == "es")
            if not place and device is not LAPTOP:
                person.page.locator("details.me summary").click()
                house.inspector.look(person.page, f"{where}, who", least=least)
