"""What the desk shows of the outcome document: checks, its preparation, its readers, its publication."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from session_app import i18n
from session_app.domain.access import Action
from session_app.domain.agenda import Session
from session_app.domain.checks import passed
from session_app.domain.drafting import LANGUAGES, Language, Texts
from session_app.domain.numbering import number_whole
from session_app.services.assembly import STEPS, Assembly, check_draft
from session_app.services.desk import Desk
from session_app.services.issuing import count_readers
from session_app.store import documents, drafts
from session_app.store.drafts import Draft

from .moments import say_moment
from .viewer import Viewer


@dataclass(frozen=True, slots=True)
class CheckModel:
    """Something to look at before the files are prepared."""

    subject: str  # its words are `ui.check.<subject>`
    where: Texts
    paragraphs: tuple[str, ...]
    quotes: tuple[tuple[Language, str], ...]
    bracketed: int = 0
    proposed: int = 0


@dataclass(frozen=True, slots=True)
class ChecksModel:
    """Topic `checks`."""

    findings: tuple[CheckModel, ...]
    passed: tuple[str, ...]  # subjects with nothing to look at
    adopted: bool


@dataclass(frozen=True, slots=True)
class StepModel:
    """A step of the preparation."""

    name: str  # number, check, compose, write, compare
    state: str  # done, current, later, stopped
    took: Texts = field(default_factory=dict)  # "0,25 s", of one that is done
    done: int = 0
    total: int = 0  # 0 where it is done in one piece


@dataclass(frozen=True, slots=True)
class AssemblyModel:
    """Topic `assembly`: the preparation of the Word files."""

    draft: str
    adopted: bool
    revision: int  # the one under way, or the last; 0: none yet
    state: str  # none, running, cancelling, done, failed, cancelled
    percent: int
    step: int
    steps: tuple[StepModel, ...]
    at: str  # "14:32", when it was begun
    refusal: str = ""  # code of the sentence
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PublicationModel:
    """Topic `publication`."""

    draft: str
    adopted: bool
    at: Texts  # when it was published, or empty
    href: str  # the public page


@dataclass(frozen=True, slots=True)
class ReaderModel:
    """A group of those who take part, and whether they may have the document's files."""

    circle: str
    may: str  # yes, no, leave (only by the PPT's leave), later (once published)
    people: int  # of the group, accredited
    by_leave: int  # of them, who may by a grant that stands


@dataclass(frozen=True, slots=True)
class ReadersModel:
    """Topic `readers`: who may have the document's files, as it stands."""

    readers: tuple[ReaderModel, ...]
    adopted: bool
    public: bool


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
        took = job.seconds[place]
        return StepModel(
            name, "done", took={each: i18n.format_seconds(took, each, "0.00") for each in LANGUAGES}
        )
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
    numbers = number_whole(rows, desk.drafts.style)
    titles = {each.id: each.titles for each in drafts.sections(desk.store, draft)}
    return {
        row.id: {
            language: (titles[row.section][language].capitalize(), numbers[row.id][language])
            for language in LANGUAGES
        }
        for row in rows
    }
