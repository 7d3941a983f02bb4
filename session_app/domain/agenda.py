"""The agenda of a session and its sittings: what may follow what.

Items are taken in order, one at a time. A sitting is a continuous part of the session; between two of
them, and while one is suspended, the agenda stays where it is.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from typing import Literal
from zoneinfo import ZoneInfo

from .access import Level
from .contract import AgendaChanged, AgendaItemState
from .drafting import Language
from .errors import Conflict, Invalid
from .forum import SittingMode
from .text import one_line

MAX_TITLE = 300
"""Characters of an item's title; the longest title printed in past documents has 140."""
MAX_ITEMS = 200
"""Items of one series, open or closed: far above any agenda's. It is sent whole with each change."""
MAX_MINUTES = 120
"""Minutes a speaker can be given for an item; 0 means without limit."""


@dataclass(frozen=True, slots=True)
class Session:
    """One gathering of one body: "GRCM, San Salvador, 20–22 June 2017"."""

    id: str
    body: str
    ppt: str  # the delegation that presides, by code
    city: dict[Language, str]
    country: str  # by code
    starts: date
    ends: date
    zone: str  # IANA time zone of the room
    agenda_issued: bool = False  # final, no longer preliminary
    quorum: int | None = None  # members needed; 0: none fixed, none: as the forum has it
    rehearsal_of: str | None = None  # the session it is a rehearsal of; nothing of it is kept

    def local(self, at: datetime | str) -> datetime:
        """A moment by the clocks of the room; as a text it is one the store keeps (ISO 8601)."""
        moment = datetime.fromisoformat(at) if isinstance(at, str) else at
        return moment.astimezone(ZoneInfo(self.zone))


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans of time, the last perhaps still under way; moments are as the store keeps them (ISO 8601)."""

    spans: tuple[tuple[str, str | None], ...] = ()

    def __contains__(self, at: str) -> bool:
        return any(start <= at and (end is None or at <= end) for start, end in self.spans)


class ItemState(StrEnum):
    PENDING = "pending"
    CURRENT = "current"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Item:
    """One agenda item, in both languages."""

    id: str
    title_es: str
    title_en: str
    state: ItemState = ItemState.PENDING
    mode: SittingMode = "open"  # closed: a closed part, whatever the sitting it is taken in
    slot: str | None = None  # the delegation whose slot it is, by code
    minutes: int | None = None  # of each speaker; none: as the forum has it
    begun: bool = False  # it has been under way: what was said to it hangs on it

    @property
    def is_closed(self) -> bool:
        """Whether its title is for the roster of the closed part alone."""
        return self.mode == "closed"


Items = tuple[Item, ...]


def number_items(items: Items) -> dict[str, str]:
    """The number of each item. Closed ones have a series of their own, C1, C2, so that the numbers of
    the others do not tell how many there are."""
    numbers: dict[str, str] = {}
    for series, prefix in ((False, ""), (True, "C")):
        mine = (item for item in items if item.is_closed is series)
        numbers.update((item.id, f"{prefix}{place}") for place, item in enumerate(mine, start=1))
    return numbers


@dataclass(frozen=True, slots=True)
class ClosedRun:
    """Closed items that follow each other, as one who is off the roster hears of them: one thing, with
    a state only for who may know when the closed part comes."""

    state: ItemState | None


def veil(items: Items, level: Level) -> tuple[Item | ClosedRun, ...]:
    """The agenda as it is shown at a level of the closed part (`access.Level`)."""
    if level is Level.CONTENT:
        return items
    shown: list[Item | ClosedRun] = []
    for is_closed, run in groupby(items, key=lambda item: item.is_closed):
        if not is_closed:
            shown.extend(run)
        elif level is not Level.NOTHING:
            states = {item.state for item in run}
            shown.append(ClosedRun(_joint(states) if level is Level.SCHEDULED else None))
    return tuple(shown)


def current(items: Items) -> Item | None:
    """The item under way."""
    return next((item for item in items if item.state is ItemState.CURRENT), None)


def titled(title_es: str, title_en: str) -> tuple[str, str]:
    """Both titles, trimmed. Raises `Invalid` where one is empty or too long: every item has both."""
    titles = (one_line(title_es), one_line(title_en))
    for language, title in zip(("es", "en"), titles, strict=True):
        if not title:
            raise Invalid("agenda.title_missing", language=language)
        if len(title) > MAX_TITLE:
            raise Invalid("agenda.title_too_long", language=language, limit=MAX_TITLE)
    return titles


def add(items: Items, new: Item, *, after: str | None) -> Items:
    """Put an item behind another, or at the end. Raises `Conflict` where there are too many; the closed are
    counted apart, as they are numbered."""
    if sum(each.is_closed is new.is_closed for each in items) >= MAX_ITEMS:
        raise Conflict("agenda.too_many", limit=MAX_ITEMS)
    at = len(items) if after is None else _find(items, after) + 1
    return (*items[:at], new, *items[at:])


def retitle(items: Items, item: str, title_es: str, title_en: str) -> Items:
    """Give an item new titles."""
    index = _find(items, item)
    return _put(items, index, replace(items[index], title_es=title_es, title_en=title_en))


def amend(
    items: Items,
    item: str,
    title_es: str,
    title_en: str,
    mode: SittingMode,
    slot: str | None,
    minutes: int | None,
    *,
    seen: str,
) -> Items:
    """Change everything that is said of an item before it is taken. `seen` is its digest as whoever
    changes it was shown it: raises `Conflict` if somebody else has changed it since."""
    index = _find(items, item)
    if digest(items[index]) != seen:
        raise Conflict("agenda.changed_meanwhile")
    renamed = retitle(items, item, title_es, title_en)
    return reserve(renamed, item, mode, slot, minutes)


def digest(item: Item) -> str:
    """A short mark of what is said of an item."""
    said = (item.title_es, item.title_en, item.mode, item.slot, item.minutes)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def remove(items: Items, item: str) -> Items:
    """Take out an item that has never been under way."""
    index = _find(items, item)
    if items[index].begun or items[index].state is not ItemState.PENDING:
        raise Conflict("agenda.has_begun")
    return (*items[:index], *items[index + 1 :])


def place(items: Items, item: str, *, after: str | None = None, before: str | None = None) -> Items:
    """Put an item directly behind another or in front of it; at the very end, or the very beginning, of
    the agenda where that other one is empty."""
    index = _find(items, item)
    others = (*items[:index], *items[index + 1 :])
    if item in (after, before):
        return items
    if after is not None:
        at = _find(others, after) + 1 if after else len(others)
    else:
        at = _find(others, before) if before else 0
    return (*others[:at], items[index], *others[at:])


def move(
    items: Items, item: str, direction: Literal["up", "down"], *, level: Level = Level.CONTENT
) -> Items:
    """Exchange an item with its neighbour, as the agenda is shown at a level of the closed part: closed
    items that stand together are passed in one step by who must not learn how many there are."""
    index = _find(items, item)
    step = -1 if direction == "up" else 1
    other = index + step
    if not 0 <= other < len(items):
        raise Conflict(f"agenda.cannot_move_{direction}")
    if level is not Level.CONTENT and items[other].is_closed:
        while 0 <= other + step < len(items) and items[other + step].is_closed:
            other += step
    order = list(items)
    order.insert(other, order.pop(index))
    return tuple(order)


def advance(items: Items, to: str | None) -> Items:
    """Mark the current item done and make another one current: `to`, or the next pending one."""
    if to is not None:
        target = _find(items, to)
        if items[target].state is ItemState.CURRENT:
            raise Conflict("agenda.already_current")
    else:
        current = next((i for i, each in enumerate(items) if each.state is ItemState.CURRENT), -1)
        later = [
            i for i, each in enumerate(items) if i > current and each.state is ItemState.PENDING
        ]
        if not later:
            raise Conflict("agenda.no_next_item")
        target = later[0]
    done = tuple(_finished(each) if each.state is ItemState.CURRENT else each for each in items)
    return _put(done, target, replace(done[target], state=ItemState.CURRENT, begun=True))


def finish(items: Items, item: str) -> Items:
    """Mark an item done."""
    index = _find(items, item)
    return _put(items, index, _finished(items[index]))


def reopen(items: Items, item: str) -> Items:
    """Put an item that was marked done back among the pending ones."""
    index = _find(items, item)
    if items[index].state is not ItemState.DONE:
        raise Conflict("agenda.not_done")
    return _put(items, index, replace(items[index], state=ItemState.PENDING))


def reserve(
    items: Items, item: str, mode: SittingMode, slot: str | None, minutes: int | None = None
) -> Items:
    """Say in what mode an item is taken, whose slot it is, and how long each may speak to it."""
    if minutes is not None and not 0 <= minutes <= MAX_MINUTES:
        raise Invalid("agenda.bad_minutes", limit=MAX_MINUTES)
    index = _find(items, item)
    return _put(items, index, replace(items[index], mode=mode, slot=slot, minutes=minutes))


def changed(items: Items) -> AgendaChanged:
    """The event that carries this agenda. Numbers are places: they stay dense whatever moves."""
    numbers = number_items(items)
    return AgendaChanged(
        tuple(
            AgendaItemState(
                item.id,
                numbers[item.id],
                item.title_es,
                item.title_en,
                item.state,
                item.mode,
                item.slot,
            )
            for item in items
        )
    )


class SittingState(StrEnum):
    SCHEDULED = "scheduled"
    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Sitting:
    """A continuous part of a session. `epoch` grows with each change of its door."""

    number: int
    mode: SittingMode
    state: SittingState
    since: str
    epoch: int
    resumes_at: str | None = None
    companions: int = 1  # how many a head of delegation may bring behind a closed door
    opened: str = ""  # since when it has been going on, whatever suspensions there were
    verified: bool = False  # "sala verificada": the PPT has confirmed who is in the room
    closes_at: str | None = (
        None  # announced to everybody: from when it goes on behind a closed door
    )

    @property
    def is_under_way(self) -> bool:
        """Open or suspended: its mode rules the room."""
        return self.state in (SittingState.OPEN, SittingState.SUSPENDED)

    @property
    def is_behind_door(self) -> bool:
        """Under way, and not open to everybody its body admits."""
        return self.is_under_way and self.mode != "open"


def open_next(
    last: Sitting | None, mode: SittingMode, since: str, *, companions: int = 1
) -> Sitting:
    """The next sitting, opened. Raises `Conflict` while the last one is not closed."""
    if last is not None and last.is_under_way:
        raise Conflict("sitting.not_closed", number=last.number)
    number, epoch = (last.number + 1, last.epoch + 1) if last else (1, 1)
    return Sitting(
        number, mode, SittingState.OPEN, since, epoch, companions=companions, opened=since
    )


def announce_closing(sitting: Sitting | None, at: str | None) -> Sitting:
    """The sitting with the moment its door is said to close, or with that taken back.

    Raises `Conflict` while there is no door to close, and where nothing has been announced.
    """
    if sitting is None or not sitting.is_under_way:
        raise Conflict("sitting.not_open")
    if sitting.mode == "closed":
        raise Conflict("door.closed_already")
    if at is None and sitting.closes_at is None:
        raise Conflict("door.not_announced")
    return replace(sitting, closes_at=at)


def verify(sitting: Sitting | None) -> Sitting:
    """The closed sitting with its room verified: from now on its roster has its content."""
    if sitting is None or not sitting.is_under_way or sitting.mode != "closed":
        raise Conflict("door.not_closed")
    if sitting.verified:
        raise Conflict("roster.verified")
    return replace(sitting, verified=True)


def suspend(sitting: Sitting | None, resumes_at: str | None, since: str) -> Sitting:
    """The sitting suspended, with the time of resumption the room screen shows ("15:30")."""
    if sitting is None or sitting.state is not SittingState.OPEN:
        raise Conflict("sitting.not_open")
    if resumes_at is not None and not _is_clock_time(resumes_at):
        raise Invalid("sitting.bad_time", value=resumes_at[:20])
    return replace(sitting, state=SittingState.SUSPENDED, since=since, resumes_at=resumes_at)


def resume(sitting: Sitting | None, since: str) -> Sitting:
    """A suspended sitting resumed."""
    if sitting is None or sitting.state is not SittingState.SUSPENDED:
        raise Conflict("sitting.not_suspended")
    return replace(sitting, state=SittingState.OPEN, since=since, resumes_at=None)


def close(sitting: Sitting | None, since: str) -> Sitting:
    """The sitting closed: it is over, the next one is opened anew."""
    if sitting is None or not sitting.is_under_way:
        raise Conflict("sitting.not_open")
    return replace(sitting, state=SittingState.CLOSED, since=since, resumes_at=None)


def _joint(states: set[ItemState]) -> ItemState:
    if len(states) == 1:
        return states.pop()
    return ItemState.CURRENT if ItemState.CURRENT in states else ItemState.PENDING


def _find(items: Items, item: str) -> int:
    for index, each in enumerate(items):
        if each.id == item:
            return index
    raise Conflict("agenda.unknown_item")


def _put(items: Items, index: int, item: Item) -> Items:
    return (*items[:index], item, *items[index + 1 :])


def _finished(item: Item) -> Item:
    return replace(item, state=ItemState.DONE)


def _is_clock_time(text: str) -> bool:
    return re.fullmatch("([01]?[0-9]|2[0-3]):[0-5][0-9]", text) is not None
