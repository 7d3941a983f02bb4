"""What a document says, before it is a file: preamble, order of countries, sections."""

from __future__ import annotations

import pytest
from cases import of_each

from session_app.domain.documents import (
    SectionText,
    compose_preamble,
    compose_sections,
    order_names,
)
from session_app.domain.drafting import Kind, Row, State
from session_app.domain.errors import Invalid

TITLE = {"es": "CONCLUSIONES", "en": "CONCLUSIONS"}


def test_a_preamble_is_filled_with_its_parts() -> None:
    template = "El Grupo, en {city}, con {countries}, formuló:"
    filled = compose_preamble(template, city="San José", countries="Canadá y México", dates="—")
    assert filled == "El Grupo, en San José, con Canadá y México, formuló:"


@of_each("template", ["en {ciudad}", "en {city", "en {}", "en {city.__class__}"])
def test_a_preamble_with_an_unknown_place_is_refused(template: str) -> None:
    with pytest.raises(Invalid) as refusal:
        compose_preamble(template, city="San José")
    assert refusal.value.code == "document.bad_preamble"


def test_countries_stand_in_the_alphabetical_order_of_each_language() -> None:
    spanish = ["República Dominicana", "México", "Estados Unidos de América", "El Salvador", "Ñu"]
    assert order_names(spanish, "es") == [
        "El Salvador",
        "Estados Unidos de América",
        "México",
        "Ñu",
        "República Dominicana",
    ]
    english = ["El Salvador", "Dominican Republic", "Mexico", "Canada"]
    assert order_names(english, "en") == ["Canada", "Dominican Republic", "El Salvador", "Mexico"]


def test_accents_do_not_count_and_the_spanish_n_with_tilde_follows_n() -> None:
    assert order_names(["Perú", "Paraguay", "Panamá"], "es") == ["Panamá", "Paraguay", "Perú"]
    assert order_names(["caña", "cano", "canto"], "es") == ["cano", "canto", "caña"]


def test_texts_take_the_order_of_the_rows_and_a_missing_one_keeps_its_place() -> None:
    rows = [
        Row("b", "s1", Kind.ITEM, State.AGREED),
        Row("a", "s1", Kind.SUBITEM),
        Row("c", "s2", Kind.ITEM),
    ]
    texts = {"a": {"es": "A", "en": "A"}, "b": {"es": "B", "en": ""}}
    sections = [("s1", "conclusions", TITLE), ("s2", "recommendations", TITLE)]
    first, second = compose_sections(sections, rows, texts)
    assert isinstance(first, SectionText)
    assert [(each.kind, each.texts["es"], each.state) for each in first.paragraphs] == [
        (Kind.ITEM, "B", State.AGREED),
        (Kind.SUBITEM, "A", State.PROPOSED),
    ]
    assert [each.texts for each in second.paragraphs] == [{"es": "", "en": ""}]
