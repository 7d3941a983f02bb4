"""The structure of a draft as everybody is told of it: sections, rows, states and numbers."""

from __future__ import annotations

from session_app.domain.contract import DraftChanged, RowState, SectionState
from session_app.domain.numbering import LabelStyle, number
from session_app.store import drafts
from session_app.store.database import Database, Transaction


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
