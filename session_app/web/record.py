"""The record of acts: a page, and a table to take along."""

from __future__ import annotations

from flask import Flask, Response, request

from session_app.domain.access import Action
from session_app.i18n import translate
from session_app.services.desk import Desk, clock, enter
from session_app.store import record as store
from session_app.views.record import read_record, write_table

from .guard import door, visitor


def install(app: Flask, desk: Desk) -> None:
    """Register the record's page and its table."""
    show = app.extensions["show"]

    @app.get("/s/<session>/record")
    @door(Action.READ_RECORD)
    def record(session: str) -> str:
        asked = request.args
        number = asked.get("page", "1")
        model = read_record(
            desk,
            session,
            visitor().person,
            clock(),
            language=visitor().language,
            person=asked.get("person", "")[:64],
            act=asked.get("act", "")[:64],
            page=int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 1,
        )
        checked = "check" in asked
        flaw = store.verify(desk.store) if checked else None
        page: str = show(
            "record.html", session, "sitting", record=model, checked=checked, flaw=flaw
        )
        return page

    @app.get("/s/<session>/record.csv")
    @door(Action.READ_RECORD)
    def record_table(session: str) -> Response:
        person, language = visitor().person, visitor().language
        enter(desk, session=session, person=person, name="record.download", subject="", now=clock())
        table = write_table(desk, session, person, clock, language=language)
        response = Response(table, mimetype="text/csv")
        response.headers["Content-Disposition"] = (
            f'attachment; filename="{translate("ui.record.table_file", language, session=session)}"'
        )
        return response
