"""Signing in with a badge's link or code, signing out, one's devices, and the page before."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import Flask, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from session_app.domain.errors import ActError, Conflict, Invalid, NotFound
from session_app.domain.people import Capacity
from session_app.domain.signing import UNKNOWN, Failures, describe_device, read_code
from session_app.i18n import format_moment, say_in_both, translate, translate_error
from session_app.services.desk import Desk, clock
from session_app.services.signing import (
    AsksDevice,
    AsksPin,
    Browser,
    Outcome,
    Reception,
    acknowledge,
    sign_out,
    sign_out_device,
    sign_out_everywhere,
)
from session_app.store import people, sessions, signing
from session_app.store.signing import LASTS, Login

from .guard import PUBLIC, door, visitor

STATUS: Mapping[str, int] = {"signin.too_many": 429, "signin.badge_waits": 429}
"""How a sign-in that has to wait answers; what else is refused is 400 or 409."""


def install(
    app: Flask, desk: Desk, failures: Failures, *, cookie: str, secure: bool, devices: int
) -> None:
    """Register the pages anybody may open, and the one of a person's own devices."""
    reception = Reception(desk, devices, failures)

    @app.context_processor
    def tell_of_newcomer() -> dict[str, object]:
        """Another device that has signed in with this person's badge, until they say they know."""
        token = visitor().token
        login = signing.newcomer(desk.store, token) if token else None
        return {"newcomer": shown_device(login) if login else None}

    @app.get("/")
    @door(PUBLIC)
    def entrance() -> BaseResponse | str:
        person = visitor().person
        held = people.sessions_of(desk.store, person) if person else []
        if held:
            is_screen = desk.authority.actor(held[0], person).capacity is Capacity.SCREEN
            return redirect(url_for("screen" if is_screen else "home", session=held[0]))
        return render_template("signin.html", error=None)

    @app.get("/in/<code>")
    @door(PUBLIC)
    def badge(code: str) -> Response:
        # A link is often opened by a preview before its owner does: only the button uses it. A typed
        # code is not looked up here at all: this page would say for nothing whether it is good.
        known = read_code(code)
        found = None
        if known is not None and known.kind == "link":
            found = signing.find_badge(desk.store, known)
        if known is None or found is None:
            return _signin_page(Invalid("signin.bad_code"))
        return make_response(render_template("badge.html", code=known.text, name=found.name))

    @app.post("/in")
    @door(PUBLIC)
    def sign_in() -> BaseResponse:
        try:
            outcome = reception.take_code(
                request.form.get("code", ""), browser(), now=clock(), at=time.monotonic()
            )
        except ActError as refusal:
            return _signin_page(refusal)
        return answer(outcome)

    @app.post("/in/pin")
    @door(PUBLIC)
    def take_pin() -> BaseResponse:
        step = request.form.get("step", "")
        at = time.monotonic()
        try:
            name = reception.name_at(step, at)
        except ActError as refusal:
            return _signin_page(refusal)
        try:
            outcome = reception.take_pin(
                step, request.form.get("pin", ""), browser(), now=clock(), at=at
            )
        except ActError as refusal:
            if refusal.code in ("signin.begin_again", "signin.bad_code"):
                return _signin_page(refusal)
            return _pin_page(step, name, refusal)
        return answer(outcome)

    @app.post("/in/device")
    @door(PUBLIC)
    def take_device() -> BaseResponse:
        try:
            outcome = reception.take_device(
                request.form.get("step", ""), browser(), now=clock(), at=time.monotonic()
            )
        except ActError as refusal:
            return _signin_page(refusal)
        return answer(outcome)

    @app.post("/out")
    @door(PUBLIC)
    def leave() -> BaseResponse:
        sign_out(desk, visitor().token, now=clock())
        return signed_out()

    @app.get("/devices")
    @door(PUBLIC)
    def list_devices() -> str:
        person = _require_person()
        here = signing.login_of(desk.store, visitor().token, clock())
        listed = [
            (each.id, shown_device(each), each == here)
            for each in signing.logins(desk.store, person, clock())
        ]
        return render_template("devices.html", devices=listed)

    @app.post("/devices/out")
    @door(PUBLIC)
    def end_device() -> BaseResponse:
        person, wanted = _require_person(), request.form.get("login", "")
        if wanted:
            sign_out_device(desk, person, wanted, now=clock())
        else:
            sign_out_everywhere(desk, person, now=clock())
        if signing.signed_in(desk.store, visitor().token, clock()) is None:
            return signed_out()
        return redirect(url_for("list_devices"), 303)

    @app.post("/devices/known")
    @door(PUBLIC)
    def know_device() -> BaseResponse:
        _require_person()
        acknowledge(desk, visitor().token, now=clock())
        return redirect(url_for("entrance"), 303)

    def answer(outcome: Outcome) -> BaseResponse:
        if isinstance(outcome, AsksPin):
            return _pin_page(outcome.step, outcome.name)
        if isinstance(outcome, AsksDevice):
            devices = [shown_device(each) for each in outcome.devices]
            page = render_template(
                "signin_device.html", step=outcome.step, name=outcome.name, devices=devices
            )
            return make_response(page)
        response = redirect(url_for("entrance"), 303)
        keep(response, cookie, outcome.token, secure=secure)
        return response

    def signed_out() -> BaseResponse:
        response = redirect(url_for("entrance"), 303)
        response.delete_cookie(cookie, secure=secure, httponly=True, samesite="Strict")
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    def shown_device(login: Login) -> dict[str, str]:
        """A device as its owner reads of it: what it is, and since when, by the meeting's clock."""
        held = people.sessions_of(desk.store, login.person)
        zone = ZoneInfo(sessions.session(desk.store, held[0]).zone) if held else UTC
        at = datetime.fromisoformat(login.at).astimezone(zone)
        language = visitor().language
        device = (
            translate("ui.devices.unknown", language) if login.device == UNKNOWN else login.device
        )
        return {"device": device, "at": format_moment(at, language)}


def keep(response: BaseResponse, cookie: str, secret: str, *, secure: bool) -> None:
    """Have the browser keep a secret of its own, which no script and no other site sees."""
    response.set_cookie(
        cookie, secret, max_age=LASTS, secure=secure, httponly=True, samesite="Strict"
    )


def browser() -> Browser:
    """Who is at the desk's door with this request."""
    agent = request.headers.get("User-Agent", "")
    return Browser(request.remote_addr or "", describe_device(agent), visitor().token)


def _require_person() -> str:
    person = visitor().person
    if person is None:
        raise NotFound("login.unknown")  # as any page that is not there
    return person


def _signin_page(refusal: ActError) -> Response:
    return _refused(refusal, "signin.html", error=say_in_both(refusal.code, **refusal.params))


def _pin_page(step: str, name: str, refusal: ActError | None = None) -> Response:
    if refusal is None:
        return make_response(render_template("signin_pin.html", step=step, name=name, error=None))
    error = translate_error(refusal, visitor().language)
    return _refused(refusal, "signin_pin.html", step=step, name=name, error=error)


def _refused(refusal: ActError, template: str, **shown: object) -> Response:
    status = STATUS.get(refusal.code, 409 if isinstance(refusal, Conflict) else 400)
    response = make_response(render_template(template, **shown), status)
    if "seconds" in refusal.params:
        response.headers["Retry-After"] = str(refusal.params["seconds"])
    return response
