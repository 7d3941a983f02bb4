"""The list of speakers of the item under way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from session_app import i18n
from session_app.domain.access import Action, Level
from session_app.domain.agenda import Session
from session_app.domain.drafting import LANGUAGES, Texts
from session_app.domain.floor import Request, speaking_times
from session_app.domain.forum import Delegation
from session_app.services import floor
from session_app.services.desk import Desk
from session_app.store import sessions
from session_app.store.floor import requests_of_session

from .viewer import Viewer


@dataclass(frozen=True, slots=True)
class SpeakerModel:
    """A delegation that has the floor, or waits for it."""

    id: str
    delegation: str
    name: Texts
    label: (
        Texts  # in a list or on a button: members by their names, an organisation by its short one
    )
    person: str  # who asked, or empty
    kind: str  # speech, reply, order
    place: str  # waiting, interrupted, speaking, paused
    at: str  # "14:31", when it asked
    deadline: int  # milliseconds since 1970 while the clock runs, else 0
    left: int  # seconds while it stands
    limit: int  # seconds; 0: without limit
    can_move_up: bool
    ordinal: Texts  # place on the list: "2.º", "2nd"; empty for who has the floor
    spoken: str = ""  # the language of choice of who asked, or empty


@dataclass(frozen=True, slots=True)
class FloorModel:
    """Topic `floor`: the list of speakers of the item under way."""

    speaker: SpeakerModel | None
    queue: tuple[SpeakerModel, ...]
    closed: bool
    is_open: bool  # a sitting is under way, and the item is one the viewer is told of
    others: tuple[tuple[str, Texts], ...]  # delegations that can be added, by who keeps the list
    times: tuple[tuple[str, str], ...]  # delegation and its speaking time "4:05", for who keeps it


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
            label=_label(known) if known else dict.fromkeys(LANGUAGES, each.delegation),
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


def _label(delegation: Delegation) -> Texts:
    return delegation.name if delegation.kind == "member" else delegation.short or delegation.name


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
