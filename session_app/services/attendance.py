"""Who is in the room: arriving at its door, being scanned or marked by hand, leaving; and the quorum."""

from __future__ import annotations

from datetime import datetime

from session_app.domain import attendance
from session_app.domain.access import Action
from session_app.domain.attendance import How, Mark, Quorum
from session_app.domain.contract import (
    Arrive,
    AttendanceChanged,
    Leave,
    MarkAttendance,
    ScanBadge,
    SetQuorum,
)
from session_app.domain.errors import Conflict, Forbidden, Invalid, NotFound
from session_app.domain.people import Capacity
from session_app.domain.signing import read_code, read_presence
from session_app.store import people, sessions, signing
from session_app.store.people import Accredited

from .desk import Act, Desk, Result
from .presence import read_presence_code


def members_present(desk: Desk, session: str) -> tuple[str, ...]:
    """The member delegations in the room, in Spanish alphabetical order of countries."""
    present = sessions.present(desk.store, session)
    return tuple(member.code for member in desk.forum.members if member.code in present)


def read_quorum(desk: Desk, session: str) -> Quorum:
    """How the members present stand to the quorum: the session's own, else the forum's."""
    chosen = sessions.session(desk.store, session).quorum
    value = desk.forum.settings["quorum.members"].value if chosen is None else chosen
    needed = value if isinstance(value, int) and value else None
    return Quorum(len(members_present(desk, session)), len(desk.forum.members), needed)


def presence_then(desk: Desk, session: str) -> dict[str, object]:
    """What an act of the body keeps of who was there: which members, how each was known to be, and how
    many were needed, where a number is fixed."""
    marks = sessions.attendance(desk.store, session)
    present = members_present(desk, session)
    return {
        "present": present,
        "how": {code: marks[code].how for code in present},
        "quorum": read_quorum(desk, session).needed,
    }


def mark_attendance(act: Act, command: MarkAttendance) -> Result:
    """Record by hand that a delegation is, or is not, in the room."""
    if command.delegation not in act.desk.forum.delegations:
        raise Invalid("attendance.unknown_delegation", delegation=command.delegation[:40])
    held = sessions.attendance(act.desk.store, act.session.id).get(command.delegation)
    if held is None or held.present is not command.present:
        _put(act, command.delegation, command.present, "chair", None)
    return {}


def arrive(act: Act, command: Arrive) -> Result:
    """Mark one's own delegation present by the code at the door."""
    _require_own(act)
    key, sitting = signing.read_key(act.desk.store), sitting_at_the_door(act.desk, act.session.id)
    if not attendance.is_arrival_code(key, command.code[:40], act.session.id, sitting, act.now):
        raise Invalid("attendance.bad_code")
    _enter(act, act.actor.person, "sign_in")
    return {}


def leave(act: Act, command: Leave) -> Result:
    """Say that one's own delegation has left the room."""
    _require_own(act)
    held = sessions.attendance(act.desk.store, act.session.id).get(act.actor.delegation)
    if held is None or not held.present:
        raise Conflict("attendance.not_present")
    _put(act, act.actor.delegation, False, "sign_in", None)
    return {}


def scan(act: Act, command: ScanBadge) -> Result:
    """Mark the delegation of a badge's holder present, or gone. It signs nobody in and uses no badge."""
    found = _accredited(act, _holder(act, command.code))
    if found is None:
        raise NotFound("attendance.unknown_badge")
    if found.capacity is Capacity.SCREEN:
        raise Invalid("attendance.a_screen")
    act.facts["who"] = found.person
    held = sessions.attendance(act.desk.store, act.session.id).get(found.delegation)
    was = held is not None and held.present
    if command.present:
        _enter(act, found.person, "scan")
    elif was:
        _put(act, found.delegation, False, "scan", None)
    return {
        "name": found.name,
        "delegation": found.delegation,
        "capacity": str(found.capacity),
        "changed": was is not command.present,
    }


def set_quorum(act: Act, command: SetQuorum) -> Result:
    """Fix how many members a session needs; 0 fixes none, and without a number the forum's counts."""
    if command.members is not None:
        attendance.check_quorum(command.members, len(act.desk.forum.members))
    sessions.set_quorum(act.tx, act.session.id, command.members)
    act.facts["quorum"] = read_quorum(act.desk, act.session.id).needed
    _announce(act)
    return {}


def sitting_at_the_door(desk: Desk, session: str) -> int:
    """The sitting people arrive for: the one under way, else the next."""
    sitting = sessions.sitting(desk.store, session)
    if sitting is None:
        return 1
    return sitting.number if sitting.is_under_way else sitting.number + 1


def code_at_the_door(desk: Desk, session: str, now: datetime) -> str:
    """The code to show at the door now."""
    key = signing.read_key(desk.store)
    return attendance.arrival_code(key, session, sitting_at_the_door(desk, session), now)


def _require_own(act: Act) -> None:
    """Somebody of a delegation, whom no door keeps out: what is behind it is for its roster to say."""
    if not act.actor.person or act.actor.capacity is Capacity.SCREEN:
        raise Forbidden("access.denied", action=Action.ATTEND)
    if act.desk.authority.is_shut_out(act.session.id, act.actor.person, act.now):
        raise Conflict("door.closed")


def _holder(act: Act, given: str) -> str | None:
    """Whose badge a code is of: the printed one's link or typed code, or what one's own phone shows now."""
    if read_presence(given) is not None:
        return read_presence_code(act.desk, act.session.id, given, act.now)
    code = read_code(given)
    badge = signing.find_badge(act.desk.store, code) if code is not None else None
    return badge.person if badge is not None else None


def _enter(act: Act, person: str, how: How) -> None:
    """Mark the delegation of somebody who has arrived; who leads it is the head, once the head is there."""
    found = _accredited(act, person)
    if found is None:
        raise NotFound("people.unknown")
    held = sessions.attendance(act.desk.store, act.session.id).get(found.delegation)
    if held is None or not held.present:
        _put(act, found.delegation, True, how, person)
        return
    leader = _accredited(act, held.person)
    if attendance.leads(found.capacity, leader.capacity if leader else None):
        _put(act, found.delegation, True, how, person)


def _put(act: Act, delegation: str, present: bool, how: How, person: str | None) -> None:
    mark = Mark(delegation, present, "", how, person, act.actor.person)
    sessions.mark_attendance(act.tx, act.session.id, mark)
    _announce(act)


def _announce(act: Act) -> None:
    present = members_present(act.desk, act.session.id)
    act.tx.announce(act.session.id, AttendanceChanged(present))


def _accredited(act: Act, person: str | None) -> Accredited | None:
    everybody = people.accredited(act.desk.store, act.session.id)
    return next((each for each in everybody if each.person == person), None)
