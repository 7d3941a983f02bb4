"""States and adoption: conscious acts of the chair, on the text the chair has seen.

Adopting names the digest of both texts as shown; if a word has changed since, it is refused. What
stands in the way (an empty language, an open bracket, an undecided paragraph) can be overridden only
by name and with a reason, and both go into the record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from session_app.domain import drafting
from session_app.domain.agenda import SittingState
from session_app.domain.contract import (
    AdoptDraft,
    AdoptParagraph,
    ClosedTextChanged,
    DocumentsChanged,
    MarkParagraph,
)
from session_app.domain.decision import find_standing
from session_app.domain.drafting import LANGUAGES, Language, Obstacle, Row, Rows, State
from session_app.domain.errors import Conflict
from session_app.domain.text import one_line
from session_app.store import decisions, drafts, sessions

from .attendance import members_present, presence_then
from .desk import Act, Desk, Result
from .drafting import open_draft
from .issuing import issue_documents
from .structure import announce_structure


def digest(texts: Mapping[Language, str]) -> str:
    """SHA-256 over both texts of a paragraph, in a form that keeps them apart."""
    held = json.dumps([texts[language] for language in LANGUAGES], ensure_ascii=False)
    return hashlib.sha256(held.encode()).hexdigest()


def digest_of_draft(rows: Rows, texts: Mapping[str, Mapping[Language, str]]) -> str:
    """SHA-256 over every row's place, kind and texts: what "the whole document" means."""
    held = json.dumps([[row.section, row.kind, digest(texts[row.id])] for row in rows])
    return hashlib.sha256(held.encode()).hexdigest()


@dataclass(frozen=True)
class Standing:
    """How far a draft has come: its rows, their texts as they count now, and what is in the way."""

    rows: Rows
    texts: dict[str, dict[Language, str]]
    obstacles: tuple[Obstacle, ...]
    digest: str


def read_standing(desk: Desk, draft_id: str) -> Standing:
    """Where a draft stands at this moment; adopted paragraphs count by their text of record."""
    with desk.drafts.lock:
        rows = drafts.rows(desk.store, draft_id)
        texts = desk.drafts.standing_texts(draft_id)
    open_points = tuple(
        obstacle
        for row in rows
        if row.state is not State.ADOPTED
        for obstacle in drafting.obstacles(row, texts[row.id])
    )
    return Standing(rows, texts, open_points, digest_of_draft(rows, texts))


def require_open_sitting(act: Act) -> None:
    """Raise `Conflict` while the body does not sit."""
    # The body adopts, and a body exists while it sits (S002 B L36).
    sitting = sessions.sitting(act.desk.store, act.session.id)
    if sitting is None or sitting.state is not SittingState.OPEN:
        raise Conflict("sitting.not_open")


def mark_paragraph(act: Act, command: MarkParagraph) -> Result:
    """Record the state the room has given a paragraph."""
    draft = open_draft(act, command.draft)
    before = drafts.rows(act.desk.store, draft.id)
    after = drafting.mark(before, command.paragraph, State(command.state))
    seen = command.digest
    if seen is not None and digest(act.desk.drafts.texts(command.paragraph)) != seen:
        raise Conflict("paragraph.changed_since", paragraph=command.paragraph)
    if after != before:
        decisions.end_decisions_on(act.tx, command.paragraph)
        drafts.put_rows(act.tx, draft.id, before, after)
        announce_structure(act.tx, act.desk.store, draft.id, act.desk.drafts.style)
    return {}


def adopt_paragraph(act: Act, command: AdoptParagraph) -> Result:
    """Adopt one paragraph: its two texts become the text of record."""
    draft = open_draft(act, command.draft)
    require_open_sitting(act)
    rows = drafts.rows(act.desk.store, draft.id)
    row = rows[drafting.find(rows, command.paragraph)]
    if row.state is State.ADOPTED:
        raise Conflict("paragraph.adopted", paragraph=row.id)
    texts = act.desk.drafts.texts(row.id)
    if digest(texts) != command.digest:
        raise Conflict("paragraph.changed_since", paragraph=row.id)
    override = _override(command.override, drafting.obstacles(row, texts))
    _adopt(act, draft, row, texts, override)
    drafts.put_rows(act.tx, draft.id, rows, _adopted(rows, frozenset({row.id})))
    announce_structure(act.tx, act.desk.store, draft.id, act.desk.drafts.style)
    return {}


def adopt_draft(act: Act, command: AdoptDraft) -> Result:
    """Adopt the whole document; its Word files are issued in the same act."""
    draft = open_draft(act, command.draft)
    require_open_sitting(act)
    standing = read_standing(act.desk, draft.id)
    if not standing.rows:
        raise Conflict("draft.empty")
    if standing.digest != command.digest:
        raise Conflict("draft.changed_since")
    override = _override(command.override, standing.obstacles)
    for row in standing.rows:
        if row.state is not State.ADOPTED:
            blocked = any(obstacle.paragraph == row.id for obstacle in standing.obstacles)
            _adopt(act, draft, row, standing.texts[row.id], override if blocked else None)
    everything = frozenset(row.id for row in standing.rows)
    drafts.put_rows(act.tx, draft.id, standing.rows, _adopted(standing.rows, everything))
    drafts.adopt_draft(
        act.tx,
        draft,
        digest=standing.digest,
        by=act.actor.person,
        present=members_present(act.desk, act.session.id),
        override=override,
    )
    act.facts |= presence_then(act.desk, act.session.id)
    announce_structure(act.tx, act.desk.store, draft.id, act.desk.drafts.style)
    issue_documents(act, draft)
    changed = ClosedTextChanged(draft.id) if draft.closed else DocumentsChanged()
    act.tx.announce(act.session.id, changed)
    return {}


def _override(reason: str | None, in_the_way: list[Obstacle] | tuple[Obstacle, ...]) -> str | None:
    """The reason to enter, or None where nothing is in the way. Raises `Conflict` without one."""
    if not in_the_way:
        return None
    given = one_line(reason or "")
    if not given:
        paragraphs = {obstacle.paragraph for obstacle in in_the_way}
        raise Conflict("adoption.obstacles", count=len(paragraphs))
    return given[:1000]


def _adopt(
    act: Act, draft: drafts.Draft, row: Row, texts: dict[Language, str], override: str | None
) -> None:
    held = digest(texts)
    present = members_present(act.desk, act.session.id)
    drafts.adopt_text(
        act.tx,
        row.id,
        texts,
        digest=held,
        by=act.actor.person,
        present=present,
        override=override,
        consulting=_consulting(act, draft, row),
    )
    then = presence_then(act.desk, act.session.id)
    act.record("paragraph.adopted", row.id, digest=held, override=override, **then)


def _consulting(act: Act, draft: drafts.Draft, row: Row) -> tuple[str, ...] | None:
    """Who consults on what is adopted ad referendum, for the document to say (S004 C28). Positions taken
    behind the closed door are named in the closed part's document alone."""
    if row.state is not State.AD_REFERENDUM:
        return None
    standing = find_standing(decisions.decisions_on(act.desk.store, row.id), row.state)
    if standing is None or (standing.behind and not draft.closed):
        return ()
    return standing.delegations


def _adopted(rows: Rows, which: frozenset[str]) -> Rows:
    return tuple(replace(row, state=State.ADOPTED) if row.id in which else row for row in rows)
