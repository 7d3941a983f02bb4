"""Words in Spanish and English: the only door to Babel, and the home of every sentence.

Sentences live in `messages/es.toml` and `messages/en.toml`, one per code, read once at start-up;
nothing has to be compiled. A sentence names its parameters in braces. One that depends on a number
is a table of plural forms (`one`, `other`), chosen by the parameter `count`.

English follows the usage of international documents (20–22 June 2017; no comma before *and*),
whatever the spelling of the text itself.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from babel import Locale
from babel.dates import format_date as babel_format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from .domain.documents import DraftMark
from .domain.drafting import LANGUAGES, Language, Texts
from .domain.errors import ActError
from .domain.glossary import Term, read_glossary
from .domain.people import Capacity

_LOCALES: Mapping[Language, Locale] = {"es": Locale("es"), "en": Locale.parse("en_001")}
_CATALOGUES = Path(__file__).with_name("messages")

Message = str | Mapping[str, str]

UNKNOWN = "unknown"
"""The code of the sentence that stands in for a missing one."""


def read_catalogue(language: Language) -> Mapping[str, Message]:
    """The sentences of one language, by code, as they stand in its file."""
    text = (_CATALOGUES / f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


_MESSAGES: Mapping[Language, Mapping[str, Message]] = {
    language: read_catalogue(language) for language in LANGUAGES
}


# Sentences -----------------------------------------------------------------------------------


def translate(code: str, language: Language, /, **params: object) -> str:
    """The sentence for a code. It never fails: it is what is said when something else has.

    A code without a sentence gets the general one, a parameter that is not given is shown as "…".
    A sequence is written as a list ("Canadá, Costa Rica y México"), a capacity as its word.
    """
    message = _MESSAGES[language].get(code, _MESSAGES[language][UNKNOWN])
    if not isinstance(message, str):
        count = params.get("count")
        message = plural(count if isinstance(count, int) else 0, language, message)
    if not params and "{" not in message:
        return message  # nothing to fill in, and two of three are such
    return message.format_map(_Shown(params, language))


def phrases(language: Language, *prefixes: str) -> dict[str, Message]:
    """The sentences whose code begins so, parameters and plural forms unfilled, for a page's script."""
    return {
        code: message for code, message in _MESSAGES[language].items() if code.startswith(prefixes)
    }


def translate_error(error: ActError, language: Language) -> str:
    """What a refusal says to the person it refuses."""
    return translate(error.code, language, **error.params)


def speaker(language: Language) -> Callable[..., str]:
    """The templates' `t`: a sentence or word of the interface in one language."""

    def t(key: str, **params: object) -> str:
        return translate(key, language, **params)

    return t


def say_in_both(code: str, /, **params: object) -> Texts:
    """One sentence in every language, for a document that carries both."""
    return {language: translate(code, language, **params) for language in LANGUAGES}


def plural(count: int, language: Language, forms: Mapping[str, str]) -> str:
    """The form for this many, e.g. `{"one": "country", "other": "countries"}`.

    A language's rarer forms (Spanish has one for millions) fall back to `other`.
    """
    return forms.get(_LOCALES[language].plural_form(count), forms["other"])


def format_ordinal(number: int, language: Language) -> str:
    """A place on a list: "2.º", "2nd"."""
    forms = _MESSAGES[language]["ordinal"]
    assert not isinstance(forms, str)
    form = _LOCALES[language].ordinal_form(number)
    return forms.get(form, forms["other"]).format(number=number)


class _Shown(dict[str, object]):
    """Parameters as they are shown in one language."""

    def __init__(self, params: Mapping[str, object], language: Language) -> None:
        def word(value: object) -> object:
            return (
                translate(f"ui.capacity.{value}", language)
                if isinstance(value, Capacity)
                else value
            )

        super().__init__(
            (name, join_names((str(word(each)) for each in value), language))
            if isinstance(value, list | tuple | set | frozenset)
            else (name, word(value))
            for name, value in params.items()
        )

    def __missing__(self, name: str) -> str:
        return "…"


# Lists ---------------------------------------------------------------------------------------


def join_names(names: Iterable[str], language: Language) -> str:
    """ "Canadá, Costa Rica y El Salvador"; in the order given (see `documents.order_names`).

    Spanish says *e* before the sound of i ("Francia e Italia"), but not before a diphthong ("Cobre
    y Hierro"); Babel's data has no place for that rule.
    """
    listed = list(names)
    text = format_list(listed, locale=_LOCALES[language])
    if language == "es" and len(listed) > 1 and _begins_with_i(listed[-1]):
        last = listed[-1]
        return f"{text.removesuffix(f' y {last}')} e {last}"
    return text


def name_in_sentence(name: str, language: Language) -> str:
    """A country's name as it stands inside a sentence: *the* United States of America."""
    if language == "en" and _TAKES_ARTICLE.search(name):
        return f"the {name}"
    return name


_TAKES_ARTICLE = re.compile(r"^United |\b(Republic|Kingdom|Netherlands|Philippines|Bahamas)$")


def _begins_with_i(word: str) -> bool:
    plain = unicodedata.normalize("NFD", word.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return re.match(r"h?i(?![aeou])", plain) is not None


# Terms ---------------------------------------------------------------------------------------

_GLOSSARY = Path(__file__).parents[1] / "docs" / "glossary.md"


def read_terms() -> tuple[Term, ...]:
    """The glossary's terms, as its page says them now."""
    return read_glossary(_GLOSSARY.read_text(encoding="utf-8"))


# Dates and times -----------------------------------------------------------------------------


def format_day(day: date, language: Language) -> str:
    """ "20 de junio de 2017", "20 June 2017"."""
    return _dated(day, "d MMMM y", language)


def format_dates(
    first: date, last: date, language: Language, *, style: Literal["title", "sentence"] = "title"
) -> str:
    """The days of a meeting, naming month and year once where one is enough.

    title: "20-22 de junio de 2017", "20–22 June 2017" (Spanish joins numbers with a hyphen, English
    with a dash). sentence, with the words that lead in, so that one day is right too: "los días del
    20 al 22 de junio de 2017" (S004, preamble), "el día 20 de junio de 2017"; "from 20 to 22 June
    2017", "on 20 June 2017".
    """
    end = format_day(last, language)
    if first == last:
        return end if style == "title" else _ON[language].format(end)
    same_month = (first.year, first.month) == (last.year, last.month)
    if same_month:
        start = str(first.day)
    elif first.year == last.year:
        start = _dated(first, "d MMMM", language)
    else:
        start = format_day(first, language)
    if style == "sentence":
        return _FROM_TO[language].format(start, end)
    joint = {"es": "-", "en": "–"}[language]
    return f"{start}{joint}{end}" if same_month else f"{start} – {end}"


def format_time(moment: datetime) -> str:
    """ "15:30", in both languages; the moment must already be in the meeting's zone."""
    return moment.strftime("%H:%M")


def format_seconds(seconds: float, language: Language, pattern: str = "0.0") -> str:
    """ "0,3 s" or "0.3 s"."""
    return f"{format_decimal(seconds, pattern, locale=_LOCALES[language])} s"


def format_size(size: int, language: Language) -> str:
    """How large a file of so many bytes is: "17 kB", "1,5 MB"."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    return f"{format_decimal(size / 1_000_000, '0.0', locale=_LOCALES[language])} MB"


def format_moment(moment: datetime, language: Language) -> str:
    """ "22 de junio de 2017, 15:30"; the moment must already be in the meeting's zone."""
    return f"{format_day(moment.date(), language)}, {format_time(moment)}"


_ON: Mapping[Language, str] = {"es": "el día {}", "en": "on {}"}
_FROM_TO: Mapping[Language, str] = {"es": "los días del {} al {}", "en": "from {} to {}"}


def _dated(day: date, pattern: str, language: Language) -> str:
    if language == "es":
        pattern = pattern.replace(" ", " 'de' ")
    return babel_format_date(day, pattern, locale=_LOCALES[language])


# Documents -----------------------------------------------------------------------------------


def describe_draft(version: int, at: datetime) -> DraftMark:
    """What every page of a text that is not adopted says; `at` in the meeting's zone."""
    words = {
        language: translate(
            "document.draft", language, version=version, at=format_moment(at, language)
        )
        for language in LANGUAGES
    }
    return DraftMark(version, words, watermark=say_in_both("document.watermark"))


def describe_rehearsal(version: int) -> DraftMark:
    """What every page of a rehearsal's text says, adopted or not."""
    words = say_in_both("document.rehearsal")
    return DraftMark(version, words, watermark=say_in_both("document.rehearsal_watermark"))


def page_words() -> Texts:
    """ "Página {page} de {pages}": the braces stay, for Word to count."""
    return say_in_both("document.page", page="{page}", pages="{pages}")


def translation_note() -> Texts:
    """What stands over the language that is not the draft's own, until adoption."""
    return say_in_both("document.working_translation")
