"""The guides: one printable page for each role, in both languages, open to everybody."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, render_template, request

from session_app.domain.drafting import LANGUAGES, Language
from session_app.domain.errors import NotFound
from session_app.i18n import say_in_both, speaker

from .guard import PUBLIC, door, visitor

PICTURES: Mapping[str, tuple[str, ...]] = {
    "chair": ("chair", "chair-door"),
    "drafting": ("drafting",),
    "delegate": ("delegate", "delegate-asked", "closed"),
    "interpreter": ("booth",),
    "secretariat": ("secretariat-meeting", "secretariat-import"),
}
"""The guides, and the pictures of the real screens each shows (`make screenshots`)."""


def install(app: Flask) -> None:
    """Register the guides."""

    @app.get("/guide/<role>")
    @door(PUBLIC)
    def guide(role: str) -> str:
        if role not in PICTURES:
            raise NotFound("guide.unknown")
        asked = request.args.get("lang")
        language: Language = next((each for each in LANGUAGES if each == asked), visitor().language)
        return render_template(
            "guide.html",
            role=role,
            roles=tuple(PICTURES),
            pictures=PICTURES[role],
            language=language,
            t=speaker(language),
            both=say_in_both,
        )
