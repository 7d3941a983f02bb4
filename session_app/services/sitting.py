"""Sittings: opening, suspending, resuming, closing them."""

from __future__ import annotations

from typing import cast

from session_app.domain import agenda
from session_app.domain.access import Action
from session_app.domain.agenda import Sitting
from session_app.domain.contract import (
    CloseSitting,
    ResumeSitting,
    SittingChanged,
    SuspendSitting,
)
from session_app.store import sessions
from session_app.store.database import stamp

from .desk import Act, Result
from .room import clear_room


def suspend_sitting(act: Act, command: SuspendSitting) -> Result:
    """Suspend the sitting until a time, if one is given."""
    last = sessions.sitting(act.desk.store, act.session.id)
    return put_sitting(act, agenda.suspend(last, command.resumes_at or None, stamp(act.now)))


def resume_sitting(act: Act, command: ResumeSitting) -> Result:
    """Resume the suspended sitting."""
    last = sessions.sitting(act.desk.store, act.session.id)
    return put_sitting(act, agenda.resume(last, stamp(act.now)))


def close_sitting(act: Act, command: CloseSitting) -> Result:
    """Close the sitting; one that is not open only for who may manage its door, which opens with it."""
    last = sessions.sitting(act.desk.store, act.session.id)
    if last is not None and last.is_behind_door:
        act.desk.authority.require(act.session.id, act.actor.person, Action.MANAGE_DOOR, act.now)
    clear_room(act)
    return put_sitting(act, agenda.close(last, stamp(act.now)))


def put_sitting(act: Act, sitting: Sitting) -> Result:
    """Enter a sitting or its new state, and say so."""
    sessions.put_sitting(act.tx, act.session.id, sitting)
    act.tx.announce(
        act.session.id,
        SittingChanged(
            sitting.number,
            cast(str, sitting.state),
            sitting.mode,
            sitting.since,
            sitting.resumes_at,
        ),
    )
    return {"number": sitting.number}
