"""Conducting the session: sittings, the agenda, who is in the room, grants."""

from __future__ import annotations

from typing import cast

from session_app.domain import agenda
from session_app.domain.access import Action
from session_app.domain.agenda import Item, Items, Sitting
from session_app.domain.contract import (
    AddItem,
    AdvanceAgenda,
    AttendanceChanged,
    ChooseLanguage,
    CloseSitting,
    FinishItem,
    GiveGrant,
    MarkAttendance,
    MoveItem,
    OpenSitting,
    PeopleChanged,
    ReopenItem,
    ResumeSitting,
    RetitleItem,
    SittingChanged,
    SuspendSitting,
    WithdrawGrant,
)
from session_app.domain.errors import Forbidden, Invalid
from session_app.domain.text import one_line
from session_app.store import people, sessions
from session_app.store.database import new_id, stamp

from .desk import Act, Desk, Result


def open_sitting(act: Act, command: OpenSitting) -> Result:
    """Open the next sitting."""
    last = sessions.sitting(act.desk.store, act.session.id)
    return _put_sitting(act, agenda.open_next(last, command.mode, stamp(act.now)))


def suspend_sitting(act: Act, command: SuspendSitting) -> Result:
    """Suspend the sitting until a time, if one is given."""
    last = sessions.sitting(act.desk.store, act.session.id)
    return _put_sitting(act, agenda.suspend(last, command.resumes_at or None, stamp(act.now)))


def resume_sitting(act: Act, command: ResumeSitting) -> Result:
    """Resume the suspended sitting."""
    last = sessions.sitting(act.desk.store, act.session.id)
    return _put_sitting(act, agenda.resume(last, stamp(act.now)))


def close_sitting(act: Act, command: CloseSitting) -> Result:
    """Close the sitting."""
    last = sessions.sitting(act.desk.store, act.session.id)
    return _put_sitting(act, agenda.close(last, stamp(act.now)))


def advance_agenda(act: Act, command: AdvanceAgenda) -> Result:
    """Move to the next item, or to the one named."""
    return _put_agenda(act, agenda.advance(_agenda(act), command.item))


def add_item(act: Act, command: AddItem) -> Result:
    """Add an item."""
    new = Item(new_id(), *agenda.titled(command.title_es, command.title_en))
    _put_agenda(act, agenda.add(_agenda(act), new, after=command.after or None))
    return {"item": new.id}


def retitle_item(act: Act, command: RetitleItem) -> Result:
    """Change an item's titles."""
    titles = agenda.titled(command.title_es, command.title_en)
    return _put_agenda(act, agenda.retitle(_agenda(act), command.item, *titles))


def move_item(act: Act, command: MoveItem) -> Result:
    """Move an item up or down."""
    return _put_agenda(act, agenda.move(_agenda(act), command.item, command.direction))


def finish_item(act: Act, command: FinishItem) -> Result:
    """Mark an item done."""
    return _put_agenda(act, agenda.finish(_agenda(act), command.item))


def reopen_item(act: Act, command: ReopenItem) -> Result:
    """Put an item back among the pending ones."""
    return _put_agenda(act, agenda.reopen(_agenda(act), command.item))


def mark_attendance(act: Act, command: MarkAttendance) -> Result:
    """Record that a member delegation is, or is not, in the room."""
    if command.delegation not in [member.code for member in act.desk.forum.members]:
        raise Invalid("attendance.not_a_member", delegation=command.delegation[:40])
    sessions.mark_attendance(act.tx, act.session.id, command.delegation, command.present)
    act.tx.announce(act.session.id, AttendanceChanged(members_present(act.desk, act.session.id)))
    return {}


def members_present(desk: Desk, session: str) -> tuple[str, ...]:
    """The member delegations in the room, in Spanish alphabetical order of countries."""
    present = sessions.present(desk.store, session)
    return tuple(member.code for member in desk.forum.members if member.code in present)


def give_grant(act: Act, command: GiveGrant) -> Result:
    """Give a person a dated exception, signed by the PPT."""
    reason = one_line(command.reason)
    if not reason:
        raise Invalid("grant.reason_missing")
    grant = people.give_grant(
        act.tx,
        act.session.id,
        person=command.person,
        right=command.right,
        reason=reason[:500],
        by=act.actor.person,
    )
    _announce_people(act)
    return {"grant": grant}


def withdraw_grant(act: Act, command: WithdrawGrant) -> Result:
    """Withdraw a grant."""
    people.withdraw_grant(act.tx, act.session.id, command.grant)
    _announce_people(act)
    return {}


def choose_language(act: Act, command: ChooseLanguage) -> Result:
    """Set the language of one's own screens."""
    if not act.actor.person:
        raise Forbidden("access.denied", action=Action.KNOW)
    people.choose_language(act.tx, act.actor.person, command.language)
    return {}


def _agenda(act: Act) -> Items:
    return sessions.agenda(act.desk.store, act.session.id)


def _put_agenda(act: Act, items: Items) -> Result:
    sessions.put_agenda(act.tx, act.session.id, items)
    act.tx.announce(act.session.id, agenda.changed(items))
    return {}


def _put_sitting(act: Act, sitting: Sitting) -> Result:
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


def _announce_people(act: Act) -> None:
    count = len(people.accredited(act.desk.store, act.session.id))
    act.tx.announce(act.session.id, PeopleChanged(count))
