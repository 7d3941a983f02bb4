"""Word files as they are read back: words, numbers, headers, marks, properties, bytes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from docx import Document
from word.san_salvador import (
    BRACKETED,
    ROOT,
    TEMPLATE,
    TITLES,
    W,
    every_file,
    opened,
    paragraphs,
    part,
    parts,
    san_salvador,
    with_conclusions,
)

from session_app.domain.documents import ParagraphText, SectionText
from session_app.domain.drafting import Kind, Language, State
from session_app.word import assemble
from session_app.word.ooxml import escape

LANGUAGES: tuple[Language, ...] = ("es", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_language_is_printed_word_for_word_in_order(language: Language) -> None:
    document = san_salvador()
    expected = [document.title[language], document.place[language], document.dates[language]]
    if language == "en":
        expected.append("Working translation")
    expected.append(document.preamble[language])
    for section in document.sections:
        expected.append(section.title[language])
        expected += [paragraph.texts[language] for paragraph in section.paragraphs]
    assert [paragraph.text for paragraph in opened(document, language).paragraphs] == expected


def test_side_by_side_every_paragraph_is_a_row_with_spanish_on_the_left() -> None:
    document = san_salvador()
    title, *tables = opened(document, "bilingual").tables
    assert [cell.text for cell in title.rows[1].cells] == [
        document.title["es"],
        document.title["en"],
    ]
    for table, section in zip(tables, document.sections, strict=True):
        rows = [tuple(cell.text for cell in row.cells) for row in table.rows]
        assert rows[0] == ("Español", "English")
        assert rows[1:] == [(each.texts["es"], each.texts["en"]) for each in section.paragraphs]


def test_the_head_of_every_table_is_repeated_on_every_page() -> None:
    for table in opened(san_salvador(), "bilingual").tables:
        heads = [row._tr.find(f"{W}trPr/{W}tblHeader") is not None for row in table.rows]
        assert heads == [True] + [False] * (len(heads) - 1)


def test_both_names_of_the_conference_stand_on_every_page_of_every_layout() -> None:
    for content in every_file(san_salvador(draft=None)).values():
        (section,) = Document(BytesIO(content)).sections
        assert section.header.paragraphs[0].text == (
            "Conferencia Regional sobre Migración\nRegional Conference on Migration"
        )
        assert len(section.header.paragraphs) == 1


def test_a_draft_says_its_version_and_time_and_an_adopted_document_says_nothing_of_it() -> None:
    draft = assemble(san_salvador(), TEMPLATE, layout="bilingual")
    adopted = assemble(san_salvador(draft=None), TEMPLATE, layout="bilingual")
    header = "word/header1.xml"
    assert (
        "Borrador, versión 12, 22 de junio de 2017, 15:30 / Draft, version 12, 22 June 2017, 15:30"
        in "".join(part(draft, header).itertext())
    )
    assert b"textpath" in parts(draft)[header]
    for name, content in parts(adopted).items():
        assert "versión 12".encode() not in content, name
        assert b"Working translation" not in content, name
        assert b"textpath" not in content, name


def test_the_note_stands_only_over_the_language_that_is_a_translation() -> None:
    english_first = san_salvador(origin="en")
    assert "Traducción de trabajo" in [
        paragraph.text for paragraph in opened(english_first, "es").paragraphs
    ]
    assert "Working translation" not in [
        paragraph.text for paragraph in opened(english_first, "en").paragraphs
    ]
    table = opened(san_salvador(), "bilingual").tables[0]
    assert ("", "Working translation") in [tuple(c.text for c in row.cells) for row in table.rows]


def test_every_page_is_numbered_with_fields_that_have_a_cached_result() -> None:
    content = assemble(san_salvador(), TEMPLATE, layout="bilingual")
    footer = part(content, "word/footer1.xml")
    assert [each.text.strip() for each in footer.iter(f"{W}instrText")] == [
        *("PAGE", "NUMPAGES", "PAGE", "NUMPAGES"),
    ]
    kinds = [each.get(f"{W}fldCharType") for each in footer.iter(f"{W}fldChar")]
    assert kinds == ["begin", "separate", "end"] * 4
    assert "Página 1 de " in "".join(each.text for each in footer.iter(f"{W}t"))
    assert b"updateFields" not in parts(content)["word/settings.xml"]


@pytest.mark.parametrize("layout", ["es", "en", "bilingual"])
def test_every_run_with_words_says_its_language(layout: str) -> None:
    content = every_file(san_salvador())[layout, "clean"]
    found: Counter[str] = Counter()
    for name in ("word/document.xml", "word/header1.xml", "word/footer1.xml"):
        for run in part(content, name).iter(f"{W}r"):
            if run.find(f"{W}t") is not None:
                lang = run.find(f"{W}rPr/{W}lang")
                assert lang is not None
                found[lang.get(f"{W}val")] += 1
    assert set(found) == {"es-ES", "en-US"}
    default = part(content, "word/styles.xml").find(f"{W}docDefaults//{W}lang")
    assert default is not None
    assert default.get(f"{W}val") == ("en-US" if layout == "en" else "es-ES")


def test_the_country_of_the_language_can_be_chosen() -> None:
    document = san_salvador(locales={"es": "es-SV", "en": "en-CA"})
    content = parts(assemble(document, TEMPLATE, layout="bilingual"))
    assert b'w:lang w:val="es-SV"' in content["word/document.xml"]
    assert b'w:lang w:val="en-CA"' in content["word/document.xml"]
    assert b"es-ES" not in content["word/document.xml"]


def test_every_section_and_language_has_a_list_of_its_own() -> None:
    content = assemble(san_salvador(), TEMPLATE, layout="bilingual")
    numbering = part(content, "word/numbering.xml")
    abstracts = numbering.findall(f"{W}abstractNum")
    nums = numbering.findall(f"{W}num")
    assert len(abstracts) == len(nums) == 4
    assert [child.tag for child in numbering] == [f"{W}abstractNum"] * 4 + [f"{W}num"] * 4
    for identity in ("nsid", "tmpl"):
        values = {each.find(f"{W}{identity}").get(f"{W}val") for each in abstracts}
        assert len(values) == 4
    assert {num.find(f"{W}abstractNumId").get(f"{W}val") for num in nums} == {"0", "1", "2", "3"}
    assert b"startOverride" not in parts(content)["word/numbering.xml"]
    for abstract in abstracts:
        assert len(abstract.findall(f"{W}lvl")) == 9


def test_numbers_are_lists_and_never_typed() -> None:
    for paragraph in opened(san_salvador(), "es").paragraphs:
        numbered = paragraph._p.find(f"{W}pPr/{W}numPr") is not None
        style = paragraph.style.name if paragraph.style else None
        assert numbered == (style in ("CRM Item", "CRM Subitem"))


def test_a_continuation_has_its_own_style_and_no_number() -> None:
    document = opened(san_salvador(), "es")
    (continuation,) = [p for p in document.paragraphs if p.text.startswith("Sobre estas")]
    assert continuation.style is not None
    assert continuation.style.name == "CRM Continuing"
    assert continuation._p.find(f"{W}pPr/{W}numPr") is None


def test_a_paragraph_missing_in_one_language_is_an_unnumbered_cell() -> None:
    document = with_conclusions(
        *paragraphs(("item", "Uno", "One"), ("item", "Dos", ""), ("item", "Tres", "Three"))
    )
    rows = opened(document, "bilingual").tables[1].rows
    left, right = rows[2].cells
    assert left.paragraphs[0]._p.find(f"{W}pPr/{W}numPr") is not None
    assert right.paragraphs[0]._p.find(f"{W}pPr/{W}numPr") is None


def test_every_cell_ends_with_a_paragraph() -> None:
    content = assemble(san_salvador(), TEMPLATE, layout="bilingual")
    for cell in part(content, "word/document.xml").iter(f"{W}tc"):
        assert cell[-1].tag == f"{W}p"


def test_headings_and_lead_ins_keep_with_what_follows() -> None:
    document = with_conclusions(
        *paragraphs(
            ("heading", "Informes", "Reports"),
            ("item", "Se concluyó:", "It was concluded:"),
            ("sub-item", "Aceptar.", "To accept."),
            ("item", "Sin literales:", "Without sub-items:"),
        )
    )
    kept = [p._p.find(f"{W}pPr/{W}keepNext") is not None for p in opened(document, "es").paragraphs]
    assert kept[-4:] == [True, True, False, False]


def test_a_section_in_which_nothing_was_written_is_not_announced() -> None:
    document = with_conclusions(*paragraphs(("item", "Uno", "One")))
    empty = SectionText("recommendations", TITLES["recommendations"], ())
    document = replace(document, sections=(*document.sections, empty))
    for content in every_file(document).values():
        assert b"RECOM" not in parts(content)["word/document.xml"]


# Brackets ------------------------------------------------------------------------------------


def styled(document_layout: Language, version: str) -> list[tuple[str, str | None]]:
    document = opened(with_conclusions(BRACKETED), document_layout, version)  # type: ignore[arg-type]
    return [
        (run.text, None if run.style.name == "Default Paragraph Font" else run.style.name)
        for run in document.paragraphs[-1].runs
    ]


def test_open_brackets_are_set_apart_in_the_bracketed_version() -> None:
    assert styled("es", "bracketed") == [
        ("Agradecer ", None),
        ("[a la [OIM] y]", "CRM Bracket"),
        (" a México ", None),
        ("[sin cerrar", "CRM Bracket"),
    ]
    assert styled("en", "bracketed") == [
        ("To thank ", None),
        ("[IOM]", "CRM Bracket"),
        (" and & <Mexico> ", None),
        ("]", "CRM Bracket"),
        (" alone", None),
    ]


def test_the_clean_version_prints_the_same_words_plainly() -> None:
    assert styled("es", "clean") == [(BRACKETED.texts["es"], None)]


def test_a_bracketed_paragraph_without_brackets_is_set_apart_whole() -> None:
    texts = {"es": "Todo abierto", "en": "All open"}
    document = with_conclusions(ParagraphText(Kind.ITEM, texts, State.BRACKETED))
    (run,) = opened(document, "es", "bracketed").paragraphs[-1].runs
    assert run.style.name == "CRM Bracket"


# Text that is hostile to XML -----------------------------------------------------------------


def test_control_characters_of_pasted_text_do_not_reach_the_file() -> None:
    assert escape("a\x0bb\x00c\td\r\ne\ud800f\uffff g") == "a bc d ef g"


def test_quotes_brackets_and_spaces_that_do_not_break_are_kept() -> None:
    text = '«Año»\u00a02017\u2011"x" & <y> \U0001f600'
    document = with_conclusions(*paragraphs(("item", text, text)))
    assert opened(document, "es").paragraphs[-1].text == text


# The package ---------------------------------------------------------------------------------


def test_properties_name_the_body_the_title_the_language_and_times_of_the_record() -> None:
    properties = opened(san_salvador(symbol="GRCM/2017/CR"), "en").core_properties
    assert properties.author == "Conferencia Regional sobre Migración (CRM)"
    assert properties.last_modified_by == properties.author
    assert properties.title.startswith("MEETING OF THE REGIONAL CONSULTATION GROUP")
    assert properties.language == "en-US"
    assert properties.identifier == "GRCM/2017/CR"
    assert properties.created == datetime(2017, 6, 20, 14, 0, tzinfo=UTC)
    assert properties.modified == datetime(2017, 6, 22, 21, 30, tzinfo=UTC)
    assert properties.comments == ""


def test_a_time_without_a_zone_is_not_read_in_the_servers_own() -> None:
    document = san_salvador(created=datetime(2017, 6, 20))  # noqa: DTZ001
    core = parts(assemble(document, TEMPLATE, layout="es"))["docProps/core.xml"]
    assert b">2017-06-20T00:00:00Z</dcterms:created>" in core


def test_the_package_begins_with_its_content_types_and_has_no_time_of_its_own() -> None:
    with zipfile.ZipFile(BytesIO(assemble(san_salvador(), TEMPLATE, layout="es"))) as package:
        assert package.testzip() is None
        entries = package.infolist()
    assert entries[0].filename == "[Content_Types].xml"
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.compress_type for entry in entries} == {zipfile.ZIP_DEFLATED}
    assert [entry.filename for entry in entries] == [
        "[Content_Types].xml",
        "_rels/.rels",
        "docProps/app.xml",
        "docProps/core.xml",
        "word/document.xml",
        "word/_rels/document.xml.rels",
        "word/fontTable.xml",
        "word/footer1.xml",
        "word/header1.xml",
        "word/numbering.xml",
        "word/settings.xml",
        "word/styles.xml",
    ]


PRINT_HASHES = """
import hashlib, sys
sys.path.insert(0, "tests")
from word.san_salvador import every_file, san_salvador
for content in every_file(san_salvador()).values():
    print(hashlib.sha256(content).hexdigest())
"""


def test_the_same_document_is_the_same_bytes_whatever_the_hash_seed_and_time_zone() -> None:
    here = [hashlib.sha256(each).hexdigest() for each in every_file(san_salvador()).values()]
    assert len(set(here)) == 3  # this text has no brackets: clean and bracketed agree
    elsewhere = [
        subprocess.Popen(
            [sys.executable, "-c", PRINT_HASHES],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed, "TZ": zone},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed, zone in (("1", "America/El_Salvador"), ("2", "Pacific/Auckland"))
    ]
    for process in elsewhere:
        assert process.communicate(timeout=60)[0].split() == here
