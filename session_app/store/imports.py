"""Lists of accreditations on their way in: one of each person in each session, until it is imported.

They are kept so that a list survives a reload, a lost connection and a desk that starts anew. Nobody but
who has sent a list ever reads it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .database import Database, Transaction, stamp

KEPT_FOR = timedelta(days=30)
"""How long a list that nobody touches is kept: people send corrections in the weeks before a meeting."""


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row as it was sent, and what has been done to it since."""

    line: int
    cells: tuple[str, ...]
    edits: Mapping[str, str]
    skipped: bool
    imported: bool


@dataclass(frozen=True, slots=True)
class ImportList:
    """A list on its way in."""

    file: str
    at: str
    headings: tuple[str, ...]
    columns: tuple[str | None, ...]
    fixed: Mapping[str, str]
    chosen: bool  # the person has said which column is what
    rows: tuple[ListRow, ...]


def find(db: Database, session: str, person: str, now: datetime) -> ImportList | None:
    """The list a person is bringing in, while it is kept."""
    held = db.one(
        "select * from import_list where session = ? and person = ? and touched > ?",
        (session, person, stamp(now - KEPT_FOR)),
    )
    if held is None:
        return None
    rows = db.all(
        "select * from import_row where session = ? and person = ? order by line", (session, person)
    )
    return ImportList(
        file=held["file"],
        at=held["at"],
        headings=tuple(json.loads(held["headings"])),
        columns=tuple(json.loads(held["columns"])),
        fixed=json.loads(held["fixed"]),
        chosen=bool(held["chosen"]),
        rows=tuple(
            ListRow(
                row["line"],
                tuple(json.loads(row["cells"])),
                json.loads(row["edits"]),
                bool(row["skipped"]),
                row["imported"] is not None,
            )
            for row in rows
        ),
    )


def stage(
    tx: Transaction,
    session: str,
    person: str,
    *,
    file: str,
    headings: Sequence[str],
    columns: Sequence[str | None],
    rows: Iterable[tuple[int, Sequence[str]]],
) -> None:
    """Begin a list; the one this person had before is gone, and so is what nobody has touched."""
    discard(tx, session, person)
    _purge(tx)
    at = stamp(tx.now)
    tx.execute(
        "insert into import_list values (?, ?, ?, ?, ?, ?, ?, '{}', 0)",
        (session, person, file, at, at, _plain(headings), _plain(columns)),
    )
    for line, cells in rows:
        tx.execute(
            "insert into import_row values (?, ?, ?, ?, '{}', 0, null)",
            (session, person, line, _plain(cells)),
        )


def choose_columns(
    tx: Transaction,
    session: str,
    person: str,
    columns: Sequence[str | None],
    fixed: Mapping[str, str],
) -> None:
    """Keep which column is what, and what holds for all."""
    tx.execute(
        "update import_list set columns = ?, fixed = ?, chosen = 1, touched = ?"
        " where session = ? and person = ?",
        (_plain(columns), json.dumps(dict(fixed)), stamp(tx.now), session, person),
    )


def put_row(
    tx: Transaction,
    session: str,
    person: str,
    line: int,
    *,
    edits: Mapping[str, str],
    skipped: bool,
) -> None:
    """Keep what has been typed in a row, and whether it is left out."""
    tx.execute(
        "update import_row set edits = ?, skipped = ? where session = ? and person = ? and line = ?"
        " and imported is null",
        (json.dumps(dict(edits), ensure_ascii=False), skipped, session, person, line),
    )
    _touch(tx, session, person)


def mark_imported(tx: Transaction, session: str, person: str, lines: Iterable[int]) -> None:
    """Keep which rows have been imported: they are not offered again."""
    tx.execute(
        "update import_row set imported = ? where session = ? and person = ?"
        " and line in (select value from json_each(?))",
        (stamp(tx.now), session, person, json.dumps(list(lines))),
    )
    _touch(tx, session, person)


def discard(tx: Transaction, session: str, person: str) -> None:
    """Forget a list. Nobody who has been accredited by it is touched."""
    for table in ("import_row", "import_list"):
        tx.execute(f"delete from {table} where session = ? and person = ?", (session, person))


def _purge(tx: Transaction) -> None:
    gone = stamp(tx.now - KEPT_FOR)
    for session, person in tx.execute(
        "select session, person from import_list where touched <= ?", (gone,)
    ).fetchall():
        discard(tx, session, person)


def _touch(tx: Transaction, session: str, person: str) -> None:
    tx.execute(
        "update import_list set touched = ? where session = ? and person = ?",
        (stamp(tx.now), session, person),
    )


def _plain(values: Sequence[str | None]) -> str:
    return json.dumps(list(values), ensure_ascii=False)
