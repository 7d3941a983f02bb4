"""The beginning of a draft as the drafting page is served with it: it is read before the script has come."""

from __future__ import annotations

from itertools import zip_longest

from session_app.domain.drafting import Kind
from session_app.services.desk import Desk
from session_app.services.structure import read_structure

from .models import BeginningModel, LineModel

AT_ONCE = 40
"""Rows a page is served with: more than the tallest screen shows. The others come with the script."""


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
