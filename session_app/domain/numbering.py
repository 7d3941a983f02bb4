"""Numbers of paragraphs, as text: computed from the rows, stored nowhere.

The same rows give the same numbers in both languages; only the punctuation differs, so a reference
to "18 b" means the same words in Spanish and in English. Numbers are dense by construction: a row
that is moved, added or deleted renumbers the others in the same moment.

Two conventions ship. *un* is the UN Editorial Manual's ("Paragraphs and subparagraphs": a) in
Spanish, (a) in English); *rcm* is what the past Conclusions of the Conference print, a) in both
languages (S004, conclusions 2 and 18, and the English texts of Managua 2014).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .drafting import LANGUAGES, Kind, Language, Row, Texts
from .errors import Invalid


@dataclass(frozen=True, slots=True)
class Label:
    """One paragraph's number in both languages; empty for headings and continuations."""

    es: str
    en: str

    def in_language(self, language: Language) -> str:
        return self.es if language == "es" else self.en


@dataclass(frozen=True, slots=True)
class LabelStyle:
    """How numbers are punctuated; in each pattern `{}` stands for the number or letter.

    `word` writes its numbering definitions from these same patterns, so that the Word file and the
    screen cannot disagree.
    """

    name: str
    item: Mapping[Language, str]
    subitem: Mapping[Language, str]


UN = LabelStyle("un", item={"es": "{}.", "en": "{}."}, subitem={"es": "{})", "en": "({})"})
RCM = LabelStyle("rcm", item={"es": "{}.", "en": "{}."}, subitem={"es": "{})", "en": "{})"})
LABEL_STYLES: Mapping[str, LabelStyle] = {style.name: style for style in (UN, RCM)}


def label_style(name: str) -> LabelStyle:
    """The style a forum's setting names. Raises `Invalid` for any other name."""
    try:
        return LABEL_STYLES[name]
    except KeyError:
        raise Invalid(
            "label_style.unknown", style=name[:40], known=", ".join(LABEL_STYLES)
        ) from None


def number(rows: Sequence[Row], style: LabelStyle = UN) -> dict[str, Label]:
    """The label of every row, by row id.

    Items count from 1 in every section, sub-items from a) in every item. A heading neither has a
    number nor interrupts the count, nor does a continuation: a sub-item after it goes on.
    """
    labels: dict[str, Label] = {}
    items: dict[str, int] = {}
    subitems: dict[str, int] = {}
    for row in rows:
        if row.kind is Kind.ITEM:
            items[row.section] = items.get(row.section, 0) + 1
            subitems[row.section] = 0
            labels[row.id] = _label(style.item, str(items[row.section]))
        elif row.kind is Kind.SUBITEM:
            subitems[row.section] = subitems.get(row.section, 0) + 1
            labels[row.id] = _label(style.subitem, letter(subitems[row.section]))
        else:
            labels[row.id] = _UNNUMBERED
    return labels


def number_whole(rows: Sequence[Row], style: LabelStyle = UN) -> dict[str, Texts]:
    """The number every row is referred to by, by row id: "16", "16 a)". A continuation has its item's, a
    heading none."""
    labels = number(rows, style)
    items: dict[str, Texts] = {}
    whole: dict[str, Texts] = {}
    for row in rows:
        own = {language: labels[row.id].in_language(language) for language in LANGUAGES}
        if row.kind is Kind.ITEM:
            items[row.section] = {language: own[language].rstrip(".") for language in LANGUAGES}
        item = items.get(row.section, dict.fromkeys(LANGUAGES, ""))
        if row.kind is Kind.HEADING:
            whole[row.id] = dict.fromkeys(LANGUAGES, "")
        elif row.kind is Kind.SUBITEM:
            whole[row.id] = {each: f"{item[each]} {own[each]}".strip() for each in LANGUAGES}
        else:
            whole[row.id] = item
    return whole


def letter(count: int) -> str:
    """a … z, then aa, bb … as Word counts letters (ECMA-376 part 1, 17.18.59 `lowerLetter`)."""
    times, index = divmod(count - 1, 26)
    return chr(ord("a") + index) * (times + 1)


_UNNUMBERED = Label("", "")


def _label(pattern: Mapping[Language, str], count: str) -> Label:
    return Label(es=pattern["es"].format(count), en=pattern["en"].format(count))
