"""The beginning of a draft as the drafting page is served with it: it is read before the script has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from session_app.domain.agenda import Session
from session_app.domain.drafting import Kind, Texts
from session_app.services.adoption import digest, read_standing
from session_app.services.attendance import members_present
from session_app.services.decision import read_standing_decisions
from session_app.services.desk import Desk
from session_app.services.structure import name_paragraphs, read_structure
from session_app.store import drafts
from session_app.store.drafts import Draft

from .attendance import QuorumModel, read_quorum_of
from .moments import say_moment
from .room import ResultModel, can_be_put, put_before_observers, show_result
from .viewer import Viewer

AT_ONCE = 24
"""Rows a page is served with: more than the tallest screen shows. The others come with the script."""


@dataclass(frozen=True, slots=True)
class ParagraphModel:
    """A paragraph as the chair has it before the room."""

    id: str
    kind: str
    state: str
    texts: Texts
    digest: str  # of the two texts shown: what an adoption names
    obstacles: tuple[str, ...]  # codes: undecided, empty.es, empty.en, bracket.es, bracket.en
    override: str | None  # the chair's reason, if it was adopted in spite of an obstacle
    name: Texts  # "Conclusión 18 b)"
    standing: ResultModel | None = None


@dataclass(frozen=True, slots=True)
class DraftModel:
    """Topic `draft`: how far the text has come, and each paragraph with what is in its way."""

    id: str
    paragraphs: tuple[ParagraphModel, ...]
    counts: Mapping[str, int]  # by state; headings are not decided on
    total: int
    obstacles: int  # paragraphs with at least one
    digest: str
    adopted_at: Texts  # "21 de junio de 2017, 14:40", or empty while it is a draft
    adopted_by: str
    present: tuple[str, ...]  # delegations in the room: at the adoption, or before it now
    override: str | None
    is_closed: bool = False  # the closed part's own text: topic `closed_draft`
    sits: bool = False  # a room sits before which its paragraphs can be put
    observed: int = (
        0  # the sitting, where observers see what is put before the room; 0: they do not
    )
    quorum: QuorumModel | None = None  # while it can be adopted


@dataclass(frozen=True, slots=True)
class LineModel:
    """A row of the text as the drafting page is served with it."""

    kind: str
    state: str
    label: Texts
    texts: Texts
    ends: bool  # what belongs to its item ends with it


@dataclass(frozen=True, slots=True)
class BeginningModel:
    """A section of the text as the drafting page is served with it: the first rows of it, or all."""

    title: Texts
    lines: tuple[LineModel, ...]


def read_beginning(desk: Desk, draft: str) -> tuple[BeginningModel, ...]:
    """The first rows of a draft by section, as they stand now. To whom they go is asked at the page's door."""
    with desk.drafts.lock:
        structure = read_structure(desk.store, draft, desk.drafts.style)
        texts = desk.drafts.standing_texts(draft)
    shown = []
    room = AT_ONCE
    for section in structure.sections:
        rows = [row for row in structure.rows if row.section == section.id]
        lines = tuple(
            LineModel(
                kind=row.kind,
                state=row.state,
                label={"es": row.label_es, "en": row.label_en},
                texts=texts[row.id],
                ends=after is None or after.kind in (Kind.ITEM, Kind.HEADING),
            )
            for row, after in zip_longest(rows, rows[1:])
        )[:room]
        shown.append(BeginningModel({"es": section.title_es, "en": section.title_en}, lines))
        room -= len(lines)
        if not room:
            break
    return tuple(shown)


def read_draft(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> DraftModel | None:
    """How far the outcome document has come; None before there is one."""
    draft = drafts.draft_of(desk.store, session.id)
    return _read_text(desk, session, draft, viewer) if draft is not None else None


def read_closed_draft(
    desk: Desk, session: Session, viewer: Viewer, now: datetime
) -> DraftModel | None:
    """The same of the closed part's own text."""
    draft = drafts.draft_of(desk.store, session.id, closed=True)
    return _read_text(desk, session, draft, viewer) if draft is not None else None


def _read_text(desk: Desk, session: Session, draft: Draft, viewer: Viewer) -> DraftModel:
    standing = read_standing(desk, draft.id)
    results = read_standing_decisions(desk, draft.id, standing.rows)
    names = name_paragraphs(desk.store, draft.id, standing.rows, desk.drafts.style)
    may = viewer.closed_draft if draft.closed else viewer.may
    adopted = drafts.adopted_texts(desk.store, draft.id)
    in_the_way: dict[str, list[str]] = {}
    for obstacle in standing.obstacles:
        code = f"{obstacle.reason}.{obstacle.language}" if obstacle.language else obstacle.reason
        in_the_way.setdefault(obstacle.paragraph, []).append(code)
    paragraphs = tuple(
        ParagraphModel(
            id=row.id,
            kind=row.kind,
            state=row.state,
            texts=standing.texts[row.id],
            digest=digest(standing.texts[row.id]),
            obstacles=tuple(in_the_way.get(row.id, ())),
            override=adopted[row.id].override if row.id in adopted else None,
            name=names[row.id],
            standing=show_result(desk, session, viewer, may, results.get(row.id)),
        )
        for row in standing.rows
    )
    counted = [row for row in standing.rows if row.kind is not Kind.HEADING]
    act = draft.adopted
    chair = desk.authority.actor(session.id, act.by).name if act else ""
    return DraftModel(
        id=draft.id,
        paragraphs=paragraphs,
        counts=Counter(str(row.state) for row in counted),
        total=len(counted),
        obstacles=len(in_the_way),
        digest=standing.digest,
        adopted_at=say_moment(act.at, session) if act else {},
        adopted_by=chair,
        present=act.present if act else members_present(desk, session.id),
        override=act.override if act else None,
        is_closed=draft.closed,
        sits=can_be_put(desk, session.id, draft),
        observed=put_before_observers(desk, session.id),
        quorum=None if act else read_quorum_of(desk, session),
    )
