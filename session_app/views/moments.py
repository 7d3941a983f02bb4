"""Moments and sizes as a screen says them: by the clocks of the room, and as short as they may be."""

from __future__ import annotations

from datetime import datetime

from session_app import i18n
from session_app.domain.agenda import Session
from session_app.domain.drafting import LANGUAGES, Texts


def say_moment(at: datetime | str, session: Session) -> Texts:
    """Day and hour of a moment."""
    local = session.local(at)
    return {language: i18n.format_moment(local, language) for language in LANGUAGES}


def say_shortly(at: datetime | str, session: Session, now: datetime) -> Texts:
    """The hour of a moment of today, the day of another."""
    local = session.local(at)
    if local.date() == session.local(now).date():
        return dict.fromkeys(LANGUAGES, i18n.format_time(local))
    return {language: i18n.format_day(local.date(), language) for language in LANGUAGES}


def say_size(size: int) -> Texts:
    """How large a file is."""
    return {language: i18n.format_size(size, language) for language in LANGUAGES}
