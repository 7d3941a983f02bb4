"""Preparing the Word files of a draft: five steps, each real, shown while they are done.

The words are read once, in one piece, under the lock of the drafts; all that takes the processor's time
is done `apart`, in a thread of its own, so that neither a keystroke nor the chair waits for it. The files
are stored at the end and together: whoever cancels, a mistake, and a machine that stops leave the earlier
ones as they were. There is one preparation of a draft at a time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Literal

from session_app.domain.checks import Finding, check_document, find_acronyms
from session_app.domain.contract import (
    AssemblyChanged,
    CancelPreparation,
    DocumentsChanged,
    PrepareDocument,
)
from session_app.domain.documents import LAYOUTS, DocumentText, Layout
from session_app.domain.drafting import Language, Rows
from session_app.domain.errors import ActError, Conflict, NotFound
from session_app.store import documents, drafts, sessions
from session_app.word import Parts, compare, compose_parts, write_file

from .desk import Act, Desk, Result, clock
from .drafting import open_draft
from .issuing import TEMPLATE, compose, file_name

log = logging.getLogger(__name__)

Step = Literal["number", "check", "compose", "write", "compare"]
STEPS: tuple[Step, ...] = ("number", "check", "compose", "write", "compare")
_SHARE = {"number": 3, "check": 2, "compose": 45, "write": 15, "compare": 35}
"""What each step takes of the whole, in per cent, as measured with 300 paragraphs."""
TELL_EVERY = 0.2
"""Seconds between two looks at how far it has come: each is told in a commit of its own."""


class Cancelled(Exception):
    """Somebody has ended the preparation."""


@dataclass
class Assembly:
    """A preparation under way, or how the last one went. Only its own thread changes it, but for
    `cancelled`."""

    draft: str
    session: str
    by: str
    revision: int
    started: datetime
    of: int  # paragraphs
    behind: bool  # begun behind the closed door: so is what the record says of it
    state: Literal["running", "done", "failed", "cancelled"] = "running"
    step: int = 0
    composed: int = 0  # paragraphs, in all layouts together
    written: int = 0  # files
    compared: int = 0
    seconds: list[float] = field(default_factory=list)  # of the steps that are done
    refusal: ActError | None = None
    cancelled: bool = False
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def done(self) -> int:
        """How much of the step under way is done; of composing, paragraphs in all languages."""
        return {2: self.composed // len(LAYOUTS), 3: self.written, 4: self.compared}.get(
            self.step, 0
        )

    @property
    def total(self) -> int:
        """How much there is to do in the step under way; 0 where it is done in one piece."""
        return {2: self.of, 3: len(LAYOUTS), 4: len(LAYOUTS)}.get(self.step, 0)

    @property
    def percent(self) -> int:
        if self.state == "done":
            return 100
        passed = sum(_SHARE[each] for each in STEPS[: self.step])
        return passed + _SHARE[STEPS[self.step]] * self.done // max(self.total, 1)

    def changed(self) -> AssemblyChanged:
        return AssemblyChanged(self.draft, self.state, self.step, self.done, self.total)


def prepare_document(act: Act, command: PrepareDocument) -> Result:
    """Begin preparing the files of a draft; one that is under way is joined.

    Raises `Conflict` for an adopted document, whose files were issued with its adoption, and for one
    without a paragraph.
    """
    draft = open_draft(act, command.draft)
    if draft.closed:
        raise Conflict("assembly.closed")
    desk, running = act.desk, act.desk.assemblies.get(draft.id)
    if running is not None and running.state == "running":
        return {"revision": running.revision, "joined": True}
    rows = drafts.rows(desk.store, draft.id)
    if not rows:
        raise Conflict("draft.empty")
    last = documents.prepared(desk.store, draft.id)
    job = Assembly(
        draft=draft.id,
        session=act.session.id,
        by=act.actor.person,
        revision=last[0].revision + 1 if last else 1,
        started=act.now,
        of=len(rows),
        behind=act.closed,
    )
    act.afterwards.append(lambda: desk.assemblies.update({draft.id: job}))
    act.afterwards.append(lambda: desk.begin(partial(run_assembly, desk, job)))
    act.tx.announce(act.session.id, job.changed())
    return {"revision": job.revision, "joined": False}


def cancel_preparation(act: Act, command: CancelPreparation) -> Result:
    """End a preparation that is under way. Raises `Conflict` where none is."""
    draft = drafts.draft(act.desk.store, command.draft)
    if draft.session != act.session.id:
        raise NotFound("draft.unknown")
    job: Assembly | None = act.desk.assemblies.get(draft.id)
    if job is None or job.state != "running":
        raise Conflict("assembly.none")
    job.cancelled = True
    act.tx.announce(act.session.id, job.changed())
    return {}


def run_assembly(desk: Desk, job: Assembly) -> None:
    """Do the five steps, telling how far they have come. It raises nothing: it says how it went."""
    over = threading.Event()
    teller = threading.Thread(
        target=_tell, args=(desk, job, over), name="assembly-told", daemon=True
    )
    teller.start()
    try:
        _store(desk, job, _make(desk, job))
    except Cancelled:
        job.state = "cancelled"
    except ActError as refusal:
        job.state, job.refusal = "failed", refusal
    except Exception:
        log.exception("preparing the files of %s failed", job.draft)
        job.state, job.refusal = "failed", Conflict("assembly.failed")
    log.info("files of %s: %s after %s s", job.draft, job.state, sum(job.seconds))
    over.set()
    teller.join()
    job.ended.set()


def _make(desk: Desk, job: Assembly) -> list[tuple[Layout, str, bytes]]:
    template = desk.docx_templates / TEMPLATE

    def composed() -> None:
        job.composed += 1
        _go_on(job)

    with _step(job):
        text = compose(desk, job.draft)
        job.of = sum(len(section.paragraphs) for section in text.sections)
    with _step(job):
        desk.apart(partial(check_document, *_read(desk, job.draft)))
    parts: list[tuple[Layout, Parts]] = []
    with _step(job):
        for layout in LAYOUTS:
            work = partial(
                compose_parts,
                text,
                template,
                layout=layout,
                version="bracketed",
                composed=composed,
            )
            parts.append((layout, desk.apart(work)))
    files: list[tuple[Layout, str, bytes]] = []
    with _step(job):
        for layout, each in parts:
            content = desk.apart(partial(write_file, each))
            files.append((layout, _name(job, layout), content))
            job.written += 1
            _go_on(job)
    with _step(job):
        for layout, _, content in files:
            _compare(desk, content, text, layout)
            job.compared += 1
            _go_on(job)
    return files


def _name(job: Assembly, layout: Layout) -> str:
    return file_name(f"{job.session}-rev{job.revision}", layout)


def _compare(desk: Desk, content: bytes, text: DocumentText, layout: Layout) -> None:
    """Refuse a file that does not say what the text does."""
    found = desk.apart(lambda: compare(content, text, layout))
    if found is not None:
        raise Conflict(
            "assembly.differs",
            layout=layout,
            label=found.label or found.expected[:40],
            expected=found.expected[:120],
            found=found.found[:120],
        )


def check_draft(desk: Desk, draft: str) -> tuple[Finding, ...]:
    """What there is to look at in a draft as it stands."""
    return check_document(*_read(desk, draft))


def _read(desk: Desk, draft: str) -> tuple[Rows, dict[str, dict[Language, str]], dict[str, str]]:
    with desk.drafts.lock:
        rows = drafts.rows(desk.store, draft)
        texts = desk.drafts.standing_texts(draft)
    return rows, texts, find_acronyms(desk.forum)


def _store(desk: Desk, job: Assembly, files: list[tuple[Layout, str, bytes]]) -> None:
    """Keep the files as the next revision, all of them together."""
    with desk.drafts.lock, desk.store.transaction(clock()) as tx:
        held = drafts.draft(desk.store, job.draft)
        if held.adopted is not None:
            raise Conflict("assembly.adopted_meanwhile")
        if job.cancelled:
            raise Cancelled
        documents.prepare(tx, job.draft, files, version=held.version, by=job.by)
        actor = desk.authority.actor(job.session, job.by)
        tx.record(
            session=job.session,
            person=job.by,
            capacity=actor.capacity,
            delegation=actor.delegation,
            act="document.prepared",
            subject=job.draft,
            detail={"revision": job.revision},
            closed=job.behind,
        )
        tx.announce(job.session, DocumentsChanged())
        job.state = "done"


@contextmanager
def _step(job: Assembly) -> Iterator[None]:
    _go_on(job)
    began = time.monotonic()
    yield
    job.seconds.append(time.monotonic() - began)
    if job.step < len(STEPS) - 1:
        job.step += 1


def _go_on(job: Assembly) -> None:
    if job.cancelled:
        raise Cancelled


def _tell(desk: Desk, job: Assembly, over: threading.Event) -> None:
    """Announce each state that is seen, until the last has been; that one at once."""
    told = None
    while told is None or told.state == "running":
        now = job.changed()
        if now != told:
            told = now
            try:
                with desk.store.transaction(clock()) as tx:
                    # A rehearsal may have ended meanwhile: nothing more is said of it.
                    if sessions.is_held(desk.store, job.session):
                        tx.announce(job.session, told)
            except ActError:
                log.exception("how far the files have come could not be told")
        if told.state == "running":
            over.wait(TELL_EVERY)
