"""Who is in the room, and whether the body has its quorum, as each class of viewers is shown it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from session_app import i18n
from session_app.domain.access import Action, Level
from session_app.domain.agenda import Session
from session_app.domain.attendance import Mark
from session_app.domain.drafting import Texts
from session_app.services import attendance
from session_app.services.desk import Desk
from session_app.store import sessions

from .viewer import Viewer


@dataclass(frozen=True, slots=True)
class ArrivalModel:
    """How a delegation was last seen to arrive or leave, for who marks."""

    how: str  # chair, sign_in, scan
    since: str  # "14:02"
    person: str  # who leads it, of those who were seen to arrive, or empty


@dataclass(frozen=True, slots=True)
class DelegationModel:
    """A delegation and whether it is in the room."""

    code: str
    name: Texts
    present: bool
    presides: bool
    arrival: ArrivalModel | None = None


@dataclass(frozen=True, slots=True)
class AttendanceModel:
    """Topic `attendance`, in Spanish alphabetical order of countries."""

    delegations: tuple[DelegationModel, ...]
    present: int
    others: tuple[DelegationModel, ...] = ()  # who is no member, for who marks


@dataclass(frozen=True, slots=True)
class QuorumModel:
    """Topic `quorum`: whether the body may act, as far as a number is fixed."""

    present: int
    members: int
    needed: int  # 0 where none is fixed
    lacks: bool


Tell = Callable[[Mark | None], ArrivalModel | None]


def read_attendance(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> AttendanceModel:
    """Each delegation, and to who marks also those that are no members, with how and since when."""
    marks = sessions.attendance(desk.store, session.id)
    tell = telling(desk, session, viewer)
    everybody = tuple(
        DelegationModel(
            each.code,
            each.name,
            each.code in marks and marks[each.code].present,
            each.code == session.ppt,
            tell(marks.get(each.code)),
        )
        for each in desk.forum.delegations.values()
    )
    members = {each.code for each in desk.forum.members}
    shown = tuple(each for each in everybody if each.code in members)
    others = tuple(each for each in everybody if each.code not in members)
    model = AttendanceModel(shown, sum(each.present for each in shown))
    return replace(model, others=others) if Action.MARK_ATTENDANCE in viewer.may else model


def telling(desk: Desk, session: Session, viewer: Viewer) -> Tell:
    """What a class of viewers is told of how a delegation was seen to arrive or leave: nothing but to who
    marks, and of what was marked behind a closed door nothing but to its roster."""
    if Action.MARK_ATTENDANCE not in viewer.may:
        return lambda mark: None
    behind = sessions.closed_spans(desk.store, session.id)

    def tell(mark: Mark | None) -> ArrivalModel | None:
        if mark is None:
            return None
        if viewer.closed is not Level.CONTENT and mark.at in behind:
            return None
        since = i18n.format_time(session.local(mark.at))
        person = desk.authority.actor(session.id, mark.person).name if mark.person else ""
        return ArrivalModel(mark.how, since, person)

    return tell


def read_quorum(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> QuorumModel:
    """Whether the body may act, as far as a number is fixed."""
    return read_quorum_of(desk, session)


def read_quorum_of(desk: Desk, session: Session) -> QuorumModel:
    """How the members present stand to the quorum."""
    held = attendance.read_quorum(desk, session.id)
    return QuorumModel(held.present, held.members, held.needed or 0, held.lacks)
