"""What a device may keep: our own files by version, the guides, and a page for when there is no line.

Nothing of a session is among it, and nothing that hangs on who asks: the worker fetches what it keeps
without a cookie (docs/offline.md, adr/0013).
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, make_response, render_template, request, send_from_directory
from jinja2 import Environment
from jinja2.ext import Extension

from session_app.domain.drafting import LANGUAGES, Language
from session_app.domain.errors import NotFound
from session_app.i18n import say_in_both, translate

from .guard import PUBLIC, door, visitor
from .guides import PICTURES

FOREVER = "public, max-age=31536000, immutable"
"""For what is asked for by the version that made it."""
PACKED = frozenset({".css", ".js", ".svg", ".webmanifest"})
"""Files worth packing; the same for everybody, so their length tells nothing."""
KEPT = ("css", "js", "vendor", "icons")
"""Folders whose files every device keeps; pictures of the guides come with the guides."""
VERSIONED = re.compile(r'((?:href|src)=")/static/(?=css/|js/|vendor/|mark\.svg|icons/)')
VERSION = re.compile(r"[0-9a-f]{16}/")
BUNDLED = "vendor/bundled"
"""Folder of our pages' modules, each in one small file with all that it imports (`npm run vendor`)."""


class Versioned(Extension):
    """Has every template name our files by the version of the program. Modules name each other
    relatively, so they follow without being rewritten."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return VERSIONED.sub(r"\1/static/{{ program }}/", source)


def install(app: Flask, static: Path, program: str) -> None:
    """Register our own files, the worker that keeps them, and what makes an application of the pages."""
    environment: Environment = app.jinja_env
    environment.add_extension(Versioned)
    bundles = find_bundles(static)

    @door(PUBLIC)
    def serve(filename: str) -> Response:
        asked = VERSION.match(filename)
        name = filename[asked.end() :] if asked else filename
        name = bundles.get(name, name)
        answer = send_from_directory(static, name)
        if Path(name).suffix in PACKED and request.accept_encodings.quality("gzip"):
            answer = _packed_answer(static / name, answer)
        # A page of an earlier version may still ask; it is served, and nobody keeps it.
        known = asked is not None and asked[0] == f"{program}/"
        answer.headers["Cache-Control"] = FOREVER if known else "no-cache"
        return answer

    app.view_functions["static"] = serve

    @app.get("/sw.js")
    @door(PUBLIC)
    def worker() -> Response:
        kept = {
            "version": program,
            "files": list_kept(static, program, bundles),
            "pages": list_pages(),
        }
        text = f"const KEPT = {json.dumps(kept)};\n" + (static / "worker.js").read_text()
        answer = make_response(text)
        answer.headers["Content-Type"] = "text/javascript; charset=utf-8"
        return answer

    @app.get("/offline")
    @door(PUBLIC)
    def offline() -> str:
        return render_template("offline.html", both=say_in_both, guides=tuple(PICTURES))

    @app.get("/app/<language>.webmanifest")
    @door(PUBLIC)
    def manifest(language: str) -> Response:
        if language not in LANGUAGES:
            raise NotFound("page.not_found")
        answer = make_response(json.dumps(describe(language, program), ensure_ascii=False))
        answer.headers["Content-Type"] = "application/manifest+json"
        return answer

    @app.context_processor
    def name_manifest() -> dict[str, object]:
        return {"manifest": f"/app/{visitor().language}.webmanifest"}


def find_bundles(static: Path) -> dict[str, str]:
    """The modules that are sent as a bundle, and the bundle's file. One whose sources have changed since it
    was made is left out, so whoever changes a module sees the change without making a bundle first."""
    made = static / BUNDLED / "sources.json"
    if not made.exists():
        return {}
    known = json.loads(made.read_text())
    fresh = {name for name, digest in known["files"].items() if _digest(static / name) == digest}
    return {
        module: f"{BUNDLED}/{module}"
        for module, sources in known["bundles"].items()
        if fresh.issuperset(sources) and (static / BUNDLED / module).is_file()
    }


def list_kept(static: Path, program: str, bundles: Mapping[str, str]) -> list[str]:
    """The addresses of our own files, as pages ask for them. The types beside a bundle are no page's; a
    module that only bundles hold is asked for by nobody."""
    names = [
        str(file.relative_to(static))
        for folder in KEPT
        for file in sorted((static / folder).rglob("*"))
        if file.suffix in (".css", ".js", ".svg", ".png")
        and not file.is_relative_to(static / BUNDLED)
    ]
    if all(name in bundles for name in names if name.startswith("js/pages/")):
        names = [name for name in names if not name.endswith(".js") or name in bundles]
    files = [f"/static/{program}/{name}" for name in names]
    return [*files, f"/static/{program}/mark.svg", "/static/icons.svg"]


def list_pages() -> list[str]:
    """The public pages every device keeps: the one for when there is no line, and the guides."""
    guides = [f"/guide/{role}?lang={language}" for role in PICTURES for language in LANGUAGES]
    return ["/offline", *guides]


def describe(language: Language, program: str) -> dict[str, object]:
    """The pages as an application one installs (W3C, Web Application Manifest)."""
    icons = f"/static/{program}/icons"
    return {
        "id": "/",
        "lang": language,
        "name": translate("ui.app.name", language),
        "short_name": translate("ui.app.short", language),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f4ef",
        "theme_color": "#17263c",
        "icons": [
            {"src": f"/static/{program}/mark.svg", "sizes": "any", "type": "image/svg+xml"},
            *(
                {
                    "src": f"{icons}/{kind}-{size}.png",
                    "sizes": f"{size}x{size}",
                    "type": "image/png",
                }
                | ({"purpose": "maskable"} if kind == "maskable" else {})
                for kind in ("mark", "maskable")
                for size in (192, 512)
            ),
        ],
    }


def _packed_answer(file: Path, whole: Response) -> Response:
    packed = _pack(file, file.stat().st_mtime_ns)
    answer = make_response(packed)
    answer.headers["Content-Type"] = whole.headers["Content-Type"]
    answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    answer.set_etag(f"{whole.get_etag()[0]}-gzip")
    whole.close()
    answer.make_conditional(request)
    return answer


def _digest(file: Path) -> str | None:
    return sha256(file.read_bytes()).hexdigest() if file.is_file() else None


@lru_cache(maxsize=512)
def _pack(file: Path, _changed: int) -> bytes:
    # Once per file and change, when it is first asked for: the largest takes 20 ms.
    return gzip.compress(file.read_bytes(), mtime=0)
