"""The moment the door closes: who was just coming in, who was writing, who reads too slowly."""

from __future__ import annotations

import contextlib
import json
import statistics
import threading
import time

import pycrdt
import pytest
from desk_process import Refused, Socket, running_desk

pytestmark = pytest.mark.slow

TOPICS = ("sitting", "agenda", "attendance", "documents")
JOINERS = 50
COMERS = ("drafting-can", "drafting-mex", "drafting-slv", "secretariat")
RESTED = "delegate-hnd"
"""Who does not come and go without end: those have spent what a person may ask for a while."""
ROLES = (*COMERS, RESTED)


@pytest.fixture
def desk(tmp_path):
    """A desk for each story, as by its end people have spent what they may ask for a while."""
    with running_desk(tmp_path) as running:
        yield running


@pytest.fixture
def chair(desk):
    """The chair, with a page open; the door is open before and after."""
    opened = desk.enter("chair")
    yield opened
    opened.do("door.open")
    opened.close()


def seen_by(desk, chair):
    """The digest of the list the chair is shown, so that closing is one message."""
    shown = chair.ask("join", {"session": desk.session, "page": "chair", "topics": ["door"]})
    return (
        shown["fragments"]["door"].split('value="closed"')[1].split('name="seen" value="')[1][:32]
    )


def close(chair, seen):
    """Close the door; returns when it was sent and when the ack was there."""
    sent = time.monotonic()
    answer = chair.do("door.close", mode="closed", seen=seen)
    assert answer["ok"], answer
    return sent, time.monotonic()


class Frames(list):
    """Frames with the moment each came."""

    def __init__(self):
        super().__init__()
        self.at = []

    def append(self, frame):
        self.at.append(time.monotonic())
        super().append(frame)

    def since(self, moment):
        return [frame for at, frame in zip(self.at, self, strict=True) if at > moment]


def is_content(frame):
    """Whether a frame carries anything of the session: a fragment, an event, an update, or an ack that
    grants something."""
    return (
        frame.startswith((b"45", b"46", b'42["event"', b'42["fragment"', b'42["draft'))
        or not frame[:1].isdigit()
        or (frame.startswith(b"43") and b'"ok":true' in frame and len(frame) > 20)
    )


def heard_after(frames, moment):
    return [frame for frame in frames.since(moment) if is_content(frame)]


# Who is just coming in -----------------------------------------------------------------------


def test_of_fifty_who_come_while_the_door_closes_none_has_a_thing_after_the_chairs_ack(desk, chair):
    """They connect, join and open the draft in a loop, on new lines and on the same; the words typed
    behind the door are the chair's."""
    cookies = [desk.sign_in(role) for role in COMERS for _ in range(2)]
    draft, over = desk.draft(), threading.Event()
    lines, joined, refused = [], [], []

    def keep_coming(cookie):
        while not over.is_set():
            frames = Frames()
            with contextlib.suppress(Refused, TimeoutError, AssertionError):
                opened = Socket(desk.port, cookie, frames=frames)
                lines.append(frames)
                if not opened.accept():
                    continue
                values = {"session": desk.session, "page": "home", "topics": TOPICS}
                asked = time.monotonic()
                answer = opened.ask("join", values, seconds=5)
                (joined if answer["ok"] else refused).append(asked)
                opened.ask("draft.open", {"draft": draft, "tab": "t"}, seconds=5)
                opened.wait_closed(0.1)
                opened.close()

    threads = [
        threading.Thread(target=keep_coming, args=(cookies[n % len(cookies)],), daemon=True)
        for n in range(JOINERS)
    ]
    for each in threads:
        each.start()
    time.sleep(1.0)
    seen = seen_by(desk, chair)
    sent, acked = close(chair, seen)
    secret = "zqcarrera"
    item = chair.do("agenda.add", title_es=secret, title_en=secret, mode="closed")
    assert item["ok"]
    time.sleep(1.0)
    over.set()
    for each in threads:
        each.join(10)
    assert not [asked for asked in joined if asked > acked]
    assert not [1 for frames in lines for frame in frames if secret.encode() in frame]
    # What was handed to the network before the ack may be read by these fifty threads a little later.
    late = [frame for frames in lines for frame in heard_after(frames, acked + 0.5)]
    assert [frame[:80] for frame in late] == []
    assert len(joined) > 20
    assert len(refused) > 20
    print(f"{len(joined)} joined, {len(refused)} refused; ack after {(acked - sent) * 1000:.0f} ms")


def test_nothing_brings_an_excluded_page_back(desk, chair):
    """A second tab, the same line connected anew, a goodbye and a hello, the same cookie, the kept link."""
    cookie = desk.sign_in(RESTED)
    values = {"session": desk.session, "page": "draft", "topics": TOPICS}
    frames, second = Frames(), Frames()
    kept = desk.connect(cookie, frames=frames)
    assert kept.ask("join", values)["ok"]
    assert kept.ask("draft.open", {"draft": desk.draft(), "tab": "t"})["ok"]
    idle = desk.connect(cookie, frames=second)  # connected, and on no page yet
    sent, acked = close(chair, seen_by(desk, chair))
    for text in ("41", "40", '40{"again":1}'):
        with contextlib.suppress(Refused):
            kept.send_text(text)
    for opened in (kept, idle, desk.connect(cookie), desk.connect(desk.sign_in(RESTED))):
        for _ in range(2):
            with contextlib.suppress(Refused):
                assert opened.ask("join", values)["code"] == "door.closed"
                assert not opened.ask("draft.open", {"draft": desk.draft(), "tab": "t"})["ok"]
                opened.send_text("41")
                opened.send_text("40")
    assert kept.wait_closed(1)
    assert [] == heard_after(frames, acked) == heard_after(second, sent)
    for path in ("draft", "chair", "documents/es.docx"):
        assert desk.ask(f"/s/{desk.session}/{path}", cookie=cookie).status == 404
    back = desk.ask(f"/s/{desk.session}/", cookie=cookie, headers={"If-None-Match": "*"})
    assert (back.status, b'data-page="closed"' in back.body) == (200, True)


# Who is writing ------------------------------------------------------------------------------


class Scribe(threading.Thread):
    """Somebody who writes one paragraph of their own, several updates on their way at once."""

    def __init__(self, desk, role, paragraph):
        super().__init__(daemon=True)
        self.desk, self.paragraph = desk, paragraph
        self.person = desk.person(role)
        self.frames = Frames()
        self.socket = desk.connect(desk.sign_in(role), frames=self.frames)
        joined = self.socket.ask("join", {"session": desk.session, "page": "d", "topics": []})
        assert joined["ok"]
        facts = self.socket.ask("draft.open", {"draft": desk.draft(), "tab": role})
        self.client = facts["clients"][0]
        self.over = threading.Event()
        self.sent = []  # (number, word)

    def run(self):
        doc = pycrdt.Doc(client_id=self.client)
        text = doc.get("en", type=pycrdt.Text)
        for number in range(10_000):
            if self.over.wait(0.004):
                break
            before, word = doc.get_state(), f"zqvuelo{self.client:x}n{number}z"
            text.insert(0, f"{word} ")
            values = {
                "draft": self.desk.draft_id,
                "paragraph": self.paragraph,
                "client": self.client,
            }
            with contextlib.suppress(Refused):
                self.socket.send(
                    "draft.update", values, doc.get_update(before), number=number + 1_000
                )
            self.sent.append((number + 1_000, word))

    def answers(self):
        """What was answered to which update, by its number."""
        found = {}
        for frame in list(self.frames):
            if frame.startswith(b"43"):
                head, _, values = frame.partition(b"[")
                found[int(head[2:])] = json.loads(b"[" + values)[0]
        return found


def test_an_update_on_its_way_is_in_the_log_before_the_closing_or_is_refused(desk, chair):
    desk.draft_id = draft = desk.draft()
    section = desk.query("select id from section where draft = ?", draft)[0][0]
    paragraphs = [
        chair.do("paragraph.add", draft=draft, op=f"{letter * 26}", section=section)["paragraph"]
        for letter in "bcdefg"
    ]
    scribes = [
        Scribe(desk, role, paragraph)
        for role, paragraph in zip((*ROLES[:3], *ROLES[:3]), paragraphs, strict=True)
    ]
    seen = seen_by(desk, chair)
    for each in scribes:
        each.start()
    time.sleep(0.7)
    close(chair, seen)
    stored = desk.query("select max(seq) from text_update")[0][0]
    (closing,) = desk.query("select max(seq) from event where name = 'sitting.changed'")[0]
    time.sleep(0.4)
    for each in scribes:
        each.over.set()
        each.join(5)
        each.socket.wait_closed(2)
    assert desk.query("select count(*) from text_update where seq > ?", stored) == [(0,)]
    edited = desk.query("select seq, state from event where name = 'paragraph.edited'")
    mine = set(paragraphs)
    last = max(seq for seq, state in edited if mine & set(json.loads(str(state))["paragraphs"]))
    assert last < closing
    words = _words(desk, paragraphs)
    accepted = refused = 0
    for each in scribes:
        answers = each.answers()
        for number, word in each.sent:
            answer = answers.get(number)
            if answer is None:
                continue  # the line was cut before an answer: stored or not, and never after
            accepted += answer["ok"]
            refused += not answer["ok"]
            assert (word in words) is answer["ok"], (word, answer)
    print(f"{accepted} acknowledged, {refused} refused")
    assert accepted > 50


def _words(desk, paragraphs):
    found = set()
    for paragraph in paragraphs:
        doc = pycrdt.Doc()
        text = doc.get("en", type=pycrdt.Text)
        for (update,) in desk.query(
            "select bytes from text_update where paragraph = ? order by seq", paragraph
        ):
            doc.apply_update(update)
        found.update(str(text).split())
    return found


# Who reads too slowly ------------------------------------------------------------------------


def test_who_reads_nothing_delays_no_closing_and_has_nothing_more_of_it(desk, chair):
    idle = [_time_a_closing(desk, chair) for _ in range(5)]
    stalled = [_stall(desk, role) for role in ROLES]
    time.sleep(0.4)
    assert all(desk.holds(each) for each in stalled)
    sent, acked = close(chair, seen_by(desk, chair))
    delays = [(acked - sent) * 1000]
    for each in stalled:
        while desk.holds(each):
            assert time.monotonic() < sent + 1.0, "a line was still there after a second"
            time.sleep(0.01)
    ended = (time.monotonic() - sent) * 1000
    heard = [len(each.frames) for each in stalled]
    for each in stalled:
        each.reading.set()
        assert each.wait_closed(5)
    # What had reached the reader's own machine may be read; nothing follows it.
    for each, before in zip(stalled, heard, strict=True):
        assert not [frame for frame in each.frames[before:] if frame.startswith(b'42["bye"')]
        assert sum(map(len, each.frames)) < each.asked, "everything came"
    print(
        f"ack idle {statistics.median(idle):.0f} ms, with {len(stalled)} stalled readers {delays[0]:.0f} ms;"
        f" their lines ended after {ended:.0f} ms"
    )
    assert delays[0] - statistics.median(idle) < 200


def _time_a_closing(desk, chair):
    sent, acked = close(chair, seen_by(desk, chair))
    assert chair.do("door.open")["ok"]
    return (acked - sent) * 1000


def _stall(desk, role):
    """A reader of the draft who asks for all of it many times and reads nothing of the answers."""
    opened = desk.enter(role, receive_buffer=4096)
    opened.reading.clear()
    draft = desk.draft()
    rows = [row[0] for row in desk.query("select id from paragraph where draft = ?", draft)]
    values = {"draft": draft, "ids": rows, "lens": [1] * len(rows)}
    for number in range(60):
        opened.send("draft.sync", values, b"\x00" * len(rows), number=10_000 + number)
    whole = sum(
        len(update)
        for (update,) in desk.query(
            "select bytes from text_update u join paragraph p on p.id = u.paragraph where p.draft = ?",
            draft,
        )
    )
    opened.asked = 60 * whole
    return opened
