"""Who takes part in a session: capacities, categories, grants, and the list of accreditations.

An accreditation is a person in a capacity for a delegation, *for one session*. The category the
access table speaks of is computed from it each time and never stored with the person, so a country
that hands the Presidency Pro-Tempore over loses its chair's rights by that alone.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, TypeVar

from .drafting import Language
from .errors import Invalid
from .forum import DelegationKind, Forum
from .text import is_clean


class Category(StrEnum):
    """The eleven categories of the access matrix."""

    HEAD = "head"
    DELEGATE = "delegate"
    PPT_CHAIR = "ppt_chair"
    PPT_STAFF = "ppt_staff"
    ST = "st"
    OBSERVER_COUNTRY = "observer_country"
    OBSERVER_ORGANISATION = "observer_organisation"
    RROCM = "rrocm"
    GUEST = "guest"
    INTERPRETER = "interpreter"
    PUBLIC = "public"


class Capacity(StrEnum):
    """In what capacity a person is accredited."""

    HEAD = "head"
    DELEGATE = "delegate"
    COMPANION = "companion"
    DRAFTING_REPRESENTATIVE = "drafting_representative"
    CHAIR = "chair"
    PPT_STAFF = "ppt_staff"
    STAFF = "staff"
    OBSERVER = "observer"
    RROCM = "rrocm"
    GUEST = "guest"
    INTERPRETER = "interpreter"
    TECHNICAL = "technical"
    SCREEN = "screen"


Right = Literal[
    "attend", "speak", "table", "see_agenda", "see_documents", "read_draft", "edit_draft"
]
"""What a grant can open. The access table says for whom a grant counts at all."""

Audience = Literal["members", "observers"]
"""Whose eyes a screen serves: members alone, or a room in which observers sit too."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A dated exception signed by the PPT: an invitation, an authorisation, leave to read."""

    id: str
    person: str
    right: Right
    reason: str
    given_by: str
    given_at: datetime
    withdrawn_at: datetime | None = None
    until: datetime | None = None  # it ends by itself
    item: str | None = None  # only while this agenda item is under way
    draft: str | None = None  # only for this text

    def in_force(self, at: datetime) -> bool:
        """Whether the grant counts at this moment; it has ended from the instant of its end on."""
        ends = [end for end in (self.withdrawn_at, self.until) if end is not None]
        return self.given_at <= at and all(at < end for end in ends)

    def covers(self, *, item: str | None, draft: str | None) -> bool:
        """Whether its scope holds what is asked about; without a scope it is the whole session."""
        return self.item in (None, item) and self.draft in (None, draft)


# Categories ----------------------------------------------------------------------------------

_COUNTRY_OBSERVERS = dict.fromkeys(
    (Capacity.HEAD, Capacity.DELEGATE, Capacity.OBSERVER), Category.OBSERVER_COUNTRY
)
_ORGANISATION_OBSERVERS = dict.fromkeys(_COUNTRY_OBSERVERS, Category.OBSERVER_ORGANISATION)
_SERVICE = dict.fromkeys(
    (Capacity.INTERPRETER, Capacity.TECHNICAL, Capacity.SCREEN), Category.INTERPRETER
)
_GUEST = {Capacity.GUEST: Category.GUEST}

_CATEGORIES: Mapping[DelegationKind | None, Mapping[Capacity, Category]] = MappingProxyType(
    {
        "member": {
            Capacity.CHAIR: Category.PPT_CHAIR,
            Capacity.PPT_STAFF: Category.PPT_STAFF,
            Capacity.HEAD: Category.HEAD,
            Capacity.DELEGATE: Category.DELEGATE,
            Capacity.COMPANION: Category.DELEGATE,
            Capacity.DRAFTING_REPRESENTATIVE: Category.DELEGATE,
            **_SERVICE,
        },
        # An observer may also be invited as a special participant (S000 7): a guest.
        "observer_country": {**_COUNTRY_OBSERVERS, **_GUEST, **_SERVICE},
        "observer_organisation": {**_ORGANISATION_OBSERVERS, **_GUEST, **_SERVICE},
        "civil_society": dict.fromkeys(
            (Capacity.RROCM, Capacity.HEAD, Capacity.DELEGATE), Category.RROCM
        ),
        "secretariat": {Capacity.STAFF: Category.ST, **_SERVICE},
        None: {**_GUEST, **_SERVICE},  # delegations the forum does not list
    }
)
"""Which capacities a delegation can send, and the category each gives. What is not here is nobody."""

_PRESIDENCY = frozenset({Capacity.CHAIR, Capacity.PPT_STAFF})


def categorize(forum: Forum, delegation: str, capacity: Capacity, ppt: str) -> Category:
    """The category of a capacity in a delegation, where `ppt` presides over the session.

    Total: a chair or PPT staff of a country that does not preside is a delegate, and a capacity the
    delegation cannot send is the public.
    """
    known = forum.delegations.get(delegation)
    category = _CATEGORIES[known.kind if known else None].get(capacity, Category.PUBLIC)
    if capacity in _PRESIDENCY and delegation != ppt and category is not Category.PUBLIC:
        return Category.DELEGATE
    return category


Group = Literal["member", "observer", "guest", "secretariat", "service"]
_GROUPS: Mapping[Category, Group] = MappingProxyType(
    {
        **dict.fromkeys(
            (Category.HEAD, Category.DELEGATE, Category.PPT_CHAIR, Category.PPT_STAFF), "member"
        ),
        **dict.fromkeys(
            (Category.OBSERVER_COUNTRY, Category.OBSERVER_ORGANISATION, Category.RROCM), "observer"
        ),
        Category.ST: "secretariat",
        Category.INTERPRETER: "service",
    }
)


def group_of(category: Category) -> Group:
    """What a badge says at a glance, by a word and by the pattern of its edge."""
    return _GROUPS.get(category, "guest")


# The list of accreditations ------------------------------------------------------------------

MAX_LINES = 2_000
"""Lines of one list: the largest meeting of the Conference has a tenth of it."""
MAX_CELL = 200
"""Characters of one cell."""


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

    @property
    def identity(self) -> tuple[str, ...]:
        """What makes a line of a later list the same person: the address, or name and delegation."""
        return (self.email,) if self.email else (self.name, self.delegation)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one cell: a code with a sentence that says what to write instead."""

    line: int
    column: str  # as the list's own header names it; empty for the whole line
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


def read_accreditations(
    content: str | bytes, forum: Forum, *, ppt: str | None = None
) -> list[AccreditationLine]:
    """Read a list of accreditations: CSV with a header, in UTF-8, commas or semicolons.

    Columns `name, delegation, capacity` and optionally `email, language, drafting, audience, rank`, in
    any order, in English or Spanish (nombre, delegacion, calidad, correo, idioma, redaccion, publico,
    rango).
    With `ppt` the chair and PPT staff must come from that delegation.

    Raises `Invalid("people.bad_list", problems=…)` with every `Problem` found; no line is returned
    unless every line is right.
    """
    table = _read_csv(content)
    columns = _read_header(table[0][1])
    reader = _LineReader(forum, ppt, columns)
    lines = [reader.read(number, cells) for number, cells in table[1:]]
    problems = [*reader.problems, *_check_list([line for line in lines if line is not None])]
    if not problems and not lines:
        problems.append(Problem(1, "", "people.no_lines"))
    if problems:
        raise _refusal(problems)
    return [line for line in lines if line is not None]


def check_representatives(named: Iterable[tuple[str, str]]) -> None:
    """Refuse two drafting representatives of one country (S002 B L34).

    `named` are (delegation, name) of everybody accredited as one, e.g. what a session would hold
    after an import. Raises `Invalid("people.second_representative")`.
    """
    first: dict[str, str] = {}
    for delegation, name in named:
        if delegation in first:
            raise Invalid(
                "people.second_representative",
                delegation=delegation,
                first=first[delegation],
                second=name,
            )
        first[delegation] = name


MAX_CIVIL_SOCIETY = 3
"""Representatives of the RROCM in an ad hoc group it has joined (S000 23 Dec 2)."""


def check_civil_society(forum: Forum, body: str, names: Iterable[str]) -> None:
    """Refuse a fourth representative of the RROCM in an ad hoc group it has joined.

    `names` are those of everybody accredited as one, e.g. what a session of the body would hold after
    an import. Raises `Invalid("people.civil_society_quota")`.
    """
    held = forum.bodies[body]
    found = tuple(names)
    joined = held.kind == "adhoc" and forum.civil_society.code in held.joined
    if joined and len(found) > MAX_CIVIL_SOCIETY:
        raise Invalid(
            "people.civil_society_quota",
            delegation=forum.civil_society.code,
            limit=MAX_CIVIL_SOCIETY,
            names=found,
        )


_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "name": "name",
        "nombre": "name",
        "delegation": "delegation",
        "delegacion": "delegation",
        "capacity": "capacity",
        "calidad": "capacity",
        "email": "email",
        "e_mail": "email",
        "correo": "email",
        "correo_electronico": "email",
        "language": "language",
        "idioma": "language",
        "drafting": "drafting",
        "redaccion": "drafting",
        "audience": "audience",
        "publico": "audience",
        "rank": "rank",
        "rango": "rank",
    }
)
_REQUIRED_COLUMNS = ("name", "delegation", "capacity")

_CAPACITY_WORDS: Mapping[str, Capacity] = MappingProxyType(
    {
        **{capacity.value: capacity for capacity in Capacity},
        "head_of_delegation": Capacity.HEAD,
        "jefe": Capacity.HEAD,
        "jefa": Capacity.HEAD,
        "jefe_de_delegacion": Capacity.HEAD,
        "jefa_de_delegacion": Capacity.HEAD,
        "delegado": Capacity.DELEGATE,
        "delegada": Capacity.DELEGATE,
        "acompanante": Capacity.COMPANION,
        "representante_de_redaccion": Capacity.DRAFTING_REPRESENTATIVE,
        "presidencia": Capacity.CHAIR,
        "presidente": Capacity.CHAIR,
        "presidenta": Capacity.CHAIR,
        "personal_ppt": Capacity.PPT_STAFF,
        "personal_de_la_ppt": Capacity.PPT_STAFF,
        "personal": Capacity.STAFF,
        "secretaria_tecnica": Capacity.STAFF,
        "observador": Capacity.OBSERVER,
        "observadora": Capacity.OBSERVER,
        "invitado": Capacity.GUEST,
        "invitada": Capacity.GUEST,
        "interprete": Capacity.INTERPRETER,
        "tecnico": Capacity.TECHNICAL,
        "tecnica": Capacity.TECHNICAL,
        "pantalla": Capacity.SCREEN,
    }
)
_LANGUAGE_WORDS: Mapping[str, Language] = MappingProxyType(
    {
        "": "es",
        "es": "es",
        "espanol": "es",
        "spanish": "es",
        "en": "en",
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
_KNOWN_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "capacity": ", ".join(Capacity),
        "language": "es, en",
        "drafting": "yes, no, sí",
        "audience": "members, observers, miembros, observadores",
    }
)
"""What a refusal offers: not every spelling that is understood."""
T = TypeVar("T")
_EMAIL = re.compile(r"[^@\s\"<>,;]{1,64}@[^@\s\"<>,;]+\.[^@\s\"<>,;.]{2,}")
_OWN_CODE = re.compile(r"[A-Z][A-Z0-9]{1,11}")


def _refusal(problems: Iterable[Problem]) -> Invalid:
    found = tuple(sorted(problems, key=lambda problem: problem.line))
    return Invalid("people.bad_list", problems=found, count=len(found))


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refusal([Problem(line, "", "people.not_utf8")]) from None


def _read_csv(content: str | bytes) -> list[tuple[int, list[str]]]:
    """The rows that are not empty, each with the number of its line. At least the header."""
    text = (content if isinstance(content, str) else _decode(content)).removeprefix("\ufeff")
    header, _, _ = text.partition("\n")
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    table: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if len(table) > MAX_LINES:
                problem = Problem(reader.line_num, "", "people.list_too_long", {"limit": MAX_LINES})
                raise _refusal([problem])
            if any(cell.strip() for cell in cells):
                table.append((reader.line_num, cells))
    except csv.Error:
        # An unclosed quote, or a cell beyond the parser's own limit of 131 072 characters.
        raise _refusal([Problem(reader.line_num, "", "people.not_csv")]) from None
    if not table:
        raise _refusal([Problem(1, "", "people.no_header")])
    return table


def _read_header(cells: list[str]) -> list[tuple[str, str]]:
    """(column, its name in this list) in order. Empty cells at the end are a spreadsheet's."""
    cells = _without_empty_end(cells)
    columns: list[tuple[str, str]] = []
    problems: list[Problem] = []
    for cell in cells:
        shown = _shown(cell)
        column = _COLUMNS.get(_fold(cell))
        if column is None:
            known = ", ".join(_COLUMNS)
            problems.append(Problem(1, shown, "people.unknown_column", {"known": known}))
        elif column in [earlier for earlier, _ in columns]:
            problems.append(Problem(1, shown, "people.column_twice"))
        else:
            columns.append((column, shown))
    if not problems:
        present = {column for column, _ in columns}
        problems += [
            Problem(1, column, "people.missing_column")
            for column in _REQUIRED_COLUMNS
            if column not in present
        ]
    if problems:
        raise _refusal(problems)
    return columns


class _LineReader:
    """Reads the lines of one list and gathers what is wrong with them."""

    def __init__(self, forum: Forum, ppt: str | None, columns: list[tuple[str, str]]) -> None:
        self._forum = forum
        self._ppt = ppt
        self._columns = columns
        self._printed = dict(columns)
        self._codes = {
            _fold(word): each.code
            for each in forum.delegations.values()
            for word in (each.code, *each.name.values())
        }
        self.problems: list[Problem] = []

    def read(self, line: int, cells: list[str]) -> AccreditationLine | None:
        """One line, or None with at least one problem more."""
        known = len(self.problems)
        cells = _without_empty_end(cells, len(self._columns))
        if len(cells) != len(self._columns):
            counts = {"found": len(cells), "expected": len(self._columns)}
            self.problems.append(Problem(line, "", "people.wrong_cells", counts))
            return None
        texts = {
            column: cell.strip() for (column, _), cell in zip(self._columns, cells, strict=True)
        }
        for column, text in texts.items():
            self._check_cell(line, column, text)
        if len(self.problems) > known:
            return None
        capacity = self._word(line, "capacity", texts["capacity"], _CAPACITY_WORDS)
        language = self._word(line, "language", texts.get("language", ""), _LANGUAGE_WORDS)
        drafting = self._word(line, "drafting", texts.get("drafting", ""), _YES_WORDS)
        audience = self._word(line, "audience", texts.get("audience", ""), _AUDIENCE_WORDS)
        email = self._email(line, texts.get("email", ""))
        if not texts["name"]:
            self._report(line, "name", "people.no_name")
        delegation = self._delegation(line, texts["delegation"], capacity)
        if language is None or drafting is None or audience is None:
            return None
        if capacity is None or delegation is None:
            return None
        drafting = drafting or capacity is Capacity.DRAFTING_REPRESENTATIVE
        self._check_capacity(line, delegation, capacity, drafting)
        if len(self.problems) > known:
            return None
        name = unicodedata.normalize("NFC", " ".join(texts["name"].split()))
        rank = unicodedata.normalize("NFC", " ".join(texts.get("rank", "").split()))
        return AccreditationLine(
            line, name, delegation, capacity, email, language, drafting, audience, rank
        )

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

    def _word(self, line: int, column: str, text: str, words: Mapping[str, T]) -> T | None:
        found = words.get(_fold(text))
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
        code = self._codes.get(_fold(text))
        if code is not None:
            return code
        outside = capacity in _CATEGORIES[None]
        if not outside or _OWN_CODE.fullmatch(text) is None:
            known = ", ".join(self._forum.delegations)
            code = "people.unknown_delegation"
            self._report(line, "delegation", code, value=_shown(text), known=known)
            return None
        return text

    def _check_capacity(self, line: int, code: str, capacity: Capacity, drafting: bool) -> None:
        delegation = self._forum.delegations.get(code)
        possible = _CATEGORIES[delegation.kind if delegation else None]
        if capacity not in possible:
            known = ", ".join(possible)
            self._report(
                line,
                "capacity",
                "people.wrong_capacity",
                value=capacity,
                delegation=code,
                known=known,
            )
        elif capacity in _PRESIDENCY and self._ppt is not None and code != self._ppt:
            self._report(line, "capacity", "people.not_the_presidency", ppt=self._ppt)
        elif drafting and (
            delegation is None or delegation.kind != "member" or capacity in _SERVICE
        ):
            self._report(line, "drafting", "people.cannot_draft", delegation=code)


def _check_list(lines: list[AccreditationLine]) -> list[Problem]:
    """What only shows when lines are compared: a person twice, a second representative."""
    problems: list[Problem] = []
    persons: dict[tuple[str, ...], int] = {}
    representatives: dict[str, AccreditationLine] = {}
    namesakes: dict[tuple[str, str], AccreditationLine] = {}
    for line in lines:
        first = persons.setdefault(line.identity, line.line)
        namesake = namesakes.setdefault((line.name, line.delegation), line)
        if first == line.line and not (line.email and namesake.email):
            first = namesake.line  # without two addresses nobody can tell them apart
        if first != line.line:
            problems.append(Problem(line.line, "", "people.person_twice", {"first": first}))
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


def _without_empty_end(cells: list[str], width: int = 0) -> list[str]:
    """The cells, at least `width` of them, without the empty ones behind."""
    end = len(cells)
    while end > width and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _fold(text: str) -> str:
    """Letters without case and accents, words joined by one underscore."""
    plain = unicodedata.normalize("NFD", text.strip().casefold())
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return re.sub(r"[\s_-]+", "_", letters)


def _shown(text: str) -> str:
    """A cell short enough to be quoted in a sentence."""
    return text.strip()[:60]
