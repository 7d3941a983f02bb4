"""The numbers a reader sees: LibreOffice counts the lists, and must come to our labels."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from word.san_salvador import (
    TEMPLATE,
    expected_labels,
    paragraphs,
    san_salvador,
    with_conclusions,
)

from session_app.domain.documents import LAYOUTS, DocumentText, Layout
from session_app.domain.drafting import LANGUAGES, Language
from session_app.domain.numbering import RCM
from session_app.word import assemble

LABEL = re.compile(r"^ {4,}(\d+\.|\(?[a-z]+\)) ")
GAPS = (
    ("item", "Uno", "One"),
    ("item", "Dos", ""),
    ("item", "Tres:", "Three:"),
    ("sub-item", "a", ""),
    ("sub-item", "b", "b"),
    ("sub-item", "c", "c"),
    ("sub-item", "d", ""),
    ("sub-item", "e", "e"),
    ("continuation", "Sobre esto", ""),
    ("item", "Cuatro:", "Four:"),
    ("sub-item", "a", "a"),
    ("item", "", "Five:"),
    ("sub-item", "a", "a"),
    ("sub-item", "b", "b"),
    ("item", "Seis", "Six"),
    ("item", "Siete:", "Seven:"),
    ("sub-item", "", "a"),
    ("sub-item", "b", "b"),
    ("item", "", ""),
    ("item", "Nueve", "Nine"),
    ("item", "Diez:", "Ten:"),
    ("sub-item", "a", "a"),
)
"""Paragraphs of which one language, the other or both are missing in every place that counts."""


def exported(documents: Mapping[str, bytes], folder: Path) -> dict[str, list[str]]:
    """The lines LibreOffice prints for each document, with the labels it computed."""
    office = shutil.which("soffice")
    assert office, "LibreOffice is not installed: apt-get install libreoffice-writer"
    for name, content in documents.items():
        (folder / f"{name}.docx").write_bytes(content)
    subprocess.run(
        [
            office,
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            "txt:Text (encoded):UTF8",
            "--outdir",
            str(folder),
            *(str(folder / f"{name}.docx") for name in documents),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return {
        name: (folder / f"{name}.txt").read_text(encoding="utf-8-sig").splitlines()
        for name in documents
    }


def labels(lines: list[str]) -> list[str]:
    return [match[1] for line in lines if (match := LABEL.match(line))]


def files(document: DocumentText, name: str) -> dict[str, bytes]:
    return {f"{name}-{layout}": assemble(document, TEMPLATE, layout=layout) for layout in LAYOUTS}


def interleaved(document: DocumentText) -> list[str]:
    """The labels of the side-by-side layout in reading order: Spanish and English row by row."""
    columns = (expected_labels(document, language) for language in LANGUAGES)
    return [label for row in zip(*columns, strict=True) for label in row]


def printed(document: DocumentText, language: Language) -> list[str]:
    """The labels of the paragraphs that have words in this language."""
    numbered = [
        paragraph
        for section in document.sections
        for paragraph in section.paragraphs
        if paragraph.kind in ("item", "sub-item")
    ]
    pairs = zip(numbered, expected_labels(document, language), strict=True)
    return [label for paragraph, label in pairs if paragraph.texts[language]]


@pytest.mark.slow
@pytest.mark.office
def test_libreoffice_counts_the_labels_we_show(tmp_path: Path) -> None:
    un, rcm = san_salvador(), san_salvador(draft=None, label_style=RCM)
    gaps = with_conclusions(*paragraphs(*GAPS))
    documents = files(un, "un") | files(rcm, "rcm") | files(gaps, "gaps")
    lines = exported(documents, tmp_path)

    for name, document in (("un", un), ("rcm", rcm)):
        for language in LANGUAGES:
            found = labels(lines[f"{name}-{language}"])
            assert found == expected_labels(document, language)
            assert len(found) == 29 + 13 + 3
        assert labels(lines[f"{name}-bilingual"]) == interleaved(document)

    for language in LANGUAGES:
        assert labels(lines[f"gaps-{language}"]) == printed(gaps, language)
    both = labels(lines["gaps-bilingual"])
    assert sorted(both) == sorted(printed(gaps, "es") + printed(gaps, "en"))

    continuation = next(line for line in lines["un-es"] if "Sobre estas propuestas" in line)
    assert not LABEL.match(continuation)


@pytest.mark.slow
@pytest.mark.office
@pytest.mark.parametrize("layout", ["es", "bilingual"])
def test_letters_go_on_after_z_as_we_count_them(tmp_path: Path, layout: Layout) -> None:
    entries = [("item", "Uno:", "One:"), *[("sub-item", "x", "x")] * 30]
    document = with_conclusions(*paragraphs(*entries))
    lines = exported({"long": assemble(document, TEMPLATE, layout=layout)}, tmp_path)
    expected = interleaved(document) if layout == "bilingual" else expected_labels(document, "es")
    assert labels(lines["long"]) == expected
