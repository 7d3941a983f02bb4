"""Whether a Word file says what the document says: read back as a stranger's file, and compared.

The labels are those Word would print, counted by `read` from the file alone; what is expected comes from
`domain.numbering`. So a slip in how the lists were written is found as one in the words is.
"""

from __future__ import annotations

from dataclasses import dataclass

from session_app.domain.documents import DocumentText, Layout
from session_app.domain.drafting import LANGUAGES, Kind, Language, Row
from session_app.domain.numbering import number

from .read import read_docx


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where a file does not say what it should: its number, and both texts."""

    language: Language
    label: str
    expected: str
    found: str


def compare(content: bytes, document: DocumentText, layout: Layout) -> Difference | None:
    """The first difference between a file's sections and the document's, or None.

    Raises `Invalid` for a file that cannot be read at all.
    """
    read = read_docx(content).paragraphs
    for language in LANGUAGES if layout == "bilingual" else (layout,):
        column = LANGUAGES.index(language)
        found = [
            (each.label or "", _plain(each.text))
            for each in read
            if layout != "bilingual" or (each.cell is not None and each.cell[2] == column)
        ]
        expected = list(_expected(document, language, titles=layout != "bilingual"))
        # What stands before the first section is the front matter; behind the last nothing stands.
        found = found[max(0, len(found) - len(expected)) :]
        found += [("", "")] * (len(expected) - len(found))
        for wanted, there in zip(expected, found, strict=True):
            if wanted != there:
                return Difference(language, wanted[0], wanted[1], there[1])
    return None


def _expected(document: DocumentText, language: Language, *, titles: bool) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    for section in document.sections:
        if not section.paragraphs:
            continue
        if titles:
            lines.append(("", _plain(section.title[language])))
        else:
            lines.append(("", {"es": "Español", "en": "English"}[language]))
        rows = [Row(str(at), "", each.kind) for at, each in enumerate(section.paragraphs)]
        labels = number(rows, document.label_style)
        for row, each in zip(rows, section.paragraphs, strict=True):
            text = _plain(each.texts[language])
            if text:  # an empty paragraph keeps its number and is no line to a reader
                label = labels[row.id].in_language(language)
                lines.append((label if row.kind is not Kind.HEADING else "", text))
    return lines


def _plain(text: str) -> str:
    return " ".join(text.split())
