"""What stands before the room: at most one paragraph in a session."""

from __future__ import annotations

from dataclasses import dataclass

from .database import Database, Transaction, stamp


@dataclass(frozen=True, slots=True)
class RoomText:
    """A paragraph before the room."""

    draft: str
    paragraph: str
    since: str
    page: int
    """Which page of it the room's screens show, as the chair has turned them."""


def room_text(db: Database, session: str) -> RoomText | None:
    """The paragraph before the room, if there is one."""
    row = db.one("select * from room_text where session = ?", (session,))
    if row is None:
        return None
    return RoomText(row["draft"], row["paragraph"], row["since"], row["page"])


def put_room_text(tx: Transaction, session: str, draft: str, paragraph: str) -> None:
    """Put a paragraph before the room, in place of what stands there; its first page is shown."""
    tx.execute(
        "insert or replace into room_text (session, draft, paragraph, since, page)"
        " values (?, ?, ?, ?, 1)",
        (session, draft, paragraph, stamp(tx.now)),
    )


def clear_room_text(tx: Transaction, session: str) -> None:
    """Nothing stands before the room any more."""
    tx.execute("delete from room_text where session = ?", (session,))


def turn_page(tx: Transaction, session: str, page: int) -> None:
    """Have the room's screens show another page of what stands before the room."""
    tx.execute("update room_text set page = ? where session = ?", (page, session))
