"""Grants: dated exceptions that the PPT signs."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from session_app.domain.contract import (
    GiveGrant,
    PeopleChanged,
    WithdrawGrant,
)
from session_app.domain.errors import Conflict, Invalid, NotFound
from session_app.domain.text import one_line
from session_app.store import drafts, people, sessions

from .desk import Act, Result


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
        until=_until(act, command.until),
        item=_item(act, command.item),
        draft=_draft(act, command.draft),
    )
    act.facts["reason"] = reason[:500]
    _announce_people(act)
    return {"grant": grant}


def withdraw_grant(act: Act, command: WithdrawGrant) -> Result:
    """Withdraw a grant."""
    people.withdraw_grant(act.tx, act.session.id, command.grant)
    _announce_people(act)
    return {}


def _item(act: Act, item: str | None) -> str | None:
    if item is not None and item not in {
        each.id for each in sessions.agenda(act.desk.store, act.session.id)
    }:
        raise Conflict("agenda.unknown_item")
    return item


def _draft(act: Act, draft: str | None) -> str | None:
    if draft is not None and drafts.session_of(act.desk.store, draft) != act.session.id:
        raise NotFound("draft.unknown")
    return draft


def _until(act: Act, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(act.session.zone))
    except ValueError:
        raise Invalid("grant.bad_until", value=text[:40]) from None
    moment = local.astimezone(UTC)
    if moment <= act.now:
        raise Invalid("grant.ends_in_the_past")
    return moment


def _announce_people(act: Act) -> None:
    count = len(people.accredited(act.desk.store, act.session.id))
    act.tx.announce(act.session.id, PeopleChanged(count))
