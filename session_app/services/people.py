"""Accreditation: whom the Secretariat enters for a session."""

from __future__ import annotations

from datetime import datetime

from session_app.domain.access import Action
from session_app.domain.accreditation import read_accreditations
from session_app.domain.contract import PeopleChanged
from session_app.domain.people import (
    Category,
    categorize,
    check_civil_society,
    check_representatives,
)
from session_app.store import people, sessions, signing

from .desk import Desk, acting
from .signing import must_have_pin


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
        held = sessions.session(desk.store, session)
        lines = read_accreditations(content, desk.forum, ppt=held.ppt)
        counts = people.accredit(act.tx, session, lines)
        everybody = people.accredited(desk.store, session)
        check_representatives((each.delegation, each.name) for each in everybody if each.drafting)
        check_civil_society(
            desk.forum,
            held.body,
            (
                each.name
                for each in everybody
                if categorize(desk.forum, each.delegation, each.capacity, held.ppt)
                is Category.RROCM
            ),
        )
        for each in everybody:
            if must_have_pin(desk, each.person):
                signing.end_logins_without_pin(act.tx, each.person)
        act.tx.announce(session, PeopleChanged(len(everybody)))
        act.facts.update(zip(("added", "updated"), counts, strict=True))
        return counts
