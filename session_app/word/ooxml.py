"""All raw XML of the Word files: text in, WordprocessingML out (ECMA-376 part 1, transitional).

Body XML is written as text, not built as elements: at 300 conclusions side by side that is a fifth
of the time (benchmarks/assemble.py). The price is that the order of child elements is ours to keep;
`tests/word` holds every file against the ISO schemas and Microsoft's validator.

Every function returns XML that is already escaped; every `text` argument is plain text.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2s

from session_app.domain.drafting import Language
from session_app.domain.numbering import LabelStyle

NAMESPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
}
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
ROOT_ATTRIBUTES = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())

LEVELS = 9
"""Word expects all nine levels of a multi-level list; the text uses the first two."""

COMPRESSION = 4
"""At 300 conclusions side by side level 6 takes a third of the whole time for 10 kB less."""
FIRST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
"""The zip format's zero. A real time would make two equal files differ, and in local time at that."""

_SPACES = re.compile("[\t\n\x0b\x0c\r\x85\u2028\u2029]+")
_ILLEGAL = re.compile("[\x00-\x08\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SUSPECT = re.compile("[\x00-\x1f\x85\u2028\u2029\ud800-\udfff\ufffe\uffff&<>]")


def escape(text: str) -> str:
    """Make text safe inside an element or a double-quoted attribute.

    Characters XML 1.0 cannot carry are left out, line breaks of any kind become one space: a
    paragraph is one line, and a form feed pasted from a PDF must not break a page.
    """
    if _SUSPECT.search(text):
        text = _ILLEGAL.sub("", _SPACES.sub(" ", text))
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;")


# Runs and paragraphs -------------------------------------------------------------------------


def run(text: str, locale: str, style: str | None = None) -> str:
    """A run of text in one proofing language."""
    named = f'<w:rStyle w:val="{style}"/>' if style else ""
    return (
        f'<w:r><w:rPr>{named}<w:lang w:val="{locale}"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    )


def bracketed_runs(text: str, locale: str, style: str) -> str:
    """Runs of a text in which everything inside square brackets carries a character style.

    Brackets nest; one that is never closed marks the text to its end, one that was never opened
    marks itself.
    """
    parts: list[str] = []
    depth, start = 0, 0
    for match in re.finditer(r"[\[\]]", text):
        if match[0] == "[":
            if depth == 0 and match.start() > start:
                parts.append(run(text[start : match.start()], locale))
                start = match.start()
            depth += 1
            continue
        if depth == 0:
            if match.start() > start:
                parts.append(run(text[start : match.start()], locale))
            start = match.start()
        depth = max(0, depth - 1)
        if depth == 0:
            parts.append(run(text[start : match.end()], locale, style))
            start = match.end()
    if start < len(text):
        parts.append(run(text[start:], locale, style if depth else None))
    return "".join(parts)


def line_break() -> str:
    return "<w:r><w:br/></w:r>"


def tab() -> str:
    return "<w:r><w:tab/></w:r>"


def paragraph(
    style: str, runs: str, *, number: tuple[int, int] | None = None, keep_next: bool = False
) -> str:
    """A paragraph in a named style; `number` is (w:num, level)."""
    keep = "<w:keepNext/>" if keep_next else ""
    numbering = (
        f'<w:numPr><w:ilvl w:val="{number[1]}"/><w:numId w:val="{number[0]}"/></w:numPr>'
        if number
        else ""
    )
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{keep}{numbering}</w:pPr>{runs}</w:p>'


def field(instruction: str, cached: str, locale: str) -> str:
    """A field with its cached result: without one Word offers to repair the file."""
    properties = f'<w:rPr><w:lang w:val="{locale}"/></w:rPr>'
    return (
        f'<w:r>{properties}<w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r>{properties}<w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
        f'<w:r>{properties}<w:fldChar w:fldCharType="separate"/></w:r>'
        f"<w:r>{properties}<w:t>{cached}</w:t></w:r>"
        f'<w:r>{properties}<w:fldChar w:fldCharType="end"/></w:r>'
    )


def page_of_pages(pattern: str, pages: int, locale: str) -> str:
    """ "Página {page} de {pages}" as runs and fields; Word and LibreOffice count for themselves."""
    fields = {
        "{page}": field("PAGE", "1", locale),
        "{pages}": field("NUMPAGES", str(pages), locale),
    }
    return "".join(
        fields.get(part) or run(part, locale) for part in re.split(r"(\{pages?\})", pattern) if part
    )


def watermark(text: str) -> str:
    """A run with large pale text behind the page, made the way Word's own watermarks are.

    Goes into a header paragraph. Read aloud it is the alternative text, once per section.
    """
    words = escape(text)
    return (
        "<w:r><w:rPr><w:noProof/></w:rPr><w:pict>"
        '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
        'path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>'
        '<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>'
        '<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>'
        '<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/>'
        '<v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/>'
        '<v:f eqn="sum @6 0 @5"/></v:formulas><v:path textpathok="t" o:connecttype="custom" '
        'o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/>'
        '<v:textpath on="t" fitshape="t"/><v:handles><v:h position="#0,bottomRight" '
        'xrange="6629,14971"/></v:handles><o:lock v:ext="edit" text="t" shapetype="t"/>'
        "</v:shapetype>"
        f'<v:shape id="DraftMark" o:spid="_x0000_s2049" type="#_x0000_t136" alt="{words}" '
        'style="position:absolute;margin-left:0;margin-top:0;'
        f"width:{min(460, 46 * len(text))}pt;height:92pt;"
        "rotation:315;z-index:-251658752;mso-position-horizontal:center;"
        "mso-position-horizontal-relative:margin;mso-position-vertical:center;"
        'mso-position-vertical-relative:margin" o:allowincell="f" fillcolor="#e9ebef" '
        'stroked="f"><v:textpath style="font-family:&quot;Times New Roman&quot;;font-size:1pt" '
        f'string="{words}"/></v:shape></w:pict></w:r>'
    )


# Tables --------------------------------------------------------------------------------------


def table(style: str, width: int, caption: str, columns: tuple[str, str], rows: str) -> str:
    """Two equal columns of fixed width whose head is repeated on every page.

    `columns` are the paragraphs of the head. The grid adds up to `width` exactly, or Word and
    LibreOffice lay it out differently.
    """
    left = width // 2
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{width}" w:type="dxa"/>'
        '<w:tblLayout w:type="fixed"/><w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" '
        'w:firstColumn="0" w:lastColumn="0" w:noHBand="0" w:noVBand="0"/>'
        f'<w:tblCaption w:val="{escape(caption)}"/></w:tblPr>'
        f'<w:tblGrid><w:gridCol w:w="{left}"/><w:gridCol w:w="{width - left}"/></w:tblGrid>'
        f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells(columns, width)}</w:tr>"
        f"{rows}</w:tbl>"
    )


def row(paragraphs: tuple[str, str], width: int, *, whole: bool) -> str:
    """One row; `whole` keeps it on one page, which only a short paragraph can be asked to do."""
    properties = "<w:trPr><w:cantSplit/></w:trPr>" if whole else ""
    return f"<w:tr>{properties}{cells(paragraphs, width)}</w:tr>"


def cells(paragraphs: tuple[str, str], width: int) -> str:
    left = width // 2
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{left}" w:type="dxa"/></w:tcPr>{paragraphs[0]}</w:tc>'
        f'<w:tc><w:tcPr><w:tcW w:w="{width - left}" w:type="dxa"/></w:tcPr>{paragraphs[1]}</w:tc>'
    )


# Numbering -----------------------------------------------------------------------------------


class Numbering:
    """The numbering definitions of one document.

    Word counts per `abstractNum`, not per `num`: with a shared one the second column would go on
    from the first. So every section has one of each in every language.
    """

    def __init__(self, style: LabelStyle, *, abstracts: Iterable[int], nums: Iterable[int]) -> None:
        """`abstracts` and `nums` are the ids the template already uses."""
        self._style = style
        self._next_abstract = max(abstracts, default=-1) + 1
        self._next_num = max(nums, default=0) + 1
        self._abstracts: list[str] = []
        self._nums: list[str] = []

    def add_list(
        self, language: Language, indents: Sequence[tuple[int, int]], name: str
    ) -> NumberedList:
        """Define a list; `indents` are (left, hanging) of items and sub-items, in twentieths of a
        point, `name` is what its ids are made from and must be its own in the document."""
        abstract = self._next_abstract
        self._next_abstract += 1
        patterns = (
            ("decimal", self._style.item[language].format("%1")),
            ("lowerLetter", self._style.subitem[language].format("%2")),
        )
        levels = []
        for level in range(LEVELS):
            shape, label = patterns[min(level, 1)]
            if level > 1:
                label = label.replace("%2", f"%{level + 1}")
            left, hanging = indents[min(level, 1)]
            left += max(0, level - 1) * hanging
            levels.append(
                f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{shape}"/>'
                f'<w:lvlText w:val="{escape(label)}"/><w:lvlJc w:val="left"/>'
                f'<w:pPr><w:ind w:left="{left}" w:hanging="{hanging}"/></w:pPr></w:lvl>'
            )
        self._abstracts.append(
            f'<w:abstractNum w:abstractNumId="{abstract}"><w:nsid w:val="{_hex_id(name, "nsid")}"/>'
            f'<w:multiLevelType w:val="multilevel"/><w:tmpl w:val="{_hex_id(name, "tmpl")}"/>'
            f"{''.join(levels)}</w:abstractNum>"
        )
        return NumberedList(self, abstract, self.add_num(abstract))

    def add_num(self, abstract: int, starts: Sequence[int] = ()) -> int:
        num = self._next_num
        self._next_num += 1
        overrides = "".join(
            f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{start}"/></w:lvlOverride>'
            for level, start in enumerate(starts)
        )
        self._nums.append(
            f'<w:num w:numId="{num}"><w:abstractNumId w:val="{abstract}"/>{overrides}</w:num>'
        )
        return num

    @property
    def abstracts(self) -> str:
        """The `w:abstractNum` elements; Word wants all of them before the first `w:num`."""
        return "".join(self._abstracts)

    @property
    def nums(self) -> str:
        return "".join(self._nums)


class NumberedList:
    """One list of one section in one language, as Word will count it.

    A paragraph whose text is missing in this language is printed without a number, but the
    paragraphs after it keep theirs: numbers are the same in every language. `skip` leaves such a
    gap, and the next number given starts a `w:num` of its own behind it.
    """

    def __init__(self, numbering: Numbering, abstract: int, num: int) -> None:
        self._numbering = numbering
        self._abstract = abstract
        self._num = num
        self._begun_inside = False
        self._count = [0, 0]  # what the reader is to see
        self._word = [0, 0]  # what Word will have counted

    def skip(self, level: int) -> None:
        self._advance(self._count, level)

    def next(self, level: int) -> tuple[int, int]:
        """The (w:num, level) that makes Word print the next number of this level."""
        self._advance(self._count, level)
        self._advance(self._word, level)
        # A num that began inside an item would give the next item its own first number, and every
        # later item its first letter.
        if self._word != self._count or (level == 0 and self._begun_inside):
            starts = (self._count[0], self._count[1] if level else 1)
            self._num = self._numbering.add_num(self._abstract, starts)
            self._word = list(self._count)
            self._begun_inside = level > 0
        return self._num, level

    @staticmethod
    def _advance(count: list[int], level: int) -> None:
        count[level] += 1
        if level == 0:
            count[1] = 0


def _hex_id(name: str, salt: str) -> str:
    return blake2s(name.encode(), key=salt.encode(), digest_size=4).hexdigest().upper()


# Package -------------------------------------------------------------------------------------


def core_properties(
    *,
    title: str,
    creator: str,
    language: str,
    created: datetime,
    modified: datetime,
    identifier: str | None,
) -> str:
    """docProps/core.xml. Times are written in UTC; one without a zone is taken to be in it, because
    the server's own zone would make the file differ from machine to machine."""
    named = f"<dc:identifier>{escape(identifier)}</dc:identifier>" if identifier else ""
    return (
        f'{DECLARATION}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/'
        'metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>{escape(creator)}</dc:creator>{named}"
        f"<cp:lastModifiedBy>{escape(creator)}</cp:lastModifiedBy>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{_utc(created)}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{_utc(modified)}</dcterms:modified>'
        f"<dc:language>{escape(language)}</dc:language></cp:coreProperties>"
    )


def write_package(parts: Mapping[str, bytes | str]) -> bytes:
    """Zip parts in the order given: equal parts make equal bytes, whatever the clock or zone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, FIRST_ZIP_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0
            info.external_attr = 0
            # The level is ignored where ZipFile is given it, and honoured here.
            package.writestr(info, content, compresslevel=COMPRESSION)
    return buffer.getvalue()


def _utc(moment: datetime) -> str:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
