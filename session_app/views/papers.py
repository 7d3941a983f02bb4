"""The papers that have been handed out, item by item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from session_app.domain.access import Action
from session_app.domain.agenda import Session
from session_app.domain.drafting import LANGUAGES, Texts
from session_app.domain.papers import CIRCLES, MAX_FILE, SLOTS
from session_app.services.desk import Desk
from session_app.services.papers import can_be_given
from session_app.store import papers
from session_app.store.papers import Paper

from .agenda import ItemModel, list_items
from .moments import say_shortly, say_size
from .viewer import Viewer


@dataclass(frozen=True, slots=True)
class PaperFileModel:
    """One file of a paper."""

    slot: str  # es, en, bilingual
    href: str  # empty where the page only shows that there is one
    format: str  # docx, pdf, odt, xlsx, pptx
    size: Texts  # "17 kB"


@dataclass(frozen=True, slots=True)
class PaperModel:
    """A paper that has been handed out."""

    id: str
    title: Texts
    revision: int  # 0: as first handed out
    document_class: str  # private, public
    circles: tuple[str, ...]  # whom it is for beside the members
    at: Texts  # "14:20", or the day where it is another
    files: tuple[PaperFileModel, ...]
    due: tuple[str, ...] = ()  # languages it is still to come in


@dataclass(frozen=True, slots=True)
class PaperGroup:
    """The papers of one item of the agenda, or those of the whole session."""

    item: ItemModel | None
    papers: tuple[PaperModel, ...]


@dataclass(frozen=True, slots=True)
class CircleModel:
    """Somebody a paper can be for beside the members."""

    name: str
    may: bool  # whether the access table lets them have documents of this body at all


@dataclass(frozen=True, slots=True)
class PapersModel:
    """Topic `papers`: what has been handed out, for who does it."""

    groups: tuple[PaperGroup, ...]
    items: tuple[ItemModel, ...]  # of the agenda, which a paper can belong to
    circles: tuple[CircleModel, ...]
    limit: int = MAX_FILE  # bytes of one file


def read_papers(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> PapersModel:
    """What a viewer has of what was handed out, what it can belong to and whom it can be for."""
    items = list_items(desk, session, viewer) if Action.SEE_AGENDA in viewer.may else ()
    return PapersModel(
        group_papers(desk, session, viewer, now),
        items,
        tuple(
            CircleModel(circle, can_be_given(desk, session.id, circle, now)) for circle in CIRCLES
        ),
    )


def group_papers(
    desk: Desk, session: Session, viewer: Viewer, now: datetime
) -> tuple[PaperGroup, ...]:
    """The papers a viewer may have, item by item; those of the whole session come first."""
    if not viewer.papers:
        return ()
    items = list_items(desk, session, viewer) if Action.SEE_AGENDA in viewer.may else ()
    known = {each.id: each for each in items}
    held: dict[str, list[PaperModel]] = {}
    for each in papers.papers(desk.store, session.id):
        if each.id in viewer.papers:
            held.setdefault(each.standing.item or "", []).append(show_paper(each, session, now))
    shown = [PaperGroup(None, tuple(held.pop("", ())))]
    shown += [PaperGroup(known[item], tuple(held.pop(item))) for item in known if item in held]
    # Of an item the viewer is told nothing of, such as an observer who may have one paper of it.
    others = tuple(each for group in held.values() for each in group)
    if others:
        shown[0] = PaperGroup(None, (*shown[0].papers, *others))
    return tuple(group for group in shown if group.papers)


def show_paper(paper: Paper, session: Session, now: datetime) -> PaperModel:
    """A paper with its files, and the languages it is still to come in."""
    slots = {each.slot for each in paper.files}
    due = () if "bilingual" in slots else tuple(each for each in LANGUAGES if each not in slots)
    return PaperModel(
        id=paper.id,
        title=paper.titles,
        revision=paper.revision,
        document_class=paper.standing.document_class,
        circles=tuple(each for each in CIRCLES if each in paper.standing.circles),
        at=say_shortly(paper.at, session, now),
        files=tuple(
            PaperFileModel(
                each.slot,
                f"/s/{session.id}/documents/{each.id}",
                each.format,
                say_size(each.size),
            )
            for slot in SLOTS
            for each in paper.files
            if each.slot == slot
        ),
        due=due,
    )
