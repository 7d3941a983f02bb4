"""The chair's door with the roster behind it, and what is told to whom it keeps out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from session_app.domain.agenda import Session
from session_app.domain.forum import SittingMode
from session_app.domain.roster import Place
from session_app.services.desk import Desk
from session_app.services.door import (
    admissible,
    by_exception,
    choices_of_companions,
    preview_closing,
    quota,
)
from session_app.store import people, sessions
from session_app.store.people import Accredited

from .people import in_order
from .sitting import announced_closing, read_door_closed
from .viewer import Viewer


@dataclass(frozen=True, slots=True)
class AttendeeModel:
    """Somebody as the door's lists name one."""

    person: str
    name: str
    delegation: str
    capacity: str
    rank: str
    connected: int  # open screens and pages
    reason: str  # of the exception by which they are on the roster, or empty
    by_exception: bool = False  # can be admitted only with a reason


@dataclass(frozen=True, slots=True)
class ClosingModel:
    """What closing the door would do now."""

    mode: str  # members, closed
    stays: tuple[AttendeeModel, ...]
    cut_off: tuple[AttendeeModel, ...]
    seen: str
    companions: int = 0  # of each head; none among members only


@dataclass(frozen=True, slots=True)
class DoorModel:
    """Topic `door`: the chair's door, and the roster behind it."""

    mode: str  # of the sitting under way; open where there is none
    since: str
    verified: bool
    companions: int
    closings: tuple[ClosingModel, ...]  # the ways it can be closed now
    named: tuple[AttendeeModel, ...]
    admitted: tuple[AttendeeModel, ...]
    waiting: tuple[AttendeeModel, ...]
    others: tuple[AttendeeModel, ...]  # who could be admitted, by right or by exception
    under_way: bool = True  # whether there is a sitting, open or suspended
    announced: str = ""  # "14:32", from when it is said to be closed


@dataclass(frozen=True, slots=True)
class NoticeModel:
    """What one reads whom the door keeps out: never anything of what goes on behind it."""

    since: str  # when the door was closed
    mode: str  # members, closed
    place: str  # how one stands to the roster: named (to be verified), waiting, or empty
    may_ask: bool  # a late arrival whom the chair could let in
    category: str = "public"  # of the accreditation; its word is `ui.category.<category>`


def read_door(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> DoorModel:
    """The roster as it stands, and what each way of closing the door would do now."""
    sitting = sessions.sitting(desk.store, session.id)
    mode = sitting.mode if sitting is not None and sitting.is_under_way else "open"
    entries = sessions.roster(desk.store, session.id)
    connected = desk.connected(session.id)
    everybody = in_order(desk, people.accredited(desk.store, session.id))
    excepted = by_exception(desk, session.id)

    def attendee(each: Accredited) -> AttendeeModel:
        entry = entries.get(each.person)
        return AttendeeModel(
            each.person,
            each.name,
            each.delegation,
            each.capacity,
            each.rank,
            connected.get(each.person, 0),
            entry.reason if entry is not None else "",
            each.person in excepted,
        )

    def placed(place: Place) -> tuple[AttendeeModel, ...]:
        return tuple(
            attendee(each)
            for each in everybody
            if each.person in entries and entries[each.person].place is place
        )

    def closing(other: SittingMode, companions: int) -> ClosingModel:
        would = preview_closing(desk, session.id, other, now, companions=companions or None)
        stays = {each.person for each in would.stays}
        cut_off = {each.person for each in would.cut_off}
        return ClosingModel(
            other,
            tuple(attendee(each) for each in everybody if each.person in stays),
            tuple(attendee(each) for each in everybody if each.person in cut_off),
            would.seen,
            companions,
        )

    ways: list[tuple[SittingMode, int]] = [
        *(("closed", each) for each in choices_of_companions(desk, session.id)),
        ("members", 0),
    ]
    return DoorModel(
        mode=mode,
        since=read_door_closed(desk, session),
        verified=sitting is not None and sitting.verified,
        companions=quota(desk, session.id),
        closings=tuple(closing(*way) for way in ways if way[0] != mode),
        named=placed(Place.NAMED),
        admitted=placed(Place.ADMITTED),
        waiting=placed(Place.WAITING),
        others=tuple(attendee(each) for each in in_order(desk, admissible(desk, session.id))),
        under_way=sitting is not None and sitting.is_under_way,
        announced=announced_closing(desk, session, now).at,
    )


def read_notice(desk: Desk, session_id: str, person: str | None) -> NoticeModel:
    """What somebody whom the door keeps out is told."""
    session = sessions.session(desk.store, session_id)
    sitting = sessions.sitting(desk.store, session_id)
    entry = sessions.roster(desk.store, session_id).get(person or "")
    asks = person in {each.person for each in admissible(desk, session_id)}
    mode = sitting.mode if sitting is not None else "open"
    return NoticeModel(
        since=read_door_closed(desk, session),
        mode=mode,
        place=entry.place if entry is not None else "",
        may_ask=asks and mode == "closed",
        category=desk.authority.actor(session_id, person).category,
    )
