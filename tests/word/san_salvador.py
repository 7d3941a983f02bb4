"""The document of San Salvador, June 2017, as `word` is given it, and ways to look into a file."""

from __future__ import annotations

import io
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from lxml import etree

from session_app.domain.documents import (
    LAYOUTS,
    DocumentText,
    DraftMark,
    Layout,
    ParagraphText,
    SectionText,
    Texts,
    Version,
)
from session_app.domain.drafting import Kind, Language, Row, State
from session_app.domain.numbering import number
from session_app.word import assemble

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "docx_templates" / "conclusions.docx"
TEXT = ROOT / "tests" / "data" / "word" / "san_salvador_2017.toml"
TITLES: Mapping[str, Texts] = {
    "conclusions": {"es": "CONCLUSIONES", "en": "CONCLUSIONS"},
    "recommendations": {"es": "RECOMENDACIONES", "en": "RECOMMENDATIONS"},
}
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def paragraphs(*entries: tuple[str, str, str]) -> tuple[ParagraphText, ...]:
    """`paragraphs(("item", "Agradecer…", "To thank…"))`"""
    return tuple(ParagraphText(Kind(kind), {"es": es, "en": en}) for kind, es, en in entries)


def san_salvador(**changes: Any) -> DocumentText:
    """The real text; as a draft it carries its mark, `draft=None` is the adopted document."""
    text = tomllib.loads(TEXT.read_text(encoding="utf-8"))
    sections = tuple(
        SectionText(
            key, title, paragraphs(*((row["kind"], row["es"], row["en"]) for row in text[key]))
        )
        for key, title in TITLES.items()
    )
    document = DocumentText(
        creator="Conferencia Regional sobre Migración (CRM)",
        header={
            "es": "Conferencia Regional sobre Migración",
            "en": "Regional Conference on Migration",
        },
        title={
            "es": "REUNIÓN DEL GRUPO REGIONAL DE CONSULTA SOBRE MIGRACIÓN (GRCM) DE LA "
            "CONFERENCIA REGIONAL SOBRE MIGRACIÓN (CRM)",
            "en": "MEETING OF THE REGIONAL CONSULTATION GROUP ON MIGRATION (RCGM) OF THE REGIONAL "
            "CONFERENCE ON MIGRATION (RCM)",
        },
        place={"es": "San Salvador, El Salvador", "en": "San Salvador, El Salvador"},
        dates={"es": "20-22 de junio de 2017", "en": "20–22 June 2017"},
        preamble={
            "es": "El Grupo Regional de Consulta sobre Migración (GRCM), en reunión celebrada los "
            "días del 20 al 22 de junio de 2017 en la Ciudad de San Salvador, El Salvador, con la "
            "participación de representantes de Canadá, Costa Rica, El Salvador, Estados Unidos de "
            "América, Guatemala, Honduras, México, Panamá y República Dominicana, formuló las "
            "siguientes:",
            "en": "The Regional Consultation Group on Migration (RCGM), at the meeting held from "
            "20 to 22 June 2017 in the City of San Salvador, El Salvador, with the participation "
            "of representatives of Canada, Costa Rica, the Dominican Republic, El Salvador, "
            "Guatemala, Honduras, Mexico, Panama and the United States of America, formulated the "
            "following:",
        },
        sections=sections,
        page={"es": "Página {page} de {pages}", "en": "Page {page} of {pages}"},
        created=datetime(2017, 6, 20, 14, 0, tzinfo=UTC),
        modified=datetime(2017, 6, 22, 21, 30, tzinfo=UTC),
        note={"es": "Traducción de trabajo", "en": "Working translation"},
        draft=DraftMark(
            12,
            {
                "es": "Borrador, versión 12, 22 de junio de 2017, 15:30",
                "en": "Draft, version 12, 22 June 2017, 15:30",
            },
            {"es": "BORRADOR", "en": "DRAFT"},
        ),
    )
    return replace(document, **changes)


def with_conclusions(*entries: ParagraphText, **changes: Any) -> DocumentText:
    """A document of these conclusions only."""
    section = SectionText("conclusions", TITLES["conclusions"], entries)
    return san_salvador(sections=(section,), **changes)


def expected_labels(document: DocumentText, language: Language) -> list[str]:
    """The labels `domain.numbering` gives the document's paragraphs, unnumbered ones left out."""
    rows = [
        Row(f"{section.key}{index}", section.key, paragraph.kind)
        for section in document.sections
        for index, paragraph in enumerate(section.paragraphs)
    ]
    labels = number(rows, document.label_style).values()
    return [label.in_language(language) for label in labels if label.es]


def every_file(document: DocumentText, template: Path = TEMPLATE) -> dict[tuple[str, str], bytes]:
    """The document in every layout and version."""
    versions: tuple[Version, ...] = ("clean", "bracketed")
    return {
        (layout, version): assemble(document, template, layout=layout, version=version)
        for layout in LAYOUTS
        for version in versions
    }


def opened(document: DocumentText, layout: Layout, version: Version = "clean") -> WordDocument:
    """The document as python-docx reads it back."""
    content = assemble(document, TEMPLATE, layout=layout, version=version)
    return Document(io.BytesIO(content))


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def part(content: bytes, name: str) -> etree._Element:
    return etree.fromstring(parts(content)[name])


BRACKETED = ParagraphText(
    Kind.ITEM,
    {
        "es": "Agradecer [a la [OIM] y] a México [sin cerrar",
        "en": "To thank [IOM] and & <Mexico> ] alone",
    },
    State.BRACKETED,
)
