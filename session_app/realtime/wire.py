"""The wire below Socket.IO: gevent's websockets, held to what they do not promise by themselves.

As they come they read a frame of any announced length into memory before anybody has signed in, write
a pong into the middle of a frame that waits for a slow reader, and wait for ever for one that reads
nothing. Here a message is bounded while it is read, frames go out whole and one after the other, and a
peer that does not move for `STALL` seconds is left. A request must come in time, too, and who has opened
a line must be let in soon.
"""

from __future__ import annotations

import errno
import logging
import resource
import socket
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from fcntl import ioctl
from typing import Any

import gevent
from gevent.lock import RLock
from gevent.pywsgi import WSGIServer
from geventwebsocket.exceptions import ProtocolError, WebSocketError
from geventwebsocket.handler import WebSocketHandler
from geventwebsocket.websocket import Header, WebSocket
from socketio.packet import Packet

from session_app.domain.allowance import Allowance

log = logging.getLogger(__name__)

MAX_MESSAGE = 300_000
"""Bytes of one message: four times the largest update the gate admits."""
MAX_ATTACHMENTS = 1
"""Binary parts of one message; what is announced and does not come is kept meanwhile."""
SIOCOUTQNSD = 0x894B
"""Linux: how much a connection holds that has not left the machine."""
STALL = 15.0
"""Seconds one frame may take to go out, and one to come in; an answered ping comes every five."""
FRAMES_PER_SECOND, FRAMES_AT_ONCE = 200, 2_000
"""Frames read of one socket, whatever they say; a tab that was long off line sends 800 at once."""
BYTES_PER_SECOND, BYTES_AT_ONCE = 1_000_000, 8_000_000
"""Bytes read of one socket; what is more is left with its sender until there is room again."""
LET_IN_WITHIN = 6.0
"""Seconds between the opening of a line and the yes to who is on it: one answer of each side."""
WAITING_STRANGERS = 64
"""Lines opened from one address without a login; who has one is not counted, so a venue behind one
address comes in whole, and a tab whose login has ended needs its place for half a second."""
WAITING_TABS = 40
"""Lines opened with one login and not yet let in: twice as many as may be let in."""
REQUEST_WITHIN = 15.0
"""Seconds for a request's first line and headers, and the longest an unused connection is kept."""
BODY_WITHIN = 60.0
"""Seconds until an answer begins: the largest list over the worst Wi-Fi of a venue, twice over."""
ANSWER_WITHIN = 300.0
"""Seconds an answer may take on its way: a document over a connection of a few KB a second."""
MAX_BODY = 20_000_000
"""Bytes announced beyond which nobody listens; up to there a refusal is told when all has come."""
OPEN_FILES, SPARE_FILES = 16_384, 256
"""Files we ask to have open, each connection being one; and how many of them are for something else."""


class BoundedPacket(Packet):  # type: ignore[misc]
    """A Socket.IO packet; one that announces more attachments than any message has is refused."""

    def decode(self, encoded_packet: str) -> int:
        count: int = super().decode(encoded_packet)
        if count > MAX_ATTACHMENTS:
            raise ValueError("too many attachments announced")
        return count


class BoundedWebSocket(WebSocket):  # type: ignore[misc]
    """A websocket whose messages are bounded and whose frames are written one at a time."""

    def __init__(self, environ: Any, stream: Any, handler: Any) -> None:
        super().__init__(environ, stream, handler)
        self._left = MAX_MESSAGE
        self._frames = Allowance(FRAMES_PER_SECOND, FRAMES_AT_ONCE)
        self._bytes = Allowance(BYTES_PER_SECOND, BYTES_AT_ONCE)
        self._writing = RLock()
        handler.socket.settimeout(STALL)
        # A message's binary part is a frame of its own: it must not wait for the first one's receipt.
        handler.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read_message(self) -> Any:
        self._left = MAX_MESSAGE
        message = super().read_message()
        if isinstance(message, str) and not "0" <= message[:1] <= "6":
            raise ProtocolError("this is no packet of Engine.IO")
        return message

    def read_frame(self) -> tuple[Any, bytes]:
        # What has arrived is read without a pause: between any two frames of one, the others' turn.
        gevent.sleep(0)
        while not self._frames.spend(time.monotonic()):
            gevent.sleep(1 / FRAMES_PER_SECOND)
        header = Header.decode_header(self.stream)
        if header.flags or not header.mask:
            raise ProtocolError("a client's frames are masked and carry no flags (RFC 6455 §5.1)")
        # The payload is asked for whole, so the announced length is known before any of it.
        self._left -= header.length
        if self._left < 0:
            raise WebSocketError("the message is too large")
        payload: bytes = self.stream.read(header.length)
        if len(payload) != header.length:
            raise WebSocketError("the line was lost within a frame")
        while not self._bytes.spend(time.monotonic(), header.length):
            gevent.sleep(0.05)
        return header, _unmask(payload, header.mask)

    def validate_utf8(self, payload: bytes) -> None:
        """Nothing: decoding refuses the same, and takes a thousandth of the time."""

    def send_frame(self, message: Any, opcode: int) -> None:
        with self._writing:
            super().send_frame(message, opcode)


class Lobby:
    """The open lines on which nobody has been let in: few at a time, and none for long."""

    def __init__(self, who: Callable[[dict[str, Any]], str | None]) -> None:
        """`who` says whose login a request carries, or None."""
        self._who = who
        self._waiting: dict[Any, tuple[str, Any]] = {}  # line -> its place, what ends it
        self._places: Counter[str] = Counter()

    def has_room(self, environ: dict[str, Any]) -> bool:
        """Whether another line may be opened by whoever asks so."""
        place, most = self._place(environ)
        return self._places[place] < most

    def enter(self, line: Any, environ: dict[str, Any]) -> None:
        """Give a line `LET_IN_WITHIN` seconds; it is dropped if it has not left by then."""
        if line in self._waiting or line.closed:
            return
        place, _ = self._place(environ)
        self._places[place] += 1
        self._waiting[line] = place, gevent.spawn_later(LET_IN_WITHIN, drop, line)

    def leave(self, line: Any) -> None:
        """Somebody has been let in on a line, or it is closed."""
        place, end = self._waiting.pop(line, ("", None))
        if end is None:
            return
        end.kill(block=False)
        self._places[place] -= 1
        if not self._places[place]:
            del self._places[place]

    def _place(self, environ: dict[str, Any]) -> tuple[str, int]:
        person = self._who(environ)
        if person is not None:
            return f"person {person}", WAITING_TABS
        return f"address {environ.get('REMOTE_ADDR', '')}", WAITING_STRANGERS


class Line:
    """The connection of one request, for who may have to end it (`web.sending`)."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line

    def unsent(self) -> int:
        """Bytes the kernel has taken and not sent."""
        held = bytearray(4)
        try:
            ioctl(self._line.fileno(), SIOCOUTQNSD, held)
        except OSError:
            return 0  # it is gone
        return int.from_bytes(held, sys.byteorder)

    def cut(self) -> None:
        _reset(self._line)


class Handler(WebSocketHandler):  # type: ignore[misc]
    """Serves requests that come in time, and upgrades those for the socket to bounded websockets."""

    ignored_socket_errors = (*WebSocketHandler.ignored_socket_errors, errno.EBADF, "timed out")
    _deadline: Any = None

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            pass  # gone before it could be told what was wrong
        finally:
            self._expect(None)

    def handle_one_request(self) -> Any:
        gevent.sleep(0)  # requests sent all at once wait for the others' turn between any two
        return super().handle_one_request()

    def read_requestline(self) -> Any:
        self._expect(REQUEST_WITHIN)
        return super().read_requestline()

    def read_request(self, raw_requestline: Any) -> Any:
        read = super().read_request(raw_requestline)
        if (self.content_length or 0) > MAX_BODY:
            raise ValueError("the body is too large")
        return read

    def start_response(self, status: Any, headers: Any, exc_info: Any = None) -> Any:
        self._expect(ANSWER_WITHIN)
        return super().start_response(status, headers, exc_info)

    def upgrade_websocket(self) -> Any:
        if not self.environ.get("PATH_INFO", "").startswith("/socket.io/"):
            return None  # a page like any other, and none is there
        try:
            refusal = super().upgrade_websocket()
        except ValueError:  # of a key that is no base64
            refusal = None
        if refusal:
            return [each.encode() for each in refusal]
        if self.environ.get("HTTP_UPGRADE", "").lower() != "websocket" or hasattr(
            self, "websocket"
        ):
            return None
        self.start_response("400 Bad Request", [])
        return [b"This is no opening handshake of a websocket."]

    def log_error(self, msg: str, *args: object) -> None:
        """Take note of what is no request, without quoting it: it may hold a badge's code or a cookie."""
        log.info(
            "what %s sent is no request", self.client_address[0] if self.client_address else ""
        )

    def _check_http_version(self) -> bool:
        try:
            known: bool = super()._check_http_version()
        except IndexError:  # "HTTP/9"
            return False
        return known

    def get_environ(self) -> dict[str, Any]:
        self._expect(BODY_WITHIN)
        environ: dict[str, Any] = super().get_environ()
        environ["session_app.line"] = Line(self.socket)
        # gevent hands out the bare line where an upgrade is asked for: a form with such a header never ends.
        environ["wsgi.input"], environ["wsgi.input_terminated"] = self.wsgi_input, True
        return environ

    def upgrade_connection(self) -> Any:
        lobby: Lobby = self.server.lobby
        if not lobby.has_room(self.environ):
            self.start_response("429 Too Many Requests", [])
            return ["Too many connections are being opened from here; wait a moment."]
        refusal = super().upgrade_connection()
        plain = getattr(self, "websocket", None)
        if plain is not None:
            self._expect(None)
            self.websocket = BoundedWebSocket(self.environ, plain.stream, self)
            self.environ["wsgi.websocket"] = self.websocket
            plain.closed = True  # or it would say goodbye when it is collected
            lobby.enter(self.websocket, self.environ)
        return refusal

    def run_websocket(self) -> None:
        line = self.websocket
        try:
            super().run_websocket()
        finally:
            self.server.lobby.leave(line)

    def _handle_client_error(self, ex: Any) -> Any:
        # gevent prints the whole stack for whatever is wrong with headers.
        self.log_error("")
        return "400", b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

    def _expect(self, seconds: float | None) -> None:
        """Close the connection unless this is called again in time."""
        if self._deadline is not None:
            self._deadline.kill(block=False)
        self._deadline = seconds and gevent.spawn_later(seconds, _reset, self.socket)


class Server(WSGIServer):
    """Serves pages and sockets; a line is opened only while the lobby has room."""

    handler_class = Handler

    def __init__(self, address: tuple[str, int], app: Any, lobby: Lobby, **options: Any) -> None:
        super().__init__(address, app, log=None, spawn=_open_files() - SPARE_FILES, **options)
        self.lobby = lobby


def is_stalled(websocket: Any) -> bool:
    """Whether something that was sent to this peer has not left the machine yet."""
    line = getattr(websocket.handler, "socket", None)
    return line is not None and Line(line).unsent() > 0


def drop(websocket: Any, *, after: float = 0.0) -> None:
    """Close a connection, at once or in so many seconds, and with it everything still in its buffers.

    Nobody is waited for: a peer that reads nothing does not notice, and neither does anybody else.
    """
    if after:
        gevent.spawn_later(after, drop, websocket)
        return
    line = getattr(websocket.handler, "socket", None)
    if line is not None:
        _reset(line)


def _reset(line: socket.socket) -> None:
    with suppress(OSError):
        # With this, closing discards what the peer has not read instead of offering it for minutes.
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # Closing alone would wait for the greenlets that hold the socket; this wakes them.
        line.shutdown(socket.SHUT_RDWR)


def _unmask(payload: bytes, mask: bytes) -> bytes:
    # All at once: octet by octet, a large message would keep everybody waiting.
    size = len(payload)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload) ^ int.from_bytes(key)).to_bytes(size)


def _open_files() -> int:
    """As many files as this process may have open, after it has asked for `OPEN_FILES`."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if most == resource.RLIM_INFINITY else min(OPEN_FILES, most)
    if now != resource.RLIM_INFINITY and now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    return wanted
