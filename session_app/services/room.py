"""The paragraph before the room: putting it there, taking it away, and when it goes by itself.

It goes when the door is opened to more people than those it was put before, when the sitting is closed
and when the paragraph is deleted. An agenda item that ends leaves it where it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from session_app.domain import drafting
from session_app.domain.contract import PutBeforeRoom, RoomChanged, WithdrawFromRoom
from session_app.domain.drafting import Language, Rows
from session_app.domain.errors import Conflict, NotFound
from session_app.store import drafts, room, sessions

from .desk import Act, Desk, Result


def put_before_room(act: Act, command: PutBeforeRoom) -> Result:
    """Put a paragraph before the room; one of the closed part's text only behind the closed door."""
    store, session = act.desk.store, act.session.id
    draft = drafts.draft(store, command.draft)
    if draft.session != session:
        raise NotFound("draft.unknown")
    sitting = sessions.sitting(store, session)
    if sitting is None or not sitting.is_under_way:
        raise Conflict("sitting.not_open")
    if draft.closed and sitting.mode != "closed":
        raise Conflict("room.needs_closed_door")
    drafting.find(drafts.rows(store, draft.id), command.paragraph)
    held = room.room_text(store, session)
    if held is None or held.paragraph != command.paragraph:
        room.put_room_text(act.tx, session, draft.id, command.paragraph)
        act.tx.announce(session, RoomChanged(draft.id, command.paragraph))
    return {}


def withdraw_from_room(act: Act, command: WithdrawFromRoom) -> Result:
    """Take away what stands before the room; nothing happens where nothing stands."""
    clear_room(act)
    return {}


def clear_room(act: Act) -> None:
    """Nothing stands before the room any more."""
    if room.room_text(act.desk.store, act.session.id) is not None:
        room.clear_room_text(act.tx, act.session.id)
        act.tx.announce(act.session.id, RoomChanged(None, None))


def clear_if_gone(act: Act, draft: str, rows: Rows) -> None:
    """Take the paragraph before the room away if it is no longer among the rows of its draft."""
    held = room.room_text(act.desk.store, act.session.id)
    if held is not None and held.draft == draft and held.paragraph not in {row.id for row in rows}:
        clear_room(act)


def standing_text(desk: Desk, draft: str, paragraph: str) -> Mapping[Language, str]:
    """The texts of one paragraph as they count now: of record, or as they are being written."""
    adopted = drafts.adopted_texts(desk.store, draft).get(paragraph)
    return adopted.texts if adopted is not None else desk.drafts.texts(paragraph)
