"""The steps of an import as a page shows them, in the words of its reader's language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from session_app.domain.accreditation import AccreditationLine
from session_app.domain.drafting import LANGUAGES, Language
from session_app.domain.people import Capacity
from session_app.domain.review import Fix, Reviewed, suggest
from session_app.domain.sheet import FIELDS, SURNAME, Problem
from session_app.i18n import translate
from session_app.services.accrediting import Staged
from session_app.services.desk import Desk
from session_app.store import sessions

STEPS = ("file", "columns", "review", "confirm")

SHOWN_WRONG = 60
"""Rows to be corrected on one page: those behind come up as these are done."""
SHOWN_READY = 6
SAMPLES = 3
SHORT = {
    "people.unknown_delegation": "ui.import.wrong.delegation",
    "people.no_delegation": "ui.import.wrong.no_delegation",
    "people.no_capacity": "ui.import.wrong.capacity",
    "people.person_twice": "ui.import.wrong.twice",
    "people.no_name": "ui.import.wrong.name",
    "people.bad_email": "ui.import.wrong.email",
    "people.unknown_word": "ui.import.wrong.word",
    "people.wrong_capacity": "ui.import.wrong.not_theirs",
}
"""What is said at a row in few words, where its whole sentence says what a command line needs."""


@dataclass(frozen=True, slots=True)
class CellModel:
    """One cell: its field, what is typed in it, what is read from it, and whether it is wrong."""

    field: str
    text: str
    shown: str
    wrong: bool


@dataclass(frozen=True, slots=True)
class FixModel:
    """A correction on offer: `value` goes into `field`; `also` so many other rows say the same."""

    field: str
    value: str
    label: str
    also: int


@dataclass(frozen=True, slots=True)
class RowModel:
    """A row of the list."""

    line: int
    cells: tuple[CellModel, ...]
    standing: str
    said: tuple[str, ...]  # what is wrong, or worth a look
    changes: tuple[str, ...]
    fixes: tuple[FixModel, ...]
    editing: bool


@dataclass(frozen=True, slots=True)
class ColumnModel:
    """A column of the file, and the field it is taken for."""

    heading: str
    field: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportModel:
    """A list on its way in."""

    file: str
    read: int
    ready: int
    wrong: int
    skipped: int
    imported: int
    added: int  # of those ready
    changed: int
    seen: str
    fields: tuple[tuple[str, str], ...]  # shown columns: field, and what the file calls it
    columns: tuple[ColumnModel, ...]
    fixed: dict[str, str]
    to_correct: tuple[RowModel, ...]
    ready_rows: tuple[RowModel, ...]
    changed_rows: tuple[RowModel, ...]
    skipped_rows: tuple[RowModel, ...]
    choices: dict[str, tuple[str, ...]]  # for a field, what can be chosen


def read_import(
    desk: Desk,
    session: str,
    staged: Staged,
    language: Language,
    *,
    editing: int = 0,
    everything: bool = False,
) -> ImportModel:
    """A list as a page shows it at one of its steps. `editing` is a row whose cells can be typed in."""
    held = staged.held
    ppt = sessions.session(desk.store, session).ppt
    headings = {
        field: heading
        for field, heading in zip(held.columns, held.headings, strict=True)
        if field is not None
    }
    typed = {field for row in held.rows for field in row.edits}
    spoken_of = {*headings, *held.fixed, *typed, "name", "delegation", "capacity"}
    fields = tuple(field for field in FIELDS if field in spoken_of)
    same = Counter((field, row.texts.get(field, "")) for row in staged.rows for field in fields)
    words = _Words(desk, language, ppt, fields, same, editing)
    wrong, ready = staged.wrong, staged.ready
    skipped = tuple(each for each in staged.rows if each.standing == "skipped")
    changed = tuple(each for each in ready if each.standing == "changed")
    shown_ready = ready if everything else _first(ready, editing)
    return ImportModel(
        file=held.file,
        read=len(held.rows),
        ready=len(ready),
        wrong=len(wrong),
        skipped=len(skipped),
        imported=sum(row.imported for row in held.rows),
        added=sum(each.standing == "new" for each in ready),
        changed=len(changed),
        seen=staged.seen,
        fields=tuple((field, headings.get(field, "")) for field in fields),
        columns=tuple(
            ColumnModel(heading, field or "", _samples(row.cells[at] for row in held.rows))
            for at, (heading, field) in enumerate(zip(held.headings, held.columns, strict=True))
        ),
        fixed=dict(held.fixed),
        to_correct=tuple(words.row(each) for each in wrong[:SHOWN_WRONG]),
        ready_rows=tuple(words.row(each) for each in shown_ready),
        changed_rows=tuple(words.row(each) for each in changed),
        skipped_rows=tuple(words.row(each) for each in skipped),
        choices={
            "delegation": tuple(each.name[language] for each in desk.forum.delegations.values()),
            "capacity": tuple(translate(f"ui.capacity.{each}", language) for each in Capacity),
            "language": LANGUAGES,
            "drafting": (translate("ui.import.yes", language), translate("ui.import.no", language)),
        },
    )


def targets(language: Language) -> tuple[tuple[str, str], ...]:
    """What a column can be taken for, in words."""
    order = ("name", SURNAME, *FIELDS[1:])
    return tuple((field, translate(f"ui.import.field.{field}", language)) for field in order)


@dataclass(frozen=True)
class _Words:
    """What it takes to say a row to one reader."""

    desk: Desk
    language: Language
    ppt: str
    fields: tuple[str, ...]
    same: Counter[tuple[str, str]]
    editing: int

    def row(self, row: Reviewed) -> RowModel:
        wrong = {problem.column for problem in row.problems}
        if row.problems and not wrong - {""}:
            wrong = {fix.field for fix in self._fixes(row)}
        return RowModel(
            line=row.line,
            cells=tuple(
                CellModel(
                    field,
                    row.texts.get(field, ""),
                    self._shown(field, row),
                    field in wrong,
                )
                for field in self.fields
            ),
            standing=row.standing,
            said=tuple(self._say(each) for each in (*row.problems, *row.notes)),
            changes=tuple(
                translate(f"ui.people.changed.{each}", self.language) for each in row.changes
            ),
            fixes=tuple(self._offer(fix, row) for fix in self._fixes(row)),
            editing=row.line == self.editing,
        )

    def _fixes(self, row: Reviewed) -> tuple[Fix, ...]:
        return suggest(row, self.desk.forum, ppt=self.ppt)

    def _offer(self, fix: Fix, row: Reviewed) -> FixModel:
        also = self.same[fix.field, row.texts.get(fix.field, "")] - 1
        everywhere = fix.field == "delegation" and bool(row.texts.get("delegation"))
        word = self._word(fix.field, fix.value)
        return FixModel(fix.field, word, word, also if everywhere else 0)

    def _word(self, field: str, value: str) -> str:
        if field == "delegation":
            known = self.desk.forum.delegations.get(value)
            return known.name[self.language] if known else value
        if field == "capacity":
            return translate(f"ui.capacity.{value}", self.language)
        if field == "language":
            return translate(f"ui.language.{value}", self.language) if value else ""
        if field == "drafting":
            return translate(f"ui.import.{value}", self.language)
        return value

    def _say(self, problem: Problem) -> str:
        return translate(SHORT.get(problem.code, problem.code), self.language, **problem.params)

    def _shown(self, field: str, row: Reviewed) -> str:
        line = row.accreditation
        if line is None:
            return row.texts.get(field, "")
        return self._read(field, line)

    def _read(self, field: str, line: AccreditationLine) -> str:
        match field:
            case "delegation" | "capacity":
                return self._word(field, str(getattr(line, field)))
            case "drafting":
                return self._word(field, "yes" if line.drafting else "no")
            case "language":
                return line.language.upper()
            case "audience":
                return translate(f"ui.import.audience.{line.audience}", self.language)
            case _:
                return str(getattr(line, field) or "")


def _first(ready: tuple[Reviewed, ...], editing: int) -> tuple[Reviewed, ...]:
    """The first few, and the one that is being typed in wherever it stands."""
    shown = ready[:SHOWN_READY]
    return shown + tuple(
        each for each in ready[SHOWN_READY:] if each.line == editing and each not in shown
    )


def _samples(cells: Iterable[str]) -> tuple[str, ...]:
    found: list[str] = []
    for cell in cells:
        if cell and cell not in found:
            found.append(cell[:60])
        if len(found) == SAMPLES:
            break
    return tuple(found)
