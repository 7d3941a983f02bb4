"""Downloads: the Word files one may have, and nothing about those one may not."""

from __future__ import annotations

from flask import Flask, Response, make_response
from gevent import get_hub

from session_app.domain.access import Action
from session_app.services.desk import Desk, clock
from session_app.services.issuing import file_name, may_download, read_file

from .guard import door, send_while, visitor

DOWNLOADS = {
    "download": (Action.DOWNLOAD, False),
    "download_closed": (Action.READ_DRAFT, True),
}
"""The endpoints of the files: what it takes to have the document they hold, and whether that is the
closed part's."""
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def install(app: Flask, desk: Desk) -> None:
    """Register the downloads."""

    @app.get("/s/<session>/documents/<layout>.docx")
    @door(Action.KNOW)
    def download(session: str, layout: str) -> Response:
        return send(session, layout, closed=False)

    @app.get("/s/<session>/closed-draft/<layout>.docx")
    @door(Action.KNOW)
    def download_closed(session: str, layout: str) -> Response:
        # Not the door's affair: whoever is off its roster learns not even that there is one.
        return send(session, layout, closed=True)

    def send(session: str, layout: str, *, closed: bool) -> Response:
        person = visitor().person
        content = read_file(
            desk,
            session,
            layout,
            person=person,
            clock=clock,
            apart=get_hub().threadpool.apply,
            closed=closed,
        )
        send_while(lambda: may_download(desk, session, person, clock(), closed=closed))
        response = make_response(content)
        name = file_name(session, layout, closed)
        response.headers["Content-Type"] = DOCX
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        response.headers["Content-Security-Policy"] = "sandbox"
        return response
