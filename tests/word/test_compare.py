"""A file is read back, and compared with what the document says."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from word.san_salvador import TEMPLATE, san_salvador

from session_app.domain.documents import LAYOUTS
from session_app.word import assemble, compare


@pytest.mark.parametrize("version", ["clean", "bracketed"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_file_says_what_it_was_made_of(layout, version):
    text = san_salvador()
    content = assemble(text, TEMPLATE, layout=layout, version=version)
    assert compare(content, text, layout) is None


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_changed_word_is_found(layout):
    text = san_salvador()
    content = assemble(text, TEMPLATE, layout=layout)
    section = text.sections[0]
    paragraphs = list(section.paragraphs)
    said = paragraphs[4].texts
    paragraphs[4] = replace(
        paragraphs[4], texts={**said, "es": said["es"] + " Más.", "en": said["en"] + " More."}
    )
    other = replace(
        text, sections=(replace(section, paragraphs=tuple(paragraphs)), *text.sections[1:])
    )
    found = compare(content, other, layout)
    assert found is not None
    assert found.expected.endswith((" Más.", " More."))
    assert found.found in (said["es"], said["en"])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_number_that_word_would_print_otherwise_is_found(layout):
    text = san_salvador()
    content = _rewrite(
        assemble(text, TEMPLATE, layout=layout),
        "word/numbering.xml",
        lambda part: part.replace(b'<w:start w:val="1"/>', b'<w:start w:val="2"/>'),
    )
    found = compare(content, text, layout)
    assert found is not None
    assert found.expected == found.found  # the words are right, the number is not


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_missing_paragraph_is_found(layout):
    text = san_salvador()
    section = text.sections[0]
    shorter = replace(
        text, sections=(replace(section, paragraphs=section.paragraphs[:-1]), *text.sections[1:])
    )
    assert compare(assemble(shorter, TEMPLATE, layout=layout), text, layout) is not None


def test_an_empty_language_keeps_its_number():
    text = san_salvador()
    section = text.sections[0]
    paragraphs = list(section.paragraphs)
    paragraphs[3] = replace(paragraphs[3], texts={"es": paragraphs[3].texts["es"], "en": ""})
    partly = replace(
        text, sections=(replace(section, paragraphs=tuple(paragraphs)), *text.sections[1:])
    )
    for layout in LAYOUTS:
        assert compare(assemble(partly, TEMPLATE, layout=layout), partly, layout) is None


def _rewrite(content, name, change):
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w") as new:
        for each in old.infolist():
            part = old.read(each)
            new.writestr(each, change(part) if each.filename == name else part)
    return written.getvalue()
