"""What a Conclusions and Recommendations document says, before any file format.

A `DocumentText` holds every word that will be printed, in both languages, with nothing left to look
up: `word` puts it on paper and knows neither the database nor the translations. The same value
always gives the same file.

The layout follows S004, the Conclusions of the GRCM of San Salvador, June 2017: a header with the
Conference's name in both languages on every page, a title block, a preamble that names the countries
present, and sections whose numbers begin at 1.
"""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from .drafting import LANGUAGES, Kind, Language, Row, State, Texts
from .errors import Invalid
from .numbering import UN, LabelStyle

Layout = Literal["es", "en", "bilingual"]
LAYOUTS: tuple[Layout, ...] = ("es", "en", "bilingual")
Version = Literal["clean", "bracketed"]
VERSIONS: tuple[Version, ...] = ("clean", "bracketed")

LOCALES: Mapping[Language, str] = {"es": "es-ES", "en": "en-US"}
"""The proofing language of each text unless the forum says otherwise. Word has no dictionary for
es-419, so a country is always named."""


@dataclass(frozen=True, slots=True)
class ParagraphText:
    """One paragraph as it will be printed; it has no number, Word counts."""

    kind: Kind
    texts: Texts
    state: State = State.PROPOSED


@dataclass(frozen=True, slots=True)
class SectionText:
    """One section: its printed title ("CONCLUSIONES") and its paragraphs in order."""

    key: str
    title: Texts
    paragraphs: tuple[ParagraphText, ...]


@dataclass(frozen=True, slots=True)
class DraftMark:
    """Says on every page that the text is not adopted; gone once it is."""

    version: int
    words: Texts  # "Borrador, versión 12, 22 de junio de 2017, 15:30"
    watermark: Texts  # "BORRADOR", behind the text


@dataclass(frozen=True, slots=True)
class DocumentText:
    """Everything one Word file says.

    `created` and `modified` come from the record, never from the clock, so that the same text is
    the same file. `note` is printed under the title of a language other than `origin` while
    `draft` is set: until adoption that text is a working translation.
    """

    creator: str  # the body's official name: nobody's personal name goes into the file
    header: Texts  # the Conference's name, both on every page
    title: Texts
    place: Texts
    dates: Texts
    preamble: Texts
    sections: tuple[SectionText, ...]
    page: Texts  # "Página {page} de {pages}"
    created: datetime
    modified: datetime
    origin: Language = "es"
    note: Texts | None = None
    ad_referendum: Texts | None = None  # which paragraphs, and who consults; stands under the title
    symbol: str | None = None
    draft: DraftMark | None = None
    label_style: LabelStyle = UN
    locales: Mapping[Language, str] = field(default_factory=lambda: LOCALES)

    def is_working_translation(self, language: Language) -> bool:
        """Whether this language's text is, for now, only a help to its readers."""
        return self.draft is not None and language != self.origin


def compose_preamble(template: str, **parts: str) -> str:
    """Fill a body's preamble: `{dates}`, `{city}`, `{countries}` and whatever else it names.

    Raises `Invalid` for a placeholder that has no part, and for a malformed template; parts the
    template does not use are ignored.
    """
    try:
        wanted = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    except ValueError:
        raise Invalid("document.bad_preamble", placeholder=template[:80]) from None
    for name in sorted(wanted):
        if name not in parts:
            raise Invalid("document.bad_preamble", placeholder=f"{{{name}}}")
    return template.format(**parts)


def order_names(names: Iterable[str], language: Language) -> list[str]:
    """Names in the alphabetical order of the language: accents do not count, ñ follows n.

    So República Dominicana stands under R in the Spanish preamble and Dominican Republic under D
    in the English one (S004, preamble).
    """
    return sorted(names, key=lambda name: (_collation(name, language), name))


def compose_sections(
    sections: Sequence[tuple[str, str, Texts]],
    rows: Sequence[Row],
    texts: Mapping[str, Texts],
) -> tuple[SectionText, ...]:
    """Put the texts of a draft in the order of its rows.

    `sections` are (id, key, title) in order, `texts` are by row id. A row without texts is printed
    empty rather than left out, because leaving it out would renumber the rest.
    """
    nothing: Texts = dict.fromkeys(LANGUAGES, "")
    return tuple(
        SectionText(
            key,
            title,
            tuple(
                ParagraphText(row.kind, texts.get(row.id, nothing), row.state)
                for row in rows
                if row.section == section
            ),
        )
        for section, key, title in sections
    )


def _collation(name: str, language: Language) -> str:
    folded = name.casefold()
    if language == "es":
        folded = folded.replace("ñ", "n\uffff")
    decomposed = unicodedata.normalize("NFD", folded)
    return "".join(char for char in decomposed if not unicodedata.combining(char))
