"""One connection, one writer, durable before visible.

Everything that is read from or written to SQLite goes through a `Database`. It settles what SQLite and
sqlite-utils leave open: WAL with `synchronous=FULL` (an acknowledged edit survives a power cut; NORMAL
loses some), foreign keys on, `BEGIN IMMEDIATE` (a deferred one fails half way), and a single
connection behind a lock (two writers meet the WAL-reset bug of SQLite < 3.51.3, and one shared without
a lock lets A's rollback erase B's insert).

A transaction collects the events it announces, writes them to the numbered log in the same commit, and
hands them to the listeners only when the commit has succeeded. Nothing may yield to other greenlets
inside a transaction.
"""

from __future__ import annotations

import fcntl
import json
import logging
import secrets
import sqlite3
import threading
from base64 import b32encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

from sqlite_utils import Database as SqliteUtils

from session_app.domain.access import Actor
from session_app.domain.contract import Event
from session_app.domain.errors import Conflict
from session_app.domain.record import seal

from .migrations import migrate

log = logging.getLogger(__name__)

Parameters = Sequence[object] | Mapping[str, object]
Listener = Callable[["Committed"], None]


@dataclass(frozen=True, slots=True)
class Announced:
    """An event as the log holds it. `seq` grows by one for each event of the whole store."""

    seq: int
    session: str
    event: Event


@dataclass(frozen=True, slots=True)
class Committed:
    """What a transaction made true, told to the listeners after its commit."""

    events: tuple[Announced, ...]
    authority_changed: bool


@dataclass
class Transaction:
    """One unit of work. `now` is the moment every row of it is stamped with."""

    connection: sqlite3.Connection
    now: datetime
    authority_changed: bool = False
    _events: list[tuple[str, Event]] = field(default_factory=list)

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> sqlite3.Cursor:
        return self.connection.execute(sql, parameters)

    def announce(self, session: str, event: Event) -> None:
        """Log an event with this commit and deliver it after."""
        self._events.append((session, event))

    def change_authority(self) -> None:
        """Say that who may do what has changed: every open door is asked again after the commit."""
        self.authority_changed = True

    def record(
        self,
        *,
        session: str,
        person: str,
        act: str,
        subject: str,
        capacity: str = "",
        delegation: str = "",
        outcome: str = "done",
        detail: Mapping[str, object] | None = None,
        closed: bool = False,
    ) -> None:
        """Enter an act in the record, sealed behind the one before: who, what, on what, outcome.

        Never the negotiated text, never a secret. `closed` acts are shown only to who may see the
        closed part they belong to (docs/record.md). Nothing is entered of what is done in a rehearsal.
        """
        query = "select 1 from session where id = ? and rehearsal_of is not null"
        if self.execute(query, (session,)).fetchone():
            return
        entries, previous = self.execute("select entries, hash from record_head").fetchone()
        columns: tuple[int | str, ...] = (
            entries + 1,
            session,
            person,
            capacity,
            delegation,
            stamp(self.now),
            act,
            subject,
            outcome,
            json.dumps(detail or {}, ensure_ascii=False),
            int(closed),
        )
        sealed = seal(previous, [str(each).encode() for each in columns])
        self.execute(
            "insert into act values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*columns, sealed)
        )
        self.execute("update record_head set entries = ?, hash = ?", (entries + 1, sealed))

    def record_by(
        self,
        actor: Actor,
        act: str,
        subject: str,
        *,
        session: str,
        outcome: str = "done",
        detail: Mapping[str, object] | None = None,
        closed: bool = False,
    ) -> None:
        """Enter an act of somebody's, in the capacity they have it in, as `record` does."""
        self.record(
            session=session,
            person=actor.person,
            capacity=actor.capacity,
            delegation=actor.delegation,
            act=act,
            subject=subject,
            outcome=outcome,
            detail=detail,
            closed=closed,
        )

    def flush_events(self) -> tuple[Announced, ...]:
        logged = []
        for session, event in self._events:
            cursor = self.execute(
                "insert into event (session, name, at, state) values (?, ?, ?, ?)",
                (
                    session,
                    event.name,
                    stamp(self.now),
                    json.dumps(event.plain(), ensure_ascii=False),
                ),
            )
            logged.append(Announced(cursor.lastrowid or 0, session, event))
        return tuple(logged)


class Database:
    """The store of one conference: a SQLite file and the lock that makes this process its writer."""

    def __init__(self, folder: Path) -> None:
        """Open or create the store in `folder`.

        Raises `Conflict("store.in_use")` where another process holds it (a desk that serves, or a
        command that is writing), and `Conflict("store.unusable")` where the folder or the file cannot
        be worked with.
        """
        self.folder = folder
        self._lock = threading.RLock()
        self._listeners: list[Listener] = []
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock_file = _lock(folder / "desk.lock")
        except OSError as failure:
            raise Conflict("store.unusable", folder=str(folder), why=str(failure)) from None
        try:
            self._connection = _open(folder / "session.db")
        except (OSError, sqlite3.Error) as failure:
            self._lock_file.close()
            raise Conflict("store.unusable", folder=str(folder), why=str(failure)) from None
        except BaseException:
            self._lock_file.close()
            raise

    def listen(self, listener: Listener) -> None:
        """Call `listener` after each commit that announced something or changed authority."""
        self._listeners.append(listener)

    @contextmanager
    def transaction(self, now: datetime) -> Iterator[Transaction]:
        """Run a block as one commit. On an exception nothing has happened and nobody is told.

        Raises `Conflict("store.unavailable")` where the disk is full or does not answer.
        """
        with self._lock:
            try:
                self._connection.execute("begin immediate")
                work = Transaction(self._connection, now)
                try:
                    yield work
                    events = work.flush_events()
                    self._connection.execute("commit")
                except BaseException:
                    if self._connection.in_transaction:  # a full disk has ended it already
                        self._connection.execute("rollback")
                    raise
            except sqlite3.OperationalError as failure:
                log.error("the store could not be written: %s", failure)
                raise Conflict("store.unavailable") from failure
        if events or work.authority_changed:
            committed = Committed(events, work.authority_changed)
            for listener in self._listeners:
                listener(committed)

    def all(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """The rows of a query."""
        with self._lock:
            return self._connection.execute(sql, parameters).fetchall()

    def one(self, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        with self._lock:
            row: sqlite3.Row | None = self._connection.execute(sql, parameters).fetchone()
            return row

    def last_seq(self, session: str) -> int:
        """The number of the session's latest event."""
        row = self.one("select max(seq) from event where session = ?", (session,))
        return (row[0] if row else None) or 0

    def check(self) -> list[str]:
        """What `PRAGMA integrity_check` finds wrong: nothing, in a sound file."""
        return [row[0] for row in self.all("pragma integrity_check") if row[0] != "ok"]

    def close(self) -> None:
        with self._lock:
            self._connection.close()
            self._lock_file.close()


def new_id() -> str:
    """A random public id: 128 bits, 26 lower-case characters, guessable by nobody."""
    return b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


def stamp(moment: datetime) -> str:
    """A moment as the store writes it: ISO 8601 in UTC, so that text order is time order."""
    return moment.isoformat(timespec="milliseconds")


def _open(file: Path) -> sqlite3.Connection:
    # Its journal takes the file's mode, so the drafts are their owner's alone in any folder.
    file.touch(mode=0o600)
    connection = sqlite3.connect(
        file, isolation_level=None, check_same_thread=False, cached_statements=512
    )
    try:
        connection.row_factory = sqlite3.Row
        for pragma in (
            "journal_mode=wal",
            "synchronous=full",
            "foreign_keys=on",
            "secure_delete=on",
        ):
            connection.execute(f"pragma {pragma}")
        migrate(SqliteUtils(connection))
    except BaseException:
        connection.close()
        raise
    return connection


def _lock(path: Path) -> IO[str]:
    handle = path.open("a")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        raise Conflict("store.in_use", folder=str(path.parent)) from None
    return handle
