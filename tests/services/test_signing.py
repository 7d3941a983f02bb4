"""Badges, codes, PINs, devices and wrong guesses, at a real store."""

import json
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from conftest import NOW, open_on
from sqlite_utils import Database as SqliteUtils

from session_app.domain.errors import ActError, Conflict, Invalid, NotFound
from session_app.domain.people import Capacity, Category
from session_app.domain.signing import (
    FAILURES_OF_ADDRESS,
    FAILURES_OF_ALL,
    TRIES,
    TYPED_ALPHABET,
    Failures,
    describe_device,
    needs_pin,
    read_code,
    read_pin,
    wait_of,
)
from session_app.services import signing as services
from session_app.services.authority import CONSOLE
from session_app.services.people import accredit
from session_app.services.signing import (
    AsksDevice,
    AsksPin,
    Browser,
    Reception,
    SignedIn,
    issue_badge,
)
from session_app.store import migrations, people, signing

PHONE, LAPTOP = Browser("10.0.0.7", "Safari · iPhone"), Browser("10.0.0.7", "Firefox · Windows")
TABLET = Browser("10.0.0.7", "Chrome · Android")


class Entrance:
    """The desk's door at a moment of two clocks: the wall's and the one that only goes forward."""

    def __init__(self, room):
        self.room, self.desk = room, room.desk
        self.reception = Reception(room.desk)
        self.now, self.at = NOW, 1_000.0

    def issue(self, role, *, anew=False):
        holder = self.room.person[role]
        return issue_badge(
            self.desk, self.room.session, holder, person=CONSOLE, now=self.now, anew=anew
        )

    def give(self, code, browser=PHONE):
        return self.reception.take_code(code, browser, now=self.now, at=self.at)

    def type_pin(self, step, pin, browser=PHONE):
        return self.reception.take_pin(step, pin, browser, now=self.now, at=self.at)

    def sign_in(self, badge, browser=PHONE):
        outcome = self.give(badge.typed, browser)
        return self.type_pin(outcome.step, badge.pin, browser) if badge.pin else outcome

    def use_here(self, outcome, browser=PHONE):
        return self.reception.take_device(outcome.step, browser, now=self.now, at=self.at)

    def is_in(self, login):
        return signing.signed_in(self.desk.store, login.token, self.now) is not None

    def refusal(self, act, *arguments):
        with pytest.raises(ActError) as refused:
            act(*arguments)
        return refused.value


@pytest.fixture
def entrance(room):
    return Entrance(room)


# Codes ---------------------------------------------------------------------------------------


def test_a_typed_code_is_read_however_it_is_written(entrance):
    badge = entrance.issue("delegate-hnd")
    plain = badge.typed.replace("-", "")
    assert len(plain) == 8
    assert set(plain) <= set(TYPED_ALPHABET)
    for given in (
        badge.typed,
        plain.lower(),
        f"  {plain[:4]} {plain[4:]}\n",
        f"{plain[:2]}–{plain[2:]}",
        " ".join(plain),
        plain.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}),
    ):
        assert isinstance(entrance.give(given), SignedIn | AsksDevice), given


def test_a_pasted_link_means_its_code():
    assert read_code("https://sala.example.org/in/" + "a" * 26).text == "a" * 26
    assert read_code(("A" * 13) + " " + ("b" * 13)).text == "a" * 13 + "b" * 13


@pytest.mark.parametrize(
    "given",
    ["", "x", "7K3F92Q", "7K3F92QMM", "0K3F92QM", "7K3F92QI", "' or 1=1 --", "٧K3F92QM", "a" * 27,
     "\x00" * 8, "\ud800" * 8, "7K3F92QM" * 100_000, "1" * 26],
    ids=range(13),
)  # fmt: skip
def test_what_cannot_be_a_code_is_refused_and_counts_for_nobody(entrance, given):
    for _ in range(FAILURES_OF_ALL + 10):
        assert entrance.refusal(entrance.give, given).code == "signin.bad_code"
    assert isinstance(entrance.give(entrance.issue("delegate-hnd").typed), SignedIn)


def test_codes_are_kept_so_that_a_stolen_store_opens_nothing(entrance, tmp_path):
    badge = entrance.issue("chair")
    key = tmp_path / "data" / "code.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    login = entrance.sign_in(badge)
    entrance.desk.store.all("pragma wal_checkpoint(truncate)")
    held = (tmp_path / "data" / "session.db").read_bytes()
    plain = badge.typed.replace("-", "")
    secrets = (badge.link, badge.typed, plain, plain.lower(), login.token, key.read_bytes())
    for secret in secrets:
        assert (secret if isinstance(secret, bytes) else secret.encode()) not in held
    rows = entrance.desk.store.all("select hash, typed, pin from badge")
    assert not [row for row in rows if row["pin"] and badge.pin.encode() in row["pin"]]


def test_codes_outlive_the_desk_and_not_their_key(entrance, tmp_path):
    badge = entrance.issue("delegate-hnd")
    entrance.desk.store.close()
    again = open_on(tmp_path / "data")
    reception = Reception(again)
    assert isinstance(reception.take_code(badge.typed, PHONE, now=NOW, at=0.0), SignedIn)
    (tmp_path / "data" / "code.key").write_bytes(b"short")
    with pytest.raises(Conflict, match=r"store.bad_key"):
        reception.take_code(badge.typed, PHONE, now=NOW, at=0.0)
    (tmp_path / "data" / "code.key").unlink()
    with pytest.raises(Invalid, match=r"signin.bad_code"):
        reception.take_code(badge.typed, PHONE, now=NOW, at=0.0)
    assert isinstance(reception.take_code(badge.link, LAPTOP, now=NOW, at=0.0), SignedIn)
    again.store.close()


def test_a_lost_badge_is_dead_at_once_with_its_codes_its_pin_and_its_logins(entrance):
    lost = entrance.issue("chair")
    login = entrance.sign_in(lost)
    waiting = entrance.give(lost.link, LAPTOP)
    found = entrance.issue("chair", anew=True)
    assert not entrance.is_in(login)
    for code in (lost.link, lost.typed):
        assert entrance.refusal(entrance.give, code).code == "signin.bad_code"
    refusal = entrance.refusal(entrance.type_pin, waiting.step, lost.pin)
    assert refusal.code == "signin.bad_code"
    assert entrance.is_in(entrance.sign_in(found))
    assert lost.pin != found.pin or lost.typed != found.typed


# PINs ----------------------------------------------------------------------------------------


def test_who_chairs_who_drafts_and_the_secretariat_type_a_pin_and_nobody_else(entrance):
    asked = {role for role in entrance.room.person if entrance.issue(role).pin is not None}
    assert asked == {"chair", "secretariat", "drafting-can", "drafting-mex", "drafting-slv"}


def test_the_presidencys_staff_type_a_pin():
    assert needs_pin(Category.PPT_STAFF, Capacity.PPT_STAFF, drafting=False)
    assert needs_pin(Category.DELEGATE, Capacity.DELEGATE, drafting=True)
    assert not needs_pin(Category.DELEGATE, Capacity.DELEGATE, drafting=False)
    assert not needs_pin(Category.INTERPRETER, Capacity.INTERPRETER, drafting=False)


def test_the_code_alone_signs_no_chair_in_and_says_no_more_than_a_name(entrance):
    badge = entrance.issue("chair")
    outcome = entrance.give(badge.typed)
    assert isinstance(outcome, AsksPin)
    name = next(each.name for each in entrance.room.roles if each.role == "chair")
    assert (outcome.name, set(outcome.__slots__)) == (name, {"step", "name"})
    person = entrance.room.person["chair"]
    assert signing.logins(entrance.desk.store, person, NOW) == []
    assert isinstance(entrance.type_pin(outcome.step, badge.pin), SignedIn)


def test_a_pin_goes_nowhere_without_the_code_before_it(entrance):
    badge = entrance.issue("chair")
    used = entrance.give(badge.link).step
    entrance.type_pin(used, badge.pin)
    old = entrance.give(badge.link).step
    for step in ("", "x", used, "\ud800", "a" * 100_000):
        assert entrance.refusal(entrance.type_pin, step, badge.pin).code == "signin.begin_again"
        assert entrance.refusal(entrance.use_here, AsksPin(step, "")).code == "signin.begin_again"
    entrance.at += services.STEP_LASTS
    assert entrance.refusal(entrance.type_pin, old, badge.pin).code == "signin.begin_again"


def test_who_begins_again_and_again_pushes_nobody_elses_step_out(entrance):
    chair, drafter = entrance.issue("chair"), entrance.issue("drafting-can")
    theirs = entrance.give(chair.link).step
    steps = [entrance.give(drafter.link).step for _ in range(services.MAX_STEPS + 10)]
    assert isinstance(entrance.type_pin(theirs, chair.pin), SignedIn)
    assert entrance.refusal(entrance.type_pin, steps[0], drafter.pin).code == "signin.begin_again"
    assert isinstance(entrance.type_pin(steps[-1], drafter.pin), SignedIn)


def test_a_step_is_of_its_own_badge(entrance):
    chair, drafter = entrance.issue("chair"), entrance.issue("drafting-can")
    while chair.pin == drafter.pin:
        drafter = entrance.issue("drafting-can")
    step = entrance.give(chair.link).step
    assert entrance.refusal(entrance.type_pin, step, drafter.pin).code == "signin.bad_pin"


NO_PINS = ("", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "-12345", "1e5", "9" * 10**6, "\ud800" * 6)


def test_what_cannot_be_a_pin_is_no_try(entrance):
    badge = entrance.issue("chair")
    step = entrance.give(badge.link).step
    for given in NO_PINS:
        for _ in range(TRIES + 1):
            refused = entrance.refusal(entrance.type_pin, step, given)
            assert refused.code == "signin.not_a_pin", given[:12]
    assert isinstance(entrance.type_pin(step, badge.pin), SignedIn)


def test_a_pin_may_be_typed_on_a_wide_keyboard_and_in_groups():
    assert read_pin(" 123 456 ") == read_pin("１２３４５６") == "123456"


def wrong(badge):
    return f"{(int(badge.pin) + 1) % 10**6:06}"


def test_a_badge_waits_after_five_wrong_pins_and_longer_each_time(entrance):
    badge = entrance.issue("chair")
    step = entrance.give(badge.link).step
    for left in (4, 3, 2, 1):
        refusal = entrance.refusal(entrance.type_pin, step, wrong(badge))
        assert (refusal.code, refusal.params) == ("signin.bad_pin", {"count": left})
    for minutes in (1, 2, 4, 8, 16, 32, 60, 60):
        refusal = entrance.refusal(entrance.type_pin, step, wrong(badge))
        assert (refusal.code, refusal.params) == ("signin.badge_waits", {"count": minutes})
        entrance.at += minutes * 60 - 1
        step = entrance.give(badge.link).step
        # Right or wrong: while a badge waits nothing is looked at.
        assert entrance.refusal(entrance.type_pin, step, badge.pin).code == "signin.badge_waits"
        entrance.at += 1
    assert isinstance(entrance.type_pin(step, badge.pin), SignedIn)
    step = entrance.give(badge.link).step
    assert entrance.refusal(entrance.type_pin, step, wrong(badge)).params == {"count": 4}


def test_a_wall_clock_set_forward_shortens_no_wait_and_a_new_desk_begins_it_anew(entrance):
    badge = entrance.issue("chair")
    step = entrance.give(badge.link).step
    for _ in range(TRIES):
        entrance.refusal(entrance.type_pin, step, wrong(badge))
    entrance.now += timedelta(hours=5)
    assert entrance.refusal(entrance.type_pin, step, badge.pin).code == "signin.badge_waits"
    entrance.reception, entrance.at = Reception(entrance.desk), 3.0
    step = entrance.give(badge.link).step
    assert entrance.refusal(entrance.type_pin, step, badge.pin).code == "signin.badge_waits"
    entrance.at += wait_of(TRIES)
    assert isinstance(entrance.type_pin(step, badge.pin), SignedIn)


def test_of_many_pins_sent_at_once_no_more_are_looked_at_than_of_one_by_one(entrance, monkeypatch):
    badge = entrance.issue("chair")
    step = entrance.give(badge.link).step
    looked_at = []

    def slowly(work):
        looked_at.append(work)
        return work()

    monkeypatch.setattr(entrance.desk, "apart", slowly)

    def guess(number):
        pin = f"{number:06}"
        if pin == badge.pin:
            return None
        return entrance.refusal(
            lambda: entrance.reception.take_pin(step, pin, PHONE, now=NOW, at=entrance.at)
        ).code

    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(guess, range(100)))
    assert len(looked_at) <= TRIES
    assert answers.count("signin.badge_waits") >= 95 - answers.count(None)


def test_the_secretariat_sees_a_badge_that_waits_and_a_new_one_ends_it(entrance):
    def waits():
        listed = people.accredited(entrance.desk.store, entrance.room.session)
        return next(each.badge_waits for each in listed if each.person == person)

    person, badge = entrance.room.person["drafting-can"], entrance.issue("drafting-can")
    step = entrance.give(badge.link).step
    before = entrance.desk.store.last_seq(entrance.room.session)
    for _ in range(TRIES):
        assert not waits()
        entrance.refusal(entrance.type_pin, step, wrong(badge))
    assert waits()
    assert entrance.desk.store.last_seq(entrance.room.session) == before + 1
    assert entrance.room.record()[-1] == ("person.sign_in", "signin.pin_locked")
    badge = entrance.issue("drafting-can", anew=True)
    assert not waits()
    assert isinstance(entrance.sign_in(badge), SignedIn)


def test_who_comes_to_need_a_pin_needs_a_new_badge(entrance):
    badge, others = entrance.issue("delegate-hnd"), entrance.issue("rrocm")
    login, theirs = entrance.sign_in(badge), entrance.sign_in(others)
    listed = people.accredited(entrance.desk.store, entrance.room.session)
    found = next(each for each in listed if each.person == entrance.room.person["delegate-hnd"])
    line = f"name,delegation,capacity,email,drafting\n{found.name},HND,delegate,{found.email},yes\n"
    accredit(entrance.desk, entrance.room.session, line.encode(), person=CONSOLE, now=NOW)
    # Whoever holds that badge has not shown who they are, and would now write in the draft.
    assert not entrance.is_in(login)
    assert entrance.is_in(theirs)
    assert entrance.refusal(entrance.give, badge.typed).code == "signin.badge_without_pin"
    assert isinstance(entrance.sign_in(entrance.issue("delegate-hnd")), SignedIn)


# The demonstration ---------------------------------------------------------------------------


def test_the_demonstrations_codes_ask_nothing_and_end_with_it(entrance):
    code = next(each.code for each in entrance.room.roles if each.role == "chair")
    logins = [entrance.give(code) for _ in range(30)]
    assert all(isinstance(each, SignedIn) and entrance.is_in(each) for each in logins)
    again = Browser("10.0.0.7", "Chrome · Linux", logins[0].token)
    entrance.give(code, again)
    assert entrance.is_in(logins[0])
    real = entrance.sign_in(entrance.issue("delegate-hnd"))
    assert services.end_demonstration(entrance.desk, NOW) == len(entrance.room.roles)
    assert entrance.refusal(entrance.give, code).code == "signin.bad_code"
    assert not any(map(entrance.is_in, logins))
    assert entrance.is_in(real)


# Devices -------------------------------------------------------------------------------------


def test_a_third_device_asks_and_signs_the_oldest_out(entrance):
    badge = entrance.issue("delegate-hnd")
    phone, laptop = entrance.sign_in(badge, PHONE), entrance.sign_in(badge, LAPTOP)
    asked = entrance.sign_in(badge, TABLET)
    assert isinstance(asked, AsksDevice)
    assert [each.device for each in asked.devices] == [PHONE.device, LAPTOP.device]
    assert entrance.is_in(phone)
    # Its badge has no PIN: a form that sends one all the same is no wrong PIN.
    for _ in range(TRIES + 1):
        refusal = entrance.refusal(entrance.type_pin, asked.step, "123456", TABLET)
        assert refusal.code == "signin.begin_again"
    tablet = entrance.use_here(asked, TABLET)
    assert (entrance.is_in(phone), entrance.is_in(laptop), entrance.is_in(tablet)) == (0, 1, 1)
    for told in (phone, laptop):
        assert signing.newcomer(entrance.desk.store, told.token).device == TABLET.device
    assert signing.newcomer(entrance.desk.store, tablet.token) is None
    services.acknowledge(entrance.desk, laptop.token, now=NOW)
    assert signing.newcomer(entrance.desk.store, laptop.token) is None
    assert entrance.refusal(entrance.use_here, asked, TABLET).code == "signin.begin_again"


def test_the_question_about_devices_comes_after_the_pin_and_not_instead_of_it(entrance):
    badge = entrance.issue("chair")
    phone, laptop = entrance.sign_in(badge, PHONE), entrance.sign_in(badge, LAPTOP)
    step = entrance.give(badge.link, TABLET)
    assert isinstance(step, AsksPin)
    assert entrance.refusal(entrance.use_here, step, TABLET).code == "signin.begin_again"
    assert entrance.is_in(phone)
    assert entrance.is_in(laptop)
    asked = entrance.type_pin(step.step, badge.pin, TABLET)
    assert isinstance(asked, AsksDevice)
    assert entrance.is_in(entrance.use_here(asked, TABLET))


def test_the_same_browser_is_no_further_device_and_gets_a_new_secret(entrance):
    badge = entrance.issue("delegate-hnd")
    entrance.sign_in(badge, LAPTOP)
    first = entrance.sign_in(badge, PHONE)
    again = entrance.sign_in(badge, Browser(PHONE.address, PHONE.device, first.token))
    assert isinstance(again, SignedIn)
    assert again.token != first.token
    assert not entrance.is_in(first)


def test_who_takes_over_a_browser_ends_the_login_it_had(entrance):
    first = entrance.sign_in(entrance.issue("delegate-hnd"))
    second = entrance.sign_in(entrance.issue("chair"), Browser("", "?", first.token))
    assert not entrance.is_in(first)
    assert entrance.is_in(second)


def test_a_device_that_asks_twice_in_two_tabs_signs_only_as_many_out_as_it_must(entrance):
    badge = entrance.issue("delegate-hnd")
    phone, laptop = entrance.sign_in(badge, PHONE), entrance.sign_in(badge, LAPTOP)
    tabs = [entrance.sign_in(badge, TABLET) for _ in range(2)]
    first = entrance.use_here(tabs[0], TABLET)
    second = entrance.use_here(tabs[1], Browser("", TABLET.device, first.token))
    alive = [entrance.is_in(each) for each in (phone, laptop, first, second)]
    assert alive == [False, True, False, True]


def test_one_signs_out_ones_own_devices_one_or_all_and_nobody_elses(entrance):
    badge, other = entrance.issue("delegate-hnd"), entrance.issue("rrocm")
    store, person = entrance.desk.store, entrance.room.person["delegate-hnd"]
    phone, laptop, theirs = (
        entrance.sign_in(badge, PHONE),
        entrance.sign_in(badge, LAPTOP),
        entrance.sign_in(other),
    )
    foreign = signing.login_of(store, theirs.token, NOW).id
    for login in (foreign, "", "nothing"):
        with pytest.raises(NotFound):
            services.sign_out_device(entrance.desk, person, login, now=NOW)
    mine = signing.login_of(store, phone.token, NOW).id
    services.sign_out_device(entrance.desk, person, mine, now=NOW)
    assert [entrance.is_in(each) for each in (phone, laptop, theirs)] == [False, True, True]
    services.sign_out_everywhere(entrance.desk, person, now=NOW)
    assert [entrance.is_in(each) for each in (laptop, theirs)] == [False, True]
    services.sign_out(entrance.desk, theirs.token, now=NOW)
    services.sign_out(entrance.desk, theirs.token, now=NOW)
    assert not entrance.is_in(theirs)


def test_a_login_ends_after_seven_days_and_survives_a_clock_set_back(entrance):
    login = entrance.sign_in(entrance.issue("delegate-hnd"))
    for change in (timedelta(hours=-1), timedelta(days=-1), timedelta(days=6, hours=23)):
        entrance.now = NOW + change
        assert entrance.is_in(login)
    entrance.now = NOW + timedelta(days=7)
    assert not entrance.is_in(login)


def test_a_clock_set_back_does_not_turn_the_newest_device_into_the_oldest(entrance):
    badge = entrance.issue("delegate-hnd")
    first = entrance.sign_in(badge, PHONE)
    entrance.now = NOW - timedelta(hours=1)
    second = entrance.sign_in(badge, LAPTOP)
    entrance.use_here(entrance.sign_in(badge, TABLET), TABLET)
    assert not entrance.is_in(first)
    assert entrance.is_in(second)


def test_a_device_is_named_by_words_of_ours_only():
    phone = (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile Safari/604.1"
    )
    assert describe_device(phone) == "Safari · iPhone"
    assert describe_device("<script>alert(1)</script>") == "?"
    assert describe_device("x" * 10**6 + "Firefox") == "?"


# Wrong guesses -------------------------------------------------------------------------------


def guesses(count):
    letters = TYPED_ALPHABET
    for number in range(count):
        yield "".join(letters[number // len(letters) ** place % len(letters)] for place in range(8))


def test_of_a_thousand_guesses_in_a_burst_only_the_budget_is_looked_up(
    entrance, monkeypatch, caplog
):
    looked_up = []
    find = signing.find_badge
    monkeypatch.setattr(
        signing, "find_badge", lambda db, code: looked_up.append(code) or find(db, code)
    )
    answers = [entrance.refusal(entrance.give, guess).code for guess in guesses(1_000)]
    assert len(looked_up) == FAILURES_OF_ADDRESS
    assert answers.count("signin.bad_code") == FAILURES_OF_ADDRESS
    assert answers.count("signin.too_many") == 1_000 - FAILURES_OF_ADDRESS
    assert [each.levelname for each in caplog.records] == ["WARNING"]
    looked_up.clear()
    for number, guess in enumerate(guesses(1_000)):
        browser = Browser(f"10.0.{number % 200}.1", "?")
        entrance.refusal(entrance.give, guess, browser)
    assert len(looked_up) == FAILURES_OF_ALL - FAILURES_OF_ADDRESS


def test_a_venue_that_guesses_too_much_still_signs_in_by_link_and_soon_by_code(entrance):
    for guess in guesses(200):
        entrance.refusal(entrance.give, guess)
    badge = entrance.issue("delegate-hnd")
    refusal = entrance.refusal(entrance.give, badge.typed)
    assert (refusal.code, refusal.params) == ("signin.too_many", {"seconds": 60})
    assert isinstance(entrance.give(badge.link), SignedIn)
    assert isinstance(entrance.give(badge.typed, Browser("10.9.9.9", "?")), SignedIn)
    entrance.at += 60
    assert isinstance(entrance.give(badge.typed, LAPTOP), AsksDevice)


def test_right_codes_never_count(entrance):
    badge = entrance.issue("delegate-hnd")
    first = entrance.sign_in(badge)
    browser = Browser(PHONE.address, "?", first.token)
    for _ in range(FAILURES_OF_ALL * 2):
        outcome = entrance.give(badge.typed, browser)
        assert isinstance(outcome, SignedIn)
        browser = Browser(PHONE.address, "?", outcome.token)


def test_a_network_of_one_machine_has_one_budget():
    failures = Failures()
    for number in range(FAILURES_OF_ADDRESS):
        failures.note(f"2001:db8:1:2::{number:x}", 0.0)
    assert failures.wait("2001:db8:1:2:ffff::1", 1.0) == 59.0
    assert failures.wait("2001:db8:1:3::1", 1.0) == 0.0
    assert failures.wait("::ffff:10.0.0.7", 1.0) == failures.wait("nonsense", 1.0) == 0.0


# The record ----------------------------------------------------------------------------------


def test_the_record_has_every_sign_in_and_out_and_no_secret(entrance):
    badge = entrance.issue("chair")
    login = entrance.sign_in(badge)
    services.sign_out(entrance.desk, login.token, now=NOW)
    entrance.issue("chair", anew=True)
    acts = [act for act, _ in entrance.room.record()]
    expected = ["people.badge", "person.sign_in", "person.sign_out", "people.badge_anew"]
    assert acts[-4:] == expected
    rows = [tuple(row) for row in entrance.desk.store.all("select * from act")]
    held = json.dumps(rows)
    for secret in (badge.link, badge.typed, badge.pin, login.token):
        assert secret not in held


def test_a_store_of_before_gets_its_badges_a_place_for_codes(tmp_path):
    file = sqlite3.connect(tmp_path / "old.db", isolation_level=None)
    old = SqliteUtils(file)
    migrations.STEPS[0](old)
    old.execute("pragma user_version = 1")
    old.execute("insert into person values ('p', 'Ana', null, 'es', '')")
    old.execute("insert into login values ('h', 'p', '2017-06-21', null)")
    migrations.migrate(old)
    assert len(next(iter(old.query("select id from login")))["id"]) == 32
    file.close()
