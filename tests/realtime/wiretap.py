"""A wiretap: everything somebody is sent, and strings in it that are told apart wherever they turn up.

A canary is a word nobody would write, put into one closed field. Its stem is looked for in whatever a
person has been sent, as it stands and in every coding in which it could hide.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import io
import itertools
import random
import re
import threading
import time
import urllib.parse
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape

import pycrdt
from desk_process import Answer, DeskProcess, Refused, Socket

STEM = "zqcanario"
"""What every canary begins with; it stands in no text of the demonstration and in none of the program."""
CANARY = re.compile(rb"zqcanario([a-z]{4})([0-9]{2})x([0-9]{4})x", re.IGNORECASE)
ID = re.compile(rb"(?<![a-z2-7])[a-z2-7]{26}(?![a-z2-7])")


@dataclass(frozen=True)
class Canary:
    """One marked string or id: what kind of field it stands in, and in which closed part."""

    word: str
    kind: str
    part: int


class Canaries:
    """Makes canaries, and remembers those that were really put into the session."""

    def __init__(self) -> None:
        self.planted: dict[str, Canary] = {}
        self._numbers = itertools.count()

    def make(self, kind: str, part: int) -> str:
        """A new word for a field of a kind (four letters)."""
        word = f"{STEM}{kind}{part:02}x{next(self._numbers):04}x"
        assert CANARY.fullmatch(word.encode()), word
        self.planted[word] = Canary(word, kind, part)
        return word

    def note(self, kind: str, part: int, *words: str) -> None:
        """Take note of ids that the desk has made, or of a word that could not be chosen freely."""
        for word in words:
            self.planted[word] = Canary(word, kind, part)


def codings(word: str) -> Iterator[tuple[str, bytes]]:
    """A word in every coding in which it could cross a wire unseen."""
    plain = word.encode()
    yield "UTF-16, low byte first", word.encode("utf-16-le")
    yield "UTF-16, high byte first", word.encode("utf-16-be")
    for name, encode in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
        for shift in range(3):
            # Of a word inside something longer, the first and last letters mix with their neighbours.
            coded = encode(b"\0" * shift + plain)
            yield (
                f"{name}, {shift} bytes in",
                coded[4 if shift else 0 : (shift + len(plain)) // 3 * 4],
            )
    yield "hexadecimal", plain.hex().encode()
    yield "JSON escapes", "".join(f"\\u{ord(each):04x}" for each in word).encode()
    yield "URL escapes", "".join(f"%{each:02x}" for each in plain).encode()
    yield "HTML, decimal", "".join(f"&#{each};" for each in plain).encode()
    yield "HTML, hexadecimal", "".join(f"&#x{each:x};" for each in plain).encode()
    yield "backwards", plain[::-1]


@dataclass(frozen=True)
class Heard:
    """Something one was sent: when it was all there, by what way, and the bytes."""

    at: float
    way: str
    content: bytes


@dataclass
class Tape:
    """Everything one person has been sent."""

    heard: list[Heard] = field(default_factory=list)

    def add(self, way: str, content: bytes) -> None:
        self.heard.append(Heard(time.monotonic(), way, content))
        if content[:4] == b"PK\3\4":
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                for name in packed.namelist():
                    self.add(f"{way}!{name}", packed.read(name))

    def answer(self, way: str, answer: Answer) -> Answer:
        """Keep what a page answered: the headers as they came, and the body."""
        self.add(f"{way} (headers)", f"{answer.status}\n{answer.headers}".encode())
        self.add(way, answer.body)
        return answer

    def frames(self, way: str) -> list[bytes]:
        """A list for a socket's frames, that keeps the time of each here."""
        return _Frames(self, way)

    def canaries(self) -> Iterator[tuple[Heard, str]]:
        """Every canary and every id in what was heard, in plain or hidden; a hidden one as its stem."""
        for each in self.heard:
            for content in {
                each.content,
                unescape(each.content.decode("latin-1")).encode("latin-1", "replace"),
            }:
                for match in CANARY.finditer(content):
                    yield each, match[0].decode().lower()
            for match in ID.finditer(each.content):
                yield each, match[0].decode()
            lowered = each.content.lower()
            for name, coded in HIDDEN:
                if coded in (each.content if name.startswith("base64") else lowered):
                    yield each, f"{STEM} ({name})"
            if b"%" in each.content and STEM.encode() in urllib.parse.unquote_to_bytes(lowered):
                for match in CANARY.finditer(urllib.parse.unquote_to_bytes(lowered)):
                    yield each, match[0].decode()


HIDDEN = tuple(codings(STEM))


class _Frames(list[bytes]):
    def __init__(self, tape: Tape, way: str) -> None:
        super().__init__()
        self._tape, self._way = tape, way

    def append(self, frame: bytes) -> None:
        super().append(frame)
        self._tape.add(self._way, frame)


class Person:
    """Somebody at the meeting, or in front of it: what they ask and everything they are sent."""

    def __init__(self, desk: DeskProcess, name: str, cookie: str = "") -> None:
        self.desk, self.name, self.cookie = desk, name, cookie
        self.tape = Tape()
        self.turn = (
            threading.Lock()
        )  # held while one thing is asked, from the question to the answer

    def get(self, path: str) -> Answer:
        """A page; raises `Refused` where its line was cut before it was all there, as a closing door does."""
        return self._ask("GET", path, None)

    def post(self, path: str, form: dict[str, str]) -> Answer:
        """What a form is answered; raises `Refused` as `get` does."""
        return self._ask("POST", path, form)

    def _ask(self, verb: str, path: str, form: dict[str, str] | None) -> Answer:
        way = f"{verb} {path}"
        try:
            return self.tape.answer(way, self.desk.ask(path, cookie=self.cookie, form=form))
        except http.client.IncompleteRead as cut:
            self.tape.add(way, cut.partial)
            raise Refused(way) from cut
        except ConnectionError as cut:
            raise Refused(way) from cut

    def connect(self, way: str = "socket") -> Socket:
        """A socket that was accepted; raises `Refused`."""
        opened = Socket(self.desk.port, self.cookie or None, frames=self.tape.frames(way))
        if not opened.accept():
            opened.close()
            raise Refused(self.name)
        return opened

    def join(self, topics: Iterable[str] = (), *, draft: str = "", way: str = "page") -> Socket:
        """A page of the session that is open, and the draft with it; raises `Refused`."""
        opened = self.connect(way)
        values = {"session": self.desk.session, "page": "home", "topics": list(topics)}
        answers = [opened.ask("join", values)]
        if draft and answers[0]["ok"]:
            answers.append(opened.ask("draft.open", {"draft": draft, "tab": self.name}))
        if not all(each["ok"] for each in answers):
            opened.close()
            raise Refused(str(answers))
        return opened


STEP = re.compile(rb'name="step" value="([^"]+)"')


def take_badge(desk: DeskProcess, code: str, pin: str = "") -> str:
    """Sign in with a badge's code and, where it asks for one, its PIN; returns the cookie."""
    answer = desk.ask("/in", form={"code": code})
    if pin:
        found = STEP.search(answer.body)
        assert found, answer.body
        answer = desk.ask("/in/pin", form={"step": found[1].decode(), "pin": pin})
    assert answer.status == 303, answer.body
    return str(answer.headers["Set-Cookie"]).partition("login=")[2].partition(";")[0]


BADGE = re.compile(r"^(\S+) +(.+?) +http://\S+/in/(\S+)  \S+(?:  PIN (\d+))?$", re.MULTILINE)


def sign_in_everybody(desk: DeskProcess, session: str) -> dict[str, str]:
    """A cookie for everybody accredited to a session, by name."""
    return {
        name: take_badge(desk, code, pin)
        for _, name, code, pin in BADGE.findall(desk.run("badges", session))
    }


class Hand(threading.Thread):
    """Somebody who writes into the draft without a pause, whenever the door lets them."""

    def __init__(self, person: Person, draft: str, word: Callable[[], str], seed: object) -> None:
        super().__init__(daemon=True)
        self.person, self._draft, self._word = person, draft, word
        self._random = random.Random(f"{seed}/{person.name}")
        self.over = threading.Event()
        self.stored: list[str] = []  # the words that were acknowledged
        self.refused: list[str] = []
        self.unsure: list[str] = []  # sent, and the line was lost before an answer
        self.trouble: BaseException | None = None
        self._socket: Socket | None = None

    def run(self) -> None:
        try:
            while not self.over.wait(self._random.uniform(0.0, 0.05)):
                with contextlib.suppress(Refused, TimeoutError):
                    if self._socket is None or self._socket.closed.is_set():
                        self._enter()
                    self._type()
        except BaseException as trouble:
            self.trouble = trouble
            raise
        finally:
            self._doc = None  # a document belongs to the thread that made it

    def _enter(self) -> None:
        self._socket = None
        opened = self.person.join(TOPICS_OF_A_HAND, draft=self._draft, way="drafting")
        facts = opened.ask("draft.open", {"draft": self._draft, "tab": self.person.name})
        if not facts["ok"]:
            raise Refused(str(facts))
        rows = [row["id"] for row in facts["draft"]["rows"] if row["state"] == "proposed"]
        self._paragraph = self._random.choice(rows)
        self._doc = pycrdt.Doc(client_id=facts["clients"][0])
        for language in ("es", "en"):
            self._doc.get(language, type=pycrdt.Text)
        wanted = {"draft": self._draft, "ids": [self._paragraph], "lens": [1]}
        header, *diff = opened.ask_whole("draft.sync", wanted, b"\0")
        if not header["ok"]:
            raise Refused(str(header))
        self._doc.apply_update(diff[0])
        self._socket = opened

    def _type(self) -> None:
        assert self._socket is not None
        word = self._word()
        before = self._doc.get_state()
        self._doc.get(self._random.choice(("es", "en")), type=pycrdt.Text).insert(0, f"{word} ")
        values = {
            "draft": self._draft,
            "paragraph": self._paragraph,
            "client": self._doc.client_id,
        }
        self.unsure.append(word)
        answer = self._socket.ask("draft.update", values, self._doc.get_update(before))
        self.unsure.remove(word)
        if answer["ok"]:
            self.stored.append(word)
        else:
            self.refused.append(word)
            self._socket.close()


TOPICS_OF_A_HAND = ("sitting", "agenda", "attendance", "documents")
