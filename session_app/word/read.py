"""Reading a .docx that somebody else made: paragraphs with the labels Word would print.

Word stores no label: it counts while it lays the page out. The rules of that counting are those of
ECMA-376 part 1, 17.9: the list a paragraph belongs to comes from itself or from its style (17.7.4.14),
counters belong to the *abstract* list, not to the list, and a deeper level starts anew after a
shallower one. What a paragraph means is not decided here but in `domain.reading`.

The file is untrusted: sizes are bounded before and while it is unpacked, and XML with a DOCTYPE is
refused, so no entity is ever expanded and nothing outside the file is read.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from session_app.domain.errors import Invalid
from session_app.domain.reading import (
    MAX_CHARACTERS,
    MAX_LINES,
    Break,
    Doubt,
    Source,
    SourceParagraph,
    check_size,
    megabytes,
)

MAX_UNPACKED = 64_000_000
"""Bytes of all parts together, pictures included, as the archive declares them."""
MAX_PART = 16_000_000
"""Bytes of one XML part; the largest document we write ourselves has under one million."""
MAX_PARTS = 2_000
MAX_RATIO = 200
"""Unpacked bytes for one packed byte; Word's own XML stays under 40."""

_DAMAGES = (
    *(zipfile.BadZipFile, zlib.error, struct.error),
    *(EOFError, OSError, RuntimeError, ValueError),
)
"""What reading an entry of a damaged archive comes to: one may lie before the file's start, or behind."""
_TRANSITIONAL = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_W = "{" + _TRANSITIONAL.decode() + "}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"


def read_docx(data: bytes) -> Source:
    """The paragraphs of a Word file, in reading order, with labels and places in tables.

    Tracked changes are read as if accepted, and reported; footnotes and comments are left out, and
    reported. Raises `Invalid` for anything that is no sound, unencrypted .docx of bearable size.
    """
    check_size(len(data))
    parts = _Package(data)
    main = parts.related("", "officeDocument")
    if main is None:
        raise Invalid("import.no_document")
    document = parts.parse(main)
    body = document.find(f"{_W}body")
    if body is None:
        raise Invalid("import.no_document")
    styles = _Styles(parts.parse_related(main, "styles"))
    numbering = _Numbering(parts.parse_related(main, "numbering"), styles)
    walk = _Walk(styles, numbering)
    walk.blocks(body, None)
    return Source(tuple(walk.paragraphs), tuple(_left_out(document)))


def _left_out(document: etree._Element) -> Iterator[Doubt]:
    for code, tags in (
        ("import.tracked_changes", ("ins", "del", "moveFrom", "moveTo")),
        ("import.notes_left_out", ("footnoteReference", "endnoteReference")),
        ("import.comments_left_out", ("commentReference",)),
    ):
        count = sum(1 for _ in document.iter(*(_W + tag for tag in tags)))
        if count:
            yield Doubt(1, code, {"count": count})


# The package ---------------------------------------------------------------------------------


class _Package:
    """The parts of an Open Packaging container (ECMA-376 part 2), read with a bound."""

    def __init__(self, data: bytes) -> None:
        if data.startswith(b"\xd0\xcf\x11\xe0"):
            encrypted = "EncryptedPackage".encode("utf-16-le") in data
            raise Invalid("import.encrypted" if encrypted else "import.old_word")
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error):
            raise Invalid("import.not_word") from None
        entries = self._archive.infolist()
        if len(entries) > MAX_PARTS or sum(each.file_size for each in entries) > MAX_UNPACKED:
            raise Invalid("import.bomb", limit=megabytes(MAX_UNPACKED))
        self._entries = {each.filename: each for each in entries}

    def related(self, part: str, kind: str) -> str | None:
        """The name of the part that `part` ("" for the package) relates to as `kind`."""
        folder, name = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        if relations not in self._entries:
            return None
        for relation in self.parse(relations):
            inside = relation.get("TargetMode") != "External"
            if inside and relation.get("Type", "").endswith(f"/{kind}"):
                target = posixpath.join("/", folder, relation.get("Target", ""))
                found = posixpath.normpath(target).lstrip("/")
                return found if found in self._entries else None
        return None

    def parse_related(self, part: str, kind: str) -> etree._Element | None:
        found = self.related(part, kind)
        return None if found is None else self.parse(found)

    def parse(self, part: str) -> etree._Element:
        data = self._read(part)
        # Looked for in the bytes, before a parser sees a declaration it might act on.
        for encoding in ("ascii", "utf-16-le", "utf-16-be"):
            if "<!DOCTYPE".encode(encoding) in data:
                raise Invalid("import.doctype", part=part)
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            root = etree.fromstring(data.replace(_STRICT, _TRANSITIONAL), parser)
        except (etree.XMLSyntaxError, ValueError):
            raise Invalid("import.damaged", part=part) from None
        if root.getroottree().docinfo.internalDTD is not None:
            raise Invalid("import.doctype", part=part)
        return root

    def _read(self, part: str) -> bytes:
        entry = self._entries[part]
        if entry.flag_bits & 1:
            raise Invalid("import.encrypted")
        swollen = entry.file_size > 1_000_000 and entry.file_size > MAX_RATIO * entry.compress_size
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Invalid("import.damaged", part=part)  # a package knows no other (ECMA-376 part 2)
        if entry.file_size > MAX_PART or swollen:
            raise Invalid("import.bomb", limit=megabytes(MAX_PART))
        try:
            with self._archive.open(entry) as stream:
                data = stream.read(MAX_PART + 1)
        except _DAMAGES:
            raise Invalid("import.damaged", part=part) from None
        if len(data) > MAX_PART:
            raise Invalid("import.bomb", limit=megabytes(MAX_PART))
        return data


# Styles and numbering ------------------------------------------------------------------------


def _value(parent: etree._Element | None, path: str) -> str | None:
    """The `w:val` of the element at `path` ("pPr/numPr/numId"), all in Word's namespace."""
    if parent is None:
        return None
    found = parent.find("/".join(_W + step for step in path.split("/")))
    return None if found is None else found.get(f"{_W}val")


def _number(text: str | None) -> int | None:
    # Bounded, for a counter of a thousand digits is an attack and not a list.
    return int(text) if text and re.fullmatch(r"\d{1,6}", text) else None


_LONGEST_CHAIN = 20
"""Styles based on one another; also what ends a circle of them."""

_STYLE_VALUES = {
    "list": "pPr/numPr/numId",
    "level": "pPr/numPr/ilvl",
    "outline": "pPr/outlineLvl",
    "based on": "basedOn",
}


class _Styles:
    """What matters here of the paragraph and numbering styles."""

    def __init__(self, root: etree._Element | None) -> None:
        self._styles: dict[str, dict[str, str]] = {}
        self._default: str | None = None
        for style in root.iter(f"{_W}style") if root is not None else ():
            name = style.get(f"{_W}styleId", "")
            values = ((key, _value(style, path)) for key, path in _STYLE_VALUES.items())
            self._styles[name] = {key: value for key, value in values if value is not None}
            paragraph = style.get(f"{_W}type") == "paragraph"
            if paragraph and style.get(f"{_W}default") in ("1", "true", "on"):
                self._default = name

    def first(self, style: str | None, key: str) -> tuple[str, str] | None:
        """The nearest style, from `style` up its chain, that gives this value; and the value."""
        name = style if style in self._styles else self._default
        for _ in range(_LONGEST_CHAIN):
            if name is None or name not in self._styles:
                break
            values = self._styles[name]
            if key in values:
                return name, values[key]
            name = values.get("based on")
        return None


_LEVELS = 9
_LONGEST_LABEL = 80


@dataclass(frozen=True, slots=True)
class _Level:
    format: str
    text: str
    start: int
    restarts_after: int  # levels shallower than this one start it anew
    legal: bool
    style: str | None


def _read_level(element: etree._Element) -> _Level:
    restart = _number(_value(element, "lvlRestart"))
    level = _number(element.get(f"{_W}ilvl")) or 0
    legal = element.find(f"{_W}isLgl")
    return _Level(
        format=_value(element, "numFmt") or "decimal",
        text=(_value(element, "lvlText") or "")[:_LONGEST_LABEL],
        start=_number(_value(element, "start")) or 0,
        restarts_after=level if restart is None else restart,
        legal=legal is not None and legal.get(f"{_W}val") not in ("0", "false", "off"),
        style=_value(element, "pStyle"),
    )


def _read_levels(parent: etree._Element) -> dict[int, _Level]:
    found = {}
    for element in parent.findall(f"{_W}lvl"):
        level = _number(element.get(f"{_W}ilvl")) or 0
        if level < _LEVELS:
            found[level] = _read_level(element)
    return found


@dataclass(slots=True)
class _List:
    """A `w:num`: an abstract list, with some levels defined anew or started elsewhere."""

    abstract: str
    levels: dict[int, _Level]
    starts: dict[int, int] = field(default_factory=dict)


class _Numbering:
    """Counts as Word does. Ask for the labels of all paragraphs, in order, each once."""

    def __init__(self, root: etree._Element | None, styles: _Styles) -> None:
        self._styles = styles
        self._lists: dict[str, _List] = {}
        self._counters: dict[str, dict[int, int]] = {}
        if root is None:
            return
        abstracts = {
            each.get(f"{_W}abstractNumId", ""): each for each in root.findall(f"{_W}abstractNum")
        }
        nums = {each.get(f"{_W}numId", ""): each for each in root.findall(f"{_W}num")}
        levels = {name: _read_levels(each) for name, each in abstracts.items()}
        for name, num in nums.items():
            abstract = self._abstract_of(num, abstracts, nums)
            if abstract in levels:
                self._lists[name] = self._read_list(num, abstract, levels[abstract])

    def _abstract_of(
        self,
        num: etree._Element,
        abstracts: dict[str, etree._Element],
        nums: dict[str, etree._Element],
    ) -> str:
        """The abstract list with the levels: perhaps that of the numbering style it links to."""
        abstract = _value(num, "abstractNumId") or ""
        linked = _value(abstracts.get(abstract), "numStyleLink")
        found = self._styles.first(linked, "list") if linked else None
        if found and found[1] in nums:
            return _value(nums[found[1]], "abstractNumId") or ""
        return abstract

    @staticmethod
    def _read_list(num: etree._Element, abstract: str, levels: dict[int, _Level]) -> _List:
        found = _List(abstract, dict(levels))
        for override in num.findall(f"{_W}lvlOverride"):
            found.levels |= _read_levels(override)
            start = _number(_value(override, "startOverride"))
            if start is not None:
                found.starts[_number(override.get(f"{_W}ilvl")) or 0] = start
        return found

    def label(self, paragraph: etree._Element) -> tuple[str, int] | None:
        """The label Word prints before a paragraph, and its level; None where it prints none."""
        placed = self._place(paragraph)
        if placed is None or placed[0] not in self._lists:
            return None
        numbers, level = self._lists[placed[0]], placed[1]
        if level not in numbers.levels:
            return None
        counters = self._counters.setdefault(numbers.abstract, {})
        if level in numbers.starts:
            # Once only, at the first paragraph of this list at this level.
            counters[level] = numbers.starts.pop(level)
        elif level in counters:
            counters[level] += 1
        else:
            counters[level] = numbers.levels[level].start
        for deeper, definition in numbers.levels.items():
            if deeper > level and level < definition.restarts_after:
                counters.pop(deeper, None)
        for above in range(level):
            if above in numbers.levels:
                counters.setdefault(above, numbers.levels[above].start)
        printed = _print_label(numbers.levels, level, counters)
        return (printed, level) if printed else None

    def _place(self, paragraph: etree._Element) -> tuple[str, int] | None:
        """The list and level of a paragraph: its own (17.9.18), or those of its style."""
        own = _value(paragraph, "pPr/numPr/numId")
        level = _number(_value(paragraph, "pPr/numPr/ilvl"))
        if own is not None:
            return None if own == "0" else (own, level or 0)
        found = self._styles.first(_value(paragraph, "pPr/pStyle"), "list")
        if found is None or found[1] == "0" or found[1] not in self._lists:
            return None
        return found[1], self._level_of(found[0], found[1]) if level is None else level

    def _level_of(self, style: str, numbers: str) -> int:
        """A style's level is the one that names the style (17.9.23), else the one it gives."""
        for level, definition in self._lists[numbers].levels.items():
            if definition.style == style:
                return level
        given = self._styles.first(style, "level")
        return _number(given[1]) or 0 if given else 0


def _print_label(levels: dict[int, _Level], level: int, counters: dict[int, int]) -> str:
    definition = levels[level]
    if definition.format == "bullet":
        return "•"

    def number(found: re.Match[str]) -> str:
        at = int(found[1]) - 1
        if at not in counters or at not in levels:
            return ""
        style = "decimal" if definition.legal and at != level else levels[at].format
        return _print_number(counters[at], style)

    return re.sub(r"%([1-9])", number, definition.text).strip()


_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


def _print_number(value: int, style: str) -> str:
    if style == "none":
        return ""
    if style in ("lowerLetter", "upperLetter") and 0 < value <= 780:
        letters = chr(97 + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letters if style == "lowerLetter" else letters.upper()
    if style in ("lowerRoman", "upperRoman") and 0 < value < 4000:
        letters = ""
        for worth, letter in _ROMAN:
            letters += letter * (value // worth)
            value %= worth
        return letters if style == "lowerRoman" else letters.upper()
    if style == "ordinal":
        return f"{value}º"
    return f"{value:02}" if style == "decimalZero" else str(value)


# The body ------------------------------------------------------------------------------------

_PASSED_THROUGH = frozenset(
    _W + tag for tag in ("ins", "moveTo", "smartTag", "customXml", "sdt", "sdtContent")
) | {f"{_MC}AlternateContent", f"{_MC}Choice"}
_SKIPPED = frozenset(
    _W + tag for tag in ("del", "moveFrom", "instrText", "delText", "pPr", "rPr", "sdtPr", "rt")
) | {f"{_MC}Fallback"}
_CHARACTERS = {
    f"{_W}tab": " ",
    f"{_W}ptab": " ",
    f"{_W}br": "\n",
    f"{_W}cr": "\n",
    f"{_W}noBreakHyphen": "\u2011",
}
_Cell = tuple[int, int, int]


class _Walk:
    """One pass over the body. lxml refuses XML deeper than 256, so recursion is bounded."""

    def __init__(self, styles: _Styles, numbering: _Numbering) -> None:
        self._styles = styles
        self._numbering = numbering
        self._tables = 0
        self._merged = ""  # text of a paragraph whose end was deleted: the next one goes on with it
        self._count = 0
        self.paragraphs: list[SourceParagraph] = []

    def blocks(self, parent: etree._Element, cell: _Cell | None) -> None:
        for child in parent:
            if child.tag == f"{_W}p":
                self._paragraph(child, cell)
            elif child.tag == f"{_W}tbl":
                self._table(child)
            elif child.tag in _PASSED_THROUGH:
                self.blocks(child, cell)

    def _paragraph(self, element: etree._Element, cell: _Cell | None) -> None:
        self._count += 1
        if max(self._count, len(self.paragraphs)) > MAX_LINES:
            raise Invalid("import.too_long", characters=MAX_CHARACTERS, lines=MAX_LINES)
        boxes: list[etree._Element] = []
        text = self._merged + "".join(_characters(element, boxes))
        if element.find(f"{_W}pPr/{_W}rPr/{_W}del") is not None:
            self._merged = text
            return
        self._merged = ""
        label, level = self._numbering.label(element) or (None, 0)
        after = Break.PARAGRAPH
        for line in text.split("\n"):
            if line.strip():
                self.paragraphs.append(
                    SourceParagraph(
                        line=self._count,
                        text=line.strip(),
                        label=label,
                        level=level,
                        after=after,
                        cell=cell,
                        title=self._is_title(element),
                    )
                )
                label, level, after = None, 0, Break.LINE
        for box in boxes:
            self.blocks(box, cell)

    def _is_title(self, element: etree._Element) -> bool:
        own = _value(element, "pPr/outlineLvl")
        found = self._styles.first(_value(element, "pPr/pStyle"), "outline")
        level = own or (found[1] if found else "9")
        return level != "9"  # 9 is body text (17.3.1.20)

    def _table(self, table: etree._Element) -> None:
        self._tables += 1
        number = self._tables
        rows = [list(_inside(row, f"{_W}tc")) for row in _inside(table, f"{_W}tr")]
        widest = max(map(len, rows), default=0)
        for row, cells in enumerate(rows):
            spanning = len(cells) == 1 or widest == 1
            for column, each in enumerate(cells):
                self.blocks(each, None if spanning else (number, row, column))


def _inside(parent: etree._Element, tag: str) -> Iterator[etree._Element]:
    """Rows of a table or cells of a row, through content controls; deleted rows left out."""
    for child in parent:
        if child.tag == tag:
            if child.find(f"{_W}trPr/{_W}del") is None:
                yield child
        elif child.tag in _PASSED_THROUGH:
            yield from _inside(child, tag)


def _characters(element: etree._Element, boxes: list[etree._Element]) -> Iterator[str]:
    """The text of a paragraph as if its changes were accepted; text boxes are set aside."""
    for child in element:
        if child.tag == f"{_W}t":
            yield " ".join((child.text or "").split("\n"))
        elif child.tag in _CHARACTERS:
            yield _CHARACTERS[child.tag]
        elif child.tag == f"{_W}txbxContent":
            boxes.append(child)
        elif child.tag not in _SKIPPED:
            yield from _characters(child, boxes)
