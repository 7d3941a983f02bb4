"""Reading Word files: every way a document may carry its numbers, and files made to do harm.

The files are written here as raw XML, for what matters is what stands in them.
"""

from __future__ import annotations

import io
import random
import time
import zipfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from session_app.domain.drafting import Kind, Language
from session_app.domain.errors import Invalid
from session_app.domain.reading import (
    ImportedDraft,
    ImportedParagraph,
    ImportedSection,
    decode,
    read_paragraphs,
    read_text,
)
from session_app.word import read
from session_app.word.read import read_docx

DEMO = Path(__file__).parents[2] / "agendas/crm/demo"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


# Making Word files ---------------------------------------------------------------------------


def part(name: str, content: str, doctype: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{doctype}<w:{name} xmlns:w="{W}" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        f'xmlns:wps="urn:wps">{content}</w:{name}>'
    )


def relations(**targets: str) -> str:
    lines = "".join(
        f'<Relationship Id="r{i}" Type="{TYPE}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(targets.items())
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{space}">{lines}</Relationships>'


def package(parts: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def word_file(body: str, *, numbering: str = "", styles: str = "", doctype: str = "") -> bytes:
    return package(
        {
            "_rels/.rels": relations(officeDocument="word/document.xml"),
            "word/_rels/document.xml.rels": relations(
                styles="styles.xml", numbering="/word/numbering.xml"
            ),
            "word/document.xml": part("document", f"<w:body>{body}</w:body>", doctype),
            "word/styles.xml": part("styles", styles),
            "word/numbering.xml": part("numbering", numbering),
        }
    )


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{run(text)}</w:p>"


def num_pr(numbers: int, level: int = 0) -> str:
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{numbers}"/></w:numPr>'


def lvl(level: int, form: str, text: str, more: str = "", start: int = 1) -> str:
    return (
        f'<w:lvl w:ilvl="{level}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def abstract(name: int, *levels: str, more: str = "") -> str:
    return f'<w:abstractNum w:abstractNumId="{name}">{"".join(levels)}{more}</w:abstractNum>'


def num(name: int, of: int, overrides: str = "") -> str:
    return f'<w:num w:numId="{name}"><w:abstractNumId w:val="{of}"/>{overrides}</w:num>'


def restart(level: int, at: int) -> str:
    return f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{at}"/></w:lvlOverride>'


TWO_LEVELS = (lvl(0, "decimal", "%1."), lvl(1, "lowerLetter", "%2)"))


def styled(name: str, numbers: int, more: str = "") -> str:
    return (
        f'<w:style w:type="paragraph" w:styleId="{name}">{more}<w:pPr><w:numPr>'
        f'<w:numId w:val="{numbers}"/></w:numPr></w:pPr></w:style>'
    )


def sections(
    draft: ImportedDraft, write: Callable[[ImportedParagraph, int], str], headings: str = ""
) -> str:
    """The sections of a draft, each paragraph as `write` writes it (with its section's number)."""
    body = []
    for number, section in enumerate(draft.sections, start=1):
        body.append(p(section.title, headings))
        body += [write(each, number) for each in section.paragraphs]
    return "".join(body)


def level_of(paragraph: ImportedParagraph) -> int | None:
    return {Kind.ITEM: 0, Kind.SUBITEM: 1}.get(paragraph.kind)


# The six ways of WORD numbering --------------------------------------------------------------


def direct(draft: ImportedDraft) -> bytes:
    def write(each: ImportedParagraph, section: int) -> str:
        level = level_of(each)
        return p(each.text, "" if level is None else num_pr(section, level))

    numbering = abstract(1, *TWO_LEVELS) + abstract(2, *TWO_LEVELS) + num(1, 1) + num(2, 2)
    return word_file(sections(draft, write), numbering=numbering)


def by_style(draft: ImportedDraft) -> bytes:
    """As corporate templates do: a style names the list, its level names the style."""

    def write(each: ImportedParagraph, section: int) -> str:
        names = {Kind.ITEM: f"Item{section}", Kind.SUBITEM: f"Sub{section}"}
        name = names.get(each.kind, f"After{section}")
        return p(each.text, f'<w:pStyle w:val="{name}"/>')

    numbering = styles = ""
    for n in (1, 2):
        numbering += abstract(
            n,
            lvl(0, "decimal", "%1.", f'<w:pStyle w:val="Item{n}"/>'),
            lvl(1, "lowerLetter", "%2)", f'<w:pStyle w:val="Sub{n}"/>'),
        )
        base = f'<w:basedOn w:val="Base{n}"/>'
        styles += styled(f"Base{n}", n) + styled(f"Sub{n}", n, base)
        styles += f'<w:style w:type="paragraph" w:styleId="Item{n}">{base}</w:style>'
        styles += styled(f"After{n}", 0, base)
    numbering = numbering.replace('w:val="Item', 'w:val="Base') + num(1, 1) + num(2, 2)
    return word_file(sections(draft, write), numbering=numbering, styles=styles)


def typed(draft: ImportedDraft) -> bytes:
    def write(each: ImportedParagraph, _: int) -> str:
        label = f"{run(each.source_label)}<w:r><w:tab/></w:r>" if each.source_label else ""
        return f"<w:p>{label}{run(each.text)}</w:p>"

    return word_file(sections(draft, write))


def restarted(draft: ImportedDraft) -> bytes:
    """One abstract list for all, a list with an override for each section."""

    def write(each: ImportedParagraph, section: int) -> str:
        level = level_of(each)
        return p(each.text, "" if level is None else num_pr(section, level))

    numbering = abstract(1, *TWO_LEVELS) + num(1, 1) + num(2, 1, restart(0, 1))
    return word_file(sections(draft, write), numbering=numbering)


def changed(draft: ImportedDraft) -> bytes:
    """With tracked changes, a field, content controls and smart tags around every text."""

    def write(each: ImportedParagraph, section: int) -> str:
        level = level_of(each)
        first, _, rest = each.text.partition(" ")
        properties = "" if level is None else f"<w:pPr>{num_pr(section, level)}</w:pPr>"
        return (
            f"<w:p>{properties}<w:del><w:r><w:delText>Suprimir</w:delText></w:r></w:del>"
            f"<w:moveFrom>{run('Mover')}</w:moveFrom><w:ins>{run(first + ' ')}</w:ins>"
            "<w:r><w:fldChar/></w:r><w:r><w:instrText>REF _Ref1 \\r</w:instrText></w:r>"
            f"<w:sdt><w:sdtContent><w:smartTag>{run(rest)}</w:smartTag></w:sdtContent></w:sdt></w:p>"
        )

    numbering = abstract(1, *TWO_LEVELS) + abstract(2, *TWO_LEVELS) + num(1, 1) + num(2, 2)
    gone = f"<w:del>{p('Nada')}</w:del>"
    return word_file(gone + sections(draft, write), numbering=numbering)


def table(rows: Iterable[Sequence[str]]) -> str:
    lines = ("<w:tr>" + "".join(f"<w:tc>{cell}</w:tc>" for cell in row) + "</w:tr>" for row in rows)
    return f"<w:tbl>{''.join(lines)}</w:tbl>"


def side_by_side(spanish: ImportedDraft, english: ImportedDraft) -> bytes:
    rows = [[p("Español"), p("English")]]
    for number, pair in enumerate(zip(spanish.sections, english.sections, strict=True)):
        rows.append([p(section.title) for section in pair])
        for texts in zip(*(section.paragraphs for section in pair), strict=True):
            levels = [level_of(each) for each in texts]
            lists = (2 * number + 1, 2 * number + 2)
            rows.append(
                [
                    p(each.text, "" if level is None else num_pr(each_list, level))
                    for each, level, each_list in zip(texts, levels, lists, strict=True)
                ]
            )
    spanish_levels, english_levels = TWO_LEVELS, (TWO_LEVELS[0], lvl(1, "lowerLetter", "(%2)"))
    numbering = "".join(
        abstract(n, *(spanish_levels if n % 2 else english_levels)) for n in range(1, 5)
    ) + "".join(num(n, n) for n in range(1, 5))
    return word_file(table(rows), numbering=numbering)


@pytest.fixture(scope="module")
def spanish() -> ImportedDraft:
    return read_text(decode((DEMO / "san-salvador-2017.es.txt").read_bytes()), language="es")


@pytest.fixture(scope="module")
def english() -> ImportedDraft:
    return read_text(decode((DEMO / "san-salvador-2017.en.md").read_bytes()), language="en")


def content(found: Iterable[ImportedSection]) -> list[tuple[str, str, str]]:
    return [
        (section.key, each.kind.value, each.text)
        for section in found
        for each in section.paragraphs
    ]


def labels(draft: ImportedDraft) -> list[str]:
    return [
        each.source_label
        for section in draft.sections
        for each in section.paragraphs
        if each.source_label
    ]


def expected_labels(draft: ImportedDraft, pattern: str) -> list[str]:
    found = []
    for section in draft.sections:
        for address in section.addresses():
            item, _, sub = address.partition(" ")
            if sub != "+":
                found.append(pattern.replace("a", sub) if sub else f"{item}.")
    return found


@pytest.mark.parametrize("write", [direct, by_style, typed, restarted, changed])
def test_all_45_labels_of_san_salvador_are_recovered(
    write: Callable[[ImportedDraft], bytes], spanish: ImportedDraft
) -> None:
    draft = read_paragraphs(read_docx(write(spanish)), language="es")
    assert content(draft.sections) == content(spanish.sections)
    expected = labels(spanish) if write is typed else expected_labels(spanish, "a)")
    assert len(expected) == 45
    assert labels(draft) == expected


def test_all_90_labels_of_a_bilingual_table_are_recovered(
    spanish: ImportedDraft, english: ImportedDraft
) -> None:
    source = read_docx(side_by_side(spanish, english))
    read_spanish = read_paragraphs(source, language="es")
    read_english = read_paragraphs(source, language="en")
    assert content(read_spanish.sections) == content(spanish.sections)
    assert content(read_english.sections) == content(english.sections)
    assert labels(read_spanish) == expected_labels(spanish, "a)")
    assert labels(read_english) == expected_labels(english, "(a)")


def test_tracked_changes_are_read_as_accepted_and_reported(spanish: ImportedDraft) -> None:
    draft = read_paragraphs(read_docx(changed(spanish)), language="es")
    assert "import.tracked_changes" in [doubt.code for doubt in draft.doubts]
    assert not any("Suprimir" in text or "Mover" in text for _, _, text in content(draft.sections))


# Counting as Word counts ---------------------------------------------------------------------


def printed(body: str, numbering: str, styles: str = "") -> list[str | None]:
    source = read_docx(word_file(body, numbering=numbering, styles=styles))
    return [each.label for each in source.paragraphs]


def test_two_lists_of_one_abstract_list_count_together() -> None:
    body = "".join(p("x", num_pr(n)) for n in (1, 2, 1, 2))
    numbering = abstract(1, lvl(0, "decimal", "%1.")) + num(1, 1) + num(2, 1)
    assert printed(body, numbering) == ["1.", "2.", "3.", "4."]


def test_an_override_restarts_once() -> None:
    body = "".join(p("x", num_pr(n)) for n in (1, 1, 2, 2, 1))
    numbering = abstract(1, lvl(0, "decimal", "%1.")) + num(1, 1) + num(2, 1, restart(0, 7))
    assert printed(body, numbering) == ["1.", "2.", "7.", "8.", "9."]


def test_a_deeper_level_starts_anew_unless_it_is_told_not_to() -> None:
    never = '<w:lvlRestart w:val="0"/>'
    body = "".join(p("x", num_pr(1, level)) for level in (0, 1, 2, 1, 0, 1, 2))
    numbering = abstract(
        1,
        lvl(0, "upperRoman", "%1."),
        lvl(1, "lowerLetter", "%2)"),
        lvl(2, "decimal", "%1.%2.%3", f'{never}<w:isLgl w:val="1"/>'),
    ) + num(1, 1)
    assert printed(body, numbering) == ["I.", "a)", "1.1.1", "b)", "II.", "a)", "2.1.2"]


def test_letters_go_on_as_aa_and_unknown_formats_are_numbers() -> None:
    body = "".join(p("x", num_pr(1)) for _ in range(28)) + p("x", num_pr(2))
    numbering = (
        abstract(1, lvl(0, "upperLetter", "%1."))
        + abstract(2, lvl(0, "chicago", "%1)"))
        + num(1, 1)
        + num(2, 2)
    )
    assert printed(body, numbering)[25:] == ["Z.", "AA.", "BB.", "1)"]


def test_formats_none_and_bullet_count_without_a_number() -> None:
    body = p("x", num_pr(1)) + p("x", num_pr(2)) + p("x", num_pr(3)) + p("x", num_pr(3))
    numbering = (
        abstract(1, lvl(0, "none", "4 bis."))
        + abstract(2, lvl(0, "bullet", "\uf0b7"))
        + abstract(3, lvl(0, "none", ""))
        + num(1, 1) + num(2, 2) + num(3, 3)
    )  # fmt: skip
    assert printed(body, numbering) == ["4 bis.", "•", None, None]


def test_a_level_defined_anew_by_the_list_counts() -> None:
    override = f'<w:lvlOverride w:ilvl="0">{lvl(0, "lowerRoman", "%1)", start=4)}</w:lvlOverride>'
    numbering = abstract(1, lvl(0, "decimal", "%1.")) + num(1, 1, override)
    assert printed(p("x", num_pr(1)) * 2, numbering) == ["iv)", "v)"]


def test_a_list_may_link_to_a_numbering_style() -> None:
    style = (
        '<w:style w:type="numbering" w:styleId="Actas"><w:pPr><w:numPr><w:numId w:val="2"/>'
        "</w:numPr></w:pPr></w:style>"
    )
    numbering = (
        abstract(1, more='<w:numStyleLink w:val="Actas"/>')
        + abstract(2, lvl(0, "decimal", "%1.-"), more='<w:styleLink w:val="Actas"/>')
        + num(1, 1)
        + num(2, 2)
    )
    assert printed(p("x", num_pr(1)) + p("x", num_pr(2)), numbering, style) == ["1.-", "2.-"]


def test_a_list_of_zero_switches_a_styles_numbers_off() -> None:
    item = '<w:pStyle w:val="Item"/>'
    body = p("x", item) + p("x", item + num_pr(0)) + p("x", item)
    numbering = abstract(1, lvl(0, "decimal", "%1.")) + num(1, 1)
    assert printed(body, numbering, styled("Item", 1)) == ["1.", None, "2."]


def test_styles_based_on_each_other_in_a_circle_give_no_label() -> None:
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{a}"><w:basedOn w:val="{b}"/></w:style>'
        for a, b in (("A", "B"), ("B", "A"))
    )
    assert printed(p("x", '<w:pStyle w:val="A"/>'), "", styles) == [None]


def test_an_empty_numbered_paragraph_takes_its_number() -> None:
    numbering = abstract(1, lvl(0, "decimal", "%1.")) + num(1, 1)
    body = p("x", num_pr(1)) + p("", num_pr(1)) + p("x", num_pr(1))
    assert printed(body, numbering) == ["1.", "3."]


# Text ----------------------------------------------------------------------------------------


def texts(body: str) -> list[str]:
    return [each.text for each in read_docx(word_file(body)).paragraphs]


def test_line_breaks_part_typed_points_and_tabs_are_spaces() -> None:
    body = p("CONCLUSIONES") + (
        f"<w:p>{run('1. Uno:')}<w:r><w:br/></w:r>{run('a)')}<w:r><w:tab/></w:r>{run('Aceptar')}"
        f"<w:r><w:br/></w:r>{run('el informe.')}<w:r><w:br/></w:r>{run('b) Agradecer.')}</w:p>"
    )
    draft = read_paragraphs(read_docx(word_file(body)), language="es")
    assert [each[1:] for each in content(draft.sections)] == [
        ("item", "Uno:"),
        ("sub-item", "Aceptar el informe."),
        ("sub-item", "Agradecer."),
    ]


def test_a_text_box_is_read_once_after_its_paragraph() -> None:
    box = f"<wps:txbx><w:txbxContent>{p('Caja')}</w:txbxContent></wps:txbx>"
    body = (
        f"<w:p>{run('Uno')}<w:r><mc:AlternateContent><mc:Choice Requires='wps'>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>{run(' dos')}</w:p>"
    )
    assert texts(body) == ["Uno dos", "Caja"]


def test_a_paragraph_whose_end_was_deleted_goes_on_in_the_next() -> None:
    body = p("Uno y ", "<w:rPr><w:del/></w:rPr>") + p("dos.")
    assert texts(body) == ["Uno y dos."]


def test_notes_and_comments_are_left_out_and_reported() -> None:
    body = f"<w:p>{run('Uno')}<w:r><w:footnoteReference/><w:commentReference/></w:r></w:p>"
    doubts = read_docx(word_file(body)).doubts
    assert [(each.code, each.params) for each in doubts] == [
        ("import.notes_left_out", {"count": 1}),
        ("import.comments_left_out", {"count": 1}),
    ]


def test_a_row_of_one_cell_spans_the_table_and_a_deleted_row_is_gone() -> None:
    gone = f"<w:tr><w:trPr><w:del/></w:trPr><w:tc>{p('nada')}</w:tc></w:tr>"
    body = table([[p("Título")], [p("uno"), p("one")]]).replace("</w:tbl>", f"{gone}</w:tbl>")
    source = read_docx(word_file(body))
    assert [(each.text, each.cell) for each in source.paragraphs] == [
        ("Título", None),
        ("uno", (1, 1, 0)),
        ("one", (1, 1, 1)),
    ]


def test_a_heading_by_style_stands_by_itself_in_a_section() -> None:
    style = (
        '<w:style w:type="paragraph" w:styleId="H2"><w:pPr><w:outlineLvl w:val="1"/></w:pPr>'
        "</w:style>"
    )
    body = p("CONCLUSIONES") + p("1. Uno.") + p("Salud", '<w:pStyle w:val="H2"/>') + p("2. Dos.")
    draft = read_paragraphs(read_docx(word_file(body, styles=style)), language="es")
    assert [each[1] for each in content(draft.sections)] == ["item", "heading", "item"]


def test_a_strict_open_xml_document_is_read() -> None:
    strict = word_file(p("CONCLUSIONES"))
    archive = zipfile.ZipFile(io.BytesIO(strict))
    parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    document = archive.read("word/document.xml").decode()
    parts["word/document.xml"] = document.replace(
        W, "http://purl.oclc.org/ooxml/wordprocessingml/main"
    )
    parts["_rels/.rels"] = (
        archive.read("_rels/.rels")
        .decode()
        .replace(TYPE, "http://purl.oclc.org/ooxml/officeDocument/relationships")
    )
    assert [each.text for each in read_docx(package(parts)).paragraphs] == ["CONCLUSIONES"]


# What is refused -----------------------------------------------------------------------------

BOMB = '<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE w SYSTEM "file:///etc/passwd">'


def encrypted() -> bytes:
    sound = bytearray(word_file(p("x")))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = sound.find(signature)
        while at >= 0:
            sound[at + offset] |= 1
            at = sound.find(signature, at + 4)
    return bytes(sound)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "import.empty"),
        (b"CONCLUSIONES", "import.not_word"),
        (b"PK\x03\x04" + b"x" * 100, "import.not_word"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, "import.old_word"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "import.encrypted"),
        (encrypted(), "import.encrypted"),
        (package({"a.txt": "x"}), "import.no_document"),
        (
            package({"_rels/.rels": relations(officeDocument="../../word/document.xml")}),
            "import.no_document",
        ),
        (
            package(
                {"_rels/.rels": relations(officeDocument="d.xml"), "d.xml": part("document", "")}
            ),
            "import.no_document",
        ),
        (
            package({"_rels/.rels": relations(officeDocument="d.xml"), "d.xml": "<w:document"}),
            "import.damaged",
        ),
        (word_file(p("x"), doctype=BOMB), "import.doctype"),
        (word_file(p("x"), doctype=OUTSIDE), "import.doctype"),
        (word_file(p("x") + " " * 10_000_000), "import.bomb"),
        (word_file("<w:p>" * 2_000 + "</w:p>" * 2_000), "import.damaged"),
        (package({f"{n}": "" for n in range(2_001)}), "import.bomb"),
    ],
    ids=range(15),
)
def test_a_file_that_is_no_sound_word_file_is_refused(data: bytes, code: str) -> None:
    start = time.process_time()
    with pytest.raises(Invalid) as caught:
        read_docx(data)
    assert caught.value.code == code
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "data",
    [
        word_file("<w:p/>" * 2_000_000),
        word_file(f"<w:p><w:r>{'<w:t>x</w:t><w:br/>' * 500_000}</w:r></w:p>"),
        word_file(
            p("x", num_pr(1)) * 5_000,
            numbering=abstract(1, lvl(0, "decimal", "%1." * 500_000)) + num(1, 1),
        ),
        word_file(
            "".join(p("x", f'<w:pStyle w:val="S{n}"/>') for n in range(5_000)),
            styles="".join(
                f'<w:style w:styleId="S{n}"><w:basedOn w:val="S{n + 1}"/></w:style>'
                for n in range(5_000)
            ),
        ),
        word_file(
            "x",
            numbering=abstract(1, *(lvl(n, "decimal", "%1.") for n in range(3_000)))
            + "".join(num(n, 1) for n in range(30_000)),
        ),
        word_file("".join(table([[p("x"), p("y")]]) for _ in range(9_000)) + p("CONCLUSIONES")),
    ],
    ids=["paragraphs", "lines", "label", "styles", "lists", "tables"],
)
def test_a_hostile_document_takes_bounded_time(data: bytes) -> None:
    start = time.process_time()
    with suppress(Invalid):
        read_paragraphs(read_docx(data), language="es")
    assert time.process_time() - start < 3


def test_a_part_that_lies_about_its_size_is_read_no_further_than_it_says() -> None:
    sound = word_file(p("x") + "<!-- " + "y" * 900_000 + " -->")
    archive = zipfile.ZipFile(io.BytesIO(sound))
    size = archive.getinfo("word/document.xml").file_size
    lying = sound.replace(size.to_bytes(4, "little"), (300).to_bytes(4, "little"))
    with pytest.raises(Invalid, match=r"^import\.damaged"):
        read_docx(lying)


def test_an_entry_before_the_start_of_the_file_is_damage() -> None:
    sound = bytearray(word_file(p("x")))
    start = int.from_bytes(sound[-6:-2], "little")  # of the directory, as the archive's end says
    sound[-6:-2] = (start + 14).to_bytes(4, "little")
    with pytest.raises(Invalid, match=r"^import\.(damaged|not_word)"):
        read_docx(bytes(sound))


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_package_packed_in_no_way_of_word_is_not_unpacked(method: int) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as package:
        package.writestr("_rels/.rels", relations(officeDocument="d.xml"))
    with pytest.raises(Invalid, match=r"^import\.damaged"):
        read_docx(packed.getvalue())


def test_too_much_is_refused_by_what_the_archive_declares(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(read, "MAX_UNPACKED", 100)
    with pytest.raises(Invalid, match=r"^import\.bomb"):
        read_docx(word_file(p("x")))


def test_a_document_type_in_another_encoding_is_refused() -> None:
    document = part("document", f"<w:body>{p('x')}</w:body>", BOMB).replace("UTF-8", "UTF-16")
    parts: dict[str, str | bytes] = {
        "_rels/.rels": relations(officeDocument="d.xml"),
        "d.xml": document.encode("utf-16"),
    }
    with pytest.raises(Invalid, match=r"^import\.doctype"):
        read_docx(package(parts))


def test_a_damaged_file_is_read_or_refused(spanish: ImportedDraft) -> None:
    sound, chance = direct(spanish), random.Random(2017)
    for _ in range(60):
        data = bytearray(sound)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        with suppress(Invalid):
            read_docx(bytes(data[: chance.randint(1, 2 * len(data))]))


@pytest.mark.parametrize("language", ["es", "en"])
def test_reading_a_bilingual_document_is_quick(
    language: Language, spanish: ImportedDraft, english: ImportedDraft
) -> None:
    data = side_by_side(spanish, english)
    start = time.process_time()
    read_paragraphs(read_docx(data), language=language)
    assert time.process_time() - start < 0.2
