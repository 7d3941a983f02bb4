"""Signing in with a badge's link or code, signing out, and the page before."""

from __future__ import annotations

from flask import Flask, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from session_app.i18n import translate
from session_app.services.desk import Desk, clock
from session_app.store import people, signing

from .guard import PUBLIC, door, visitor

DAY = 24 * 60 * 60


def install(app: Flask, desk: Desk, *, cookie: str, secure: bool) -> None:
    """Register the pages anybody may open."""

    @app.get("/")
    @door(PUBLIC)
    def entrance() -> BaseResponse | str:
        person = visitor().person
        sessions = people.sessions_of(desk.store, person) if person else []
        if sessions:
            return redirect(url_for("home", session=sessions[0]))
        return render_template("signin.html", error=None)

    @app.get("/in/<code>")
    @door(PUBLIC)
    def badge(code: str) -> Response:
        # A link is often opened by a preview before its owner does: only the button uses it.
        holder = signing.badge_holder(desk.store, code)
        if holder is None:
            return _signin_page(404, "signin.bad_code")
        return make_response(render_template("badge.html", code=code, name=holder[1]))

    @app.post("/in")
    @door(PUBLIC)
    def sign_in() -> BaseResponse:
        code = "".join(request.form.get("code", "").split()).lower()[:100]
        with desk.store.transaction(clock()) as tx:
            token = signing.sign_in(tx, code)
        if token is None:
            return _signin_page(400, "signin.bad_code")
        response = redirect(url_for("entrance"), 303)
        response.set_cookie(
            cookie, token, max_age=7 * DAY, secure=secure, httponly=True, samesite="Strict"
        )
        return response

    @app.post("/out")
    @door(PUBLIC)
    def sign_out() -> BaseResponse:
        with desk.store.transaction(clock()) as tx:
            signing.sign_out(tx, visitor().token)
        response = redirect(url_for("entrance"), 303)
        response.delete_cookie(cookie, secure=secure, httponly=True, samesite="Strict")
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


def _signin_page(status: int, code: str) -> Response:
    sentence = translate(code, visitor().language)
    return make_response(render_template("signin.html", error=sentence), status)
