"""Handing out papers: adding, describing, replacing and withdrawing them, and reading their files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime

from session_app.domain.access import PUBLIC_ACTOR, Action, Category, Grant, Level, may
from session_app.domain.contract import DescribePaper, DocumentsChanged, WithdrawPaper
from session_app.domain.drafting import Texts
from session_app.domain.errors import Conflict, Invalid, NotFound
from session_app.domain.papers import (
    SLOTS,
    Circle,
    PaperClass,
    Slot,
    check_circles,
    check_titles,
    clean_name,
    recognise,
)
from session_app.store import papers, sessions
from session_app.store.papers import Paper, PaperFile

from .desk import Act, Desk, Result, acting, enter

DOWNLOAD = "document.download"
MAX_PAPERS = 500
"""Papers of one session: far above any meeting's, far below what a runaway client could make."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as somebody has chosen it: its name and bytes, neither to be trusted."""

    name: str
    content: bytes


def add_paper(
    desk: Desk,
    session: str,
    *,
    titles: Texts,
    document_class: PaperClass,
    circles: Collection[str],
    item: str | None,
    files: Mapping[Slot, Upload],
    person: str | None,
    now: datetime,
) -> str:
    """Hand out a paper; returns its id. All of it is taken, or nothing.

    Raises `Invalid` for what is wrong with its titles, audience or files, `Conflict` for an item that
    is not there or that this person may not know of.
    """
    with _managing(desk, session, "paper.add", item or "", person, now) as act:
        _require_item(act, item)
        # Of those this person may have: one more or less would tell how many there are of a closed item.
        if len(desk.authority.papers(session, person, now)) >= MAX_PAPERS:
            raise Conflict("paper.too_many", limit=MAX_PAPERS)
        modes = {each.id: each.mode for each in sessions.agenda(desk.store, session)}
        paper = papers.add_paper(
            act.tx,
            session,
            item=item,
            closed=item is not None and modes[item] == "closed",
            titles=check_titles(titles),
            document_class=document_class,
            circles=check_circles(circles, document_class),
            by=act.actor.person,
        )
        _store_files(act, paper, 0, titles, files)
        act.facts["paper"] = paper
        act.tx.announce(session, DocumentsChanged())
        return paper


def replace_files(
    desk: Desk,
    session: str,
    paper_id: str,
    files: Mapping[Slot, Upload],
    *,
    person: str | None,
    now: datetime,
) -> int:
    """Hand out the next revision of a paper, or a language its revision lacks; returns the revision.

    Older files are kept, and reach nobody. Raises `NotFound` for a paper this person may not have.
    """
    with _managing(desk, session, "paper.replace", paper_id, person, now) as act:
        if not files:
            raise Invalid("paper.no_file")
        held = _require_paper(act, paper_id)
        there = {each.slot for each in held.files}
        revision = held.revision
        if there & files.keys():
            revision = papers.revise_paper(act.tx, paper_id)
        _store_files(act, paper_id, revision, held.titles, files)
        act.facts["revision"] = revision
        act.tx.change_authority()  # who is just being sent the older one is sent no more of it
        act.tx.announce(session, DocumentsChanged())
        return revision


def describe_paper(act: Act, command: DescribePaper) -> Result:
    """Change the titles, the class and the audience of a paper."""
    held = _require_paper(act, command.paper)
    papers.describe_paper(
        act.tx,
        held.id,
        titles=check_titles({"es": command.title_es, "en": command.title_en}),
        document_class=command.document_class,
        circles=check_circles(command.circles, command.document_class),
    )
    act.tx.change_authority()
    act.tx.announce(act.session.id, DocumentsChanged())
    return {}


def withdraw_paper(act: Act, command: WithdrawPaper) -> Result:
    """Take a paper back."""
    held = _require_paper(act, command.paper)
    papers.withdraw_paper(act.tx, held.id)
    act.tx.change_authority()
    act.tx.announce(act.session.id, DocumentsChanged())
    return {}


_TYPICAL: Mapping[Circle, Category] = {
    "observer_organisations": Category.OBSERVER_ORGANISATION,
    "observer_countries": Category.OBSERVER_COUNTRY,
    "rrocm": Category.RROCM,
    "guests": Category.GUEST,
    "public": Category.PUBLIC,
}


def can_be_given(desk: Desk, session: str, circle: Circle, now: datetime) -> bool:
    """Whether the access table can let a circle have documents of this session's body: by itself, by an
    invitation of the PPT, or once the agenda has been issued."""
    if circle == "public":
        return True  # once published: that is what the word says
    grant = Grant("", "", "see_documents", "", "", now)
    asker = replace(PUBLIC_ACTOR, category=_TYPICAL[circle], grants=(grant,))
    subject = desk.authority.subject(session, asker, Action.SEE_DOCUMENTS)
    wide = replace(subject, mode="open", issued=True)
    return bool(may(asker, Action.SEE_DOCUMENTS, wide, at=now))


def find_file(
    desk: Desk, session: str, file: str, person: str | None, now: datetime
) -> tuple[Paper, PaperFile]:
    """A file this person may have now. Raises `NotFound`, whatever the reason."""
    mine = desk.authority.papers(session, person, now)
    for paper in papers.papers(desk.store, session):
        for each in paper.files if paper.id in mine else ():
            if each.id == file:
                return paper, each
    raise NotFound("document.unknown")


def read_paper(
    desk: Desk, session: str, file: str, *, person: str | None, now: datetime
) -> tuple[PaperFile, bytes]:
    """The bytes of a file, entered in the record before the first of them goes.

    Raises `NotFound` for what is not there and for who may not have it.
    """
    try:
        paper, found = find_file(desk, session, file, person, now)
    except NotFound as refusal:
        enter(
            desk,
            session=session,
            person=person,
            name=DOWNLOAD,
            subject="",
            now=now,
            refusal=refusal,
        )
        raise
    facts = {"paper": paper.id, "language": found.slot, "sha256": found.sha256}
    enter(
        desk,
        session=session,
        person=person,
        name=DOWNLOAD,
        subject=paper.id,
        now=now,
        facts=facts,
    )
    return found, papers.content(desk.store, found.id)


def may_have_file(
    desk: Desk, session: str, person: str | None, file: str, clock: Callable[[], datetime]
) -> bool:
    """Whether this person may have a file at this moment."""
    try:
        find_file(desk, session, file, person, clock())
    except NotFound:
        return False
    return True


def _managing(
    desk: Desk, session: str, name: str, subject: str, person: str | None, now: datetime
) -> AbstractContextManager[Act]:
    return acting(
        desk,
        session=session,
        person=person,
        needs=Action.MANAGE_DOCUMENTS,
        name=name,
        subject=subject,
        now=now,
    )


def _require_item(act: Act, item: str | None) -> None:
    """A closed item is not there for who is off its roster."""
    if item is None:
        return
    found = next(
        (each for each in sessions.agenda(act.desk.store, act.session.id) if each.id == item), None
    )
    level = act.desk.authority.level_of_closed(act.session.id, act.actor.person, act.now)
    if found is None or (found.is_closed and level is not Level.CONTENT):
        raise Conflict("agenda.unknown_item")


def _require_paper(act: Act, paper_id: str) -> Paper:
    held = papers.paper(act.desk.store, act.session.id, paper_id)
    if held.id not in act.desk.authority.papers(act.session.id, act.actor.person, act.now):
        raise NotFound("document.unknown")
    return held


def _store_files(
    act: Act, paper: str, revision: int, titles: Texts, files: Mapping[Slot, Upload]
) -> None:
    if not files:
        raise Invalid("paper.no_file")
    for slot in SLOTS:
        if slot not in files:
            continue
        given = files[slot]
        format = recognise(given.content)
        title = titles["en" if slot == "en" else "es"]
        name = clean_name(given.name, format, title)
        sha256 = papers.add_file(
            act.tx,
            paper,
            revision,
            slot=slot,
            format=format,
            name=name,
            content=given.content,
            by=act.actor.person,
        )
        # A name can say what a text is about: the record holds its hash, and that of the bytes.
        act.record(
            "paper.file",
            paper,
            language=slot,
            format=format,
            revision=revision,
            sha256=sha256,
            name_sha256=hashlib.sha256(name.encode()).hexdigest(),
        )
