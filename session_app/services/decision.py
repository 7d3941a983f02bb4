"""Recording how the room leaves a paragraph, and taking it back while it may have been a slip."""

from __future__ import annotations

from session_app.domain import drafting
from session_app.domain.access import Action, Level
from session_app.domain.contract import DecideParagraph, DecisionRecorded, UndoDecision
from session_app.domain.decision import (
    MAX_NOTE,
    STATES,
    Decision,
    Result,
    check_undo,
    find_standing,
    name_delegations,
)
from session_app.domain.drafting import Rows, State
from session_app.domain.errors import Conflict, Invalid, NotFound
from session_app.domain.text import one_line
from session_app.i18n import format_time
from session_app.store import decisions, drafts
from session_app.store.database import new_id

from .adoption import digest, require_open_sitting
from .attendance import members_present, presence_then
from .desk import Act, Desk
from .desk import Result as Answer
from .drafting import open_draft
from .structure import announce_structure


def decide_paragraph(act: Act, command: DecideParagraph) -> Answer:
    """Record a result on the text the chair was shown; nothing is recorded on another."""
    draft = open_draft(act, command.draft)
    require_open_sitting(act)
    rows = drafts.rows(act.desk.store, draft.id)
    row = rows[drafting.find(rows, command.paragraph)]
    if row.state is State.ADOPTED:
        raise Conflict("paragraph.adopted", paragraph=row.id)
    if digest(act.desk.drafts.texts(row.id)) != command.digest:
        raise Conflict("paragraph.changed_at", time=_changed_at(act, row.id))
    result = Result(command.result)
    members = [member.code for member in act.desk.forum.members]
    note = one_line(command.note or "")
    if len(note) > MAX_NOTE:
        raise Invalid("decision.note_too_long", limit=MAX_NOTE)
    held = Decision(
        id=new_id(),
        draft=draft.id,
        paragraph=row.id,
        result=result,
        digest=command.digest,
        delegations=name_delegations(result, command.delegations, members),
        note=note,
        by=act.actor.person,
        at=act.now,
        present=members_present(act.desk, act.session.id),
        before=row.state,
        behind=act.closed,
    )
    decisions.add_decision(act.tx, held)
    _put_state(act, draft.id, rows, row.id, STATES[result])
    _record(act, held)
    if note:
        act.facts["note"] = note
    return {"decision": held.id}


def undo_decision(act: Act, command: UndoDecision) -> Answer:
    """Give back the state and the positions there were before, within a few seconds."""
    held = decisions.decision(act.desk.store, command.decision)
    act.desk.authority.require(
        act.session.id, act.actor.person, Action.DECIDE, act.now, draft=held.draft
    )
    draft = open_draft(act, held.draft)
    level = act.desk.authority.level_of_closed(act.session.id, act.actor.person, act.now)
    if held.behind and level is not Level.CONTENT:
        raise NotFound("decision.unknown")
    rows = drafts.rows(act.desk.store, draft.id)
    row = rows[drafting.find(rows, held.paragraph)]
    standing = find_standing(decisions.decisions_on(act.desk.store, row.id), row.state)
    shown = digest(act.desk.drafts.texts(row.id))
    check_undo(held, standing, digest=shown, now=act.now)
    decisions.end_decision(act.tx, held.id)
    _put_state(act, draft.id, rows, row.id, held.before)
    _record(act, held)
    return {}


def _put_state(act: Act, draft: str, rows: Rows, paragraph: str, state: State) -> None:
    drafts.put_rows(act.tx, draft, rows, drafting.mark(rows, paragraph, state))
    announce_structure(act.tx, act.desk.store, draft, act.desk.drafts.style)
    act.tx.announce(act.session.id, DecisionRecorded(draft, paragraph))


def _record(act: Act, held: Decision) -> None:
    act.facts |= {
        "paragraph": held.paragraph,
        "draft": held.draft,
        "result": held.result,
        "delegations": list(held.delegations),
        "digest": held.digest,
        **presence_then(act.desk, act.session.id),
    }


def _changed_at(act: Act, paragraph: str) -> str:
    """When a paragraph's words last changed, in the room's time."""
    at = drafts.last_edit(act.desk.store, paragraph)
    return format_time(act.session.local(at)) if at else ""


def read_standing_decisions(desk: Desk, draft: str, rows: Rows) -> dict[str, Decision]:
    """The result that counts on each of a draft's paragraphs that has one."""
    found = decisions.decisions_of(desk.store, draft)
    standing = {row.id: find_standing(found.get(row.id, ()), row.state) for row in rows}
    return {paragraph: each for paragraph, each in standing.items() if each is not None}
