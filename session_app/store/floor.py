"""Lists of speakers, one for each agenda item; the item under way may be none."""

from __future__ import annotations

from datetime import datetime

from session_app.domain.floor import Floor, Kind, Place, Request

from .database import Database, Transaction, stamp


def floor(db: Database, session: str, item: str) -> Floor:
    """The list of an item."""
    closed = db.one("select 1 from floor_closed where session = ? and item = ?", (session, item))
    rows = db.all(
        "select * from floor_request where session = ? and item = ? order by position",
        (session, item),
    )
    return Floor(
        closed is not None,
        tuple(
            Request(
                id=row["id"],
                delegation=row["delegation"],
                person=row["person"],
                kind=Kind(row["kind"]),
                asked=datetime.fromisoformat(row["asked"]),
                place=Place(row["place"]),
                limit=row["seconds"],
                spoken=row["spoken"],
                running_since=_moment(row["running_since"]),
            )
            for row in rows
        ),
    )


def requests_of_session(db: Database, session: str) -> tuple[Request, ...]:
    """Every request of a session, whatever its item."""
    rows = db.all("select distinct item from floor_request where session = ?", (session,))
    return tuple(request for row in rows for request in floor(db, session, row["item"]).requests)


def put_floor(tx: Transaction, session: str, item: str, held: Floor) -> None:
    """Enter the list of an item as it now is; a request is never taken out."""
    if held.closed:
        tx.execute("insert or ignore into floor_closed values (?, ?)", (session, item))
    else:
        tx.execute("delete from floor_closed where session = ? and item = ?", (session, item))
    for position, each in enumerate(held.requests):
        tx.execute(
            "insert into floor_request values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " on conflict (id) do update set position = excluded.position, place = excluded.place,"
            " seconds = excluded.seconds, spoken = excluded.spoken, running_since = excluded.running_since",
            (
                each.id,
                session,
                item,
                position,
                each.delegation,
                each.person,
                each.kind,
                each.place,
                stamp(each.asked),
                each.limit,
                each.spoken,
                stamp(each.running_since) if each.running_since is not None else None,
            ),
        )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None
