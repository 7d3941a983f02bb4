"""The papers of a session: what is handed out for an item of its agenda, and to whom.

A paper has a title in both languages, a class, an audience and up to three files (`SLOTS`), each a
Word, PDF, OpenDocument, Excel or PowerPoint file. The access table stays the upper bound
(`SEE_DOCUMENTS`, and `DOWNLOAD` of what is public): class and audience only ever narrow it. A paper
without a class is private (S002 E L74). What belongs to a closed part is for its roster, whatever the
audience says, and stays so when its item is taken with an open door after all.
"""

from __future__ import annotations

import io
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Literal, get_args
from xml.parsers import expat

from .access import Action, Actor, Category, Subject, may
from .drafting import Texts
from .errors import Invalid
from .forum import SittingMode
from .text import one_line

Slot = Literal["es", "en", "bilingual"]
SLOTS: tuple[Slot, ...] = get_args(Slot)
"""The files of a paper: one in Spanish, one in English, or one that holds both."""

PaperClass = Literal["private", "public"]

Circle = Literal["observer_organisations", "observer_countries", "rrocm", "guests", "public"]
CIRCLES: tuple[Circle, ...] = get_args(Circle)
"""Who can be given a paper beside the members, the Presidency and the Technical Secretariat, who
always have it; the public only once the outcome document has been published."""

Format = Literal["docx", "pdf", "odt", "xlsx", "pptx"]
MAX_FILE = 6_000_000
"""Bytes of one file: a hundred pages of text with pictures."""
MAX_TITLE = 300
MAX_NAME = 100

MEDIA: Mapping[Format, str] = MappingProxyType(
    {
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "pdf": "application/pdf",
        "odt": "application/vnd.oasis.opendocument.text",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    }
)
"""The media type of each format (IANA)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides who may have a paper, as it stands now."""

    id: str
    item: str | None  # none: of the whole session
    mode: SittingMode  # in which its item is taken; closed for ever once it was
    document_class: PaperClass
    circles: frozenset[Circle]


_WHOM: Mapping[Category, Circle] = MappingProxyType(
    {
        Category.OBSERVER_ORGANISATION: "observer_organisations",
        Category.OBSERVER_COUNTRY: "observer_countries",
        Category.RROCM: "rrocm",
        Category.GUEST: "guests",
        Category.PUBLIC: "public",
    }
)
_STRICTNESS: tuple[SittingMode, ...] = ("open", "members", "closed")


def may_have(actor: Actor, paper: Standing, subject: Subject, *, at: datetime) -> bool:
    """Whether this person may have a paper now; `subject` is of the sitting under way.

    A grant for one item opens the papers of that item alone, and while it is under way.
    """
    mode = max(subject.mode, paper.mode, key=_STRICTNESS.index)
    here = replace(subject, mode=mode, document_class=paper.document_class)
    circle = _WHOM.get(actor.category)
    addressed = circle is None or (circle != "public" and circle in paper.circles)
    if addressed and may(actor, Action.SEE_DOCUMENTS, here, at=at):
        about = replace(here, item=paper.item)
        if paper.item is None or may(actor, Action.SEE_DOCUMENTS, about, at=at):
            return True
    return is_published(paper, subject) and bool(may(actor, Action.DOWNLOAD, subject, at=at))


def is_published(paper: Standing, subject: Subject) -> bool:
    """Whether a paper is out with the published outcome document: never one of a closed part or of an
    item among members."""
    return (
        paper.mode == "open"
        and paper.document_class == "public"
        and "public" in paper.circles
        and subject.adopted
        and subject.document_class == "public"
    )


def check_circles(circles: Collection[str], document_class: str) -> frozenset[Circle]:
    """The circles a paper is for. Raises `Invalid` for an unknown one, and for a private paper that is
    to be for the public."""
    known = frozenset(each for each in CIRCLES if each in circles)
    if len(known) != len(set(circles)):
        raise Invalid("paper.unknown_circle")
    if "public" in known and document_class != "public":
        raise Invalid("paper.private_for_public")
    return known


def check_titles(texts: Texts) -> Texts:
    """The titles of a paper, trimmed. Raises `Invalid` where one is missing or too long."""
    titles = {language: one_line(text) for language, text in texts.items()}
    for language, title in titles.items():
        if not title:
            raise Invalid("paper.title_missing", language=language)
        if len(title) > MAX_TITLE:
            raise Invalid("paper.title_too_long", limit=MAX_TITLE)
    return titles


# Files ---------------------------------------------------------------------------------------

_MAIN_PARTS: Mapping[str, Format] = MappingProxyType(
    {
        MEDIA["docx"] + ".main+xml": "docx",
        MEDIA["xlsx"] + ".main+xml": "xlsx",
        MEDIA["pptx"] + ".main+xml": "pptx",
    }
)
_CONTENT_TYPE = re.compile(r'ContentType\s*=\s*["\']([^"\']{1,200})["\']', re.IGNORECASE)
_PROGRAMS = ("macroenabled", "vbaproject", "macrosheet")
"""What the media type of a part says that is one, or is for one (MS-OFFMACRO2 §2.2)."""
_FOLDERS_OF_PROGRAMS = ("basic/", "scripts/")
"""Where an OpenDocument package keeps its macros (ODF 1.3 part 2 §3; LibreOffice and OpenOffice alike)."""
_LOADED = ("attachedtemplate", "oleobject", "frame", "subdocument")
"""Relations whose target Word fetches and takes in by itself when it opens a file (ISO/IEC 29500-1 §11.8,
§15.2); what is linked and followed by a click, as a page of the web, is none of them."""
_HERE = re.compile(r"(?![a-z][a-z0-9+.-]+:)|file:", re.IGNORECASE)
"""A target on the reader's own disk or network; a drive's letter is no scheme."""
_MAX_LISTED = 500_000
"""Bytes of a package's own list of its parts; that of the largest file has a tenth of it."""
_MAX_PARTS = 5_000
"""Parts of a package; three hundred slides have some two thousand. Each is read of before any is looked at."""
_ENTRY = b"PK\x01\x02"
"""How each begins in the list at a package's end (APPNOTE 4.3.12)."""
_MAX_RELATIONS = 4_000_000
"""Bytes of all lists of relations in a package; those of three hundred slides have a quarter of it."""
_DAMAGES = (
    *(zipfile.BadZipFile, zlib.error, struct.error),
    *(EOFError, OSError, RuntimeError, ValueError, NotImplementedError, expat.ExpatError),
)
"""What reading a damaged archive comes to."""


def recognise(content: bytes) -> Format:
    """The format of a file, by what it holds and not by its name.

    Raises `Invalid` for an empty file, one that is too large, one of another format, one that carries
    macros, and one that fetches them from elsewhere when it is opened: nobody hands programs out. A
    virus it does not look for (docs/security.md).
    """
    if not content:
        raise Invalid("paper.empty")
    if len(content) > MAX_FILE:
        raise Invalid("paper.too_large", limit=MAX_FILE // 1_000_000)
    # The head may stand behind a few bytes of something else (ISO 32000-1, annex H.3.4.1); not here.
    if content.startswith(b"%PDF-"):
        return "pdf"
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Invalid("paper.old_office")  # or with a password: both are compound files
    try:
        found = _recognise_package(content)
    except _DAMAGES:
        raise Invalid("paper.unknown_format") from None
    if found is None:
        raise Invalid("paper.unknown_format")
    return found


def _recognise_package(content: bytes) -> Format | None:
    if content.count(_ENTRY) > _MAX_PARTS:
        return None
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = {each.filename: each for each in package.infolist()}
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise Invalid("paper.macros")
        if "[Content_Types].xml" in names:
            listed = _read(package, names["[Content_Types].xml"]).decode("utf-8", "replace")
            types = set(_CONTENT_TYPE.findall(listed))
            if any(word in each.lower() for each in types for word in _PROGRAMS):
                raise Invalid("paper.macros")
            _refuse_fetching(package, [names[each] for each in names if each.endswith(".rels")])
            formats = {_MAIN_PARTS[each] for each in types if each in _MAIN_PARTS}
            return formats.pop() if len(formats) == 1 else None
        if "mimetype" in names and _read(package, names["mimetype"]).strip() == MEDIA["odt"].encode(
            "ascii"
        ):
            if any(name.lower().startswith(_FOLDERS_OF_PROGRAMS) for name in names):
                raise Invalid("paper.macros")
            return "odt"
    return None


def _refuse_fetching(package: zipfile.ZipFile, lists: Collection[zipfile.ZipInfo]) -> None:
    """Raise `Invalid("paper.fetches")` where opening the file would fetch a template or an object from
    another machine: what macros it then runs is for whoever keeps that machine."""
    if sum(each.file_size for each in lists) > _MAX_RELATIONS:
        raise ValueError("the lists of relations are too long")
    for each in lists:
        for relation in _read_elements(_read(package, each)):
            kind = relation.get("Type", "").rpartition("/")[2].lower()
            external = relation.get("TargetMode", "").lower() == "external"
            target = relation.get("Target", "").strip()
            if external and kind in _LOADED and not _HERE.match(target):
                raise Invalid("paper.fetches")


def _read_elements(content: bytes) -> list[Mapping[str, str]]:
    """The attributes of each element of an XML part. Raises `ValueError` for one with a document type, in which
    entities grow (ISO/IEC 29500-2 §9.1.7 allows none)."""

    def refuse(*_: object) -> None:
        raise ValueError("a part has a document type")

    found: list[Mapping[str, str]] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda _, attributes: found.append(attributes)
    parser.Parse(content, True)
    return found


def _read(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.file_size > _MAX_LISTED:
        raise ValueError("the list of parts is too long")
    with package.open(entry) as part:
        return part.read(_MAX_LISTED)


_NOT_IN_A_NAME = re.compile(r'[\\/:*?"<>|;%]+')


def clean_name(name: str, format: Format, otherwise: str) -> str:
    """A file name that is safe on every system, with the ending of what the file is.

    Folders, controls, characters with a meaning to a shell or a header, leading dots and endings are
    left out; letters of any language stay. `otherwise` is taken where nothing remains.
    """

    def cleaned(text: str) -> str:
        text = unicodedata.normalize("NFC", one_line(text))
        return _NOT_IN_A_NAME.sub(" ", text).strip(" .")

    last = cleaned(re.split(r"[\\/]", name)[-1])
    stem = re.sub(r"(\.[A-Za-z][A-Za-z0-9]{0,4})+$", "", last)
    kept = " ".join((stem or cleaned(otherwise) or "documento").split())
    return f"{kept[: MAX_NAME - 5].rstrip(' .')}.{format}"
