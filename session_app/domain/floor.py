"""The floor: who speaks, who waits, for how long.

The sources say nothing of it (see the matrix: who may speak at all); the rules here are defaults the
Conference is asked to confirm. A list belongs to an agenda item. Points of order come before
everybody, a right of reply after everybody, and between them the order the forum has set. A point of
order interrupts: who was speaking comes back with the time that was left.

A speaker's clock is a deadline, not a countdown: screens that were asleep, late or wrong agree again
as soon as they look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from .errors import Conflict

OrderRule = Literal["as_asked", "alphabetical", "presidency_last"]
MAX_REQUESTS = 200
"""Requests of one item, ended ones included: eleven delegations come nowhere near it."""


class Kind(StrEnum):
    SPEECH = "speech"
    REPLY = "reply"
    ORDER = "order"


class Place(StrEnum):
    WAITING = "waiting"
    SPEAKING = "speaking"
    PAUSED = "paused"  # has the floor, the clock stands
    INTERRUPTED = "interrupted"  # by a point of order; next to have the floor again
    DONE = "done"
    WITHDRAWN = "withdrawn"


_ON_THE_FLOOR = frozenset({Place.SPEAKING, Place.PAUSED})
_ENDED = frozenset({Place.DONE, Place.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Request:
    """One delegation's wish to speak to an item, and what became of it."""

    id: str
    delegation: str
    person: str | None  # none: the chair put a delegation on the list that has no device at hand
    kind: Kind
    asked: datetime
    place: Place = Place.WAITING
    limit: int | None = None  # seconds; none: no limit
    spoken: float = 0.0  # seconds, before the present run
    running_since: datetime | None = None

    @property
    def deadline(self) -> datetime | None:
        """When the time is up, while the clock runs."""
        if self.running_since is None or self.limit is None:
            return None
        return self.running_since + timedelta(seconds=self.limit - self.spoken)

    @property
    def left(self) -> float | None:
        """Seconds left while the clock stands; negative once over."""
        return None if self.limit is None else self.limit - self.spoken

    def spoken_at(self, now: datetime) -> float:
        """Seconds spoken until now."""
        run = (now - self.running_since).total_seconds() if self.running_since else 0.0
        return self.spoken + max(run, 0.0)


@dataclass(frozen=True, slots=True)
class Floor:
    """The list of speakers of one item, in the order it was asked."""

    closed: bool = False
    requests: tuple[Request, ...] = ()

    @property
    def speaker(self) -> Request | None:
        """Who has the floor."""
        return next((each for each in self.requests if each.place in _ON_THE_FLOOR), None)


def ask(floor: Floor, new: Request) -> Floor:
    """Put a request on the list.

    A delegation waits once, and for a point of order once more. Raises `Conflict`: `floor.list_closed`
    (points of order and replies are still taken), `floor.asked_already`, `floor.too_many`.
    """
    if floor.closed and new.kind is Kind.SPEECH:
        raise Conflict("floor.list_closed")
    for each in floor.requests:
        if (
            each.delegation == new.delegation
            and each.kind is new.kind
            and each.place is Place.WAITING
        ):
            raise Conflict("floor.asked_already", delegation=new.delegation)
    if len(floor.requests) >= MAX_REQUESTS:
        raise Conflict("floor.too_many", limit=MAX_REQUESTS)
    return replace(floor, requests=(*floor.requests, new))


def queue(
    floor: Floor, rule: OrderRule, *, alphabet: Sequence[str], presidency: str
) -> tuple[Request, ...]:
    """Who comes next, in order. `alphabet` are the delegations in the forum's order."""
    places = {code: place for place, code in enumerate(alphabet)}
    waiting = [each for each in floor.requests if each.place is Place.WAITING]
    speeches = [each for each in waiting if each.kind is Kind.SPEECH]
    if rule == "alphabetical":
        speeches.sort(key=lambda each: places.get(each.delegation, len(places)))
    elif rule == "presidency_last":
        speeches.sort(key=lambda each: each.delegation == presidency)
    return (
        *(each for each in waiting if each.kind is Kind.ORDER),
        *(each for each in floor.requests if each.place is Place.INTERRUPTED),
        *speeches,
        *(each for each in waiting if each.kind is Kind.REPLY),
    )


def recognise(floor: Floor, request: str, now: datetime) -> Floor:
    """Give the floor to a request that waits. Who had it has spoken, or was interrupted by a point of
    order and comes back. Raises `Conflict` for one that does not wait."""
    chosen = _find(floor, request)
    if chosen.place not in (Place.WAITING, Place.INTERRUPTED):
        raise Conflict("floor.not_waiting")
    had = floor.speaker
    if had is not None:
        interrupts = chosen.kind is Kind.ORDER and had.kind is not Kind.ORDER
        stopped = _stopped(had, now)
        floor = _put(floor, replace(stopped, place=Place.INTERRUPTED if interrupts else Place.DONE))
    return _put(floor, replace(chosen, place=Place.SPEAKING, running_since=now))


def pause(floor: Floor, now: datetime) -> Floor:
    """Stop the speaker's clock."""
    speaker = _speaking(floor)
    if speaker.place is Place.PAUSED:
        raise Conflict("floor.paused_already")
    return _put(floor, replace(_stopped(speaker, now), place=Place.PAUSED))


def resume(floor: Floor, now: datetime) -> Floor:
    """Let the speaker's clock run on."""
    speaker = _speaking(floor)
    if speaker.place is not Place.PAUSED:
        raise Conflict("floor.not_paused")
    return _put(floor, replace(speaker, place=Place.SPEAKING, running_since=now))


def extend(floor: Floor, seconds: int) -> Floor:
    """Give the speaker more time."""
    speaker = _speaking(floor)
    if speaker.limit is None:
        raise Conflict("floor.no_limit")
    return _put(floor, replace(speaker, limit=speaker.limit + seconds))


def end(floor: Floor, now: datetime) -> Floor:
    """Whoever has the floor has spoken; nobody follows by itself."""
    return _put(floor, replace(_stopped(_speaking(floor), now), place=Place.DONE))


def withdraw(floor: Floor, request: str, now: datetime) -> Floor:
    """Take a request back; one that has the floor has then spoken."""
    found = _find(floor, request)
    if found.place in _ENDED:
        raise Conflict("floor.not_waiting")
    spoke = found.place is not Place.WAITING
    place = Place.DONE if spoke else Place.WITHDRAWN
    return _put(floor, replace(_stopped(found, now), place=place))


def move_up(floor: Floor, request: str) -> Floor:
    """Put a waiting request before the one of its kind that was asked before it."""
    found = _find(floor, request)
    before = [
        each
        for each in floor.requests[: floor.requests.index(found)]
        if each.place is Place.WAITING and each.kind is found.kind
    ]
    if found.place is not Place.WAITING or not before:
        raise Conflict("floor.cannot_move")
    others = [each for each in floor.requests if each is not found]
    at = others.index(before[-1])
    return replace(floor, requests=(*others[:at], found, *others[at:]))


def drop(floor: Floor, persons: frozenset[str], now: datetime) -> Floor:
    """Withdraw what these people have asked for, e.g. because a door has closed on them."""
    for each in floor.requests:
        if each.person in persons and each.place not in _ENDED:
            floor = withdraw(floor, each.id, now)
    return floor


def drop_since(floor: Floor, since: datetime, now: datetime) -> Floor:
    """Withdraw what was asked from a moment on, and end who asked then and speaks: a door that was closed
    is opened, and nobody outside is to read who asked behind it."""
    for each in floor.requests:
        if each.asked >= since and each.place not in _ENDED:
            floor = withdraw(floor, each.id, now)
    return floor


def speaking_times(requests: Sequence[Request]) -> Mapping[str, float]:
    """Seconds each delegation has spoken, without what is being said now."""
    times: dict[str, float] = {}
    for each in requests:
        times[each.delegation] = times.get(each.delegation, 0.0) + each.spoken
    return {code: seconds for code, seconds in times.items() if seconds}


def _stopped(request: Request, now: datetime) -> Request:
    return replace(request, spoken=request.spoken_at(now), running_since=None)


def _speaking(floor: Floor) -> Request:
    if floor.speaker is None:
        raise Conflict("floor.nobody_speaks")
    return floor.speaker


def _find(floor: Floor, request: str) -> Request:
    for each in floor.requests:
        if each.id == request:
            return each
    raise Conflict("floor.unknown_request")


def _put(floor: Floor, request: Request) -> Floor:
    requests = tuple(request if each.id == request.id else each for each in floor.requests)
    return replace(floor, requests=requests)
