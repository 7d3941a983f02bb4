"""The paragraph before the room, as each screen shows it: this one is read, not the text around it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from session_app import i18n
from session_app.domain.access import Action
from session_app.domain.agenda import Session
from session_app.domain.drafting import LANGUAGES, Kind, Language, Row, Rows, State
from session_app.domain.numbering import number
from session_app.services.adoption import digest
from session_app.services.desk import Desk
from session_app.store import drafts, people, room, sessions

from .models import RoomModel, Texts, Viewer

_ONE_OF = frozenset({"conclusions", "recommendations", "declaration", "decisions", "report"})
"""Sections whose paragraphs have a word of their own, `ui.paragraph.of.<key>`."""
NOTHING = RoomModel()


def read_room(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> RoomModel:
    """What stands before the room, to a class of viewers who may see it; a paragraph of the closed
    part's text is nothing to who may not read that."""
    held = room.room_text(desk.store, session.id)
    if held is None:
        return NOTHING
    draft = drafts.draft(desk.store, held.draft)
    may = viewer.closed_draft if draft.closed else viewer.may
    if Action.SEE_ROOM_TEXT not in may:
        return NOTHING
    with desk.drafts.lock:
        rows = drafts.rows(desk.store, draft.id)
        at = next((place for place, row in enumerate(rows) if row.id == held.paragraph), None)
        if at is None:
            return NOTHING
        texts = _texts(desk, draft.id, rows[at])
    since = datetime.fromisoformat(held.since).astimezone(ZoneInfo(session.zone))
    conducts = Action.MANAGE_SITTING in viewer.may
    return RoomModel(
        draft=draft.id,
        paragraph=held.paragraph,
        name=name_paragraphs(desk, draft.id, rows)[held.paragraph],
        state=rows[at].state,
        texts=texts,
        since=i18n.format_time(since),
        seen_by=_seen_by(desk, session.id),
        digest=digest(texts) if Action.DECIDE in may else "",
        before=rows[at - 1].id if conducts and at else "",
        after=rows[at + 1].id if conducts and at + 1 < len(rows) else "",
    )


def _texts(desk: Desk, draft: str, row: Row) -> Texts:
    if row.state is State.ADOPTED:
        return drafts.adopted_texts(desk.store, draft)[row.id].texts
    return desk.drafts.texts(row.id)


def _seen_by(desk: Desk, session: str) -> str:
    """Who has it before them: those behind the door, the members, or the observers too."""
    sitting = sessions.sitting(desk.store, session)
    mode = sitting.mode if sitting is not None and sitting.is_under_way else "open"
    if mode != "open":
        return mode
    settings = desk.forum.access
    on_a_screen = settings.screen_draft_to_observers == "yes" and any(
        each.capacity == "screen" and each.audience == "observers"
        for each in people.accredited(desk.store, session)
    )
    return "observers" if on_a_screen or settings.room_text_to_observers == "yes" else "members"


def name_paragraphs(desk: Desk, draft: str, rows: Rows) -> dict[str, Texts]:
    """What each paragraph is called: "Conclusión 18 b)" and "Conclusion 18 (b)"."""
    labels = number(rows, desk.drafts.style)
    sections = {each.id: each for each in drafts.sections(desk.store, draft)}
    named: dict[str, dict[Language, str]] = {row.id: {} for row in rows}
    for language in LANGUAGES:
        item = ""
        for row in rows:
            section = sections[row.section]
            label = labels[row.id].in_language(language)
            title = section.titles[language].capitalize()
            one = title
            if section.key in _ONE_OF:
                one = i18n.translate(f"ui.paragraph.of.{section.key}", language)
            if row.kind is Kind.ITEM:
                item = label.rstrip(".")
            match row.kind:
                case Kind.HEADING:
                    name = i18n.translate("ui.paragraph.heading", language, section=title)
                case Kind.CONTINUATION:
                    name = i18n.translate(
                        "ui.paragraph.continuation", language, paragraph=f"{one} {item}"
                    )
                case Kind.SUBITEM:
                    name = f"{one} {item} {label}"
                case Kind.ITEM:
                    name = f"{one} {item}"
            named[row.id][language] = name
    return dict(named)
