"""The secretariat's template: opened once, checked, and stripped of everything it need not say.

A template is an ordinary .docx. What the program relies on are the names of its styles (`STYLES`),
one paragraph in the header style in every header and one in the footer style in every footer, and
its page set-up. Everything else — a logo, colours, type — is the secretariat's, and is kept. The body
is a sample and is dropped; so are comments, custom data, revision ids and the names of whoever
last saved it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zipfile import BadZipFile

from docx import Document
from docx.document import Document as WordDocument
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.exceptions import PackageNotFoundError
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.ns import qn
from lxml import etree

from session_app.domain.errors import Invalid

from .ooxml import DECLARATION, ROOT_ATTRIBUTES

STYLES: Mapping[str, tuple[str, str]] = {
    "header": ("CRM Header", "paragraph"),
    "footer": ("CRM Footer", "paragraph"),
    "draft": ("CRM Draft Mark", "paragraph"),
    "symbol": ("CRM Symbol", "paragraph"),
    "title": ("CRM Title", "paragraph"),
    "place": ("CRM Place", "paragraph"),
    "note": ("CRM Note", "paragraph"),
    "preamble": ("CRM Preamble", "paragraph"),
    "section": ("CRM Section", "paragraph"),
    "heading": ("CRM Heading", "paragraph"),
    "item": ("CRM Item", "paragraph"),
    "sub-item": ("CRM Subitem", "paragraph"),
    "continuation": ("CRM Continuing", "paragraph"),
    "column": ("CRM Column", "paragraph"),
    "cell title": ("CRM Cell Title", "paragraph"),
    "cell place": ("CRM Cell Place", "paragraph"),
    "cell preamble": ("CRM Cell Preamble", "paragraph"),
    "cell heading": ("CRM Cell Heading", "paragraph"),
    "cell item": ("CRM Cell Item", "paragraph"),
    "cell sub-item": ("CRM Cell Subitem", "paragraph"),
    "cell continuation": ("CRM Cell Continuing", "paragraph"),
    "bracket": ("CRM Bracket", "character"),
    "bilingual": ("CRM Bilingual", "table"),
}
"""What each style is for: its name in Word and its type. Names are the interface; Word may give a
style any id, and a Word in another language does."""

_KEPT = frozenset(
    {
        RELATIONSHIP_TYPE.STYLES,
        RELATIONSHIP_TYPE.SETTINGS,
        RELATIONSHIP_TYPE.FONT_TABLE,
        RELATIONSHIP_TYPE.THEME,
        RELATIONSHIP_TYPE.NUMBERING,
        RELATIONSHIP_TYPE.HEADER,
        RELATIONSHIP_TYPE.FOOTER,
        RELATIONSHIP_TYPE.IMAGE,
    }
)
"""Relationships a template may bring along. The rest can carry names, comments or hidden data."""

_HIDDEN = ("w:rsids", "w:attachedTemplate", "w:docVars", "w:mailMerge", "w:updateFields",
           "w:trackRevisions", "w:proofState", "w:revisionView")  # fmt: skip
_MARK = "session-app"
_MARK_TEXT = etree.tostring(etree.PI(_MARK), encoding="unicode")
_LOCALE = "x-session-app"
_APPLICATION = (
    f'{DECLARATION}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    'extended-properties"><Application>session-app</Application></Properties>'
)
_PACKAGE_RELATIONSHIPS = (
    f'{DECLARATION}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="rId1" Type="{main}" Target="{document}"/>'
    f'<Relationship Id="rId2" Type="{RELATIONSHIP_TYPE.CORE_PROPERTIES}" '
    'Target="docProps/core.xml"/>'
    f'<Relationship Id="rId3" Type="{RELATIONSHIP_TYPE.EXTENDED_PROPERTIES}" '
    'Target="docProps/app.xml"/></Relationships>'
)

Indents = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Template:
    """A template ready to be filled; as it is cached, nothing in it may be changed."""

    styles: Mapping[str, str]  # purpose -> style id
    indents: Indents  # (left, hanging) of items and sub-items, in twentieths of a point
    cell_indents: Indents
    width: int  # of the text, in twentieths of a point
    section: str  # the w:sectPr of the body
    abstracts: tuple[int, ...]
    nums: tuple[int, ...]
    parts: Mapping[str, bytes | tuple[str, str]]
    """Every part by its name, in the order of the package. A part of which one place is ours is a
    pair: what stands before that place and after it."""
    document: str
    numbering: str
    stylesheet: str
    headers: tuple[str, ...]
    footers: tuple[str, ...]

    def fill(
        self,
        *,
        body: str,
        abstracts: str,
        nums: str,
        header: str,
        footer: str,
        core: str,
        locale: str,
    ) -> dict[str, bytes | str]:
        """The parts of a finished file. Each argument is XML for its one place."""
        ours = dict.fromkeys(self.headers, header) | dict.fromkeys(self.footers, footer)
        ours |= {self.document: body, self.stylesheet: locale, "docProps/core.xml": core}
        ours[self.numbering] = abstracts
        filled: dict[str, bytes | str] = {}
        for name, part in self.parts.items():
            filled[name] = part if isinstance(part, bytes) else f"{part[0]}{ours[name]}{part[1]}"
        # The nums go to the very end, behind those of the template's own lists.
        filled[self.numbering] = str(filled[self.numbering]).replace(_MARK_TEXT, nums)
        return filled


def open_template(path: Path) -> Template:
    """The template at `path`, read anew only when the file has changed.

    Raises `Invalid`: `template.unreadable` when it is not a Word file, `template.missing_styles`
    with the names of styles it lacks, `template.missing_place` when a header or footer has no
    paragraph for our text.
    """
    try:
        status = path.stat()
    except OSError:
        raise Invalid("template.unreadable", file=str(path)) from None
    return _open(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=8)
def _open(path: Path, modified: int, size: int) -> Template:
    try:
        document = Document(str(path))
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError, etree.XMLSyntaxError):
        raise Invalid("template.unreadable", file=str(path)) from None
    return _Reader(path, document).read()


class _Reader:
    """Takes one opened template apart."""

    def __init__(self, path: Path, document: WordDocument) -> None:
        self._path = path
        self._part = document.part
        self._stylesheet = document.styles.element
        self._section = document.sections[-1]._sectPr
        self._styles = self._find_styles()

    def read(self) -> Template:
        self._drop_relationships()
        numbering = self._numbering_part()
        roots = {part: self._clean(part) for part in self._reachable() if _is_xml(part)}
        headers = self._mark_places(roots, RELATIONSHIP_TYPE.HEADER, "header")
        footers = self._mark_places(roots, RELATIONSHIP_TYPE.FOOTER, "footer")
        abstracts, nums = _mark_numbering(roots[numbering])
        stylesheet = self._part.part_related_by(RELATIONSHIP_TYPE.STYLES)
        for lang in roots[stylesheet].iterfind(f"{qn('w:docDefaults')}//{qn('w:lang')}"):
            lang.set(qn("w:val"), _LOCALE)
        return Template(
            styles=self._styles,
            indents=(self._indent("item"), self._indent("sub-item")),
            cell_indents=(self._indent("cell item"), self._indent("cell sub-item")),
            width=self._text_width(),
            section=_serialise(self._clean_element(self._section)),
            abstracts=abstracts,
            nums=nums,
            parts=self._parts(roots, numbering, stylesheet),
            document=self._part.partname.membername,
            numbering=numbering.partname.membername,
            stylesheet=stylesheet.partname.membername,
            headers=headers,
            footers=footers,
        )

    def _find_styles(self) -> dict[str, str]:
        known = {
            (style.find(qn("w:name")).get(qn("w:val")), style.get(qn("w:type"))): style.get(
                qn("w:styleId")
            )
            for style in self._stylesheet.iterfind(qn("w:style"))
        }
        missing = [name for name, kind in STYLES.values() if (name, kind) not in known]
        if missing:
            raise Invalid(
                "template.missing_styles", file=str(self._path), styles=", ".join(missing)
            )
        return {purpose: known[style] for purpose, style in STYLES.items()}

    def _indent(self, purpose: str) -> tuple[int, int]:
        """A style's left and hanging indent. The numbering must repeat them: for a paragraph with
        a number of its own, the indent of the numbering level wins over the style's."""
        found = {"left": 0, "hanging": 0}
        wanted = set(found)
        style_id: str | None = self._styles[purpose]
        while style_id and wanted:
            style = next(
                each
                for each in self._stylesheet.iterfind(qn("w:style"))
                if each.get(qn("w:styleId")) == style_id
            )
            indent = style.find(f"{qn('w:pPr')}/{qn('w:ind')}")
            for side in tuple(wanted) if indent is not None else ():
                value = indent.get(qn(f"w:{side}")) or (
                    indent.get(qn("w:start")) if side == "left" else None
                )
                if value is not None:
                    found[side] = int(value)
                    wanted.discard(side)
            base = style.find(qn("w:basedOn"))
            style_id = None if base is None else base.get(qn("w:val"))
        return found["left"], found["hanging"]

    def _text_width(self) -> int:
        size, margins = self._section.find(qn("w:pgSz")), self._section.find(qn("w:pgMar"))
        if size is None or margins is None:
            raise Invalid("template.missing_place", file=str(self._path), place="w:pgSz, w:pgMar")
        return _int(size, "w:w") - _int(margins, "w:left") - _int(margins, "w:right")

    def _drop_relationships(self) -> None:
        """Leave only what may travel, and of the headers and footers those the section uses."""
        used = {reference.get(qn("r:id")) for reference in self._section.iterchildren()}
        for key, relationship in tuple(self._part.rels.items()):
            surplus = relationship.reltype in (
                RELATIONSHIP_TYPE.HEADER,
                RELATIONSHIP_TYPE.FOOTER,
            ) and (key not in used)
            # Pictures of the body belong to the sample; those of a header to the header.
            if surplus or relationship.reltype not in _KEPT - {RELATIONSHIP_TYPE.IMAGE}:
                del self._part.rels[key]
        for part in self._reachable()[1:]:
            for key, relationship in tuple(part.rels.items()):
                if relationship.reltype not in _KEPT or relationship.is_external:
                    del part.rels[key]

    def _reachable(self) -> list[Part]:
        """The document and every part it leads to, each once, in the order of names."""
        found: dict[str, Part] = {}
        waiting: list[Part] = [self._part]
        while waiting:
            part = waiting.pop()
            if part.partname not in found:
                found[part.partname] = part
                waiting += [rel.target_part for rel in part.rels.values() if not rel.is_external]
        del found[self._part.partname]
        return [self._part, *(found[name] for name in sorted(found))]

    def _numbering_part(self) -> Part:
        for relationship in self._part.rels.values():
            if relationship.reltype == RELATIONSHIP_TYPE.NUMBERING:
                existing: Part = relationship.target_part
                return existing
        part = Part(
            PackURI("/word/numbering.xml"),
            CONTENT_TYPE.WML_NUMBERING,
            f"{DECLARATION}<w:numbering {ROOT_ATTRIBUTES}/>".encode(),
            self._part.package,
        )
        self._part.relate_to(part, RELATIONSHIP_TYPE.NUMBERING)
        return part

    def _clean(self, part: Part) -> etree._Element:
        # Parsed from bytes even where python-docx holds the tree: the opened document is not ours.
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        return self._clean_element(etree.fromstring(part.blob, parser))

    def _clean_element(self, root: etree._Element) -> etree._Element:
        for element in root.iter(etree.Element):
            for name in tuple(element.attrib):
                if etree.QName(name).localname.startswith("rsid"):
                    del element.attrib[name]
        for hidden in _HIDDEN:
            for element in tuple(root.iterchildren(qn(hidden))):
                root.remove(element)
        return root

    def _mark_places(
        self, roots: Mapping[Part, etree._Element], kind: str, purpose: str
    ) -> tuple[str, ...]:
        """Put our mark in place of the paragraph in the `purpose` style of every such part."""
        names = []
        parts = [rel.target_part for rel in self._part.rels.values() if rel.reltype == kind]
        for part in sorted(parts, key=lambda each: each.partname):
            ours = [
                _parent(_parent(style))
                for style in roots[part].iter(qn("w:pStyle"))
                if style.get(qn("w:val")) == self._styles[purpose]
            ]
            if not ours:
                raise self._no_place(purpose)
            for surplus in ours[1:]:
                _parent(surplus).remove(surplus)
            _parent(ours[0]).replace(ours[0], etree.PI(_MARK))
            names.append(part.partname.membername)
        if not names:
            raise self._no_place(purpose)
        return tuple(names)

    def _no_place(self, purpose: str) -> Invalid:
        return Invalid("template.missing_place", file=str(self._path), place=STYLES[purpose][0])

    def _parts(
        self, roots: Mapping[Part, etree._Element], numbering: Part, stylesheet: Part
    ) -> dict[str, bytes | tuple[str, str]]:
        reachable = self._reachable()
        main = self._part.partname.membername
        parts: dict[str, bytes | tuple[str, str]] = {
            "[Content_Types].xml": _content_types(reachable).encode(),
            "_rels/.rels": _PACKAGE_RELATIONSHIPS.format(
                main=RELATIONSHIP_TYPE.OFFICE_DOCUMENT, document=main
            ).encode(),
            "docProps/app.xml": _APPLICATION.encode(),
            "docProps/core.xml": ("", ""),
        }
        for part in reachable:
            name = part.partname.membername
            if part is self._part:
                parts[name] = (
                    f"{DECLARATION}<w:document {ROOT_ATTRIBUTES}><w:body>",
                    "</w:body></w:document>",
                )
            elif part in roots:
                parts[name] = _split(roots[part], _LOCALE if part is stylesheet else _MARK_TEXT)
            else:
                parts[name] = part.blob
            if len(part.rels):
                parts[part.partname.rels_uri.membername] = part.rels.xml
        return parts


def _split(root: etree._Element, mark: str) -> bytes | tuple[str, str]:
    text = f"{DECLARATION}{_serialise(root)}"
    before, found, after = text.partition(mark)
    return (before, after) if found else text.encode()


def _serialise(element: etree._Element) -> str:
    return etree.tostring(element, encoding="unicode", with_tail=False)


def _is_xml(part: Part) -> bool:
    return str(part.content_type).endswith("+xml")


def _mark_numbering(root: etree._Element) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Mark the places of our definitions (before the first `w:num`) and of our nums (after the
    last), and return the ids that are taken."""
    for leftover in root.findall(qn("w:numIdMacAtCleanup")):
        root.remove(leftover)
    abstracts, nums = root.findall(qn("w:abstractNum")), root.findall(qn("w:num"))
    root.insert(len(root) - len(nums), etree.PI(_MARK))
    root.append(etree.PI(_MARK))
    return (
        tuple(_int(each, "w:abstractNumId") for each in abstracts),
        tuple(_int(each, "w:numId") for each in nums),
    )


def _int(element: etree._Element, name: str) -> int:
    return int(element.get(qn(name), "0"))


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    assert parent is not None  # only ever asked of elements inside a part
    return parent


def _content_types(parts: list[Part]) -> str:
    """[Content_Types].xml: every XML part by name, everything else by its extension."""
    defaults = {
        "rels": CONTENT_TYPE.OPC_RELATIONSHIPS,
        "xml": CONTENT_TYPE.XML,
    }
    overrides = {
        "/docProps/app.xml": CONTENT_TYPE.OFC_EXTENDED_PROPERTIES,
        "/docProps/core.xml": CONTENT_TYPE.OPC_CORE_PROPERTIES,
    }
    for part in parts:
        if _is_xml(part):
            overrides[part.partname] = part.content_type
        else:
            defaults[part.partname.ext] = part.content_type
    entries = "".join(
        f'<Default Extension="{extension}" ContentType="{kind}"/>'
        for extension, kind in sorted(defaults.items())
    ) + "".join(
        f'<Override PartName="{name}" ContentType="{kind}"/>'
        for name, kind in sorted(overrides.items())
    )
    return (
        f'{DECLARATION}<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'content-types">{entries}</Types>'
    )
