"""The Secretariat's page for rehearsals."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from session_app.domain.access import Action
from session_app.services.desk import Desk, clock
from session_app.services.rehearsal import begin_rehearsal, end_rehearsal

from .guard import door, visitor
from .secretariat import IN_THE_STRIP


def install(app: Flask, desk: Desk, folder: Path) -> None:
    """Register the page and its form; `folder` is the forum's, which holds what is rehearsed with."""

    @app.get("/s/<session>/rehearsal")
    @door(Action.ACCREDIT)
    def rehearsal(session: str) -> str:
        page: str = app.extensions["show"]("rehearsal.html", session, *IN_THE_STRIP, "rehearsal")
        return page

    @app.post("/s/<session>/rehearsal")
    @door(Action.ACCREDIT)
    def rehearse(session: str) -> BaseResponse:
        person, now = visitor().person, clock()
        if request.form.get("act") == "end":
            end_rehearsal(desk, session, person=person, now=now)
        else:
            begin_rehearsal(desk, session, folder, person=person, now=now)
        return redirect(url_for("rehearsal", session=session), 303)
