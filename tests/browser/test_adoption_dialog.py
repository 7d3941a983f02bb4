"""The chair's dialog stands open while the room goes on: nothing is adopted that was not seen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def adopted(desk) -> int:
    return int(str(desk.query("select count(*) from adopted_text")[0][0]))


def test_words_that_come_behind_the_open_dialog_are_not_adopted_with_it(enter, desk) -> None:
    chair = enter("chair").go("chair#all")
    writer = enter("drafting-can").open_draft()
    open_one = desk.query(
        "select id from paragraph where state = 'bracketed' and kind = 'item' and draft = ?",
        desk.draft(),
    )[0][0]
    page = chair.page
    page.locator("#pick").select_option(f"p-{open_one}")
    page.locator(f"#p-{open_one} [data-opens]").click()
    dialog = page.locator(f"#adopt-{open_one}")
    dialog.locator("textarea").fill("La sala lo pide")

    writer.write(open_one, "es").type(" y nadie lo vio")
    writer.wait_saved()
    expect(page.locator(f"#p-{open_one} [lang=es]")).to_contain_text("y nadie lo vio")
    dialog.locator(".acts button:not([data-closes])").click()
    expect(dialog.locator(".refusal")).to_be_visible()
    assert adopted(desk) == 0

    dialog.locator("[data-closes]").click()
    page.locator(f"#p-{open_one} [data-opens]").click()
    dialog.locator(".acts button:not([data-closes])").click()
    expect(page.locator(f"#p-{open_one}")).to_have_attribute("data-state", "adopted")
    assert adopted(desk) == 1


def test_a_paragraph_taken_out_takes_its_dialog_along(enter, desk) -> None:
    chair = enter("chair").go("chair#all")
    writer = enter("drafting-can").open_draft()
    page = chair.page
    last = writer.rows()[-1]["id"]
    page.locator("#pick").select_option(f"p-{last}")
    page.locator(f"#p-{last} [data-opens]").click()
    writer.stand_on(last)
    writer.page.locator("[data-tool=delete]").click()
    expect(page.locator(f"#p-{last}")).to_have_count(0)
    assert page.locator("dialog[open]").count() == 0
    page.locator(".paragraph:visible [data-opens]").click()
    expect(page.locator("dialog[open]")).to_be_visible()
