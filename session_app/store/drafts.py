"""Drafts: structure, the log of text updates, client ids, operations, adoption.

The update log is the truth about the texts: rows are only ever added to it (the schema holds that),
snapshots merely save replaying it from the start.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from session_app.domain.drafting import Kind, Language, Mode, Row, Rows, State
from session_app.domain.errors import Conflict, NotFound

from .database import Database, Transaction, new_id, stamp

LEASE = 32
"""CRDT client ids handed out at a time: one per paragraph document a tab opens for writing."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A text under negotiation, without its rows."""

    id: str
    session: str
    mode: Mode
    origin: Language
    version: int
    working_translation: bool
    """Whether the language that is not the origin is labelled a working translation."""
    adopted: AdoptedDraft | None
    closed: bool = False
    """Whether it belongs to the closed part: then its roster alone has it, whatever the sitting."""


@dataclass(frozen=True, slots=True)
class AdoptedDraft:
    """The act of adopting a whole document."""

    digest: str
    by: str
    at: str
    present: tuple[str, ...]
    override: str | None


@dataclass(frozen=True, slots=True)
class AdoptedText:
    """The text of record of one adopted paragraph."""

    paragraph: str
    texts: dict[Language, str]
    digest: str
    by: str
    at: str
    present: tuple[str, ...]
    override: str | None
    consulting: tuple[str, ...] | None = None
    """Of a text adopted ad referendum: the delegations that consult, as far as its readers are told."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a draft."""

    id: str
    key: str
    titles: dict[Language, str]


@dataclass(frozen=True, slots=True)
class Operation:
    """A structural act as the log keeps it, with what is needed to undo it."""

    op: str
    draft: str
    person: str
    command: str
    result: dict[str, object]
    undone: bool


def draft(db: Database, draft_id: str) -> Draft:
    """One draft. Raises `NotFound`."""
    row = db.one("select * from draft where id = ?", (draft_id,))
    if row is None:
        raise NotFound("draft.unknown")
    done = db.one("select * from adopted_draft where draft = ?", (draft_id,))
    return Draft(
        id=row["id"],
        session=row["session"],
        mode=Mode(row["mode"]),
        origin=row["origin"],
        version=row["version"],
        working_translation=bool(row["working_translation"]),
        adopted=None
        if done is None
        else AdoptedDraft(
            done["digest"],
            done["by"],
            done["at"],
            tuple(json.loads(done["present"])),
            done["override"],
        ),
        closed=bool(row["closed"]),
    )


def draft_of(db: Database, session: str, *, closed: bool = False) -> Draft | None:
    """The draft of a session's outcome document, or that of its closed part, if there is one."""
    row = db.one(
        "select id from draft where session = ? and closed = ? order by at limit 1",
        (session, closed),
    )
    return draft(db, row["id"]) if row else None


def session_of(db: Database, draft_id: str) -> str | None:
    """The session a draft belongs to."""
    row = db.one("select session from draft where id = ?", (draft_id,))
    return row["session"] if row else None


def last_change(db: Database, draft_id: str) -> str:
    """When a draft's text, structure or standing last changed. Raises `NotFound`."""
    row = db.one(
        "select max(at) from (select at from draft where id = ? union all"
        " select u.at from text_update u join paragraph p on p.id = u.paragraph where p.draft = ?"
        " union all select at from operation where draft = ? union all"
        " select a.at from adopted_text a join paragraph p on p.id = a.paragraph where p.draft = ?"
        " union all select at from adopted_draft where draft = ?)",
        (draft_id,) * 5,
    )
    if row is None or row[0] is None:
        raise NotFound("draft.unknown")
    return str(row[0])


def last_edit(db: Database, paragraph: str) -> str | None:
    """When words of a paragraph last changed, if any ever did."""
    row = db.one("select max(at) as at from text_update where paragraph = ?", (paragraph,))
    return row["at"] if row else None


def add_draft(
    tx: Transaction,
    session: str,
    *,
    origin: Language,
    working_translation: bool,
    closed: bool = False,
) -> str:
    """A new, empty draft in direct mode; a closed one belongs to the session's closed part."""
    identity = new_id()
    tx.execute(
        "insert into draft values (?, ?, ?, ?, 0, ?, ?, ?)",
        (identity, session, Mode.DIRECT, origin, working_translation, stamp(tx.now), closed),
    )
    return identity


def put_origin(tx: Transaction, draft_id: str, origin: Language) -> None:
    """Set the language a draft is first written in."""
    tx.execute("update draft set origin = ? where id = ?", (origin, draft_id))
    tx.change_authority()


def add_section(
    tx: Transaction, draft_id: str, *, position: int, key: str, titles: dict[Language, str]
) -> str:
    """A section of a draft."""
    identity = new_id()
    tx.execute(
        "insert into section values (?, ?, ?, ?, ?, ?)",
        (identity, draft_id, position, key, titles["es"], titles["en"]),
    )
    return identity


def order_sections(tx: Transaction, draft_id: str, order: Sequence[str]) -> None:
    """Put these sections in this order; those not named follow in the order they had."""
    found = tx.execute(
        "select id from section where draft = ? order by position, rowid", (draft_id,)
    ).fetchall()
    others = [row["id"] for row in found if row["id"] not in order]
    for position, section in enumerate((*order, *others)):
        tx.execute("update section set position = ? where id = ?", (position, section))


def sections(db: Database, draft_id: str) -> tuple[Section, ...]:
    """The sections of a draft in order."""
    rows = db.all("select * from section where draft = ? order by position", (draft_id,))
    return tuple(
        Section(row["id"], row["key"], {"es": row["title_es"], "en": row["title_en"]})
        for row in rows
    )


def rows(db: Database, draft_id: str) -> Rows:
    """The rows of a draft in order; deleted ones have no place and are left out."""
    found = db.all(
        "select p.* from paragraph p join section s on s.id = p.section"
        " where p.draft = ? and p.position is not null order by s.position, p.position",
        (draft_id,),
    )
    return tuple(
        Row(row["id"], row["section"], Kind(row["kind"]), State(row["state"]), row["source_label"])
        for row in found
    )


def put_rows(tx: Transaction, draft_id: str, before: Sequence[Row], after: Sequence[Row]) -> int:
    """Store the difference between two states of a draft's rows; returns the draft's new version.

    A row that is gone keeps its texts and its log: it only loses its place, so that undo can give it
    back.
    """
    places = {row.id: (place, row) for place, row in enumerate(before)}
    for place, row in enumerate(after):
        if places.pop(row.id, None) != (place, row):
            tx.execute(
                "insert into paragraph values (?, ?, ?, ?, ?, ?, ?) on conflict (id) do update set"
                " section = excluded.section, position = excluded.position, kind = excluded.kind,"
                " state = excluded.state",
                (row.id, draft_id, row.section, place, row.kind, row.state, row.source_label),
            )
    for gone in places:
        tx.execute("update paragraph set position = null where id = ?", (gone,))
    (version,) = tx.execute(
        "update draft set version = version + 1 where id = ? returning version", (draft_id,)
    ).fetchone()
    return int(version)


def gone_rows(db: Database, draft_id: str, paragraphs: Sequence[str]) -> Rows:
    """Rows that were deleted, in the order asked for. Raises `Conflict` if one has its place back."""
    found = []
    for paragraph in paragraphs:
        row = db.one(
            "select * from paragraph where id = ? and draft = ? and position is null",
            (paragraph, draft_id),
        )
        if row is None:
            raise Conflict("operation.overtaken")
        found.append(
            Row(
                row["id"],
                row["section"],
                Kind(row["kind"]),
                State(row["state"]),
                row["source_label"],
            )
        )
    return tuple(found)


def draft_of_paragraph(db: Database, paragraph: str) -> tuple[str, State, bool] | None:
    """(draft, state, whether it still has a place) of a paragraph."""
    row = db.one("select draft, state, position from paragraph where id = ?", (paragraph,))
    return (row["draft"], State(row["state"]), row["position"] is not None) if row else None


# Texts


def add_update(tx: Transaction, paragraph: str, *, client: int, person: str, update: bytes) -> None:
    """Append an update to the log. The schema refuses it for an adopted paragraph."""
    tx.execute(
        "insert into text_update (paragraph, client, person, at, bytes) values (?, ?, ?, ?, ?)",
        (paragraph, client, person, stamp(tx.now), update),
    )


def text_log(db: Database, paragraph: str) -> tuple[bytes | None, list[bytes], int]:
    """What rebuilds a paragraph: its snapshot if any, the updates after it, the last update's number."""
    snapshot = db.one("select seq, bytes from text_snapshot where paragraph = ?", (paragraph,))
    since = snapshot["seq"] if snapshot else 0
    found = db.all(
        "select seq, bytes from text_update where paragraph = ? and seq > ? order by seq",
        (paragraph, since),
    )
    return (
        snapshot["bytes"] if snapshot else None,
        [row["bytes"] for row in found],
        found[-1]["seq"] if found else since,
    )


def put_snapshot(tx: Transaction, paragraph: str, seq: int, state: bytes) -> None:
    """Keep a snapshot that contains every update up to `seq`."""
    tx.execute(
        "insert into text_snapshot values (?, ?, ?) on conflict (paragraph) do update set"
        " seq = excluded.seq, bytes = excluded.bytes",
        (paragraph, seq, state),
    )


def lease_clients(tx: Transaction, draft_id: str, *, person: str, tab: str) -> list[int]:
    """Hand a block of CRDT client ids to one tab of one person. An id is never handed out twice."""
    leased: list[int] = []
    while len(leased) < LEASE:
        client = 1 + secrets.randbelow(2**32 - 1)
        cursor = tx.execute(
            "insert or ignore into client_lease values (?, ?, ?, ?, ?)",
            (client, draft_id, person, tab, stamp(tx.now)),
        )
        if cursor.rowcount:
            leased.append(client)
    return leased


def leased_to(db: Database, client: int) -> tuple[str, str] | None:
    """(draft, person) a client id was handed to."""
    row = db.one("select draft, person from client_lease where client = ?", (client,))
    return (row["draft"], row["person"]) if row else None


# Operations


def operation(db: Database, op: str) -> Operation | None:
    """A structural act already done under this id."""
    row = db.one("select * from operation where op = ?", (op,))
    if row is None:
        return None
    return Operation(
        row["op"],
        row["draft"],
        row["person"],
        row["command"],
        json.loads(row["result"]),
        bool(row["undone"]),
    )


def add_operation(
    tx: Transaction,
    op: str,
    *,
    draft_id: str,
    person: str,
    command: str,
    result: dict[str, object],
) -> None:
    """Log a structural act so that sending it again does it once, and undo knows what to undo."""
    tx.execute(
        "insert into operation (op, draft, person, at, command, result) values (?, ?, ?, ?, ?, ?)",
        (op, draft_id, person, stamp(tx.now), command, json.dumps(result)),
    )


def mark_undone(tx: Transaction, op: str) -> None:
    """Note that an operation has been undone: it cannot be undone again."""
    tx.execute("update operation set undone = 1 where op = ?", (op,))


# Adoption


def adopted_texts(db: Database, draft_id: str) -> dict[str, AdoptedText]:
    """The texts of record of a draft's adopted paragraphs."""
    found = db.all(
        "select a.* from adopted_text a join paragraph p on p.id = a.paragraph where p.draft = ?",
        (draft_id,),
    )
    return {
        row["paragraph"]: AdoptedText(
            paragraph=row["paragraph"],
            texts={"es": row["es"], "en": row["en"]},
            digest=row["digest"],
            by=row["by"],
            at=row["at"],
            present=tuple(json.loads(row["present"])),
            override=row["override"],
            consulting=None if row["consulting"] is None else tuple(json.loads(row["consulting"])),
        )
        for row in found
    }


def adopt_text(
    tx: Transaction,
    paragraph: str,
    texts: dict[Language, str],
    *,
    digest: str,
    by: str,
    present: Iterable[str],
    override: str | None,
    consulting: Iterable[str] | None = None,
) -> None:
    """Write a paragraph's text of record. It is never changed again: the schema refuses."""
    tx.execute(
        "insert into adopted_text values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            paragraph,
            texts["es"],
            texts["en"],
            digest,
            by,
            stamp(tx.now),
            json.dumps(list(present)),
            override,
            None if consulting is None else json.dumps(list(consulting)),
        ),
    )


def adopt_draft(
    tx: Transaction,
    held: Draft,
    *,
    digest: str,
    by: str,
    present: Iterable[str],
    override: str | None,
) -> None:
    """Write the act of adopting the whole document."""
    tx.execute(
        "insert into adopted_draft values (?, ?, ?, ?, ?, ?)",
        (held.id, digest, by, stamp(tx.now), json.dumps(list(present)), override),
    )
    if not held.closed:  # adopted or not, its roster alone has that one: nobody else is to notice
        tx.change_authority()
