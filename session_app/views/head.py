"""What the bar of every page of a session shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from session_app import i18n
from session_app.domain.agenda import Session
from session_app.domain.drafting import LANGUAGES, Texts
from session_app.services.desk import Desk
from session_app.services.issuing import place
from session_app.store import rehearsals, sessions

from .viewer import Viewer


@dataclass(frozen=True, slots=True)
class Head:
    """What the bar of every page of a session shows."""

    session: str
    body: Texts  # "GRCM" / "RCGM"
    body_name: Texts
    city: Texts
    place: Texts  # "San Salvador, El Salvador"
    dates: Texts
    zone: str = "UTC"  # of the clocks in the room
    rehearsal_of: str = ""  # the session of which this is a rehearsal, or empty


@dataclass(frozen=True, slots=True)
class Me:
    """The person who is looking, for the bar of a page; never part of a fragment."""

    name: str
    delegation: str
    capacity: str  # code; its word is `ui.capacity.<code>`
    person: str = ""  # what the page's script tells its own things by
    others: tuple[Head, ...] = ()  # the other sessions they are accredited to


@dataclass(frozen=True, slots=True)
class RehearsalModel:
    """Topic `rehearsal`: the rehearsal of this session that is going on, if there is one."""

    session: str  # or empty


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
