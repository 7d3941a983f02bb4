"""Conducting the session: the agenda, who is in the room, grants."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from session_app.domain import agenda
from session_app.domain.access import Action, Level
from session_app.domain.agenda import Item, Items
from session_app.domain.contract import (
    AddItem,
    AdvanceAgenda,
    AmendItem,
    ChooseLanguage,
    FinishItem,
    GiveGrant,
    IssueAgenda,
    MoveItem,
    PeopleChanged,
    RemoveItem,
    ReopenItem,
    ReserveItem,
    RetitleItem,
    WithdrawGrant,
)
from session_app.domain.errors import Conflict, Forbidden, Invalid, NotFound
from session_app.domain.text import one_line
from session_app.store import drafts, papers, people, sessions
from session_app.store.database import new_id

from .desk import Act, Desk, Result


def advance_agenda(act: Act, command: AdvanceAgenda) -> Result:
    """Move to the next item, or to the one named; a closed one is taken behind the door."""
    if command.item is not None:
        _require_seen(act, command.item)
    items = agenda.advance(_agenda(act), command.item)
    item = agenda.current(items)
    sitting = sessions.sitting(act.desk.store, act.session.id)
    behind = sitting is not None and sitting.is_under_way and sitting.mode == "closed"
    if item is not None and item.is_closed and not behind:
        raise Conflict("agenda.needs_closed_door")
    return _put_agenda(act, items)


def add_item(act: Act, command: AddItem) -> Result:
    """Add an item."""
    titles = agenda.titled(command.title_es, command.title_en)
    slot = _slot(act.desk, command.slot)
    new = Item(new_id(), *titles, mode=command.mode, slot=slot)
    if command.after:
        _require_seen(act, command.after)
    items = agenda.add(_agenda(act), new, after=command.after or None)
    _put_agenda(act, agenda.reserve(items, new.id, command.mode, slot, command.minutes))
    return {"item": new.id}


def retitle_item(act: Act, command: RetitleItem) -> Result:
    """Change an item's titles."""
    titles = agenda.titled(command.title_es, command.title_en)
    _require_seen(act, command.item)
    return _put_agenda(act, agenda.retitle(_agenda(act), command.item, *titles))


def move_item(act: Act, command: MoveItem) -> Result:
    """Move an item: a step, or to where it was dropped."""
    ways = (command.direction, command.after, command.before)
    if sum(way is not None for way in ways) != 1:
        raise Invalid("agenda.move_where")
    for named in filter(None, (command.item, command.after, command.before)):
        _require_seen(act, named)
    items = _agenda(act)
    match command.direction:
        case "up" | "down" as step:
            level = act.desk.authority.level_of_closed(act.session.id, act.actor.person, act.now)
            return _put_agenda(act, agenda.move(items, command.item, step, level=level))
        case "first":
            return _put_agenda(act, agenda.place(items, command.item, before=""))
        case "last":
            return _put_agenda(act, agenda.place(items, command.item, after=""))
    placed = agenda.place(items, command.item, after=command.after, before=command.before)
    return _put_agenda(act, placed)


def amend_item(act: Act, command: AmendItem) -> Result:
    """Change what is said of an item, if it is still as it was shown."""
    titles = agenda.titled(command.title_es, command.title_en)
    _require_seen(act, command.item)
    items = agenda.amend(
        _agenda(act),
        command.item,
        *titles,
        command.mode,
        _slot(act.desk, command.slot),
        command.minutes,
        seen=command.seen,
    )
    return _put_agenda(act, items)


def remove_item(act: Act, command: RemoveItem) -> Result:
    """Take out an item that has never been under way, and that nothing is for."""
    _require_seen(act, command.item)
    items = agenda.remove(_agenda(act), command.item)
    sessions.remove_item(act.tx, act.session.id, command.item)
    return _put_agenda(act, items)


def finish_item(act: Act, command: FinishItem) -> Result:
    """Mark an item done."""
    _require_seen(act, command.item)
    return _put_agenda(act, agenda.finish(_agenda(act), command.item))


def reopen_item(act: Act, command: ReopenItem) -> Result:
    """Put an item back among the pending ones."""
    _require_seen(act, command.item)
    return _put_agenda(act, agenda.reopen(_agenda(act), command.item))


def reserve_item(act: Act, command: ReserveItem) -> Result:
    """Say in what mode an item is taken, whose slot it is, and how long each may speak to it."""
    _require_seen(act, command.item)
    slot = _slot(act.desk, command.slot)
    items = agenda.reserve(_agenda(act), command.item, command.mode, slot, command.minutes)
    if papers.has_papers(act.desk.store, command.item):
        act.tx.change_authority()  # they go with their item
    return _put_agenda(act, items)


def issue_agenda(act: Act, command: IssueAgenda) -> Result:
    """Make the agenda final."""
    sessions.issue_agenda(act.tx, act.session.id)
    act.tx.announce(act.session.id, agenda.changed(_agenda(act)))
    return {}


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


def choose_language(act: Act, command: ChooseLanguage) -> Result:
    """Set the language of one's own screens."""
    if not act.actor.person:
        raise Forbidden("access.denied", action=Action.KNOW)
    people.choose_language(act.tx, act.actor.person, command.language)
    return {}


def _require_seen(act: Act, item: str) -> None:
    """A closed item is not there for who is off the roster, whoever keeps the agenda."""
    found = next((each for each in _agenda(act) if each.id == item), None)
    if found is None or not found.is_closed:
        return
    level = act.desk.authority.level_of_closed(act.session.id, act.actor.person, act.now)
    if level is not Level.CONTENT:
        raise Conflict("agenda.unknown_item")


def _slot(desk: Desk, code: str | None) -> str | None:
    if code is not None and code not in desk.forum.delegations:
        raise Invalid(
            "agenda.unknown_slot", code=code[:40], known=", ".join(desk.forum.delegations)
        )
    return code


def _item(act: Act, item: str | None) -> str | None:
    if item is not None and item not in {each.id for each in _agenda(act)}:
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


def _agenda(act: Act) -> Items:
    return sessions.agenda(act.desk.store, act.session.id)


def _put_agenda(act: Act, items: Items) -> Result:
    sessions.put_agenda(act.tx, act.session.id, items)
    act.tx.announce(act.session.id, agenda.changed(items))
    return {}


def _announce_people(act: Act) -> None:
    count = len(people.accredited(act.desk.store, act.session.id))
    act.tx.announce(act.session.id, PeopleChanged(count))
