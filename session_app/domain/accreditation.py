"""Reading accreditations: a row of texts becomes a person in a capacity, or says what is wrong with it.

A list is read in two ways. `read_accreditations` takes it whole or not at all, for the command line.
`RowReader` reads rows one by one, for a list that somebody corrects while looking at it (`review`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import TypeVar

from .drafting import Language
from .forum import Delegation, Forum
from .people import CATEGORIES, PRESIDENCY, SERVICE, Audience, Capacity
from .sheet import (
    COLUMNS,
    FIELDS,
    REQUIRED,
    Problem,
    Sheet,
    field_of,
    fold,
    read_lines,
    refuse,
    squeeze,
    without_empty_end,
)
from .text import is_clean

MAX_CELL = 200
"""Characters of one cell."""
EVERYTHING = frozenset(FIELDS)


@dataclass(frozen=True, slots=True)
class AccreditationLine:
    """One person of the list, checked."""

    line: int
    name: str
    delegation: str
    capacity: Capacity
    email: str | None = None
    language: Language = "es"
    drafting: bool = False
    audience: Audience = "observers"
    rank: str = ""  # as printed: "Viceministra de Gobernación"
    given: frozenset[str] = field(default=EVERYTHING, compare=False)
    """Fields the list speaks of: of the others nothing changes for who is there already."""

    @property
    def identity(self) -> tuple[str, ...]:
        """What makes a line of a later list the same person: the address, or name and delegation."""
        return (self.email,) if self.email else (self.name, self.delegation)


def read_accreditations(
    content: str | bytes, forum: Forum, *, ppt: str | None = None
) -> list[AccreditationLine]:
    """Read a list of accreditations whole: CSV with a header, as any spreadsheet saves it.

    Columns `name, delegation, capacity` and optionally `email, language, drafting, audience, rank`, in
    any order, in English or Spanish (nombre, delegacion, calidad, correo, idioma, redaccion, publico,
    rango).
    With `ppt` the chair and PPT staff must come from that delegation.

    Raises `Invalid("people.bad_list", problems=…)` with every `Problem` found; no line is returned
    unless every line is right.
    """
    table = read_lines(content)
    columns = _read_header(table[0][1])
    reader = RowReader(forum, ppt, columns)
    lines = [_read_cells(reader, number, cells, list(columns)) for number, cells in table[1:]]
    problems = [*reader.problems, *_check_list([line for line in lines if line is not None])]
    if not problems and not lines:
        problems.append(Problem(1, "", "people.no_lines"))
    if problems:
        raise refuse(problems)
    return [line for line in lines if line is not None]


# Columns -------------------------------------------------------------------------------------


def guess_columns(sheet: Sheet, forum: Forum) -> tuple[str | None, ...]:
    """For each column the field it seems to hold, by its heading, and by what stands below it.

    "Cargo" is what somebody does at the meeting in one list, and their post in the next: it is the
    capacity if its cells are. A delegation or capacity without a heading of its own is found by its
    cells, too; of a list without headings the first column that is left is the name.
    """
    reader = RowReader(forum)
    columns = list(zip(*(cells for _, cells in sheet.rows), strict=True))

    def holds(place: int, column: str) -> bool:
        cells = [cell for cell in columns[place] if cell]
        knows = reader.knows_capacity if column == "capacity" else reader.knows_delegation
        return bool(cells) and sum(map(knows, cells)) * 2 > len(cells)

    found: list[str | None] = []
    for place, heading in enumerate(sheet.headings):
        column = field_of(heading)
        if fold(heading) == "cargo" and not holds(place, "capacity"):
            column = "rank"
        found.append(column if column not in found else None)
    for column in ("delegation", "capacity"):
        if column not in found:
            for place, taken in enumerate(found):
                if taken is None and holds(place, column):
                    found[place] = column
                    break
    if not any(sheet.headings) and any(found):
        for place, taken in enumerate(found):
            if taken is None and not any("@" in cell for cell in columns[place]):
                found[place] = "name"  # what a list of people begins with
                break
    return tuple(found)


def _read_header(cells: list[str]) -> dict[str, str]:
    """The columns in order, each with its name in this list. Empty cells at the end are a
    spreadsheet's."""
    columns: dict[str, str] = {}
    problems: list[Problem] = []
    for cell in without_empty_end(cells):
        shown = _shown(cell)
        column = COLUMNS.get(fold(cell))
        if column is None:
            known = ", ".join(COLUMNS)
            problems.append(Problem(1, shown, "people.unknown_column", {"known": known}))
        elif column in columns:
            problems.append(Problem(1, shown, "people.column_twice"))
        else:
            columns[column] = shown
    if not problems:
        problems += [
            Problem(1, column, "people.missing_column")
            for column in REQUIRED
            if column not in columns
        ]
    if problems:
        raise refuse(problems)
    return columns


def _read_cells(
    reader: RowReader, line: int, cells: list[str], columns: list[str]
) -> AccreditationLine | None:
    cells = without_empty_end(cells, len(columns))
    if len(cells) != len(columns):
        counts = {"found": len(cells), "expected": len(columns)}
        reader.problems.append(Problem(line, "", "people.wrong_cells", counts))
        return None
    return reader.read(line, dict(zip(columns, cells, strict=True)))


# Words ---------------------------------------------------------------------------------------

CAPACITY_WORDS: Mapping[str, Capacity] = MappingProxyType(
    {
        **{capacity.value: capacity for capacity in Capacity},
        **dict.fromkeys(
            (
                "head_of_delegation",
                "jefe",
                "jefa",
                "jefatura",
                "jefe_de_delegacion",
                "jefa_de_delegacion",
                "jefatura_de_delegacion",
                "jefe_a",
                "jefe_a_de_delegacion",
                "titular",
            ),
            Capacity.HEAD,
        ),
        **dict.fromkeys(
            (
                "delegado",
                "delegada",
                "delegado_o_delegada",
                "delegado_a",
                "delegacion",
                "miembro_de_la_delegacion",
                "member_of_delegation",
                "delegation",
                "alternate",
                "alterno",
                "alterna",
                "suplente",
                *("asesor", "asesora", "asesor_a", "adviser", "advisor"),
            ),
            Capacity.DELEGATE,
        ),
        **dict.fromkeys(("acompanante", "accompanying_official"), Capacity.COMPANION),
        **dict.fromkeys(
            (
                "representante_de_redaccion",
                "representante_en_el_grupo_de_redaccion",
                "grupo_de_redaccion",
                "redaccion",
                "drafting",
                "drafting_group",
            ),
            Capacity.DRAFTING_REPRESENTATIVE,
        ),
        **dict.fromkeys(("presidencia", "presidente", "presidenta", "presidency"), Capacity.CHAIR),
        **dict.fromkeys(
            (
                "personal_ppt",
                "personal_de_la_ppt",
                "equipo_ppt",
                "equipo_de_la_ppt",
                "equipo_de_la_presidencia_pro_tempore",
                "presidency_pro_tempore_staff",
            ),
            Capacity.PPT_STAFF,
        ),
        **dict.fromkeys(
            (
                *("personal", "secretaria", "secretaria_tecnica", "personal_de_la_st", "st"),
                *("secretariat", "technical_secretariat", "ts"),
            ),
            Capacity.STAFF,
        ),
        **dict.fromkeys(
            (
                "observador",
                "observadora",
                "observador_u_observadora",
                "observador_a",
                "organismo_observador",
                "pais_observador",
            ),
            Capacity.OBSERVER,
        ),
        **dict.fromkeys(
            (
                "sociedad_civil",
                "civil_society",
                "red_regional_de_organizaciones_civiles",
                "regional_network_of_civil_organizations",
                "rncom",
            ),
            Capacity.RROCM,
        ),
        **dict.fromkeys(
            ("invitado", "invitada", "invitado_a", "persona_invitada", "invitado_especial"),
            Capacity.GUEST,
        ),
        "interprete": Capacity.INTERPRETER,
        **dict.fromkeys(
            ("tecnico", "tecnica", "apoyo_tecnico", "technical_support"), Capacity.TECHNICAL
        ),
        **dict.fromkeys(("pantalla", "pantalla_de_sala", "room_screen"), Capacity.SCREEN),
    }
)
LANGUAGE_WORDS: Mapping[str, Language] = MappingProxyType(
    {
        "": "es",
        "es": "es",
        "esp": "es",
        "espanol": "es",
        "castellano": "es",
        "spanish": "es",
        "en": "en",
        "eng": "en",
        "ing": "en",
        "ingles": "en",
        "english": "en",
    }
)
_YES_WORDS: Mapping[str, bool] = MappingProxyType(
    {
        **dict.fromkeys(("yes", "y", "si", "s", "x", "1", "true"), True),
        **dict.fromkeys(("", "no", "n", "0", "false"), False),
    }
)
_AUDIENCE_WORDS: Mapping[str, Audience] = MappingProxyType(
    {
        "": "observers",
        "observers": "observers",
        "observadores": "observers",
        "members": "members",
        "miembros": "members",
    }
)
_KNOWN_WORDS: Mapping[str, object] = MappingProxyType(
    {
        "capacity": tuple(Capacity),
        "language": "es, en",
        "drafting": "yes, no, sí",
        "audience": "members, observers, miembros, observadores",
    }
)
"""What a refusal offers: not every spelling that is understood."""
T = TypeVar("T")
_EMAIL = re.compile(r"[^@\s\"<>,;]{1,64}@[^@\s\"<>,;]+\.[^@\s\"<>,;.]{2,}")
_OWN_CODE = re.compile(r"[A-Z][A-Z0-9]{1,11}")
_ACRONYM = re.compile(r"\(([^()]+)\)")


def _words_of(delegation: Delegation) -> list[str]:
    """Everything a delegation is called: its code, its names, and what stands in brackets in them."""
    words = [delegation.code]
    for name in delegation.name.values():
        acronyms = [part for found in _ACRONYM.findall(name) for part in found.split("/")]
        words += [name, _ACRONYM.sub("", name).strip(), *acronyms]
    return words


# One row -------------------------------------------------------------------------------------


class RowReader:
    """Reads the rows of one list and gathers what is wrong with them."""

    def __init__(
        self, forum: Forum, ppt: str | None = None, printed: Mapping[str, str] | None = None
    ) -> None:
        """`printed` is what the list itself calls its columns."""
        self._forum = forum
        self._ppt = ppt
        self._printed = dict(printed or {})
        self._codes = {
            fold(word): each.code for each in forum.delegations.values() for word in _words_of(each)
        }
        self.problems: list[Problem] = []

    def knows_delegation(self, text: str) -> bool:
        """Whether a cell names a delegation of the forum."""
        return fold(text) in self._codes

    def knows_capacity(self, text: str) -> bool:
        """Whether a cell names a capacity."""
        return _split_capacity(text)[0] is not None

    def code_of(self, text: str) -> str | None:
        """The code of the delegation of the forum that a cell names."""
        return self._codes.get(fold(text))

    def read(self, line: int, cells: Mapping[str, str]) -> AccreditationLine | None:
        """One row, by field, or None with at least one problem more."""
        known = len(self.problems)
        texts = {column: squeeze(cell) for column, cell in cells.items()}
        for column, text in texts.items():
            self._check_cell(line, column, text)
        if len(self.problems) > known:
            return None
        capacity, drafts = self._capacity(line, texts.get("capacity", ""))
        language = self._word(line, "language", texts.get("language", ""), LANGUAGE_WORDS)
        drafting = self._word(line, "drafting", texts.get("drafting", ""), _YES_WORDS)
        audience = self._word(line, "audience", texts.get("audience", ""), _AUDIENCE_WORDS)
        email = self._email(line, texts.get("email", ""))
        if not texts.get("name"):
            self._report(line, "name", "people.no_name")
        delegation = self._delegation(line, texts.get("delegation", ""), capacity)
        if language is None or drafting is None or audience is None:
            return None
        if capacity is None or delegation is None:
            return None
        drafting = drafting or drafts or capacity is Capacity.DRAFTING_REPRESENTATIVE
        self._check_capacity(line, delegation, capacity, drafting)
        if len(self.problems) > known:
            return None
        name = unicodedata.normalize("NFC", texts["name"])
        rank = unicodedata.normalize("NFC", texts.get("rank", ""))
        given = frozenset(texts) | ({"drafting"} if drafts else set())
        return AccreditationLine(
            line, name, delegation, capacity, email, language, drafting, audience, rank, given
        )

    def take_problems(self) -> tuple[Problem, ...]:
        """What has been found wrong since this was last asked."""
        found, self.problems = tuple(self.problems), []
        return found

    def _report(self, line: int, column: str, code: str, **params: object) -> None:
        self.problems.append(Problem(line, self._printed.get(column, column), code, params))

    def _check_cell(self, line: int, column: str, text: str) -> None:
        if len(text) > MAX_CELL:
            self._report(line, column, "people.cell_too_long", limit=MAX_CELL)
        elif text.startswith(("=", "+", "-", "@")):
            # A spreadsheet would run it when the list is opened again (OWASP, CSV injection).
            self._report(line, column, "people.formula", value=_shown(text))
        elif not is_clean(text) or any(
            unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs") for char in text
        ):
            self._report(line, column, "people.control_character")

    def _capacity(self, line: int, text: str) -> tuple[Capacity | None, bool]:
        found, drafts = _split_capacity(text)
        if found is None and not text:
            self._report(line, "capacity", "people.no_capacity")
        elif found is None:
            self._word(line, "capacity", text, CAPACITY_WORDS)
        return found, drafts

    def _word(self, line: int, column: str, text: str, words: Mapping[str, T]) -> T | None:
        found = words.get(fold(text))
        if found is None:
            known = _KNOWN_WORDS[column]
            self._report(line, column, "people.unknown_word", value=_shown(text), known=known)
        return found

    def _email(self, line: int, text: str) -> str | None:
        if text and _EMAIL.fullmatch(text) is None:
            self._report(line, "email", "people.bad_email", value=_shown(text))
        return text.casefold() or None

    def _delegation(self, line: int, text: str, capacity: Capacity | None) -> str | None:
        """The code of a delegation: the forum's, or a guest's own."""
        code = self.code_of(text)
        if code is not None:
            return code
        if not text:
            self._report(line, "delegation", "people.no_delegation")
            return None
        outside = capacity in CATEGORIES[None]
        if not outside or _OWN_CODE.fullmatch(text) is None:
            known = ", ".join(self._forum.delegations)
            code = "people.unknown_delegation"
            self._report(line, "delegation", code, value=_shown(text), known=known)
            return None
        return text

    def _check_capacity(self, line: int, code: str, capacity: Capacity, drafting: bool) -> None:
        delegation = self._forum.delegations.get(code)
        possible = CATEGORIES[delegation.kind if delegation else None]
        if capacity not in possible:
            self._report(
                line,
                "capacity",
                "people.wrong_capacity",
                value=capacity,
                delegation=code,
                known=tuple(possible),
            )
        elif capacity in PRESIDENCY and self._ppt is not None and code != self._ppt:
            self._report(line, "capacity", "people.not_the_presidency", ppt=self._ppt)
        elif drafting and (
            delegation is None or delegation.kind != "member" or capacity in SERVICE
        ):
            self._report(line, "drafting", "people.cannot_draft", delegation=code)


def _split_capacity(text: str) -> tuple[Capacity | None, bool]:
    """A capacity, and whether the group that drafts is named beside it: "Jefatura, redacción"."""
    whole = CAPACITY_WORDS.get(fold(text))
    if whole is not None:
        return whole, False
    parts = [CAPACITY_WORDS.get(fold(part)) for part in re.split(r"[,;/+&]| y | and ", text)]
    if len(parts) == 2 and Capacity.DRAFTING_REPRESENTATIVE in parts:
        parts.remove(Capacity.DRAFTING_REPRESENTATIVE)
        return parts[0], parts[0] is not None
    return None, False


def _check_list(lines: list[AccreditationLine]) -> list[Problem]:
    """What only shows when lines are compared: a person twice, a second representative."""
    problems = [
        Problem(line, "", "people.person_twice", {"first": first})
        for line, first in find_twins(lines).items()
    ]
    representatives: dict[str, AccreditationLine] = {}
    for line in lines:
        if line.drafting:
            named = representatives.setdefault(line.delegation, line)
            if named is not line:
                params = {
                    "delegation": line.delegation,
                    "first": named.name,
                    "second": line.name,
                }
                problems.append(Problem(line.line, "", "people.second_representative", params))
    return problems


def find_twins(lines: Iterable[AccreditationLine]) -> dict[int, int]:
    """Lines that are of somebody who stands in an earlier one, each with that earlier line."""
    persons: dict[tuple[str, ...], int] = {}
    namesakes: dict[tuple[str, str], AccreditationLine] = {}
    twins: dict[int, int] = {}
    for line in lines:
        first = persons.setdefault(line.identity, line.line)
        namesake = namesakes.setdefault((line.name, line.delegation), line)
        if first == line.line and not (line.email and namesake.email):
            first = namesake.line  # without two addresses nobody can tell them apart
        if first != line.line:
            twins[line.line] = first
    return twins


def _shown(text: str) -> str:
    """A cell short enough to be quoted in a sentence."""
    return text.strip()[:60]


# Suggestions ---------------------------------------------------------------------------------

NEAREST = 3
"""Delegations that are suggested at most for one that is not recognised."""
_NEAR = 0.62
_SMALL_WORDS = frozenset(
    ["de", "del", "la", "las", "los", "el", "y", "the", "of", "and", "for", "para", "por"]
)


def suggest_delegations(text: str, forum: Forum) -> tuple[str, ...]:
    """The codes of the delegations that a cell most likely means, the likeliest first."""
    given = _significant(text)
    if not given:
        return ()
    scores = {
        each.code: max(_likeness(given, _significant(word)) for word in _words_of(each))
        for each in forum.delegations.values()
    }
    near = [code for code in scores if scores[code] >= _NEAR]
    return tuple(sorted(near, key=lambda code: -scores[code])[:NEAREST])


def _significant(text: str) -> list[str]:
    words = fold(text).split("_")
    return [word for word in words if word and word not in _SMALL_WORDS]


def _likeness(given: list[str], known: list[str]) -> float:
    """How much alike two names are: 1 for the same, less for shortened words, initials, slips."""
    letters, whole = "".join(given), "".join(known)
    matcher = SequenceMatcher(None, letters, whole, autojunk=False)
    quick = min(matcher.real_quick_ratio(), matcher.quick_ratio())
    alike = matcher.ratio() if quick >= _NEAR else 0.0
    initials = "".join(word[0] for word in known)
    doubled = "".join(2 * letter for letter in initials[:2])  # EE. UU.
    if len(known) > 1 and letters in (initials, initials[:2], doubled):
        return 0.95
    matched = 0
    for word in given:
        place = next((at for at, other in enumerate(known) if other.startswith(word)), None)
        if place is None:
            return alike
        matched += len(word)
    return max(alike, 0.8 + 0.15 * matched / max(len(whole), 1))


def possible_capacities(delegation: str | None, forum: Forum, *, ppt: str) -> tuple[Capacity, ...]:
    """The capacities a delegation can send, those of its own kind before the services."""
    known = forum.delegations.get(delegation or "")
    possible = CATEGORIES[known.kind if known else None]
    own = [each for each in possible if each not in SERVICE]
    if delegation != ppt:
        own = [each for each in own if each not in PRESIDENCY]
    return (*own, *(each for each in possible if each in SERVICE))
