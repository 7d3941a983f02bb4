"""Word files: what a session's documents say now, and issuing them once adopted.

A session has the files of its outcome document and, where a text of the closed part has been begun,
those of that text: they are closed as it is, before and after its adoption.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from session_app import i18n
from session_app.domain.access import PUBLIC_ACTOR, Action, Category, Grant, may
from session_app.domain.agenda import Session
from session_app.domain.contract import DocumentsChanged, PublishDocument
from session_app.domain.documents import (
    LAYOUTS,
    DocumentText,
    DraftMark,
    Layout,
    Version,
    compose_preamble,
    compose_sections,
    order_names,
)
from session_app.domain.drafting import LANGUAGES, Language, Rows, Texts
from session_app.domain.errors import Conflict, NotFound
from session_app.domain.forum import Forum
from session_app.store import documents, drafts, people, sessions
from session_app.store.database import stamp
from session_app.store.documents import Prepared
from session_app.word import assemble

from .desk import Act, Desk, Result, enter
from .structure import name_paragraphs

TEMPLATE = "conclusions.docx"
DOWNLOAD = "document.download"


@dataclass(frozen=True)
class WordFile:
    """A Word file that can be had: adopted and issued, or the draft as it stands."""

    layout: Layout
    name: str
    adopted: bool
    version: int
    at: str
    sha256: str | None
    size: int | None


def list_files(desk: Desk, session_id: str, *, closed: bool = False) -> list[WordFile]:
    """The three files of a session's document, issued ones with their hash."""
    draft = drafts.draft_of(desk.store, session_id, closed=closed)
    if draft is None:
        return []
    issued = documents.issued(desk.store, draft.id)
    if issued:
        return [
            WordFile(
                each.layout,
                each.name,
                True,
                draft.version,
                each.at,
                each.sha256,
                each.size,
            )
            for each in issued
        ]
    at = drafts.last_change(desk.store, draft.id)
    return [
        WordFile(
            layout, file_name(session_id, layout, closed), False, draft.version, at, None, None
        )
        for layout in LAYOUTS
    ]


def needed_to_download(draft: drafts.Draft) -> Action:
    """What it takes to have a session's document as it stands.

    Before adoption it is the draft, for whoever may read the draft; once adopted it is the final
    text, for whoever the table lets download it. The closed part's stays with those who may read it.
    """
    return Action.READ_DRAFT if draft.adopted is None or draft.closed else Action.DOWNLOAD


def may_download(
    desk: Desk, session_id: str, person: str | None, now: datetime, *, closed: bool = False
) -> bool:
    """Whether this person may have the session's document as it stands."""
    draft = drafts.draft_of(desk.store, session_id, closed=closed)
    return draft is not None and bool(
        desk.authority.may(session_id, person, needed_to_download(draft), now, draft=draft.id)
    )


def file_name(session_id: str, layout: str, closed: bool = False) -> str:
    """What a downloaded file is called."""
    return f"{session_id}-closed-{layout}.docx" if closed else f"{session_id}-{layout}.docx"


def read_file(
    desk: Desk,
    session_id: str,
    layout: str,
    *,
    person: str | None,
    clock: Callable[[], datetime],
    closed: bool = False,
) -> bytes:
    """The bytes of a file: the issued ones once adopted, otherwise the draft assembled now.

    The text is read here, in one piece; the file is then assembled `apart`, so that nobody's keystroke
    waits for somebody's document. The record holds what was sent to whom before the first byte goes.
    Raises `NotFound` for what is not there, and for who may not have it, or may no longer once it is
    assembled.
    """
    # What is known of the closed part's files stays with its record.
    about = {"draft": desk.authority.closed_draft(session_id) or ""} if closed else {}
    try:
        content, adopted = _read_bytes(desk, session_id, layout, person, clock, closed)
    except NotFound as refusal:
        enter(
            desk,
            session=session_id,
            person=person,
            name=DOWNLOAD,
            subject=layout,
            now=clock(),
            facts=about,
            refusal=refusal,
        )
        raise
    facts = {"adopted": adopted, "sha256": hashlib.sha256(content).hexdigest(), **about}
    enter(
        desk,
        session=session_id,
        person=person,
        name=DOWNLOAD,
        subject=layout,
        now=clock(),
        facts=facts,
    )
    return content


def _read_bytes(
    desk: Desk,
    session_id: str,
    layout: str,
    person: str | None,
    clock: Callable[[], datetime],
    closed: bool,
) -> tuple[bytes, bool]:
    known = next((each for each in LAYOUTS if each == layout), None)
    draft = drafts.draft_of(desk.store, session_id, closed=closed)
    allowed = may_download(desk, session_id, person, clock(), closed=closed)
    if known is None or draft is None or not allowed:
        raise NotFound("document.unknown")
    for each in documents.issued(desk.store, draft.id):
        if each.layout == known:
            return documents.content(desk.store, each.id), True
    content = _assemble(desk, draft.id, known, "bracketed")
    # A door may have closed meanwhile.
    if not may_download(desk, session_id, person, clock(), closed=closed):
        raise NotFound("document.unknown")
    return content, False


def assemble_now(desk: Desk, session_id: str, layout: Layout, version: Version) -> bytes:
    """Assemble the outcome document as it stands. Raises `NotFound` where there is none."""
    draft = drafts.draft_of(desk.store, session_id)
    if draft is None:
        raise NotFound("draft.none")
    return _assemble(desk, draft.id, layout, version)


def _assemble(desk: Desk, draft_id: str, layout: Layout, version: Version) -> bytes:
    text = compose(desk, draft_id)
    template = desk.docx_templates / TEMPLATE
    return desk.apart(lambda: assemble(text, template, layout=layout, version=version))


def compose(desk: Desk, draft_id: str) -> DocumentText:
    """Everything the document says at this moment, in both languages."""
    with desk.drafts.lock:
        draft = drafts.draft(desk.store, draft_id)
        rows = drafts.rows(desk.store, draft_id)
        texts = desk.drafts.standing_texts(draft_id)
        sections = drafts.sections(desk.store, draft_id)
        session = sessions.session(desk.store, draft.session)
        present = (
            frozenset(draft.adopted.present)
            if draft.adopted is not None
            else sessions.present(desk.store, session.id)
        )
        changed = datetime.fromisoformat(drafts.last_change(desk.store, draft_id))
    forum = desk.forum
    body = forum.bodies[session.body]
    return DocumentText(
        creator=body.name[draft.origin],
        header=forum.name,
        title=body.document_title,
        place=_each(lambda language: place(forum, session, language)),
        dates=_each(lambda language: i18n.format_dates(session.starts, session.ends, language)),
        preamble=_each(lambda language: _preamble(forum, session, present, language)),
        sections=compose_sections(
            [(each.id, each.key, each.titles) for each in sections], rows, texts
        ),
        page=i18n.page_words(),
        created=datetime.combine(session.starts, time.min, ZoneInfo(session.zone)),
        modified=changed,
        origin=draft.origin,
        note=i18n.translation_note() if draft.working_translation else None,
        draft=_mark(session, draft, changed),
        label_style=desk.drafts.style,
        ad_referendum=_ad_referendum(desk, draft, rows) if draft.adopted is not None else None,
    )


def _ad_referendum(desk: Desk, draft: drafts.Draft, rows: Rows) -> Texts | None:
    """Which paragraphs were adopted ad referendum, and which delegations consult."""
    adopted = drafts.adopted_texts(desk.store, draft.id)
    names = name_paragraphs(desk.store, draft.id, rows, desk.drafts.style)

    def say(row: str, consulting: tuple[str, ...], language: Language) -> str:
        name = names[row][language]
        if not consulting:
            return name
        who = [desk.forum.delegations[code].name[language] for code in consulting]
        consult = i18n.join_names((i18n.name_in_sentence(each, language) for each in who), language)
        return f"{name} ({consult})"

    found = [
        (row.id, adopted[row.id].consulting)
        for row in rows
        if row.id in adopted and adopted[row.id].consulting is not None
    ]
    if not found:
        return None
    return {
        language: i18n.translate(
            "document.ad_referendum",
            language,
            list="; ".join(say(row, consulting or (), language) for row, consulting in found),
        )
        for language in LANGUAGES
    }


def _mark(session: Session, draft: drafts.Draft, changed: datetime) -> DraftMark | None:
    """What stands on every page of a text that is not adopted, and of any text of a rehearsal."""
    if session.rehearsal_of is not None:
        return i18n.describe_rehearsal(draft.version)
    if draft.adopted is not None:
        return None
    return i18n.describe_draft(draft.version, session.local(changed))


def issue_documents(act: Act, draft: drafts.Draft) -> None:
    """Assemble and store the files of a document that has just been adopted."""
    text = compose(act.desk, draft.id)
    template = act.desk.docx_templates / TEMPLATE
    for layout in LAYOUTS:
        content = assemble(text, template, layout=layout, version="clean")
        documents.issue(
            act.tx,
            session=act.session.id,
            draft=draft.id,
            layout=layout,
            name=file_name(act.session.id, layout, draft.closed),
            document_class="private",
            content=content,
        )
        act.record("document.issue", layout, sha256=hashlib.sha256(content).hexdigest())


def publish_document(act: Act, command: PublishDocument) -> Result:
    """Class the issued files of the adopted document as public. Nothing becomes public by itself.

    Raises `Conflict` before adoption, for a second time, and for the text of the closed part.
    """
    draft = drafts.draft(act.desk.store, command.draft)
    if draft.session != act.session.id:
        raise NotFound("draft.unknown")
    if draft.closed:
        raise Conflict("publish.closed")
    if draft.adopted is None:
        raise Conflict("publish.not_adopted")
    if documents.published_at(act.desk.store, draft.id) is not None:
        raise Conflict("publish.done")
    documents.publish(act.tx, draft.id, by=act.actor.person)
    for each in documents.issued(act.desk.store, draft.id):
        act.record("document.public", each.layout, sha256=each.sha256)
    act.tx.announce(act.session.id, DocumentsChanged())
    return {}


@dataclass(frozen=True, slots=True)
class Readers:
    """A group of those who take part, and whether the access table lets them have a document."""

    circle: str
    may: Literal["yes", "no", "leave", "later"]
    people: int
    by_leave: int


_CIRCLES: Mapping[str, tuple[Category, ...]] = {
    "members": (Category.HEAD, Category.DELEGATE, Category.PPT_CHAIR, Category.PPT_STAFF),
    "st": (Category.ST,),
    "observer_organisations": (Category.OBSERVER_ORGANISATION,),
    "observer_countries": (Category.OBSERVER_COUNTRY,),
    "rrocm": (Category.RROCM,),
    "guests": (Category.GUEST,),
    "interpreters": (Category.INTERPRETER,),
    "public": (Category.PUBLIC,),
}


def count_readers(desk: Desk, draft: drafts.Draft, now: datetime) -> list[Readers]:
    """Who may have the files of the outcome document while the door is open, group by group.

    Asked of the access table for somebody of each category without a grant, and again with the leave to
    read; those who do have leave are counted by the grants given before everybody.
    """
    action = needed_to_download(draft)
    published = documents.published_at(desk.store, draft.id) is not None
    behind = sessions.closed_spans(desk.store, draft.session)
    given = {
        grant.person
        for grant in people.grants(desk.store, draft.session)
        if grant.right in ("read_draft", "edit_draft")
        and grant.in_force(now)
        and grant.draft in (None, draft.id)
        and stamp(grant.given_at) not in behind
    }
    actors = [
        desk.authority.actor(draft.session, each.person)
        for each in people.accredited(desk.store, draft.session)
    ]
    found = []
    for circle, categories in _CIRCLES.items():
        mine = [each for each in actors if each.category in categories]
        by_itself, by_leave = (
            all(_could(desk, draft, action, each, now, leave) for each in categories)
            for leave in (False, True)
        )
        if by_itself:
            answer: Literal["yes", "no", "leave", "later"] = "yes"
        elif by_leave:
            answer = "leave"
        else:
            answer = "no" if published else "later"
        with_leave = sum(each.person in given for each in mine) if answer == "leave" else 0
        found.append(Readers(circle, answer, len(mine), with_leave))
    return found


def _could(
    desk: Desk, draft: drafts.Draft, action: Action, category: Category, now: datetime, leave: bool
) -> bool:
    """Whether somebody of a category could have the document, with or without the leave to read it."""
    grant = Grant("", "", "read_draft", "", "", now)
    asker = replace(PUBLIC_ACTOR, category=category, grants=(grant,) if leave else ())
    subject = desk.authority.subject(draft.session, asker, action, draft=draft.id)
    return bool(may(asker, action, replace(subject, mode="open"), at=now))


def find_prepared(
    desk: Desk, session_id: str, file: str, person: str | None, now: datetime
) -> Prepared | None:
    """A file of a prepared revision, for whoever may read the draft now; None for anybody else."""
    found = documents.prepared_file(desk.store, session_id, file)
    if found is None or not desk.authority.may(
        session_id, person, Action.READ_DRAFT, now, draft=found.draft
    ):
        return None
    return found


def read_prepared(
    desk: Desk, session_id: str, found: Prepared, *, person: str | None, now: datetime
) -> bytes:
    """The bytes of a prepared file, entered in the record before the first of them goes."""
    enter(
        desk,
        session=session_id,
        person=person,
        name=DOWNLOAD,
        subject=found.layout,
        now=now,
        facts={"revision": found.revision, "sha256": found.sha256, "draft": found.draft},
    )
    return documents.prepared_content(desk.store, found.id)


def place(forum: Forum, session: Session, language: Language) -> str:
    """Where a session meets: "San Salvador, El Salvador"."""
    return f"{session.city[language]}, {forum.delegations[session.country].name[language]}"


def _preamble(forum: Forum, session: Session, present: frozenset[str], language: Language) -> str:
    names = [member.name[language] for member in forum.members if member.code in present]
    return compose_preamble(
        forum.bodies[session.body].preamble[language],
        dates=i18n.format_dates(session.starts, session.ends, language, style="sentence"),
        city=session.city[language],
        country=forum.delegations[session.country].name[language],
        countries=i18n.join_names(
            [i18n.name_in_sentence(name, language) for name in order_names(names, language)],
            language,
        ),
    )


def _each(write: Callable[[Language], str]) -> dict[Language, str]:
    return {language: write(language) for language in LANGUAGES}
