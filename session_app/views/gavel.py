"""Who presides, and who may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from session_app import i18n
from session_app.domain.access import Level
from session_app.domain.agenda import Session
from session_app.services.desk import Desk
from session_app.services.gavel import list_entitled
from session_app.store import gavel, sessions

from .viewer import Viewer


@dataclass(frozen=True, slots=True)
class PresidingModel:
    """Somebody who presides, or may."""

    person: str
    name: str
    delegation: str


@dataclass(frozen=True, slots=True)
class GavelModel:
    """Topic `gavel`: who presides, and who may."""

    holder: PresidingModel | None
    since: str  # "14:02"; empty while nobody holds it, and of what was done behind a closed door
    delegated: bool  # the Secretariat may conduct in the PPT's name
    entitled: tuple[PresidingModel, ...]


def read_gavel(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> GavelModel:
    """Who presides, since when, and who may; to who is not inside, not the hour of what was done behind
    the closed door."""
    holder = desk.authority.holder(session.id, now)
    since = ""
    behind = holder is not None and holder.since in sessions.closed_spans(desk.store, session.id)
    if holder is not None and (viewer.closed is Level.CONTENT or not behind):
        since = i18n.format_time(session.local(holder.since))
    return GavelModel(
        PresidingModel(holder.person, holder.name, holder.delegation) if holder else None,
        since,
        gavel.delegation(desk.store, session.id) is not None,
        tuple(
            PresidingModel(each.person, each.name, each.delegation)
            for each in list_entitled(desk, session.id, now)
        ),
    )
