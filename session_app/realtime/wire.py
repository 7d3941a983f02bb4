"""The wire below Socket.IO: gevent's websockets, held to what they do not promise by themselves.

As they come they read a frame of any announced length into memory before anybody has signed in, write
a pong into the middle of a frame that waits for a slow reader, and wait for ever for one that reads
nothing. Here a message is bounded while it is read, frames go out whole and one after the other, and a
peer that does not move for `STALL` seconds is left.
"""

from __future__ import annotations

import logging
import socket
import struct
import sys
from contextlib import suppress
from fcntl import ioctl
from typing import Any

import gevent
from gevent.lock import RLock
from geventwebsocket.handler import WebSocketHandler
from geventwebsocket.websocket import WebSocket
from socketio.packet import Packet

log = logging.getLogger(__name__)

MAX_MESSAGE = 300_000
"""Bytes of one message: four times the largest update the gate admits."""
MAX_ATTACHMENTS = 1
"""Binary parts of one message; what is announced and does not come is kept meanwhile."""
SIOCOUTQNSD = 0x894B
"""Linux: how much a connection holds that has not left the machine."""
STALL = 15.0
"""Seconds one frame may take to go out, and one to come in; an answered ping comes every five."""


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
        self._writing = RLock()
        self.raw_read = self._read_bounded
        handler.socket.settimeout(STALL)
        # A message's binary part is a frame of its own: it must not wait for the first one's receipt.
        handler.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read_message(self) -> Any:
        self._left = MAX_MESSAGE
        return super().read_message()

    def send_frame(self, message: Any, opcode: int) -> None:
        with self._writing:
            super().send_frame(message, opcode)

    def _read_bounded(self, size: int) -> bytes:
        # The frame's payload is asked for whole, so the announced length is known before any of it.
        self._left -= size
        if self._left < 0:
            raise ValueError("the message is too large")
        content: bytes = self.stream.read(size)
        return content


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
    """Serves requests, and upgrades to bounded websockets."""

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
        environ: dict[str, Any] = super().get_environ()
        environ["session_app.line"] = Line(self.socket)
        return environ

    def upgrade_connection(self) -> Any:
        refusal = super().upgrade_connection()
        plain = getattr(self, "websocket", None)
        if plain is not None:
            self.websocket = BoundedWebSocket(self.environ, plain.stream, self)
            self.environ["wsgi.websocket"] = self.websocket
            plain.closed = True  # or it would say goodbye when it is collected
        return refusal


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
