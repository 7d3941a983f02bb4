"""The state of the room: whether it sits, behind which door, and when that is said to close."""

from __future__ import annotations

from datetime import datetime

from session_app import i18n
from session_app.domain.access import Level
from session_app.domain.agenda import Session
from session_app.domain.drafting import LANGUAGES
from session_app.services.desk import Desk
from session_app.store import sessions

from .models import (
    SittingModel,
    SoonModel,
    Viewer,
)


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
