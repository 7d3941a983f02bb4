"""Numbers of paragraphs: dense, per section, the same in both languages."""

from __future__ import annotations

import pytest

from session_app.domain.drafting import Kind, Row
from session_app.domain.errors import Invalid
from session_app.domain.numbering import RCM, UN, Label, label_style, letter, number, number_whole

KINDS = {
    "H": Kind.HEADING,
    "I": Kind.ITEM,
    "s": Kind.SUBITEM,
    "c": Kind.CONTINUATION,
}


def rows(**sections: str) -> list[Row]:
    """`rows(conclusions="Iss I")`: one letter per row."""
    return [
        Row(f"{section}{index}", section, KINDS[kind])
        for section, kinds in sections.items()
        for index, kind in enumerate(kinds.replace(" ", ""))
    ]


def labels(language: str, **sections: str) -> list[str]:
    return [getattr(label, language) for label in number(rows(**sections)).values()]


def test_items_and_subitems_are_numbered_in_both_languages() -> None:
    assert labels("es", c="I Iss I") == ["1.", "2.", "a)", "b)", "3."]
    assert labels("en", c="I Iss I") == ["1.", "2.", "(a)", "(b)", "3."]


def test_the_style_of_past_conclusions_has_a_parenthesis_after_the_letter_in_both() -> None:
    assert number(rows(c="Is"), RCM)["c1"] == Label(es="a)", en="a)")


def test_a_paragraph_is_referred_to_by_its_items_number_and_its_own_letter() -> None:
    whole = number_whole(rows(conclusions="HI scs", recommendations="cI"), UN).values()
    assert [each["es"] for each in whole] == ["", "1", "1 a)", "1", "1 b)", "", "1"]
    assert [each["en"] for each in whole] == ["", "1", "1 (a)", "1", "1 (b)", "", "1"]


def test_numbers_restart_in_every_section() -> None:
    assert labels("es", conclusions="Iss I", recommendations="I I s") == [
        *("1.", "a)", "b)", "2."),
        *("1.", "2.", "a)"),
    ]


def test_letters_restart_in_every_item() -> None:
    assert labels("es", c="Iss Is") == ["1.", "a)", "b)", "2.", "a)"]


def test_a_continuation_has_no_number_and_does_not_interrupt_the_count() -> None:
    assert labels("es", c="Iss c s I") == ["1.", "a)", "b)", "", "c)", "2."]


def test_a_heading_has_no_number_and_does_not_interrupt_the_count() -> None:
    assert labels("en", c="H I H I") == ["", "1.", "", "2."]


def test_after_z_come_aa_and_bb_as_in_word() -> None:
    assert [letter(count) for count in (1, 26, 27, 28, 52, 53)] == [
        *("a", "z", "aa", "bb", "zz", "aaa"),
    ]


def test_the_same_rows_give_the_same_counts_in_both_languages() -> None:
    for label in number(rows(c="Isss I c Iss"), UN).values():
        assert label.es.strip("().") == label.en.strip("().")


def test_an_unknown_label_style_is_refused_by_name() -> None:
    assert label_style("rcm") is RCM
    with pytest.raises(Invalid) as refusal:
        label_style("roman")
    assert refusal.value.code == "label_style.unknown"
    assert refusal.value.params == {"style": "roman", "known": "un, rcm"}
