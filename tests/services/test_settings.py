"""What a session chooses for itself, among what its forum allows."""

from __future__ import annotations

import pytest
from conftest import CRM, NOW

from session_app.domain.errors import Conflict, Forbidden, Invalid
from session_app.services.door import choices_of_companions, preview_closing, quota
from session_app.services.floor import read_floor, read_queue
from session_app.services.rehearsal import begin_rehearsal
from session_app.services.settings import digest_of_settings, read_setting
from session_app.store import sessions


def choose(room, role="secretariat", **chosen):
    seen = digest_of_settings(room.desk, room.session)
    return room.do(role, "session.settings", **{"seen": seen, **chosen})


def limits(room):
    return {each.delegation: each.limit for each in read_floor(room.desk, room.session).requests}


def test_who_asks_from_now_on_has_the_time_of_this_session_and_who_has_asked_keeps_theirs(room):
    room.do("delegate-hnd", "floor.ask")
    choose(room, minutes_members=5, minutes_others=2)
    room.do("drafting-can", "floor.ask")
    room.do("chair", "floor.add", delegation="ACNUR")
    assert limits(room) == {"HND": 180, "CAN": 300, "ACNUR": 120}
    choose(room, minutes_members=0)
    room.do("chair", "floor.add", delegation="MEX")
    room.do("chair", "floor.add", delegation="RROCM")
    assert (limits(room)["MEX"], limits(room)["RROCM"]) == (None, 300)


def test_the_order_of_speakers_is_that_of_the_session(room):
    for code in ("SLV", "MEX", "CAN"):
        room.do("chair", "floor.add", delegation=code)
    orders = {"alphabetical": ["CAN", "SLV", "MEX"], "presidency_last": ["MEX", "CAN", "SLV"]}
    for order, codes in orders.items():
        choose(room, order=order)
        assert [each.delegation for each in read_queue(room.desk, room.session)] == codes
    choose(room)
    assert read_queue(room.desk, room.session)[0].delegation == "SLV"


def test_a_door_is_offered_with_the_sessions_companions_and_a_closed_one_keeps_its_own(room):
    assert choices_of_companions(room.desk, room.session) == (1, 2)
    choose(room, companions=2)
    assert choices_of_companions(room.desk, room.session) == (2, 1)
    seen = preview_closing(room.desk, room.session, "closed", NOW).seen
    room.do("chair", "door.close", mode="closed", seen=seen)
    choose(room, companions=1)
    assert quota(room.desk, room.session) == 2
    room.do("chair", "door.open")
    assert quota(room.desk, room.session) == 1


@pytest.mark.parametrize(
    "wrong", [{"minutes_members": 4}, {"companions": 3}, {"order": "by_size"}, {"companions": 0}]
)
def test_what_the_forum_does_not_allow_is_refused_and_nothing_is_half_done(room, wrong):
    with pytest.raises(Invalid, match=r"session\.bad_setting"):
        choose(room, **{"minutes_others": 2, **wrong})
    assert sessions.settings(room.desk.store, room.session) == {}


def test_of_two_who_choose_the_second_is_told(room):
    choose(room, companions=2)
    with pytest.raises(Conflict, match=r"session\.settings_changed"):
        choose(room, seen="", companions=1)
    assert read_setting(room.desk, room.session, "companions") == 2


def test_the_chair_chooses_too_and_nobody_else(room):
    choose(room, "chair", order="alphabetical")
    for role in ("delegate-hnd", "interpreter", "observer-organisation"):
        with pytest.raises(Forbidden):
            choose(room, role, companions=2)


def test_a_rehearsal_is_held_as_the_session_will_be(room):
    choose(room, minutes_members=7)
    person = room.person["secretariat"]
    rehearsal = begin_rehearsal(room.desk, room.session, CRM, person=person, now=NOW)
    assert read_setting(room.desk, rehearsal, "minutes_members") == 7
