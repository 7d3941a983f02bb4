"""The list of speakers of the item under way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from session_app import i18n
from session_app.domain.access import Action, Level
from session_app.domain.agenda import Session
from session_app.domain.drafting import LANGUAGES
from session_app.domain.floor import Request, speaking_times
from session_app.services import floor
from session_app.services.desk import Desk
from session_app.store import sessions
from session_app.store.floor import requests_of_session

from .models import (
    FloorModel,
    SpeakerModel,
    Viewer,
)


def read_floor(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> FloorModel:
    """Who speaks and who waits; nothing of it while the item is one the viewer is not told of."""
    sitting = sessions.sitting(desk.store, session.id)
    told = viewer.closed is Level.CONTENT or not floor.is_closed(desk, session.id)
    if sitting is None or not sitting.is_under_way or not told:
        return FloorModel(None, (), False, False, (), ())
    held = floor.read_floor(desk, session.id)
    queue = floor.read_queue(desk, session.id)
    keeps = Action.MANAGE_FLOOR in viewer.may

    def shown(each: Request, before: Sequence[Request] = (), at: int = 0) -> SpeakerModel:
        known = desk.forum.delegations.get(each.delegation)
        deadline = each.deadline
        who = desk.authority.actor(session.id, each.person) if each.person else None
        return SpeakerModel(
            id=each.id,
            delegation=each.delegation,
            name=known.name if known else dict.fromkeys(LANGUAGES, each.delegation),
            person=who.name if who else "",
            kind=each.kind,
            place=each.place,
            at=i18n.format_time(session.local(each.asked)),
            deadline=round(deadline.timestamp() * 1000) if deadline else 0,
            left=round(each.left) if each.left is not None else 0,
            limit=each.limit or 0,
            can_move_up=any(
                other.kind is each.kind and other.place is each.place for other in before
            ),
            ordinal={
                language: i18n.format_ordinal(at, language) if at else "" for language in LANGUAGES
            },
            spoken=who.language if who else "",
        )

    times: Mapping[str, float] = {}
    if keeps and viewer.closed is Level.CONTENT:
        times = speaking_times(requests_of_session(desk.store, session.id))
    elif keeps:
        times = floor.spoken_openly(desk, session.id)
    return FloorModel(
        speaker=shown(held.speaker) if held.speaker else None,
        queue=tuple(shown(each, queue[:place], place + 1) for place, each in enumerate(queue)),
        closed=held.closed,
        is_open=True,
        others=tuple((code, each.name) for code, each in desk.forum.delegations.items())
        if keeps
        else (),
        times=tuple((code, _minutes(seconds)) for code, seconds in times.items()),
    )


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
