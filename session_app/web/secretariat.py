"""The Secretariat's desk: its sections before, during and after the session."""

from __future__ import annotations

from flask import Flask

from session_app.domain.access import Action
from session_app.services.desk import Desk

from .guard import door

IN_THE_STRIP = ("sitting", "gavel", "quorum")
"""The topics every page of the desk shows."""


def install(app: Flask, desk: Desk) -> None:
    """Register the pages of the desk."""
    show = app.extensions["show"]

    @app.get("/s/<session>/desk")
    @door(Action.ACCREDIT)
    def secretariat(session: str) -> str:
        page: str = show("secretariat.html", session, *IN_THE_STRIP, "connections", "attendance")
        return page

    @app.get("/s/<session>/desk/meeting")
    @door(Action.ACCREDIT)
    def desk_meeting(session: str) -> str:
        page: str = show("desk_meeting.html", session, *IN_THE_STRIP, "programme")
        return page
