"""Text under negotiation: its rows, their states, and the operations on its structure.

A draft is an ordered list of `Row`s grouped by section. A row holds no text and no number: its two
texts live in `collab`, its number is computed by `domain.numbering`. So the Spanish and the English
version cannot differ in structure, and moving a row cannot lose a word of it.

Every operation is a pure function from rows to rows. It raises `Conflict` where the rows it is given
do not allow it; the caller stores what changed. Kinds and their nesting:

    heading                      its own block, never numbered
    item                         opens a block
      sub-item, continuation     belong to the item above them
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from .errors import Conflict, Invalid

Language = Literal["es", "en"]
LANGUAGES: tuple[Language, ...] = ("es", "en")

Texts = Mapping[Language, str]
"""One text in each language; an empty string where a language has none yet."""


class Kind(StrEnum):
    HEADING = "heading"
    ITEM = "item"
    SUBITEM = "sub-item"
    CONTINUATION = "continuation"


class State(StrEnum):
    """How far a paragraph has come. Only a person's act moves it forward."""

    PROPOSED = "proposed"
    BRACKETED = "bracketed"
    AGREED = "agreed"
    AD_REFERENDUM = "ad_referendum"
    ADOPTED = "adopted"


DECIDED = frozenset({State.AGREED, State.AD_REFERENDUM, State.ADOPTED})
"""States in which the room has spoken on a paragraph."""


class Mode(StrEnum):
    """How delegations write in a draft: in `direct` mode every word counts as it is typed."""

    DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class Row:
    """One paragraph's place in a draft."""

    id: str
    section: str  # the section's id
    kind: Kind
    state: State = State.PROPOSED
    source_label: str | None = None  # as printed in the imported file, e.g. "a."


Rows = tuple[Row, ...]


def find(rows: Sequence[Row], row_id: str) -> int:
    """The index of a row. Raises `Conflict` where somebody has deleted it meanwhile."""
    for index, row in enumerate(rows):
        if row.id == row_id:
            return index
    raise Conflict("paragraph.gone", paragraph=row_id)


def block(rows: Sequence[Row], index: int) -> range:
    """The indexes of the row and of the sub-items and continuations that belong to it."""
    end = index + 1
    if rows[index].kind is Kind.ITEM:
        while end < len(rows) and _belongs(rows[end]) and rows[end].section == rows[index].section:
            end += 1
    return range(index, end)


def add(rows: Rows, new: Row, *, after: str | None) -> Rows:
    """Insert `new` after the row `after`, or as the first of its section.

    A new item goes behind the whole block of the row it follows, so that it never adopts another
    item's sub-items; a sub-item or continuation goes directly behind the row.
    """
    if after is None:
        at = next((i for i, row in enumerate(rows) if row.section == new.section), len(rows))
    else:
        index = find(rows, after)
        if rows[index].section != new.section:
            raise Invalid("paragraph.other_section", paragraph=after)
        at = index + 1
        if new.kind in (Kind.ITEM, Kind.HEADING):
            while at < len(rows) and rows[at].section == new.section and _belongs(rows[at]):
                at += 1
    return _checked((*rows[:at], new, *rows[at:]))


def indent(rows: Rows, row_id: str) -> Rows:
    """Make an item a sub-item of the item before it."""
    row = _unadopted(rows, row_id)
    if row.kind is not Kind.ITEM:
        raise Conflict("paragraph.cannot_indent", paragraph=row_id)
    return _checked(_put(rows, replace(row, kind=Kind.SUBITEM)))


def outdent(rows: Rows, row_id: str) -> Rows:
    """Make a sub-item or a continuation an item; what follows it in its block becomes its own."""
    row = _unadopted(rows, row_id)
    if not _belongs(row):
        raise Conflict("paragraph.cannot_outdent", paragraph=row_id)
    return _checked(_put(rows, replace(row, kind=Kind.ITEM)))


def move(rows: Rows, row_id: str, direction: Literal["up", "down"]) -> Rows:
    """Exchange a row with its neighbour.

    An item or heading travels with its whole block past its neighbour's whole block. A sub-item or
    continuation travels alone, and may pass into the neighbouring item.
    """
    own = block(rows, find(rows, row_id))
    other = _neighbour(rows, own, direction)
    if other is None:
        raise Conflict(f"paragraph.cannot_move_{direction}", paragraph=row_id)
    first, second = (other, own) if direction == "up" else (own, other)
    return _checked(
        (
            *rows[: first.start],
            *rows[second.start : second.stop],
            *rows[first.start : first.stop],
            *rows[second.stop :],
        )
    )


def neighbour(rows: Rows, row_id: str, direction: Literal["up", "down"]) -> str | None:
    """The row with whose block `move` would exchange this one; None where there is none."""
    other = _neighbour(rows, block(rows, find(rows, row_id)), direction)
    return None if other is None else rows[other.start].id


def delete(rows: Rows, row_id: str, *, with_block: bool) -> Rows:
    """Take a row out. An item with sub-items goes with all of them, and only if that was said."""
    index = find(rows, row_id)
    gone = block(rows, index)
    if len(gone) > 1 and not with_block:
        raise Conflict("paragraph.has_subitems", paragraph=row_id, count=len(gone) - 1)
    for row in rows[gone.start : gone.stop]:
        if row.state is State.ADOPTED:
            raise Conflict("paragraph.adopted", paragraph=row.id)
    return _checked((*rows[: gone.start], *rows[gone.stop :]))


def change_kind(rows: Rows, row_id: str, kind: Kind) -> Rows:
    """Give a row back the kind it had."""
    return _checked(_put(rows, replace(_unadopted(rows, row_id), kind=kind)))


def take_out(rows: Rows, gone: frozenset[str]) -> Rows:
    """The rows without these. What remains must still be a draft.

    Raises `Conflict` where an item would leave behind what belongs to it, for another to adopt.
    """
    for index, row in enumerate(rows):
        if row.id in gone and any(rows[at].id not in gone for at in block(rows, index)):
            raise Conflict("operation.overtaken", paragraph=row.id)
    return _checked(tuple(row for row in rows if row.id not in gone))


def put_back(rows: Rows, gone: Rows, *, behind: str | None) -> Rows:
    """Give rows that were deleted together their place back: behind the row they stood behind, or
    where that one is gone too, at the end of their section. An item goes behind whatever belongs to
    the one before it by now, and adopts none of it."""
    section = gone[0].section
    own = [index for index, row in enumerate(rows) if row.section == section]
    if behind is None:
        at = own[0] if own else len(rows)
    else:
        at = next((i + 1 for i in own if rows[i].id == behind), own[-1] + 1 if own else len(rows))
        if not _belongs(gone[0]):
            while at < len(rows) and rows[at].section == section and _belongs(rows[at]):
                at += 1
    return _checked((*rows[:at], *gone, *rows[at:]))


def mark(rows: Rows, row_id: str, state: State) -> Rows:
    """Record the state the room has given a paragraph. Adoption is its own act, not a mark."""
    row = _unadopted(rows, row_id)
    if state is State.ADOPTED:
        raise Invalid("paragraph.adopt_is_an_act")
    return _put(rows, replace(row, state=state))


def state_after_edit(state: State) -> State:
    """The state of a paragraph whose text has just been changed.

    Agreement is given to a text. When the text changes the agreement does not follow it: the
    paragraph is proposed again, and says so.
    """
    return State.PROPOSED if state in (State.AGREED, State.AD_REFERENDUM) else state


def has_open_bracket(text: str) -> bool:
    """Whether square brackets, the mark of text that is not agreed, remain in a paragraph."""
    return "[" in text or "]" in text


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a paragraph cannot be adopted without the chair overriding by name."""

    paragraph: str
    reason: Literal["empty", "bracket", "undecided"]
    language: Language | None = None


def obstacles(row: Row, texts: dict[Language, str]) -> list[Obstacle]:
    """What stands between a paragraph and its adoption: an empty language, an open bracket, no decision."""
    found = [] if row.state in DECIDED else [Obstacle(row.id, "undecided")]
    for language in LANGUAGES:
        if not texts[language].strip():
            found.append(Obstacle(row.id, "empty", language))
        elif has_open_bracket(texts[language]):
            found.append(Obstacle(row.id, "bracket", language))
    return found


def permits_change(
    *,
    mode: Mode,
    state: State,
    draft_adopted: bool,
    changed: frozenset[Language],
    writable: frozenset[Language],
) -> str | None:
    """The one place that says what a writer's update may change.

    `changed` are the languages whose text the update alters, `writable` those the access table lets
    this person write. Returns None, or the code of the refusal.
    """
    if draft_adopted or state is State.ADOPTED:
        return "paragraph.adopted"
    if not changed <= writable:
        return "paragraph.other_language" if writable else "draft.read_only"
    if mode is Mode.DIRECT:
        return None
    raise Invalid("draft.unknown_mode", mode=mode)


def _belongs(row: Row) -> bool:
    return row.kind in (Kind.SUBITEM, Kind.CONTINUATION)


def _put(rows: Rows, row: Row) -> Rows:
    return tuple(row if old.id == row.id else old for old in rows)


def _unadopted(rows: Rows, row_id: str) -> Row:
    row = rows[find(rows, row_id)]
    if row.state is State.ADOPTED:
        raise Conflict("paragraph.adopted", paragraph=row_id)
    return row


def _neighbour(rows: Rows, own: range, direction: Literal["up", "down"]) -> range | None:
    return _block_before(rows, own.start) if direction == "up" else _block_after(rows, own)


def _block_before(rows: Rows, index: int) -> range | None:
    start = index - 1
    if start < 0 or rows[start].section != rows[index].section:
        return None
    if not _belongs(rows[index]):
        while _belongs(rows[start]):
            start -= 1
    return range(start, index)


def _block_after(rows: Rows, own: range) -> range | None:
    if own.stop >= len(rows) or rows[own.stop].section != rows[own.start].section:
        return None
    if _belongs(rows[own.start]):
        return range(own.stop, own.stop + 1)
    return block(rows, own.stop)


def _checked(rows: Rows) -> Rows:
    """Refuse rows in which a sub-item or continuation has no item to belong to."""
    before: Row | None = None
    for row in rows:
        opens = before is None or before.section != row.section or before.kind is Kind.HEADING
        if _belongs(row) and opens:
            raise Conflict("paragraph.needs_item", paragraph=row.id)
        before = row
    return rows
