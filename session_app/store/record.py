"""The record of acts: reading it, and checking that it is whole."""

from __future__ import annotations

import sqlite3
import time

from session_app.domain.record import COLUMNS, Chain, Flaw, Head

from .database import Database

_AT_ONCE = 1_000
"""Entries checked before everybody else gets a turn: a few milliseconds' work."""


def head(db: Database) -> Head | None:
    """How many entries there are and the hash of the last; None where somebody has removed it."""
    row = db.one("select entries, hash from record_head")
    return Head(row["entries"], row["hash"]) if row else None


def verify(db: Database, wanted: str | None = None) -> Flaw | None:
    """The first flaw of the record, or None. `wanted`: a head printed earlier, to be met again.

    Acts may be entered meanwhile; they are not looked at.
    """
    try:
        return _follow(db, Chain(wanted))
    except sqlite3.DatabaseError as failure:
        return Flaw("record.unreadable", {"why": str(failure)})


def _follow(db: Database, chain: Chain) -> Flaw | None:
    upto = head(db)
    if upto is None:
        return Flaw("record.no_head")
    # As bytes: a text that is no longer UTF-8 could not be read, and everything counts as it stands.
    columns = ", ".join(f"cast({name} as blob)" for name in (*COLUMNS, "hash"))
    first = -(2**63)
    while chain.flaw is None:
        rows = db.all(
            f"select {columns}, seq from act where seq between ? and ? order by seq limit ?",
            (first, upto.entries, _AT_ONCE),
        )
        if not rows:
            break
        chain.follow((tuple(row)[:-2], row[-2]) for row in rows)
        first = rows[-1]["seq"] + 1
        time.sleep(0)
    beyond = db.one("select min(seq) from act where seq > (select entries from record_head)")
    return chain.end(upto, beyond[0] if beyond else None)
