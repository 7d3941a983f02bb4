"""Reading the Conclusions of San Salvador 2017, and texts that are harder or hostile."""

from __future__ import annotations

import json
import re
import textwrap
import time
import tomllib
from pathlib import Path

import pytest
from cases import of_each

from session_app.domain.drafting import Kind, State
from session_app.domain.errors import Invalid
from session_app.domain.labels import split_label
from session_app.domain.reading import (
    MAX_FILE,
    MAX_PARAGRAPH,
    Break,
    ImportedDraft,
    Source,
    SourceParagraph,
    check_size,
    decode,
    guess_language,
    read_paragraphs,
    read_text,
)

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "agendas/crm/demo"
SPANISH = DEMO / "san-salvador-2017.es.txt"
ENGLISH = DEMO / "san-salvador-2017.en.md"
CASES = json.loads((ROOT / "tests/data/import/labels.json").read_text(encoding="utf-8"))


def read(*lines: str) -> ImportedDraft:
    return read_text("\n".join(("CONCLUSIONES", "", *lines)), language="es")


def rows(draft: ImportedDraft) -> list[tuple[str, str | None, str]]:
    return [
        (each.kind.value, each.source_label, each.text)
        for section in draft.sections
        for each in section.paragraphs
    ]


def codes(draft: ImportedDraft) -> list[str]:
    return [doubt.code for doubt in draft.doubts]


@pytest.fixture(scope="module")
def spanish() -> ImportedDraft:
    return read_text(decode(SPANISH.read_bytes()), language="es")


@pytest.fixture(scope="module")
def english() -> ImportedDraft:
    return read_text(decode(ENGLISH.read_bytes()), language="en")


def named(draft: ImportedDraft, section: str, address: str) -> str:
    found = next(each for each in draft.sections if each.key == section)
    return dict(zip(found.addresses(), found.paragraphs, strict=True))[address].text


# San Salvador --------------------------------------------------------------------------------


def test_san_salvador_has_29_conclusions_13_subitems_a_continuation_and_3_recommendations(
    spanish: ImportedDraft,
) -> None:
    conclusions, recommendations = spanish.sections
    kinds = [each.kind for each in conclusions.paragraphs]
    assert (conclusions.key, recommendations.key) == ("conclusions", "recommendations")
    assert kinds.count(Kind.ITEM) == 29
    assert kinds.count(Kind.SUBITEM) == 13
    assert kinds.count(Kind.CONTINUATION) == 1
    assert [each.kind for each in recommendations.paragraphs] == [Kind.ITEM] * 3


def test_no_word_of_san_salvador_is_lost_added_or_changed(spanish: ImportedDraft) -> None:
    page_heading = "Conferencia Regional sobre Migración\nRegional Conference on Migration\n"
    source = SPANISH.read_text(encoding="utf-8")
    assert source.count(page_heading) == 6
    expected = source.replace(page_heading, "").replace("**", "")
    expected = re.sub(r"^ ?- (?=[a-f][.)] )", "", expected, flags=re.MULTILINE)
    read = [*spanish.title, spanish.preamble]
    for section in spanish.sections:
        read.append(section.title)
        read += [f"{each.source_label or ''} {each.text}" for each in section.paragraphs]
    assert " ".join(read).split() == expected.split()


def test_text_keeps_its_quotation_marks_and_spaces(spanish: ImportedDraft) -> None:
    assert '"Mecanismo de operación' in named(spanish, "conclusions", "4")
    assert "“El Interés Superior" in named(spanish, "conclusions", "14")
    assert "– INCOSAMI- a través" in named(spanish, "conclusions", "12")


def test_a_paragraph_cut_by_a_page_heading_is_joined(spanish: ImportedDraft) -> None:
    assert "a los Países Miembros y a la ST que trabajen" in named(spanish, "conclusions", "3")
    assert "e invitar a los Países Miembros que aún" in named(spanish, "conclusions", "10")
    joined = [doubt for doubt in spanish.doubts if doubt.code == "import.joined"]
    assert [doubt.params["label"] for doubt in joined] == ["3.", "10."]


def test_a_page_heading_between_two_subitems_joins_nothing(spanish: ImportedDraft) -> None:
    assert named(spanish, "conclusions", "16 b").endswith("propuesto por la PPT.")
    assert named(spanish, "conclusions", "16 c").startswith("Llevar a cabo")


def test_the_continuation_of_conclusion_18_is_kept_and_reported(spanish: ImportedDraft) -> None:
    assert named(spanish, "conclusions", "18 +").startswith("Sobre estas propuestas, solicitar")
    assert named(spanish, "conclusions", "18 b").endswith("en la región")
    assert "import.continuation" in codes(spanish)


def test_the_label_of_the_source_is_remembered(spanish: ImportedDraft) -> None:
    found = dict(zip(spanish.sections[0].addresses(), spanish.sections[0].paragraphs, strict=True))
    assert found["16 a"].source_label == "a."
    assert found["18 a"].source_label == "a)"
    styles = [doubt for doubt in spanish.doubts if doubt.code == "import.label_style"]
    assert [(doubt.line, doubt.params) for doubt in styles] == [
        (55, {"label": "a.", "usual": "a)"})
    ]


def test_the_title_block_and_the_preamble_are_kept_as_facts(spanish: ImportedDraft) -> None:
    assert spanish.running_heading == (
        "Conferencia Regional sobre Migración",
        "Regional Conference on Migration",
    )
    assert spanish.title[1:] == ("San Salvador, El Salvador", "20-22 de junio de 2017")
    assert spanish.preamble.endswith("formuló las siguientes:")


def test_san_salvador_is_read_in_less_than_20_milliseconds() -> None:
    text = decode(SPANISH.read_bytes())
    times = []
    for _ in range(5):
        start = time.perf_counter()
        read_text(text, language="es")
        times.append(time.perf_counter() - start)
    assert min(times) < 0.020


# The demonstration's data --------------------------------------------------------------------


def test_the_working_translation_has_the_structure_of_the_original(
    spanish: ImportedDraft, english: ImportedDraft
) -> None:
    assert english.shape == spanish.shape
    assert "[Working translation of the original Spanish text]" in english.title
    for spanish_section, english_section in zip(spanish.sections, english.sections, strict=True):
        for original, translated in zip(
            spanish_section.paragraphs, english_section.paragraphs, strict=True
        ):
            assert 0.6 < len(translated.text) / len(original.text) < 1.3
            assert guess_language(translated.text) in ("en", None)
            assert not {"CRM", "GRCM", "RROCM", "OIM", "ACNUR", "OEA"} & set(
                translated.text.replace("-", " ").split()
            )


def test_the_translation_keeps_every_number_of_the_original(
    spanish: ImportedDraft, english: ImportedDraft
) -> None:
    for spanish_section, english_section in zip(spanish.sections, english.sections, strict=True):
        for original, translated in zip(
            spanish_section.paragraphs, english_section.paragraphs, strict=True
        ):
            numbers = [
                sorted("".join(c if c.isdecimal() else " " for c in each.text).split())
                for each in (original, translated)
            ]
            assert numbers[0] == numbers[1]


def test_every_state_and_bracket_of_the_demonstration_names_a_paragraph(
    spanish: ImportedDraft, english: ImportedDraft
) -> None:
    facts = tomllib.loads((DEMO / "session.toml").read_text(encoding="utf-8"))
    marked: list[tuple[str, str]] = []
    for each in facts["states"]:
        assert State(each["state"]) is not State.ADOPTED
        for address in each["paragraphs"]:
            assert named(spanish, each["section"], address)
            marked.append((each["section"], address))
    assert len(set(marked)) == len(marked)
    for each in facts["brackets"]:
        for draft, words in ((spanish, each["es"]), (english, each["en"])):
            assert named(draft, each["section"], each["paragraph"]).count(words) == 1
    assert len(facts["agenda"]) == 10
    assert all(item["title"]["es"] and item["title"]["en"] for item in facts["agenda"])


# Labels --------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES["lines"], ids=lambda case: case["line"])
def test_what_looks_like_a_label(case: dict[str, str | None]) -> None:
    label, text = split_label(str(case["line"]))
    assert (label.printed if label else None, text) == (case["label"], case["text"])


@pytest.mark.parametrize("case", CASES["lists"], ids=lambda case: case["name"])
def test_a_label_counts_only_where_it_continues_a_list(case: dict[str, list[str]]) -> None:
    draft = read(*case["lines"])
    assert [list(row) for row in rows(draft)] == case["paragraphs"]


def test_a_label_taken_as_text_is_reported() -> None:
    draft = read("1. Uno.", "", "15. de los presentes.")
    assert [(each.line, each.code) for each in draft.doubts] == [
        (5, "import.label_as_text"),
        (5, "import.continuation"),
    ]


def test_a_jump_is_reported_with_the_label_that_was_expected() -> None:
    draft = read("1. Uno.", "3. Tres.", "4. Cuatro.")
    assert [each.params for each in draft.doubts] == [{"label": "3.", "expected": "2."}]


def test_a_number_that_comes_twice_is_text() -> None:
    draft = read("1. Uno.", "", "1. Otra vez.", "", "2. Dos.")
    assert [row[0] for row in rows(draft)] == ["item", "continuation", "item"]


def test_labels_alone_on_a_line_take_the_text_below() -> None:
    draft = read("1.", "Recibir el plan.", "2.", "Aceptar el informe.")
    assert rows(draft) == [
        ("item", "1.", "Recibir el plan."),
        ("item", "2.", "Aceptar el informe."),
    ]


# Lines, pages and sections -------------------------------------------------------------------


def test_a_form_feed_is_a_page_and_no_line() -> None:
    long = "Agradecer " + "a los países " * 12
    draft = read(f"1. {long}y a los", "\fPaíses Miembros.", "2. Dos.")
    assert rows(draft)[0][2].endswith("y a los Países Miembros.")
    assert codes(draft) == ["import.joined"]
    assert draft.doubts[0].line == 4


@pytest.mark.parametrize("feed", ["\f", "\n\f", "\f\n", "\n\n\f\n"])
@pytest.mark.parametrize("width", [60, 400])
def test_pages_of_a_pdf_are_joined_however_they_are_parted(feed: str, width: int) -> None:
    heading = f"{feed}Conferencia Regional\nRegional Conference\n"
    long = textwrap.fill("1. Agradecer " + "a los países " * 15 + "y a los", width)
    text = (
        f"{heading}\nCONCLUSIONES\n\n{long}\n{heading}Países Miembros.\n2. Dos.\n{heading}3. Tres."
    )
    draft = read_text(text, language="es")
    assert [row[1] for row in rows(draft)] == ["1.", "2.", "3."]
    assert rows(draft)[0][2].endswith("y a los Países Miembros.")
    assert "import.joined" in codes(draft)


def test_in_a_file_of_long_lines_every_line_is_a_paragraph() -> None:
    long = "Agradecer " + "a los países " * 12
    draft = read(f"1. {long}.", "Tomar nota.", "2. Acordar el texto", "de la carta.", "Es todo.")
    assert [row[2] for row in rows(draft)][1:] == [
        "Tomar nota.",
        "Acordar el texto de la carta.",
        "Es todo.",
    ]


def test_line_separators_and_control_characters_never_count_as_lines() -> None:
    draft = read("1. Uno\x0by\u2028dos\x85tres.", "2. Dos.")
    assert rows(draft)[0] == ("item", "1.", "Uno y dos tres.")
    assert codes(draft) == ["import.control_character"]
    assert draft.sections[0].paragraphs[1].line == 4


def test_windows_line_ends_and_a_byte_order_mark_are_read() -> None:
    data = "CONCLUSIONES\n\n1. Señalar.\n2. Dos.\n".replace("\n", "\r\n").encode("utf-8-sig")
    draft = read_text(decode(data), language="es")
    assert [row[2] for row in rows(draft)] == ["Señalar.", "Dos."]


def test_lines_wrapped_at_a_fixed_width_are_one_paragraph() -> None:
    draft = read("1. Agradecer a los Países", "   Miembros por sus avances. Tomar", "   nota.")
    assert rows(draft) == [
        ("item", "1.", "Agradecer a los Países Miembros por sus avances. Tomar nota.")
    ]


def test_markdown_signs_are_not_text() -> None:
    text = (
        "# Título\n\n<!-- nota\n1. no -->\n## **Conclusiones**\n\n1\\. Recibir \\#Uno y **dos**\n"
    )
    draft = read_text(text, language="es")
    assert rows(draft) == [("item", "1.", "Recibir #Uno y dos")]
    assert draft.title == ("Título",)
    assert draft.sections[0].paragraphs[0].line == 7


def test_page_numbers_beside_a_page_heading_are_left_out() -> None:
    draft = read_text(
        "Conferencia\n\nCONCLUSIONES\n\n1. Pedir a los\n\n2\n\nConferencia\n\npaíses algo.\n\n"
        "2. Dos.\n\n- 3 -\n\nConferencia\n\n3. Tres.",
        language="es",
    )
    assert [row[2] for row in rows(draft)] == ["Pedir a los países algo.", "Dos.", "Tres."]


def test_a_sentence_that_comes_twice_is_no_page_heading() -> None:
    draft = read("1. Uno.", "", "Se toma nota.", "", "2. Dos.", "", "Se toma nota.", "", "3. Tres.")
    assert [row[0] for row in rows(draft)].count("continuation") == 2


@of_each(
    "heading, key",
    [
        ("CONCLUSIONES", "conclusions"),
        ("Recomendaciones:", "recommendations"),
        ("II. DECLARACIÓN", "declaration"),
        ("**DECISIONES**", "decisions"),
        ("## Report", "report"),
        ("CONCLUSIONES / CONCLUSIONS", "conclusions"),
    ],
)
def test_headings_name_sections_in_either_language(heading: str, key: str) -> None:
    draft = read_text(f"{heading}\n\n1. Uno.", language="es")
    assert draft.sections[0].key == key


def test_an_item_of_one_word_is_no_section() -> None:
    draft = read("1. Informe", "2. Decisiones:", "a) Informe")
    assert len(draft.sections) == 1


def test_numbering_starts_anew_in_each_section() -> None:
    draft = read("1. Uno.", "2. Dos.", "", "RECOMENDACIONES", "", "1. Uno.")
    assert [len(section.paragraphs) for section in draft.sections] == [2, 1]
    assert draft.doubts == ()


def test_text_between_a_heading_and_its_first_item_stands_unnumbered() -> None:
    draft = read("Los Viceministros:", "", "1. Acuerdan.")
    assert [row[0] for row in rows(draft)] == ["heading", "item"]
    assert codes(draft) == ["import.heading"]


# Tables and computed labels ------------------------------------------------------------------


def bilingual(*pairs: tuple[str, str], first: int = 0) -> Source:
    found = []
    for row, pair in enumerate(pairs):
        for column, text in enumerate(pair):
            found.append(SourceParagraph(row + 1, text, cell=(1, row, column + first)))
    return Source(tuple(found))


PAIRS = (
    ("Español", "English"),
    ("CONCLUSIONES", "CONCLUSIONS"),
    ("1. Recibir el plan de la red y el informe de la ST.", "1. To receive the plan of the TS."),
    ("2. Agradecer a la OIM por el apoyo a la región.", "2. To thank IOM for the support."),
)


def test_of_a_bilingual_table_one_language_is_read() -> None:
    spanish = read_paragraphs(bilingual(*PAIRS), language="es")
    english = read_paragraphs(bilingual(*PAIRS), language="en")
    assert [row[2][:7] for row in rows(spanish)] == ["Recibir", "Agradec"]
    assert [row[2][:8] for row in rows(english)] == ["To recei", "To thank"]
    assert spanish.shape == english.shape


def test_a_column_of_numbers_belongs_to_the_text_beside_it() -> None:
    pairs = [(es.partition(". ")[2] or es, en.partition(". ")[2] or en) for es, en in PAIRS]
    numbers = [
        SourceParagraph(row + 1, f"{row - 1}.", cell=(1, row, 0)) for row in range(2, len(pairs))
    ]
    source = Source((*numbers, *bilingual(*pairs, first=1).paragraphs))
    assert [row[1] for row in rows(read_paragraphs(source, language="en"))] == ["1.", "2."]


def test_a_computed_label_is_never_text() -> None:
    lines = [
        SourceParagraph(1, "CONCLUSIONES"),
        SourceParagraph(2, "Uno.", label="1."),
        SourceParagraph(3, "Primero.", label="1.", level=1),
        SourceParagraph(4, "Segundo.", label="2.", level=1),
        SourceParagraph(5, "y sigue.", after=Break.LINE),
        SourceParagraph(6, "Cinco.", label="5."),
    ]
    draft = read_paragraphs(Source(tuple(lines)), language="es")
    assert [row[0] for row in rows(draft)] == ["item", "sub-item", "sub-item", "item"]
    assert rows(draft)[2][2] == "Segundo. y sigue."
    assert codes(draft) == ["import.label_jumps"]


# What is refused -----------------------------------------------------------------------------


def refused(code: str) -> pytest.RaisesExc[Invalid]:
    return pytest.raises(Invalid, match=f"^{re.escape(code)}")


def test_a_text_in_the_other_language_is_refused() -> None:
    with refused("import.wrong_language"):
        read_text(decode(ENGLISH.read_bytes()), language="es")
    with refused("import.wrong_language"):
        read_text(decode(SPANISH.read_bytes()), language="en")


def test_a_text_without_a_section_or_without_a_paragraph_is_refused() -> None:
    with refused("import.no_section"):
        read_text("1. Uno.\n2. Dos.", language="es")
    with refused("import.nothing_found"):
        read_text("CONCLUSIONES\n\nRECOMENDACIONES\n", language="es")


def test_a_file_is_refused_by_its_size_before_it_is_read() -> None:
    check_size(MAX_FILE)
    with refused("import.too_large"):
        check_size(1_000_000_000)
    with refused("import.empty"):
        check_size(0)


@of_each(
    "data, code",
    [
        (b"", "import.empty"),
        (b"PK\x03\x04rest", "import.word_as_text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "import.old_word"),
        (b"%PDF-1.7", "import.pdf"),
        ("Señor".encode("utf-16"), "import.encoding"),
        ("Agradecer a la Secretaría Técnica\n".encode("cp1252"), "import.encoding"),
        (b"\x00\x01\x02", "import.not_text"),
        (bytes(range(128, 256)) * 20, "import.not_text"),
    ],
)
def test_what_is_no_utf8_text_is_refused_with_its_reason(data: bytes, code: str) -> None:
    with refused(code):
        decode(data)


def test_a_paragraph_longer_than_the_editor_takes_is_refused() -> None:
    with refused("import.paragraph_too_long"):
        read("1. " + "a" * (MAX_PARAGRAPH + 1))
