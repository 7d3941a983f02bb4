"""Working on the draft's structure: rows, their order and level, and undoing all of it.

Each operation is decided by `domain.drafting` and stored with its `op` id, so that one sent twice is
done once, and with what it takes to undo it. Words typed by people travel another road: `live`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol, TypeVar, cast

from session_app.domain import drafting
from session_app.domain.contract import (
    AddParagraph,
    ClosedTextChanged,
    Command,
    DeleteParagraph,
    IndentParagraph,
    MoveParagraph,
    OutdentParagraph,
    ParagraphEdited,
    PasteParagraphs,
    SplitParagraph,
    StartClosedDraft,
    UndoOperation,
)
from session_app.domain.drafting import LANGUAGES, Kind, Language, Row, Rows, State
from session_app.domain.errors import Conflict, Forbidden, Invalid, NotFound
from session_app.domain.text import clean, split_at_unit
from session_app.store import drafts
from session_app.store.database import new_id

from .desk import Act, Handler, Result
from .room import clear_if_gone
from .structure import announce_structure

OP = re.compile(r"[a-z0-9]{16,40}\Z")
MAX_ROWS = 600
"""Paragraphs of one draft: far above any real text, far below what a runaway client could make."""

Undo = dict[str, object]


@dataclass
class Change:
    """What an operation does: the rows after it, texts to write, its answer, and how to undo it."""

    rows: Rows
    undo: Undo
    answer: Result = field(default_factory=dict)
    texts: list[tuple[str, dict[Language, str]]] = field(default_factory=list)


class Structural(Protocol):
    @property
    def draft(self) -> str: ...
    @property
    def op(self) -> str: ...


S = TypeVar("S", bound=Structural)


def structural(change: Callable[[Act, Rows, S], Change]) -> Handler:
    """Turn a function from rows to a `Change` into a handler that stores it, once per `op`."""

    def handle(act: Act, operation: S) -> Result:
        name = cast(Command, operation).name
        draft = open_draft(act, operation.draft)
        if not OP.match(operation.op):
            raise Invalid("command.bad_field", field="op")
        if draft.origin not in act.desk.authority.writable(
            act.session.id, act.actor.person, act.now, draft=draft.id
        ):
            raise Forbidden("draft.structure_read_only")
        done = drafts.operation(act.desk.store, operation.op)
        if done is not None:
            if (done.person, done.draft, done.command) != (act.actor.person, draft.id, name):
                raise Conflict("operation.taken")
            return cast(Result, done.result["answer"])
        before = drafts.rows(act.desk.store, draft.id)
        made = change(act, before, operation)
        if len(made.rows) > max(MAX_ROWS, len(before)):
            raise Invalid("draft.too_long", limit=MAX_ROWS)
        drafts.put_rows(act.tx, draft.id, before, made.rows)
        clear_if_gone(act, draft.id, made.rows)
        write_texts(act, draft.id, made.texts)
        drafts.add_operation(
            act.tx,
            operation.op,
            draft_id=draft.id,
            person=act.actor.person,
            command=name,
            result={"answer": made.answer, "undo": made.undo},
        )
        announce_structure(act.tx, act.desk.store, draft.id, act.desk.drafts.style)
        return made.answer

    return handle


def start_closed_draft(act: Act, command: StartClosedDraft) -> Result:
    """Begin the text of the closed part, in the body's sections; there is one in a session.

    Raises `Conflict` if it has been begun. It is begun by this act alone: whose text is closed is a
    conscious decision of the chair.
    """
    store, session = act.desk.store, act.session
    if drafts.draft_of(store, session.id, closed=True) is not None:
        raise Conflict("draft.closed_begun")
    outcome = drafts.draft_of(store, session.id)
    draft = drafts.add_draft(
        act.tx,
        session.id,
        origin=outcome.origin if outcome is not None else "es",
        working_translation=True,
        closed=True,
    )
    for position, section in enumerate(act.desk.forum.bodies[session.body].sections):
        drafts.add_section(
            act.tx, draft, position=position, key=section.key, titles=dict(section.title)
        )
    act.tx.announce(session.id, ClosedTextChanged(draft))
    return {}


def open_draft(act: Act, draft_id: str) -> drafts.Draft:
    """The draft of this session, while it may be changed.

    Raises `NotFound` for another session's, `Conflict` once it has been adopted.
    """
    draft = drafts.draft(act.desk.store, draft_id)
    if draft.session != act.session.id:
        raise NotFound("draft.unknown")
    if draft.adopted is not None:
        raise Conflict("draft.adopted")
    return draft


def write_texts(act: Act, draft_id: str, texts: Sequence[tuple[str, dict[Language, str]]]) -> None:
    """Write texts as the server, on the person's behalf; everybody sees them after the commit."""
    if not texts:
        return
    for paragraph, values in texts:
        act.desk.drafts.write(act.tx, draft_id, paragraph, values, person=act.actor.person)
    act.tx.announce(
        act.session.id, ParagraphEdited(draft_id, tuple(paragraph for paragraph, _ in texts))
    )


def add_paragraph(act: Act, rows: Rows, command: AddParagraph) -> Change:
    """A new, empty paragraph."""
    new = Row(new_id(), _section(act, command.draft, command.section), Kind(command.kind))
    return Change(
        drafting.add(rows, new, after=command.after),
        undo={"take_out": [new.id], "texts": [["", ""]]},
        answer={"paragraph": new.id},
    )


def paste_paragraphs(act: Act, rows: Rows, command: PasteParagraphs) -> Change:
    """Several paragraphs of one language: one act, one undo."""
    if not command.paragraphs:
        raise Invalid("command.bad_field", field="paragraphs")
    section = _section(act, command.draft, command.section)
    after, added, texts = command.after, [], []
    for each in command.paragraphs:
        new = Row(
            new_id(), section, Kind(each.kind), State.PROPOSED, clean(each.label or "")[:20] or None
        )
        rows = drafting.add(rows, new, after=after)
        text = clean(each.text).strip(" ")
        texts.append((new.id, _in_language(command.language, text)))
        after = new.id
        added.append(new.id)
    return Change(
        rows,
        undo={"take_out": added, "texts": [[text["es"], text["en"]] for _, text in texts]},
        answer={"paragraphs": added},
        texts=texts,
    )


def indent_paragraph(act: Act, rows: Rows, command: IndentParagraph) -> Change:
    """Make an item a sub-item."""
    kind = rows[drafting.find(rows, command.paragraph)].kind
    return Change(
        drafting.indent(rows, command.paragraph), undo={"kind": [command.paragraph, kind]}
    )


def outdent_paragraph(act: Act, rows: Rows, command: OutdentParagraph) -> Change:
    """Make a sub-item or continuation an item."""
    kind = rows[drafting.find(rows, command.paragraph)].kind
    return Change(
        drafting.outdent(rows, command.paragraph), undo={"kind": [command.paragraph, kind]}
    )


def move_paragraph(act: Act, rows: Rows, command: MoveParagraph) -> Change:
    """Exchange a paragraph with its neighbour."""
    back: Literal["up", "down"] = "down" if command.direction == "up" else "up"
    passed = drafting.neighbour(rows, command.paragraph, command.direction)
    return Change(
        drafting.move(rows, command.paragraph, command.direction),
        undo={"move": [command.paragraph, back, passed]},
    )


def delete_paragraph(act: Act, rows: Rows, command: DeleteParagraph) -> Change:
    """Take a paragraph out; its words and their log stay, so that undo gives them back."""
    after = drafting.delete(rows, command.paragraph, with_block=command.with_block)
    kept = {row.id for row in after}
    gone = [place for place, row in enumerate(rows) if row.id not in kept]
    before = (
        rows[gone[0] - 1].id
        if gone[0] and rows[gone[0] - 1].section == rows[gone[0]].section
        else None
    )
    return Change(after, undo={"put_back": [rows[place].id for place in gone], "behind": before})


def split_paragraph(act: Act, rows: Rows, command: SplitParagraph) -> Change:
    """Move what stands behind the cursor to a new paragraph of the same kind."""
    index = drafting.find(rows, command.paragraph)
    row = rows[index]
    if row.state is State.ADOPTED:
        raise Conflict("paragraph.adopted", paragraph=row.id)
    texts = act.desk.drafts.texts(row.id)
    head, tail = split_at_unit(texts[command.language], command.at)
    new = Row(new_id(), row.section, row.kind)
    stay = replace(row, state=drafting.state_after_edit(row.state))
    # Directly behind, not behind the block: the sub-items follow the words they belong to.
    after = (*rows[:index], stay, new, *rows[index + 1 :])
    return Change(
        after,
        undo={
            "join": [row.id, new.id, command.language, head.rstrip(" "), tail.lstrip(" ")],
            "text": texts[command.language],
        },
        answer={"paragraph": new.id},
        texts=[
            (row.id, {**texts, command.language: head.rstrip(" ")}),
            (new.id, _in_language(command.language, tail.lstrip(" "))),
        ],
    )


def undo_operation(act: Act, rows: Rows, command: UndoOperation) -> Change:
    """Do the inverse of one of one's own operations, if nothing has overtaken it."""
    done = drafts.operation(act.desk.store, command.undoes)
    if done is None or done.person != act.actor.person or done.draft != command.draft:
        raise NotFound("operation.unknown")
    undo = cast(Undo, done.result["undo"])
    if done.undone or not undo:
        raise Conflict("operation.undone")
    drafts.mark_undone(act.tx, done.op)
    if "take_out" in undo:
        return _take_out(
            act, rows, cast(list[str], undo["take_out"]), cast(list[list[str]], undo["texts"])
        )
    if "put_back" in undo:
        return _put_back(
            act,
            rows,
            command.draft,
            cast(list[str], undo["put_back"]),
            cast("str | None", undo["behind"]),
        )
    if "kind" in undo:
        paragraph, kind = cast(list[str], undo["kind"])
        return Change(drafting.change_kind(rows, paragraph, Kind(kind)), undo={})
    if "move" in undo:
        return _move_back(rows, *cast(tuple[str, Literal["up", "down"], str], undo["move"]))
    return _join(act, rows, undo)


def _move_back(rows: Rows, paragraph: str, direction: Literal["up", "down"], passed: str) -> Change:
    # Past anybody else it would not come to stand where it stood.
    if drafting.neighbour(rows, paragraph, direction) != passed:
        raise Conflict("operation.overtaken")
    return Change(drafting.move(rows, paragraph, direction), undo={})


def _take_out(act: Act, rows: Rows, paragraphs: list[str], texts: list[list[str]]) -> Change:
    for paragraph, written in zip(paragraphs, texts, strict=True):
        index = drafting.find(rows, paragraph)
        now = act.desk.drafts.texts(paragraph)
        if rows[index].state is State.ADOPTED or [now["es"], now["en"]] != written:
            raise Conflict("operation.overtaken")
    return Change(drafting.take_out(rows, frozenset(paragraphs)), undo={})


def _put_back(
    act: Act, rows: Rows, draft: str, paragraphs: list[str], behind: str | None
) -> Change:
    gone = drafts.gone_rows(act.desk.store, draft, paragraphs)
    return Change(drafting.put_back(rows, gone, behind=behind), undo={})


def _join(act: Act, rows: Rows, undo: Undo) -> Change:
    first, second, language, head, tail = cast(list[str], undo["join"])
    here, there = act.desk.drafts.texts(first), act.desk.drafts.texts(second)
    at, behind = drafting.find(rows, first), drafting.find(rows, second)
    for row in (rows[at], rows[behind]):
        if row.state is State.ADOPTED:
            raise Conflict("paragraph.adopted", paragraph=row.id)
    written = cast(Language, language)
    other: Language = "en" if written == "es" else "es"
    unchanged = here[written] == head and there[written] == tail and not there[other]
    # Side by side still, so that what belongs to the second goes back to the first and to no other.
    if not unchanged or behind != at + 1 or rows[at].section != rows[behind].section:
        raise Conflict("operation.overtaken")
    whole = replace(rows[at], state=drafting.state_after_edit(rows[at].state))
    return Change(
        (*rows[:at], whole, *rows[behind + 1 :]),
        undo={},
        texts=[(first, {**here, written: cast(str, undo["text"])})],
    )


def _section(act: Act, draft: str, section: str) -> str:
    if section not in {each.id for each in drafts.sections(act.desk.store, draft)}:
        raise NotFound("section.unknown")
    return section


def _in_language(language: Language, text: str) -> dict[Language, str]:
    return {each: text if each == language else "" for each in LANGUAGES}
