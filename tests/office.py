"""Small files of each format a paper can have, and some that only look like it."""

from __future__ import annotations

import io
import zipfile

from session_app.domain.papers import MEDIA

PDF = b"%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"


def package(parts: dict[str, bytes | str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return held.getvalue()


def office(format: str, *, more: str = "", **parts: bytes | str) -> bytes:
    """A package of Office's that says it is of a format."""
    override = f'<Override PartName="/main.xml" ContentType="{MEDIA[format]}.main+xml"/>'
    types = f'<Types xmlns="x">{override}{more}</Types>'
    return package({"[Content_Types].xml": types, "main.xml": "<main/>", **parts})


def odt() -> bytes:
    return package({"mimetype": MEDIA["odt"], "content.xml": "<office/>"})
