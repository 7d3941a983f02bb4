"""The room's screen: enrolled without a hand, driven by the room, and dark when it must be."""

from __future__ import annotations

import re

import pytest
from browser.people import Person
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.longest]

WALL = {"viewport": {"width": 1920, "height": 1080}}
TABLET = {"viewport": {"width": 1180, "height": 820}, "has_touch": True}
BLANK = 9_000  # ms without a word from the desk: by then nothing of a closed part is on a screen (10 s at most)
ITEM = "Diálogo con la RROCM"
WAYS = "anterior", "siguiente"
LONG = "El párrafo que no cabe en una sola página de la pantalla. "
CLOCK_AGREES = 0.2  # seconds
TURNS = 3  # of the seconds, one after the other

# So much later by the page's own clock; and what is looked at four times a second has been looked at since.
LATER = """(time) => {
  const there = Date.now;
  Date.now = () => there() + time;
  return new Promise((done) => setTimeout(done, 600));
}"""

# A device whose clock is wrong and whose count of time stands still while it sleeps; `seconds` keeps what its
# screen showed, and when by the true clock.
WRONG_CLOCK = """(skew) => {
  const [there, count] = [Date.now.bind(Date), performance.now.bind(performance)];
  let slept = 0, from = 0;
  Date.now = () => there() + skew;
  performance.now = () => (from || count()) - slept;
  window.sleep = () => { from = count(); };
  window.wake = () => { slept += count() - from; from = 0; };
  window.seconds = [];
  let last = "";
  const look = () => {
    const shown = document.querySelector("#live-floor .clock[data-deadline] .left")?.textContent ?? "";
    if (shown && shown !== last) window.seconds.push([shown, performance.timeOrigin + count()]);
    last = shown || last;
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
}"""

# A page as an earlier version of the program would have made it.
EARLIER = """new MutationObserver((_, watch) => {
  const frame = document.querySelector(".frame");
  if (!frame) return;
  frame.dataset.program = "earlier";
  watch.disconnect();
}).observe(document, { subtree: true, childList: true });"""


def enrol(enter, desk, *, through=None, audience="members", name="Sala plenaria") -> Person:
    """A screen on the wall: the Secretariat types what it shows, and nobody touches it."""
    secretariat = enter("secretariat").expect("423|404")
    screen = Person(desk, secretariat.context.browser, name, through=(through or desk).port, **WALL)
    screen.page.goto(f"{screen.url}/screen")
    code = screen.page.locator(".typed").inner_text()
    secretariat.go("screens")
    secretariat.page.locator("#code").fill(code.lower())
    secretariat.page.locator("#name").fill(name)
    secretariat.page.locator(f".enrol input[value={audience}]").check()
    secretariat.page.locator(".enrol button").click()
    screen.page.wait_for_url("**/s/*/screen")
    expect(screen.page.locator("#live-screen .item")).to_contain_text(ITEM)
    expect(screen.page.locator("#hour")).not_to_be_empty()
    secretariat.page.locator(".list > li", has_text=name).get_by_text("En línea").wait_for()
    screen.secretariat = secretariat
    return screen


def act(person: Person, command: str, **values: str) -> None:
    """Do something as one's page would without script."""
    done = person.page.request.post(
        f"{person.url}/s/{person.desk.session}/do/{command}",
        form=values,
        headers={"Origin": person.url},
        max_redirects=0,
    )
    assert done.status == 303, done.text()


def paragraph(desk, state: str) -> tuple[str, str]:
    """The draft, and a paragraph of it in some state."""
    draft, found = desk.query(
        "select p.draft, p.id from paragraph p join draft d on d.id = p.draft"
        " where p.state = ? and p.kind = 'item' and not d.closed order by p.position limit 1",
        state,
    )[0]
    return draft, found


def test_the_paragraph_before_the_room_is_paged_by_the_chair_and_by_nothing_else(
    enter, desk
) -> None:
    screen = enrol(enter, desk, name="Sala de redacción B")
    chair = enter("chair", **TABLET)
    draft, found = paragraph(desk, "bracketed")
    act(chair, "room.put", draft=draft, paragraph=found)
    columns, pages = screen.page.locator("#live-screen .cols"), screen.page.locator(".key .page b")
    expect(columns.locator("p[lang=es] .brk")).to_have_count(1)
    expect(screen.page.locator(".cap h2").first).to_contain_text("Conclusión")
    expect(pages).to_have_count(0)
    writer = enter("drafting-slv").open_draft()
    writer.write(found, "es").dictate(f" {LONG * 18}").wait_saved()
    expect(pages).to_have_text("1/3")
    assert not columns.evaluate("each => each.scrollHeight > each.clientHeight")
    first = columns.inner_text()
    paging = chair.go("chair").page.locator("#live-room .paging")
    before, after = (paging.get_by_role("button", name=f"Página {way}") for way in WAYS)
    expect(paging).to_contain_text("página 1 de 3")
    expect(before).to_be_disabled()
    screen.page.wait_for_timeout(1_500)
    assert columns.inner_text() == first

    def is_paged_to(number: int) -> None:
        expect(pages).to_have_text(f"{number}/3")
        expect(paging).to_contain_text(f"página {number} de 3")

    for number in (2, 3):
        after.tap()
        is_paged_to(number)
        assert not columns.evaluate("each => each.scrollHeight > each.clientHeight")
    assert columns.inner_text() != first
    expect(after).to_be_disabled()
    for number in (2, 1):
        before.tap()
        is_paged_to(number)
    assert columns.inner_text() == first
    after.focus()
    for number in (2, 3):
        expect(after).to_be_enabled()  # the answer to what was pressed before is there
        chair.press("Enter")
        is_paged_to(number)
    # There is no further page: the keyboard goes on from the paragraph.
    expect(chair.page.locator("#room-title")).to_be_focused()
    draft, other = paragraph(desk, "agreed")
    act(chair, "room.put", draft=draft, paragraph=other)
    expect(columns.locator(".brk")).to_have_count(0)
    act(chair, "room.put", draft=draft, paragraph=found)
    expect(pages).to_have_text("1/3")
    assert screen.unexpected() == []
    screen.leave()


def test_a_screen_loads_another_version_of_the_program_by_itself_and_once(enter, desk) -> None:
    screen = enter("projector", **WALL)
    screen.page.add_init_script(EARLIER)
    loaded: list[object] = []
    screen.page.on("domcontentloaded", lambda page: loaded.append(page))
    screen.go("screen")
    screen.wait(lambda: len(loaded) == 2)
    expect(screen.page.locator("#hour")).not_to_be_empty()
    screen.page.wait_for_timeout(2_000)
    assert len(loaded) == 2


def test_a_screen_before_observers_has_the_item_and_never_the_text(enter, desk) -> None:
    screen = enrol(enter, desk, through=desk.line, audience="observers", name="Vestíbulo")
    chair = enter("chair")
    draft, found = paragraph(desk, "agreed")
    act(chair, "room.withdraw")
    act(chair, "room.put", draft=draft, paragraph=found)
    act(chair, "floor.add", delegation="MEX", kind="speech")
    expect(screen.page.locator("#live-floor")).to_contain_text("México")
    assert screen.page.locator("#live-screen .cols").count() == 0
    (text,) = desk.query("select es from adopted_text union select 'Recibir y aceptar' limit 1")
    assert not desk.line.carried(str(text[0]))
    screen.leave()


def test_a_door_that_closes_and_a_line_that_is_lost_leave_nothing_of_the_room(enter, desk) -> None:
    screen = enrol(enter, desk, through=desk.line, name="Sala de cancilleres")
    screen.expect("423").expect_an_outage()
    chair = enter("chair", viewport={"width": 1180, "height": 820}).go("chair")
    draft, found = paragraph(desk, "agreed")
    act(chair, "room.withdraw")
    columns = screen.page.locator("#live-screen .cols")
    expect(columns).to_have_count(0)
    act(chair, "room.put", draft=draft, paragraph=found)
    words = columns.locator("p[lang=es]").inner_text()[:30]

    # Off line in an open sitting: the last frame stays, with a badge.
    desk.line.swallow()
    said = re.compile(r"Sin señal desde \d\d:\d\d · No signal since \d\d:\d\d")
    expect(screen.page.locator("#signal")).to_contain_text(said)
    screen.page.evaluate(LATER, BLANK)
    expect(columns).to_contain_text(words)
    desk.line.carry()
    expect(screen.page.locator("#signal")).to_be_hidden()

    # Among members only it shows the room, and nothing of it once the line is lost.
    close_door(chair, "members")
    expect(screen.page.locator(".top .door[data-when=members]")).to_be_visible()
    expect(screen.page.locator("#live-screen .item")).to_contain_text(ITEM)
    desk.line.swallow()
    screen.page.evaluate(LATER, BLANK)
    assert screen.page.locator("#lost").is_visible()
    assert ITEM not in screen.source()
    assert words not in screen.source()
    desk.line.carry()
    expect(screen.page.locator("#live-screen .item")).to_contain_text(ITEM)
    expect(screen.page.locator("#lost")).to_be_hidden()

    # Behind a closed door it is neutral at once, with no further page to come, and back by itself.
    screen.page.evaluate("window.same = true")
    close_door(chair, "closed")
    expect(screen.page.locator("#outside")).to_be_visible()
    assert ITEM not in screen.source()
    assert screen.page.evaluate("window.same")
    chair.page.locator("#to-open").click()
    chair.page.locator("#open-door button.primary").click()
    expect(screen.page.locator("#live-screen .item")).to_contain_text(ITEM)

    # Withdrawn, it is at its beginning again.
    secretariat = screen.secretariat
    mine = secretariat.go("screens").page.locator(".list > li", has_text="Sala de cancilleres")
    mine.locator("summary").click()
    mine.get_by_role("button", name="Retirar").click()
    mine.locator("dialog .primary").click()
    expect(screen.page.locator(".typed")).to_be_visible()
    assert ITEM not in screen.source()
    screen.leave()


def close_door(chair: Person, mode: str) -> None:
    chair.page.locator("#to-close").click()
    chair.page.locator(f"#close-door [id^=scope-{mode}]").first.check()
    chair.page.locator("#close-door button.closing").locator("visible=true").click()
    expect(chair.page.locator("#live-door")).to_have_attribute("data-mode", mode)


def seconds(page: Page) -> dict[str, float]:
    """When each second was shown, by the true clock."""
    return {shown: at / 1000 for shown, at in page.evaluate("window.seconds")}


def test_clocks_turn_together_on_screens_with_wrong_clocks_after_sleep_and_loss(
    enter, desk
) -> None:
    chair = enter("chair")
    screens = []
    for skew in (37_000, -41_000):
        screen = enter("projector", through=desk.line, **WALL).expect_an_outage()
        screen.page.add_init_script(f"({WRONG_CLOCK})({skew})")
        screens.append(screen.go("screen"))
    act(chair, "floor.add", delegation="PAN", kind="speech")
    act(chair, "floor.recognise")

    def agree() -> None:
        """Wait until seconds turn together: a machine that is busy shows one late now and then, a clock that is
        wrong all of them."""
        for each in screens:
            each.page.locator("#live-floor .clock[data-deadline]").wait_for()
            each.page.evaluate("window.seconds.splice(0)")
        apart: list[float] = []

        def together() -> bool:
            first, second = (seconds(each.page) for each in screens)
            apart[:] = [abs(at - second[shown]) for shown, at in first.items() if shown in second]
            return len(apart) >= TURNS and max(apart[-TURNS:]) < CLOCK_AGREES

        screens[0].wait(together, lambda: apart)

    agree()
    asleep = screens[0].page
    asleep.evaluate("window.sleep()")
    desk.line.swallow()
    asleep.wait_for_timeout(4_000)
    asleep.evaluate("window.wake()")
    desk.line.carry()
    for each in screens:
        expect(each.page.locator("#signal")).to_be_hidden()
    agree()
    act(chair, "floor.end")
