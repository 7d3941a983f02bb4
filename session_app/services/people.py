"""Accreditation and sign-in codes: what the Secretariat's desk does about people."""

from __future__ import annotations

from datetime import datetime

from session_app.domain.access import Action
from session_app.domain.contract import PeopleChanged
from session_app.domain.errors import Conflict, NotFound
from session_app.domain.people import check_representatives, read_accreditations
from session_app.store import people, sessions, signing
from session_app.store.people import Accredited

from .desk import Desk, acting


def accredit(
    desk: Desk, session: str, content: bytes, *, person: str | None, now: datetime
) -> tuple[int, int]:
    """Enter a list of accreditations whole, or refuse it whole; returns (added, updated).

    People are added and updated, never deleted. Raises `Invalid("people.bad_list", problems=…)`.
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
        lines = read_accreditations(
            content, desk.forum, ppt=sessions.session(desk.store, session).ppt
        )
        counts = people.accredit(act.tx, session, lines)
        everybody = people.accredited(desk.store, session)
        check_representatives((each.delegation, each.name) for each in everybody if each.drafting)
        act.tx.announce(session, PeopleChanged(len(everybody)))
        act.facts.update(zip(("added", "updated"), counts, strict=True))
        return counts


def issue_badge(
    desk: Desk, session: str, holder: str, *, person: str | None, now: datetime, anew: bool = False
) -> tuple[Accredited, str]:
    """A sign-in code for an accredited person; `anew` ends the earlier ones at once.

    A code signs its holder in to all their sessions, so it is issued only by who accredits to every
    one of them; raises `Conflict("people.elsewhere")` for anybody else's.
    """
    with acting(
        desk,
        session=session,
        person=person,
        needs=Action.ACCREDIT,
        name="people.badge",
        subject=holder,
        now=now,
    ) as act:
        found = next(
            (each for each in people.accredited(desk.store, session) if each.person == holder), None
        )
        if found is None:
            raise NotFound("people.unknown")
        for other in people.sessions_of(desk.store, holder):
            if not desk.authority.may(other, person, Action.ACCREDIT, now):
                raise Conflict("people.elsewhere", name=found.name, session=other)
        if anew:
            signing.withdraw_badges(act.tx, holder)
        return found, signing.issue_badge(act.tx, holder)
