"""The live texts of the drafts, and the one road by which a word reaches them.

An update is checked against the access table and the gate, tried on a copy, committed, applied, told
to the others, acknowledged: in that order. Whatever arrived while the last group was being committed
goes into the next group, so under load many keystrokes share one commit and one message, and an idle
room waits for nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from session_app.collab.gate import Rejected
from session_app.collab.paragraph import ParagraphDoc
from session_app.domain.access import Action
from session_app.domain.contract import ParagraphEdited
from session_app.domain.drafting import Language, permits_change, state_after_edit
from session_app.domain.errors import ActError, Conflict, Forbidden, NotFound
from session_app.domain.numbering import LabelStyle
from session_app.domain.text import units
from session_app.store import drafts
from session_app.store.database import Database, Transaction

from .authority import Authority
from .structure import announce_structure

log = logging.getLogger(__name__)

SNAPSHOT_EVERY = 200
"""Updates of one paragraph between two snapshots: replaying fewer takes about a millisecond."""
GATHERING = 0.004
"""Seconds the next group is left to fill when the last one held more than one update."""


@dataclass
class Writing:
    """One update on its way; `wait` returns when it is on disk or refused."""

    draft: str
    paragraph: str
    person: str
    client: int
    update: bytes
    origin: str  # the connection it came by, which need not be told
    refusal: ActError | None = None
    _done: threading.Event = field(default_factory=threading.Event)

    def wait(self) -> None:
        """Block until the update is durable. Raises the refusal, if it was refused."""
        self._done.wait()
        if self.refusal is not None:
            raise self.refusal

    def finish(self, refusal: ActError | None = None) -> None:
        self.refusal = refusal
        self._done.set()


@dataclass(frozen=True, slots=True)
class Relayed:
    """An update that is on disk and may be told to the draft's readers."""

    draft: str
    paragraph: str
    update: bytes
    origin: str


Relay = Callable[[Sequence[Relayed]], None]


class LiveDrafts:
    """The paragraph documents in memory. `lock` is held around every look at or change of them."""

    def __init__(self, store: Database, authority: Authority, style: LabelStyle) -> None:
        self.style = style
        self.lock = threading.RLock()
        self.relay: Relay = lambda _: None
        """Set by `realtime`: tells the readers of the drafts."""
        self._store = store
        self._authority = authority
        self._docs: dict[str, ParagraphDoc] = {}
        self._since_snapshot: dict[str, int] = {}
        self._server_clients: dict[str, int] = {}
        self._queue: list[Writing] = []
        self._uncommitted: list[Relayed] = []
        self._arrived = threading.Event()

    def start(self) -> None:
        """Begin taking updates, in a thread (a greenlet under gevent) of their own."""
        threading.Thread(target=self._run, name="drafts", daemon=True).start()

    def submit(self, writing: Writing) -> None:
        """Hand in an update; `writing.wait()` tells how it went."""
        self._queue.append(writing)
        self._arrived.set()

    def texts(self, paragraph: str) -> dict[Language, str]:
        """The two texts of a paragraph."""
        with self.lock:
            return self._doc(paragraph).texts()

    def standing_texts(self, draft: str) -> dict[str, dict[Language, str]]:
        """The texts of a draft's paragraphs as they count now: adopted ones by their text of record."""
        with self.lock:
            adopted = drafts.adopted_texts(self._store, draft)
            return {
                row.id: adopted[row.id].texts if row.id in adopted else self.texts(row.id)
                for row in drafts.rows(self._store, draft)
            }

    def diff(self, paragraph: str, state_vector: bytes) -> bytes:
        """What a replica with this state vector lacks. Raises `Conflict` for a malformed one."""
        with self.lock:
            try:
                return self._doc(paragraph).diff(state_vector)
            except Rejected as rejected:
                raise Conflict(rejected.code, paragraph=paragraph) from None

    def write(
        self,
        tx: Transaction,
        draft: str,
        paragraph: str,
        texts: dict[Language, str],
        *,
        person: str,
    ) -> None:
        """Give a paragraph these texts as the server, on a person's behalf, in a transaction.

        The caller holds `lock`, and calls `settle` once the transaction has been committed or
        `discard` if it has not.
        """
        client = self._server_client(tx, draft)
        for language, text in texts.items():
            at, delete, insert = _difference(self._doc(paragraph).texts()[language], text)
            if not delete and not insert:
                continue
            update = self._doc(paragraph).write(
                language, client=client, at=at, delete=delete, insert=insert
            )
            drafts.add_update(tx, paragraph, client=client, person=person, update=update)
            self._apply(paragraph, update)
            self._uncommitted.append(Relayed(draft, paragraph, update, ""))

    def settle(self) -> None:
        """Tell the readers what `write` wrote, now that it is on disk."""
        written, self._uncommitted = self._uncommitted, []
        if written:
            self.relay(written)

    def discard(self) -> None:
        """Forget what `write` wrote: its transaction was rolled back."""
        written, self._uncommitted = self._uncommitted, []
        self._forget(each.paragraph for each in written)

    def flush(self, now: datetime) -> None:
        """Commit and relay what has arrived; refuse what may not be written.

        Under the lock a document may be ahead of the disk; nobody else sees it before the commit,
        and if that fails the document is read again from the log.
        """
        with self.lock:
            group, self._queue = self._queue, []
            accepted, spoilt = self._judge(group, now)
            try:
                if accepted:
                    self._commit(accepted, now)
            finally:
                # Not before the commit: the log must hold what the documents were given here.
                self._forget(spoilt)
        try:
            self.relay(
                [
                    Relayed(each.draft, each.paragraph, update, each.origin)
                    for each, update in accepted
                ]
            )
        finally:
            # They are on disk, whoever could be told.
            for writing, _ in accepted:
                writing.finish()
        self._keep_snapshots(now)

    def _run(self) -> None:
        while True:
            self._arrived.wait()
            self._arrived.clear()
            size = len(self._queue)
            try:
                self.flush(datetime.now(UTC))
            except Exception:
                log.exception("a group of %d updates could not be stored", size)
            time.sleep(GATHERING if size > 1 else 0)

    def _judge(
        self, group: Sequence[Writing], now: datetime
    ) -> tuple[list[tuple[Writing, bytes]], list[str]]:
        """What is to be stored of a group, and the paragraphs whose document must be read again.

        Whoever is refused, or has sent nothing new, is answered here.
        """
        accepted: list[tuple[Writing, bytes]] = []
        spoilt: list[str] = []
        for writing in group:
            try:
                update = self._admit(writing, now)
            except ActError as refusal:
                log.info(
                    "text by %s on %s: refused, %s", writing.person, writing.paragraph, refusal.code
                )
                writing.finish(refusal)
            except Exception:
                # One that cannot be judged must not take the others of its group with it.
                log.exception("text by %s could not be judged", writing.person)
                spoilt.append(writing.paragraph)
                writing.finish(Conflict("update.rejected", paragraph=writing.paragraph))
            else:
                if update is None:
                    writing.finish()
                else:
                    accepted.append((writing, update))
        return accepted, spoilt

    def _admit(self, writing: Writing, now: datetime) -> bytes | None:
        """The update to store, already applied; None if there is nothing new in it."""
        found = drafts.draft_of_paragraph(self._store, writing.paragraph)
        if found is None or found[0] != writing.draft:
            raise NotFound("paragraph.gone", paragraph=writing.paragraph)
        _, state, placed = found
        draft = drafts.draft(self._store, writing.draft)
        reading = Action.READ_DRAFT
        if not self._authority.may(draft.session, writing.person, reading, now, draft=draft.id):
            if self._authority.is_shut_out(draft.session, writing.person, now):
                raise Forbidden("door.closed")  # for a while: the words are their author's
            raise Forbidden("access.denied", action=reading)
        writable = self._authority.writable(draft.session, writing.person, now, draft=draft.id)
        if not writable:
            raise Forbidden("draft.read_only")
        if not placed:
            raise Conflict("paragraph.gone", paragraph=writing.paragraph)
        if drafts.leased_to(self._store, writing.client) != (writing.draft, writing.person):
            raise Forbidden("update.rejected", why="client")
        doc = self._doc(writing.paragraph)
        try:
            trial = doc.try_update(writing.update, client=writing.client)
        except Rejected as rejected:
            raise Conflict(rejected.code, paragraph=writing.paragraph) from None
        refused = permits_change(
            mode=draft.mode,
            state=state,
            draft_adopted=draft.adopted is not None,
            changed=trial.changed,
            writable=writable,
        )
        if trial.known:
            return None
        if refused is not None:
            raise Conflict(refused, paragraph=writing.paragraph)
        self._apply(writing.paragraph, trial.update)
        return trial.update

    def _commit(self, accepted: list[tuple[Writing, bytes]], now: datetime) -> None:
        try:
            with self._store.transaction(now) as tx:
                for writing, update in accepted:
                    drafts.add_update(
                        tx,
                        writing.paragraph,
                        client=writing.client,
                        person=writing.person,
                        update=update,
                    )
                edited: dict[str, dict[str, None]] = {}
                for writing, _ in accepted:
                    edited.setdefault(writing.draft, {})[writing.paragraph] = None
                for draft, paragraphs in edited.items():
                    self._announce(tx, draft, tuple(paragraphs))
        except Exception as failure:
            self._forget(writing.paragraph for writing, _ in accepted)
            for writing, _ in accepted:
                writing.finish(Conflict("store.unavailable"))
            raise failure

    def _announce(self, tx: Transaction, draft: str, paragraphs: tuple[str, ...]) -> None:
        session = drafts.draft(self._store, draft).session
        tx.announce(session, ParagraphEdited(draft, paragraphs))
        if all(self._keeps_state(paragraph) for paragraph in paragraphs):
            return
        before = drafts.rows(self._store, draft)
        after = tuple(
            replace(row, state=state_after_edit(row.state)) if row.id in paragraphs else row
            for row in before
        )
        if after != before:
            drafts.put_rows(tx, draft, before, after)
            announce_structure(tx, self._store, draft, self.style)

    def _keeps_state(self, paragraph: str) -> bool:
        # Nearly always: asked of the few edited, or every letter would read all rows of the draft.
        found = drafts.draft_of_paragraph(self._store, paragraph)
        return found is None or state_after_edit(found[1]) is found[1]

    def _doc(self, paragraph: str) -> ParagraphDoc:
        if paragraph not in self._docs:
            snapshot, updates, _ = drafts.text_log(self._store, paragraph)
            self._docs[paragraph] = ParagraphDoc.load(snapshot, updates)
        return self._docs[paragraph]

    def forget(self, paragraphs: Iterable[str]) -> None:
        """Drop paragraphs that have been taken out of the store, with all that was to be done for them."""
        with self.lock:
            for paragraph in paragraphs:
                self._docs.pop(paragraph, None)
                self._since_snapshot.pop(paragraph, None)

    def _forget(self, paragraphs: Iterable[str]) -> None:
        for paragraph in paragraphs:
            self._docs.pop(paragraph, None)

    def _apply(self, paragraph: str, update: bytes) -> None:
        self._doc(paragraph).apply(update)
        self._since_snapshot[paragraph] = self._since_snapshot.get(paragraph, 0) + 1

    def _keep_snapshots(self, now: datetime) -> None:
        due = [each for each, count in self._since_snapshot.items() if count >= SNAPSHOT_EVERY]
        if not due:
            return
        with self.lock, self._store.transaction(now) as tx:
            for paragraph in due:
                _, _, seq = drafts.text_log(self._store, paragraph)
                drafts.put_snapshot(tx, paragraph, seq, self._doc(paragraph).snapshot())
                self._since_snapshot[paragraph] = 0

    def _server_client(self, tx: Transaction, draft: str) -> int:
        # One id for the server's own edits per draft and process: after a restart a new one is leased.
        if draft not in self._server_clients:
            self._server_clients[draft] = drafts.lease_clients(tx, draft, person="", tab="server")[
                0
            ]
        return self._server_clients[draft]


def _difference(old: str, new: str) -> tuple[int, int, str]:
    """(at, delete, insert) in UTF-16 units: the one stretch in which two texts differ."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return (
        units(old[:start]),
        units(old[start : len(old) - end]),
        new[start : len(new) - end],
    )
