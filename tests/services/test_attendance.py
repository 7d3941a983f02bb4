"""Who is in the room: at its door by code or by badge, or by hand; and whether the body has its quorum."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from conftest import NOW

from session_app.domain import attendance
from session_app.domain.attendance import Quorum
from session_app.domain.contract import parse
from session_app.domain.errors import Conflict, Forbidden, Invalid, NotFound
from session_app.domain.people import Capacity
from session_app.services.acts import HANDLERS
from session_app.services.adoption import read_standing
from session_app.services.attendance import code_at_the_door, members_present, read_quorum
from session_app.services.desk import perform
from session_app.services.door import preview_closing
from session_app.services.presence import make_presence_code
from session_app.services.signing import issue_badge
from session_app.store import sessions
from session_app.views.live import read_topic
from session_app.views.viewer import viewer_of

KEY = b"k" * 32


def mark(room, code):
    return sessions.attendance(room.desk.store, room.session).get(code)


def do_at(room, role, at, name, **values):
    perform(
        room.desk,
        HANDLERS,
        session=room.session,
        person=room.person[role],
        command=parse(name, values),
        now=at,
    )


def shown(room, role):
    viewer = viewer_of(room.desk, room.session, room.person[role], NOW)
    return read_topic(room.desk, room.session, "attendance", viewer, NOW)


def accredit(room, person, delegation, capacity):
    with room.desk.store.transaction(NOW) as tx:
        tx.execute("insert into person values (?, ?, null, 'es', '')", (person, person))
        tx.execute(
            "insert into accreditation values (?, ?, ?, ?, 0, 'observers', '', '')",
            (room.session, person, delegation, capacity),
        )
        tx.change_authority()
    room.person[person] = person


# The code at the door ------------------------------------------------------------------------


def test_a_code_is_good_for_its_minute_and_the_one_after_in_its_session_and_sitting_only():
    code = attendance.arrival_code(KEY, "s", 2, NOW)
    assert len(code) == attendance.CODE_LENGTH
    left = attendance.seconds_left(NOW)
    for later, good in ((0, True), (left, True), (left + 59, True), (left + 60, False)):
        at = NOW + timedelta(seconds=later)
        assert attendance.is_arrival_code(KEY, code, "s", 2, at) is good, later
    early = NOW - timedelta(seconds=61)
    assert not attendance.is_arrival_code(KEY, code, "s", 2, early)
    for key, session, sitting in ((b"x" * 32, "s", 2), (KEY, "t", 2), (KEY, "s", 3)):
        assert not attendance.is_arrival_code(key, code, session, sitting, NOW)
    assert attendance.is_arrival_code(KEY, f" {code[:3].lower()}-{code[3:]} ", "s", 2, NOW)
    for wrong in ("", "ABC", code + "A", "ÑÑÑÑÑÑ"):
        assert not attendance.is_arrival_code(KEY, wrong, "s", 2, NOW)


def test_who_arrives_by_the_code_marks_their_delegation_present(room):
    room.do("chair", "attendance.mark", delegation="HND", present=False)
    code = code_at_the_door(room.desk, room.session, NOW)
    room.do("delegate-hnd", "attendance.arrive", code=code)
    held = mark(room, "HND")
    assert (held.present, held.how, held.person) == (True, "sign_in", room.person["delegate-hnd"])
    assert room.record()[-1] == ("attendance.arrive", "done")
    assert code not in str(room.desk.store.all("select * from act"))


def test_a_code_of_before_marks_nobody(room):
    code = code_at_the_door(room.desk, room.session, NOW)
    with pytest.raises(Invalid, match=r"attendance\.bad_code"):
        do_at(room, "delegate-hnd", NOW + timedelta(minutes=3), "attendance.arrive", code=code)


def test_a_code_shown_before_the_sitting_is_opened_is_of_that_sitting(room):
    room.do("chair", "sitting.close")
    code = code_at_the_door(room.desk, room.session, NOW)
    room.do("chair", "sitting.open")
    assert code_at_the_door(room.desk, room.session, NOW) == code
    room.do("chair", "sitting.close")
    with pytest.raises(Invalid, match=r"attendance\.bad_code"):
        room.do("delegate-hnd", "attendance.arrive", code=code)


def test_being_connected_marks_nobody(room):
    before = members_present(room.desk, room.session)
    room.desk.connected = lambda session: {room.person["drafting-can"]: 3}
    assert members_present(room.desk, room.session) == before


def test_the_head_leads_the_delegation_once_the_head_is_there(room):
    accredit(room, "head-of-hnd", "HND", Capacity.HEAD)
    accredit(room, "other-of-hnd", "HND", Capacity.DELEGATE)
    room.do("chair", "attendance.mark", delegation="HND", present=False)
    code = code_at_the_door(room.desk, room.session, NOW)
    led = []
    for who in ("delegate-hnd", "other-of-hnd", "head-of-hnd", "delegate-hnd"):
        room.do(who, "attendance.arrive", code=code)
        led.append(mark(room, "HND").person)
    assert led == [room.person["delegate-hnd"]] * 2 + ["head-of-hnd"] * 2


def test_who_leaves_says_so_and_who_was_not_there_is_told(room):
    room.do("delegate-hnd", "attendance.leave")
    assert not mark(room, "HND").present
    with pytest.raises(Conflict, match=r"attendance\.not_present"):
        room.do("delegate-hnd", "attendance.leave")


def test_observers_arrive_too_and_do_not_count(room):
    before = read_quorum(room.desk, room.session)
    code = code_at_the_door(room.desk, room.session, NOW)
    for role in ("observer-country", "observer-organisation", "rrocm"):
        room.do(role, "attendance.arrive", code=code)
    assert mark(room, "COL").present
    assert read_quorum(room.desk, room.session) == before


def test_a_screen_and_somebody_who_is_nobody_arrive_nowhere(room):
    code = code_at_the_door(room.desk, room.session, NOW)
    with pytest.raises(Forbidden):
        room.do("projector", "attendance.arrive", code=code)
    room.person["nobody"] = None
    with pytest.raises(Forbidden):
        room.do("nobody", "attendance.arrive", code=code)


# Badges --------------------------------------------------------------------------------------


@pytest.fixture
def badge(room):
    return issue_badge(
        room.desk,
        room.session,
        room.person["delegate-hnd"],
        person=room.person["secretariat"],
        now=NOW,
    )


def test_a_scanned_badge_says_whose_it_is_and_marks_the_delegation(room, badge):
    room.do("chair", "attendance.mark", delegation="HND", present=False)
    phone = make_presence_code(room.desk, room.session, room.person["delegate-hnd"], NOW)
    texts = (f"https://sala.example/in/{badge.link}", badge.link, badge.typed, phone.code)
    for text in texts:
        found = room.do("secretariat", "attendance.scan", code=text)
        assert (found["delegation"], found["capacity"]) == ("HND", "delegate")
        assert found["changed"]
        assert mark(room, "HND").how == "scan"
        assert not room.do("secretariat", "attendance.scan", code=text)["changed"]
        assert room.do("secretariat", "attendance.scan", code=text, present=False)["changed"]


def test_a_scan_signs_nobody_in_and_uses_no_badge(room, badge):
    def logins():
        return len(room.desk.store.all("select 1 from login"))

    before = logins()
    room.do("secretariat", "attendance.scan", code=badge.link)
    assert logins() == before
    held = room.desk.store.all("select 1 from badge where used is not null")
    assert held == []
    assert badge.link not in str(room.desk.store.all("select * from act"))


@pytest.mark.parametrize("text", ["", "hola", "23456789", "https://otra.example/in/aaaa"])
def test_what_is_no_badge_of_this_meeting_is_refused(room, text):
    with pytest.raises(NotFound, match=r"attendance\.unknown_badge"):
        room.do("secretariat", "attendance.scan", code=text)


def test_a_badge_that_was_issued_anew_is_scanned_no_more(room, badge):
    issue_badge(
        room.desk,
        room.session,
        room.person["delegate-hnd"],
        person=room.person["secretariat"],
        now=NOW,
        anew=True,
    )
    with pytest.raises(NotFound, match=r"attendance\.unknown_badge"):
        room.do("secretariat", "attendance.scan", code=badge.link)


def test_only_who_keeps_the_door_scans_and_marks(room, badge):
    for role in ("delegate-hnd", "drafting-can", "observer-country", "interpreter"):
        for name, values in (
            ("attendance.scan", {"code": badge.link}),
            ("attendance.mark", {"delegation": "BLZ", "present": True}),
        ):
            with pytest.raises(Forbidden):
                room.do(role, name, **values)


# The closed part -----------------------------------------------------------------------------


@pytest.fixture
def closed(room):
    seen = preview_closing(room.desk, room.session, "closed", NOW).seen
    room.do("chair", "door.close", mode="closed", seen=seen)
    room.do("chair", "roster.verify")
    return room


def test_nobody_whom_the_door_keeps_out_arrives_or_scans(closed):
    code = code_at_the_door(closed.desk, closed.session, NOW)
    for role in ("observer-country", "delegate-hnd", "drafting-can"):
        with pytest.raises(Conflict, match=r"door\.closed"):
            closed.do(role, "attendance.arrive", code=code)
        with pytest.raises(Conflict, match=r"door\.closed"):
            closed.do(role, "attendance.leave")
        assert shown(closed, role) is None
    with pytest.raises(Forbidden):
        closed.do("secretariat", "attendance.scan", code=code)


def test_when_somebody_was_seen_inside_is_for_the_roster(closed):
    closed.do("chair", "attendance.mark", delegation="BLZ", present=True)
    assert next(each for each in shown(closed, "chair").delegations if each.code == "BLZ").arrival
    closed.do("chair", "door.open")
    for role, told in (("chair", True), ("secretariat", False)):
        held = next(each for each in shown(closed, role).delegations if each.code == "BLZ")
        assert held.present
        assert bool(held.arrival) is told, role


def test_delegates_are_shown_who_is_present_and_no_more(room):
    room.do("secretariat", "attendance.mark", delegation="BLZ", present=True)
    told = next(each for each in shown(room, "secretariat").delegations if each.code == "BLZ")
    assert (told.arrival.how, bool(told.arrival.since)) == ("chair", True)
    seen = shown(room, "delegate-hnd")
    assert {each.arrival for each in seen.delegations} == {None}
    assert seen.others == ()


# Quorum --------------------------------------------------------------------------------------


def test_no_number_is_fixed_until_somebody_fixes_one(room):
    assert read_quorum(room.desk, room.session) == Quorum(9, 11, None)
    room.do("chair", "session.quorum", members=10)
    assert read_quorum(room.desk, room.session).lacks
    room.do("chair", "attendance.mark", delegation="BLZ", present=True)
    assert not read_quorum(room.desk, room.session).lacks
    room.do("chair", "session.quorum", members=0)
    assert read_quorum(room.desk, room.session).needed is None
    room.do("chair", "session.quorum")
    assert read_quorum(room.desk, room.session).needed is None


def test_the_forums_number_counts_where_the_session_has_none(room):
    setting = replace(room.desk.forum.settings["quorum.members"], value=10)
    settings = dict(room.desk.forum.settings) | {"quorum.members": setting}
    room.desk.forum = replace(room.desk.forum, settings=settings)
    assert read_quorum(room.desk, room.session).needed == 10
    room.do("chair", "session.quorum", members=0)
    assert read_quorum(room.desk, room.session).needed is None


@pytest.mark.parametrize("number", [-1, 12])
def test_a_quorum_is_of_members(room, number):
    with pytest.raises(Invalid, match=r"quorum\.bad_number"):
        room.do("chair", "session.quorum", members=number)


def test_a_lack_of_quorum_stops_no_adoption_and_is_recorded_with_it(room):
    room.do("chair", "session.quorum", members=10)
    standing = read_standing(room.desk, room.draft)
    room.do("chair", "draft.adopt", digest=standing.digest, override="Así lo acuerda la sala")
    for act in ("draft.adopt", "paragraph.adopted"):
        row = room.desk.store.one(
            "select detail from act where act = ? order by seq desc limit 1", (act,)
        )
        kept = json.loads(row["detail"])
        assert (len(kept["present"]), kept["quorum"]) == (9, 10)
        assert kept["how"] == dict.fromkeys(kept["present"], "chair")
