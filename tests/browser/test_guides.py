"""Each guide is one printed page, with pictures of the real screens."""

from __future__ import annotations

import re

import pytest

from session_app.web.guides import PICTURES

pytestmark = [pytest.mark.browser, pytest.mark.looks]


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_guide_is_one_sheet_of_a4_with_its_pictures(chromium, desk, language) -> None:
    page = chromium.new_page()
    for role, pictures in PICTURES.items():
        page.goto(f"{desk.url}/guide/{role}?lang={language}", wait_until="networkidle")
        assert page.locator("figure img").count() == len(pictures)
        widths = page.locator("figure img").evaluate_all(
            "all => all.map(each => each.naturalWidth)"
        )
        assert min(widths) > 300, (role, widths)
        printed = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1, role
        box = re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", printed)
        assert [round(float(side)) for side in box.groups()] == [595, 842], "an A4"
    page.close()
