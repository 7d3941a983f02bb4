"""A paragraph on the room's screen: the step of its letters, its pages, and its brackets."""

import pytest
from cases import of_each

from session_app.domain.drafting import LANGUAGES
from session_app.domain.paging import SIZES, Run, lay_out

SENTENCE = "La posibilidad de elaborar un pacto de confianza entre la CRM y la sociedad civil. "


def laid_out(es, en=""):
    return lay_out({"es": es, "en": en})


def shown(layout, language):
    return "".join(run.text for page in layout.pages for run in page[language])


@of_each(
    "sentences, size, pages",
    [(1, "large", 1), (3, "large", 1), (4, "medium", 1), (6, "small", 1), (9, "small", 2)],
)
def test_a_longer_text_steps_down_twice_and_then_has_pages(sentences, size, pages):
    layout = laid_out(SENTENCE * sentences)
    assert (layout.size, len(layout.pages)) == (size, pages)


def test_the_longer_of_the_two_languages_decides():
    assert laid_out("Sí.", SENTENCE * 6) == lay_out({"es": "Sí.", "en": SENTENCE * 6})
    assert laid_out("Sí.", SENTENCE * 6).size == "small"


@of_each("length", [0, 1, 5, 17, 40, 120])
def test_no_word_is_lost_or_broken_between_pages(length):
    es = "".join(f"palabra{number} [corchete {number}] " for number in range(length))
    en = "".join(f"word{number} " for number in range(length // 2))
    layout = laid_out(es, en)
    assert shown(layout, "es") == es
    assert shown(layout, "en") == en
    for page in layout.pages[1:]:
        for language in LANGUAGES:
            text = "".join(run.text for run in page[language])
            before = shown(layout, language).partition(text)[0] if text else ""
            assert not before or before[-1].isspace()


def test_both_columns_turn_their_pages_together():
    layout = laid_out(SENTENCE * 20, SENTENCE * 14)
    assert len(layout.pages) == 4
    for page in layout.pages:
        es, en = (sum(len(run.text) for run in page[each]) for each in LANGUAGES)
        assert es / (20 * len(SENTENCE)) == pytest.approx(1 / 4, abs=0.06)
        assert en / (14 * len(SENTENCE)) == pytest.approx(1 / 4, abs=0.06)


def test_a_word_longer_than_a_line_is_shown_whole():
    layout = laid_out("M" * 2_000)
    assert shown(layout, "es") == "M" * 2_000
    assert len(layout.pages) > 1


def test_a_page_that_is_not_there_is_the_nearest():
    layout = laid_out(SENTENCE * 9)
    assert [layout.page(number)[0] for number in (0, 1, 2, 3, 99)] == [1, 1, 2, 2, 2]


def test_brackets_are_marked_with_what_is_in_them():
    (page,) = laid_out("Uno [dos [tres]] cuatro ] cinco [seis").pages
    assert page["es"] == (
        Run("Uno ", False),
        Run("[dos [tres]]", True),
        Run(" cuatro ] cinco ", False),
        Run("[seis", True),
    )


def test_a_bracket_goes_on_on_the_next_page():
    layout = laid_out("[" + SENTENCE * 9 + "] fin")
    first, second = (page["es"] for page in layout.pages)
    assert [run.bracketed for run in first] == [True]
    assert [run.bracketed for run in second] == [True, False]


def test_a_long_paragraph_is_laid_out_in_no_time():
    assert len(laid_out(SENTENCE * 240, SENTENCE * 200).pages) > 20
    assert list(SIZES) == ["large", "medium", "small"]
