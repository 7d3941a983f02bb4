"""One word for one thing: the program and its pages say what the glossary says, and nothing it forbids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from session_app.domain.drafting import LANGUAGES, Language
from session_app.domain.glossary import read_glossary
from session_app.i18n import read_catalogue, read_terms

ROOT = Path(__file__).parents[1]
TERMS = read_terms()


def find_said(term: str, text: str) -> str | None:
    """The first place a text says a term as a word of its own, whatever its capitals; None for nowhere."""
    found = re.search(rf"(?<!\w){re.escape(term)}(?!\w)", text, re.IGNORECASE)
    return found[0] if found else None


def sentences(language: Language) -> Iterator[tuple[str, str]]:
    """Every sentence the program can say in a language, with its code."""
    for code, message in read_catalogue(language).items():
        for form in [message] if isinstance(message, str) else message.values():
            yield code, form


def pages(language: Language) -> Iterator[tuple[str, str]]:
    """Everything else that people read: the guides, the forum's data, and the runs of templates that are
    in one language whatever the reader's."""
    for path in sorted(
        (ROOT / "session_app" / "web" / "templates" / "guides").glob(f"*.{language}.html")
    ):
        yield path.name, path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "agendas" / "crm").glob("*.toml")):
        yield path.name, path.read_text(encoding="utf-8")
    marked = re.compile(rf'lang="{language}"[^>]*>([^<]+)<')
    for path in sorted((ROOT / "session_app" / "web" / "templates").rglob("*.html")):
        yield path.name, " ".join(marked.findall(path.read_text(encoding="utf-8")))


def test_the_glossary_has_terms_in_both_languages_and_each_once() -> None:
    assert len(TERMS) > 40
    for language in LANGUAGES:
        words = [term.words[language].casefold() for term in TERMS]
        assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_is_what_the_program_says(language: Language) -> None:
    said = "\n".join(form for _, form in sentences(language))
    forum = (ROOT / "agendas" / "crm" / "forum.toml").read_text(encoding="utf-8")
    for term in TERMS:
        if term.said != "documents":
            where = said if term.said == "screens" else forum
            assert find_said(term.words[language], where), term.words[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_called_by_a_word_the_glossary_forbids(language: Language) -> None:
    found = [
        f"{where}: {word}, which is “{term.words[language]}”"
        for where, text in [*sentences(language), *pages(language)]
        for term in TERMS
        for word in term.never[language]
        if find_said(word, text)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_guide_puts_in_quotation_marks_is_said_so_on_a_screen(language: Language) -> None:
    """A dialog's button ends in "…", as does a name cut before what differs; one letter is a key."""
    said = {form for _, form in sentences(language)}
    guides = [(name, text) for name, text in pages(language) if name.endswith(f".{language}.html")]
    quoted = [
        (name, words.removeprefix("+ "))
        for name, text in guides
        for words in re.findall(r"[«“]([^»”]{2,})[»”]", text)
    ]
    assert len(quoted) > 10
    for name, words in quoted:
        begins = words.removesuffix("…")
        same = {words, begins} & said
        assert same or any(each.startswith(f"{begins} {{") for each in said), (name, words)


def test_no_term_is_forbidden_by_another() -> None:
    for language in LANGUAGES:
        for term in TERMS:
            for other in TERMS:
                for word in other.never[language]:
                    assert not find_said(word, term.words[language]), (term, word)


def test_a_word_is_found_by_itself_and_not_inside_another() -> None:
    assert find_said("veto", "Nadie tiene veto.") == "veto"
    assert find_said("Veto", "VETO") == "VETO"
    assert find_said("veto", "vetos") is None
    assert find_said("en sala", "Ningún párrafo en sala") == "en sala"


@pytest.mark.parametrize(
    "line",
    ["| uno | one | screens | note |", "| | one | screens | | | |", "| uno | one | here | | | |"],
)
def test_a_line_that_is_no_term_is_refused_with_its_number(line: str) -> None:
    with pytest.raises(ValueError, match="line 3"):
        read_glossary(f"## Section\n\n{line}\n")
