"""Issued Word files: immutable bytes, their hash and class."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from session_app.domain.documents import Layout
from session_app.domain.errors import NotFound

from .database import Database, Transaction, new_id, stamp


@dataclass(frozen=True, slots=True)
class Issued:
    """One issued file, without its bytes."""

    id: str
    session: str
    draft: str
    layout: Layout
    name: str
    document_class: str
    at: str
    sha256: str
    size: int


def issue(
    tx: Transaction,
    *,
    session: str,
    draft: str,
    layout: Layout,
    name: str,
    document_class: str,
    content: bytes,
) -> str:
    """Store a file as issued; returns its id."""
    identity = new_id()
    tx.execute(
        "insert into document values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            identity,
            session,
            draft,
            layout,
            name,
            document_class,
            stamp(tx.now),
            hashlib.sha256(content).hexdigest(),
            content,
        ),
    )
    return identity


def issued(db: Database, draft: str) -> list[Issued]:
    """The files issued of a draft, in the order of their issue."""
    found = db.all(
        "select id, session, draft, layout, name, class, at, sha256, length(bytes) as size from document"
        " where draft = ? order by rowid",
        (draft,),
    )
    return [
        Issued(
            row["id"],
            row["session"],
            row["draft"],
            row["layout"],
            row["name"],
            row["class"],
            row["at"],
            row["sha256"],
            row["size"],
        )
        for row in found
    ]


@dataclass(frozen=True, slots=True)
class Prepared:
    """One file of a revision of a draft, without its bytes."""

    id: str
    draft: str
    revision: int
    layout: Layout
    name: str
    version: int  # of the draft's structure
    at: str
    sha256: str
    size: int


_PREPARED = (
    "select id, draft, revision, layout, name, version, at, sha256, length(bytes) as size"
    " from prepared_file"
)


def prepare(
    tx: Transaction,
    draft: str,
    files: Sequence[tuple[Layout, str, bytes]],
    *,
    version: int,
    by: str,
) -> int:
    """Store the files of a draft's next revision; returns its number. Earlier ones are kept."""
    (last,) = tx.execute(
        "select coalesce(max(revision), 0) from prepared_file where draft = ?", (draft,)
    ).fetchone()
    for layout, name, bytes_ in files:
        sha256 = hashlib.sha256(bytes_).hexdigest()
        tx.execute(
            "insert into prepared_file values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                new_id(),
                draft,
                last + 1,
                layout,
                name,
                version,
                sha256,
                by,
                stamp(tx.now),
                bytes_,
            ),
        )
    return int(last) + 1


def prepared(db: Database, draft: str) -> list[Prepared]:
    """The files of a draft's latest revision."""
    rows = db.all(
        f"{_PREPARED} where draft = ? and revision ="
        " (select max(revision) from prepared_file where draft = ?) order by rowid",
        (draft, draft),
    )
    return [Prepared(*row) for row in rows]


def prepared_file(db: Database, session: str, file: str) -> Prepared | None:
    """One prepared file of a session, of whatever revision."""
    row = db.one(
        f"{_PREPARED} where id = ? and draft in (select id from draft where session = ?)",
        (file, session),
    )
    return Prepared(*row) if row is not None else None


def prepared_content(db: Database, file: str) -> bytes:
    """The bytes of a prepared file. Raises `NotFound`."""
    row = db.one("select bytes from prepared_file where id = ?", (file,))
    if row is None:
        raise NotFound("document.unknown")
    return bytes(row["bytes"])


def publish(tx: Transaction, draft: str, *, by: str) -> None:
    """Class the issued files of a draft as public, and note when that was."""
    tx.execute("update document set class = 'public' where draft = ?", (draft,))
    tx.execute("insert into publication values (?, ?, ?)", (draft, by, stamp(tx.now)))
    tx.change_authority()


def published_at(db: Database, draft: str) -> str | None:
    """When a draft's issued files were published; None while they are not."""
    row = db.one("select at from publication where draft = ?", (draft,))
    return row["at"] if row is not None else None


def content(db: Database, document: str) -> bytes:
    """The bytes of an issued file. Raises `NotFound`."""
    row = db.one("select bytes from document where id = ?", (document,))
    if row is None:
        raise NotFound("document.unknown")
    return bytes(row["bytes"])
