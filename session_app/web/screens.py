"""Screens of the room: the page one waits on with its code, and the Secretariat's list of them."""

from __future__ import annotations

import time

from flask import Flask, Response, make_response, redirect, render_template, request, url_for
from segno import make_qr
from werkzeug.wrappers import Response as BaseResponse

from session_app.domain.access import Action
from session_app.domain.errors import ActError, Conflict
from session_app.domain.people import Audience, Capacity
from session_app.domain.screens import CODE_LASTS, read_screen_code, show_screen_code
from session_app.domain.signing import Failures
from session_app.i18n import translate_error
from session_app.services.desk import Desk, clock
from session_app.services.screens import Enrolment
from session_app.store import people

from .guard import PUBLIC, door, visitor
from .secretariat import IN_THE_STRIP
from .signing import STATUS, browser, keep

FIELDS = ("code", "name", "audience", "screen")
"""Of the form that enrols a screen."""


def install(app: Flask, desk: Desk, failures: Failures, *, cookie: str, secure: bool) -> None:
    """Register the pages. What waits proves itself by a cookie of its own beside the login's."""
    enrolment = Enrolment(desk, failures)
    scheme = "https" if secure else "http"
    waits = cookie.replace("login", "screen")

    @app.get("/screen")
    @door(PUBLIC)
    def waiting_screen() -> BaseResponse:
        # Where a screen begins, comes for its login, and comes back to: it has no other way to go.
        secret, at = request.cookies.get(waits, ""), time.monotonic()
        token = enrolment.collect(secret, browser(), now=clock(), at=at)
        if token is not None:
            response: BaseResponse = redirect(url_for("waiting_screen"), 303)
            keep(response, cookie, token, secure=secure)
            response.delete_cookie(waits, secure=secure, httponly=True, samesite="Strict")
            return response
        own = screen_of(visitor().person)
        if own:
            return redirect(url_for("screen", session=own), 303)
        secret, waiting = enrolment.wait(secret, browser(), at=at)
        link = f"{scheme}://{request.host}/screen/{waiting.code}"
        response = make_response(
            render_template(
                "screen_waits.html",
                code=show_screen_code(waiting.code),
                qr=make_qr(link, error="m").svg_data_uri(scale=8, border=2),
                lasts=round(CODE_LASTS / 60),
            )
        )
        keep(response, waits, secret, secure=secure)
        return response

    @app.get("/screen/state")
    @door(PUBLIC)
    def screen_state() -> BaseResponse:
        # What the waiting page asks every two seconds: 204 while it waits; else it is to come again.
        held = enrolment.waiting(request.cookies.get(waits, ""), time.monotonic())
        return BaseResponse(status=204 if held is not None and not held.screen else 205)

    @app.get("/screen/<code>")
    @door(PUBLIC)
    def scanned_screen(code: str) -> BaseResponse:
        # Nothing is looked up here: whoever has scanned the code is taken to where it is to be confirmed.
        person = visitor().person
        known = read_screen_code(code) or ""
        for session in people.sessions_of(desk.store, person) if person else ():
            if desk.authority.may(session, person, Action.ACCREDIT, clock()):
                return redirect(url_for("list_screens", session=session, code=known), 303)
        return redirect(url_for("entrance"), 303)

    @app.get("/s/<session>/screens")
    @door(Action.ACCREDIT)
    def list_screens(session: str) -> Response:
        known = read_screen_code(request.args.get("code", "")) or ""
        return page(session, dict.fromkeys(FIELDS, "") | {"code": show_screen_code(known)})

    @app.post("/s/<session>/screens")
    @door(Action.ACCREDIT)
    def enrol_screen(session: str) -> BaseResponse:
        given = {name: request.form.get(name, "") for name in FIELDS}
        audience: Audience = "members" if given["audience"] == "members" else "observers"
        try:
            enrolment.enrol(
                session,
                given["code"],
                name=given["name"],
                audience=audience,
                screen=given["screen"],
                person=visitor().person,
                address=browser().address,
                now=clock(),
                at=time.monotonic(),
            )
        except ActError as refusal:
            error = translate_error(refusal, visitor().language)
            status = STATUS.get(refusal.code, 409 if isinstance(refusal, Conflict) else 400)
            return page(session, given, error, status)
        return redirect(url_for("list_screens", session=session, _anchor="live-screens"), 303)

    def page(session: str, given: dict[str, str], error: str = "", status: int = 200) -> Response:
        address = f"{scheme}://{request.host}/screen"
        shown = app.extensions["show"](
            "screens.html",
            session,
            *IN_THE_STRIP,
            "screens",
            given=given,
            error=error,
            address=address,
        )
        return make_response(shown, status)

    def screen_of(person: str | None) -> str:
        """The session in which somebody is a screen, or empty."""
        held = people.sessions_of(desk.store, person) if person else []
        return next(
            (
                each
                for each in held
                if desk.authority.actor(each, person).capacity is Capacity.SCREEN
            ),
            "",
        )
