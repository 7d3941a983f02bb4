"""Papers of a session and their files. A file is kept as it came in; replacing one adds a revision."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass

from session_app.domain.drafting import Texts
from session_app.domain.errors import NotFound
from session_app.domain.forum import SittingMode
from session_app.domain.papers import Circle, Format, PaperClass, Slot, Standing

from .database import Database, Transaction, new_id, stamp


@dataclass(frozen=True, slots=True)
class PaperFile:
    """One file, without its bytes."""

    id: str
    paper: str
    revision: int
    slot: Slot
    format: Format
    name: str
    sha256: str
    at: str
    size: int


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper and the files of its revision."""

    standing: Standing
    session: str
    titles: Texts
    revision: int  # 0: as first handed out
    at: str
    files: tuple[PaperFile, ...]

    @property
    def id(self) -> str:
        return self.standing.id


_PAPERS = (
    "select p.*, case when p.closed then 'closed' else coalesce(i.mode, 'open') end as mode from paper p"
    " left join agenda_item i on i.id = p.item where p.withdrawn is null"
)
_FILES = (
    "select f.id, f.paper, f.revision, f.slot, f.format, f.name, f.sha256, f.at, length(f.bytes) as size"
    " from paper_file f"
)


def papers(db: Database, session: str) -> list[Paper]:
    """The papers of a session that have not been withdrawn, in the order they were handed out."""
    files: dict[str, list[PaperFile]] = {}
    for row in db.all(
        f"{_FILES} join paper p on p.id = f.paper and p.revision = f.revision"
        " where p.session = ? and p.withdrawn is null order by f.rowid",
        (session,),
    ):
        files.setdefault(row["paper"], []).append(PaperFile(*row))
    rows = db.all(f"{_PAPERS} and p.session = ? order by p.rowid", (session,))
    return [
        Paper(
            Standing(
                row["id"],
                row["item"],
                _mode(row["mode"]),
                row["class"],
                frozenset(json.loads(row["circles"])),
            ),
            row["session"],
            {"es": row["title_es"], "en": row["title_en"]},
            row["revision"],
            row["at"],
            tuple(files.get(row["id"], ())),
        )
        for row in rows
    ]


def _mode(mode: SittingMode) -> SittingMode:
    return mode


def paper(db: Database, session: str, paper_id: str) -> Paper:
    """One paper of a session. Raises `NotFound`, for one that has been withdrawn too."""
    for each in papers(db, session):
        if each.id == paper_id:
            return each
    raise NotFound("document.unknown")


def has_papers(db: Database, item: str) -> bool:
    """Whether papers belong to an item of the agenda."""
    return db.one("select 1 from paper where item = ?", (item,)) is not None


def add_paper(
    tx: Transaction,
    session: str,
    *,
    item: str | None,
    closed: bool,
    titles: Texts,
    document_class: PaperClass,
    circles: Collection[Circle],
    by: str,
) -> str:
    """A new paper without files; returns its id."""
    identity = new_id()
    tx.execute(
        "insert into paper values (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, null)",
        (
            identity,
            session,
            item,
            closed,
            titles["es"],
            titles["en"],
            document_class,
            json.dumps(sorted(circles)),
            by,
            stamp(tx.now),
        ),
    )
    return identity


def describe_paper(
    tx: Transaction,
    paper_id: str,
    *,
    titles: Texts,
    document_class: PaperClass,
    circles: Collection[Circle],
) -> None:
    """Change a paper's titles, class and audience."""
    tx.execute(
        "update paper set title_es = ?, title_en = ?, class = ?, circles = ? where id = ?",
        (titles["es"], titles["en"], document_class, json.dumps(sorted(circles)), paper_id),
    )


def revise_paper(tx: Transaction, paper_id: str) -> int:
    """Begin the next revision of a paper, with no file yet; returns its number."""
    (revision,) = tx.execute(
        "update paper set revision = revision + 1, at = ? where id = ? returning revision",
        (stamp(tx.now), paper_id),
    ).fetchone()
    return int(revision)


def withdraw_paper(tx: Transaction, paper_id: str) -> None:
    """Take a paper back. Its files are kept, and reach nobody."""
    tx.execute("update paper set withdrawn = ? where id = ?", (stamp(tx.now), paper_id))


def add_file(
    tx: Transaction,
    paper_id: str,
    revision: int,
    *,
    slot: Slot,
    format: Format,
    name: str,
    content: bytes,
    by: str,
) -> str:
    """Store a file of a revision; returns the SHA-256 of its bytes."""
    sha256 = hashlib.sha256(content).hexdigest()
    tx.execute(
        "insert into paper_file values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (new_id(), paper_id, revision, slot, format, name, sha256, by, stamp(tx.now), content),
    )
    return sha256


def content(db: Database, file: str) -> bytes:
    """The bytes of a file. Raises `NotFound`."""
    row = db.one("select bytes from paper_file where id = ?", (file,))
    if row is None:
        raise NotFound("document.unknown")
    return bytes(row["bytes"])
