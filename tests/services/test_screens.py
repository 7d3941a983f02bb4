"""Enrolling screens, at a real store: codes, who collects the login, and what is done with a screen."""

import json

import pytest
from conftest import NOW

from session_app.domain.access import Action
from session_app.domain.errors import ActError, Conflict, Forbidden, Invalid, NotFound
from session_app.domain.screens import (
    CODE_LASTS,
    MAX_WAITING,
    MAX_WAITING_OF_ADDRESS,
    WaitingScreens,
    read_screen_code,
    show_screen_code,
)
from session_app.domain.signing import FAILURES_OF_ADDRESS, Failures
from session_app.i18n import format_time
from session_app.services.screens import Enrolment, note_screens
from session_app.services.signing import Browser, Reception
from session_app.store import screens, sessions, signing
from session_app.views.live import read_topic
from session_app.views.viewer import viewer_of

WALL = Browser("10.0.0.9", "Chrome · Linux")
DESK = "10.0.0.2"


class House:
    """A desk, the room's computer before it, and the Secretariat."""

    def __init__(self, room):
        self.room, self.desk, self.session = room, room.desk, room.session
        self.enrolment = Enrolment(room.desk)
        self.at = 1_000.0

    def wait(self, secret="", browser=WALL):
        return self.enrolment.wait(secret, browser, at=self.at)

    def enrol(self, code, *, by="secretariat", name="Sala B", audience="observers", screen=""):
        return self.enrolment.enrol(
            self.session,
            code,
            name=name,
            audience=audience,
            screen=screen,
            person=self.room.person[by],
            address=DESK,
            now=NOW,
            at=self.at,
        )

    def collect(self, secret, browser=WALL):
        return self.enrolment.collect(secret, browser, now=NOW, at=self.at)

    def listed(self):
        return {each.name: each for each in screens.screens(self.desk.store, self.session, NOW)}

    def enrolled(self, **facts):
        """A screen with its login: (screen, token)."""
        secret, waiting = self.wait()
        screen = self.enrol(waiting.code, **facts)
        return screen, self.collect(secret)

    def may(self, screen, action):
        return bool(self.desk.authority.may(self.session, screen, action, NOW))

    def signed_in(self, token):
        return signing.signed_in(self.desk.store, token, NOW)


@pytest.fixture
def house(room):
    return House(room)


def refused(call, *arguments, **named):
    with pytest.raises(ActError) as caught:
        call(*arguments, **named)
    return caught.value.code


def test_a_screen_is_enrolled_by_the_code_it_shows_and_collects_its_login_once(house):
    secret, waiting = house.wait()
    assert house.collect(secret) is None  # nobody has typed it
    screen = house.enrol(show_screen_code(waiting.code).lower())
    token = house.collect(secret)
    assert house.signed_in(token) == screen.id
    assert house.collect(secret) is None
    held = house.listed()["Sala B"]
    assert (held.audience, held.device) == ("observers", "Chrome · Linux")
    assert house.may(screen.id, Action.SEE_AGENDA)
    assert not house.may(screen.id, Action.MANAGE_SITTING)


def test_the_record_says_who_enrolled_what_and_what_signed_in(house):
    house.enrolled()
    rows = house.desk.store.all("select * from act order by seq desc limit 2")
    signed, enrolled = rows
    assert (enrolled["act"], enrolled["person"]) == (
        "screen.enrol",
        house.room.person["secretariat"],
    )
    assert json.loads(enrolled["detail"]) == {
        "called": "Sala B",
        "audience": "observers",
        "device": "Chrome · Linux",
    }
    assert (signed["act"], signed["capacity"]) == ("person.sign_in", "screen")


def test_only_the_browser_that_showed_the_code_collects_the_login(house):
    secret, waiting = house.wait()
    other, _ = house.wait(browser=Browser("10.0.0.9", "Firefox · Linux"))
    house.enrol(waiting.code)
    assert house.collect(other) is None
    assert house.collect("") is None
    assert house.collect(waiting.code) is None
    assert house.collect(secret)


def test_a_code_is_good_once_and_for_ten_minutes(house):
    secret, waiting = house.wait()
    house.enrol(waiting.code)
    assert refused(house.enrol, waiting.code, name="Sala C") == "screen.bad_code"
    house.collect(secret)
    secret, waiting = house.wait()
    assert house.wait(secret)[1].code == waiting.code  # the page shows the same while it is good
    house.at += CODE_LASTS
    assert refused(house.enrol, waiting.code, name="Sala C") == "screen.bad_code"
    again, fresh = house.wait(secret)
    assert again != secret
    assert fresh.code != waiting.code


def test_what_is_refused_leaves_the_code_good_and_nobody_enrolled(house):
    _, waiting = house.wait()
    before = house.listed()
    for name in ("", "   ", "x" * 61, "Sala\u0000B"):
        assert refused(house.enrol, waiting.code, name=name) == "screen.bad_name"
    taken = next(iter(before))
    assert refused(house.enrol, waiting.code, name=taken) == "screen.name_taken"
    assert refused(house.enrol, waiting.code, screen="nothing") == "screen.unknown"
    assert refused(house.enrol, waiting.code, screen=house.room.person["chair"]) == "screen.unknown"
    for stranger in ("delegate-hnd", "projector", "observer-country"):
        with pytest.raises(ActError):
            house.enrol(waiting.code, by=stranger)
    assert house.listed() == before
    house.enrol(waiting.code)


def test_wrong_codes_are_counted_with_those_of_badges_and_then_none_is_looked_up(room):
    house = House(room)
    failures = Failures()
    house.enrolment = Enrolment(room.desk, failures)
    reception = Reception(room.desk, failures=failures)
    _, waiting = house.wait()
    assert refused(house.enrol, "no code at all") == "screen.bad_code"  # cannot be one: not counted
    for _ in range(FAILURES_OF_ADDRESS - 1):
        assert refused(house.enrol, "AAAAAA") == "screen.bad_code"
    with pytest.raises(Invalid):
        reception.take_code("AAAAAAAA", Browser(DESK, "?"), now=NOW, at=house.at)
    assert refused(house.enrol, waiting.code) == "signin.too_many"
    house.at += 60
    house.enrol(waiting.code)


def test_a_screen_there_is_already_takes_another_device_and_the_first_is_signed_out(house):
    screen, first = house.enrolled(audience="members")
    secret, waiting = house.wait(browser=Browser("10.0.0.8", "Edge · Windows"))
    again = house.enrol(waiting.code, screen=screen.id, name="", audience="observers")
    assert (again.id, again.name, again.audience) == (screen.id, "Sala B", "members")
    assert house.signed_in(first) is None
    second = house.collect(secret, Browser("10.0.0.8", "Edge · Windows"))
    assert house.signed_in(second) == screen.id
    assert house.listed()["Sala B"].device == "Edge · Windows"


def test_the_login_a_browser_had_before_ends_with_the_screens(house):
    with house.desk.store.transaction(NOW) as tx:
        before = signing.open_login(tx, house.room.person["delegate-hnd"])
    secret, waiting = house.wait()
    house.enrol(waiting.code)
    house.collect(secret, Browser("10.0.0.9", "Chrome · Linux", before))
    assert house.signed_in(before) is None


def test_a_withdrawn_screen_is_out_at_once_whether_it_has_its_login_or_not(house):
    screen, token = house.enrolled()
    house.room.do("secretariat", "screen.withdraw", screen=screen.id)
    assert house.signed_in(token) is None
    assert "Sala B" not in house.listed()
    assert not house.may(screen.id, Action.SEE_AGENDA)
    secret, waiting = house.wait()
    early = house.enrol(waiting.code)
    house.room.do("secretariat", "screen.withdraw", screen=early.id)
    assert house.collect(secret) is None
    again = house.enrolled()[0]  # the name is free again
    assert again.name == "Sala B"
    with pytest.raises(NotFound):
        house.room.do("secretariat", "screen.withdraw", screen=screen.id)


def test_a_screen_is_renamed_and_serves_another_audience(house):
    screen, _ = house.enrolled(audience="members")
    house.room.do("secretariat", "screen.rename", screen=screen.id, called="  Sala   de prensa ")
    assert house.listed()["Sala de prensa"].id == screen.id
    house.room.do("secretariat", "screen.rename", screen=screen.id, called="Sala de prensa")
    taken = next(name for name in house.listed() if name != "Sala de prensa")
    with pytest.raises(Conflict):
        house.room.do("secretariat", "screen.rename", screen=screen.id, called=taken)
    house.room.do("chair", "sitting.close")
    house.room.do("chair", "sitting.open", mode="members")
    assert house.may(screen.id, Action.SEE_AGENDA)
    house.room.do("secretariat", "screen.serve", screen=screen.id, audience="observers")
    assert not house.may(screen.id, Action.SEE_AGENDA)


def test_nobody_else_is_renamed_or_withdrawn_as_a_screen(house):
    for command, values in (
        ("screen.rename", {"called": "X"}),
        ("screen.serve", {"audience": "members"}),
        ("screen.withdraw", {}),
    ):
        with pytest.raises(NotFound):
            house.room.do("secretariat", command, screen=house.room.person["chair"], **values)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("K7M2QX", "K7M2QX"),
        (" k7m-2qx ", "K7M2QX"),
        ("https://sala.example.org/screen/K7M2QX", "K7M2QX"),
        ("K7M2Q", None),
        ("K7M2QXX", None),
        ("K7M2Q0", None),
        ("", None),
    ],
)
def test_a_code_is_read_however_it_is_typed(given, code):
    assert read_screen_code(given) == code


def test_no_more_wait_than_may_and_who_began_first_gives_way():
    waiting = WaitingScreens()
    for number in range(MAX_WAITING_OF_ADDRESS + 1):
        waiting.add(f"near{number}", f"N{number}", device="?", address="10.0.0.1", at=0)
    assert waiting.of("near0", 0) is None
    assert waiting.of("near1", 0) is not None
    for number in range(MAX_WAITING):
        address = f"10.1.{number // 200}.{number % 200}"
        waiting.add(f"far{number}", f"F{number}", device="?", address=address, at=0)
    assert waiting.of("near1", 0) is None
    assert waiting.of("far0", 0) is not None
    with pytest.raises(Conflict):
        waiting.add("again", "F0", device="?", address="10.9.0.1", at=0)


# Pages -----------------------------------------------------------------------------------------

LONG = "La posibilidad de elaborar un pacto de confianza entre la CRM y la sociedad civil. " * 18


class Wall:
    """A screen of members, and two paragraphs: one that takes three pages of it, and a short one."""

    def __init__(self, house):
        self.room, self.desk = house.room, house.desk
        self.screen = house.enrolled(audience="members")[0].id
        self.long, self.short = [row.id for row in self.room.rows() if row.state == "agreed"][:2]
        with self.desk.drafts.lock:
            with self.desk.store.transaction(NOW) as tx:
                texts = {"es": LONG, "en": LONG}
                self.desk.drafts.write(tx, self.room.draft, self.long, texts, person="")
            self.desk.drafts.settle()

    def put(self, paragraph):
        self.room.do("chair", "room.put", paragraph=paragraph)

    def turn(self, page, paragraph=None, by="chair"):
        self.room.do(by, "screen.page", paragraph=paragraph or self.long, page=page)

    def shown(self):
        viewer = viewer_of(self.desk, self.room.session, self.screen, NOW)
        return read_topic(self.desk, self.room.session, "screen", viewer, NOW)

    def page(self):
        return self.shown().text.page, self.shown().text.pages


@pytest.fixture
def wall(house):
    return Wall(house)


def test_a_page_is_turned_by_who_conducts_and_a_paragraph_begins_with_its_first(wall):
    wall.put(wall.long)
    assert wall.page() == (1, 3)
    wall.turn(3)
    assert wall.page() == (3, 3)
    wall.turn(2)
    wall.put(wall.short)
    assert wall.page() == (1, 1)
    wall.put(wall.long)
    assert wall.page() == (1, 3)
    for other in ("delegate-hnd", "projector", "drafting-can"):
        with pytest.raises(Forbidden):
            wall.turn(2, by=other)


def test_a_page_that_is_not_there_or_of_another_paragraph_is_not_turned(wall):
    assert refused(wall.turn, 1) == "screen.other_paragraph"
    wall.put(wall.long)
    for page in (0, 4, -1):
        assert refused(wall.turn, page) == "screen.no_such_page"
    assert refused(wall.turn, 1, wall.short) == "screen.other_paragraph"
    assert wall.page() == (1, 3)


def test_a_page_that_has_gone_with_its_words_shows_the_last_there_is(wall):
    wall.put(wall.long)
    wall.turn(3)
    with wall.desk.drafts.lock:
        with wall.desk.store.transaction(NOW) as tx:
            texts = {"es": "Breve.", "en": "Short."}
            wall.desk.drafts.write(tx, wall.room.draft, wall.long, texts, person="")
        wall.desk.drafts.settle()
    assert wall.page() == (1, 1)


def test_a_screen_shows_the_item_three_more_and_the_text_as_its_audience_may_have_it(wall):
    shown = wall.shown()
    assert shown.item.title["es"] == "Diálogo con la RROCM"
    assert [each.number for each in shown.following] == ["8", "9", "10"]
    assert shown.text is None
    wall.put(wall.short)
    assert wall.shown().text.word == {"es": "Acordado", "en": "Agreed"}
    wall.room.do("secretariat", "screen.serve", screen=wall.screen, audience="observers")
    assert wall.shown().text is None
    assert wall.shown().item is not None


def test_agreed_text_is_shown_clean_and_brackets_are_marked_in_what_is_not(wall):
    bracketed = next(row.id for row in wall.room.rows() if row.state == "bracketed")
    wall.put(bracketed)
    runs = wall.shown().text.columns["es"]
    assert [run.bracketed for run in runs] == [False, True, False]
    assert wall.shown().text.bracketed
    wall.put(wall.short)
    assert len(wall.shown().text.columns["es"]) == 1
    assert not wall.shown().text.bracketed


def test_of_two_browsers_that_were_made_the_same_screen_only_the_last_is_it(house):
    """Somebody else's code was typed by mistake, and the right one after it."""
    strange, first = house.wait(browser=Browser("10.0.0.66", "Chrome · Linux"))
    screen = house.enrol(first.code).id
    own, second = house.wait()
    house.enrol(second.code, screen=screen)
    assert house.collect(strange) is None
    token = house.collect(own)
    assert house.signed_in(token) == screen


def test_a_desk_that_starts_anew_knows_when_a_screen_was_last_on_line(house):
    screen, _ = house.enrolled()

    def shown():
        viewer = viewer_of(house.desk, house.session, house.room.person["secretariat"], NOW)
        listed = read_topic(house.desk, house.session, "screens", viewer, NOW).screens
        return next(each for each in listed if each.id == screen.id)

    assert (shown().state, shown().seen) == ("gone", "")
    note_screens(house.desk, {screen.id}, NOW)
    assert format_time(sessions.session(house.desk.store, house.session).local(NOW)) in shown().seen
