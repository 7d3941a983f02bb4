"""What a screen of the room shows: the item, what follows it, and the page of the paragraph before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from session_app import i18n
from session_app.domain.agenda import Session
from session_app.domain.drafting import DECIDED, LANGUAGES, Texts
from session_app.domain.paging import Columns, Run, lay_out
from session_app.i18n import say_in_both
from session_app.services.desk import Desk
from session_app.store import screens as enrolled

from .agenda import ItemModel, find_current, read_items
from .room import RoomModel, read_room
from .viewer import Viewer

FOLLOWING = 3
"""Items a screen names that are still to come."""


@dataclass(frozen=True, slots=True)
class ScreenTextModel:
    """The paragraph before the room on one of its screens: the page that is shown."""

    name: Texts
    state: str
    size: str  # large, medium, small
    columns: Columns
    page: int
    pages: int
    bracketed: bool  # whether anything on this page stands in brackets
    word: Texts  # of the state


@dataclass(frozen=True, slots=True)
class ScreenModel:
    """Topic `screen`: what a screen of the room shows of agenda and text."""

    item: ItemModel | None
    following: tuple[ItemModel, ...]  # the next three items
    text: ScreenTextModel | None
    words: Mapping[str, Texts]  # next, not_agreed, page: a screen says all in both languages


@dataclass(frozen=True, slots=True)
class EnrolledModel:
    """A screen of the room as the Secretariat's list has it."""

    id: str
    name: str
    audience: str  # members, observers
    state: str  # live, dark (the door keeps its audience out), gone, none (no device is signed in)
    device: str
    since: str  # "14:02", since when the device is signed in; empty where none is
    seen: str  # when it was last on line, where it is not and the desk knows


@dataclass(frozen=True, slots=True)
class EnrolmentModel:
    """Topic `screens`: the screens of the room."""

    screens: tuple[EnrolledModel, ...]


def read_screen(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> ScreenModel:
    """The agenda and the paragraph before the room, as far as the audience of a screen may have them."""
    item, later = find_current(read_items(desk, session, viewer))
    room = read_room(desk, session, viewer, now)
    return ScreenModel(
        item=item,
        following=later[:FOLLOWING],
        text=_compose_text(room) if room.paragraph else None,
        words={name: say_in_both(f"ui.screen.{name}") for name in ("next", "not_agreed", "page")},
    )


def _compose_text(room: RoomModel) -> ScreenTextModel:
    layout = lay_out(room.texts)
    page, columns = layout.page(room.page)
    if room.state in DECIDED:  # then the text is shown without marks
        columns = {
            each: (Run("".join(run.text for run in columns[each]), False),) for each in LANGUAGES
        }
    return ScreenTextModel(
        name=room.name,
        state=room.state,
        size=layout.size,
        columns=columns,
        page=page,
        pages=len(layout.pages),
        bracketed=any(run.bracketed for each in LANGUAGES for run in columns[each]),
        word=say_in_both(f"ui.state.{room.state}"),
    )


def read_screens(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> EnrolmentModel:
    """The screens enrolled, and whether each is on line."""
    connected, left = desk.connected(session.id), desk.last_seen(session.id)

    def shown(each: enrolled.Screen) -> EnrolledModel:
        if desk.authority.is_shut_out(session.id, each.id, now):
            state = "dark"  # it has no line while the door keeps it out
        else:
            state = "live" if connected.get(each.id) else "gone" if each.device else "none"
        # What the store knows is of a desk that has been started anew since.
        seen = (left.get(each.id) or each.seen) if state == "gone" else None
        return EnrolledModel(
            id=each.id,
            name=each.name,
            audience=each.audience,
            state=state,
            device=each.device or "",
            since=i18n.format_moment(session.local(each.since), viewer.language)
            if each.since
            else "",
            seen=i18n.format_moment(session.local(seen), viewer.language) if seen else "",
        )

    listed = enrolled.screens(desk.store, session.id, now)
    return EnrolmentModel(tuple(shown(each) for each in listed))
