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


def room_text(db: Database, session: str) -> RoomText | None:
    """The paragraph before the room, if there is one."""
    row = db.one("select * from room_text where session = ?", (session,))
    return RoomText(row["draft"], row["paragraph"], row["since"]) if row else None


def put_room_text(tx: Transaction, session: str, draft: str, paragraph: str) -> None:
    """Put a paragraph before the room, in place of what stands there."""
    tx.execute(
        "insert or replace into room_text values (?, ?, ?, ?)",
        (session, draft, paragraph, stamp(tx.now)),
    )


def clear_room_text(tx: Transaction, session: str) -> None:
    """Nothing stands before the room any more."""
    tx.execute("delete from room_text where session = ?", (session,))
