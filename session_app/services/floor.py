"""The floor of the item under way: asking for it, and giving it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import cast

from session_app.domain import agenda, floor
from session_app.domain.access import Action, Level
from session_app.domain.contract import (
    AddSpeaker,
    AskForFloor,
    CloseSpeakersList,
    EndSpeech,
    ExtendSpeech,
    FloorChanged,
    LineUpMembers,
    MoveSpeakerUp,
    OpenSpeakersList,
    PauseSpeech,
    RecogniseSpeaker,
    ResumeSpeech,
    WithdrawRequest,
)
from session_app.domain.errors import Conflict, Forbidden, Invalid
from session_app.domain.floor import Floor, Kind, OrderRule, Request
from session_app.store import floor as lists
from session_app.store import sessions
from session_app.store.database import new_id, stamp

from .desk import Act, Desk, Result, take_gavel
from .settings import read_setting

LONGEST_EXTENSION = 600
"""Seconds a speaker can be given at once."""


def read_floor(desk: Desk, session: str) -> Floor:
    """The list of the item under way."""
    return lists.floor(desk.store, session, _item(desk, session))


def read_queue(desk: Desk, session: str) -> tuple[Request, ...]:
    """Who comes next, in the order of this session."""
    rule = cast(OrderRule, read_setting(desk, session, "order"))
    return floor.queue(
        read_floor(desk, session),
        rule,
        alphabet=tuple(desk.forum.delegations),
        presidency=sessions.session(desk.store, session).ppt,
    )


def ask_for_floor(act: Act, command: AskForFloor) -> Result:
    """Ask for the floor for one's own delegation."""
    _require_sitting(act)
    request = _request(act, act.actor.delegation, act.actor.person, Kind(command.kind))
    return _change(act, lambda held: floor.ask(held, request)) | {"request": request.id}


def add_speaker(act: Act, command: AddSpeaker) -> Result:
    """Put a delegation on the list that has no device at hand."""
    _require_known(act, command.delegation)
    request = _request(act, command.delegation, None, Kind(command.kind))
    return _change(act, lambda held: floor.ask(held, request)) | {"request": request.id}


def line_up_members(act: Act, command: LineUpMembers) -> Result:
    """Opening statements: every member delegation in protocol order, the Presidency last."""
    codes = [member.code for member in act.desk.forum.members if member.code != act.session.ppt]

    def line_up(held: Floor) -> Floor:
        waiting = {each.delegation for each in held.requests if each.place is floor.Place.WAITING}
        for code in (*codes, act.session.ppt):
            if code not in waiting:
                held = floor.ask(
                    replace(held, closed=False), _request(act, code, None, Kind.SPEECH)
                )
        return held

    return _change(act, line_up)


def withdraw_request(act: Act, command: WithdrawRequest) -> Result:
    """Take back a request of one's own delegation; the chair takes back any."""
    own = {
        each.id
        for each in read_floor(act.desk, act.session.id).requests
        if each.delegation == act.actor.delegation
    }
    manages = act.desk.authority.may(act.session.id, act.actor.person, Action.MANAGE_FLOOR, act.now)
    if command.request not in own:
        if not manages:
            raise Forbidden("access.denied", action=Action.MANAGE_FLOOR)
        take_gavel(act)  # whoever keeps the floor conducts
    return _change(act, lambda held: floor.withdraw(held, command.request, act.now))


def recognise_speaker(act: Act, command: RecogniseSpeaker) -> Result:
    """Give the floor to a request, to a delegation whether it has asked or not, or to whoever is next."""
    chosen = command.request
    waiting = read_queue(act.desk, act.session.id)
    if chosen is None and command.delegation is not None:
        asked = [each.id for each in waiting if each.delegation == command.delegation]
        if not asked:
            return _recognise_unasked(act, command.delegation)
        chosen = asked[0]
    elif chosen is None:
        if not waiting:
            raise Conflict("floor.nobody_waits")
        chosen = waiting[0].id
    return _change(act, lambda held: floor.recognise(held, chosen, act.now))


def _recognise_unasked(act: Act, delegation: str) -> Result:
    _require_known(act, delegation)
    request = _request(act, delegation, None, Kind.SPEECH)

    def give(held: Floor) -> Floor:
        asked = floor.ask(replace(held, closed=False), request)
        return replace(floor.recognise(asked, request.id, act.now), closed=held.closed)

    return _change(act, give)


def pause_speech(act: Act, command: PauseSpeech) -> Result:
    """Stop the speaker's clock."""
    return _change(act, lambda held: floor.pause(held, act.now))


def resume_speech(act: Act, command: ResumeSpeech) -> Result:
    """Let the speaker's clock run on."""
    return _change(act, lambda held: floor.resume(held, act.now))


def extend_speech(act: Act, command: ExtendSpeech) -> Result:
    """Give the speaker more time."""
    if not 0 < command.seconds <= LONGEST_EXTENSION:
        raise Invalid("floor.bad_extension", limit=LONGEST_EXTENSION)
    return _change(act, lambda held: floor.extend(held, command.seconds))


def end_speech(act: Act, command: EndSpeech) -> Result:
    """Whoever has the floor has spoken."""
    return _change(act, lambda held: floor.end(held, act.now))


def move_speaker_up(act: Act, command: MoveSpeakerUp) -> Result:
    """Put a request before the one that was asked before it."""
    return _change(act, lambda held: floor.move_up(held, command.request))


def close_speakers_list(act: Act, command: CloseSpeakersList) -> Result:
    """Take no more speeches for this item."""
    return _change(act, lambda held: replace(held, closed=True))


def open_speakers_list(act: Act, command: OpenSpeakersList) -> Result:
    """Take speeches again."""
    return _change(act, lambda held: replace(held, closed=False))


def drop_requests(act: Act, persons: frozenset[str]) -> None:
    """Withdraw what these people have asked for: a door has closed on them."""
    held = read_floor(act.desk, act.session.id)
    if floor.drop(held, persons, act.now) != held:
        _change(act, lambda found: floor.drop(found, persons, act.now))


def end_closed_lists(act: Act, since: datetime) -> None:
    """Clear the lists of what was asked since a door was closed: it is opened now."""
    for item in ("", *(each.id for each in sessions.agenda(act.desk.store, act.session.id))):
        held = lists.floor(act.desk.store, act.session.id, item)
        left = floor.drop_since(held, since, act.now)
        if left != held:
            lists.put_floor(act.tx, act.session.id, item, left)


def spoken_openly(desk: Desk, session: str) -> Mapping[str, float]:
    """Seconds each delegation has spoken, but for what was asked behind a closed door or to a closed
    item: that is for their roster."""
    items = sessions.agenda(desk.store, session)
    behind = sessions.closed_spans(desk.store, session)
    return floor.speaking_times(
        [
            each
            for item in ("", *(item.id for item in items if not item.is_closed))
            for each in lists.floor(desk.store, session, item).requests
            if stamp(each.asked) not in behind
        ]
    )


def _change(act: Act, change: Callable[[Floor], Floor]) -> Result:
    item = _item(act.desk, act.session.id)
    held = change(lists.floor(act.desk.store, act.session.id, item))
    lists.put_floor(act.tx, act.session.id, item, held)
    speaker = held.speaker
    act.tx.announce(
        act.session.id, FloorChanged(item, speaker.delegation if speaker else None, held.closed)
    )
    return {}


def _request(act: Act, delegation: str, person: str | None, kind: Kind) -> Request:
    return Request(new_id(), delegation, person, kind, act.now, limit=_limit(act, delegation))


def _require_known(act: Act, code: str) -> None:
    if code not in act.desk.forum.delegations:
        known = ", ".join(act.desk.forum.delegations)
        raise Invalid("floor.unknown_delegation", code=code[:40], known=known)


def _limit(act: Act, delegation: str) -> int | None:
    """Seconds a delegation may speak: what the item says, or the session's setting for its kind."""
    item = agenda.current(sessions.agenda(act.desk.store, act.session.id))
    is_member = delegation in {member.code for member in act.desk.forum.members}
    field = "minutes_members" if is_member else "minutes_others"
    minutes = int(read_setting(act.desk, act.session.id, field))
    if item is not None and item.minutes is not None:
        minutes = item.minutes
    return minutes * 60 or None


def _item(desk: Desk, session: str) -> str:
    item = agenda.current(sessions.agenda(desk.store, session))
    return item.id if item is not None else ""


def _require_sitting(act: Act) -> None:
    sitting = sessions.sitting(act.desk.store, act.session.id)
    if sitting is None or not sitting.is_under_way:
        raise Conflict("sitting.not_open")
    level = act.desk.authority.level_of_closed(act.session.id, act.actor.person, act.now)
    if is_closed(act.desk, act.session.id) and level is not Level.CONTENT:
        raise Forbidden("access.not_on_roster", action=Action.SPEAK)


def is_closed(desk: Desk, session: str) -> bool:
    """Whether the item under way is a closed one: then its speakers are for its roster alone."""
    item = agenda.current(sessions.agenda(desk.store, session))
    return item is not None and item.is_closed
