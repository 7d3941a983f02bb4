"""Reading a document that somebody else wrote: lines or labelled paragraphs become sections.

Text is kept verbatim: a missing full stop, a wrong date or a straight quotation mark stays
as it is. What the reader had to decide by itself is reported as a `Doubt`, for a person to look at.

`labels` tells which list a label goes on with. The first list of a section numbers its items, every
list inside it sub-items.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

from .contract import MAX_TEXT
from .drafting import Kind, Language
from .errors import Invalid
from .labels import BULLETS, Label, Lists, print_label, split_label

SectionKey = Literal["conclusions", "recommendations", "declaration", "decisions", "report"]

MAX_FILE = 20_000_000
"""Bytes of a file; a Word file may carry pictures."""
MAX_CHARACTERS = 2_000_000
"""Characters of text; the longest source document has a tenth of it."""
MAX_LINES = 20_000
MAX_PARAGRAPH = MAX_TEXT
"""Characters of one paragraph: what the editor would take."""

_HEADINGS: Mapping[str, SectionKey] = {
    "conclusiones": "conclusions",
    "conclusions": "conclusions",
    "recomendaciones": "recommendations",
    "recommendations": "recommendations",
    "declaracion": "declaration",
    "declaration": "declaration",
    "decisiones": "decisions",
    "decisions": "decisions",
    "informe": "report",
    "report": "report",
}


class Break(StrEnum):
    """What separates a line from the one before it."""

    LINE = "line"  # a line break inside a paragraph
    PAGE = "page"  # only the words tell whether the paragraph goes on
    PARAGRAPH = "paragraph"


@dataclass(frozen=True, slots=True)
class SourceParagraph:
    """A line of a text file, or a paragraph of a Word file."""

    line: int  # counted from 1, to show a person where
    text: str
    label: str | None = None  # as computed by a word processor; a typed label is part of the text
    level: int = 0  # of the computed label, outermost 0
    after: Break = Break.PARAGRAPH
    cell: tuple[int, int, int] | None = None  # table, row, column; None where it spans columns
    title: bool = False  # marked as a heading by its author


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something the reader decided, and a person should look at."""

    line: int
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """What a file says before any structure is read into it."""

    paragraphs: tuple[SourceParagraph, ...]
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportedParagraph:
    """One paragraph without its label, which is remembered as it was printed ("a.")."""

    kind: Kind
    text: str
    source_label: str | None
    line: int


@dataclass(frozen=True, slots=True)
class ImportedSection:
    """A section: its key, its heading as printed, its paragraphs in order."""

    key: SectionKey
    title: str
    paragraphs: tuple[ImportedParagraph, ...]

    def addresses(self) -> tuple[str, ...]:
        """What a person would call each paragraph: "16", "16 a", "18 +" (its continuation), "" (a
        heading)."""
        names: list[str] = []
        item = sub = 0
        for paragraph in self.paragraphs:
            if paragraph.kind is Kind.ITEM:
                item, sub = item + 1, 0
                names.append(f"{item}")
            elif paragraph.kind is Kind.SUBITEM:
                sub += 1
                names.append(f"{item} {chr(96 + sub) if sub <= 26 else sub}")
            else:
                names.append("" if paragraph.kind is Kind.HEADING else f"{item} +")
        return tuple(names)


@dataclass(frozen=True, slots=True)
class ImportedDraft:
    """What was read. `title` and `preamble` are facts about the session, not part of the draft."""

    language: Language
    running_heading: tuple[str, ...]  # the lines repeated on every page
    title: tuple[str, ...]
    preamble: str
    sections: tuple[ImportedSection, ...]
    doubts: tuple[Doubt, ...]

    @property
    def shape(self) -> tuple[tuple[SectionKey, tuple[Kind, ...]], ...]:
        """The structure without the words: equal for two language versions of one document."""
        return tuple(
            (section.key, tuple(each.kind for each in section.paragraphs))
            for section in self.sections
        )


# Bytes to text -------------------------------------------------------------------------------


def check_size(size: int) -> None:
    """Refuse a file by its size, before it is read. Raises `Invalid`."""
    if size > MAX_FILE:
        raise Invalid("import.too_large", size=megabytes(size), limit=megabytes(MAX_FILE))
    if size == 0:
        raise Invalid("import.empty")


def decode(data: bytes) -> str:
    """The text of a .txt or .md file. UTF-8, with or without its mark.

    Raises `Invalid`: another encoding (named where it can be told), a Word file or a PDF under
    another name, anything that is no text.
    """
    check_size(len(data))
    if data.startswith(b"PK\x03\x04"):
        raise Invalid("import.word_as_text")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Invalid("import.old_word")
    if data.startswith(b"%PDF"):
        raise Invalid("import.pdf")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Invalid("import.encoding", found="UTF-16")
    if b"\0" in data:
        raise Invalid("import.not_text")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if _reads_as_windows_1252(data):
            raise Invalid("import.encoding", found="Windows-1252") from None
        raise Invalid("import.not_text") from None


def megabytes(size: int) -> str:
    """A size as a person reads it: "20"."""
    return f"{size / 1_000_000:.0f}" if size >= 1_000_000 else f"{size / 1_000_000:.1f}"


def _reads_as_windows_1252(data: bytes) -> bool:
    sample = data[:100_000]
    try:
        text = sample.decode("cp1252")
    except UnicodeDecodeError:
        return False
    plain = sum(each.isalpha() or each.isspace() or each in ".,;:()-\"'" for each in text)
    return plain >= 0.9 * len(text)


# Text to lines -------------------------------------------------------------------------------

_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u2028\u2029]")
_TITLE = re.compile(r"\s*(?:#{1,6}\s+\S.*|\*\*[^*]+\*\*:?\s*)")
_PAGE_NUMBER = re.compile(
    r"(?:p[áa]g(?:ina|\.)?|page)\s*\d{1,4}(?:\s*(?:de|of|/)\s*\d{1,4})?"
    r"|[-–]?\s*\d{1,3}\s*[-–]?|\d{1,3}\s*/\s*\d{1,3}",
    re.IGNORECASE,
)
_WIDEST_WRAPPED = 120


def read_text(text: str, *, language: Language) -> ImportedDraft:
    """Read a plain or Markdown text whose pages were perhaps cut by headings.

    Raises `Invalid` where it is too long, in the wrong language, or has no section in it.
    """
    if len(text) > MAX_CHARACTERS or text.count("\n") > MAX_LINES:
        raise Invalid("import.too_long", characters=MAX_CHARACTERS, lines=MAX_LINES)
    return read_paragraphs(_read_lines(text), language=language)


def _read_lines(text: str) -> Source:
    # str.splitlines would also cut at \x0b, \x1c, \x85 and U+2028, and count lines no editor counts.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = _without_comments(text).split("\n")
    wrapped = max(map(len, lines), default=0) <= _WIDEST_WRAPPED
    paragraphs: list[SourceParagraph] = []
    doubts: list[Doubt] = []
    blank, page = True, False
    for number, raw in enumerate(lines, start=1):
        page = page or "\f" in raw
        title = bool(_TITLE.fullmatch(raw))
        line, odd = _CONTROL.subn(" ", raw.replace("\f", " "))
        line = _ESCAPE.sub(r"\1", line.replace("**", "").replace("\t", " ").rstrip("\\")).strip()
        if title:
            line = line.lstrip("# ").rstrip("# ")
        if odd:
            doubts.append(Doubt(number, "import.control_character", {"count": odd}))
        if "\ufffd" in line:
            doubts.append(Doubt(number, "import.lost_character"))
        if not line:
            blank = True
            continue
        if page and paragraphs:
            after = Break.PAGE
        elif blank:
            after = Break.PARAGRAPH
        else:
            after = Break.LINE if wrapped else Break.PARAGRAPH
        paragraphs.append(SourceParagraph(number, line, after=after, title=title))
        blank = page = False
    return Source(tuple(paragraphs), tuple(doubts))


def _without_comments(text: str) -> str:
    """Take out <!-- Markdown comments -->, keeping the count of lines."""
    kept: list[str] = []
    at = 0
    while (opened := text.find("<!--", at)) >= 0 and (closed := text.find("-->", opened)) >= 0:
        kept += [text[at:opened], "\n" * text.count("\n", opened, closed)]
        at = closed + 3
    return "".join([*kept, text[at:]])


# Languages -----------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W\d_]+")
_SPANISH = "de la que el los las del por para con una al se en y su lo como"
_ENGLISH = "the of to and in that for on by with is be as from its which has have"
_STOP_WORDS: Mapping[Language, frozenset[str]] = {
    "es": frozenset(_SPANISH.split()),
    "en": frozenset(_ENGLISH.split()),
}


def guess_language(text: str) -> Language | None:
    """Spanish or English, by the small words; None where there are too few or they are mixed."""
    counted = Counter(_WORD.findall(text.lower()))
    spanish, english = (
        sum(counted[word] for word in _STOP_WORDS[language]) for language in ("es", "en")
    )
    if spanish >= 5 and spanish >= 2 * english:
        return "es"
    if english >= 5 and english >= 2 * spanish:
        return "en"
    return None


# Lines to structure --------------------------------------------------------------------------


def read_paragraphs(source: Source, *, language: Language) -> ImportedDraft:
    """Read the structure of one language version out of lines or labelled paragraphs.

    Raises `Invalid` where the text is in the other language (`import.wrong_language`), no section
    has a heading (`import.no_section`), none has a paragraph (`import.nothing_found`), or one is
    too long to be one.
    """
    lines = _columns_in(language, source.paragraphs)
    for line in lines:
        if len(line.text) > MAX_PARAGRAPH:
            raise Invalid("import.paragraph_too_long", line=line.line, limit=MAX_PARAGRAPH)
    guessed = guess_language("\n".join(each.text for each in lines))
    if guessed not in (None, language) or (source.paragraphs and not lines):
        raise Invalid("import.wrong_language", expected=language)
    body, heading, doubts = _without_page_headings(lines)
    start = next((i for i, each in enumerate(body) if _section_key(each)), None)
    if start is None:
        raise Invalid("import.no_section")
    title, preamble = _front(body[:start])
    reader = _Reader(body[start:])
    sections = reader.read()
    if not any(section.paragraphs for section in sections):
        raise Invalid("import.nothing_found")
    doubts = [*source.doubts, *doubts, *reader.doubts, *_mixed_quotes(body)]
    return ImportedDraft(
        language=language,
        running_heading=heading,
        title=title,
        preamble=preamble,
        sections=sections,
        doubts=tuple(sorted(doubts, key=lambda doubt: doubt.line)),
    )


_CLOSING = ".,:;!?…)»”"
"""What no paragraph begins with."""


class _Reader:
    """One pass over the lines from the first section heading on."""

    def __init__(self, lines: Sequence[SourceParagraph]) -> None:
        self._lines = lines
        self._split = [_labelled(each) for each in lines]
        self._lists = Lists([label for label, _ in self._split])
        self._sections: dict[SectionKey, tuple[str, list[ImportedParagraph]]] = {}
        self._current: list[ImportedParagraph] = []
        self._marks: list[tuple[int, Label, ImportedParagraph]] = []
        self.doubts: list[Doubt] = []

    def read(self) -> tuple[ImportedSection, ...]:
        for index, line in enumerate(self._lines):
            key = _section_key(line)
            if key:
                self._open(key, line)
            elif not self._read_labelled(index, line):
                self._read_unlabelled(index, line)
        self._report_styles()
        return tuple(
            ImportedSection(key, title, tuple(paragraphs))
            for key, (title, paragraphs) in self._sections.items()
        )

    def _open(self, key: SectionKey, line: SourceParagraph) -> None:
        if key in self._sections:
            self._doubt(line, "import.repeated_section", title=line.text)
            if self._current is not self._sections[key][1]:
                self._lists.restart()
        else:
            self._sections[key] = (line.text, [])
            self._lists.restart()
        self._current = self._sections[key][1]

    def _read_labelled(self, index: int, line: SourceParagraph) -> bool:
        label, text = self._split[index]
        if label is None:
            return False
        computed = line.label is not None
        placed = self._lists.place(index, label, computed=computed)
        if placed is None:
            self._doubt(line, "import.label_as_text", label=label.printed, text=_opening(line.text))
            return False
        depth, expected = placed
        if expected:
            self._doubt(line, "import.label_jumps", label=label.printed, expected=expected)
        if depth > 1:
            self._doubt(line, "import.too_deep", label=label.printed)
        if label.readings[0][0] == BULLETS:
            self._doubt(line, "import.bullet", text=_opening(text))
        kind = Kind.SUBITEM if depth else Kind.ITEM
        paragraph = ImportedParagraph(kind, text, label.printed, line.line)
        self._marks.append((min(depth, 1), label, paragraph))
        self._current.append(paragraph)
        return True

    def _read_unlabelled(self, index: int, line: SourceParagraph) -> None:
        last = self._current[-1] if self._current else None
        if last and last.kind is not Kind.HEADING and self._goes_on(last, line):
            if line.after is not Break.LINE:
                self._doubt(
                    line,
                    "import.joined",
                    label=last.source_label or "",
                    before=_ending(last.text),
                    after=_opening(line.text),
                )
            self._current[-1] = replace(last, text=_joined(last.text, line))
        elif line.title or not last or last.kind is Kind.HEADING:
            self._doubt(line, "import.heading", text=_opening(line.text))
            self._current.append(ImportedParagraph(Kind.HEADING, line.text, None, line.line))
        else:
            self._doubt(line, "import.continuation", text=_opening(line.text))
            self._current.append(ImportedParagraph(Kind.CONTINUATION, line.text, None, line.line))

    @staticmethod
    def _goes_on(last: ImportedParagraph, line: SourceParagraph) -> bool:
        """Whether a line without a label is the rest of the paragraph above it."""
        if line.after is Break.LINE or not last.text:
            return True
        if line.title or split_label(line.text)[0]:
            return False
        unfinished = last.text.rstrip("\"'”’»)")[-1:] not in ".:;!?…"
        small = line.text[0].islower() or line.text[0] in _CLOSING
        return (unfinished or small) if line.after is Break.PAGE else (unfinished and small)

    def _report_styles(self) -> None:
        """One doubt per run of labels written unlike most labels of their depth."""
        for depth in (0, 1):
            run = [(label, each) for at, label, each in self._marks if at == depth and label.mark]
            usual = Counter(label.mark for label, _ in run).most_common(1)
            before = usual[0][0] if usual else ""
            for label, paragraph in run:
                if label.mark not in (before, usual[0][0]):
                    shown = print_label(replace(label, mark=usual[0][0]), *label.readings[0])
                    self.doubts.append(
                        Doubt(
                            paragraph.line,
                            "import.label_style",
                            {"label": label.printed, "usual": shown},
                        )
                    )
                before = label.mark

    def _doubt(self, line: SourceParagraph, code: str, **params: object) -> None:
        self.doubts.append(Doubt(line.line, code, params))


def _labelled(line: SourceParagraph) -> tuple[Label | None, str]:
    if line.label is None:
        return split_label(line.text)
    # A computed label outside the grammar ("Artículo 4") still counts: it is read as a bullet is.
    label = split_label(line.label)[0] or Label(line.label, line.label, ((BULLETS, 1),))
    return replace(label, level=line.level), line.text


def _section_key(line: SourceParagraph) -> SectionKey | None:
    """The section a line opens: its name alone, or in both languages ("… / …").

    Numbered ("II. CONCLUSIONES") only in capitals or where its author marked it as a heading.
    """
    if len(line.text) > 80:
        return None
    label, text = split_label(line.text)
    if (label or line.label) and not (text.isupper() or line.title):
        return None  # "1. Informe" is an item
    keys = {_HEADINGS.get(_bare(part)) for part in text.split("/")}
    return keys.pop() if len(keys) == 1 else None


def _bare(text: str) -> str:
    """A word without accents, case and closing punctuation, to compare headings by."""
    decomposed = unicodedata.normalize("NFD", text)
    plain = "".join(each for each in decomposed if not unicodedata.combining(each))
    return plain.strip(" .:*\u00a0").casefold()


def _without_page_headings(
    lines: Sequence[SourceParagraph],
) -> tuple[list[SourceParagraph], tuple[str, ...], list[Doubt]]:
    """Take out the lines repeated at the top of pages, and the page numbers beside them.

    A heading is a short unlabelled line that does not end as a sentence does and begins a block
    three times, or twice if once before the first section; and the lines that follow it each time.
    What stands behind one may be the rest of the paragraph before it.
    """
    first_section = next((i for i, each in enumerate(lines) if _section_key(each)), len(lines))
    places: dict[str, list[int]] = {}
    for index, line in enumerate(lines):
        if _may_head_a_page(line):
            places.setdefault(line.text, []).append(index)
    repeated = {
        text: found
        for text, found in places.items()
        if len(found) > 2 or (len(found) == 2 and found[0] < first_section)
    }
    heads = {index for found in repeated.values() for index in found}
    heads = {
        index
        for index in heads
        if lines[index].after is not Break.LINE or index == 0 or index - 1 in heads
    }
    for index, line in enumerate(lines):
        beside = index - 1 in heads or index + 1 in heads
        if beside and line.label is None and _PAGE_NUMBER.fullmatch(line.text):
            heads.add(index)
    kept: list[SourceParagraph] = []
    for index, line in enumerate(lines):
        if index in heads:
            continue
        if kept and index - 1 in heads:
            line = replace(line, after=Break.PAGE)
        kept.append(line)
    shown = tuple(text for text, found in repeated.items() if found[0] in heads)
    doubts = [
        Doubt(
            lines[repeated[text][0]].line,
            "import.page_heading",
            {"text": text, "count": sum(index in heads for index in repeated[text])},
        )
        for text in shown
    ]
    return kept, shown, doubts


def _may_head_a_page(line: SourceParagraph) -> bool:
    return (
        line.label is None
        and line.cell is None
        and len(line.text) <= 100
        and line.text[-1:] not in ".:;,"
        and not _section_key(line)
        and split_label(line.text)[0] is None
    )


def _front(lines: Sequence[SourceParagraph]) -> tuple[tuple[str, ...], str]:
    """The title's lines, and the preamble: the paragraph before the sections that ends in ":"."""
    start = len(lines)
    if lines and lines[-1].text.endswith(":"):
        start -= 1
        while start and lines[start].after is not Break.PARAGRAPH:
            start -= 1
    preamble = ""
    for line in lines[start:]:
        preamble = _joined(preamble, line)
    return tuple(each.text for each in lines[:start]), preamble


_COLUMN_TITLES = frozenset({"espanol", "spanish", "ingles", "english", "n.º", "no", "n.o", "#"})


def _columns_in(
    language: Language, lines: Sequence[SourceParagraph]
) -> tuple[SourceParagraph, ...]:
    """Of each table, the columns in `language`; a column of bare labels goes in front of its row."""
    columns: dict[tuple[int, int], list[SourceParagraph]] = {}
    for line in lines:
        if line.cell:
            columns.setdefault((line.cell[0], line.cell[2]), []).append(line)
    guessed = {at: guess_language("\n".join(each.text for each in columns[at])) for at in columns}
    known = {at[0] for at, found in guessed.items() if found == language}
    labels: dict[tuple[int, int], str] = {}
    left_out: set[tuple[int, int]] = set()
    for at, cells in columns.items():
        if all(_is_bare_label(cell) for cell in cells):
            left_out.add(at)
            labels |= {cell.cell[:2]: cell.text for cell in cells if cell.cell}
        elif guessed[at] != language and (guessed[at] or at[0] in known):
            left_out.add(at)
    kept: list[SourceParagraph] = []
    for line in lines:
        if line.cell:
            if (line.cell[0], line.cell[2]) in left_out or _bare(line.text) in _COLUMN_TITLES:
                continue
            label = labels.pop(line.cell[:2], None)
            if label and line.label is None:
                line = replace(line, text=f"{label} {line.text}")
        kept.append(line)
    return tuple(kept)


def _is_bare_label(cell: SourceParagraph) -> bool:
    label, rest = split_label(cell.text)
    return _bare(cell.text) in _COLUMN_TITLES or (label is not None and not rest)


def _mixed_quotes(lines: Iterable[SourceParagraph]) -> Iterator[Doubt]:
    """One doubt where straight and curly quotation marks are mixed, at the first of the fewer."""
    straight = [each.line for each in lines if '"' in each.text]
    curly = [each.line for each in lines if "“" in each.text or "”" in each.text]
    if straight and curly:
        yield Doubt(min(straight, curly, key=len)[0], "import.mixed_quotes")


def _joined(text: str, line: SourceParagraph) -> str:
    # A hyphen at the break may be the word's own (RROCM-CRM-ST): it stays.
    hyphen = text[-1:] == "-" and text[-2:-1].isalpha() and line.text[:1].isalpha()
    close = hyphen or not text or line.text[0] in _CLOSING
    joined = text + line.text if close else f"{text} {line.text}"
    if len(joined) > MAX_PARAGRAPH:
        raise Invalid("import.paragraph_too_long", line=line.line, limit=MAX_PARAGRAPH)
    return joined


def _opening(text: str) -> str:
    return " ".join(text.split(maxsplit=5)[:5])


def _ending(text: str) -> str:
    return " ".join(text.rsplit(maxsplit=5)[-5:])
