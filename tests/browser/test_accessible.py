"""Everybody can use every page: WCAG 2.2 AA as axe-core sees it, page by page and state by state, and more.

What the Secretariat's own pages show is in test_accessible_desk.py.
"""

from __future__ import annotations

import pytest
from browser.accessible import (
    FINGER,
    FOURFOLD,
    LAPTOP,
    PHONE,
    POINTER,
    TABLET,
    UPRIGHT,
    ZOOMED,
    House,
    stranger,
)
from browser.people import READ
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.looks]


def issue_badge(house: House, role: str) -> tuple[str, str]:
    """Have the Secretariat print somebody's badge; its code and its link."""
    page = house.open("secretariat", f"desk/people/{house.desk.person(role)}").page
    page.locator(".handing button").first.click()
    badge = page.locator(".badge")
    return badge.locator("code").inner_text(), badge.locator(".link").inner_text()


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
    look(page, "wrong code", least=FINGER)
    page.locator("#code").fill(typed)
    page.keyboard.press("Enter")
    page.locator("#pin").wait_for()
    look(page, "PIN", least=FINGER)
    page.locator("#pin").fill("0")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "wrong PIN", least=FINGER)

    code, link = issue_badge(house, "observer-country")
    for _ in range(2):
        house.desk.ask("/in", form={"code": code})
    page.goto(link)
    look(page, "badge", least=FINGER)
    page.locator("main button").click()
    page.locator("ul.devices").wait_for()
    look(page, "further device", least=FINGER)
    page.locator("main button.primary").click()
    page.wait_for_url("**/s/**")
    page.goto("/devices")
    look(page, "devices", least=FINGER, themes=True)
    page.goto("/nowhere")
    look(page, "error", least=FINGER)
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
            if language == "es":
                house.inspector.look(person.page, where, least=least, themes=True)
            else:
                house.inspector.measure(person.page, where, least=least)
            if not place and device is not LAPTOP:
                person.page.locator("details.me summary").click()
                house.inspector.measure(person.page, f"{where}, who", least=least)


def test_the_chair_conducts_from_a_tablet_held_either_way(house: House) -> None:
    chair = house.open("chair", "chair", **TABLET).speak("es")
    delegate = house.open("delegate-hnd", "", **PHONE).speak("es")
    page = chair.page

    def look(state: str, *, themes: bool = True) -> None:
        house.inspector.look(page, f"chair, {state}", least=FINGER, themes=themes)

    def look_or_measure(state: str) -> None:
        if held == "lying":
            look(f"{held}, {state}", themes=state == "close-door")
        else:
            house.inspector.measure(page, f"chair, {held}, {state}", least=FINGER)

    delegate.page.locator(".mine form button:visible").first.click()
    page.locator("#live-floor .queue li").wait_for()
    for held, size in (("lying", TABLET["viewport"]), ("upright", UPRIGHT)):
        page.set_viewport_size(size)
        look(held, themes=held == "lying")
        for dialog in ("adopt", "suspend", "close", "close-door"):
            page.locator(f"[data-opens={dialog}]").click()
            look_or_measure(dialog)
            page.keyboard.press("Escape")
        page.locator("#live-room [data-view=all]").click()
        look_or_measure("all paragraphs")
        page.locator(".paragraph:visible [data-opens]").click()
        look_or_measure("adopt a paragraph")
        page.keyboard.press("Escape")
        page.locator(".paragraph:visible .put").click()
        expect(page.locator("#text")).to_have_attribute("data-shows", "room")
        look_or_measure("a paragraph before the room")
        for dialog in ("ad_referendum", "objection", "delegation-CAN"):
            page.locator(f"[data-opens={dialog}]").click()
            look_or_measure(dialog)
            page.keyboard.press("Escape")
        page.locator("[data-opens=objection]").click()
        page.locator("#objection input[value=CAN]").check()
        page.locator("#objection [data-records]").click()
        page.locator("#live-room .undo").wait_for()
        look_or_measure("an objection recorded")
        page.locator("#live-room .nav form button").first.click()
        page.locator("#live-room .empty").wait_for()
        page.locator("[data-opens=add-speaker]").click()
        look_or_measure("a speaker added")
        page.keyboard.press("Escape")
        page.locator("#add-item > summary").click()
        look_or_measure("an item added")
        page.locator("#add-item > summary").click()
        for edited in (".queue", ".items") if held == "lying" else (".queue",):
            handle = page.locator(f"{edited} .edit > summary").locator("visible=true").first
            handle.click()
            look_or_measure(f"{edited} edited")
            handle.click()
    page.set_viewport_size(TABLET["viewport"])

    page.locator("#live-floor .acts .primary").click()
    page.locator("#live-floor .clock").wait_for()
    look("somebody speaks")
    house.inspector.look(delegate.page, "the one who speaks", least=FINGER, themes=True)
    page.locator("#live-floor .row2 button").first.click()
    expect(page.locator("#live-floor .now .st")).to_be_visible()
    look("paused", themes=False)
    page.locator("#live-floor .acts .btn.block").click()
    expect(page.locator("#live-floor .clock")).to_have_count(0)

    page.locator("[data-opens=suspend]").click()
    page.locator("#suspend .primary").click()
    page.locator("#live-sitting[data-state=suspended]").wait_for()
    look("suspended", themes=False)
    delegate.page.locator("#live-sitting[data-state=suspended]").wait_for()
    house.inspector.look(delegate.page, "delegate, suspended", least=FINGER)
    page.locator("#live-sitting form[action$=resume] button").click()
    page.locator("#live-sitting[data-state=open]").wait_for()


def test_a_closed_door_says_so_to_everybody_it_keeps_out(house: House) -> None:
    observer = house.open("observer-organisation", "", **PHONE)
    screen = house.open("projector", "screen")
    house.inspector.look(screen.page, "screen")
    chair = house.open("chair", "chair", **TABLET).speak("es")
    page = chair.page

    def look(state: str, *, themes: bool = True) -> None:
        house.inspector.look(page, f"chair, {state}", least=FINGER, themes=themes)

    page.locator("[data-opens=close-door]").click()
    page.locator("#close-door .way:visible .closing").click()
    page.locator("#live-door[data-mode=closed]").wait_for()
    look("the room to be verified")
    page.set_viewport_size(UPRIGHT)
    look("the room to be verified, upright", themes=False)
    page.locator(".verify button").click()
    page.locator("#hall[data-verified=true]").wait_for(state="attached")
    page.locator("#to-hall").click()
    page.locator("#admit-others > summary").click()
    look("somebody else to be admitted, upright", themes=False)
    page.set_viewport_size(TABLET["viewport"])
    look("somebody else to be admitted", themes=False)
    page.keyboard.press("Escape")

    observer.page.locator(".door-notice").wait_for()
    house.inspector.look(observer.page, "notice of the door", least=FINGER, themes=True)
    for kept_out, place in (
        ("observer-organisation", "documents"),
        ("interpreter", ""),
        ("secretariat", "desk"),
        ("secretariat", "desk/meeting"),
        ("secretariat", "desk/people"),
    ):
        outside = house.get(kept_out)
        outside.go(place)
        least = FINGER if kept_out.startswith("observer") else POINTER
        house.inspector.look(outside.page, f"{kept_out} at /{place}, door closed", least=least)
    screen.page.locator("#outside").wait_for()
    house.inspector.look(screen.page, "screen, door closed")

    page.locator("[data-opens=open-door]").click()
    look("door to be opened", themes=False)
    page.locator("#open-door .primary").click()
    page.locator("#live-door[data-mode=open]").wait_for()


def test_the_rooms_screen_is_enrolled_and_read_without_a_barrier(house: House) -> None:
    wall = {"viewport": {"width": 1920, "height": 1080}}
    waiting = stranger(house, "es", **wall)
    waiting.goto("/screen")
    house.inspector.look(waiting, "screen, waiting", themes=True)
    waiting.context.close()

    page = house.open("secretariat", "screens").speak("es").page
    page.locator(".list summary").first.click()
    house.inspector.look(page, "screens", themes=True)
    page.get_by_role("button", name="Retirar").first.click()
    house.inspector.look(page, "screens, one to be withdrawn", least=FINGER)
    page.keyboard.press("Escape")
    page.locator("#code").fill("AAAAAA")
    page.locator("#name").fill("Sala")
    page.locator(".enrol button").click()
    page.locator("#code-error").wait_for()
    house.inspector.look(page, "screens, a wrong code")
    page.set_viewport_size(PHONE["viewport"])
    house.inspector.look(page, "screens, on a phone")
    page.set_viewport_size(LAPTOP["viewport"])

    page.goto(f"{house.desk.url}/s/{house.desk.session}/screens")
    plenary = page.locator(".list > li", has_text="plenaria")
    plenary.locator("summary").click()
    plenary.get_by_role("button", name="Mostrar solo a miembros").click()
    screen = house.open("projector", "screen")
    screen.page.set_viewport_size(wall["viewport"])
    chair = house.open("chair", "chair", **TABLET)
    draft, found = house.desk.query(
        "select p.draft, p.id from paragraph p join draft d on d.id = p.draft"
        " where p.state = 'bracketed' and not d.closed order by p.position limit 1"
    )[0]
    values = {"draft": str(draft), "paragraph": str(found)}
    place = f"{house.desk.url}/s/{house.desk.session}/do/room.put"
    origin = {"Origin": house.desk.url}
    chair.page.request.post(place, form=values, headers=origin, max_redirects=0)
    screen.page.locator("#live-screen .cols").wait_for()
    house.inspector.look(screen.page, "screen, a paragraph", themes=True)
    plenary.get_by_role("button", name="Mostrar también a observadores").click()
    screen.page.locator("#live-screen[data-shows=item]").wait_for()


SEEMS_TO_WORK = """() => {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.color = "var(--line-2)";
    const { color } = getComputedStyle(probe);
    probe.remove();
    // What is recorded keeps its own look: it is no less so without a line.
    return [...document.querySelectorAll(".btn[data-held=offline]:not([aria-pressed=true])")]
        .filter((each) => each.checkVisibility() && getComputedStyle(each).borderTopColor !== color)
        .map((each) => each.outerHTML.slice(0, 120));
}"""


def test_without_a_line_each_page_says_so_and_what_waits_looks_it(house: House) -> None:
    for role, place, device in (
        ("chair", "chair", TABLET),
        ("delegate-hnd", "", PHONE),
        ("secretariat", "desk", LAPTOP),
    ):
        person = house.open(role, place, **device).speak("es")
        page = person.expect("net::ERR_INTERNET_DISCONNECTED").page
        least = POINTER if device is LAPTOP else FINGER
        person.wait_online()
        person.context.set_offline(True)
        try:
            page.locator("#offline").wait_for()
            house.inspector.look(page, f"{role}, off line", least=least, themes=True)
            assert page.evaluate(SEEMS_TO_WORK) == []
            if role == "chair":
                for held in ("[data-opens=add-speaker]", "#add-item > summary"):
                    page.locator(held).click(force=True)
                    expect(page.locator("#add-speaker[open], #add-item[open]")).to_have_count(0)
                    expect(page.locator(held)).to_have_attribute("data-held", "offline")
                page.set_viewport_size(UPRIGHT)
                house.inspector.measure(page, f"{role}, off line, upright", least=least)
                page.set_viewport_size(TABLET["viewport"])
        finally:
            person.context.set_offline(False)
        page.locator("#offline").wait_for(state="hidden")
        expect(page.locator("[data-held=offline]")).to_have_count(0)
    guest = stranger(house, "es", **PHONE)
    # It leaves by itself once the desk answers: not while it is looked at.
    guest.route(
        "**/*", lambda asked: asked.abort() if asked.request.method == "HEAD" else asked.continue_()
    )
    guest.goto("/offline")
    house.inspector.look(guest, "no page without a line", least=FINGER, themes=True)
    guest.context.close()


def test_the_text_is_read_and_written_without_a_barrier(house: House) -> None:
    writer = house.open("drafting-can", "draft").expect_an_outage()
    page = writer.page
    items = [row["id"] for row in writer.rows() if row["kind"] == "item"]

    def look(state: str, *, themes: bool = True) -> None:
        house.inspector.look(page, f"text, {state}", themes=themes)

    look("read", themes=False)
    writer.stand_on(items[0])
    look("a row chosen")
    writer.press("Enter")
    look("a cell written in", themes=False)
    writer.press("Escape", "Control+f")
    page.locator("#sought").fill("CRM")
    look("sought")
    writer.press("Escape")
    page.locator("[data-menu=copy-menu]").click()
    look("menu", themes=False)
    writer.press("Escape")
    writer.stand_on(items[0]).press("?")
    page.locator("dialog.keys").wait_for()
    look("keys", themes=False)
    writer.press("Escape")
    writer.stand_on(items[1])
    page.locator("[data-tool=delete]").click()
    page.locator("dialog.ask").wait_for()
    look("a paragraph to be deleted")
    writer.press("Escape").speak("en").open_draft()
    house.inspector.measure(page, "text in English")
    house.desk.line.swallow()
    expect(page.locator("#offline")).to_be_visible()
    look("off line")
    house.desk.line.carry()
    writer.wait_online()


def test_nothing_is_cut_off_at_twice_or_four_times_the_size_nor_on_a_phone(house: House) -> None:
    for role, place in (
        ("chair", "chair"), ("chair", ""), ("secretariat", "desk"), ("secretariat", "desk/meeting"),
        ("secretariat", "desk/people"), ("secretariat", "desk/badges"), ("secretariat", "record"),
        ("secretariat", "why"), ("secretariat", "as/delegate/"), ("drafting-can", "draft"),
        ("drafting-can", "documents"),
    ):  # fmt: skip
        person = house.open(role, place, **TABLET if role == "chair" else LAPTOP)
        window = person.page.viewport_size
        for size in (ZOOMED, FOURFOLD, PHONE["viewport"]):
            person.page.set_viewport_size(size)
            house.inspector.measure(
                person.page,
                f"{role} at /{place}, {size['width']} px",
                least=FINGER if place == "chair" else POINTER,
            )
        person.page.set_viewport_size(window)


def test_at_four_times_the_size_the_draft_is_read_and_written_in_one_column(house: House) -> None:
    writer = house.open("drafting-can", "draft")
    page = writer.page
    window = page.viewport_size
    page.set_viewport_size(FOURFOLD)
    page.emulate_media(forced_colors="active")
    spanish, english = (page.locator(f".row.item .cell.{tongue}").nth(3) for tongue in ("es", "en"))
    one, other = spanish.bounding_box(), english.bounding_box()
    assert other["y"] >= one["y"] + one["height"] > 0, "the languages are not under each other"
    assert page.evaluate("document.querySelector('.sheet').scrollWidth <= innerWidth")
    english.click()
    expect(english.locator(".ProseMirror")).to_be_focused()
    page.emulate_media(forced_colors="none")
    page.set_viewport_size(window)


def test_who_asks_for_less_motion_has_none(house: House) -> None:
    moving = """() => [...document.querySelectorAll("*")].filter((each) => {
        const { animationName, transitionDuration, scrollBehavior } = getComputedStyle(each);
        return animationName !== "none" || /[1-9]/.test(transitionDuration) || scrollBehavior === "smooth";
    }).map((each) => each.outerHTML.slice(0, 80))"""
    for role, place in (
        ("chair", "chair"),
        ("secretariat", "desk/meeting"),
        ("drafting-can", "draft"),
    ):
        assert house.open(role, place).page.evaluate(moving) == []


STOP = """() => {
    const at = document.activeElement;
    if (!at || at === document.body) return null;
    at.visit ??= window.visits = (window.visits ?? 0) + 1;
    const target = at.matches("[type=radio]") ? at.closest("label") : at;
    const { outlineStyle, outlineWidth } = getComputedStyle(target);
    const { top, bottom } = target.getBoundingClientRect();
    const seen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && bottom > 0 && top < innerHeight;
    return [at.visit, seen ? "" : at.outerHTML.slice(0, 120)];
}"""
UNVISITED = """() => [...document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), select, textarea")]
    .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.disabled && !each.visit)
    .map((each) => each.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize(
    ("role", "place"), [("chair", "chair"), ("secretariat", "desk/people"), ("delegate-hnd", "")]
)
def test_the_tab_key_comes_to_every_control_and_shows_where_it_is(
    house: House, role: str, place: str
) -> None:
    page = house.open(role, place).page
    visited: list[int] = []
    while True:
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None or stop[0] in visited:
            break
        visited.append(stop[0])
        assert not stop[1], f"no focus is to be seen on {stop[1]}"
    assert page.evaluate(UNVISITED) == []


def test_the_chair_conducts_by_keyboard_alone_and_never_loses_the_place(house: House) -> None:
    delegate = house.open("delegate-hnd", "", **PHONE).speak("es").page
    page = house.open("chair", "chair", **TABLET).speak("es").page

    delegate.locator(".mine form button:visible").first.focus()
    delegate.keyboard.press("Enter")
    page.locator("#live-floor .queue li").wait_for()
    expect(delegate.locator(".mine .place:not([hidden])")).to_be_visible()
    assert delegate.evaluate("document.activeElement.closest('#live-floor') !== null")

    for dialog in ("close-door", "adopt", "suspend", "close"):
        opener = page.locator(f"[data-opens={dialog}]")
        opener.focus()
        page.keyboard.press("Enter")
        expect(page.locator(f"#{dialog} h2")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(f"#{dialog}")).to_have_attribute("open", "")
        for _ in range(12):
            page.keyboard.press("Tab")
            # The browser's own bar is a stop between the last control and the first.
            inside = "e => e.contains(document.activeElement) || document.activeElement === document.body"
            assert page.locator(f"#{dialog}").evaluate(inside)
        page.keyboard.press("Escape")
        expect(opener).to_be_focused()

    page.locator("#live-floor .acts .primary").focus()
    page.keyboard.press("Space")
    page.locator("#live-floor .clock").wait_for()
    assert page.evaluate("document.activeElement.closest('#live-floor') !== null")
    ends = page.locator("#live-floor .acts > form button").first
    expect(ends).to_be_enabled()  # the answer to what was pressed before is there
    ends.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#live-floor .clock")).to_have_count(0)
    assert page.evaluate("document.activeElement.closest('#live-floor') !== null")

    page.locator("#live-room [data-view=all]").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#all-title")).to_be_focused()
    page.locator(".paragraph:visible .put").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#room-title")).to_be_focused()
    page.wait_for_timeout(READ)
    result = page.locator("#live-room .result form button").nth(1)
    result.focus()
    page.keyboard.press("Space")
    expect(result).to_have_attribute("aria-pressed", "true")
    expect(result).to_be_focused()
    tile = page.locator("#tile-BLZ button")
    was = tile.get_attribute("data-present")
    tile.focus()
    page.keyboard.press("Enter")
    page.locator("#delegation-BLZ form[action$='attendance.mark'] button").focus()
    page.keyboard.press("Enter")
    expect(tile).not_to_have_attribute("data-present", str(was))
    expect(tile).to_be_focused()

    page.locator("[data-opens=suspend]").focus()
    page.keyboard.press("Enter")
    page.locator("#suspend .primary").focus()
    page.keyboard.press("Enter")
    page.locator("#live-sitting[data-state=suspended]").wait_for()
    page.wait_for_function("document.activeElement.closest('#live-sitting') !== null")
    page.locator("#live-sitting form[action$=resume] button").focus()
    page.keyboard.press("Enter")
    page.locator("#live-sitting[data-state=open]").wait_for()
    page.wait_for_function("document.activeElement.closest('#live-sitting') !== null")


def test_what_is_being_typed_stays_when_the_room_goes_on(house: House) -> None:
    page = house.open("chair", "chair", **TABLET).page
    elsewhere = house.desk.enter("chair", "sitting")
    page.locator("#add-item > summary").focus()
    page.keyboard.press("Enter")
    page.locator("#es-new").focus()
    page.keyboard.type("Asuntos varios")
    before = page.locator("#live-agenda [data-state=current]").get_attribute("id")
    following = page.locator("#live-agenda .go input[name=item]").first.get_attribute("value")
    assert elsewhere.do("agenda.advance", item=following)["ok"]
    elsewhere.close()
    expect(page.locator(f"#{before}")).not_to_have_attribute("data-state", "current")
    expect(page.locator("#es-new")).to_be_focused()
    expect(page.locator("#es-new")).to_have_value("Asuntos varios")
    assert page.locator("#add-item").get_attribute("open") is not None
