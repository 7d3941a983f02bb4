"""What a screen of the room shows: the item, what follows it, and the page of the paragraph before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from session_app import i18n
from session_app.domain.agenda import Session
from session_app.domain.drafting import LANGUAGES, State
from session_app.domain.paging import Run, lay_out
from session_app.i18n import say_in_both
from session_app.services.desk import Desk
from session_app.store import screens as enrolled

from .agenda import read_items
from .models import (
    EnrolledModel,
    EnrolmentModel,
    ItemModel,
    RoomModel,
    ScreenModel,
    ScreenTextModel,
    Viewer,
)
from .room import read_room

FOLLOWING = 3
"""Items a screen names that are still to come."""
CLEAN = frozenset({State.AGREED, State.AD_REFERENDUM, State.ADOPTED})
"""States in which a text is shown without marks."""


def compose_screen(items: Sequence[ItemModel], room: RoomModel) -> ScreenModel:
    """A screen, from the agenda and the paragraph as its audience may see them."""
    at = next((place for place, item in enumerate(items) if item.state == "current"), -1)
    later = [item for item in items[at + 1 :] if item.state == "pending"]
    return ScreenModel(
        item=items[at] if at >= 0 else None,
        following=tuple(later[:FOLLOWING]),
        text=_compose_text(room) if room.paragraph else None,
        words={name: say_in_both(f"ui.screen.{name}") for name in ("next", "not_agreed", "page")},
    )


def _compose_text(room: RoomModel) -> ScreenTextModel:
    layout = lay_out(room.texts)
    page, columns = layout.page(room.page)
    if room.state in CLEAN:
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


def read_screen(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> ScreenModel:
    """The agenda and the paragraph before the room, as far as the audience of a screen may have them."""
    return compose_screen(read_items(desk, session, viewer), read_room(desk, session, viewer, now))


def read_screens(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> EnrolmentModel:
    """The screens enrolled, and whether each is on line."""
    connected, left = desk.connected(session.id), desk.last_seen(session.id)

    def shown(each: enrolled.Screen) -> EnrolledModel:
        if desk.authority.is_shut_out(session.id, each.id, now):
            state = "dark"  # it has no line while the door keeps it out
        else:
            state = "live" if connected.get(each.id) else "gone" if each.device else "none"
        seen = left.get(each.id) if state == "gone" else None
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
