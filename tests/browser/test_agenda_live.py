"""What the chair does with the agenda and the sitting is on every screen at once."""

from __future__ import annotations

import re

import pytest
from browser.people import OTHER_TAP
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_every_screen_follows_the_chair_and_a_phone_that_was_away_catches_up(enter, desk) -> None:
    chair = enter("chair", viewport={"width": 1024, "height": 768}, has_touch=True).go("chair")
    phone = enter(
        "delegate-hnd", through=desk.line, viewport={"width": 360, "height": 740}, has_touch=True
    ).go()
    screen = enter("projector").go("screen")
    secretariat = enter("secretariat").go()
    everywhere = [chair.page, phone.page, secretariat.page]

    def is_shown(selector: str, words: str | re.Pattern[str], pages=everywhere) -> None:
        for page in pages:
            expect(page.locator(selector)).to_contain_text(words)

    def is_on_screen(number: str) -> None:
        shown = screen.page.locator("#live-screen .item .n")
        expect(shown).to_have_text(number.rstrip("."))

    def advance() -> str:
        following = chair.page.locator("#live-agenda .next").inner_text().split("\n")[-1]
        number = re.search(r"(\d+)\.", following).group(1)
        chair.page.wait_for_timeout(OTHER_TAP)
        chair.page.locator(".go > form button").tap()
        return f"{number}."

    for person in (chair, phone, secretariat):
        person.wait_online()
    is_shown("#live-agenda .now h2 .n", advance())
    now = advance()
    is_shown("#live-agenda .now h2 .n", now)
    is_on_screen(now)

    chair.page.locator("[data-opens=suspend]").tap()
    chair.page.locator("#resumes-at").fill("15:30")
    chair.page.locator("dialog#suspend button.primary").tap()
    for page in (*everywhere, screen.page):
        expect(page.locator("#live-sitting")).to_have_attribute("data-state", "suspended")
    is_shown("#live-sitting .when", "15:30", [phone.page, secretariat.page, chair.page])
    expect(screen.page.locator("#resumes")).to_have_text("15:30")
    expect(screen.page.locator("#resumes")).to_be_visible()

    phone.expect_an_outage()
    desk.line.swallow()
    expect(phone.page.locator("#offline")).to_be_visible()
    chair.page.get_by_role("button", name="Reanudar").tap()
    now = advance()
    is_shown("#live-agenda .now h2 .n", now, [chair.page, secretariat.page])
    is_on_screen(now)
    expect(phone.page.locator("#live-sitting")).to_have_attribute("data-state", "suspended")
    desk.line.carry()
    expect(phone.page.locator("#live-agenda .now h2 .n")).to_have_text(now)
    expect(phone.page.locator("#live-sitting")).to_have_attribute("data-state", "open")
    expect(phone.page.locator("#offline")).to_be_hidden()
