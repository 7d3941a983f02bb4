"""What to look at before a document is prepared: open paragraphs, and where its languages part ways.

Checks find what can be found for certain in the data and the words, name the paragraph and quote what
they have found. They decide nothing and change nothing (S004's own slips are kept verbatim, DOC-12):
whoever prepares the document goes there, or leaves it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from .drafting import LANGUAGES, Kind, Language, Row, State, Texts, has_open_bracket
from .forum import Forum

Subject = Literal["open", "empty", "order", "dates", "acronym", "full_stop"]
SUBJECTS: tuple[Subject, ...] = get_args(Subject)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at. `quotes` are what was found, with the language of each."""

    subject: Subject
    paragraphs: tuple[str, ...]
    quotes: tuple[tuple[Language, str], ...] = ()
    counts: tuple[int, int] = (0, 0)  # of `open`: paragraphs with brackets, and undecided ones


def check_document(
    rows: Sequence[Row], texts: Mapping[str, Texts], acronyms: Mapping[str, str]
) -> tuple[Finding, ...]:
    """What there is to look at in a document, by subject. `acronyms`: Spanish ones and the English."""
    written = [row for row in rows if row.kind is not Kind.HEADING]
    return (
        *_open(written, texts),
        *_empty(rows, texts),
        *_order(written, texts),
        *_dates(written, texts),
        *_acronyms(rows, texts, acronyms),
        *_full_stops(written, texts),
    )


def passed(findings: Sequence[Finding]) -> tuple[Subject, ...]:
    """The subjects there was nothing to find about."""
    found = {each.subject for each in findings}
    return tuple(each for each in SUBJECTS if each not in found)


def find_acronyms(forum: Forum) -> dict[str, str]:
    """Each Spanish acronym the forum's names give, and the English one, where they differ."""
    pairs = [(forum.acronym["es"], forum.acronym["en"])]
    pairs += [(each.acronym["es"], each.acronym["en"]) for each in forum.bodies.values()]
    for each in forum.delegations.values():
        spanish, english = (_IN_BRACKETS.search(each.name[language]) for language in LANGUAGES)
        if spanish and english:
            pairs.append((spanish[1], english[1]))
    known = {es: en for es, en in pairs if es != en and _ACRONYM.fullmatch(es)}
    return {es: en for es, en in known.items() if es not in known.values()}


_IN_BRACKETS = re.compile(r"\(([A-Z]{2,10})\)\s*$")
_ACRONYM = re.compile("[A-Z]{2,10}")


def _open(rows: Sequence[Row], texts: Mapping[str, Texts]) -> Iterator[Finding]:
    bracketed = [
        row.id
        for row in rows
        if row.state is State.BRACKETED or any(map(has_open_bracket, texts[row.id].values()))
    ]
    proposed = [
        row.id for row in rows if row.state is State.PROPOSED and row.id not in set(bracketed)
    ]
    if bracketed or proposed:
        named = {*bracketed, *proposed}
        in_order = tuple(row.id for row in rows if row.id in named)
        yield Finding("open", in_order, counts=(len(bracketed), len(proposed)))


def _empty(rows: Sequence[Row], texts: Mapping[str, Texts]) -> Iterator[Finding]:
    for row in rows:
        for language in LANGUAGES:
            if not texts[row.id][language].strip():
                yield Finding("empty", (row.id,), ((language, ""),))


_THREE = {
    "es": re.compile(r"\b([^\W\d_]{4,}), ([^\W\d_]{4,}),? [ye] ([^\W\d_]{4,})\b"),
    "en": re.compile(r"\b([^\W\d_]{4,}), ([^\W\d_]{4,}),? and ([^\W\d_]{4,})\b"),
}
"""Three words in a row, as titles love them: "segura, ordenada y regular"."""


def _order(rows: Sequence[Row], texts: Mapping[str, Texts]) -> Iterator[Finding]:
    """The same three words in another order elsewhere: S004's C27 and R3 (DOC-10)."""
    for language in LANGUAGES:
        first: dict[frozenset[str], tuple[str, str]] = {}
        told = set()
        for row in rows:
            for found in _THREE[language].finditer(texts[row.id][language]):
                words = found.groups()
                if not all(word.islower() for word in words):
                    continue  # names of countries have no order of their own
                before = first.setdefault(frozenset(words), (row.id, found[0]))
                if _WORD.findall(before[1]) != _WORD.findall(found[0]):
                    key = (before[0], row.id)
                    if key not in told:
                        told.add(key)
                        quotes = ((language, before[1]), (language, found[0]))
                        yield Finding("order", tuple(dict.fromkeys(key)), quotes)


_WORD = re.compile(r"[^\W\d_]{4,}")

_MONTHS: Mapping[Language, tuple[str, ...]] = {
    "es": (
        *("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto"),
        *("septiembre", "octubre", "noviembre", "diciembre"),
    ),
    "en": (
        *("january", "february", "march", "april", "may", "june", "july", "august"),
        *("september", "october", "november", "december"),
    ),
}
_SPANISH_DATE = re.compile(rf"\b(\d{{1,2}})[º°]? de ({'|'.join(_MONTHS['es'])})\b", re.IGNORECASE)
_ENGLISH_DATE = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{'|'.join(_MONTHS['en'])})"
    rf"|(?P<month_first>{'|'.join(_MONTHS['en'])}) (?P<days>\d{{1,2}})(?:st|nd|rd|th)?"
    r"(?:\s?(?:–|-|to|and)\s?(?P<until>\d{1,2})(?:st|nd|rd|th)?)?)\b",
    re.IGNORECASE,
)


def _dates(rows: Sequence[Row], texts: Mapping[str, Texts]) -> Iterator[Finding]:
    for row in rows:
        spanish = _spanish_dates(texts[row.id]["es"])
        english = _english_dates(texts[row.id]["en"])
        only_es = [each for each in spanish if each not in english]
        only_en = [each for each in english if each not in spanish]
        if only_es and only_en:
            quotes: tuple[tuple[Language, str], ...] = (
                ("es", spanish[only_es[0]]),
                ("en", english[only_en[0]]),
            )
            yield Finding("dates", (row.id,), quotes)


def _spanish_dates(text: str) -> dict[tuple[int, int], str]:
    return {
        (int(each[1]), _MONTHS["es"].index(each[2].lower())): each[0]
        for each in _SPANISH_DATE.finditer(text)
    }


def _english_dates(text: str) -> dict[tuple[int, int], str]:
    found = {}
    for each in _ENGLISH_DATE.finditer(text):
        # Of a period its last day, which is the one a Spanish text writes before the month.
        day = each["day"] or each["until"] or each["days"]
        month = each["month"] or each["month_first"]
        found[int(day), _MONTHS["en"].index(month.lower())] = each[0]
    return found


def _acronyms(
    rows: Sequence[Row], texts: Mapping[str, Texts], acronyms: Mapping[str, str]
) -> Iterator[Finding]:
    if not acronyms:
        return
    spanish = re.compile(r"\b(" + "|".join(sorted(acronyms, key=len, reverse=True)) + r")\b")
    for row in rows:
        found = dict.fromkeys(spanish.findall(texts[row.id]["en"]))
        for each in found:
            yield Finding("acronym", (row.id,), (("es", each), ("en", acronyms[each])))


_ENDS = re.compile(r"[.:;,?!…][\"'”’»)\]]*$|[,;]\s*(?:y|e|o|u|and|or)$")
"""How a paragraph ends: on a mark, which a closing quotation mark or bracket may follow; or on the
"; y" before the last sub-item."""


def _full_stops(rows: Sequence[Row], texts: Mapping[str, Texts]) -> Iterator[Finding]:
    for row in rows:
        for language in LANGUAGES:
            text = texts[row.id][language].strip()
            if text and not _ENDS.search(text) and not text.endswith((".]", '."', ".”")):
                yield Finding("full_stop", (row.id,), ((language, text[-40:]),))
