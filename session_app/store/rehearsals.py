"""Rehearsals: sessions of which nothing is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator

from .database import Database, Transaction


def rehearsal_of(db: Database, session: str) -> str | None:
    """The rehearsal of a session that is going on."""
    row = db.one("select id from session where rehearsal_of = ?", (session,))
    return row["id"] if row is not None else None


def paragraphs(db: Database, session: str) -> list[str]:
    """The paragraphs of all texts of a session, also those that were deleted."""
    query = "select p.id from paragraph p join draft d on d.id = p.draft where d.session = ?"
    return [row["id"] for row in db.all(query, (session,))]


def copy_accreditations(tx: Transaction, session: str, rehearsal: str) -> None:
    """Let everybody accredited to a session be the same in its rehearsal; who is in it already, too."""
    names = [row[1] for row in tx.execute("pragma table_info(accreditation)")]
    others = [name for name in names if name != "session"]
    listed = ", ".join(others)
    anew = ", ".join(f"{name} = excluded.{name}" for name in others if name != "person")
    tx.execute(
        f"insert into accreditation (session, {listed}) select ?, {listed} from accreditation"
        f" where session = ? on conflict (session, person) do update set {anew}",
        (rehearsal, session),
    )
    tx.change_authority()


def erase(tx: Transaction, rehearsal: str) -> None:
    """Take everything of a rehearsal out of every table that leads to it, as if it had never been.

    Which tables those are is read from their foreign keys, so that a new one is not forgotten. Of a
    session that is no rehearsal the store's triggers keep what is for ever, and this fails.
    """
    found = tx.execute("select rowid from session where id = ?", (rehearsal,)).fetchall()
    doomed = {"session": {row[0] for row in found}}
    references = list(_references(tx))
    grown = True
    while grown:
        grown = False
        for table, column, parent, key in references:
            query = (
                f"select rowid from {table} where {column} in"
                f" (select {key} from {parent} where rowid in (select value from json_each(?)))"
            )
            rows = {row[0] for row in tx.execute(query, (_list(doomed.get(parent, set())),))}
            mine = doomed.setdefault(table, set())
            grown = grown or not rows <= mine
            mine |= rows
    tx.execute("pragma defer_foreign_keys = on")
    # What leads to a thing goes before the thing: the triggers ask to what it belongs.
    for table in sorted(doomed, key=_depths(references).__getitem__, reverse=True):
        query = f"delete from {table} where rowid in (select value from json_each(?))"
        tx.execute(query, (_list(doomed[table]),))
    tx.change_authority()


def _references(tx: Transaction) -> Iterator[tuple[str, str, str, str]]:
    """Everything by which a table may lead to a session: table, column, the table it leads to, its key.

    Foreign keys, and what is named like one: logs outlive what they are about, and declare none.
    """
    for (table,) in tx.execute("select name from sqlite_schema where type = 'table'").fetchall():
        columns = {row["name"] for row in tx.execute(f"pragma table_info({table})")}
        keys = {row["from"]: row for row in tx.execute(f"pragma foreign_key_list({table})")}
        for column in sorted(columns & ({*keys, "session", "draft", "paragraph"})):
            parent = keys[column]["table"] if column in keys else column
            if parent not in ("person", table):
                yield table, column, parent, _key(tx, parent)


def _key(tx: Transaction, table: str) -> str:
    return next(str(row["name"]) for row in tx.execute(f"pragma table_info({table})") if row["pk"])


def _depths(references: list[tuple[str, str, str, str]]) -> dict[str, int]:
    """How many steps each table is away from the session at most."""
    depths = dict.fromkeys(
        (each for table, _, parent, _ in references for each in (table, parent)), 0
    )
    for _ in depths:
        for table, _, parent, _ in references:
            depths[table] = max(depths[table], depths[parent] + 1)
    return depths


def _list(rows: set[int]) -> str:
    return json.dumps(sorted(rows))
