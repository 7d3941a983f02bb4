"""The booth: who speaks and in which language, the text level in both, the glossary; and no act."""

from __future__ import annotations

import pytest
from browser.accessible import FINGER, POINTER, Inspector
from desk_process import DeskProcess
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LAPTOP = {"viewport": {"width": 1366, "height": 768}, "reduced_motion": "reduce"}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "reduced_motion": "reduce"}


def test_the_booth_follows_the_floor_and_finds_terms(enter, desk: DeskProcess) -> None:
    inspector = Inspector(desk)
    interpreter = enter("interpreter", **LAPTOP).go("booth").speak("es")
    page = interpreter.page
    chair = desk.enter("chair", "floor")
    for role in ("drafting-can", "delegate-hnd", "drafting-slv", "drafting-mex"):
        asking = desk.enter(role, "floor")
        asking.do("person.language", language="en" if role == "drafting-can" else "es")
        assert asking.do("floor.ask", kind="speech")["ok"]
        asking.close()
    chair.do("floor.recognise")
    speaker = page.locator("#live-floor .name")
    expect(speaker).to_contain_text("Canadá")
    expect(speaker.locator(".spoken")).to_have_text("Inglés")
    expect(page.locator("#live-floor .queue > li:visible")).to_have_count(3)
    expect(page.locator("#live-floor .queue .spoken").first).to_have_text("Español")

    page.keyboard.press("/")
    page.keyboard.type("rectitud")
    expect(page.locator("#found")).to_have_text("Ningún término con esas letras.")
    page.keyboard.press("Escape")
    page.keyboard.type("DERECHO DE R")
    expect(page.locator(".terms > div:visible")).to_have_text(["derecho de réplicaright of reply"])
    page.locator("#sought").fill("RNCOM")
    expect(page.locator(".terms > div:visible dt")).to_have_text("RROCM")
    page.locator("#sought").fill("")
    assert page.locator("main form:visible, main button:visible").count() == 0

    inspector.look(page, "booth", themes=True, least=POINTER)
    page.set_viewport_size({"width": 390, "height": 844})
    inspector.look(page, "booth on a phone")
    page.set_viewport_size({"width": 640, "height": 400})
    inspector.look(page, "booth at twice the size")

    rows = desk.query(
        "select id from paragraph where draft = ? and position is not null and kind = 'item'",
        desk.draft(),
    )
    assert chair.do("room.put", draft=desk.draft(), paragraph=rows[4][0])["ok"]
    secretariat = enter("secretariat", **PHONE).go("booth")
    expect(secretariat.page.locator("#live-room .doc")).to_have_count(2)
    inspector.look(secretariat.page, "booth, a paragraph in both languages", least=FINGER)
    assert page.locator("#live-room").inner_html() == ""  # this interpreter may not read the draft
    chair.close()
    assert not inspector.faults, "\n".join(inspector.faults)
