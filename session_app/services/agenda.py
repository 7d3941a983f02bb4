"""The agenda: what is on it, in what order and how it is taken; and copying it to another session."""

from __future__ import annotations

from datetime import datetime

from session_app.domain import agenda
from session_app.domain.access import Action, Level
from session_app.domain.agenda import Item, Items, ItemState
from session_app.domain.contract import (
    AddItem,
    AdvanceAgenda,
    AmendItem,
    CopyAgenda,
    FinishItem,
    IssueAgenda,
    MoveItem,
    RemoveItem,
    ReopenItem,
    ReserveItem,
    RetitleItem,
)
from session_app.domain.errors import Conflict, Invalid, NotFound
from session_app.domain.forum import SessionTemplate
from session_app.store import papers, people, sessions
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


def copy_agenda(act: Act, command: CopyAgenda) -> Result:
    """Append another session's agenda to this one's."""
    desk, here, person = act.desk, act.session.id, act.actor.person
    if command.source == here or command.source not in agendas_to_copy(desk, person, act.now):
        raise NotFound("session.unknown")
    if has_started(desk, here, person, act.now):
        raise Conflict("agenda.started")
    copied = copied_items(desk, command.source, act.session.ppt, person, act.now)
    items = sessions.agenda(desk.store, here)
    for each in copied:
        items = agenda.add(items, each, after=None)
    sessions.put_agenda(act.tx, here, items)
    act.tx.announce(here, agenda.changed(items))
    return {}


def agendas_to_copy(desk: Desk, person: str | None, now: datetime) -> list[str]:
    """The sessions, and no rehearsals, whose agenda somebody may read, newest first."""
    return [
        each
        for each in people.sessions_of(desk.store, person or "")
        if sessions.session(desk.store, each).rehearsal_of is None
        and desk.authority.may(each, person, Action.SEE_AGENDA, now)
    ]


def has_started(desk: Desk, session: str, person: str | None, now: datetime) -> bool:
    """Whether anything of the agenda has begun, as somebody is told; of an empty one nothing has."""
    shown = agenda.veil(
        sessions.agenda(desk.store, session), desk.authority.level_of_closed(session, person, now)
    )
    begun = any(
        isinstance(each, Item) and (each.begun or each.state is not ItemState.PENDING)
        for each in shown
    )
    return begun or (bool(shown) and sessions.sitting(desk.store, session) is not None)


def copied_items(
    desk: Desk, source: str, ppt: str, person: str | None, now: datetime
) -> list[Item]:
    """The agenda of another session, none of it begun; of its closed part as much as one is told."""
    level = desk.authority.level_of_closed(source, person, now)
    shown = agenda.veil(sessions.agenda(desk.store, source), level)
    return [
        Item(
            new_id(),
            each.title_es,
            each.title_en,
            mode=each.mode,
            slot=each.slot if each.slot != ppt else None,
            minutes=each.minutes,
        )
        for each in shown
        if isinstance(each, Item)
    ]


def items_of(template: SessionTemplate) -> list[Item]:
    """The agenda a new session of this kind starts from."""
    return [
        Item(new_id(), each.title["es"], each.title["en"], mode=each.mode, slot=each.slot)
        for each in template.items
    ]


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


def _agenda(act: Act) -> Items:
    return sessions.agenda(act.desk.store, act.session.id)


def _put_agenda(act: Act, items: Items) -> Result:
    sessions.put_agenda(act.tx, act.session.id, items)
    act.tx.announce(act.session.id, agenda.changed(items))
    return {}
