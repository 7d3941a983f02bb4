"""Sentences, lists, dates and plurals in both languages."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from session_app.domain.drafting import LANGUAGES, Language
from session_app.domain.errors import Conflict
from session_app.i18n import (
    Message,
    describe_draft,
    format_dates,
    format_moment,
    format_seconds,
    format_size,
    join_names,
    name_in_sentence,
    page_words,
    plural,
    read_catalogue,
    translate,
    translate_error,
)


def parameters(message: Message) -> set[str]:
    forms = [message] if isinstance(message, str) else list(message.values())
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name}


def test_both_languages_have_the_same_sentences() -> None:
    assert sorted(read_catalogue("es")) == sorted(read_catalogue("en"))


def test_a_sentence_has_the_same_parameters_in_both_languages() -> None:
    english = read_catalogue("en")
    for code, message in read_catalogue("es").items():
        assert parameters(message) == parameters(english[code]), code


def test_no_sentence_is_empty_and_every_plural_has_its_general_form() -> None:
    for language in LANGUAGES:
        for code, message in read_catalogue(language).items():
            assert isinstance(message, str) or "other" in message, code
            assert message, code


SOURCES = Path(__file__).parents[1] / "session_app"
REFUSALS = {"Invalid", "Conflict", "Forbidden", "NotFound"}


def refusals() -> Iterator[tuple[str, str, set[str] | None]]:
    """(where, code, parameters) of every refusal in the program whose code is written out; of one
    whose parameters are not written out, None."""
    for source in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id in REFUSALS and node.args and isinstance(node.args[0], ast.Constant):
                names = [keyword.arg for keyword in node.keywords]
                given = None if None in names else {name for name in names if name}
                yield f"{source.name}:{node.lineno}", str(node.args[0].value), given


def test_every_refusal_has_a_sentence_and_gives_what_the_sentence_names() -> None:
    catalogue = read_catalogue("es")
    found = list(refusals())
    assert len(found) > 50
    for where, code, given in found:
        assert code in catalogue, f"{where} {code}"
        missing = set() if given is None else parameters(catalogue[code]) - given
        assert not missing, f"{where} {code} does not give {missing}"


WORDS = re.compile(r"""\bt\(\s*["']([a-z_.]+)["']\s*[,)]""")


def test_every_word_a_template_says_is_in_the_catalogue() -> None:
    catalogue = read_catalogue("es")
    templates = list((SOURCES / "web" / "templates").rglob("*.html"))
    assert len(templates) > 10
    for template in templates:
        for key in WORDS.findall(template.read_text(encoding="utf-8")):
            assert key in catalogue, f"{template.name} {key}"


def test_a_code_without_a_sentence_gets_the_general_one() -> None:
    assert translate("no.such_code", "es").startswith("No se pudo hacer lo solicitado")
    assert translate("no.such_code", "en").startswith("The request could not be carried out")


def test_a_missing_parameter_is_shown_as_an_ellipsis_and_not_as_an_error() -> None:
    assert translate("document.draft", "en", version=3) == "Draft, version 3, …"


def test_a_refusal_may_carry_parameters_named_like_our_own() -> None:
    refusal = Conflict("label_style.unknown", style="roman", known=["un", "rcm"], language="es")
    assert translate_error(refusal, "en") == (
        "There is no label style “roman”. The known ones are: un and rcm."
    )


def test_braces_in_a_parameter_are_only_text() -> None:
    assert "{place.__class__}" in translate(
        "document.bad_preamble", "es", placeholder="{place.__class__}"
    )


@pytest.mark.parametrize(
    ("language", "names", "text"),
    [
        ("es", ["Canadá"], "Canadá"),
        ("es", ["Canadá", "México"], "Canadá y México"),
        ("es", ["Canadá", "Costa Rica", "El Salvador"], "Canadá, Costa Rica y El Salvador"),
        ("es", ["Francia", "Italia"], "Francia e Italia"),
        ("es", ["Trinidad y Tobago", "Irlanda"], "Trinidad y Tobago e Irlanda"),
        ("es", ["Guatemala", "Honduras"], "Guatemala y Honduras"),
        ("es", ["Cobre", "Hierro"], "Cobre y Hierro"),
        ("es", ["Madre", "Hija"], "Madre e Hija"),
        ("en", ["Canada", "Costa Rica", "El Salvador"], "Canada, Costa Rica and El Salvador"),
        ("en", [], ""),
    ],
)
def test_countries_are_listed_as_each_language_lists_them(
    language: Language, names: list[str], text: str
) -> None:
    assert join_names(names, language) == text


def test_some_countries_take_an_article_in_an_english_sentence() -> None:
    assert name_in_sentence("United States of America", "en") == "the United States of America"
    assert name_in_sentence("Dominican Republic", "en") == "the Dominican Republic"
    assert name_in_sentence("Honduras", "en") == "Honduras"
    assert name_in_sentence("República Dominicana", "es") == "República Dominicana"


SAN_SALVADOR = (date(2017, 6, 20), date(2017, 6, 22))
TWO_MONTHS = (date(2017, 6, 29), date(2017, 7, 2))
TWO_YEARS = (date(2017, 12, 30), date(2018, 1, 2))
ONE_DAY = (date(2017, 6, 20), date(2017, 6, 20))


@pytest.mark.parametrize(
    ("days", "spanish", "english"),
    [
        (SAN_SALVADOR, "20-22 de junio de 2017", "20–22 June 2017"),
        (TWO_MONTHS, "29 de junio – 2 de julio de 2017", "29 June – 2 July 2017"),
        (TWO_YEARS, "30 de diciembre de 2017 – 2 de enero de 2018",
         "30 December 2017 – 2 January 2018"),
        (ONE_DAY, "20 de junio de 2017", "20 June 2017"),
    ],
)  # fmt: skip
def test_a_title_names_month_and_year_once(
    days: tuple[date, date], spanish: str, english: str
) -> None:
    assert format_dates(*days, "es") == spanish
    assert format_dates(*days, "en") == english


@pytest.mark.parametrize(
    ("days", "spanish", "english"),
    [
        (SAN_SALVADOR, "los días del 20 al 22 de junio de 2017", "from 20 to 22 June 2017"),
        (TWO_MONTHS, "los días del 29 de junio al 2 de julio de 2017",
         "from 29 June to 2 July 2017"),
        (ONE_DAY, "el día 20 de junio de 2017", "on 20 June 2017"),
    ],
)  # fmt: skip
def test_a_preamble_says_the_days_in_words(
    days: tuple[date, date], spanish: str, english: str
) -> None:
    assert format_dates(*days, "es", style="sentence") == spanish
    assert format_dates(*days, "en", style="sentence") == english


def test_plural_forms_follow_the_language_and_millions_fall_back() -> None:
    forms = {"one": "país", "other": "países"}
    assert [plural(count, "es", forms) for count in (0, 1, 2, 1_000_000)] == [
        *("países", "país", "países", "países"),
    ]


def test_a_moment_is_written_with_its_day_and_a_clock_of_24_hours() -> None:
    moment = datetime(2017, 6, 22, 15, 30, tzinfo=UTC)
    assert format_moment(moment, "es") == "22 de junio de 2017, 15:30"
    assert format_moment(moment, "en") == "22 June 2017, 15:30"


def test_sizes_and_durations_have_the_decimal_mark_of_the_language() -> None:
    assert [format_size(size, "es") for size in (0, 17_400, 1_540_000)] == [
        "1 kB",
        "17 kB",
        "1,5 MB",
    ]
    assert format_size(1_540_000, "en") == "1.5 MB"
    assert [format_seconds(0.25, "es", "0.00"), format_seconds(0.3, "en")] == ["0,25 s", "0.3 s"]


def test_a_draft_names_its_version_and_time_in_both_languages() -> None:
    mark = describe_draft(12, datetime(2017, 6, 22, 15, 30, tzinfo=UTC))
    assert mark.words == {
        "es": "Borrador, versión 12, 22 de junio de 2017, 15:30",
        "en": "Draft, version 12, 22 June 2017, 15:30",
    }
    assert mark.watermark == {"es": "BORRADOR", "en": "DRAFT"}


def test_the_words_around_page_numbers_leave_the_counting_to_word() -> None:
    assert page_words() == {"es": "Página {page} de {pages}", "en": "Page {page} of {pages}"}


# Nothing missing, nothing left over -----------------------------------------------------------

CODE = r"[a-z_]+(?:\.[a-z0-9_]+)+"
SAID = re.compile(
    rf"""(?<![\w.])(?:t|both|translate|say_in_both|this\.t)\(\s*["'`]({CODE})["'`]\s*[,)]"""
)
"""A sentence that is said by its whole code: in a template, a script or the program."""
LITERAL = re.compile(rf"""["'`]({CODE})["'`]""")
STEM = re.compile(r"""["'`]([a-z_]+(?:\.[a-z0-9_]+)*[._])(?=["'`{]|\$\{)""")
"""The beginning of a code whose end is a choice, such as "ui.state." before the state."""


def program() -> str:
    """All that can say something: the program, its templates and its scripts."""
    root = SOURCES.parent
    files = [
        *SOURCES.rglob("*.py"),
        *(SOURCES / "web" / "templates").rglob("*.html"),
        *(
            each
            for folder in ("lib", "pages", "editor")
            for each in (root / "static" / "js" / folder).glob("*.js")
        ),
    ]
    assert len(files) > 100
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def test_whatever_is_said_by_its_code_is_in_the_catalogue() -> None:
    catalogue = read_catalogue("es")
    missing = {code for code in SAID.findall(program()) if code not in catalogue}
    assert not missing, missing


def test_no_sentence_is_left_over() -> None:
    source = program()
    whole, stems = set(LITERAL.findall(source)), tuple(set(STEM.findall(source)))
    unused = [
        code
        for code in read_catalogue("es")
        if code not in whole and not code.startswith(stems) and code not in ("unknown", "ordinal")
    ]
    assert not unused, unused


WORDY = re.compile(r'\b((?:data|aria)-[a-z-]+|title|alt|placeholder|label)="[^"]*\{\{ *t\(')


def test_a_page_that_turns_to_another_language_knows_every_attribute_that_is_words() -> None:
    script = (SOURCES.parent / "static" / "js" / "lib" / "language.js").read_text(encoding="utf-8")
    known = set(re.findall(r'"([a-z-]+)"', script.partition("LABELS = [")[2].partition("];")[0]))
    for template in (SOURCES / "web" / "templates").glob("*.html"):
        for name in WORDY.findall(template.read_text(encoding="utf-8")):
            assert name in known, f"{template.name} {name}: put it among LABELS of lib/language.js"


WRITTEN = re.compile(r">\s*([^<>{}]*[A-Za-zÁÉÍÓÚáéíóúñ]{3,}[^<>{}]*)<")
AS_THEY_ARE = {"CRM", "RCM", "Word", "Español", "English", "PIN", "PDF", "CSV", "session-app"}
"""What stands in templates in no language, or in its own."""


def test_no_template_says_a_word_of_its_own() -> None:
    found = []
    for template in sorted((SOURCES / "web" / "templates").rglob("*.html")):
        if template.stem.endswith((".es", ".en")):
            continue  # a guide: a page of its own in each language
        text = re.sub(
            r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->",
            "",
            template.read_text(encoding="utf-8"),
            flags=re.S,
        )
        text = re.sub(r"<code>.*?</code>", "", text, flags=re.S)
        for words in WRITTEN.findall(text):
            if words.strip() not in AS_THEY_ARE and '="' not in words:
                found.append(f"{template.name}: {words.strip()}")
    assert not found, "\n".join(found)


def test_every_list_in_a_sentence_is_written_as_its_language_writes_one() -> None:
    assert translate(
        "label_style.unknown", "es", style="x", known=["Costa Rica", "Canadá", "ACNUR"]
    ).endswith("Costa Rica, Canadá y ACNUR.")
