"""The composition root: settings become a store, a desk, pages and sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask
from flask_socketio import SocketIO
from gevent import get_hub
from jinja2 import StrictUndefined

from session_app.config import Settings
from session_app.domain import contract
from session_app.domain.access import Action
from session_app.domain.allowance import Allowances
from session_app.domain.documents import LAYOUTS
from session_app.domain.drafting import LANGUAGES
from session_app.domain.signing import Failures
from session_app.realtime.drafting import DraftingTraffic
from session_app.realtime.gateway import OWN, Gateway
from session_app.realtime.lines import TOLD
from session_app.realtime.publisher import Publisher
from session_app.realtime.tls import Certificate, SecureServer
from session_app.realtime.wire import MAX_MESSAGE, BoundedPacket, Server
from session_app.services.desk import Desk, open_desk
from session_app.services.inspection import ITS_OWN, Door, Free
from session_app.services.setup import load_forum
from session_app.store.database import Database
from session_app.views.live import TEMPLATES, TOPICS
from session_app.web import (
    acts,
    attendance,
    badge,
    booth,
    console,
    documents,
    errors,
    guard,
    guides,
    pages,
    people,
    record,
    rehearsal,
    screens,
    secretariat,
    shell,
    signing,
)
from session_app.web.guard import HostGuard

T = TypeVar("T")
MAX_UPLOAD = 2_000_000
"""Bytes of a form: a list of accreditations of the largest meeting has a hundredth of it."""


@dataclass
class App:
    """One conference, ready to be served."""

    settings: Settings
    desk: Desk
    flask: Flask
    sockets: SocketIO
    gateway: Gateway
    publisher: Publisher
    wsgi: Callable[..., Iterable[bytes]]

    def inventory(self) -> tuple[Door, ...]:
        """Every door of the application, as it is registered, with what it needs."""
        return tuple(_list_doors(self.flask, self.gateway))


def open_conference(settings: Settings) -> Desk:
    """Open the desk on the data folder, or raise `Conflict("store.in_use")`."""
    forum = load_forum(settings.agendas / settings.forum)
    return open_desk(Database(settings.data), forum, settings.docx_templates)


def create_app(settings: Settings, desk: Desk) -> App:
    """Build pages and sockets on a desk.

    Raises `LookupError` for a page, message or command that declares no action.
    """
    cookie = "__Host-login" if settings.secure else "login"
    flask = Flask(
        __name__,
        static_folder=str(settings.static),
        template_folder=str(TEMPLATES),
    )
    flask.jinja_env.undefined = StrictUndefined
    flask.config.update(MAX_CONTENT_LENGTH=MAX_UPLOAD, MAX_FORM_MEMORY_SIZE=MAX_UPLOAD)
    scheme = "https" if settings.secure else "http"
    hosts = settings.hosts or tuple(
        f"{host}:{settings.port}" for host in {settings.host, "localhost", "127.0.0.1"}
    )
    sockets = SocketIO(
        flask,
        async_mode="gevent",
        async_handlers=False,  # or one client's messages overtake each other
        manage_session=False,
        cors_allowed_origins=[f"{scheme}://{host}" for host in hosts],
        transports=["websocket"],
        serializer=BoundedPacket,
        max_http_buffer_size=MAX_MESSAGE,
        ping_interval=5,
        ping_timeout=10,
    )
    desk.apart = in_a_thread
    publisher = Publisher(desk, sockets)
    allowances = Allowances()
    program = flask.jinja_env.globals["program"] = _fingerprint(settings.static)
    shell.install(flask, settings.static, program)
    gateway = Gateway(desk, sockets, publisher, cookie, allowances, program)
    DraftingTraffic(gateway)
    gateway.check_doors()
    guard.install(flask, desk, allowances, cookie=cookie, secure=settings.secure)
    errors.install(flask)
    pages.install(flask, desk)
    acts.install(flask, desk)
    secretariat.install(flask, desk, settings.agendas / settings.forum)
    badge.install(flask, desk)
    booth.install(flask)
    people.install(flask, desk, secure=settings.secure)
    attendance.install(flask, desk, secure=settings.secure)
    documents.install(flask, desk)
    record.install(flask, desk)
    guides.install(flask)
    rehearsal.install(flask, desk, settings.agendas / settings.forum)
    failures = Failures()
    signing.install(
        flask, desk, failures, cookie=cookie, secure=settings.secure, devices=settings.devices
    )
    screens.install(flask, desk, failures, cookie=cookie, secure=settings.secure)
    console.install(flask, desk, lambda: _list_doors(flask, gateway))
    guard.doors(flask)
    return App(settings, desk, flask, sockets, gateway, publisher, HostGuard(flask.wsgi_app, hosts))


@cache
def _fingerprint(static: Path) -> str:
    """What tells one version of the program and its pages from another."""
    found = blake2b(digest_size=8)
    for folder in (Path(__file__).parent, static):
        for file in sorted(folder.rglob("*")):
            if file.is_file() and file.suffix != ".pyc":
                found.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes())
    return found.hexdigest()


def in_a_thread(work: Callable[[], T], /) -> T:
    """Do work of the processor in a thread of its own; only the greenlet that asks for it waits."""
    result: T = get_hub().threadpool.apply(work)
    return result


def _list_doors(flask: Flask, gateway: Gateway) -> Iterator[Door]:
    declared = guard.doors(flask)
    for rule in flask.url_map.iter_rules():
        if rule.endpoint in documents.DOWNLOADS:
            for layout in LAYOUTS:
                file = rule.rule.replace("<layout>", layout)
                needed, behind = documents.DOWNLOADS[rule.endpoint]
                yield Door("download", file, needed, behind=behind)
            continue
        if rule.endpoint in documents.PAPERS:
            yield Door("download", rule.rule, documents.PAPERS[rule.endpoint])
            continue
        if rule.endpoint in pages.OF_CLOSED_TEXT:
            yield Door("page", rule.rule, pages.OF_CLOSED_TEXT[rule.endpoint], behind=True)
            continue
        needs: Action | Free = declared[rule.endpoint]
        methods = rule.methods or set()
        if "GET" in methods:
            yield Door("page", rule.rule, needs)
        if "POST" in methods:
            yield Door("form", rule.rule, ITS_OWN if rule.endpoint == acts.ACT else needs)
    for message, asked in gateway.doors.items():
        yield Door("message", message, ITS_OWN if asked == OWN else asked)
    for message, told in TOLD.items():
        yield Door("told", message, told)
    for command in contract.COMMANDS.values():
        yield Door("command", command.name, command.needs)
    for event in contract.EVENTS.values():
        yield Door("event", event.name, event.needs, crosses=event.delivered)
    for topic, known in TOPICS.items():
        yield Door("topic", topic, known.needs, behind=known.behind)
    for language in LANGUAGES:
        for change in ("insert", "delete"):
            yield Door("update", f"{change} {language}", Action.EDIT_DRAFT, language)


def serve(app: App, certificate: Certificate | None = None) -> Any:
    """Start the desk's threads and its server, with HTTPS if it has a certificate; returns the server,
    which is listening."""
    app.desk.drafts.start()
    app.publisher.start()
    address, lobby = (app.settings.host, app.settings.port), app.gateway.lobby
    server = (
        Server(address, app.wsgi, lobby)
        if certificate is None
        else SecureServer(address, app.wsgi, lobby, certificate)
    )
    server.start()
    return server
