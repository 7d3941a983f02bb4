"""What the benchmarks of the room share: desks and peers that serve, and many sockets in few threads.

A line speaks what both our desk and any Socket.IO server understand: websocket frames (RFC 6455),
Engine.IO 4, Socket.IO 5. It is as little as that takes, so that a process has time for hundreds.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import selectors
import socket
import subprocess
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

SECONDS = 30.0
"""What any answer may take."""
TICKS = os.sysconf("SC_CLK_TCK")
STEP = re.compile(r'name="step" value="([^"]+)"')


@dataclass(eq=False)
class Line:
    """One socket and what has come on it."""

    socket: socket.socket
    number: int
    heard: list[tuple[int, float, bytes]]  # on which line, when, and what: the crowd's
    rest: bytearray = field(default_factory=bytearray)
    acks: dict[int, object] = field(default_factory=dict)
    is_let_in: bool = False

    def send(self, text: str) -> None:
        body = text.encode()
        size = len(body)
        head = bytes((0x81, 0x80 | size)) if size < 126 else b"\x81\xfe" + size.to_bytes(2, "big")
        self.socket.sendall(head + b"\0\0\0\0" + body)  # masked with nothing: it is still masked

    def take(self) -> bool:
        """Read what has come; whether the line is still there."""
        with suppress(BlockingIOError):
            part = self.socket.recv(1 << 18)
            now = time.monotonic()
            if not part:
                return False
            self.rest += part
            for payload in self._frames():
                self._hear(payload, now)
        return True

    def _hear(self, payload: bytes, now: float) -> None:
        if payload == b"2":
            self.send("3")
        elif payload.startswith(b"43"):
            number, _, values = payload[2:].partition(b"[")
            self.acks[int(number)] = json.loads(b"[" + values)[0]
        elif payload.startswith(b"40"):
            self.is_let_in = True
        elif payload.startswith(b"42"):
            self.heard.append((self.number, now, payload[2:]))

    def _frames(self) -> Iterator[bytes]:
        while len(self.rest) >= 2:
            size, start = self.rest[1] & 0x7F, 2
            if size > 125:
                start = 4 if size == 126 else 10
                size = int.from_bytes(self.rest[2:start], "big")
            if len(self.rest) < start + size:
                return
            payload = bytes(self.rest[start : start + size])
            del self.rest[: start + size]
            yield payload


class Crowd:
    """Many lines to one server, read in one thread."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._selector = selectors.DefaultSelector()
        self._asked = 0
        self.lines: list[Line] = []
        self.heard: list[tuple[int, float, bytes]] = []
        """Every message that has come: the number of its line, when, and what it says."""

    def enter(self, cookie: str) -> Line:
        """Open a line as the person of this cookie. Raises `ConnectionError` where it is not let in."""
        plain = socket.create_connection(("127.0.0.1", self._port), SECONDS)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        here = f"127.0.0.1:{self._port}"
        plain.sendall(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {here}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            f"Origin: http://{here}\r\nCookie: login={cookie}\r\n\r\n".encode()
        )
        answer = b""
        while b"\r\n\r\n" not in answer:
            part = plain.recv(4096)
            if not part:
                break
            answer += part
        head, _, rest = answer.partition(b"\r\n\r\n")
        if b" 101 " not in head.partition(b"\r\n")[0]:
            raise ConnectionError(f"no line was opened: {head.decode()}")
        line = Line(plain, len(self.lines), self.heard, bytearray(rest))
        plain.setblocking(False)
        self._selector.register(plain, selectors.EVENT_READ, line)
        self.lines.append(line)
        line.send("40")
        self._wait(lambda: line.is_let_in, "Socket.IO's greeting")
        return line

    def ask(self, line: Line, name: str, values: object) -> Mapping[str, object]:
        """Send a message and wait for its ack, reading everybody's lines meanwhile.

        Raises `ConnectionError` where none comes, or a refusal.
        """
        self._asked += 1
        line.send(f"42{self._asked}{json.dumps([name, values])}")
        self._wait(lambda: self._asked in line.acks, name)
        answer = line.acks.pop(self._asked)
        if not isinstance(answer, dict) or not answer.get("ok"):
            raise ConnectionError(f"{name}: {answer}")
        return answer

    def _wait(self, has_come: Callable[[], bool], name: str) -> None:
        end = time.monotonic() + SECONDS
        while not has_come():
            if time.monotonic() > end:
                raise ConnectionError(f"no answer to {name}")
            self.read(0.1)

    def read(self, seconds: float) -> None:
        """Read whatever comes, waiting so long at most. Raises `ConnectionError` when a line is lost."""
        for key, _ in self._selector.select(seconds):
            if not key.data.take():
                raise ConnectionError("a line was lost")

    def leave(self) -> None:
        """Close all lines."""
        for line in self.lines:
            self._selector.unregister(line.socket)
            line.socket.close()
        self.lines = []


@dataclass
class Server:
    """A server process on the loopback."""

    port: int
    process: subprocess.Popen[bytes]

    def cpu(self) -> float:
        """Seconds of CPU it has used, its children aside: neither peer has any."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text()
        # The command's name may hold spaces and brackets: what counts stands behind the last one.
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def sign_in(self, code: str, pin: str | None) -> str:
        """The login a badge's code is worth. Raises `ConnectionError` where it is refused."""
        cookie, page = self._post("/in", {"code": code})
        step = STEP.search(page)
        if pin and step:
            cookie, page = self._post("/in/pin", {"step": step[1], "pin": pin})
        if not cookie:
            raise ConnectionError(f"no sign-in: {page}")
        return cookie

    def _post(self, path: str, form: Mapping[str, str]) -> tuple[str, str]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        headers = {
            "Origin": f"http://127.0.0.1:{self.port}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        line.request("POST", path, urllib.parse.urlencode(form), headers)
        answer = line.getresponse()
        page = answer.read().decode()
        line.close()
        given = answer.getheader("Set-Cookie") or ""
        return given.partition("login=")[2].partition(";")[0], page


def free_port() -> int:
    """A port of the loopback on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def serve(command: Sequence[str | Path], port: int, log: Path) -> Iterator[Server]:
    """Start a server that will listen on this port, and end it.

    Raises `ConnectionError` where it does not begin to listen.
    """
    kept = {name: each for name, each in os.environ.items() if not name.startswith("SESSION_APP_")}
    with log.open("wb") as written:
        process = subprocess.Popen(
            [*command],
            stdout=written,
            stderr=written,
            env={**kept, "NODE_ENV": "production"},
        )
    try:
        end = time.monotonic() + SECONDS
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), SECONDS):
                break
            if process.poll() is not None or time.monotonic() > end:
                raise ConnectionError(f"{command[0]} did not start: see {log}")
            time.sleep(0.05)
        yield Server(port, process)
    finally:
        process.terminate()
        process.wait(SECONDS)
