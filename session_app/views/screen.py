"""What a screen of the room shows: the item, what follows it, and the page of the paragraph before it."""

from __future__ import annotations

from collections.abc import Sequence

from session_app.domain.drafting import LANGUAGES, State
from session_app.domain.paging import Run, lay_out
from session_app.i18n import say_in_both

from .models import ItemModel, RoomModel, ScreenModel, ScreenTextModel

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
