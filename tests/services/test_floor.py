"""The floor of the item under way: who may ask, who gives it, what a closed door does to it."""

from __future__ import annotations

import pytest
from conftest import NOW

from session_app.domain.errors import Conflict, Forbidden, Invalid
from session_app.services.door import preview_closing
from session_app.services.floor import read_floor, read_queue


def queue(room):
    return [each.delegation for each in read_queue(room.desk, room.session)]


def speaker(room):
    return read_floor(room.desk, room.session).speaker


def test_a_delegation_asks_waits_and_is_given_the_floor(room):
    room.do("delegate-hnd", "floor.ask")
    room.do("drafting-can", "floor.ask")
    assert queue(room) == ["HND", "CAN"]
    room.do("chair", "floor.recognise")
    assert (speaker(room).delegation, speaker(room).limit) == ("HND", 180)
    room.do("chair", "floor.end")
    assert speaker(room) is None
    assert queue(room) == ["CAN"]


def test_only_who_may_speak_asks_and_only_who_conducts_gives(room):
    for role in ("observer-country", "rrocm", "observer-organisation", "interpreter", "projector"):
        with pytest.raises(Forbidden):
            room.do(role, "floor.ask")
    for name in ("floor.recognise", "floor.close_list", "floor.line_up"):
        with pytest.raises(Forbidden):
            room.do("delegate-hnd", name)
    with pytest.raises(Forbidden, match=r"access\.not_delegated"):
        room.do("secretariat", "floor.add", delegation="BLZ")
    room.do("chair", "floor.add", delegation="BLZ")
    assert queue(room) == ["BLZ"]
    with pytest.raises(Invalid, match=r"floor\.unknown_delegation"):
        room.do("chair", "floor.add", delegation="ONU")


def test_an_observer_asks_with_the_chairs_leave(room):
    person = room.person["observer-organisation"]
    given = room.do("chair", "grant.give", person=person, right="speak", reason="Informe")
    room.do("observer-organisation", "floor.ask")
    assert queue(room) == ["ACNUR"]
    room.do("chair", "floor.recognise")
    assert speaker(room).limit == 300
    room.do("chair", "grant.withdraw", grant=given["grant"])
    with pytest.raises(Forbidden):
        room.do("observer-organisation", "floor.ask")


def test_one_takes_back_ones_own_request_and_the_chair_any(room):
    request = room.do("delegate-hnd", "floor.ask")["request"]
    with pytest.raises(Forbidden):
        room.do("drafting-can", "floor.withdraw", request=request)
    room.do("delegate-hnd", "floor.withdraw", request=request)
    assert queue(room) == []
    request = room.do("delegate-hnd", "floor.ask")["request"]
    room.do("chair", "floor.withdraw", request=request)
    assert queue(room) == []


def test_opening_statements_follow_protocol_order_with_the_presidency_last(room):
    room.do("delegate-hnd", "floor.ask")
    room.do("chair", "floor.line_up")
    assert len(queue(room)) == 11
    assert queue(room)[0] == "HND"
    assert queue(room)[1] == "BLZ"
    assert queue(room)[-1] == "SLV"


def test_each_item_has_its_own_list_and_its_own_time(room):
    room.do("delegate-hnd", "floor.ask")
    item = room.do("chair", "agenda.add", title_es="A", title_en="A")["item"]
    room.do("chair", "agenda.reserve", item=item, mode="open", minutes=5)
    room.do("chair", "agenda.advance", item=item)
    assert queue(room) == []
    room.do("delegate-hnd", "floor.ask")
    room.do("chair", "floor.recognise")
    assert speaker(room).limit == 300
    with pytest.raises(Invalid, match=r"agenda\.bad_minutes"):
        room.do("chair", "agenda.reserve", item=item, mode="open", minutes=121)


def test_a_door_that_closes_takes_the_requests_of_those_it_cuts_off(room):
    room.do("delegate-hnd", "floor.ask")
    room.do("chair", "floor.add", delegation="BLZ")
    seen = preview_closing(room.desk, room.session, "closed", NOW).seen
    room.do("chair", "door.close", mode="closed", seen=seen)
    assert queue(room) == ["BLZ"]


def test_nobody_asks_while_no_sitting_is_open(room):
    room.do("chair", "sitting.close")
    with pytest.raises(Conflict, match=r"sitting\.not_open"):
        room.do("delegate-hnd", "floor.ask")


def test_who_speaks_to_a_closed_item_stays_with_its_roster_when_the_door_opens(room):
    item = room.do("chair", "agenda.add", title_es="C", title_en="C", mode="closed")["item"]
    seen = preview_closing(room.desk, room.session, "closed", NOW).seen
    room.do("chair", "door.close", mode="closed", seen=seen)
    room.do("chair", "roster.verify")
    room.do("chair", "agenda.advance", item=item)
    room.do("chair", "floor.add", delegation="CRI")
    room.do("chair", "door.open")
    with pytest.raises(Forbidden):
        room.do("delegate-hnd", "floor.ask")


def test_the_chair_gives_the_floor_to_a_delegation_whether_it_has_asked_or_not(room):
    room.do("chair", "floor.close_list")
    room.do("chair", "floor.recognise", delegation="MEX")
    held = read_floor(room.desk, room.session)
    assert held.speaker.delegation == "MEX"
    assert held.closed
    room.do("chair", "floor.open_list")
    room.do("delegate-hnd", "floor.ask", kind="speech")
    room.do("drafting-can", "floor.ask", kind="speech")
    room.do("chair", "floor.recognise", delegation="CAN")
    held = read_floor(room.desk, room.session)
    assert held.speaker.delegation == "CAN"
    assert [each.delegation for each in held.requests if each.place == "waiting"] == ["HND"]
    with pytest.raises(Invalid, match=r"floor.unknown_delegation"):
        room.do("chair", "floor.recognise", delegation="XXX")
