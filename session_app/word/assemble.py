"""From what a document says to the bytes of a Word file.

One deep function, `assemble`. It never concatenates documents and never copies a number: Word counts
from real multi-level lists, so a delegate who inserts a paragraph by hand gets the right numbers.
The same document, template, layout and version give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from session_app.domain.documents import (
    DocumentText,
    Layout,
    ParagraphText,
    SectionText,
    Version,
)
from session_app.domain.drafting import LANGUAGES, Kind, Language, State, Texts, has_open_bracket

from . import ooxml
from .template import Template, open_template

Parts = dict[str, bytes | str]
"""The parts of a package by name."""

_LEVEL = {Kind.ITEM: 0, Kind.SUBITEM: 1}

_SHORT = 160
"""Characters up to which a row of the table stays on one page; a longer one may be broken."""

_PAGE = 2600
"""Characters of an average page: the cached number of pages, until Word counts them itself."""

# Two tables would grow together, and Word ends no body with a table.
_AFTER_TABLE = (
    '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
    '<w:rPr><w:sz w:val="2"/></w:rPr></w:pPr></w:p>'
)


def assemble(
    document: DocumentText,
    template: Path,
    *,
    layout: Layout,
    version: Version = "clean",
) -> bytes:
    """The Word file of a document.

    `layout` is one language, or both side by side with Spanish on the left. In the *bracketed*
    version the text that is not agreed is set apart by a character style; *clean* prints the same
    words plainly. Raises `Invalid` when the template is not usable (see `open_template`).
    """
    return write_file(compose_parts(document, template, layout=layout, version=version))


def compose_parts(
    document: DocumentText,
    template: Path,
    *,
    layout: Layout,
    version: Version = "clean",
    composed: Callable[[], None] = lambda: None,
) -> Parts:
    """What `assemble` writes, part by part; `composed` is called behind each paragraph of the text, and
    may raise to end it."""
    return _Assembly(document, open_template(template), layout, version, composed).parts()


def write_file(parts: Parts) -> bytes:
    """The Word file of what was composed."""
    return ooxml.write_package(parts)


class _Assembly:
    """One file being put together."""

    def __init__(
        self,
        document: DocumentText,
        template: Template,
        layout: Layout,
        version: Version,
        composed: Callable[[], None],
    ) -> None:
        self._composed = composed
        self._document = document
        self._template = template
        self._styles = template.styles
        self._bracketed = version == "bracketed"
        self._bilingual = layout == "bilingual"
        self._languages: tuple[Language, ...] = LANGUAGES if layout == "bilingual" else (layout,)
        self._numbering = ooxml.Numbering(
            document.label_style, abstracts=template.abstracts, nums=template.nums
        )

    def parts(self) -> Parts:
        document = self._document
        main = document.origin if self._bilingual else self._languages[0]
        body = "".join(self._side_by_side() if self._bilingual else self._running_text())
        return self._template.fill(
            body=body + self._template.section,
            abstracts=self._numbering.abstracts,
            nums=self._numbering.nums,
            header=self._header(),
            footer=self._footer(),
            core=ooxml.core_properties(
                title=self._joined(document.title),
                creator=document.creator,
                language=document.locales[main],
                created=document.created,
                modified=document.modified,
                identifier=document.symbol,
            ),
            locale=document.locales[main],
        )

    # Every page ------------------------------------------------------------------------------

    def _header(self) -> str:
        """Both names whatever the layout, and until adoption that it is a draft."""
        draft = self._document.draft
        names = ooxml.line_break().join(
            self._run(self._document.header[language], language) for language in LANGUAGES
        )
        if draft is None:
            return ooxml.paragraph(self._styles["header"], names)
        mark = ooxml.watermark(self._joined(draft.watermark, " · "))
        return ooxml.paragraph(self._styles["header"], mark + names) + ooxml.paragraph(
            self._styles["draft"], self._runs_of(draft.words)
        )

    def _footer(self) -> str:
        document = self._document
        left = (
            self._run(document.symbol, document.origin)
            if document.symbol
            else self._runs_of(document.place)
        )
        right = self._run(" / ", document.origin).join(
            ooxml.page_of_pages(
                document.page[language], self._estimated_pages(), document.locales[language]
            )
            for language in self._languages
        )
        return ooxml.paragraph(self._styles["footer"], left + ooxml.tab() + right)

    def _estimated_pages(self) -> int:
        characters = sum(
            len(paragraph.texts[language])
            for section in self._document.sections
            for paragraph in section.paragraphs
            for language in self._languages
        )
        return 1 + characters // _PAGE

    # One language ----------------------------------------------------------------------------

    def _running_text(self) -> Iterator[str]:
        document, language = self._document, self._languages[0]
        yield self._symbol()
        yield self._paragraph("title", document.title, language)
        yield self._paragraph("place", document.place, language)
        yield self._paragraph("place", document.dates, language)
        if document.note and document.is_working_translation(language):
            yield self._paragraph("note", document.note, language)
        if document.ad_referendum:
            yield self._paragraph("note", document.ad_referendum, language)
        yield self._paragraph("preamble", document.preamble, language)
        for index, section in self._printed_sections():
            yield self._paragraph("section", section.title, language)
            numbers = self._list(index, language)
            for paragraph, keep in _with_keep_next(section, self._languages):
                yield self._numbered("", paragraph, language, numbers, keep)
                self._composed()

    # Both languages --------------------------------------------------------------------------

    def _side_by_side(self) -> Iterator[str]:
        document, width = self._document, self._template.width
        yield self._symbol()
        title = [
            self._cells("cell title", document.title),
            self._cells("cell place", document.place, document.dates),
        ]
        if document.note and any(map(document.is_working_translation, LANGUAGES)):
            title.append(self._note_cells(document.note))
        if document.ad_referendum:
            title.append(self._cells("note", document.ad_referendum))
        rows = "".join(ooxml.row(pair, width, whole=True) for pair in title)
        rows += ooxml.row(self._cells("cell preamble", document.preamble), width, whole=False)
        yield self._table(self._joined(document.title), rows)
        for index, section in self._printed_sections():
            yield ooxml.paragraph(self._styles["section"], self._runs_of(section.title, " / "))
            yield self._table(self._joined(section.title), self._rows(index, section))
        yield _AFTER_TABLE

    def _rows(self, index: int, section: SectionText) -> str:
        numbers = {language: self._list(index, language) for language in LANGUAGES}
        width = self._template.width
        rows = []
        for paragraph, keep in _with_keep_next(section, LANGUAGES):
            pair = (
                self._numbered("cell ", paragraph, "es", numbers["es"], keep),
                self._numbered("cell ", paragraph, "en", numbers["en"], keep),
            )
            whole = len(paragraph.texts["es"]) <= _SHORT and len(paragraph.texts["en"]) <= _SHORT
            rows.append(ooxml.row(pair, width, whole=whole))
            self._composed()
        return "".join(rows)

    def _table(self, caption: str, rows: str) -> str:
        names: Texts = {"es": "Español", "en": "English"}
        columns = self._cells("column", names)
        style, width = self._styles["bilingual"], self._template.width
        return ooxml.table(style, width, caption, columns, rows)

    def _cells(self, style: str, *texts: Texts) -> tuple[str, str]:
        """One cell per language, each with a paragraph per text."""
        return (
            "".join(self._paragraph(style, text, "es") for text in texts),
            "".join(self._paragraph(style, text, "en") for text in texts),
        )

    def _note_cells(self, note: Texts) -> tuple[str, str]:
        """The note stands only over the language that is a translation."""
        shown = {
            language: note[language] if self._document.is_working_translation(language) else ""
            for language in LANGUAGES
        }
        return self._cells("note", shown)

    # Paragraphs ------------------------------------------------------------------------------

    def _printed_sections(self) -> Iterator[tuple[int, SectionText]]:
        """A section in which nothing was written is not announced either."""
        return (each for each in enumerate(self._document.sections) if each[1].paragraphs)

    def _list(self, index: int, language: Language) -> ooxml.NumberedList:
        name = f"{self._document.title['es']}|{self._document.created}|{index}|{language}"
        indents = self._template.cell_indents if self._bilingual else self._template.indents
        return self._numbering.add_list(language, indents, name)

    def _numbered(
        self,
        place: str,
        paragraph: ParagraphText,
        language: Language,
        numbers: ooxml.NumberedList,
        keep_next: bool,
    ) -> str:
        style = self._styles[place + paragraph.kind]
        text = paragraph.texts[language]
        level = _LEVEL.get(paragraph.kind)
        if not text.strip():
            if level is not None:
                numbers.skip(level)
            return ooxml.paragraph(style, "", keep_next=keep_next)
        number = None if level is None else numbers.next(level)
        return ooxml.paragraph(
            style, self._body_runs(paragraph, text, language), number=number, keep_next=keep_next
        )

    def _body_runs(self, paragraph: ParagraphText, text: str, language: Language) -> str:
        locale = self._document.locales[language]
        if not self._bracketed:
            return ooxml.run(text, locale)
        if has_open_bracket(text):
            return ooxml.bracketed_runs(text, locale, self._styles["bracket"])
        open_text = paragraph.state is State.BRACKETED
        return ooxml.run(text, locale, self._styles["bracket"] if open_text else None)

    def _symbol(self) -> str:
        if not self._document.symbol:
            return ""
        symbol = self._run(self._document.symbol, self._document.origin)
        return ooxml.paragraph(self._styles["symbol"], symbol)

    def _paragraph(self, style: str, texts: Texts, language: Language) -> str:
        text = texts[language]
        return ooxml.paragraph(self._styles[style], self._run(text, language) if text else "")

    def _run(self, text: str, language: Language) -> str:
        return ooxml.run(text, self._document.locales[language])

    def _runs_of(self, texts: Texts, between: str = " / ") -> str:
        """The text in every language of this layout, each marked as its own; once if they agree."""
        shown = {texts[language]: language for language in reversed(self._languages)}
        runs = [self._run(text, language) for text, language in reversed(shown.items())]
        return self._run(between, self._document.origin).join(runs)

    def _joined(self, texts: Texts, between: str = " / ") -> str:
        return between.join(dict.fromkeys(texts[language] for language in self._languages))


def _with_keep_next(
    section: SectionText, languages: tuple[Language, ...]
) -> Iterator[tuple[ParagraphText, bool]]:
    """Every paragraph, and whether a page may not end behind it: headings, and a lead-in that ends
    in a colon before its first sub-item."""
    following: tuple[ParagraphText | None, ...] = (*section.paragraphs[1:], None)
    for paragraph, after in zip(section.paragraphs, following, strict=True):
        leads = after is not None and after.kind is Kind.SUBITEM
        colon = any(paragraph.texts[language].rstrip().endswith(":") for language in languages)
        yield paragraph, paragraph.kind is Kind.HEADING or (leads and colon)
