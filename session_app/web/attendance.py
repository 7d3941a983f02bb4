"""At the door of the room: the code that changes every minute, arriving by it, and scanning badges."""

from __future__ import annotations

from flask import Flask, Response, jsonify, make_response, render_template, request
from segno import make_qr

from session_app.domain.access import Action
from session_app.domain.attendance import seconds_left
from session_app.domain.contract import ScanBadge
from session_app.domain.errors import ActError
from session_app.i18n import translate_error
from session_app.services.acts import HANDLERS
from session_app.services.attendance import code_at_the_door
from session_app.services.desk import Desk, clock, perform
from session_app.store import sessions
from session_app.views.door import read_notice
from session_app.views.head import Me, read_head
from session_app.views.viewer import viewer_of

from .guard import actor, door, visitor
from .secretariat import IN_THE_STRIP


def install(app: Flask, desk: Desk, *, secure: bool) -> None:
    """Register the pages. The code's link begins with `https` where people reach the desk by it."""
    scheme = "https" if secure else "http"
    show = app.extensions["show"]

    def shown_code(session: str) -> dict[str, object]:
        now = clock()
        code = code_at_the_door(desk, session, now)
        link = f"{scheme}://{request.host}/s/{session}/arrive?code={code}"
        qr = make_qr(link, error="m").svg_data_uri(scale=8, border=2)
        return {"code": code, "qr": qr, "left": seconds_left(now)}

    @app.get("/s/<session>/arrivals")
    @door(Action.MARK_ATTENDANCE)
    def arrivals(session: str) -> str:
        page: str = show(
            "arrivals.html", session, *IN_THE_STRIP, "attendance", **shown_code(session)
        )
        return page

    @app.get("/s/<session>/arrivals/code")
    @door(Action.MARK_ATTENDANCE)
    def arrival_code(session: str) -> Response:
        # What the page at the door asks for each time its code has run out.
        return jsonify(shown_code(session))

    @app.get("/s/<session>/arrive")
    @door(Action.KNOW)
    def arrive(session: str) -> str:
        # Following the link marks nobody: a preview may follow it, too. The button does.
        now, person = clock(), actor(desk, session)
        viewer = viewer_of(desk, session, visitor().person, now)
        if viewer.shut_out:
            notice = read_notice(desk, session, visitor().person)
            page: str = show("closed.html", session, "documents", notice=notice)
            return page
        mark = sessions.attendance(desk.store, session).get(person.delegation)
        return render_template(
            "arrive.html",
            head=read_head(desk, session),
            viewer=viewer,
            me=Me(person.name, person.delegation, str(person.capacity), person.person)
            if person.person
            else None,
            delegation=desk.forum.delegations.get(person.delegation),
            present=mark is not None and mark.present,
            code=request.args.get("code", "")[:40],
        )

    @app.route("/s/<session>/scan", methods=["GET", "POST"])
    @door(Action.MARK_ATTENDANCE)
    def scan(session: str) -> Response:
        """A hand scanner types what it reads and Enter: the answer is the page for the next badge."""
        found, error, status = None, "", 200
        leaves = request.values.get("present") == "false"
        if request.method == "POST":
            command = ScanBadge(request.form.get("code", "")[:300], not leaves)
            try:
                found = perform(
                    desk,
                    HANDLERS,
                    session=session,
                    person=visitor().person,
                    command=command,
                    now=clock(),
                )
            except ActError as refusal:
                error, status = translate_error(refusal, visitor().language), 400
        known = desk.forum.delegations.get(str(found["delegation"])) if found else None
        page = show(
            "scan.html",
            session,
            *IN_THE_STRIP,
            "attendance",
            found=found,
            country=known,
            error=error,
            leaves=leaves,
        )
        return make_response(page, status)
