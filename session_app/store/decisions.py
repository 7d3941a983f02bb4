"""Results recorded on paragraphs. None is ever taken out: one that counts no more has its end."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime

from session_app.domain.decision import Decision, Result
from session_app.domain.drafting import State
from session_app.domain.errors import NotFound

from .database import Database, Transaction, stamp


def decision(db: Database, decision_id: str) -> Decision:
    """One decision. Raises `NotFound`."""
    row = db.one("select * from decision where id = ?", (decision_id,))
    if row is None:
        raise NotFound("decision.unknown")
    return _decision(row)


def decisions_on(db: Database, paragraph: str) -> list[Decision]:
    """Everything recorded on a paragraph, oldest first."""
    rows = db.all("select * from decision where paragraph = ? order by at, rowid", (paragraph,))
    return [_decision(row) for row in rows]


def decisions_of(db: Database, draft: str) -> dict[str, list[Decision]]:
    """Everything recorded on a draft's paragraphs, by paragraph and oldest first."""
    found: dict[str, list[Decision]] = {}
    for row in db.all("select * from decision where draft = ? order by at, rowid", (draft,)):
        found.setdefault(row["paragraph"], []).append(_decision(row))
    return found


def last_decision(db: Database, draft: str) -> Decision | None:
    """The last decision on a draft that has not been ended."""
    row = db.one(
        "select * from decision where draft = ? and ended is null order by at desc, rowid desc limit 1",
        (draft,),
    )
    return _decision(row) if row else None


def add_decision(tx: Transaction, held: Decision) -> None:
    """Record a decision."""
    tx.execute(
        "insert into decision values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null)",
        (
            held.id,
            held.draft,
            held.paragraph,
            held.result,
            held.digest,
            json.dumps(held.delegations),
            held.note,
            held.by,
            stamp(held.at),
            json.dumps(held.present),
            held.before,
            held.behind,
        ),
    )


def end_decision(tx: Transaction, decision_id: str) -> None:
    """A decision counts no more; the one before it does again."""
    tx.execute("update decision set ended = ? where id = ?", (stamp(tx.now), decision_id))


def end_decisions_on(tx: Transaction, paragraph: str) -> None:
    """Nothing recorded on a paragraph so far counts any more."""
    tx.execute(
        "update decision set ended = ? where paragraph = ? and ended is null",
        (stamp(tx.now), paragraph),
    )


def _decision(row: sqlite3.Row) -> Decision:
    return Decision(
        id=row["id"],
        draft=row["draft"],
        paragraph=row["paragraph"],
        result=Result(row["result"]),
        digest=row["digest"],
        delegations=tuple(json.loads(row["delegations"])),
        note=row["note"],
        by=row["by"],
        at=datetime.fromisoformat(row["at"]),
        present=tuple(json.loads(row["present"])),
        before=State(row["before"]),
        behind=bool(row["behind"]),
        ended=row["ended"] is not None,
    )
