"""The floor as the chair gives it and delegations ask for it, on their own devices."""

from __future__ import annotations

import pytest
from browser.people import NETWORK
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
TABLET = {"width": 1180, "height": 820}
SHOWN = """() => {
  const left = document.querySelector("#live-floor .clock[data-deadline] .left")?.textContent;
  if (!left) return null;
  const [minutes, seconds] = left.split(":").map(Number);
  return minutes * 60 + seconds + (performance.timeOrigin + performance.now()) / 1000;
}"""
"""When the running clock of a page will be at its end, as it is shown: by the true time, in seconds."""


def clocks_agree(*people) -> None:
    """Wait until the clocks that people are shown run, and end together but for the second each shows."""
    ends: list[float] = []

    def agree() -> bool:
        ends[:] = [each.page.evaluate(SHOWN) or 0 for each in people]
        return all(ends) and max(ends) - min(ends) <= 1

    people[0].wait(agree, lambda: ends)


def test_a_delegation_asks_on_a_phone_sees_its_place_and_is_given_the_floor_on_the_tablet(enter):
    chair = enter("chair", viewport=TABLET).go("chair")
    honduras = enter("delegate-hnd", viewport=PHONE).go()
    canada = enter("drafting-can", viewport=PHONE).go()
    for each in (honduras, canada):
        each.page.locator("#live-floor .ask > .act button").click()
        each.page.locator("#live-floor .mine .place:not([hidden])").wait_for()
    expect(canada.page.locator("#live-floor .where:visible")).to_contain_text("2nd")
    # The second tap of the same hand, on what the button has become, gives the floor to nobody else.
    chair.page.locator("#live-floor .acts .primary").dblclick()
    clocks_agree(chair, honduras, canada)
    expect(chair.page.locator("#live-floor .clock")).to_have_attribute("data-limit", "180")
    canada.page.locator("#live-floor .place:not([hidden]) button").click()
    canada.page.locator("#live-floor .ask > .act button").wait_for(state="visible")
    chair.page.locator("#live-floor .queue").wait_for(state="detached")
    chair.page.locator("#live-floor form[action$='floor.end'] button").click()
    chair.page.locator("#live-floor .clock").wait_for(state="detached")


def test_clocks_agree_on_devices_whose_own_clocks_do_not_and_that_were_off_line(enter):
    chair = enter("chair", viewport=TABLET).go("chair")
    wrong = enter("delegate-hnd", viewport=PHONE)
    wrong.page.add_init_script("const there = Date.now; Date.now = () => there() + 3_600_000;")
    wrong.go()
    chair.page.locator("[data-opens=add-speaker]").click()
    chair.page.locator("#speaker-new").select_option("BLZ")
    chair.page.locator("#add-speaker form button").first.click()
    chair.page.locator("#live-floor .acts .primary").click()
    clocks_agree(chair, wrong)
    wrong.expected.append(NETWORK)
    wrong.context.set_offline(True)
    wrong.page.wait_for_timeout(2_500)
    clocks_agree(chair, wrong)
    chair.page.locator("#live-floor form[action$='floor.pause'] button").dblclick()
    wrong.context.set_offline(False)
    wrong.page.locator("#live-floor .clock:not([data-deadline])").wait_for()
    chair.page.locator("#live-floor form[action$='floor.resume'] button").click()
    clocks_agree(chair, wrong)
