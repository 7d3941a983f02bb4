"""The door of every socket: connect, join a page, do a command.

Nothing here decides anything: identity is read anew for each message, the access table answers, and
every message is answered by an ack, `{ok: true, …}` or `{ok: false, code, sentence, params}`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Literal

from flask import request
from flask_socketio import SocketIO
from werkzeug.http import parse_cookie

from session_app.domain import contract
from session_app.domain.access import Action
from session_app.domain.allowance import OFFENCES, Allowances, cost_of
from session_app.domain.errors import ActError, Conflict, Forbidden, Invalid, NotFound
from session_app.i18n import translate_error
from session_app.services.acts import HANDLERS
from session_app.services.desk import Desk, clock, enter_knock, perform
from session_app.store import people, signing
from session_app.views.live import TOPICS, digest, render_topic

from .lines import GOODBYE, Connection
from .publisher import Publisher
from .wire import Lobby, drop

log = logging.getLogger(__name__)

OWN: Final = "the command's own"
"""What the message that carries commands needs: each command declares its action itself."""
SIGNED_IN: Final = "signed in"
"""What a message needs that tells nothing and changes nothing."""
Needs = Action | Literal["the command's own", "signed in"]
LONGEST_DELAY = 60_000
"""Milliseconds to the desk and back; a page that waits longer has lost its line."""
MAX_CONNECTIONS = 20
"""Open sockets of one person: two devices with many tabs."""


class Gateway:
    """Registers the socket's messages; each one declares the action it needs, or does not start."""

    def __init__(
        self,
        desk: Desk,
        sockets: SocketIO,
        publisher: Publisher,
        cookie: str,
        allowances: Allowances,
        program: str,
    ) -> None:
        self.desk = desk
        self.publisher = publisher
        self.doors: dict[str, Needs] = {}
        """Every message a client may send and what it needs: an action, `OWN` or `SIGNED_IN`."""
        self._sockets = sockets
        self._cookie = cookie
        self._allowances = allowances
        self._program = program  # its version: a page of an earlier one loads itself anew
        self.lobby = Lobby(self._signed_in)
        """Who has a line and has not been let in: the server asks it before it opens one."""
        self._take = sockets.server.eio.handlers["message"]
        sockets.server.eio.on("message", self._read)
        sockets.on_event("connect", self._connect)
        sockets.on_event("disconnect", self._disconnect)
        self.listen("join", Action.KNOW, self._join, names_session=True)
        self.listen("command", OWN, self._command)
        self.listen("beat", SIGNED_IN, self._beat)

    def listen(
        self,
        name: str,
        needs: Needs,
        answer: Callable[..., Any],
        *,
        attachments: int = 0,
        names_session: bool = False,
    ) -> None:
        """Answer a client's message of one object and so many binary attachments.

        The action it needs has been checked before `answer` runs, in the session the connection has
        joined or, for the message that joins, in the one it names.
        """
        self.doors[name] = needs

        def handle(sid: str, *arguments: object) -> object:
            connection = self.publisher.lines.find(sid)
            if connection is None or not self.publisher.lines.keeps_up(connection):
                return self.refuse(None, Conflict("connection.unknown"))
            try:
                self._count(connection, name, arguments)
                values, *rest = _well_formed(arguments, attachments)
                if names_session:
                    self._admit_to(connection, identifier(values, "session"), needs)
                else:
                    self._admit(connection, connection.session, needs)
                return answer(connection, values, *rest)
            except ActError as refusal:
                # A command enters its own; who has signed out meanwhile has not been kept from anything.
                if (
                    isinstance(refusal, Forbidden)
                    and needs != OWN
                    and refusal.code != "login.ended"
                ):
                    self._enter_knock(connection, connection.session, name, refusal)
                return self._answer_refusal(connection, refusal)
            except UnicodeEncodeError:
                # Half a character, which JSON can say and no store can hold.
                return self._answer_refusal(connection, Invalid("message.malformed"))
            except Exception:
                log.exception("message %s could not be answered", name)
                return self.refuse(connection, Invalid("message.failed"))

        # Not through Flask: it would make a request of every letter typed, and nothing here needs one.
        self._sockets.server.on(name, handle, namespace="/")

    def check_doors(self) -> None:
        """Raise `LookupError` for a message or a command that declares no action, or that nobody does."""
        answered = self._sockets.server.handlers.get("/", {}).keys()
        undeclared = answered - self.doors.keys() - {"connect", "disconnect"}
        if undeclared:
            raise LookupError(f"socket messages {undeclared} declare no action: use Gateway.listen")
        for message, needs in self.doors.items():
            if not isinstance(needs, Action) and needs not in (OWN, SIGNED_IN):
                raise LookupError(f"the message {message} declares {needs!r}, which is no action")
        for name, command in contract.COMMANDS.items():
            if not isinstance(command.needs, Action):
                raise LookupError(f"the command {name} declares no action")
            if command not in HANDLERS:
                raise LookupError(f"the command {name} has no handler: add it to services.acts")

    def refuse(self, connection: Connection | None, refusal: ActError) -> dict[str, object]:
        """A refusal as an ack: its code, and one sentence in the person's language."""
        person = connection.person if connection is not None else None
        language = people.language_of(self.desk.store, person or "")
        return {
            "ok": False,
            "code": refusal.code,
            "params": {name: str(value) for name, value in refusal.params.items()},
            "sentence": translate_error(refusal, language),
        }

    def _read(self, line: str, packet: object) -> None:
        """Take what has come on a line; one that carries no packet of ours is put down."""
        try:
            self._take(line, packet)
        except Exception as failure:
            # The library would write a stack into the log for each, and go on listening.
            log.info("what came on a line is no packet (%s): dropped", type(failure).__name__)
            drop(self._sockets.server.environ[line]["wsgi.websocket"])

    def _count(self, connection: Connection, name: str, arguments: tuple[object, ...]) -> None:
        if name == "draft.update":
            return  # it has an allowance of its own, and is answered so that the editor sends it again
        cost = cost_of(name, arguments[0] if arguments else None)
        self._allowances.spend(connection.person, connection.messages, cost, time.monotonic())

    def _answer_refusal(self, connection: Connection, refusal: ActError) -> dict[str, object]:
        """The ack of a refusal; whoever goes on and on being refused is put off the line."""
        answer = self.refuse(connection, refusal)
        if self._allowances.is_at_an_end(connection.person, refusal, time.monotonic()):
            log.warning(
                "connection of %s: more than %d offences within a minute, the last %s: cut off",
                connection.person,
                OFFENCES,
                refusal.code,
            )
            self.publisher.lines.dismiss(connection)
        return answer

    def _admit(self, connection: Connection, session: str, needs: Needs) -> None:
        person = signing.signed_in(self.desk.store, connection.login, clock())
        if person is None or person != connection.person:
            raise Forbidden("login.ended")
        if isinstance(needs, Action):
            now = clock()
            if needs is not Action.KNOW and self.desk.authority.is_shut_out(session, person, now):
                # A refusal that passes: what was under way when the door closed stays its author's.
                raise Forbidden("door.closed")
            self.desk.authority.require(session, person, needs, now)

    def _admit_to(self, connection: Connection, session: str, needs: Needs) -> None:
        try:
            self._admit(connection, session, needs)
        except Forbidden as refusal:
            if refusal.code == "login.ended":
                raise
            self._enter_knock(connection, session, "join", refusal)
            # A session one may not know of answers as one that is not there.
            raise NotFound("session.unknown") from None

    def _enter_knock(
        self, connection: Connection, session: str, door: str, refusal: Forbidden
    ) -> None:
        enter_knock(
            self.desk,
            session=session,
            person=connection.person,
            door=door,
            now=clock(),
            refusal=refusal,
        )

    def _connect(self, auth: object = None, *_: object) -> bool:
        # Whatever goes wrong here must refuse: an exception leaves a socket attached and listening.
        try:
            token = request.cookies.get(self._cookie, "")
            login = signing.login_of(self.desk.store, token, clock()) if token else None
            line = request.environ["wsgi.websocket"]
            sid: str = request.sid  # type: ignore[attr-defined]
            if login is None or self.publisher.lines.count_of(login.person) >= MAX_CONNECTIONS:
                # Refusing alone would leave a stranger's line open for as long as it answers pings.
                drop(line, after=GOODBYE)
                return False
            self.lobby.leave(line)
            if self.publisher.lines.find(sid) is None:
                self.publisher.enter(Connection(sid, token, login.person, device=login.device))
            return True
        except BaseException:
            log.exception("a connection could not be judged: refused")
            return False

    def _disconnect(self, *_: object) -> None:
        self.publisher.lines.leave(request.sid)  # type: ignore[attr-defined]
        # The line may stay, and nobody is on it: it may not stay for ever.
        line = request.environ.get("wsgi.websocket")
        if line is not None:
            self.lobby.enter(line, request.environ)

    def _signed_in(self, environ: dict[str, Any]) -> str | None:
        token = parse_cookie(environ).get(self._cookie, "")
        return signing.signed_in(self.desk.store, token, clock()) if token else None

    def _join(self, connection: Connection, values: dict[str, object]) -> dict[str, object]:
        session = identifier(values, "session")
        topics, shown = values.get("topics", []), values.get("shown", {})
        known = TOPICS.keys()
        # Each once: a message has room for forty thousand names, and each would be rendered.
        if (
            not isinstance(topics, list)
            or len(topics) > len(known)
            or not all(isinstance(topic, str) and topic in known for topic in topics)
            or not isinstance(shown, dict)
            or not all(topic in known and isinstance(shown[topic], str) for topic in shown)
        ):
            raise Invalid("message.malformed")
        now = clock()
        if self.desk.authority.is_shut_out(session, connection.person, now):
            raise Forbidden("door.closed")
        self.publisher.show(connection, session, tuple(topics))
        if values.get("again") is True:
            self.publisher.lines.note_cut(session, connection.person)
        fragments = {
            topic: render_topic(self.desk, session, connection.person, topic, now) or ""
            for topic in topics
        }
        self.publisher.note_shown(connection, fragments)
        connection.language = people.language_of(self.desk.store, connection.person)
        return {
            "ok": True,
            "language": connection.language,
            "now": _milliseconds(now),
            "program": self._program,
            "fragments": {
                topic: html
                for topic, html in fragments.items()
                if topic not in shown or shown[topic] != digest(html)
            },
        }

    def _beat(self, connection: Connection, values: dict[str, object]) -> dict[str, object]:
        """A sign of life, and the desk's time: all a page wants that has heard nothing for a while. It
        says how long the way to the desk and back took it the last time."""
        took = values.get("took")
        if type(took) is int and 0 <= took <= LONGEST_DELAY:
            connection.delay = took / 1000
        return {"ok": True, "now": _milliseconds(clock())}

    def _command(self, connection: Connection, values: dict[str, object]) -> dict[str, object]:
        given = values.get("values")
        if not isinstance(given, dict):
            raise Invalid("message.malformed")
        command = contract.parse(identifier(values, "name"), given)
        result = perform(
            self.desk,
            HANDLERS,
            session=connection.session,
            person=connection.person,
            command=command,
            now=clock(),
        )
        return {"ok": True, **result}


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _well_formed(arguments: tuple[object, ...], attachments: int) -> tuple[Any, ...]:
    if (
        len(arguments) != 1 + attachments
        or not isinstance(arguments[0], dict)
        or not all(isinstance(each, bytes) for each in arguments[1:])
    ):
        raise Invalid("message.malformed")
    return arguments


def identifier(values: dict[str, object], name: str) -> str:
    """A name of something of ours. Raises `Invalid` for what cannot be one."""
    value = values.get(name)
    if not isinstance(value, str) or len(value) > 200 or not value.isascii():
        raise Invalid("message.malformed")
    return value
