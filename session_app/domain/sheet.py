"""A list that somebody has sent, as a table: whatever spreadsheet wrote it, and which column is what.

Excel writes `;` where a comma is for decimals, Windows' own letters unless told otherwise, tabs and
UTF-16 for "Unicode text", and sometimes a first line `sep=;`. All of them are read; what is not text, or
is two alphabets at once, is refused with the line where it shows.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from .errors import Invalid

MAX_BYTES = 2_000_000
"""Of one file: the largest meeting of the Conference has a hundredth of it."""
MAX_LINES = 2_000
"""Lines of one list: the largest meeting of the Conference has a tenth of it."""
MAX_COLUMNS = 60
"""Columns of one list."""
PREAMBLE = 12
"""Lines among which the headings are looked for: a letterhead may stand above them."""

FIELDS = ("name", "delegation", "capacity", "email", "language", "drafting", "audience", "rank")
"""What is known of an accreditation, as columns."""
REQUIRED = ("name", "delegation", "capacity")
SURNAME = "surname"
"""A column that belongs behind the name."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one cell: a code with a sentence that says what to write instead."""

    line: int
    column: str  # as the list's own header names it; empty for the whole line
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


Lines = list[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list with its headings; every row has as many cells as there are headings."""

    line: int  # of the headings
    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]  # number of its line, and its cells


def refuse(problems: Iterable[Problem]) -> Invalid:
    """The refusal of a whole list, with everything that is wrong with it."""
    found = tuple(sorted(problems, key=lambda problem: problem.line))
    return Invalid("people.bad_list", problems=found, count=len(found))


def read_lines(content: str | bytes) -> Lines:
    """The lines of a file that are not empty, each with its number and cells; at least one.

    Raises `Invalid("people.bad_list", problems=…)` for what is not such a file, or is too large.
    """
    if len(content) > MAX_BYTES:
        raise refuse([Problem(0, "", "people.file_too_large", {"limit": MAX_BYTES // 1_000_000})])
    text = (content if isinstance(content, str) else _decode(content)).removeprefix("\ufeff")
    declared = re.match(r"sep=(.)\r?\n", text)
    skipped = 0
    if declared:
        text, skipped = text[declared.end() :], 1
    delimiter = declared[1] if declared else _delimiter(text)
    if delimiter in '\r\n"':
        raise refuse([Problem(1, "", "people.not_csv")])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: Lines = []
    try:
        for cells in reader:
            line = reader.line_num + skipped
            if len(found) > MAX_LINES:
                raise refuse([Problem(line, "", "people.list_too_long", {"limit": MAX_LINES})])
            if any(cell.strip() for cell in cells):
                found.append((line, cells))
    except csv.Error:
        # An unclosed quote, or a cell beyond the parser's own limit of 131 072 characters.
        raise refuse([Problem(reader.line_num + skipped, "", "people.not_csv")]) from None
    if not found:
        raise refuse([Problem(1, "", "people.no_header")])
    return found


def read_sheet(content: str | bytes) -> Sheet:
    """A file as a table. Its headings are the line that reads most like headings near the top; where none
    reads like headings at all, the first line is somebody, too, and no column has one.

    Short rows are filled up, and cells beyond the headings get columns without one: nothing is lost,
    and nothing is wrong with a row for its number of cells alone. Raises as `read_lines`, and for a
    file that has headings and nobody below them.
    """
    lines = read_lines(content)
    candidates = lines[: min(PREAMBLE, len(lines))]
    known = [len({*map(field_of, cells)} - {None}) for _, cells in candidates]
    best = max(range(len(candidates)), key=lambda place: (known[place], -place))
    number, headings = lines[best]
    if not known[best]:
        number, headings, best = 0, [], -1
    below = [(line, without_empty_end(cells)) for line, cells in lines[best + 1 :]]
    if not below:
        raise refuse([Problem(number, "", "people.no_lines")])
    width = max(len(without_empty_end(headings)), *(len(cells) for _, cells in below))
    if width > MAX_COLUMNS:
        raise refuse([Problem(number, "", "people.too_many_columns", {"limit": MAX_COLUMNS})])

    def filled(cells: list[str]) -> tuple[str, ...]:
        trimmed = without_empty_end(cells)
        return (*map(squeeze, trimmed), *("" for _ in range(width - len(trimmed))))

    return Sheet(number, filled(headings), tuple((line, filled(cells)) for line, cells in below))


# What a file is written in -------------------------------------------------------------------

_NOT_TEXT: Mapping[bytes, str] = MappingProxyType(
    {
        b"PK\x03\x04": "people.is_spreadsheet",  # .xlsx, .ods
        b"\xd0\xcf\x11\xe0": "people.is_spreadsheet",  # .xls
        b"%PDF": "people.is_pdf",
    }
)
_OF_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
_DELIMITERS = ",;\t|"


def _decode(content: bytes) -> str:
    for sign, code in _NOT_TEXT.items():
        if content.startswith(sign):
            raise refuse([Problem(0, "", code)])
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16")
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        # A letter of UTF-8 elsewhere: it is that, and damaged; as Windows' it would read "MarÃ\xada".
        if content.startswith((b"\xff\xfe", b"\xfe\xff")) or _OF_UTF8.search(content):
            raise refuse([Problem(line, "", "people.not_utf8")]) from None
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise refuse([Problem(line, "", "people.not_utf8")]) from None


def _delimiter(text: str) -> str:
    """What parts the cells of the first line that has any; the comma where nothing tells."""
    start = text.lstrip()[:8_000]
    widths = {}
    for sign in _DELIMITERS:
        try:
            widths[sign] = len(next(csv.reader(io.StringIO(start, newline=""), delimiter=sign), []))
        except csv.Error:
            widths[sign] = 0
    return max(_DELIMITERS, key=lambda sign: widths[sign])


# Columns -------------------------------------------------------------------------------------

COLUMNS: Mapping[str, str] = MappingProxyType(
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
"""What a list that is entered in one go may be headed with."""

_ALSO: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "nombre_completo",
                "nombre_y_apellido",
                "nombre_y_apellidos",
                "nombres_y_apellidos",
                "apellidos_y_nombres",
                "nombres",
                "participante",
                "persona",
                "full_name",
                "first_name",
                "given_name",
                "participant",
            ),
            "name",
        ),
        **dict.fromkeys(
            ("apellido", "apellidos", "surname", "last_name", "family_name"), "surname"
        ),
        **dict.fromkeys(
            (
                "pais",
                "pais_org",
                "pais_u_organismo",
                "pais_organismo",
                "pais_organizacion",
                "organismo",
                "organizacion",
                "institucion",
                "country",
                "organization",
                "organisation",
                "country_organization",
                "country_or_organization",
            ),
            "delegation",
        ),
        **dict.fromkeys(
            ("funcion", "rol", "papel", "role", "function", "en_calidad_de", "cargo"), "capacity"
        ),
        **dict.fromkeys(("mail", "e_mail_address", "email_address", "correo_e"), "email"),
        **dict.fromkeys(("lengua", "idioma_de_trabajo", "lang", "working_language"), "language"),
        **dict.fromkeys(("grupo_de_redaccion", "redacta", "drafting_group"), "drafting"),
        **dict.fromkeys(
            ("puesto", "titulo", "cargo_oficial", "position", "title", "job_title"), "rank"
        ),
    }
)
"""Further headings, understood where somebody sees what has been understood."""


def field_of(heading: str) -> str | None:
    """What a heading seems to name, or None."""
    word = fold(heading)
    return COLUMNS.get(word) or _ALSO.get(word)


def texts_of(
    cells: Sequence[str],
    columns: Sequence[str | None],
    fixed: Mapping[str, str],
    edits: Mapping[str, str],
) -> dict[str, str]:
    """A row by field: what was typed since, else what stands in the file, else what holds for all.

    A field is there only if the list speaks of it in one of these ways, or if none can do without it.
    """
    texts = dict.fromkeys(REQUIRED, "")
    for known, cell in zip(columns, cells, strict=True):
        if known is not None and known != SURNAME:
            texts[known] = cell
    if SURNAME in columns:
        texts["name"] = squeeze(f"{texts['name']} {cells[columns.index(SURNAME)]}")
    for known, text in fixed.items():
        texts[known] = texts.get(known) or text
    return texts | dict(edits)


# Words ---------------------------------------------------------------------------------------


def fold(text: str) -> str:
    """Letters without case and accents, words joined by one underscore."""
    plain = unicodedata.normalize("NFD", text.strip().casefold())
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return re.sub(r"[\W_]+", "_", letters).strip("_")


def squeeze(text: str) -> str:
    """A cell on one line: what stood on several is parted by spaces."""
    return re.sub(r"[ \t\r\n\xa0\u202f]+", " ", text).strip()


def without_empty_end(cells: list[str], width: int = 0) -> list[str]:
    """The cells, at least `width` of them, without the empty ones behind."""
    end = len(cells)
    while end > width and not cells[end - 1].strip():
        end -= 1
    return cells[:end]
