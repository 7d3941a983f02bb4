"""The gavel: taking it, handing it on, laying it down, and letting the Secretariat conduct."""

from __future__ import annotations

from datetime import datetime

from session_app.domain import gavel
from session_app.domain.access import Action, Category
from session_app.domain.contract import (
    DelegateConduct,
    GavelChanged,
    HandGavel,
    LayDownGavel,
    TakeGavel,
)
from session_app.domain.errors import Conflict
from session_app.domain.gavel import Holder
from session_app.store import gavel as gavels
from session_app.store import people
from session_app.store.people import Accredited

from .desk import Act, Desk, Result, pass_gavel


def take(act: Act, command: TakeGavel) -> Result:
    """Take the gavel, from the one seen to hold it where somebody does."""
    holder = _holder(act)
    gavel.take(holder, act.actor.person, command.seen)
    if holder is not None:
        act.facts["from"] = holder.person
    pass_gavel(act, act.actor.person)
    return {}


def hand(act: Act, command: HandGavel) -> Result:
    """Hand the gavel to another chair, or to the Secretariat where conduct is delegated."""
    gavel.give_up(_holder(act), act.actor.person)
    if command.person == act.actor.person:
        raise Conflict("gavel.yours")
    if command.person not in {
        each.person for each in list_entitled(act.desk, act.session.id, act.now)
    }:
        raise Conflict("gavel.not_entitled")
    pass_gavel(act, command.person)
    return {}


def lay_down(act: Act, command: LayDownGavel) -> Result:
    """Lay the gavel down: whoever conducts next takes it."""
    gavel.give_up(_holder(act), act.actor.person)
    pass_gavel(act, None)
    return {}


def delegate(act: Act, command: DelegateConduct) -> Result:
    """Let the Secretariat conduct in the Presidency's name, or withdraw that; then it holds no gavel."""
    session, holder = act.session.id, _holder(act)
    if (gavels.delegation(act.desk.store, session) is not None) is command.on:
        raise Conflict("gavel.delegated" if command.on else "gavel.not_delegated")
    gavels.delegate(act.tx, session, by=act.actor.person if command.on else None)
    if holder is not None and not command.on:
        presiding = act.desk.authority.actor(session, holder.person)
        if presiding.category is Category.ST:
            holder = None
            gavels.put_gavel(act.tx, session, None)
    act.tx.announce(session, GavelChanged(holder.person if holder else None, command.on))
    return {}


def list_entitled(desk: Desk, session: str, now: datetime) -> list[Accredited]:
    """Who may preside now: the chairs, and the Secretariat while that is delegated."""
    return [
        each
        for each in people.accredited(desk.store, session)
        if desk.authority.may(session, each.person, Action.MANAGE_SITTING, now)
    ]


def _holder(act: Act) -> Holder | None:
    return act.desk.authority.holder(act.session.id, act.now)
