"""A real desk for the tests: `session-app demo` in its own process, people signed in, sockets open.

The sockets speak the protocol on the wire itself (Engine.IO 4, Socket.IO 5), so that a test can keep
every frame, stop reading, or send what no honest client would.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import itertools
import json
import os
import queue
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import websocket

PROGRAM = Path(sys.executable).with_name("session-app")
SECONDS = 20.0
"""What a test waits for anything before it says that it has not happened."""


class Answer:
    """What a page answered."""

    def __init__(self, status: int, headers: http.client.HTTPMessage, body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body


class DeskProcess:
    """`session-app demo` on a data folder; it can be killed and started again there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.codes: dict[str, str] = {}
        self.session = ""
        self._process: subprocess.Popen[bytes] | None = None
        self.log = folder / "desk.log"

    def start(self) -> DeskProcess:
        """Run the program until it has printed its line; it is listening then."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(PROGRAM, "demo", "--json"),
                    *("--data", self.folder / "data", "--port", str(self.port)),
                ],
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        self._process.stdout.close()
        assert line, f"the desk did not start: {self.log.read_text()[-2000:]}"
        made = json.loads(line)
        self.session = made["session"]
        self.codes = {each["role"]: each["code"] for each in made["roles"]}
        return self

    def kill(self) -> None:
        """End it as a power cut would: no signal handler runs, nothing is flushed."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, number: int) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(SECONDS)
            self._process = None

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def memory(self) -> int:
        """Bytes of memory the process holds now."""
        assert self._process is not None
        pages = Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def holds(self, opened: Socket) -> bool:
        """Whether the desk's end of a connection is still there, as the kernel lists it."""
        ends = f"0100007F:{self.port:04X} 0100007F:{opened.near_port:04X}"
        lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return any(f"{line[1]} {line[2]}" == ends for line in lines)

    def ask(
        self,
        path: str,
        *,
        cookie: str = "",
        form: dict[str, str] | bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Get a page, or post a form to it as a browser on our own page would; one made already goes
        with the `Content-Type` it is given."""
        sent = {"Origin": self.url, "Cookie": f"login={cookie}"}
        body = urlencode(form) if isinstance(form, dict) else form
        if form is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        sent |= headers or {}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        with contextlib.closing(connection):
            connection.request("GET" if form is None else "POST", path, body, sent)
            reply = connection.getresponse()
            return Answer(reply.status, reply.headers, reply.read())

    def sign_in(self, role: str) -> str:
        """The cookie of a new login."""
        answer = self.ask("/in", form={"code": self.codes[role]})
        assert answer.status == 303, answer.body
        return answer.headers["Set-Cookie"].partition("login=")[2].partition(";")[0]

    def connect(self, cookie: str, **options: object) -> Socket:
        """A socket that has been accepted. Raises `Refused` where the line was lost before an answer."""
        opened = Socket(self.port, cookie, **options)  # type: ignore[arg-type]
        if not opened.accept():
            assert not opened.is_answered, "the desk refused the connection"
            raise Refused("the line was lost")
        return opened

    def enter(self, role: str, *topics: str, **options: object) -> Socket:
        """A socket of somebody who has signed in and opened a page of the session."""
        opened = self.connect(self.sign_in(role), **options)
        joined = opened.ask("join", {"session": self.session, "page": "home", "topics": topics})
        assert joined["ok"], joined
        return opened

    def run(self, *arguments: object) -> str:
        """What a command of the program prints about this desk's data. It must succeed."""
        return subprocess.run(
            [PROGRAM, arguments[0], "--data", self.folder / "data", *arguments[1:]],
            check=True,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        ).stdout

    def close_door(self, chair: Socket, mode: str = "closed") -> None:
        """Have the chair, who shows the topic `door`, close it on the list the page names."""
        shown = chair.ask("join", {"session": self.session, "page": "chair", "topics": ["door"]})
        assert shown["ok"], shown
        found = re.search(
            rf'name="mode" value="{mode}"[^<]*<input[^>]*name="seen" value="([0-9a-f]+)"',
            shown["fragments"]["door"],  # type: ignore[index]
        )
        assert found, shown
        assert chair.do("door.close", mode=mode, seen=found[1])["ok"]

    def draft(self) -> str:
        """The draft of the session's outcome document."""
        found = self.query("select id from draft where session = ? and not closed", self.session)
        return str(found[0][0])

    def person(self, role: str) -> str:
        """Who holds a role's latest code."""
        hashed = hashlib.sha256(self.codes[role].encode()).hexdigest()
        return str(self.query("select person from badge where hash = ?", hashed)[0][0])

    def query(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        """What the store holds, read beside the running desk."""
        path = self.folder / "data" / "session.db"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
            return store.execute(sql, parameters).fetchall()


class Refused(Exception):
    """A socket was closed, or never opened."""


class Socket:
    """One websocket that speaks Socket.IO, and remembers every frame it was sent."""

    def __init__(
        self,
        port: int,
        cookie: str | None,
        *,
        origin: str | None = None,
        host: str | None = None,
        through: int | None = None,
        receive_buffer: int | None = None,
        frames: list[bytes] | None = None,
    ) -> None:
        headers = [] if cookie is None else [f"Cookie: login={cookie}"]
        options = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
        if receive_buffer is not None:
            options.append((socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer))
        self.frames = [] if frames is None else frames
        self.events: list[tuple[str, list[object]]] = []
        self.closed = threading.Event()
        self.reading = threading.Event()
        self.reading.set()
        self.on_event: Callable[[str, list[object]], None] | None = None
        self._acks: dict[int, queue.Queue[list[object]]] = {}
        self._numbers = itertools.count()
        self._news = threading.Condition()
        self._connected: bool | None = None
        self._sending = threading.Lock()
        try:
            self.wire = websocket.create_connection(
                f"ws://127.0.0.1:{through or port}/socket.io/?EIO=4&transport=websocket",
                timeout=SECONDS,
                header=headers,
                origin=origin or f"http://127.0.0.1:{port}",
                host=host or f"127.0.0.1:{port}",
                sockopt=options,
            )
        except (websocket.WebSocketException, OSError) as failure:
            raise Refused(str(failure)) from failure
        self.wire.settimeout(None)
        self.near_port: int = self.wire.sock.getsockname()[1]
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    # Asking

    def accept(self, auth: object = None) -> bool:
        """Ask to be connected; whether the desk says yes. No answer at all counts as no."""
        self.send_text("40" + ("" if auth is None else json.dumps(auth)))
        self.wait(lambda: self._connected is not None or self.closed.is_set())
        return self._connected is True

    @property
    def is_answered(self) -> bool:
        """Whether the desk has said yes or no."""
        return self._connected is not None

    def send(self, name: str, *values: object, number: int | None = None) -> None:
        """Send a message; `bytes` go as attachments behind it."""
        attachments = [each for each in values if isinstance(each, bytes)]
        numbered = itertools.count()
        plain = [
            {"_placeholder": True, "num": next(numbered)} if isinstance(each, bytes) else each
            for each in values
        ]
        kind = f"45{len(attachments)}-" if attachments else "42"
        head = kind + ("" if number is None else str(number)) + json.dumps([name, *plain])
        with self._sending:
            self._send(head, websocket.ABNF.OPCODE_TEXT)
            for each in attachments:
                self._send(each, websocket.ABNF.OPCODE_BINARY)

    def ask(self, name: str, *values: object, seconds: float = SECONDS) -> dict[str, object]:
        """Send a message and return its ack's first value."""
        return self.ask_whole(name, *values, seconds=seconds)[0]  # type: ignore[return-value]

    def ask_whole(self, name: str, *values: object, seconds: float = SECONDS) -> list[object]:
        """Send a message and return every value of its ack. Raises `Refused` if none can come."""
        number = next(self._numbers)
        answer = self._acks[number] = queue.Queue()
        self.send(name, *values, number=number)
        end = time.monotonic() + seconds
        while True:
            try:
                return answer.get(timeout=0.05)
            except queue.Empty:
                if self.closed.is_set() and answer.empty():
                    raise Refused(name) from None
                if time.monotonic() > end:
                    raise TimeoutError(name) from None

    def do(self, name: str, **values: object) -> dict[str, object]:
        """Give a command and return its ack."""
        return self.ask("command", {"name": name, "values": values})

    def send_text(self, text: str) -> None:
        """Send one raw text frame."""
        with self._sending:
            self._send(text, websocket.ABNF.OPCODE_TEXT)

    def _send(self, payload: str | bytes, opcode: int) -> None:
        try:
            self.wire.send(payload, opcode)
        except (websocket.WebSocketException, OSError) as failure:
            raise Refused(str(failure)) from failure

    # Hearing

    def wait(self, holds: Callable[[], object], seconds: float = SECONDS) -> bool:
        """Whether something comes to hold in time."""
        with self._news:
            return bool(self._news.wait_for(holds, seconds))

    def heard(self, name: str) -> list[list[object]]:
        """What every message of a name carried, in order."""
        return [values for each, values in list(self.events) if each == name]

    def wait_closed(self, seconds: float = SECONDS) -> bool:
        return self.closed.wait(seconds)

    def close(self) -> None:
        # Closing alone waits for the thread that reads: the other end would not hear of it.
        with contextlib.suppress(OSError, AttributeError):
            self.wire.sock.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError, websocket.WebSocketException):
            self.wire.shutdown()

    def _read(self) -> None:
        waiting: list[object] | None = None
        head, missing, attachments = "", 0, []
        # `Refused`, too: a pong that finds the line cut must not leave a socket deaf and seemingly open.
        with contextlib.suppress(OSError, websocket.WebSocketException, AttributeError, Refused):
            while True:
                self.reading.wait()
                opcode, frame = self.wire.recv_data()
                if opcode == websocket.ABNF.OPCODE_CLOSE:
                    break
                self.frames.append(frame)
                if opcode == websocket.ABNF.OPCODE_BINARY:
                    attachments.append(frame)
                    missing -= 1
                    if not missing:
                        self._take(head, _filled(waiting, attachments))
                    continue
                text = frame.decode()
                if text == "2":
                    self.send_text("3")
                elif text.startswith("40"):
                    self._say(connected=True)
                elif text.startswith(("44", "41")):
                    self._say(connected=False)
                elif text.startswith(("42", "43")):
                    self._take(*_parsed(text[1:]))
                elif text.startswith(("45", "46")):
                    count, _, rest = text[2:].partition("-")
                    head, waiting = _parsed(text[1] + rest)
                    missing, attachments = int(count), []
        self.closed.set()
        with self._news:
            self._news.notify_all()
        with contextlib.suppress(OSError, websocket.WebSocketException):
            self.wire.shutdown()

    def _say(self, *, connected: bool) -> None:
        with self._news:
            self._connected = connected
            self._news.notify_all()

    def _take(self, head: str, values: list[object]) -> None:
        if head[0] in "36":
            waiting = self._acks.pop(int(head[1:]), None)
            if waiting is not None:
                waiting.put(values)
            return
        name = str(values[0])
        if self.on_event is not None:
            self.on_event(name, values[1:])
        with self._news:
            self.events.append((name, values[1:]))
            self._news.notify_all()


def _parsed(text: str) -> tuple[str, list[object]]:
    """The type and number of a packet, and its values."""
    start = text.index("[")
    return text[:start], json.loads(text[start:])


def _filled(values: list[object] | None, attachments: list[bytes]) -> list[object]:
    return [
        attachments[each["num"]] if isinstance(each, dict) and "_placeholder" in each else each
        for each in values or []
    ]


class Line:
    """A TCP line in front of a desk that can go slow, silent or dead."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self.open = threading.Event()
        self.open.set()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Drop every connection that goes through it, without a word."""
        pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for each in pair:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()

    def swallow(self) -> None:
        """Carry nothing more in either direction, and tell nobody: a black hole."""
        self.open.clear()

    def carry(self) -> None:
        self.open.set()

    def close(self) -> None:
        self._server.close()
        self.open.set()
        self.cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._server.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self._to))
                except OSError:
                    near.close()
                    continue
                self._pairs.append((near, far))
                for each in (near, far):
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while part := source.recv(65_536):
                self.open.wait()
                target.sendall(part)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def running_desk(folder: Path) -> Iterator[DeskProcess]:
    """A desk that runs for the length of a block."""
    desk = DeskProcess(folder).start()
    try:
        yield desk
    finally:
        desk.stop()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
