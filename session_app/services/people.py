"""Accreditation: whom the Secretariat enters for a session, corrects and withdraws."""

from __future__ import annotations

from datetime import datetime

from session_app.domain.access import Action
from session_app.domain.accreditation import AccreditationLine, RowReader, read_accreditations
from session_app.domain.contract import (
    AddPerson,
    ChangePerson,
    ChooseLanguage,
    PeopleChanged,
    WithdrawPerson,
)
from session_app.domain.errors import Conflict, Forbidden, Invalid, NotFound
from session_app.domain.people import (
    Category,
    categorize,
    check_civil_society,
    check_representatives,
)
from session_app.domain.review import Held, Known, changes
from session_app.domain.text import one_line
from session_app.store import people, rehearsals, signing

from .desk import Act, Desk, Result, acting
from .door import MAX_REASON, leave_roster
from .floor import drop_requests
from .signing import find_elsewhere, must_have_pin


def accredit(
    desk: Desk, session: str, content: bytes, *, person: str | None, now: datetime
) -> tuple[int, int]:
    """Enter a list of accreditations whole, or refuse it whole; returns (added, updated).

    People are added and updated, never deleted. Who has signed in without a PIN and is now somebody
    who needs one is signed out. Raises `Invalid("people.bad_list", problems=…)`.
    """
    with acting(
        desk,
        session=session,
        person=person,
        needs=Action.ACCREDIT,
        name="people.accredit",
        subject="",
        now=now,
    ) as act:
        lines = read_accreditations(content, desk.forum, ppt=act.session.ppt)
        known = Known(people.held(desk.store, session))
        for line in lines:
            keep_as_known(act, known.find(line), line)
        counts = people.accredit(desk.store, act.tx, session, lines)
        settle(act)
        act.facts.update(zip(("added", "updated"), counts, strict=True))
        return counts


def add_person(act: Act, command: AddPerson) -> Result:
    """Accredit one person by hand.

    Raises `Invalid` with what a row of a list would be told, and `Conflict("people.there")` for
    somebody who is accredited already.
    """
    line = _read(act, command)
    meant = Known(people.held(act.desk.store, act.session.id)).find(line)
    if meant is not None and meant.accredited:
        raise Conflict("people.there", name=meant.name, delegation=meant.delegation)
    keep_as_known(act, meant, line)
    person = people.enter(act.tx, act.session.id, line, meant.person if meant else None)
    act.facts["person"] = person
    act.facts["capacity"] = line.capacity
    settle(act)
    return {"person": person}


def change_person(act: Act, command: ChangePerson) -> Result:
    """Correct somebody's accreditation by hand: everything of it is as the form says.

    Raises as `add_person`, and `Conflict("people.there")` where somebody else is called so already.
    """
    line = _read(act, command)
    held = people.held(act.desk.store, act.session.id)
    before = _require(held, command.person)
    other = Known(each for each in held if each.person != command.person).find(line)
    if other is not None:
        raise Conflict("people.there", name=other.name, delegation=other.delegation)
    keep_as_known(act, before, line)
    people.enter(act.tx, act.session.id, line, command.person)
    people.correct(act.tx, command.person, email=line.email, language=line.language)
    emptied = ("email",) if before.email and not line.email else ()
    act.facts["changes"] = [*changes(line, before), *emptied]
    act.facts["capacity"] = line.capacity
    settle(act)
    return {}


def withdraw_person(act: Act, command: WithdrawPerson) -> Result:
    """End somebody's accreditation: their sign-ins, grants, places and requests end with it.

    Raises `Invalid("people.reason_missing")`, `NotFound("people.unknown")`, and
    `Conflict("people.not_yourself")`: nobody locks themselves out.
    """
    reason = one_line(command.reason)[:MAX_REASON]
    if not reason:
        raise Invalid("people.reason_missing")
    if command.person == act.actor.person:
        raise Conflict("people.not_yourself")
    _require(people.held(act.desk.store, act.session.id), command.person)
    store, session = act.desk.store, act.session.id
    drop_requests(act, frozenset({command.person}))
    people.withdraw(act.tx, session, command.person, by=act.actor.person, reason=reason)
    leave_roster(act, command.person)
    if not people.sessions_of(store, command.person):
        signing.withdraw_badges(act.tx, command.person)
    act.facts["reason"] = reason
    act.tx.announce(session, PeopleChanged(len(people.accredited(store, session))))
    return {}


def choose_language(act: Act, command: ChooseLanguage) -> Result:
    """Set the language of one's own screens."""
    if not act.actor.person:
        raise Forbidden("access.denied", action=Action.KNOW)
    people.choose_language(act.tx, act.actor.person, command.language)
    return {}


def keep_as_known(act: Act, known: Held | None, line: AccreditationLine) -> None:
    """Let nobody get another name or address from where they are a guest: it is theirs in all their sessions,
    and an invitation goes to that address.

    Raises `Conflict("people.known_elsewhere")` for somebody who takes part where this person does not
    accredit, and of whom the line says another name or address.
    """
    if known is None or (line.name == known.name and line.email in (None, known.email)):
        return
    other = find_elsewhere(act.desk, known.person, act.actor.person, act.now)
    if other is not None:
        raise Conflict("people.known_elsewhere", name=known.name, session=other)


def settle(act: Act) -> None:
    """Hold what is accredited now against the quotas, and who has become somebody against their PIN; a
    rehearsal that is going on has the same people.

    Raises `Invalid("people.second_representative")` or `Invalid("people.civil_society_quota")`.
    """
    desk, session = act.desk, act.session
    everybody = people.accredited(desk.store, session.id)
    check_representatives((each.delegation, each.name) for each in everybody if each.drafting)
    check_civil_society(
        desk.forum,
        session.body,
        (
            each.name
            for each in everybody
            if categorize(desk.forum, each.delegation, each.capacity, session.ppt) is Category.RROCM
        ),
    )
    for each in everybody:
        if must_have_pin(desk, each.person):
            signing.end_logins_without_pin(act.tx, each.person)
    act.tx.announce(session.id, PeopleChanged(len(everybody)))
    rehearsal = rehearsals.rehearsal_of(desk.store, session.id)
    if rehearsal is not None:
        rehearsals.copy_accreditations(act.tx, session.id, rehearsal)
        act.tx.announce(rehearsal, PeopleChanged(len(everybody)))


def _read(act: Act, command: AddPerson | ChangePerson) -> AccreditationLine:
    """What a form says of a person, read as a row of a list is."""
    reader = RowReader(act.desk.forum, act.session.ppt)
    line = reader.read(
        0,
        {
            "name": command.full_name,
            "delegation": command.delegation,
            "capacity": command.capacity,
            "email": command.email or "",
            "language": command.language,
            "drafting": "yes" if command.drafting else "no",
            "rank": command.rank or "",
        },
    )
    if line is None or reader.problems:
        problem = reader.problems[0]
        raise Invalid(problem.code, **problem.params)
    return line


def _require(held: list[Held], person: str) -> Held:
    for each in held:
        if each.person == person and each.accredited:
            return each
    raise NotFound("people.unknown")
