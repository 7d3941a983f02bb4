"""The record of acts: reading it, and checking that it is whole."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass

from session_app.domain.record import COLUMNS, Chain, Flaw, Head

from .database import Database


@dataclass(frozen=True, slots=True)
class Entry:
    """An act as it is shown: without its number and its hash, which tell of what is not shown."""

    person: str
    name: str  # empty for nobody of the list of persons, as the console
    capacity: str
    delegation: str
    at: str
    act: str
    subject: str
    outcome: str
    facts: Mapping[str, object]
    closed: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """What of a session's record is asked for, and by whom."""

    session: str
    viewer: str
    everything: bool  # may the viewer see the closed part of the record, too
    person: str = ""  # empty: everybody's acts
    act: str = ""  # empty: every act


_CLOSED = """
    (select id from agenda_item where session = :session and mode = 'closed' union all
     select id from draft where session = :session and closed union all
     select x.id from decision x join draft d on d.id = x.draft
         where d.session = :session and (d.closed or x.behind) union all
     select p.id from paper p left join agenda_item i on i.id = p.item
         where p.session = :session and (p.closed or i.mode = 'closed') union all
     select p.id from permission p left join agenda_item i on i.id = p.item left join draft d on d.id = p.draft
         where p.session = :session and (i.mode = 'closed' or d.closed))
"""
"""Items, drafts, decisions, papers and grants of a session's closed part, by id."""

_ABOUT_CLOSED = f"""
    (a.subject in {_CLOSED} or json_extract(a.detail, '$.item') in {_CLOSED}
     or json_extract(a.detail, '$.draft') in {_CLOSED} or json_extract(a.detail, '$.paper') in {_CLOSED})
"""

_SEEN = f"""
    a.session = :session
    and (:everything or a.closed = 0 and not coalesce({_ABOUT_CLOSED}, 0)
         or a.person = :viewer and a.outcome <> 'done')
    and (:person = '' or a.person = :person) and (:act = '' or a.act = :act)
"""
"""Off the roster nobody sees what was closed then, nor what is about something closed now. What they
were themselves refused they see."""


def is_of_closed_part(db: Database, session: str, *ids: object) -> bool:
    """Whether one of these is the id of an item, a draft or a grant of the session's closed part."""
    wanted = json.dumps(ids)
    row = db.one(
        f"select exists (select 1 from json_each(:ids) e where e.value in {_CLOSED})",
        {"session": session, "ids": wanted},
    )
    return bool(row and row[0])


def count(db: Database, sight: Sight) -> int:
    """How many entries this viewer would be shown."""
    row = db.one(f"select count(*) from act a where {_SEEN}", _values(sight))
    return row[0] if row else 0


def entries(
    db: Database, sight: Sight, *, limit: int, offset: int = 0, newest_first: bool = True
) -> list[Entry]:
    """What this viewer is shown."""
    order = "desc" if newest_first else "asc"
    rows = db.all(
        "select a.*, coalesce(p.name, '') as name from act a left join person p on p.id = a.person"
        f" where {_SEEN} order by a.seq {order} limit :limit offset :offset",
        _values(sight) | {"limit": limit, "offset": offset},
    )
    return [
        Entry(
            person=row["person"],
            name=row["name"],
            capacity=row["capacity"],
            delegation=row["delegation"],
            at=row["at"],
            act=row["act"],
            subject=row["subject"],
            outcome=row["outcome"],
            facts=json.loads(row["detail"]),
            closed=bool(row["closed"]),
        )
        for row in rows
    ]


def granted(db: Database, session: str, *, everything: bool) -> dict[str, tuple[str, str]]:
    """To whom each grant of a session was given, withdrawn ones too, and for what; those of the
    closed part only to who sees everything."""
    rows = db.all(
        "select id, person, right from permission where session = :session"
        f" and (:everything or id not in {_CLOSED})",
        {"session": session, "everything": everything},
    )
    return {row["id"]: (row["person"], row["right"]) for row in rows}


def _values(sight: Sight) -> dict[str, object]:
    return {
        "session": sight.session,
        "viewer": sight.viewer,
        "everything": sight.everything,
        "person": sight.person,
        "act": sight.act,
    }


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
