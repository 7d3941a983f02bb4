"""The state of the room: whether it sits, behind which door, and when that is said to close."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from session_app import i18n
from session_app.domain.access import Level
from session_app.domain.agenda import Session
from session_app.domain.drafting import LANGUAGES, Texts
from session_app.services.desk import Desk
from session_app.store import sessions

from .viewer import Viewer


@dataclass(frozen=True, slots=True)
class SittingModel:
    """Topic `sitting`: the state of the room."""

    state: str  # scheduled (none opened yet), open, suspended, closed
    number: int
    mode: str  # open, members, closed
    since: str  # "14:02", local time of the room; empty if none was opened
    resumes_at: str  # "15:30" or empty
    today: Texts  # "21 de junio de 2017"


@dataclass(frozen=True, slots=True)
class SoonModel:
    """Topic `soon`: the notice before the door closes. It says the same to everybody and names nothing."""

    until: int  # milliseconds since 1970; 0: no notice
    at: str  # "14:32", local time of the room
    said: Texts = field(default_factory=dict)  # the sentence, for screens that speak both languages


def read_sitting(
    desk: Desk, session: Session, viewer: Viewer, now: datetime
) -> SittingModel | None:
    """Whether the room sits; to whom the door keeps out, the same from its closing to its opening."""
    if viewer.closed is Level.NOTHING:
        return None  # who is not to know that there is a closed part is told nothing of its hours
    sitting = sessions.sitting(desk.store, session.id)
    today = {
        language: i18n.format_day(session.local(now).date(), language) for language in LANGUAGES
    }
    if sitting is None:
        return SittingModel("scheduled", 0, "open", "", "", today)
    if viewer.shut_out:
        # The same from the closing of the door to its opening, whatever happens behind it.
        return SittingModel("open", 0, sitting.mode, read_door_closed(desk, session), "", today)
    since = i18n.format_time(session.local(sitting.since))
    return SittingModel(
        sitting.state, sitting.number, sitting.mode, since, sitting.resumes_at or "", today
    )


def read_soon(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> SoonModel | None:
    """The notice before the door closes, for all who are told of the sitting."""
    if viewer.closed is Level.NOTHING:
        return None  # as of the sitting's hours
    return announced_closing(desk, session, now)


def announced_closing(desk: Desk, session: Session, now: datetime) -> SoonModel:
    """The notice before the door closes, if one stands."""
    sitting = sessions.sitting(desk.store, session.id)
    if sitting is None or not sitting.is_under_way or not sitting.closes_at:
        return SoonModel(0, "")
    until = datetime.fromisoformat(sitting.closes_at)
    if until <= now:
        return SoonModel(0, "")
    at = i18n.format_time(session.local(until))
    return SoonModel(round(until.timestamp() * 1000), at, i18n.say_in_both("ui.soon"))


def read_door_closed(desk: Desk, session: Session) -> str:
    """Since when the door has been closed, in the room's time: the one thing told of what is behind."""
    sitting = sessions.sitting(desk.store, session.id)
    if sitting is None or not sitting.is_behind_door:
        return ""
    return i18n.format_time(session.local(sitting.opened))
