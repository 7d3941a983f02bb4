"""Issued Word files: immutable bytes, their hash and class."""

from __future__ import annotations

import hashlib
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


def content(db: Database, document: str) -> bytes:
    """The bytes of an issued file. Raises `NotFound`."""
    row = db.one("select bytes from document where id = ?", (document,))
    if row is None:
        raise NotFound("document.unknown")
    return bytes(row["bytes"])
