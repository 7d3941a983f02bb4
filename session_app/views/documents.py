"""What the desk shows of the outcome document: checks, its preparation, its readers, its publication."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from session_app import i18n
from session_app.domain.access import Action
from session_app.domain.agenda import Session
from session_app.domain.checks import passed
from session_app.domain.drafting import LANGUAGES, Kind, Language
from session_app.domain.errors import NotFound
from session_app.domain.numbering import number
from session_app.services.assembly import STEPS, Assembly, check_draft
from session_app.services.desk import Desk
from session_app.services.issuing import (
    WordFile,
    count_readers,
    list_files,
    needed_to_download,
)
from session_app.store import documents, drafts, papers, sessions
from session_app.store.drafts import Draft

from .models import (
    AssemblyModel,
    CheckModel,
    ChecksModel,
    ClosedTextModel,
    DocumentsModel,
    FileModel,
    PublicationModel,
    PublishedModel,
    ReaderModel,
    ReadersModel,
    StepModel,
    Viewer,
)
from .moments import say_moment, say_shortly, say_size
from .papers import group_papers, show_paper


def read_checks(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> ChecksModel | None:
    """What there is to look at in the text before its files are prepared."""
    draft = _open_draft(desk, session, viewer)
    if draft is None:
        return None
    if draft.adopted is not None:
        return ChecksModel((), (), adopted=True)
    names = _name_paragraphs(desk, draft.id)
    findings = check_draft(desk, draft.id)
    return ChecksModel(
        tuple(
            CheckModel(
                subject=each.subject,
                where={
                    language: _list(names[row][language] for row in each.paragraphs)
                    for language in LANGUAGES
                },
                paragraphs=each.paragraphs,
                quotes=each.quotes,
                bracketed=each.counts[0],
                proposed=each.counts[1],
            )
            for each in findings
        ),
        passed(findings),
        adopted=False,
    )


def read_assembly(
    desk: Desk, session: Session, viewer: Viewer, now: datetime
) -> AssemblyModel | None:
    """How far the preparation of the files has come, or how the last one went."""
    draft = _open_draft(desk, session, viewer)
    if draft is None:
        return None
    files = documents.prepared(desk.store, draft.id)
    revision = files[0].revision if files else 0
    job: Assembly | None = desk.assemblies.get(draft.id)
    if job is None:
        return AssemblyModel(draft.id, draft.adopted is not None, revision, "none", 0, 0, (), "")
    refusal = job.refusal
    return AssemblyModel(
        draft=draft.id,
        adopted=draft.adopted is not None,
        revision=job.revision if job.state == "running" else revision,
        state="cancelling" if job.cancelled and job.state == "running" else job.state,
        percent=job.percent,
        step=job.step + 1,
        steps=tuple(_step(job, place, name) for place, name in enumerate(STEPS)),
        at=i18n.format_time(session.local(job.started)),
        refusal=refusal.code if refusal is not None else "",
        params=dict(refusal.params) if refusal is not None else {},
    )


def _step(job: Assembly, place: int, name: str) -> StepModel:
    if place < len(job.seconds):
        took = f"{job.seconds[place]:.2f}"
        return StepModel(name, "done", took={"es": took.replace(".", ","), "en": took})
    if place == job.step and job.state == "running":
        return StepModel(name, "current", done=job.done, total=job.total)
    return StepModel(name, "stopped" if place == job.step else "later")


def read_publication(
    desk: Desk, session: Session, viewer: Viewer, now: datetime
) -> PublicationModel | None:
    """Whether the adopted document is public, and whether it can be made so."""
    draft = drafts.draft_of(desk.store, session.id)
    if draft is None:
        return None
    at = documents.published_at(desk.store, draft.id)
    shown = say_moment(at, session) if at is not None else {}
    return PublicationModel(draft.id, draft.adopted is not None, shown, f"/p/{session.id}")


def read_readers(
    desk: Desk, session: Session, viewer: Viewer, now: datetime
) -> ReadersModel | None:
    """Who may have the document's files, group by group, as the access table has it."""
    draft = drafts.draft_of(desk.store, session.id)
    if draft is None:
        return None
    readers = tuple(
        ReaderModel(each.circle, each.may, each.people, each.by_leave)
        for each in count_readers(desk, draft, now)
    )
    public = documents.published_at(desk.store, draft.id) is not None
    return ReadersModel(readers, draft.adopted is not None, public)


def _open_draft(desk: Desk, session: Session, viewer: Viewer) -> Draft | None:
    """The outcome document, for whoever may read it: checks and refusals quote its words."""
    if Action.READ_DRAFT not in viewer.may:
        return None
    return drafts.draft_of(desk.store, session.id)


def _list(names: Iterable[tuple[str, str]]) -> str:
    """Paragraphs, section by section: "Conclusiones 6, 16 a); Recomendaciones 1"."""
    sections: dict[str, list[str]] = {}
    for section, number_of in names:
        sections.setdefault(section, []).append(number_of)
    return "; ".join(
        " ".join((section, ", ".join(filter(None, numbers)))).strip()
        for section, numbers in sections.items()
    )


def _name_paragraphs(desk: Desk, draft: str) -> dict[str, dict[Language, tuple[str, str]]]:
    """Each paragraph's section and number: "Conclusiones", "16 a)"."""
    rows = drafts.rows(desk.store, draft)
    labels = number(rows, desk.drafts.style)
    titles = {each.id: each.titles for each in drafts.sections(desk.store, draft)}
    names: dict[str, dict[Language, tuple[str, str]]] = {}
    item = dict.fromkeys(LANGUAGES, "")
    for row in rows:
        own = {language: labels[row.id].in_language(language) for language in LANGUAGES}
        if row.kind is Kind.ITEM:
            item = {language: own[language].rstrip(".") for language in LANGUAGES}
        names[row.id] = {
            language: (
                titles[row.section][language].capitalize(),
                " ".join(
                    part
                    for part in (
                        item[language] if row.kind is not Kind.HEADING else "",
                        own[language] if row.kind is Kind.SUBITEM else "",
                    )
                    if part
                ),
            )
            for language in LANGUAGES
        }
    return names


def read_documents(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> DocumentsModel:
    """The files of the text a viewer may have, and the papers."""
    groups = group_papers(desk, session, viewer, now)
    draft = drafts.draft_of(desk.store, session.id)
    if draft is None or needed_to_download(draft) not in viewer.may:
        return DocumentsModel((), groups)
    files = tuple(_show_file(each, session, "documents") for each in list_files(desk, session.id))
    revision = documents.prepared(desk.store, draft.id) if draft.adopted is None else []
    prepared = tuple(
        FileModel(
            layout=each.layout,
            href=f"/s/{session.id}/documents/{each.id}",
            name=each.name,
            adopted=False,
            version=each.version,
            at=say_shortly(each.at, session, now),
            size=say_size(each.size),
            sha256="",
        )
        for each in revision
    )
    public = documents.published_at(desk.store, draft.id) is not None
    number_of = revision[0].revision if revision else 0
    return DocumentsModel(files, groups, prepared, number_of, public)


def read_closed_text(
    desk: Desk, session: Session, viewer: Viewer, now: datetime
) -> ClosedTextModel:
    """The closed part's own text: its files, or whether this is who begins it."""
    if viewer.closed_draft:
        files = list_files(desk, session.id, closed=True)
        shown = tuple(_show_file(each, session, "closed-draft") for each in files)
        adopts = Action.ADOPT in viewer.closed_draft and not shown[0].adopted
        return ClosedTextModel(is_readable=True, may_start=False, files=shown, may_adopt=adopts)
    begun = desk.authority.closed_draft(session.id) is not None
    starts = Action.MANAGE_DOOR in viewer.may and not begun
    return ClosedTextModel(is_readable=False, may_start=starts, files=())


def read_published(desk: Desk, session_id: str, now: datetime) -> PublishedModel:
    """What anybody may have of a session. Raises `NotFound` before its document has been published."""
    session = sessions.session(desk.store, session_id)
    draft = drafts.draft_of(desk.store, session_id)
    at = documents.published_at(desk.store, draft.id) if draft is not None else None
    if at is None:
        raise NotFound("document.unknown")
    public = desk.authority.papers(session_id, None, now)
    files = (_show_file(each, session, "documents") for each in list_files(desk, session_id))
    shown = (
        show_paper(each, session, now)
        for each in papers.papers(desk.store, session_id)
        if each.id in public
    )
    place_of = f"/p/{session_id}"
    return PublishedModel(
        say_moment(at, session),
        tuple(replace(each, href=f"{place_of}/{each.layout}.docx") for each in files),
        tuple(
            replace(
                each,
                circles=(),
                files=tuple(
                    replace(file, href=f"{place_of}/{file.href.rpartition('/')[2]}")
                    for file in each.files
                ),
            )
            for each in shown
        ),
    )


def _show_file(file: WordFile, session: Session, folder: str) -> FileModel:
    return FileModel(
        layout=file.layout,
        href=f"/s/{session.id}/{folder}/{file.layout}.docx",
        name=file.name,
        adopted=file.adopted,
        version=file.version,
        at=say_moment(file.at, session),
        size=say_size(file.size) if file.size else "",
        sha256=file.sha256 or "",
    )
