"""The floor: order, interruptions and clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from session_app.domain import floor
from session_app.domain.errors import Conflict
from session_app.domain.floor import Floor, Kind, Place, Request

NOW = datetime(2017, 6, 21, 15, 30, tzinfo=UTC)
ALPHABET = ("BLZ", "CAN", "CRI", "SLV", "MEX")


def asked(*wishes: str, closed: bool = False) -> Floor:
    """A list: `CAN`, or `CAN:reply`, `CAN:order`; ids are the same words."""
    requests = tuple(
        Request(wish, wish[:3], f"p-{wish}", Kind(wish[4:] or "speech"), NOW, limit=180)
        for wish in wishes
    )
    return Floor(closed, requests)


def order(held: Floor, rule: floor.OrderRule = "as_asked") -> list[str]:
    return [each.id for each in floor.queue(held, rule, alphabet=ALPHABET, presidency="SLV")]


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_points_of_order_come_first_and_replies_last() -> None:
    held = asked("MEX", "CAN:reply", "CRI", "BLZ:order")
    assert order(held) == ["BLZ:order", "MEX", "CRI", "CAN:reply"]


def test_the_order_of_speeches_is_a_setting() -> None:
    held = asked("SLV", "MEX", "BLZ")
    assert order(held) == ["SLV", "MEX", "BLZ"]
    assert order(held, "alphabetical") == ["BLZ", "SLV", "MEX"]
    assert order(held, "presidency_last") == ["MEX", "BLZ", "SLV"]


def test_a_delegation_waits_once_and_once_more_for_a_point_of_order() -> None:
    held = asked("CAN")
    with pytest.raises(Conflict, match=r"floor\.asked_already"):
        floor.ask(held, Request("again", "CAN", None, Kind.SPEECH, NOW))
    held = floor.ask(held, Request("order", "CAN", None, Kind.ORDER, NOW))
    assert order(held) == ["order", "CAN"]


def test_a_closed_list_takes_points_of_order_and_replies_only() -> None:
    held = asked(closed=True)
    with pytest.raises(Conflict, match=r"floor\.list_closed"):
        floor.ask(held, Request("a", "CAN", None, Kind.SPEECH, NOW))
    for kind in (Kind.ORDER, Kind.REPLY):
        held = floor.ask(held, Request(kind, "CAN", None, kind, NOW))
    assert order(held) == ["order", "reply"]


def test_a_point_of_order_interrupts_and_the_speaker_comes_back_with_the_time_left() -> None:
    held = floor.recognise(asked("MEX", "CAN", "BLZ:order"), "MEX", NOW)
    assert held.speaker is not None
    assert held.speaker.deadline == later(180)
    held = floor.recognise(held, "BLZ:order", later(60))
    assert order(held) == ["MEX", "CAN"]
    held = floor.recognise(held, "MEX", later(100))
    assert held.speaker is not None
    assert held.speaker.deadline == later(100 + 120)
    assert [each.place for each in held.requests] == [Place.SPEAKING, Place.WAITING, Place.DONE]


def test_the_next_speaker_ends_the_one_before() -> None:
    held = floor.recognise(asked("MEX", "CAN"), "MEX", NOW)
    held = floor.recognise(held, "CAN", later(30))
    assert [each.place for each in held.requests] == [Place.DONE, Place.SPEAKING]
    held = floor.end(held, later(45))
    assert floor.speaking_times(held.requests) == {"MEX": 30, "CAN": 15}


def test_a_paused_clock_stands_and_goes_on_where_it_stood() -> None:
    held = floor.pause(floor.recognise(asked("MEX"), "MEX", NOW), later(20))
    assert held.speaker is not None
    assert (held.speaker.deadline, held.speaker.left) == (None, 160)
    with pytest.raises(Conflict, match=r"floor\.paused_already"):
        floor.pause(held, later(21))
    held = floor.extend(floor.resume(held, later(50)), 60)
    assert held.speaker is not None
    assert held.speaker.deadline == later(50 + 160 + 60)
    with pytest.raises(Conflict, match=r"floor\.not_paused"):
        floor.resume(held, later(51))


def test_nobody_follows_by_itself() -> None:
    held = floor.end(floor.recognise(asked("MEX", "CAN"), "MEX", NOW), later(10))
    assert held.speaker is None
    for act in (lambda: floor.end(held, NOW), lambda: floor.pause(held, NOW)):
        with pytest.raises(Conflict, match=r"floor\.nobody_speaks"):
            act()


def test_what_is_withdrawn_or_over_cannot_be_called_up_again() -> None:
    held = floor.withdraw(asked("MEX"), "MEX", NOW)
    assert order(held) == []
    with pytest.raises(Conflict, match=r"floor\.not_waiting"):
        floor.recognise(held, "MEX", NOW)
    with pytest.raises(Conflict, match=r"floor\.unknown_request"):
        floor.recognise(held, "nobody", NOW)


def test_the_chair_moves_one_up_among_its_kind() -> None:
    held = floor.move_up(asked("MEX", "BLZ:order", "CAN"), "CAN")
    assert order(held) == ["BLZ:order", "CAN", "MEX"]
    with pytest.raises(Conflict, match=r"floor\.cannot_move"):
        floor.move_up(held, "CAN")


def test_a_door_that_closes_takes_the_requests_of_those_it_keeps_out() -> None:
    held = floor.recognise(asked("MEX", "CAN", "BLZ"), "MEX", NOW)
    held = floor.drop(held, frozenset({"p-MEX", "p-BLZ"}), later(5))
    assert held.speaker is None
    assert order(held) == ["CAN"]
