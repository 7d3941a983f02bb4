"""Bringing a text that exists already into a draft: read first, change only what was understood."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from session_app.domain.access import Action
from session_app.domain.drafting import LANGUAGES, Language, Row, State, state_after_edit
from session_app.domain.errors import Conflict, Invalid
from session_app.domain.reading import ImportedDraft, decode, read_paragraphs, read_text
from session_app.domain.text import clean
from session_app.store import drafts
from session_app.store.database import new_id
from session_app.word.read import read_docx

from .desk import Act, Desk, acting
from .drafting import MAX_ROWS, write_texts
from .structure import announce_structure


def read_source(name: str, content: bytes, language: Language) -> ImportedDraft:
    """Read a `.txt`, `.md` or `.docx` file. Raises `Invalid` for what cannot be read."""
    suffix = name.rpartition(".")[2].lower()
    if suffix == "docx":
        return read_paragraphs(read_docx(content), language=language)
    if suffix in ("txt", "md"):
        return read_text(decode(content), language=language)
    raise Invalid("import.unknown_kind", name=name[-80:])


def import_draft(
    desk: Desk, session: str, imported: ImportedDraft, *, person: str | None, now: datetime
) -> str:
    """Make the session's draft from a text, or fill the other language of one that has its shape.

    The first text gives the structure and the language of origin. Raises `Conflict` where the draft
    has words in this language already, or another structure; then nothing has changed.
    """
    with acting(
        desk,
        session=session,
        person=person,
        needs=Action.IMPORT_DRAFT,
        name="draft.import",
        subject=imported.language,
        now=now,
    ) as act:
        found = sum(len(section.paragraphs) for section in imported.sections)
        act.facts["paragraphs"] = found
        if not found:
            raise Invalid("import.nothing_found")
        if found > MAX_ROWS:
            raise Invalid("draft.too_long", limit=MAX_ROWS)
        existing = drafts.draft_of(desk.store, session)
        if existing is None or not drafts.rows(desk.store, existing.id):
            return _start(act, existing, imported)
        if existing.adopted is not None:
            raise Conflict("draft.adopted")
        _fill(act, existing.id, imported)
        return existing.id


def _start(act: Act, existing: drafts.Draft | None, imported: ImportedDraft) -> str:
    store = act.desk.store
    if existing is None:
        draft = drafts.add_draft(
            act.tx, act.session.id, origin=imported.language, working_translation=True
        )
    else:
        draft = existing.id
        drafts.put_origin(act.tx, draft, imported.language)
    sections = {section.key: section.id for section in drafts.sections(store, draft)}
    titles = {each.key: each.title for each in act.desk.forum.bodies[act.session.body].sections}
    rows, texts = [], []
    for position, section in enumerate(imported.sections):
        if section.key not in sections:
            title = titles.get(section.key, dict.fromkeys(LANGUAGES, section.title))
            sections[section.key] = drafts.add_section(
                act.tx, draft, position=position, key=section.key, titles=dict(title)
            )
        for each in section.paragraphs:
            row = Row(new_id(), sections[section.key], each.kind, source_label=each.source_label)
            rows.append(row)
            texts.append((row.id, {imported.language: clean(each.text)}))
    drafts.order_sections(act.tx, draft, [sections[each.key] for each in imported.sections])
    drafts.put_rows(act.tx, draft, (), rows)
    write_texts(act, draft, texts)
    announce_structure(act.tx, store, draft, act.desk.drafts.style)
    act.tx.change_authority()
    return draft


def _fill(act: Act, draft: str, imported: ImportedDraft) -> None:
    rows = drafts.rows(act.desk.store, draft)
    keys = {section.id: section.key for section in drafts.sections(act.desk.store, draft)}
    found = [
        (section.key, each.kind, each.text)
        for section in imported.sections
        for each in section.paragraphs
    ]
    if [(keys[row.section], row.kind) for row in rows] != [(key, kind) for key, kind, _ in found]:
        raise Conflict("import.other_structure", paragraphs=len(found), expected=len(rows))
    for row in rows:
        if row.state is State.ADOPTED:
            raise Conflict("paragraph.adopted", paragraph=row.id)
        if act.desk.drafts.texts(row.id)[imported.language]:
            raise Conflict("import.language_not_empty", language=imported.language)
    write_texts(
        act,
        draft,
        [
            (row.id, {imported.language: clean(text)})
            for row, (_, _, text) in zip(rows, found, strict=True)
        ],
    )
    after = tuple(replace(row, state=state_after_edit(row.state)) for row in rows)
    if after != rows:
        drafts.put_rows(act.tx, draft, rows, after)
    announce_structure(act.tx, act.desk.store, draft, act.desk.drafts.style)
