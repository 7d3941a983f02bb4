"""The door: closing it as one guarded gesture, and the roster of who may be behind it.

The list the chair is shown and the list the act names are the same, by digest; whoever is cut off loses
access in the very commit, before anybody is told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from session_app.domain import access, agenda, roster
from session_app.domain.access import Action
from session_app.domain.agenda import Sitting
from session_app.domain.contract import (
    AdmitPerson,
    AnnounceClosing,
    AskToEnter,
    CloseDoor,
    ClosingAnnounced,
    OpenDoor,
    OpenSitting,
    RecallClosing,
    RemovePerson,
    RosterChanged,
    VerifyRoom,
)
from session_app.domain.errors import Conflict, Forbidden, Invalid, NotFound
from session_app.domain.forum import SittingMode
from session_app.domain.people import categorize
from session_app.domain.roster import Candidate, Entry, Place, Roster
from session_app.domain.text import one_line
from session_app.store import people, sessions
from session_app.store.database import stamp
from session_app.store.people import Accredited

from .desk import Act, Desk, Result
from .floor import drop_requests, end_closed_lists
from .room import clear_room
from .settings import OF_A_SESSION, read_setting
from .sitting import put_sitting

COMPANIONS = OF_A_SESSION["companions"]
MAX_REASON = 500
WIDTH: tuple[SittingMode, ...] = ("open", "members", "closed")
"""From the widest room to the narrowest."""


@dataclass(frozen=True)
class Closing:
    """What closing the door would do now: who stays, to be verified, and who is cut off."""

    mode: SittingMode
    stays: tuple[Accredited, ...]
    cut_off: tuple[Accredited, ...]
    seen: str  # names the list, for the act


def preview_closing(
    desk: Desk, session: str, mode: SittingMode, now: datetime, *, companions: int | None = None
) -> Closing:
    """Who would stay and who would be cut off if the door were closed at this moment."""
    everybody = people.accredited(desk.store, session)
    proposed = (
        _proposed(desk, session, everybody, companions or quota(desk, session))
        if mode == "closed"
        else {}
    )
    stays, cut_off = [], []
    for each in everybody:
        actor = desk.authority.actor(session, each.person)
        subject = desk.authority.subject(session, actor, Action.ATTEND)
        entry = proposed.get(each.person)
        behind = replace(
            subject,
            mode=mode,
            on_roster=entry is not None,
            by_exception=entry is not None and bool(entry.reason),
        )
        if not access.is_shut_out(actor, behind, at=now):
            stays.append(each)
        elif not access.is_shut_out(actor, subject, at=now):
            cut_off.append(each)
    seen = roster.digest(each.person for each in cut_off)
    return Closing(mode, tuple(stays), tuple(cut_off), seen)


def open_sitting(act: Act, command: OpenSitting) -> Result:
    """Open the next sitting."""
    last = sessions.sitting(act.desk.store, act.session.id)
    return enter_sitting(act, last, command.mode)


def close_door(act: Act, command: CloseDoor) -> Result:
    """Close the door behind whoever may stay; raises `Conflict` if the list has changed since."""
    allowed = act.desk.forum.settings[COMPANIONS].values
    if command.companions is not None and command.companions not in allowed:
        raise Invalid("door.companions", known=", ".join(map(str, allowed)))
    last = sessions.sitting(act.desk.store, act.session.id)
    if last is not None and last.is_under_way and last.mode == command.mode:
        raise Conflict("door.closed_already")
    closing = preview_closing(
        act.desk, act.session.id, command.mode, act.now, companions=command.companions
    )
    if closing.seen != command.seen:
        raise Conflict("door.list_changed")
    drop_requests(act, frozenset(each.person for each in closing.cut_off))
    if last is not None and last.is_under_way:
        last = agenda.close(last, stamp(act.now))
        sessions.put_sitting(act.tx, act.session.id, last)
    return enter_sitting(act, last, command.mode, companions=command.companions)


def enter_sitting(
    act: Act, last: Sitting | None, mode: SittingMode, *, companions: int | None = None
) -> Result:
    """Open the next sitting in a mode. Only who may manage the door opens one that is not open."""
    allowed = companions or int(read_setting(act.desk, act.session.id, "companions"))
    if last is not None and WIDTH.index(mode) < WIDTH.index(last.mode):
        clear_room(act)  # before fewer people it was put there
    if mode != "open":
        act.desk.authority.require(act.session.id, act.actor.person, Action.MANAGE_DOOR, act.now)
    if mode == "closed":
        everybody = people.accredited(act.desk.store, act.session.id)
        _put_roster(act, _proposed(act.desk, act.session.id, everybody, allowed))
    elif last is not None and last.mode == "closed":
        end_closed_lists(act, datetime.fromisoformat(last.opened))
    sitting = agenda.open_next(last, mode, stamp(act.now), companions=allowed)
    return put_sitting(act, sitting)


def announce_closing(act: Act, command: AnnounceClosing) -> Result:
    """Tell everybody that the door is about to close. Closing it, or any other sitting, ends the notice;
    at its end nothing happens by itself."""
    return _announce(act, stamp(act.now + timedelta(seconds=command.seconds)))


def recall_closing(act: Act, command: RecallClosing) -> Result:
    """Take the notice back."""
    return _announce(act, None)


def _announce(act: Act, until: str | None) -> Result:
    last = sessions.sitting(act.desk.store, act.session.id)
    sitting = agenda.announce_closing(last, until)
    sessions.put_sitting(act.tx, act.session.id, sitting)
    act.tx.announce(act.session.id, ClosingAnnounced(until))
    return {}


def open_door(act: Act, command: OpenDoor) -> Result:
    """Go on in an open sitting: whoever was cut off comes back by themselves."""
    last = sessions.sitting(act.desk.store, act.session.id)
    if last is None or not last.is_behind_door:
        raise Conflict("door.not_closed")
    last = agenda.close(last, stamp(act.now))
    sessions.put_sitting(act.tx, act.session.id, last)
    return enter_sitting(act, last, "open")


def verify_room(act: Act, command: VerifyRoom) -> Result:
    """ "Sala verificada": those named are admitted, and content flows."""
    sitting = agenda.verify(sessions.sitting(act.desk.store, act.session.id))
    entries = {
        person: replace(entry, place=Place.ADMITTED) if entry.place is Place.NAMED else entry
        for person, entry in _roster(act).items()
    }
    _put_roster(act, entries)
    return put_sitting(act, sitting)


def admit_person(act: Act, command: AdmitPerson) -> Result:
    """Put somebody on the roster; behind a verified door they are in at once."""
    reason = one_line(command.reason or "")[:MAX_REASON]
    entries = dict(_roster(act))
    standing = entries.get(command.person)
    if standing is not None and standing.place is not Place.WAITING:
        raise Conflict("roster.on_it")
    candidates = _candidates(act.desk, act.session.id)
    if command.person not in candidates:
        raise NotFound("people.unknown")
    inside = [
        candidates[entry.person]
        for entry in entries.values()
        if entry.place is not Place.WAITING and entry.person in candidates
    ]
    roster.check_admission(
        candidates[command.person],
        reason,
        inside,
        act.desk.forum,
        companions=quota(act.desk, act.session.id),
    )
    sitting = sessions.sitting(act.desk.store, act.session.id)
    inside_now = sitting is not None and _is_closed(sitting) and sitting.verified
    place = Place.ADMITTED if inside_now else Place.NAMED
    entries[command.person] = Entry(command.person, place, reason)
    _put_roster(act, entries)
    if reason:
        act.facts["reason"] = reason
    return {}


def remove_person(act: Act, command: RemovePerson) -> Result:
    """Take somebody off the roster, or send away who waits."""
    entries = dict(_roster(act))
    if entries.pop(command.person, None) is None:
        raise NotFound("people.unknown")
    _put_roster(act, entries)
    return {}


def leave_roster(act: Act, person: str) -> None:
    """Take somebody off the roster who takes part no longer; the record of it is the roster's alone."""
    entries = dict(_roster(act))
    if entries.pop(person, None) is not None:
        _put_roster(act, entries)
        act.tx.record_by(act.actor, RemovePerson.name, person, session=act.session.id, closed=True)


def ask_to_enter(act: Act, command: AskToEnter) -> Result:
    """Wait at the door of a closed sitting for the chair's tap."""
    candidate = _candidates(act.desk, act.session.id).get(act.actor.person)
    if candidate is None or not roster.may_ask(candidate, act.desk.forum):
        raise Forbidden("access.denied", action=Action.ATTEND)
    sitting = sessions.sitting(act.desk.store, act.session.id)
    if sitting is None or not _is_closed(sitting):
        raise Conflict("door.not_closed")
    entries = dict(_roster(act))
    if act.actor.person not in entries:
        entries[act.actor.person] = Entry(act.actor.person, Place.WAITING)
        _put_roster(act, entries)
    return {}


def admissible(desk: Desk, session: str) -> list[Accredited]:
    """Who is not on the roster and could be put on it, by right or by an exception."""
    standing = sessions.roster(desk.store, session)
    everybody = people.accredited(desk.store, session)
    candidates = _candidates(desk, session, everybody)
    return [
        each
        for each in everybody
        if each.person not in standing and roster.may_ask(candidates[each.person], desk.forum)
    ]


def by_exception(desk: Desk, session: str) -> frozenset[str]:
    """Who can be put on the roster only with a reason."""
    companions = quota(desk, session)
    found = set()
    for person, candidate in _candidates(desk, session).items():
        try:
            roster.check_admission(candidate, "", (), desk.forum, companions=companions)
        except Conflict as refusal:
            if refusal.code in ("roster.reason_missing", "roster.rank"):
                found.add(person)
    return frozenset(found)


def choices_of_companions(desk: Desk, session: str) -> tuple[int, ...]:
    """How many companions the forum lets a head bring behind a closed door; first what counts now."""
    standing = quota(desk, session)
    known = {int(each) for each in desk.forum.settings[COMPANIONS].values} | {standing}
    return tuple(sorted(known, key=lambda each: (each != standing, each)))


def _is_closed(sitting: Sitting) -> bool:
    return sitting.is_under_way and sitting.mode == "closed"


def _roster(act: Act) -> Roster:
    return sessions.roster(act.desk.store, act.session.id)


def quota(desk: Desk, session: str) -> int:
    """The quota that counts now: that of the closed sitting under way, or the session's."""
    sitting = sessions.sitting(desk.store, session)
    if sitting is not None and _is_closed(sitting):
        return sitting.companions
    return int(read_setting(desk, session, "companions"))


def _proposed(
    desk: Desk, session: str, everybody: list[Accredited], companions: int
) -> dict[str, Entry]:
    return roster.propose(
        _candidates(desk, session, everybody).values(),
        sessions.roster(desk.store, session),
        desk.forum,
        companions=companions,
    )


def _candidates(
    desk: Desk, session: str, everybody: list[Accredited] | None = None
) -> dict[str, Candidate]:
    ppt = sessions.session(desk.store, session).ppt
    if everybody is None:
        everybody = people.accredited(desk.store, session)
    return {
        each.person: Candidate(
            each.person,
            each.delegation,
            categorize(desk.forum, each.delegation, each.capacity, ppt),
            each.capacity,
            each.rank,
        )
        for each in everybody
    }


def _put_roster(act: Act, entries: Roster) -> None:
    sessions.put_roster(act.tx, act.session.id, entries, by=act.actor.person)
    places = [entry.place for entry in entries.values()]
    act.tx.announce(
        act.session.id,
        RosterChanged(
            places.count(Place.NAMED), places.count(Place.ADMITTED), places.count(Place.WAITING)
        ),
    )
