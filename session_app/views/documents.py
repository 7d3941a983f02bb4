"""The files and papers one may have: of the outcome document, of the closed part, of a published session."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from session_app.domain.access import Action
from session_app.domain.agenda import Session
from session_app.domain.drafting import Texts
from session_app.domain.errors import NotFound
from session_app.services.desk import Desk
from session_app.services.issuing import WordFile, list_files, needed_to_download
from session_app.store import documents, drafts, papers, sessions

from .moments import say_moment, say_shortly, say_size
from .papers import PaperGroup, PaperModel, group_papers, show_paper
from .viewer import Viewer


@dataclass(frozen=True, slots=True)
class FileModel:
    """A Word file one may download."""

    layout: str  # es, en, bilingual
    href: str  # empty where the page only shows that there is one
    name: str
    adopted: bool
    version: int
    at: Texts  # moment of issue or of the last change
    size: Texts  # "17 kB", or empty
    sha256: str  # or empty while it is a draft


@dataclass(frozen=True, slots=True)
class DocumentsModel:
    """Topic `documents`: only what this class of viewers may have."""

    files: tuple[FileModel, ...]  # issued ones, or those of the text as it stands
    groups: tuple[PaperGroup, ...] = ()
    prepared: tuple[FileModel, ...] = ()  # of the last revision, while it is a draft
    revision: int = 0
    public: bool = False  # the adopted document has been published


@dataclass(frozen=True, slots=True)
class ClosedTextModel:
    """Topic `closed_text`: the closed part's own text. For who may neither read nor begin it, nothing."""

    is_readable: bool
    may_start: bool  # it has not been begun, and this is who begins it
    files: tuple[FileModel, ...]
    may_adopt: bool = False  # it has not been adopted, and this is who adopts it


@dataclass(frozen=True, slots=True)
class PublishedModel:
    """The public page of a session, as of a moment: a device may keep it."""

    at: Texts
    as_of: Texts
    files: tuple[FileModel, ...]
    papers: tuple[PaperModel, ...]


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
        say_moment(now.isoformat(), session),
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
        size=say_size(file.size) if file.size else {},
        sha256=file.sha256 or "",
    )
