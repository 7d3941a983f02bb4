"""How soon an agenda change is on every screen of a full hall, beside a plain Socket.IO server.

    python benchmarks/hall.py [--sockets 300] [--changes 30] [--rounds 5]

Ours is a real desk (`session-app serve`) with the demonstration's session: everybody of its list, in all
categories, has signed in and has pages open that show what our pages show, the chair's, the desk's, the
screens' and the delegates'. So many sockets as are asked for show the agenda; who may not see it is
there, too, and must hear nothing. The chair takes up one item after another. The peer is Socket.IO on
Node: it knows nobody, keeps nothing, and sends a room one ready-made message as long as our fragment.

Measured from the moment the command is sent until the last of the sockets has its fragment, at the
receiving end. Both servers stand all the time and are played in turn, so that a busy machine slows both.
The sockets are held by three processes of their own, which write down when something came and look at
it afterwards. Goal: ours to the last within 100 ms, also the slowest change of a round.
"""

from __future__ import annotations

import argparse
import multiprocessing
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

from lines import SECONDS, Crowd, Server, free_port, serve

from session_app.app import open_conference
from session_app.config import Settings
from session_app.services.console import CALLS
from session_app.services.desk import Desk, clock
from session_app.store import sessions

ROOT = Path(__file__).parents[1]
PROGRAM = Path(sys.executable).with_name("session-app")
PROCESSES = 3
APART = 0.15
"""Seconds between two changes, at least."""
GOAL = 100.0
DELEGATE = ("sitting", "agenda", "attendance", "floor", "documents")
TOPICS: Mapping[str, Sequence[str]] = {
    "chair": ("sitting", "agenda", "attendance", "draft", "door"),
    "staff": ("sitting", "agenda", "attendance", "people", "documents"),
    "screen": ("sitting", "agenda"),
}
"""What the pages of a capacity show; all others have the delegates'."""
DIALOGUE, SLOT = "RROCM", "RROCM"
"""The item that is somebody's slot, by a word of its title: with it who may do what changes."""
AGENDA = b'["fragment",{"topic":"agenda"'


@dataclass(frozen=True)
class Hall:
    """A session in which people sit: its items, and by capacity the badges of who is accredited."""

    session: str
    items: Sequence[str]
    badges: Sequence[Mapping[str, str | None]]


def prepare(desk: Desk, settings: Settings) -> Hall:
    made = CALLS["demo"](desk, folder=str(settings.agendas / settings.forum / "demo"))
    session = made["session"]
    badges = CALLS["badges"](desk, session=session, anew=True)
    items = sessions.agenda(desk.store, session)
    named = [replace(item, slot=SLOT) if DIALOGUE in item.title_es else item for item in items]
    with desk.store.transaction(clock()) as tx:
        sessions.put_agenda(tx, session, tuple(named))
    return Hall(session, [item.id for item in items], badges)


@dataclass(frozen=True)
class Seat:
    """One socket to be: whose, and what its page shows."""

    cookie: str
    topics: Sequence[str]


# The crowd: sockets in processes of their own ---------------------------------------------------


def sit(
    pipe: Connection, count: Synchronized[int], port: int, session: str, seats: Sequence[Seat]
) -> None:
    """Hold sockets and count the fragments of the agenda that come; when asked, answer when they have
    come since the last time, by socket, and how busy this process was."""
    crowd = Crowd(port)
    shown = []
    for seat in seats:
        joining = {"session": session, "page": "home", "topics": seat.topics}
        answer = crowd.ask(crowd.enter(seat.cookie), "join", joining)
        fragments = answer["fragments"]
        shown.append(fragments.get("agenda", "") if isinstance(fragments, dict) else "")
    pipe.send(shown)
    while True:
        busy, began = time.process_time(), time.monotonic()
        times: list[list[float]] = [[] for _ in seats]
        while not pipe.poll():
            crowd.read(0.02)
            new = [each for each in crowd.heard if each[2].startswith(AGENDA)]
            crowd.heard.clear()
            for number, at, _ in new:
                times[number].append(at)
            if new:
                with count.get_lock():
                    count.value += len(new)
        pipe.recv()
        share = (time.process_time() - busy) / (time.monotonic() - began)
        pipe.send((share, times))


class Peer:
    """A server, its crowd, and the one who takes up the items."""

    def __init__(
        self, name: str, server: Server, hall: Hall, chair: str, seats: Sequence[Seat]
    ) -> None:
        self.name, self._server, self._hall = name, server, hall
        self._count = multiprocessing.Value("q", 0)
        self._pipes: list[Connection] = []
        self._processes: list[multiprocessing.Process] = []
        for number in range(PROCESSES):
            near, far = multiprocessing.Pipe()
            mine = (far, self._count, server.port, hall.session, seats[number::PROCESSES])
            process = multiprocessing.Process(target=sit, args=mine, daemon=True)
            process.start()
            self._pipes.append(near)
            self._processes.append(process)
        self.shown = [fragment for pipe in self._pipes for fragment in pipe.recv()]
        """What each socket shows of the agenda: nothing, where its person may not see it."""
        self._crowd = Crowd(server.port)
        self._chair = self._crowd.enter(chair)
        self._crowd.ask(
            self._chair, "join", {"session": hall.session, "page": "chair", "topics": []}
        )
        self._taken = 0

    def advance(self) -> tuple[float, float]:
        """Take up another item; returns when the command was sent, and when it was answered."""
        self._taken += 1
        item = self._hall.items[self._taken % len(self._hall.items)]
        sent = time.monotonic()
        command = {"name": "agenda.advance", "values": {"item": item}}
        self._crowd.ask(self._chair, "command", command)
        return sent, time.monotonic()

    def play(self, changes: int) -> Round:
        """So many changes, each when the one before is everywhere.

        Raises `SystemExit` where a socket misses one, or hears one that its person may not see.
        """
        self._ask_crowd()
        self._count.value = 0
        seeing = sum(map(bool, self.shown))
        used = self._server.cpu()
        acts = []
        for done in range(1, changes + 1):
            acts.append(self.advance())
            end = time.monotonic() + SECONDS
            while self._count.value < seeing * done and time.monotonic() < end:
                time.sleep(0.005)
            time.sleep(max(0.0, APART - (time.monotonic() - acts[-1][0])))
        used = self._server.cpu() - used
        heard, share = self._ask_crowd()
        for times, fragment in zip(heard, self.shown, strict=True):
            if len(times) != (changes if fragment else 0):
                raise SystemExit(f"{self.name}: {len(times)} fragments reached one of the sockets")
        late = [
            [(times[number] - sent) * 1000 for times in heard if times]
            for number, (sent, _) in enumerate(acts)
        ]
        return Round(
            ack=statistics.median((acked - sent) * 1000 for sent, acked in acts),
            one=statistics.median(each for change in late for each in change),
            last=statistics.median(map(max, late)),
            slowest=max(map(max, late)),
            cpu=used / changes * 1000,
            share=share,
        )

    def end(self) -> None:
        """End the sockets, before the server goes."""
        for process in self._processes:
            process.terminate()
            process.join()

    def _ask_crowd(self) -> tuple[list[list[float]], float]:
        """When fragments have come since the last time, by socket; how busy the busiest process was."""
        for pipe in self._pipes:
            pipe.send("what came?")
        answers = [pipe.recv() for pipe in self._pipes]
        return [times for _, mine in answers for times in mine], max(share for share, _ in answers)


@dataclass
class Round:
    """What one round of one peer took, in milliseconds for one change."""

    ack: float
    one: float
    last: float
    slowest: float
    cpu: float
    share: float


FIGURES = {
    "ack": "command to its answer, median, ms",
    "one": "command to a socket, median, ms",
    "last": "command to the last socket, median, ms",
    "slowest": "command to the last socket, slowest, ms",
    "cpu": "server CPU per change, ms",
}


def deal(hall: Hall, cookies: Sequence[str], sees: Sequence[bool], sockets: int) -> list[Seat]:
    """So many seats that show the agenda, people in turn, and those of who may not see it."""
    seats: list[Seat] = []
    seeing = 0
    while seeing < sockets:
        for badge, cookie, sees_it in zip(hall.badges, cookies, sees, strict=True):
            if sees_it and seeing == sockets:
                continue
            seats.append(Seat(cookie, TOPICS.get(badge["capacity"] or "", DELEGATE)))
            seeing += sees_it
    return seats


def spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.3g} ({min(values):.3g}-{max(values):.3g})"


def report(ours: Sequence[Round], theirs: Sequence[Round]) -> bool:
    """Print the figures; whether the goal is met."""

    def row(title: str, *cells: str) -> str:
        return (title.ljust(46) + "".join(cell.ljust(24) for cell in cells)).rstrip()

    print(row("", "session-app", "Socket.IO", "ratio of a round"))
    for figure, title in FIGURES.items():
        mine, its = ([getattr(each, figure) for each in rounds] for rounds in (ours, theirs))
        ratios = [one / other for one, other in zip(mine, its, strict=True)]
        print(row(title, spread(mine), spread(its), spread(ratios)))
    slowest = statistics.median(each.slowest for each in ours)
    met = slowest <= GOAL
    print(f"goal, to the last within {GOAL:.0f} ms: {'met' if met else 'NOT met'}")
    busiest = max(each.share for each in (*ours, *theirs))
    limit = ": they were the limit, these figures say nothing" if busiest > 0.7 else ""
    print(f"busiest of the {PROCESSES} listening processes {busiest:.0%}{limit}")
    return met


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sockets", type=int, default=300)
    parser.add_argument("--changes", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    node = shutil.which("node")
    if node is None:
        raise SystemExit("the hall's peer needs Node 20 or newer")
    (ROOT / "build").mkdir(exist_ok=True)
    # Not in the system's temporary folder: where that is memory, durable writes cost nothing.
    with ExitStack() as open_now:
        made = tempfile.TemporaryDirectory(dir=ROOT / "build", prefix="bench-")
        folder = Path(open_now.enter_context(made))
        settings = Settings(folder / "data", port=free_port())
        desk = open_conference(settings)
        hall = prepare(desk, settings)
        desk.store.close()
        command = (PROGRAM, "serve", "--data", settings.data, "--port", str(settings.port))
        server = open_now.enter_context(serve(command, settings.port, folder / "desk.log"))
        cookies = [server.sign_in(each["code"] or "", each["pin"]) for each in hall.badges]
        chair = next(
            cookie
            for cookie, badge in zip(cookies, hall.badges, strict=True)
            if badge["capacity"] == "chair"
        )
        trial = Crowd(server.port)
        joining = {"session": hall.session, "page": "home", "topics": ["agenda"]}
        fragments = [trial.ask(trial.enter(each), "join", joining)["fragments"] for each in cookies]
        sees = [bool(isinstance(each, dict) and each["agenda"]) for each in fragments]
        trial.leave()
        seats = deal(hall, cookies, sees, options.sockets)
        ours = Peer("session-app", server, hall, chair, seats)
        open_now.callback(ours.end)

        payload = folder / "fragment.html"
        payload.write_text(sorted(filter(None, ours.shown), key=len)[len(seats) // 2])
        port = free_port()
        command = (node, ROOT / "benchmarks" / "hall" / "socketio-server.js", str(port), payload)
        plain = open_now.enter_context(serve(command, port, folder / "socketio.log"))
        without = [topic for topic in DELEGATE if topic != "agenda"]
        theirs = Peer(
            "Socket.IO",
            plain,
            hall,
            chair,
            [
                Seat("", seat.topics if sees[cookies.index(seat.cookie)] else without)
                for seat in seats
            ],
        )
        open_now.callback(theirs.end)
        print(
            f"{options.sockets} sockets of {sum(sees)} people show the agenda, {len(seats)} in all of "
            f"{len(cookies)} people; {options.changes} changes a round, fragments of about "
            f"{payload.stat().st_size} bytes; {options.rounds} rounds: median (lowest-highest); "
            f"Python {platform.python_version()}"
        )
        rounds: dict[str, list[Round]] = {ours.name: [], theirs.name: []}
        for peer in (ours, theirs):
            peer.play(options.changes)  # warm-up
        for turn in range(options.rounds):
            for peer in (ours, theirs) if turn % 2 == 0 else (theirs, ours):
                rounds[peer.name].append(peer.play(options.changes))
        met = report(rounds[ours.name], rounds[theirs.name])
    raise SystemExit(0 if met else 1)


if __name__ == "__main__":
    main()
