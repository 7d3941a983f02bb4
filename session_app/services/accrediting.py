"""Importing a list of accreditations in four steps: file, columns, review, confirmation.

Between the steps the list lies in the store, for the person who has sent it alone. Nothing of it counts
before `confirm`; nobody is ever removed by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from session_app.domain.access import Action
from session_app.domain.accreditation import guess_columns
from session_app.domain.errors import Conflict, Invalid, NotFound
from session_app.domain.review import Reviewed, RowTexts, digest, review
from session_app.domain.sheet import FIELDS, SURNAME, read_sheet, squeeze, texts_of
from session_app.domain.text import one_line
from session_app.store import imports, people, sessions
from session_app.store.imports import ImportList, ListRow

from .desk import Act, Desk, acting, keep_people
from .people import keep_as_known, settle
from .settings import read_setting

FIXABLE = ("delegation", "capacity", "language")
"""Fields that may be the same for a whole list."""
MAX_FILE_NAME = 80
MAX_TEXT = 400
"""Characters of a cell that are kept as they are typed: the review says where it is too long."""

_MISSING: Mapping[str, str] = {
    "name": "people.choose_name",
    "delegation": "people.choose_delegation",
    "capacity": "people.choose_capacity",
}


@dataclass(frozen=True, slots=True)
class Staged:
    """A list on its way in, as it stands now."""

    held: ImportList
    rows: tuple[Reviewed, ...]  # but those imported already
    seen: str  # the digest of what would be imported

    @property
    def ready(self) -> tuple[Reviewed, ...]:
        """The rows that would be imported."""
        return tuple(each for each in self.rows if each.is_ready)

    @property
    def wrong(self) -> tuple[Reviewed, ...]:
        """The rows that are to be corrected."""
        return tuple(each for each in self.rows if each.standing == "wrong")


def stage(
    desk: Desk, session: str, name: str, content: bytes, *, person: str, now: datetime
) -> None:
    """Step 1: take a file. The list this person had before, with what was left of it, is gone.

    Raises `Invalid("people.bad_list", problems=…)` for what is not a list; then that one still stands.
    """
    _require(desk, session, person, now)
    sheet = read_sheet(content)
    columns = guess_columns(sheet, desk.forum)
    with desk.store.transaction(now) as tx:
        imports.stage(
            tx,
            session,
            person,
            file=one_line(name.rpartition("/")[2].rpartition("\\")[2])[-MAX_FILE_NAME:],
            headings=[each[:MAX_TEXT] for each in sheet.headings],
            columns=columns,
            rows=[(line, [cell[:MAX_TEXT] for cell in cells]) for line, cells in sheet.rows],
        )


def read_staged(desk: Desk, session: str, person: str | None, now: datetime) -> Staged | None:
    """The list this person is bringing in, reviewed against what is accredited now; None for none."""
    held = imports.find(desk.store, session, person or "", now)
    if held is None:
        return None
    rows = _review(desk, session, held)
    return Staged(held, rows, digest(rows))


def choose_columns(
    desk: Desk,
    session: str,
    columns: Sequence[str],
    fixed: Mapping[str, str],
    *,
    person: str,
    now: datetime,
) -> None:
    """Step 2: say which column is what, empty for none, and what holds for everybody.

    Raises `Invalid` where a field has two columns, or one that is needed has none and nothing holds
    for everybody in its place.
    """
    held = _held(desk, session, person, now)
    chosen = tuple(each or None for each in columns)
    if len(chosen) != len(held.columns) or set(chosen) - {None, SURNAME, *FIELDS}:
        raise Invalid("message.malformed")
    named = [each for each in chosen if each is not None]
    if len(named) != len(set(named)):
        raise Invalid("people.chosen_twice")
    holds = {each: squeeze(text)[:MAX_TEXT] for each, text in fixed.items() if each in FIXABLE}
    holds = {each: text for each, text in holds.items() if text}
    for each, code in _MISSING.items():
        if each not in chosen and each not in holds:
            raise Invalid(code)
    with desk.store.transaction(now) as tx:
        imports.choose_columns(tx, session, person, chosen, holds)


def correct_row(
    desk: Desk,
    session: str,
    line: int,
    texts: Mapping[str, str],
    *,
    everywhere: str | None = None,
    person: str,
    now: datetime,
) -> None:
    """Step 3: put texts into a row, by field. With `everywhere`, a field, every row that says the same
    there is corrected with it. A row that was left out is in again."""
    held = _held(desk, session, person, now)
    row = _row(held, line)
    typed = {each: squeeze(text)[:MAX_TEXT] for each, text in texts.items() if each in FIELDS}
    before = texts_of(row.cells, held.columns, held.fixed, row.edits)
    changed = [(row, typed)]
    if everywhere in typed:
        same = before.get(everywhere, "")
        changed += [
            (each, {everywhere: typed[everywhere]})
            for each in held.rows
            if each is not row
            and not each.imported
            and texts_of(each.cells, held.columns, held.fixed, each.edits).get(everywhere) == same
        ]
    with desk.store.transaction(now) as tx:
        for each, said in changed:
            file = texts_of(each.cells, held.columns, held.fixed, {})
            edits = {
                field: text
                for field, text in {**each.edits, **said}.items()
                if text != file.get(field, "")
            }
            skipped = each.skipped and each is not row
            imports.put_row(tx, session, person, each.line, edits=edits, skipped=skipped)


def skip_row(
    desk: Desk, session: str, line: int, *, skipped: bool, person: str, now: datetime
) -> None:
    """Leave a row out, or take it in again."""
    row = _row(_held(desk, session, person, now), line)
    with desk.store.transaction(now) as tx:
        imports.put_row(tx, session, person, line, edits=row.edits, skipped=skipped)


def confirm(
    desk: Desk, session: str, seen: str, *, person: str, now: datetime
) -> tuple[int, int, int]:
    """Step 4: accredit what is ready and leave the rest for later; returns (added, updated, left).

    `seen` is the digest of what the person was shown: raises `Conflict("people.list_changed")` where
    it would now be something else, e.g. because a colleague has imported a list meanwhile.
    """
    with acting(
        desk,
        session=session,
        person=person,
        needs=Action.ACCREDIT,
        name="people.accredit",
        subject="",
        now=now,
    ) as act:
        held = imports.find(desk.store, session, person, now)
        if held is None:
            raise Conflict("people.no_list")
        rows = _review(desk, session, held)
        if digest(rows) != seen:
            raise Conflict("people.list_changed")
        ready = [each for each in rows if each.is_ready]
        if not ready:
            raise Conflict("people.nothing_ready")
        added = _enter(act, ready)
        left = sum(each.standing == "wrong" for each in rows)
        imports.mark_imported(act.tx, session, person, [each.line for each in ready])
        settle(act)
        updated = len(ready) - added
        act.facts.update(added=added, updated=updated, left=left)
        return added, updated, left


def discard(desk: Desk, session: str, *, person: str, now: datetime) -> None:
    """Forget the list, with what was left of it. What has been imported stays."""
    _require(desk, session, person, now)
    with desk.store.transaction(now) as tx:
        imports.discard(tx, session, person)


def _enter(act: Act, ready: Sequence[Reviewed]) -> int:
    """Accredit what is ready; how many of them were not accredited before."""
    added, held = 0, {each.person: each for each in people.held(act.desk.store, act.session.id)}
    for each in ready:
        if each.accreditation is not None:
            keep_as_known(act, held.get(each.person or ""), each.accreditation)
            people.enter(act.tx, act.session.id, each.accreditation, each.person)
            added += each.standing == "new"
    return added


def _review(desk: Desk, session: str, held: ImportList) -> tuple[Reviewed, ...]:
    known = sessions.session(desk.store, session)
    rows = [
        RowTexts(row.line, texts_of(row.cells, held.columns, held.fixed, row.edits), row.skipped)
        for row in held.rows
        if not row.imported
    ]
    return review(
        rows,
        desk.forum,
        ppt=known.ppt,
        body=known.body,
        held=people.held(desk.store, session),
        companions=int(read_setting(desk, session, "companions")),
    )


def _held(desk: Desk, session: str, person: str, now: datetime) -> ImportList:
    _require(desk, session, person, now)
    held = imports.find(desk.store, session, person, now)
    if held is None:
        raise Conflict("people.no_list")
    return held


def _row(held: ImportList, line: int) -> ListRow:
    for row in held.rows:
        if row.line == line and not row.imported:
            return row
    raise NotFound("people.no_row")


def _require(desk: Desk, session: str, person: str, now: datetime) -> None:
    desk.authority.require(session, person, Action.ACCREDIT, now)
    keep_people(sessions.session(desk.store, session))
