"""Downloads: the Word files one may have, and nothing about those one may not."""

from __future__ import annotations

from flask import Flask, Response, make_response
from gevent import get_hub

from session_app.domain.access import Action
from session_app.services.desk import Desk, clock
from session_app.services.issuing import file_name, may_download, read_file

from .guard import door, send_while, visitor

DOWNLOAD = "download"
"""The endpoint of the files: the document they hold declares what it needs."""
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def install(app: Flask, desk: Desk) -> None:
    """Register the downloads."""

    @app.get("/s/<session>/documents/<layout>.docx")
    @door(Action.KNOW)
    def download(session: str, layout: str) -> Response:
        person = visitor().person
        content = read_file(
            desk,
            session,
            layout,
            person=person,
            clock=clock,
            apart=get_hub().threadpool.apply,
        )
        send_while(lambda: may_download(desk, session, person, clock()))
        response = make_response(content)
        name = file_name(session, layout)
        response.headers["Content-Type"] = DOCX
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        response.headers["Content-Security-Policy"] = "sandbox"
        return response
