"""A paragraph before the room: the chair records what the room says, and a delegate's page follows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser.accessible import FINGER, Inspector
from browser.people import Person
from desk_process import DeskProcess
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

TABLET = {"viewport": {"width": 1180, "height": 820}, "has_touch": True}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}

SAID = {
    "es": {
        "button": "Registrar la objeción de Canadá",
        "objection": "Objeción de Canadá",
        "recorded": "Objeción de Canadá registrada: Conclusión ",
        "nobody": "Elija al menos una delegación que objeta",
        "both": "Registrar ad referéndum de Canadá y Honduras",
        "consults": "Ad referéndum de Canadá y Honduras",
        "tile": "consulta",
        "changed": "El párrafo cambió a las ",
    },
    "en": {
        "button": "Record the objection by Canada",
        "objection": "Objection by Canada",
        "recorded": "Objection by Canada recorded: Conclusion ",
        "nobody": "Choose at least one delegation that objects",
        "both": "Record ad referendum by Canada and Honduras",
        "consults": "Ad referendum by Canada and Honduras",
        "tile": "consults",
        "changed": "The paragraph changed at ",
    },
}


@pytest.fixture
def inspector(desk: DeskProcess) -> Iterator[Inspector]:
    """Looks at pages; what it has found at fault fails the test."""
    inspector = Inspector(desk)
    yield inspector
    assert not inspector.faults, "\n".join(inspector.faults)


def item(desk: DeskProcess, number: int) -> str:
    rows = desk.query(
        "select id from paragraph where draft = ? and position is not null and kind = 'item'"
        " order by position",
        desk.draft(),
    )
    return str(rows[number][0])


def state_of(desk: DeskProcess, paragraph: str) -> str:
    return str(desk.query("select state from paragraph where id = ?", paragraph)[0][0])


def put_before_room(chair: Person, paragraph: str) -> None:
    """From among all paragraphs to the room; the page follows there."""
    chair.page.locator("[data-view=all]:visible").tap()
    chair.page.locator("#pick").select_option(f"p-{paragraph}")
    chair.page.locator(f"#p-{paragraph} .put").tap()
    expect(chair.page.locator("#text")).to_have_attribute("data-shows", "room")
    expect(chair.page.locator("#live-room")).to_have_attribute("data-paragraph", paragraph)
    chair.let_read()


@pytest.mark.parametrize(("language", "number"), [("es", 4), ("en", 5)])
def test_an_objection_is_recorded_undone_and_followed_by_ad_referendum_before_everybodys_eyes(
    enter, desk, inspector, language, number
) -> None:
    said = SAID[language]
    paragraph = item(desk, number)
    before = state_of(desk, paragraph)
    chair = enter("chair", reduced_motion="reduce", **TABLET).go("chair").speak(language)
    phone = enter("delegate-hnd", **PHONE).go().speak(language)
    put_before_room(chair, paragraph)
    words = desk_words(chair, language)
    expect(phone.page.locator("#live-room")).to_contain_text(words)
    expect(phone.page.locator("#live-room .conduct")).to_have_count(0)

    # The dialog names who objects; without anybody it records nothing.
    page = chair.page
    page.locator("[data-opens=objection]").tap()
    record = page.locator("#objection [data-records]")
    expect(record).to_have_text(said["nobody"])
    record.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#objection")).to_be_visible()
    assert state_of(desk, paragraph) == before
    page.locator("#objection input[value=CAN]").tap()
    page.locator("#objection-note").fill("El plazo")
    expect(record).to_have_text(said["button"])
    record.tap()

    # Within eight seconds it is as before.
    undo = page.locator("#live-room .undo")
    undo.locator("button").tap()
    expect(undo).to_have_count(0)
    expect(page.locator("#tile-CAN button")).to_have_attribute("data-position", "")
    expect(phone.page.locator("#live-room .standing")).to_have_count(0)
    assert state_of(desk, paragraph) == before

    # Recorded once more, it stands before everybody.
    page.locator("[data-opens=objection]").tap()
    page.locator("#objection input[value=CAN]").tap()
    page.locator("#objection-note").fill("El plazo")
    record.tap()
    expect(undo).to_contain_text(said["recorded"])
    expect(page.locator("#undo-said")).to_contain_text(said["recorded"])
    expect(page.locator("#tile-CAN button")).to_have_attribute("data-position", "objects")
    expect(phone.page.locator("#live-room .standing")).to_contain_text(said["objection"])
    expect(phone.page.locator("#live-room .standing")).to_contain_text("El plazo")
    assert state_of(desk, paragraph) == "bracketed"

    # From a delegation's own tile to the dialog that records its position.
    page.locator("#tile-CAN button").tap()
    page.locator("#delegation-CAN [data-in=ad_referendum]").tap()
    page.locator("#ad_referendum input[value=HND]").tap()
    expect(page.locator("#ad_referendum [data-records]")).to_have_text(said["both"])
    page.locator("#ad_referendum [data-records]").tap()
    expect(page.locator("#tile-HND .word")).to_contain_text(said["tile"])
    expect(phone.page.locator("#live-room .standing")).to_contain_text(said["consults"])
    assert state_of(desk, paragraph) == "ad_referendum"
    inspector.look(page, f"a result recorded, {language}", least=FINGER, themes=True)

    # After eight seconds there is no way back; the result stays, also in the list and after a reload.
    page.locator("#live-room .undo").wait_for(state="hidden")
    page.reload()
    expect(page.locator("#live-room .standing")).to_contain_text(said["consults"])
    page.locator("#live-room [data-view=all]").tap()
    page.locator("#pick").select_option(f"p-{paragraph}")
    expect(page.locator(f"#p-{paragraph} .standing")).to_contain_text(said["consults"])
    page.locator("[data-view=room]").tap()
    page.locator("#live-room .nav form button").first.tap()
    page.locator("#live-room .empty").wait_for()
    expect(phone.page.locator("#live-room")).to_have_attribute("data-paragraph", "")


def desk_words(chair: Person, language: str) -> str:
    return chair.page.locator(f"#live-room [lang={language}].doc").inner_text()[:40]


def test_a_text_that_changes_behind_the_dialog_is_not_decided_on(enter, desk) -> None:
    paragraph = item(desk, 6)
    chair = enter("chair", **TABLET).go("chair").speak("es")
    writer = enter("drafting-can").speak("es").open_draft()
    put_before_room(chair, paragraph)
    before = state_of(desk, paragraph)
    page = chair.page
    page.locator("[data-opens=objection]").tap()
    page.locator("#objection input[value=CAN]").tap()
    writer.write(paragraph, "es").type(" y nadie lo vio")
    writer.wait_saved()
    expect(page.locator("#live-room .pair")).to_contain_text("y nadie lo vio")
    page.locator("#objection [data-records]").tap()
    expect(page.locator("#objection .refusal")).to_contain_text(SAID["es"]["changed"])
    assert state_of(desk, paragraph) in (before, "proposed")
    page.locator("#objection [data-closes]").tap()
    expect(page.locator("[data-opens=objection]")).to_be_focused()


def test_the_words_before_the_room_follow_who_writes_them_and_acts_wait_off_line(
    enter, desk
) -> None:
    paragraph = item(desk, 7)
    chair = enter("chair", **TABLET).expect_an_outage().go("chair").speak("es")
    phone = enter("delegate-hnd", **PHONE).go().speak("es")
    writer = enter("drafting-can").speak("es").open_draft()
    put_before_room(chair, paragraph)
    writer.write(paragraph, "es").type(" ante sus ojos")
    expect(phone.page.locator("#live-room")).to_contain_text("ante sus ojos")

    page = chair.page
    chair.context.set_offline(True)
    page.locator("#offline:not([hidden])").wait_for()
    acts = "#live-room .conduct button:not([data-view]):visible, #live-delegations .tile"
    assert page.locator(acts).count() > 14
    for act in page.locator(acts).all():
        assert act.get_attribute("aria-disabled") == "true" or act.is_disabled()
    chair.context.set_offline(False)
    chair.wait_online()
    expect(page.locator("#tile-CAN button")).not_to_have_attribute("aria-disabled", "true")


def test_a_tablet_held_either_way_shows_what_matters_without_scrolling(enter, desk) -> None:
    chair = enter("chair", **TABLET).go("chair").speak("es")
    put_before_room(chair, item(desk, 4))
    page = chair.page
    for size in (TABLET["viewport"], {"width": 820, "height": 1180}):
        page.set_viewport_size(size)
        page.wait_for_function("document.documentElement.scrollHeight <= innerHeight")
        for each in ("#room-title", ".before .pair", ".tiles", ".before .result", ".doorbox"):
            for shown in (page.locator(each), page.locator(f"{each} button:visible").last):
                if shown.count():
                    box = shown.bounding_box()
                    assert box is not None
                    assert box["y"] >= 0, each
                    assert box["y"] + box["height"] <= size["height"], (size, each)
        below = page.locator(".stage > .floor").bounding_box()
        result = page.locator(".before .result").bounding_box()
        assert below is not None
        assert result is not None
        if size["width"] < size["height"]:
            assert result["y"] + result["height"] <= below["y"]
