"""Texts made to be slow or strange: read or refused, in bounded time."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from session_app.domain.drafting import Kind
from session_app.domain.errors import Invalid
from session_app.domain.reading import MAX_CHARACTERS, read_text


@pytest.mark.parametrize(
    "text",
    [
        "<!--" * (MAX_CHARACTERS // 4),
        "CONCLUSIONES\n1. Uno\n" + "sigue y sigue " * 90_000,
        "CONCLUSIONES\n" + "a.m. y (x) 1.1 sigue\n" * 19_000,
        "CONCLUSIONES\n" + "".join(f"{n}.1.1 sigue\n\n" for n in range(9_000)),
        "CONCLUSIONES\n" + "\n\n".join(f"{i}. {'i' * 8}) x" for i in range(1, 900)),
        "sigue\n" * 19_000 + "y acaba así:\nCONCLUSIONES\n1. Uno",
        "\f" * 1_000_000 + "CONCLUSIONES",
        "(" * MAX_CHARACTERS,
        "1." * (MAX_CHARACTERS // 2),
        "*" * MAX_CHARACTERS,
        "\n" * 30_000,
        "x" * (MAX_CHARACTERS + 1),
    ],
    ids=range(12),
)
def test_a_hostile_text_takes_bounded_time(text: str) -> None:
    start = time.perf_counter()
    with suppress(Invalid):
        read_text(text, language="es")
    assert time.perf_counter() - start < 2


_PIECES = st.sampled_from(
    ["1. ", "2) ", "a) ", "(b) ", "i) ", "- ", "texto", "\n", "\n\n", "\f", "RECOMENDACIONES",
     "**", "<!--", "-->", "#", ".", ":", "1.1 ", "A. ", "Conferencia\n", "\x0b", " "]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(_PIECES, max_size=60))
def test_any_text_is_read_or_refused(pieces: list[str]) -> None:
    try:
        draft = read_text("CONCLUSIONES\n\n" + "".join(pieces), language="es")
    except Invalid:
        return
    for section in draft.sections:
        before = None
        for each in section.paragraphs:
            assert "\n" not in each.text
            if each.kind in (Kind.SUBITEM, Kind.CONTINUATION):
                assert before not in (None, Kind.HEADING)
            before = each.kind
