"""The Secretariat's desk: accreditation lists and badges."""

from __future__ import annotations

from flask import Flask, Response, make_response, render_template, request
from gevent import get_hub
from segno import make_qr

from session_app.domain.access import Action
from session_app.domain.errors import Conflict, Invalid
from session_app.i18n import translate, translate_error
from session_app.services.desk import Desk, clock
from session_app.services.people import accredit
from session_app.services.signing import issue_badge
from session_app.store import people
from session_app.views.live import read_head, viewer_of

from .guard import door, visitor


def install(app: Flask, desk: Desk, *, secure: bool) -> None:
    """Register the desk's forms. Links begin with `https` where people reach the desk by it."""
    scheme = "https" if secure else "http"

    @app.post("/s/<session>/people")
    @door(Action.ACCREDIT)
    def import_people(session: str) -> Response:
        language = visitor().language
        show = app.extensions["show"]
        file = request.files.get("file")
        problems, imported, status = None, None, 200
        try:
            if file is None or not file.filename:
                raise Invalid("people.no_file")
            content = file.stream.read()
            imported = accredit(desk, session, content, person=visitor().person, now=clock())
        except Invalid as refusal:
            status = 400
            found = refusal.params.get("problems")
            problems = [
                (each.line, each.column, translate(each.code, language, **each.params))
                for each in (found if isinstance(found, tuple | list) else ())
            ] or [(0, "", translate_error(refusal, language))]
        topics = ("sitting", "people")
        page = show("desk_people.html", session, *topics, problems=problems, imported=imported)
        return make_response(page, status)

    @app.post("/s/<session>/badges")
    @door(Action.ACCREDIT)
    def badges(session: str) -> str:
        language = visitor().language
        wanted = request.form.get("person", "")
        everybody = people.accredited(desk.store, session)
        chosen = [each for each in everybody if not wanted or each.person == wanted]
        made = []
        for each in chosen:
            anew = request.form.get("anew") == "true"
            try:
                issued = issue_badge(
                    desk,
                    session,
                    each.person,
                    person=visitor().person,
                    now=clock(),
                    anew=anew,
                    apart=get_hub().threadpool.apply,
                )
            except Conflict:
                if wanted:
                    raise
                continue  # of a whole sheet, those whose codes are for others to issue are left out
            # Not the scheme of the request: the desk itself speaks plain HTTP behind its TLS.
            link = f"{scheme}://{request.host}/in/{issued.link}"
            qr = make_qr(link, error="m").svg_data_uri(scale=4, border=2)
            capacity = translate(f"ui.capacity.{each.capacity}", language)
            made.append((issued, capacity, link, qr))
        return render_template(
            "badges.html",
            badges=made,
            head=read_head(desk, session),
            viewer=viewer_of(desk, session, visitor().person, clock()),
        )
