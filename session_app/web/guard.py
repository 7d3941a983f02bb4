"""The door of every page: who is asking, what the page needs, and what the answer may reveal.

A view declares its action with `@door`; an application with an undeclared view does not start. A page
that is forbidden and a page that is not there answer alike.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any, Literal, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Request, Response, g, request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.formparser import FormDataParser

from session_app.domain.access import Action, Actor
from session_app.domain.allowance import Allowances
from session_app.domain.drafting import Language
from session_app.domain.errors import Forbidden
from session_app.services.desk import Desk, clock, enter_knock
from session_app.store import people, signing

from .sending import LINE, Allowed, Sending

View = TypeVar("View", bound=Callable[..., Any])

Public = Literal["public"]
PUBLIC: Public = "public"
"""What a view declares that anybody may open."""
Needs = Action | Public

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;"
    " font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none';"
    " require-trusted-types-for 'script'; trusted-types fragments worker"
)
MAX_TYPED, MAX_FIELDS = 300_000, 5_000
"""Bytes and fields of a form without files: badges of a thousand people are ticked with a fifth of it. Two
megabytes of empty fields, which anybody can send, would keep everybody waiting for seconds."""
HSTS = "max-age=604800"
"""A browser that has come by HTTPS comes by it for a week, which is longer than a meeting lasts."""


class BoundedForms(FormDataParser):
    """Reads no more of a form than a page of ours could send, and counts its fields before it parts them."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        if mimetype == "application/x-www-form-urlencoded":
            typed = stream.read(MAX_TYPED + 1)
            if len(typed) > MAX_TYPED or typed.count(b"&") >= MAX_FIELDS:
                raise RequestEntityTooLarge
            stream = BytesIO(typed)
        return super().parse(stream, mimetype, content_length, options)


class Asked(Request):
    """A request whose forms are bounded, and bring files only where a view takes some (`take_files`)."""

    form_data_parser_class = BoundedForms
    takes_files = False

    def make_form_data_parser(self) -> FormDataParser:
        # Parting what looks like files takes longer than parting fields, and strangers can send it, too.
        if self.mimetype == "multipart/form-data" and not self.takes_files:
            raise UnsupportedMediaType
        return super().make_form_data_parser()


def take_files(limit: int) -> None:
    """Read a form with files, of so many bytes at most."""
    asked = cast(Asked, request)
    asked.max_content_length, asked.takes_files = limit, True


@dataclass(frozen=True)
class Visitor:
    """Who asks for a page: read from the cookie's login, anew for each request."""

    token: str
    person: str | None
    language: Language


def door(needs: Needs) -> Callable[[View], View]:
    """Declare the action a view needs in the session its address names, or `PUBLIC`."""

    def declare(view: View) -> View:
        view.door = needs  # type: ignore[attr-defined]
        return view

    return declare


def door_of(view: object) -> Needs | None:
    """What a view declares that it needs; None for one that declares nothing known."""
    needs = getattr(view, "door", None)
    return needs if isinstance(needs, Action) or needs == PUBLIC else None


def doors(app: Flask) -> dict[str, Needs]:
    """Every endpoint and the action it needs. Raises `LookupError` for one that declares none."""
    found = {}
    for rule in app.url_map.iter_rules():
        needs = door_of(app.view_functions[rule.endpoint])
        if needs is None:
            raise LookupError(f"the page {rule.rule} declares no action: put @door(...) on it")
        found[rule.endpoint] = needs
    return found


def install(app: Flask, desk: Desk, allowances: Allowances, *, cookie: str, secure: bool) -> None:
    """Ask at every door of the application, and send the headers that keep its answers in."""

    sending = Sending(desk.store)
    app.request_class = Asked

    @app.before_request
    def ask() -> None:
        token = request.cookies.get(cookie, "")
        person = signing.signed_in(desk.store, token, clock()) if token else None
        language = people.language_of(desk.store, person) if person else _preferred_language()
        g.visitor = Visitor(token, person, language)
        if person is not None and request.endpoint != "static":
            # Before anything is entered in the record: whoever knocks without end does not fill it.
            allowances.spend_request(person, time.monotonic())
        view = app.view_functions.get(request.endpoint or "")
        if view is None:
            return
        if request.method not in ("GET", "HEAD"):
            _require_same_origin("https" if secure else "http")
        needs = door_of(view)
        if needs is None:
            raise Forbidden("access.no_rule")
        if needs != PUBLIC:
            session = (request.view_args or {})["session"]
            try:
                desk.authority.require(session, person, needs, clock())
            except Forbidden as refusal:
                door_name, now = str(request.endpoint), clock()
                enter_knock(
                    desk, session=session, person=person, door=door_name, now=now, refusal=refusal
                )
                raise
            send_while(_same_access(desk, session, g.visitor, needs))

    @app.after_request
    def watch(response: Response) -> Response:
        """Send the answer only for as long as its reader may have it."""
        line = request.environ.get(LINE)
        allowed = g.get("allowed")
        if allowed is not None and line is not None and request.method != "HEAD":
            response.response = sending.send(response.get_data(), allowed, line)
        return response

    @app.after_request
    def keep_in(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", CSP)  # a file has a stricter one
        headers["X-Content-Type-Options"] = "nosniff"
        # Not `no-referrer`: under it browsers send `Origin: null` with a form of our own.
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if secure and _is_real_name(request.host):
            headers["Strict-Transport-Security"] = HSTS
        if request.endpoint != "static":
            headers["Cache-Control"] = "no-store"
            headers["Vary"] = "Cookie"
        return response


def _same_access(desk: Desk, session: str, visitor: Visitor, needs: Action) -> Allowed:
    """Whether somebody still stands where they stood when they asked."""
    authority, token, person = desk.authority, visitor.token, visitor.person
    shut_out = authority.is_shut_out(session, person, clock())

    def allowed() -> bool:
        now = clock()
        return (
            (person is None or signing.signed_in(desk.store, token, now) == person)
            and bool(authority.may(session, person, needs, now))
            and (shut_out or not authority.is_shut_out(session, person, now))
        )

    return allowed


def send_while(allowed: Allowed) -> None:
    """Say how long the answer to this request may go on being sent."""
    g.allowed = allowed


def send_only_while(allowed: Allowed) -> None:
    """Say what the answer to this request hangs on besides the door it was asked for at."""
    before = cast(Allowed, g.allowed)
    g.allowed = lambda: before() and allowed()


def visitor() -> Visitor:
    """Who is asking."""
    return cast(Visitor, g.visitor)


def actor(desk: Desk, session: str) -> Actor:
    """Who is asking, in a session."""
    return desk.authority.actor(session, visitor().person)


def _is_real_name(host: str) -> bool:
    # A browser that remembers an address, or a name of one room, would keep it from the next meeting.
    name = urlsplit(f"//{host}").hostname or ""
    return "." in name and not name.rpartition(".")[2].isdigit() and not name.endswith(".local")


def _preferred_language() -> Language:
    best = request.accept_languages.best_match(("es", "en"), default="es")
    return "en" if best == "en" else "es"


def _require_same_origin(scheme: str) -> None:
    # Browsers name the origin of every form they post; what does not is not a page of ours.
    origin = request.headers.get("Origin", "")
    if origin != f"{scheme}://{request.host}":
        raise Forbidden("request.other_origin")


class HostGuard:
    """Answers only to its own names, on the socket's path too: a page elsewhere that has its name
    resolve to this machine gets nothing (DNS rebinding)."""

    def __init__(self, app: Callable[..., Iterable[bytes]], hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("HTTP_HOST", "") in self._hosts:
            return self._app(environ, start_response)
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
        start_response("421 Misdirected Request", headers)
        return [b"This desk does not answer to that name; set SESSION_APP_HOSTS.\n"]
