"""The agenda as each class of viewers is told of it, and as the Secretariat edits it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from session_app import i18n
from session_app.domain.agenda import (
    MAX_MINUTES,
    ClosedRun,
    ItemState,
    Session,
    digest,
    number_items,
    veil,
)
from session_app.domain.drafting import Texts
from session_app.services.desk import Desk
from session_app.services.settings import read_setting
from session_app.store import sessions

from .viewer import Viewer


@dataclass(frozen=True, slots=True)
class ItemModel:
    """One agenda item."""

    id: str  # empty for a closed run one is not told more of
    number: str
    title: Texts
    state: str  # pending, current, done; empty where it is not told
    mode: str = "open"  # open, members, closed
    slot: str = ""  # code of the delegation whose slot it is, or empty


@dataclass(frozen=True, slots=True)
class AgendaModel:
    """Topic `agenda`."""

    items: tuple[ItemModel, ...]
    current: ItemModel | None
    next: ItemModel | None
    issued: bool = False  # final, no longer preliminary
    slots: tuple[str, ...] = ()  # delegations that can be given one, by code


@dataclass(frozen=True, slots=True)
class EntryOfAgenda:
    """An agenda item as it is edited; closed ones one is not told more of have no id."""

    id: str
    number: str
    title: Texts
    state: str  # pending, current, done
    mode: str  # open, members, closed
    slot: str
    minutes: int | None  # of each speaker; none: as the forum has it
    digest: str  # of all that can be changed of it
    is_removable: bool


@dataclass(frozen=True, slots=True)
class ProgrammeModel:
    """Topic `programme`: the agenda as the Secretariat edits it."""

    items: tuple[EntryOfAgenda, ...]
    issued: bool
    slots: tuple[tuple[str, Texts], ...]  # delegations that can be given one
    minutes: tuple[int, int]  # the session's, for members and for others
    longest: int  # minutes a speaker can be given


def read_agenda(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> AgendaModel:
    """The agenda, what is under way and what comes next."""
    items = read_items(desk, session, viewer)
    current, later = find_current(items)
    return AgendaModel(
        items,
        current,
        later[0] if later else None,
        session.agenda_issued,
        tuple(code for code in desk.forum.delegations if code != session.ppt),
    )


def read_items(desk: Desk, session: Session, viewer: Viewer) -> tuple[ItemModel, ...]:
    """The items in order; a closed run a viewer is not told more of is one line without an id."""
    held = sessions.agenda(desk.store, session.id)
    numbers = number_items(held)
    return tuple(
        ItemModel("", "", i18n.say_in_both("ui.agenda.closed_item"), each.state or "", "closed", "")
        if isinstance(each, ClosedRun)
        else ItemModel(
            each.id,
            numbers[each.id],
            {"es": each.title_es, "en": each.title_en},
            each.state,
            each.mode,
            each.slot or "",
        )
        for each in veil(held, viewer.closed)
    )


def find_current(items: Sequence[ItemModel]) -> tuple[ItemModel | None, tuple[ItemModel, ...]]:
    """The item under way, and those still to come after it."""
    at = next((place for place, item in enumerate(items) if item.state == "current"), -1)
    later = tuple(item for item in items[at + 1 :] if item.state == "pending")
    return items[at] if at >= 0 else None, later


def list_items(desk: Desk, session: Session, viewer: Viewer) -> tuple[ItemModel, ...]:
    """The items a viewer is told of, to choose one or to sort by: whichever is under way, the list is the
    same."""
    items = read_items(desk, session, viewer)
    return tuple(replace(each, state="") for each in items if each.id)


def read_programme(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> ProgrammeModel:
    """The agenda as it is edited; of its closed part as much as the viewer is told."""
    held = sessions.agenda(desk.store, session.id)
    numbers = number_items(held)
    return ProgrammeModel(
        items=tuple(
            EntryOfAgenda(
                "", "", i18n.say_in_both("ui.agenda.closed_item"), "", "closed", "", None, "", False
            )
            if isinstance(each, ClosedRun)
            else EntryOfAgenda(
                each.id,
                numbers[each.id],
                {"es": each.title_es, "en": each.title_en},
                each.state,
                each.mode,
                each.slot or "",
                each.minutes,
                digest(each),
                not each.begun and each.state is ItemState.PENDING,
            )
            for each in veil(held, viewer.closed)
        ),
        issued=session.agenda_issued,
        slots=tuple(
            (code, each.name)
            for code, each in desk.forum.delegations.items()
            if code != session.ppt
        ),
        minutes=(
            int(read_setting(desk, session.id, "minutes_members")),
            int(read_setting(desk, session.id, "minutes_others")),
        ),
        longest=MAX_MINUTES,
    )
