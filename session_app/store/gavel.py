"""The gavel of a session, and whether conducting it is delegated to the Secretariat."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from .database import Database, Transaction, stamp


class Held(NamedTuple):
    """Who was last given the gavel, and when. Whether they may still hold it is for the access table."""

    person: str
    since: datetime


class Delegation(NamedTuple):
    """Since when, and by whom, the Secretariat may conduct for the Presidency."""

    by: str
    since: datetime


def held(db: Database, session: str) -> Held | None:
    """Who was last given the gavel and has not given it up."""
    row = db.one("select holder, since from gavel where session = ?", (session,))
    return Held(row["holder"], datetime.fromisoformat(row["since"])) if row else None


def put_gavel(tx: Transaction, session: str, person: str | None) -> None:
    """Give the gavel to somebody, or lay it down."""
    if person is None:
        tx.execute("delete from gavel where session = ?", (session,))
        return
    tx.execute(
        "insert into gavel values (?, ?, ?) on conflict (session) do update set"
        " holder = excluded.holder, since = excluded.since",
        (session, person, stamp(tx.now)),
    )


def delegation(db: Database, session: str) -> Delegation | None:
    """The Presidency's delegation of conduct, while it stands."""
    row = db.one("select by, since from conduct_delegated where session = ?", (session,))
    return Delegation(row["by"], datetime.fromisoformat(row["since"])) if row else None


def delegate(tx: Transaction, session: str, *, by: str | None) -> None:
    """Delegate conducting to the Secretariat, or withdraw it (`by` is None). Who may do what changes."""
    tx.execute("delete from conduct_delegated where session = ?", (session,))
    if by is not None:
        tx.execute("insert into conduct_delegated values (?, ?, ?)", (session, by, stamp(tx.now)))
    tx.change_authority()
