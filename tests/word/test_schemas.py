"""Every file against the schemas of the standard (tests/data/ooxml)."""

from __future__ import annotations

from functools import cache

import pytest
from lxml import etree
from word.san_salvador import (
    BRACKETED,
    ROOT,
    every_file,
    paragraphs,
    parts,
    san_salvador,
    with_conclusions,
)

from session_app.domain.documents import DocumentText

SCHEMAS = ROOT / "tests" / "data" / "ooxml"
COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
BY_NAME = {
    "[Content_Types].xml": "opc-contentTypes.xsd",
    "docProps/app.xml": "shared-documentPropertiesExtended.xsd",
}
HOSTILE = paragraphs(
    ("heading", "A & B <c>", "A & B <c>"),
    ("item", "Uno:", ""),
    ("sub-item", "«a»\x0b\x00", "(a) \u2028 b"),
    ("sub-item", "b", ""),
    ("continuation", "", "goes on"),
    ("item", "", "Two"),
)
DOCUMENTS = {
    "draft": san_salvador(symbol='GRCM/2017/"CR"', title={"es": "A & B", "en": "<C>"}),
    "adopted": san_salvador(draft=None),
    "brackets and gaps": with_conclusions(BRACKETED, *HOSTILE),
    "empty": san_salvador(sections=()),
}


@cache
def schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(SCHEMAS / name)))


def complaints(content: bytes) -> list[str]:
    """What the schemas say against the parts of a file, after markup-compatibility processing."""
    found = []
    for name, part in parts(content).items():
        if name == "docProps/core.xml" or not name.endswith((".xml", ".rels")):
            continue
        root = etree.fromstring(part)
        strip_ignorable(root)
        kind = "opc-relationships.xsd" if name.endswith(".rels") else "vml-main.xsd"
        rules = schema(BY_NAME.get(name, kind))
        if not rules.validate(root):
            found += [f"{name}: {error.message}" for error in rules.error_log]
    return found


def strip_ignorable(root: etree._Element) -> None:
    """What ISO 29500-3 lets a reader skip: elements and attributes of ignorable namespaces."""
    prefixes = root.attrib.pop(f"{{{COMPATIBILITY}}}Ignorable", "").split()
    ignorable = {root.nsmap[prefix] for prefix in prefixes}
    for element in list(root.iter(etree.Element)):
        for name in list(element.attrib):
            if etree.QName(name).namespace in ignorable:
                del element.attrib[name]
        parent = element.getparent()
        if etree.QName(element).namespace in ignorable and parent is not None:
            parent.remove(element)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_is_valid_to_the_schemas_of_the_standard(name: str) -> None:
    document: DocumentText = DOCUMENTS[name]
    for variant, content in every_file(document).items():
        assert complaints(content) == [], variant
