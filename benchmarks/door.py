"""How fast a closing door cuts off who stands outside, with five hundred connections open.

    python benchmarks/door.py [--connections 500] [--rounds 7]

A real desk serves the demonstration; everybody of its list has as many pages open as come to the number
asked for, and every reader has the draft open. Two writers type all the while, so that every reader's
line is busy. Then the chair closes the door. Measured from the moment the chair's command is sent, at the
receiving end: the chair's ack; for each excluded connection the last byte of content, the notice that it
may no longer be here, and the end of its transport. Printed is the median of the rounds and the lowest and
highest. The clients are four processes; the busiest one's share of a core is printed, too.

Goal: no byte of content after the chair's ack, every transport closed within a second; every notice
within 100 ms for 99 of 100 connections.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import platform
import re
import selectors
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import pycrdt

ROOT = Path(__file__).parents[1]
PROGRAM = Path(sys.executable).with_name("session-app")
PROCESSES = 4
SECONDS = 30.0
BADGE = re.compile(r"^(\S+) +(.+?) +http://\S+/in/(\S+)  \S+(?:  PIN (\d+))?$", re.MULTILINE)
STEP = re.compile(rb'name="step" value="([^"]+)"')
SEEN = re.compile(r'name="mode" value="closed"[^<]*<input[^>]*name="seen" value="([0-9a-f]+)"')
CHAIR = "Beatriz Menjívar"
TOPICS = ("sitting", "agenda", "attendance", "documents")


# The wire: websocket frames (RFC 6455), Engine.IO 4, Socket.IO 5 -------------------------------


@dataclass(eq=False)
class Line:
    """One socket, read without a thread of its own."""

    socket: socket.socket
    outside: bool
    rest: bytearray = field(default_factory=bytearray)
    last_content: float = 0.0
    bye: float = 0.0
    closed: float = 0.0
    acks: dict[int, object] = field(default_factory=dict)

    def send(self, text: str) -> None:
        body = text.encode()
        size = len(body)
        head = bytes((0x81, 0x80 | size)) if size < 126 else b"\x81\xfe" + size.to_bytes(2, "big")
        self.socket.sendall(head + b"\0\0\0\0" + body)  # masked with nothing: it is still masked

    def send_binary(self, body: bytes) -> None:
        self.socket.sendall(
            (
                bytes((0x82, 0x80 | len(body)))
                if len(body) < 126
                else b"\x82\xfe" + len(body).to_bytes(2, "big")
            )
            + b"\0\0\0\0"
            + body
        )

    def take(self, now: float) -> bool:
        """Read what has come; whether the line is still there."""
        try:
            part = self.socket.recv(1 << 18)
        except BlockingIOError:
            return True
        except OSError:
            part = b""
        if not part:
            self.closed = now
            return False
        self.rest += part
        for opcode, payload in self._frames():
            if opcode == 8:
                continue
            if opcode == 2 or payload.startswith((b"42", b"45")):
                if payload.startswith(b'42["bye"'):
                    self.bye = now
                else:
                    self.last_content = now
            elif payload == b"2":
                with suppress(OSError):
                    self.send("3")
            elif payload.startswith((b"43", b"46")):
                number, _, values = payload.partition(b"[")
                digits = re.search(
                    rb"(\d+)$", number.rpartition(b"-")[2] if b"-" in number else number[2:]
                )
                if digits:
                    self.acks[int(digits[1])] = json.loads(b"[" + values)
        return True

    def _frames(self) -> Iterator[tuple[int, bytes]]:
        while len(self.rest) >= 2:
            size, start = self.rest[1] & 0x7F, 2
            if size == 126:
                size, start = int.from_bytes(self.rest[2:4], "big"), 4
            elif size == 127:
                size, start = int.from_bytes(self.rest[2:10], "big"), 10
            if len(self.rest) < start + size or len(self.rest) < start:
                return
            opcode, payload = self.rest[0] & 0x0F, bytes(self.rest[start : start + size])
            del self.rest[: start + size]
            yield opcode, payload


def open_line(port: int, cookie: str, outside: bool) -> Line:
    """A socket that has been upgraded."""
    plain = socket.create_connection(("127.0.0.1", port), SECONDS)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    plain.sendall(
        f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        f"Sec-WebSocket-Version: 13\r\nOrigin: http://127.0.0.1:{port}\r\nCookie: login={cookie}\r\n\r\n".encode()
    )
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += plain.recv(4096)
    head, _, rest = answer.partition(b"\r\n\r\n")
    assert b" 101 " in head.splitlines()[0], head
    line = Line(plain, outside)
    line.rest += rest
    return line


class Crew:
    """Many lines in one process."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._selector = selectors.DefaultSelector()
        self.lines: list[Line] = []
        self._numbers = 0

    def add(self, cookie: str, outside: bool, session: str, draft: str | None) -> Line:
        line = open_line(self._port, cookie, outside)
        line.socket.setblocking(False)
        self._selector.register(line.socket, selectors.EVENT_READ, line)
        self.lines.append(line)
        line.send("40")
        answer = self.ask(line, "join", {"session": session, "page": "home", "topics": TOPICS})
        assert answer["ok"], answer
        if draft is not None:
            answer = self.ask(line, "draft.open", {"draft": draft, "tab": "bench"})
            assert answer["ok"], answer
        return line

    def ask(self, line: Line, name: str, values: object) -> dict[str, object]:
        """Send a message and wait for its ack, reading everybody's lines meanwhile."""
        self._numbers += 1
        line.send(f"42{self._numbers}{json.dumps([name, values])}")
        end = time.monotonic() + SECONDS
        while self._numbers not in line.acks:
            assert time.monotonic() < end, f"no ack of {name}"
            self.read(0.1)
        return line.acks.pop(self._numbers)[0]  # type: ignore[index,return-value]

    def read(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            line: Line = key.data
            if not line.take(time.monotonic()):
                self._selector.unregister(line.socket)
                line.socket.close()

    def drop_all(self) -> None:
        for line in self.lines:
            if not line.closed:
                self._selector.unregister(line.socket)
                line.socket.close()
        self.lines = []


def run_crew(pipe: Connection, port: int, session: str, draft: str) -> None:
    """One process of clients; it is told what to do and answers with what it has seen."""
    crew = Crew(port)
    while True:
        order, *values = pipe.recv()
        if order == "open":
            for cookie, outside, reads in values[0]:
                crew.add(cookie, outside, session, draft if reads else None)
            pipe.send(len(crew.lines))
        elif order == "watch":
            busy, began = time.process_time(), time.monotonic()
            while not pipe.poll():
                crew.read(0.01)
            pipe.recv()
            share = (time.process_time() - busy) / (time.monotonic() - began)
            pipe.send(
                (
                    share,
                    [
                        (each.outside, each.last_content, each.bye, each.closed)
                        for each in crew.lines
                    ],
                )
            )
            crew.drop_all()
        else:
            return


# The desk -------------------------------------------------------------------------------------


@dataclass
class Served:
    port: int
    session: str
    folder: Path
    process: subprocess.Popen[bytes]

    def post(self, path: str, form: dict[str, str], cookie: str = "") -> tuple[str, bytes]:
        """Post a form; returns the login it sets, if any, and the page."""

        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_: object) -> None:
                return None

        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            urllib.parse.urlencode(form).encode(),
            {"Origin": f"http://127.0.0.1:{self.port}", "Cookie": f"login={cookie}"},
        )
        try:
            answer = urllib.request.build_opener(Stay).open(request, timeout=SECONDS)
        except urllib.error.HTTPError as refused:
            answer = refused
        cookie = str(answer.headers.get("Set-Cookie", "")).partition("login=")[2].partition(";")[0]
        return cookie, answer.read()

    def run(self, name: str, *arguments: object) -> str:
        """What a command of the program prints about this desk."""
        return subprocess.run(
            [PROGRAM, name, "--data", self.folder / "data", *arguments],
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def draft(self) -> str:
        store = self.folder / "data" / "session.db"
        with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as opened:
            found = opened.execute("select id from draft where session = ?", (self.session,))
            return str(found.fetchone()[0])

    def sign_in_everybody(self) -> dict[str, str]:
        """A login for everybody accredited, by name."""
        badges = BADGE.findall(self.run("badges", self.session))
        return {name: self.sign_in(code, pin) for _, name, code, pin in badges}

    def sign_in(self, code: str, pin: str) -> str:
        cookie, page = self.post("/in", {"code": code})
        if pin:
            found = STEP.search(page)
            assert found, page
            cookie, page = self.post("/in/pin", {"step": found[1].decode(), "pin": pin})
        assert cookie, page
        return cookie


@contextmanager
def serve(folder: Path) -> Iterator[Served]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with (folder / "desk.log").open("wb") as log:
        process = subprocess.Popen(
            [PROGRAM, "demo", "--json", "--data", folder / "data", "--port", str(port)],
            stdout=subprocess.PIPE,
            stderr=log,
        )
    assert process.stdout is not None
    try:
        made = json.loads(process.stdout.readline())
        yield Served(port, made["session"], folder, process)
    finally:
        process.terminate()
        process.wait(SECONDS)


KINDS = (
    *(
        (code, "delegate")
        for code in ("SLV", "CAN", "CRI", "USA", "GTM", "HND", "MEX", "PAN", "DOM")
    ),
    *((code, "observer") for code in ("OIM", "ACNUR", "CIDH", "COL")),
    ("RROCM", "rrocm"),
    ("UNICEF", "guest"),
    ("ST", "staff"),
    ("ST", "interpreter"),
    ("ST", "screen"),
)
"""Whom the list is filled up with, in turn."""
READS = {"chair", "staff", "ppt_staff", "head", "delegate", "companion", "drafting_representative"}
WRITERS = ("Anjali Singh", "Paloma Ibarra")


def fill_list(served: Served, count: int) -> dict[str, str]:
    """Accredit so many people more; returns the capacity of everybody by name."""
    people = ROOT / "agendas" / "crm" / "demo" / "people.csv"
    rows = [line.split(",") for line in people.read_text("utf-8").splitlines()[1:]]
    capacities = {row[0]: row[2] for row in rows}
    lines = ["name,delegation,capacity"]
    for number in range(count):
        delegation, capacity = KINDS[number % len(KINDS)]
        name = f"Persona {number:03}"
        capacities[name] = capacity
        lines.append(f"{name},{delegation},{capacity}")
    listed = served.folder / "more.csv"
    listed.write_text("\n".join(lines))
    served.run("accredit", served.session, listed)
    return capacities


class Chair:
    """The chair's own page: it closes the door and opens it again."""

    def __init__(self, served: Served, cookie: str) -> None:
        self._served = served
        self.crew = Crew(served.port)
        self._line = self.crew.add(cookie, False, served.session, None)

    def preview(self) -> str:
        """The digest of the list the chair is shown, which the act names."""
        wanted = {"session": self._served.session, "page": "chair", "topics": ["door"]}
        shown = self.crew.ask(self._line, "join", wanted)
        found = SEEN.search(shown["fragments"]["door"])  # type: ignore[index]
        assert found, shown
        return found[1]

    def close(self, seen: str) -> tuple[float, float]:
        """Close the door; returns when the command was sent and when its ack was there."""
        sent = time.monotonic()
        values = {"mode": "closed", "seen": seen}
        answer = self.crew.ask(self._line, "command", {"name": "door.close", "values": values})
        assert answer["ok"], answer
        return sent, time.monotonic()

    def open(self) -> None:
        answer = self.crew.ask(self._line, "command", {"name": "door.open", "values": {}})
        assert answer["ok"], answer


class Writer:
    """Somebody of the drafting group who types until the door has closed."""

    def __init__(self, served: Served, crew: Crew, cookie: str, draft: str) -> None:
        self._crew, self._draft = crew, draft
        self._line = crew.add(cookie, True, served.session, None)
        facts = crew.ask(self._line, "draft.open", {"draft": draft, "tab": "writer"})
        rows = facts["draft"]["rows"]  # type: ignore[index]
        self._paragraph = next(row["id"] for row in rows if row["state"] == "proposed")
        self._doc = pycrdt.Doc(client_id=facts["clients"][0])  # type: ignore[index]
        self._text = self._doc.get("en", type=pycrdt.Text)

    def type(self) -> None:
        before = self._doc.get_state()
        self._text.insert(len(bytes(str(self._text), "utf-8")), "x")
        update = self._doc.get_update(before)
        facts = {"draft": self._draft, "paragraph": self._paragraph, "client": self._doc.client_id}
        values = ["draft.update", facts, {"_placeholder": True, "num": 0}]
        with suppress(OSError):
            self._line.send(f"451-7{json.dumps(values)}")
            self._line.send_binary(update)


def median(values: list[float]) -> str:
    return f"{statistics.median(values):.0f} ({min(values):.0f}-{max(values):.0f})"


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def deal(
    people: dict[str, str], capacities: dict[str, str], count: int
) -> list[list[tuple[str, bool, bool]]]:
    """Connections for each process: (cookie, outside, reads the draft), people in turn."""
    hands: list[list[tuple[str, bool, bool]]] = [[] for _ in range(PROCESSES)]
    names = [*people]
    for number in range(count):
        name = names[number % len(names)]
        hands[number % PROCESSES].append(
            (people[name], name != CHAIR, capacities.get(name, "") in READS)
        )
    return hands


@dataclass
class Round:
    """What one closing of the door was measured to take, in milliseconds; and content after the ack."""

    ack: float
    content: list[float]
    notice: list[float]
    closed: list[float]
    late: int
    unnoticed: int
    left: int
    share: float


def play(
    served: Served,
    chair: Chair,
    crews: list[Connection],
    hands: list[list[tuple[str, bool, bool]]],
    writers: list[tuple[str, str]],
    draft: str,
) -> Round:
    for crew, hand in zip(crews, hands, strict=True):
        crew.send(("open", hand))
    for crew in crews:
        crew.recv()
    writing = Crew(served.port)
    typing = [Writer(served, writing, cookie, draft) for _, cookie in writers]
    seen = chair.preview()
    for crew in crews:
        crew.send(("watch",))
    end = time.monotonic() + 2.0
    while time.monotonic() < end:
        for each in typing:
            each.type()
        writing.read(0.02)
    for each in typing:
        each.type()
    sent, acked = chair.close(seen)
    while time.monotonic() < sent + 2.0:
        writing.read(0.025)
    writing.drop_all()
    seen_by: list[tuple[bool, float, float, float]] = []
    share = 0.0
    for crew in crews:
        crew.send(("stop",))
        busy, lines = crew.recv()
        share = max(share, busy)
        seen_by += lines
    chair.open()
    outside = [each for each in seen_by if each[0]]
    return Round(
        ack=(acked - sent) * 1000,
        content=[max(0.0, content - sent) * 1000 for _, content, _, _ in outside],
        notice=[(bye - sent) * 1000 for _, _, bye, _ in outside if bye],
        closed=[(closed - sent) * 1000 for _, _, _, closed in outside if closed],
        late=sum(content > acked for _, content, _, _ in outside),
        unnoticed=sum(not bye for _, _, bye, _ in outside),
        left=sum(not closed for *_, closed in outside),
        share=share,
    )


def report(rounds: list[Round]) -> bool:
    def line(name: str, values: list[list[float]]) -> None:
        shown = ", ".join(
            f"{label} {median([take(each) for each in values if each])}"
            for label, take in (
                ("p50", lambda each: percentile(each, 0.5)),
                ("p99", lambda each: percentile(each, 0.99)),
                ("max", max),
            )
        )
        print(f"{name:28} {shown} ms")

    print(f"{'ack to the chair':28} {median([each.ack for each in rounds])} ms")
    line("last byte of content", [each.content for each in rounds])
    line("notice", [each.notice for each in rounds])
    line("transport closed", [each.closed for each in rounds])
    late = sum(each.late for each in rounds)
    print(
        f"lines with content after the chair's ack: {late}; without a notice: {sum(each.unnoticed for each in rounds)}"
    )
    print(f"busiest client process: {max(each.share for each in rounds):.0%} of a core")
    slowest = max((max(each.closed) for each in rounds), default=0.0)
    met = not late and not any(each.left for each in rounds) and slowest <= 1000
    notice = statistics.median(percentile(each.notice, 0.99) for each in rounds)
    print(
        f"content 0 and closed within 1 s: {'met' if met else 'NOT met'}; notice p99 within 100 ms: {'met' if notice <= 100 else 'NOT met'}"
    )
    return met


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--connections", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    (ROOT / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as folder, serve(Path(folder)) as served:
        capacities = fill_list(served, options.connections // 2 - 30)
        people = served.sign_in_everybody()
        draft = served.draft()
        hands = deal(people, capacities, options.connections)
        outside = sum(each[1] for hand in hands for each in hand)
        print(
            f"Closing the door on {outside} of {options.connections} connections of {len(people)} people;"
            f" median (range) of {options.rounds} rounds; Python {platform.python_version()}"
        )
        chair = Chair(served, people[CHAIR])
        crews = []
        for _ in range(PROCESSES):
            near, far = multiprocessing.Pipe()
            multiprocessing.Process(
                target=run_crew, args=(far, served.port, served.session, draft), daemon=True
            ).start()
            crews.append(near)
        writers = [(name, people[name]) for name in WRITERS]
        rounds = [play(served, chair, crews, hands, writers, draft) for _ in range(options.rounds)]
        for crew in crews:
            crew.send(("end",))
        raise SystemExit(0 if report(rounds) else 1)


if __name__ == "__main__":
    main()
