"""The structure of a draft as everybody is told of it: sections, rows, states and numbers."""

from __future__ import annotations

from session_app import i18n
from session_app.domain.contract import DraftChanged, RowState, SectionState
from session_app.domain.drafting import LANGUAGES, Kind, Language, Row, Rows, Texts
from session_app.domain.numbering import LabelStyle, number, number_whole
from session_app.store import drafts
from session_app.store.database import Database, Transaction

_ONE_OF = frozenset({"conclusions", "recommendations", "declaration", "decisions", "report"})
"""Sections whose paragraphs have a word of their own, `ui.paragraph.of.<key>`."""


def read_structure(store: Database, draft_id: str, style: LabelStyle) -> DraftChanged:
    """The draft's structure as an event carries it, and as a newcomer is given it."""
    draft = drafts.draft(store, draft_id)
    rows = drafts.rows(store, draft_id)
    labels = number(rows, style)
    return DraftChanged(
        draft=draft_id,
        version=draft.version,
        adopted=draft.adopted is not None,
        sections=tuple(
            SectionState(each.id, each.key, each.titles["es"], each.titles["en"])
            for each in drafts.sections(store, draft_id)
        ),
        rows=tuple(
            RowState(row.id, row.section, row.kind, row.state, labels[row.id].es, labels[row.id].en)
            for row in rows
        ),
    )


def announce_structure(tx: Transaction, store: Database, draft_id: str, style: LabelStyle) -> None:
    """Tell everybody who may read the draft what its structure now is."""
    session = drafts.draft(store, draft_id).session
    tx.announce(session, read_structure(store, draft_id, style))


def name_paragraphs(
    store: Database, draft_id: str, rows: Rows, style: LabelStyle
) -> dict[str, Texts]:
    """What each paragraph is called: "Conclusión 18 b)" and "Conclusion 18 (b)"."""
    numbers = number_whole(rows, style)
    sections = {each.id: each for each in drafts.sections(store, draft_id)}

    def name(row: Row, language: Language) -> str:
        section = sections[row.section]
        title = section.titles[language].capitalize()
        if row.kind is Kind.HEADING:
            return i18n.translate("ui.paragraph.heading", language, section=title)
        one = title
        if section.key in _ONE_OF:
            one = i18n.translate(f"ui.paragraph.of.{section.key}", language)
        called = f"{one} {numbers[row.id][language]}"
        if row.kind is Kind.CONTINUATION:
            return i18n.translate("ui.paragraph.continuation", language, paragraph=called)
        return called

    return {row.id: {language: name(row, language) for language in LANGUAGES} for row in rows}
