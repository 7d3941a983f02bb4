"""The agenda as each class of viewers is told of it, and as the Secretariat edits it."""

from __future__ import annotations

from dataclasses import replace
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
from session_app.services.desk import Desk
from session_app.services.settings import read_setting
from session_app.store import sessions

from .models import (
    AgendaModel,
    EntryOfAgenda,
    ItemModel,
    ProgrammeModel,
    Viewer,
)


def read_agenda(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> AgendaModel:
    """The agenda, what is under way and what comes next."""
    items = read_items(desk, session, viewer)
    at = next((index for index, item in enumerate(items) if item.state == "current"), -1)
    later = (item for item in items[at + 1 :] if item.state == "pending")
    return AgendaModel(
        items,
        items[at] if at >= 0 else None,
        next(later, None),
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
