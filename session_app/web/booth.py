"""The page of interpreters and of who takes notes: who speaks and in which language, the text level in
both, and the Conference's terms."""

from __future__ import annotations

from flask import Flask

from session_app.domain.access import Action
from session_app.i18n import read_terms

from .guard import door


def install(app: Flask) -> None:
    """Register the page. It has no act in it; each of its parts is shown to whom that part is for."""
    terms = read_terms()

    @app.get("/s/<session>/booth")
    @door(Action.KNOW)
    def booth(session: str) -> str:
        topics = ("sitting", "agenda", "floor", "room", "documents")
        page: str = app.extensions["show"]("booth.html", session, *topics, terms=terms)
        return page
