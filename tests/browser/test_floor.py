"""The floor as the chair gives it and delegations ask for it, on their own devices."""

from __future__ import annotations

import pytest
from browser.people import NETWORK

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
TABLET = {"width": 1180, "height": 820}
RUNS = "() => document.querySelector('#live-floor .clock[data-deadline] .left')?.textContent"


def left(person) -> int:
    """Seconds the running clock of somebody's page shows."""
    person.page.wait_for_function(RUNS)
    minutes, seconds = person.page.locator("#live-floor .clock .left").inner_text().split(":")
    return int(minutes) * 60 + int(seconds)


def test_a_delegation_asks_on_a_phone_sees_its_place_and_is_given_the_floor_on_the_tablet(enter):
    chair = enter("chair", viewport=TABLET).go("chair")
    honduras = enter("delegate-hnd", viewport=PHONE).go()
    canada = enter("drafting-can", viewport=PHONE).go()
    for each in (honduras, canada):
        each.page.locator("#live-floor .ask > .act button").click()
        each.page.locator("#live-floor .mine .place:not([hidden])").wait_for()
    assert "2nd" in canada.page.locator("#live-floor .where:visible").inner_text()
    # The second tap of the same hand, on what the button has become, gives the floor to nobody else.
    chair.page.locator("#live-floor .acts .primary").dblclick()
    shown = [left(each) for each in (chair, honduras, canada)]
    assert max(shown) - min(shown) <= 1, shown
    assert 170 < shown[0] <= 180
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
    assert abs(left(chair) - left(wrong)) <= 1
    wrong.expected.append(NETWORK)
    wrong.context.set_offline(True)
    wrong.page.wait_for_timeout(2500)
    assert abs(left(chair) - left(wrong)) <= 1
    wrong.context.set_offline(False)
    chair.page.locator("#live-floor form[action$='floor.pause'] button").dblclick()
    chair.page.locator("#live-floor form[action$='floor.resume'] button").click()
    assert abs(left(chair) - left(wrong)) <= 1
