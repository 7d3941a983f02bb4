"""What the bar of every page of a session shows."""

from __future__ import annotations

from datetime import datetime

from session_app import i18n
from session_app.domain.agenda import Session
from session_app.domain.drafting import LANGUAGES
from session_app.services.desk import Desk
from session_app.services.issuing import place
from session_app.store import rehearsals, sessions

from .models import (
    Head,
    RehearsalModel,
    Viewer,
)


def read_head(desk: Desk, session_id: str) -> Head:
    """What the bar of a session's pages shows."""
    session = sessions.session(desk.store, session_id)
    body = desk.forum.bodies[session.body]
    return Head(
        session=session.id,
        body=body.acronym,
        body_name=body.name,
        city=session.city,
        place={language: place(desk.forum, session, language) for language in LANGUAGES},
        dates={
            language: i18n.format_dates(session.starts, session.ends, language)
            for language in LANGUAGES
        },
        zone=session.zone,
        rehearsal_of=session.rehearsal_of or "",
    )


def read_rehearsal(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> RehearsalModel:
    """The rehearsal of this session that is going on, if there is one."""
    return RehearsalModel(rehearsals.rehearsal_of(desk.store, session.id) or "")
