"""Templates: the secretariat's own are kept in look, checked, and stripped of hidden data."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from lxml import etree
from word.san_salvador import ROOT, TEMPLATE, W, every_file, part, parts, san_salvador
from word.test_schemas import complaints

from session_app.domain.errors import Invalid
from session_app.word import assemble, open_template

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def edited(target: Path, edit: Callable[[dict[str, bytes]], None]) -> Path:
    """The template with some of its parts changed by hand."""
    content = parts(TEMPLATE.read_bytes())
    edit(content)
    with zipfile.ZipFile(target, "w") as package:
        for name, data in content.items():
            package.writestr(name, data)
    return target


def restyled(target: Path) -> Path:
    """The template as a secretariat leaves it: a logo, a comment, a list, names and revision ids."""
    document = Document(str(TEMPLATE))
    header = document.sections[0].header
    header.add_paragraph().add_run().add_picture(io.BytesIO(PIXEL))
    sample = document.paragraphs[0]
    document.add_comment(sample.runs, text="¿Así?", author="Ana Secretaria", initials="AS")
    document.core_properties.author = "Ana Secretaria"
    document.core_properties.comments = "hecho en casa"
    document.styles["CRM Item"].element.set(f"{W}rsidR", "00AB12CD")
    style = document.styles["CRM Subitem"].element
    style.set(f"{W}styleId", "Literal1")
    settings = document.settings.element
    rsids = etree.SubElement(settings, f"{W}rsids")
    etree.SubElement(rsids, f"{W}rsid").set(f"{W}val", "00AB12CD")
    settings.remove(rsids)
    settings.insert(len(settings) - 3, rsids)
    document.save(str(target))
    return target


def test_the_template_of_the_repository_is_what_its_script_builds(tmp_path: Path) -> None:
    code = "import sys; sys.path.insert(0, 'docx_templates'); import build, sys; "
    code += "sys.stdout.buffer.write(build.build())"
    built = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert built.stdout == TEMPLATE.read_bytes()


def test_a_restyled_template_keeps_its_logo_and_gives_valid_files(tmp_path: Path) -> None:
    for content in every_file(san_salvador(), restyled(tmp_path / "own.docx")).values():
        assert complaints(content) == []
        assert parts(content)["word/media/image1.png"] == PIXEL
        header = part(content, "word/header1.xml")
        assert header.find(f".//{W}drawing") is not None
        assert "Conferencia Regional sobre Migración" in "".join(header.itertext())
        Document(io.BytesIO(content))


def test_styles_are_found_by_name_whatever_id_word_gave_them(tmp_path: Path) -> None:
    content = assemble(san_salvador(), restyled(tmp_path / "own.docx"), layout="es")
    used = {each.get(f"{W}val") for each in part(content, "word/document.xml").iter(f"{W}pStyle")}
    assert "Literal1" in used
    assert "CRMSubitem" not in used


def test_nothing_hidden_in_a_template_reaches_a_document(tmp_path: Path) -> None:
    content = parts(assemble(san_salvador(), restyled(tmp_path / "own.docx"), layout="es"))
    for name, data in content.items():
        for hidden in (b"Ana", b"hecho en casa", b"00AB12CD", b"rsid", b"omments"):
            assert hidden not in data, name
    assert not [name for name in content if "comments" in name or "thumbnail" in name]


def test_a_template_without_a_style_is_refused_by_the_names_it_lacks(tmp_path: Path) -> None:
    def rename(content: dict[str, bytes]) -> None:
        styles = content["word/styles.xml"]
        styles = styles.replace(b'w:val="CRM Item"', b'w:val="Item"')
        content["word/styles.xml"] = styles.replace(b'w:val="CRM Bracket"', b'w:val="Corchete"')

    path = edited(tmp_path / "own.docx", rename)
    with pytest.raises(Invalid) as refusal:
        open_template(path)
    assert refusal.value.code == "template.missing_styles"
    assert refusal.value.params == {"file": str(path), "styles": "CRM Item, CRM Bracket"}


@pytest.mark.parametrize(("part_name", "style"), [("header1", "Header"), ("footer1", "Footer")])
def test_a_header_or_footer_without_our_place_is_refused(
    tmp_path: Path, part_name: str, style: str
) -> None:
    def forget(content: dict[str, bytes]) -> None:
        name = f"word/{part_name}.xml"
        content[name] = content[name].replace(f"CRM{style}".encode(), b"Normal")

    with pytest.raises(Invalid) as refusal:
        open_template(edited(tmp_path / "own.docx", forget))
    assert refusal.value.code == "template.missing_place"
    assert refusal.value.params["place"] == f"CRM {style}"


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 broken"])
def test_what_is_not_a_word_file_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "own.docx"
    path.write_bytes(content)
    with pytest.raises(Invalid, match=r"template\.unreadable"):
        open_template(path)


def test_a_template_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"template\.unreadable"):
        open_template(tmp_path / "none.docx")


def test_a_template_is_opened_once_until_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "own.docx"
    path.write_bytes(TEMPLATE.read_bytes())
    first = open_template(path)
    assert open_template(path) is first
    restyled(path)
    assert open_template(path) is not first


def test_a_list_the_template_brings_along_keeps_its_ids(tmp_path: Path) -> None:
    numbering = (
        f'<w:numbering xmlns:w="{W[1:-1]}"><w:abstractNum w:abstractNumId="7">'
        '<w:multiLevelType w:val="singleLevel"/></w:abstractNum><w:num w:numId="3">'
        '<w:abstractNumId w:val="7"/></w:num></w:numbering>'
    ).encode()

    def add(content: dict[str, bytes]) -> None:
        content["word/numbering.xml"] = numbering
        kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"
        override = f'<Override PartName="/word/numbering.xml" ContentType="{kind}"/></Types>'
        types = content["[Content_Types].xml"]
        content["[Content_Types].xml"] = types.replace(b"</Types>", override.encode())
        relation = (
            b'<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            b'relationships/numbering" Target="numbering.xml"/></Relationships>'
        )
        rels = content["word/_rels/document.xml.rels"]
        content["word/_rels/document.xml.rels"] = rels.replace(b"</Relationships>", relation)

    path = edited(tmp_path / "own.docx", add)
    content = assemble(san_salvador(), path, layout="es")
    assert complaints(content) == []
    found = part(content, "word/numbering.xml")
    abstracts = [each.get(f"{W}abstractNumId") for each in found.findall(f"{W}abstractNum")]
    nums = [each.get(f"{W}numId") for each in found.findall(f"{W}num")]
    assert (abstracts, nums) == (["7", "8", "9"], ["3", "4", "5"])
