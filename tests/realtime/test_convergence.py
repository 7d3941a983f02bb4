"""Many people, one draft, lost connections and a server killed in the middle: one text, every word once.

Each tab holds a copy of every paragraph, types, strikes, moves and pastes at random, keeps what has not
been acknowledged, and sends it again after every loss, as the editor does. Words that must survive are
unique (`w…`); words that may be struck by anybody begin with `d`.
"""

import itertools
import random
import re
import threading
import time
from dataclasses import dataclass, field

import pycrdt
import pytest
from desk_process import Line, Refused, running_desk

pytestmark = pytest.mark.slow

LANGUAGES = ("es", "en")
PEOPLE = ("drafting-can", "drafting-mex", "drafting-slv", "secretariat", "chair")
TABS = 14
WORD = re.compile(r"\b[wd]\d+x\d+\b")
STRIKABLE = re.compile(r"\bd\d+x\d+ ")
OPERATIONS = (
    "paragraph.add",
    "paragraph.paste",
    "paragraph.indent",
    "paragraph.outdent",
    "paragraph.move",
    "paragraph.move",
    "paragraph.delete",
)


@dataclass
class Paragraph:
    """A tab's copy of one paragraph, and what of it is not acknowledged."""

    doc: pycrdt.Doc
    texts: dict
    outbox: list = field(default_factory=list)

    def read(self):
        return {language: str(text) for language, text in self.texts.items()}


@dataclass
class Unsent:
    """An update that is not acknowledged: it may have been sent, and may even have arrived."""

    update: bytes
    words: list
    is_unsure: bool = False  # it was sent and no answer came


class Tab(threading.Thread):
    """One browser tab: it works until it is told to finish, and then until all is acknowledged."""

    def __init__(self, desk, number, cookie, seed):
        super().__init__(daemon=True)
        self.desk, self.number, self.cookie = desk, number, cookie
        self.random = random.Random(f"{seed}/{number}")
        self.line = Line(desk.port)
        self.draft = desk.draft()
        self.counter = itertools.count()
        self.finishing, self.quiet = threading.Event(), threading.Event()
        self.socket = None
        self.rows, self.sections, self.version = [], [], 0
        self.paragraphs, self.clients = {}, []
        self.pending_operation = None
        self.done = []  # (name, values, answer) of every structural command that was acknowledged
        self.acknowledged, self.refused, self.unsure, self.delays = set(), set(), set(), []
        self.connections, self.trouble = 0, None
        self.seen = 0

    def run(self):
        try:
            while not (self.finishing.is_set() and self._is_settled()):
                try:
                    if self.socket is None or self.socket.closed.is_set():
                        self._connect()
                    self._hear()
                    self._send()
                    if not self.finishing.is_set():
                        self._work()
                        time.sleep(self.random.uniform(0, 0.1))
                except (Refused, TimeoutError):
                    self._lose()
            while not self.quiet.wait(0.02) or not self._is_settled():
                try:
                    if self.socket is None or self.socket.closed.is_set():
                        self._connect()
                    self._hear()
                except (Refused, TimeoutError):
                    self._lose()
            self._hear()
            self.final = {each: self.paragraphs[each].read() for each in self.paragraphs}
        except BaseException as trouble:
            self.trouble = trouble
            raise
        finally:
            # A document belongs to the thread that made it.
            self.paragraphs = {}

    def is_idle(self):
        return self.finishing.is_set() and self._is_settled()

    def _is_settled(self):
        return (
            self.socket is not None
            and not self.socket.closed.is_set()
            and self.pending_operation is None
            and not any(each.outbox for each in list(self.paragraphs.values()))
        )

    # Connecting

    def _connect(self):
        self.socket, self.seen = None, 0
        opened = self.desk.connect(self.cookie, through=self.line.port)
        self._ask(opened, "join", {"session": self.desk.session, "page": "draft", "topics": []})
        facts = self._ask(opened, "draft.open", {"draft": self.draft, "tab": f"tab{self.number}"})
        self.clients = facts["clients"]
        self.socket = opened
        self._take_structure(facts["draft"], anew=True)
        self.connections += 1

    def _ask(self, opened, name, *values):
        answer = opened.ask(name, *values, seconds=5)
        assert answer["ok"], (name, answer)
        return answer

    def _lose(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None
        time.sleep(self.random.uniform(0.05, 0.2))

    # Hearing

    def _hear(self):
        events = self.socket.events
        while self.seen < len(events):
            name, values = events[self.seen]
            self.seen += 1
            if name == "event" and values[0]["name"] == "draft.changed":
                self._take_structure(values[0]["data"])
            elif name == "draft.updates":
                header, content = values
                at = 0
                for paragraph, length in zip(header["ids"], header["lens"], strict=True):
                    update, at = content[at : at + length], at + length
                    if paragraph in self.paragraphs:
                        self.paragraphs[paragraph].doc.apply_update(update)

    def _take_structure(self, state, *, anew=False):
        if state["version"] < self.version:
            return
        self.version, self.sections, self.rows = state["version"], state["sections"], state["rows"]
        present = [row["id"] for row in self.rows]
        for gone in self.paragraphs.keys() - set(present):
            self._give_up(gone)
        wanted = [each for each in present if anew or each not in self.paragraphs]
        for each in wanted:
            if each not in self.paragraphs:
                self.paragraphs[each] = self._new_paragraph()
        if wanted:
            self._synchronise(wanted)

    def _new_paragraph(self):
        if not self.clients:
            self.clients = self._ask(self.socket, "draft.lease", {"draft": self.draft})["clients"]
        doc = pycrdt.Doc(client_id=self.clients.pop())
        texts = {each: doc.get(each, type=pycrdt.Text) for each in LANGUAGES}
        return Paragraph(doc, texts)

    def _synchronise(self, wanted):
        vectors = [self.paragraphs[each].doc.get_state() for each in wanted]
        values = {"draft": self.draft, "ids": wanted, "lens": [len(each) for each in vectors]}
        header, content = self.socket.ask_whole("draft.sync", values, b"".join(vectors), seconds=5)
        assert header["ok"], header
        at = 0
        for paragraph, length in zip(header["ids"], header["lens"], strict=True):
            self.paragraphs[paragraph].doc.apply_update(content[at : at + length])
            at += length

    def _give_up(self, paragraph):
        """What was refused is gone from this copy; the editor would show it to its author."""
        for each in self.paragraphs.pop(paragraph).outbox:
            (self.unsure if each.is_unsure else self.refused).update(each.words)

    # Sending

    def _send(self):
        if self.pending_operation is not None:
            name, values = self.pending_operation
            answer = self.socket.ask("command", {"name": name, "values": values}, seconds=5)
            self.pending_operation = None
            if answer["ok"]:
                self.done.append((name, values, answer))
            self._hear()
        for paragraph in list(self.paragraphs):
            while paragraph in self.paragraphs and self.paragraphs[paragraph].outbox:
                self._send_first(paragraph)

    def _send_first(self, paragraph):
        held = self.paragraphs[paragraph]
        first = held.outbox[0]
        values = {"draft": self.draft, "paragraph": paragraph, "client": held.doc.client_id}
        started = time.monotonic()
        was_unsure, first.is_unsure = first.is_unsure, True
        answer = self.socket.ask("draft.update", values, first.update, seconds=5)
        first.is_unsure = was_unsure
        if answer["ok"]:
            self.delays.append(time.monotonic() - started)
            held.outbox.pop(0)
            self.acknowledged.update(first.words)
        elif answer["code"] == "update.too_fast":
            time.sleep(0.1)
        else:
            assert answer["code"] == "paragraph.gone", answer
            self._give_up(paragraph)

    # Working

    def _work(self):
        if self.pending_operation is None and self.random.random() < 0.12:
            self.pending_operation = self._think_of_an_operation()
        elif self.paragraphs:
            paragraph = self.paragraphs[self.random.choice(sorted(self.paragraphs))]
            self._edit(paragraph, self.random.choice(LANGUAGES))

    def _edit(self, paragraph, language):
        updates, words = [], []
        text = paragraph.texts[language]
        now = str(text)
        subscription = paragraph.doc.observe(lambda event: updates.append(event.update))
        strikable = list(STRIKABLE.finditer(now))
        if strikable and self.random.random() < 0.3:
            struck = self.random.choice(strikable)
            start, stop = (len(now[:at].encode()) for at in struck.span())
            del text[start:stop]
        elif len(now) < 6_000:
            words = [self._word() for _ in range(self.random.randint(1, 3))]
            places = [0, *(match.end() for match in re.finditer(" ", now))]
            at = len(now[: self.random.choice(places)].encode())
            text.insert(at, "".join(f"{word} " for word in words))
        paragraph.doc.unobserve(subscription)
        if updates:
            paragraph.outbox.append(Unsent(updates[0], words))

    def _word(self):
        kind = self.random.choice("wwd")
        return f"{kind}{self.number}x{next(self.counter)}"

    def _think_of_an_operation(self):
        name = self.random.choice(OPERATIONS)
        row = self.random.choice(self.rows)
        op = "".join(self.random.choices("abcdefghijklmnopqrstuvwxyz234567", k=26))
        values = {"draft": self.draft, "op": op}
        if name == "paragraph.add":
            values |= {"section": row["section"], "after": row["id"]}
        elif name == "paragraph.paste":
            pasted = [{"kind": "item", "text": f"{self._word()} pegado"} for _ in range(2)]
            values |= {
                "section": row["section"],
                "after": row["id"],
                "language": "es",
                "paragraphs": pasted,
            }
        else:
            values["paragraph"] = row["id"]
        if name == "paragraph.move":
            values["direction"] = self.random.choice(("up", "down"))
        return name, values


def fresh(desk):
    """What a newcomer is given: the structure, and the texts by synchronising from nothing."""
    opened = desk.enter("drafting-can")
    facts = opened.ask("draft.open", {"draft": desk.draft(), "tab": "fresh"})
    ids = [row["id"] for row in facts["draft"]["rows"]]
    values = {"draft": desk.draft(), "ids": ids, "lens": [1] * len(ids)}
    header, content = opened.ask_whole("draft.sync", values, b"\x00" * len(ids))
    opened.close()
    texts, at = {}, 0
    for paragraph, length in zip(header["ids"], header["lens"], strict=True):
        texts[paragraph] = _replay([content[at : at + length]])
        at += length
    return facts["draft"], texts


def on_disk(desk):
    """Every paragraph there ever was, replayed from the log by nobody's code but pycrdt's."""
    logs = {}
    for paragraph, update in desk.query("select paragraph, bytes from text_update order by seq"):
        logs.setdefault(paragraph, []).append(update)
    return {paragraph: _replay(updates) for paragraph, updates in logs.items()}


def _replay(updates):
    doc = pycrdt.Doc()
    texts = {each: doc.get(each, type=pycrdt.Text) for each in LANGUAGES}
    for update in updates:
        doc.apply_update(update)
    return {language: str(text) for language, text in texts.items()}


def check_numbers(rows):
    """Items count from 1 in their section and sub-items from a in their item, with no gap."""
    item, sub = {}, {}
    for row in rows:
        section = row["section"]
        if row["kind"] == "item":
            item[section], sub[section] = item.get(section, 0) + 1, 0
            assert row["label_es"] == f"{item[section]}.", row
        elif row["kind"] == "sub-item":
            assert section in item, row
            sub[section] += 1
            assert row["label_es"] == f"{chr(96 + sub[section])})", row
        else:
            assert row["label_es"] == "", row


def expected_rows(before, tabs):
    """The paragraphs there must be: those there were, those acknowledged, without those deleted."""
    expected = set(before)
    done = [each for tab in tabs for each in tab.done]
    for name, _, answer in done:
        expected.update(answer.get("paragraphs", []))
        if name == "paragraph.add":
            expected.add(answer["paragraph"])
    gone = [values["paragraph"] for name, values, _ in done if name == "paragraph.delete"]
    assert len(gone) == len(set(gone)), "a paragraph was deleted twice"
    return expected - set(gone)


def disturb(desk, tabs, rng, seconds, kill_after=None):
    """Cut somebody's line now and then; kill the server once, and start it again."""
    end, killed = time.monotonic() + seconds, kill_after is None
    started = time.monotonic()
    while time.monotonic() < end:
        time.sleep(0.4)
        rng.choice(tabs).line.cut()
        if not killed and time.monotonic() - started > kill_after:
            desk.kill()
            desk.start()
            killed = True


def settle(tabs, seconds=60):
    """Until nobody has anything left to send or lacks a line, and nothing more comes for two seconds."""
    for tab in tabs:
        tab.finishing.set()
    end = time.monotonic() + seconds
    heard, since = None, time.monotonic()
    while time.monotonic() < end and time.monotonic() - since < 2.0:
        now = [(tab.seen, tab.connections) for tab in tabs]
        if now != heard or not all(tab.is_idle() or tab.trouble for tab in tabs):
            heard, since = now, time.monotonic()
        time.sleep(0.05)
    for tab in tabs:
        tab.quiet.set()
    for tab in tabs:
        tab.join(10)
        tab.line.close()


def check(desk, tabs, before):
    """One text everywhere, every acknowledged word in it once; the figures."""
    structure, texts = fresh(desk)
    rows = [row["id"] for row in structure["rows"]]
    for tab in tabs:
        assert tab.rows == structure["rows"], f"tab {tab.number} shows another structure"
        assert tab.final == texts, f"tab {tab.number} shows other words"
    check_numbers(structure["rows"])
    assert len(rows) == len(set(rows))
    assert set(rows) == expected_rows(before, tabs)
    disk = on_disk(desk)
    empty = {"es": "", "en": ""}
    assert {each: disk.get(each, empty) for each in rows} == texts
    counts = {}
    for held in disk.values():
        for text in held.values():
            for word in WORD.findall(text):
                counts[word] = counts.get(word, 0) + 1
    acknowledged = set().union(*(tab.acknowledged for tab in tabs))
    pasted = {
        word
        for tab in tabs
        for name, values, _ in tab.done
        if name == "paragraph.paste"
        for each in values["paragraphs"]
        for word in WORD.findall(each["text"])
    }
    must = {word for word in acknowledged | pasted if word.startswith("w")}
    lost = sorted(word for word in must if not counts.get(word))
    doubled = sorted(word for word, count in counts.items() if count > 1)
    refused = {word for tab in tabs for word in tab.refused}
    assert lost == []
    assert doubled == []
    assert [word for word in refused if counts.get(word)] == []
    assert "sound" in desk.run("verify")
    return acknowledged, pasted, refused, rows


def test_fourteen_tabs_lost_lines_and_a_killed_server_end_in_one_text(tmp_path):
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    with running_desk(tmp_path) as desk:
        before = {row["id"] for row in fresh(desk)[0]["rows"]}
        cookies = {role: desk.sign_in(role) for role in PEOPLE}
        tabs = [Tab(desk, n, cookies[PEOPLE[n % len(PEOPLE)]], seed) for n in range(TABS)]
        for tab in tabs:
            tab.start()
        disturb(desk, tabs, random.Random(seed), seconds=16, kill_after=7)
        settle(tabs)
        assert not [tab.trouble for tab in tabs if tab.trouble], f"seed {seed}"
        acknowledged, pasted, refused, rows = check(desk, tabs, before)
        delays = sorted(delay for tab in tabs for delay in tab.delays)
        print(
            f"{len(acknowledged)} words acknowledged, {len(pasted)} pasted, {len(refused)} refused with"
            f" their paragraph, {sum(len(tab.done) for tab in tabs)} operations,"
            f" {sum(tab.connections for tab in tabs)} connections, {len(rows)} paragraphs;"
            f" ack p50 {delays[len(delays) // 2] * 1000:.1f} ms,"
            f" p99 {delays[len(delays) * 99 // 100] * 1000:.1f} ms; memory {desk.memory() / 1e6:.0f} MB"
        )
        assert len(acknowledged) > 500, f"seed {seed}: too little was done to prove anything"


def test_killed_five_times_the_desk_comes_back_in_seconds_with_every_acknowledged_word(tmp_path):
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    rng = random.Random(seed)
    with running_desk(tmp_path) as desk:
        before = {row["id"] for row in fresh(desk)[0]["rows"]}
        cookies = {role: desk.sign_in(role) for role in PEOPLE}
        tabs = [Tab(desk, n, cookies[PEOPLE[n]], seed) for n in range(len(PEOPLE))]
        for tab in tabs:
            tab.start()
        restarts, known = [], 0
        for _ in range(5):
            time.sleep(rng.uniform(0.6, 1.4))
            desk.kill()
            held = [word for tab in tabs for word in tab.acknowledged.copy()]
            stored = _words_on(desk)
            assert [word for word in held if word.startswith("w") and word not in stored] == []
            started = time.monotonic()
            desk.start()
            restarts.append(time.monotonic() - started)
            assert len(held) > known + 20, "too little was written between two deaths"
            known = len(held)
        settle(tabs)
        assert not [tab.trouble for tab in tabs if tab.trouble], f"seed {seed}"
        acknowledged, *_ = check(desk, tabs, before)
        print(f"{len(acknowledged)} words acknowledged; back within {max(restarts):.2f} s")
        assert max(restarts) < 5


def _words_on(desk):
    return {
        word
        for held in on_disk(desk).values()
        for text in held.values()
        for word in WORD.findall(text)
    }
