"""For whom a screen is rendered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from session_app.domain.access import Action, Level
from session_app.domain.drafting import Language
from session_app.services.desk import Desk


@dataclass(frozen=True, slots=True)
class Viewer:
    """For whom a screen is rendered: an access class, never a person."""

    language: Language
    may: frozenset[Action]
    closed: Level = Level.NOTHING  # how much of the session's closed part they see
    shut_out: bool = False  # the door of the sitting under way keeps them out
    closed_draft: frozenset[Action] = frozenset()  # what they may do with the closed part's text
    papers: frozenset[str] = frozenset()  # the papers they may have, by id


def viewer_of(desk: Desk, session: str, person: str | None, now: datetime) -> Viewer:
    """The access class of a person in a session at this moment."""
    authority = desk.authority
    return Viewer(
        authority.actor(session, person).language,
        authority.allowed(session, person, now),
        authority.level_of_closed(session, person, now),
        authority.is_shut_out(session, person, now),
        authority.closed_allowed(session, person, now),
        authority.papers(session, person, now),
    )
