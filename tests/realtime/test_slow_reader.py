"""Somebody whose laptop has stopped reading: cut off or served whole, and nobody else notices."""

import json
import os
import threading
import time

import pycrdt
import pytest
from desk_process import Line, Refused, running_desk

pytestmark = pytest.mark.slow

MEGABYTE = 1_000_000
AMOUNT = 20 * MEGABYTE
SILENCE = 10.0


@pytest.fixture
def desk(tmp_path):
    with running_desk(tmp_path) as running:
        yield running


class Drafter:
    """Somebody with one paragraph of the draft open, who types and times the acks."""

    def __init__(self, desk, role, paragraph, *, language="es", **options):
        self.desk, self.paragraph, self.language = desk, paragraph, language
        self.socket = desk.enter(role, **options)
        self.draft = desk.draft()
        opened = self.socket.ask("draft.open", {"draft": self.draft, "tab": f"{role}-{paragraph}"})
        self.doc = pycrdt.Doc(client_id=opened["clients"][0])
        self.text = self.doc.get(language, type=pycrdt.Text)
        _, diff = self.socket.ask_whole(
            "draft.sync", {"draft": self.draft, "ids": [paragraph], "lens": [1]}, b"\x00"
        )
        self.doc.apply_update(diff)

    def type(self, words):
        """Type at the beginning, strike what was typed before; returns the seconds to the ack."""
        updates = []
        subscription = self.doc.observe(lambda event: updates.append(event.update))
        with self.doc.transaction():
            if len(self.text) > 4_000:
                self.text.clear()
            self.text.insert(0, words)
        self.doc.unobserve(subscription)
        values = {"draft": self.draft, "paragraph": self.paragraph, "client": self.doc.client_id}
        started = time.monotonic()
        while True:
            ack = self.socket.ask("draft.update", values, updates[0])
            if ack["ok"]:
                return time.monotonic() - started
            assert ack["code"] == "update.too_fast", ack
            time.sleep(0.2)
            started = time.monotonic()


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Load:
    """Four people who type a word every 50 ms, and three who paste as fast as they may."""

    def __init__(self, desk):
        self.desk = desk
        rows = rows_of(desk)
        roles = ("drafting-can", "drafting-mex", "drafting-slv", "secretariat")
        self.writers = [Drafter(desk, role, rows[n]) for n, role in enumerate(roles)]
        self.pasters = [Drafter(desk, role, rows[4 + n]) for n, role in enumerate(roles[:3])]
        self.peak = 0

    def run(self, amount):
        """Go on until so many bytes have been pasted; the delays of the typists' acks."""
        delays, pasted, done = [], [0], threading.Event()

        def write(drafter):
            while not done.is_set():
                delays.append(drafter.type("palabra "))
                time.sleep(0.05)

        def paste(drafter):
            words = os.urandom(6_500).hex()
            while pasted[0] < amount:
                drafter.type(words)
                pasted[0] += len(words)
                self.peak = max(self.peak, self.desk.memory())
            done.set()

        threads = [threading.Thread(target=write, args=(each,)) for each in self.writers]
        threads += [threading.Thread(target=paste, args=(each,)) for each in self.pasters]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        return delays


def rows_of(desk):
    found = desk.query(
        "select id from paragraph where draft = ? and state != 'adopted' and position is not null"
        " order by position limit 12",
        desk.draft(),
    )
    return [row[0] for row in found]


def test_a_reader_that_reads_nothing_is_cut_off_or_served_whole_and_nobody_notices(desk):
    load = Load(desk)
    before = load.run(AMOUNT // 4)
    memory = desk.memory()
    slow = Drafter(desk, "delegate-hnd", rows_of(desk)[0], receive_buffer=4096)
    slow.socket.reading.clear()
    stopped = time.monotonic()
    during = load.run(AMOUNT)
    time.sleep(max(0.0, stopped + SILENCE - time.monotonic()))
    slow.socket.reading.set()
    cut_off = slow.socket.wait_closed(3)
    figures = (
        f"{AMOUNT / MEGABYTE:.0f} MB past a silent reader, cut off: {cut_off};"
        f" acks p50 {_ms(before, 0.5)} -> {_ms(during, 0.5)} ms,"
        f" p99 {_ms(before, 0.99)} -> {_ms(during, 0.99)} ms;"
        f" memory +{(load.peak - memory) / MEGABYTE:.1f} MB"
    )
    print(figures)
    assert cut_off or slow.socket.ask("beat", {})["ok"], figures
    assert all(_is_whole(frame) for frame in slow.socket.frames)
    assert not [each for each in load.writers + load.pasters if each.socket.closed.is_set()]
    # Whoever waited for the silent one would wait for seconds; a busy machine makes it milliseconds.
    assert percentile(during, 0.5) < 3 * percentile(before, 0.5) + 0.05, figures
    assert max(during) < SILENCE / 2, figures
    assert load.peak - memory < 50 * MEGABYTE, figures


def _ms(delays, share):
    return f"{percentile(delays, share) * 1000:.1f}"


def _is_whole(frame):
    """Text frames are whole packets; binary ones are checked by their announced lengths."""
    if not frame.startswith((b"42", b"43", b"45", b"46")):
        return True
    text = frame.decode()
    json.loads(text[text.index("[") :])
    return True


def test_answers_are_not_piled_up_for_somebody_who_asks_and_does_not_read(desk):
    asker = Drafter(desk, "drafting-can", rows_of(desk)[0], receive_buffer=4096)
    everything = [
        row[0] for row in desk.query("select id from paragraph where draft = ?", asker.draft)
    ]
    asker.socket.reading.clear()
    before = desk.memory()
    values = {"draft": asker.draft, "ids": everything, "lens": [1] * len(everything)}
    try:
        for number in range(3000):
            asker.socket.send(
                "draft.sync", values, b"\x00" * len(everything), number=10_000 + number
            )
    except Refused:
        pass
    assert desk.memory() - before < 40 * MEGABYTE
    assert _holds_no_longer(desk, asker.socket, 2)
    asker.socket.reading.set()
    assert asker.socket.wait_closed(10)
    assert desk.enter("drafting-can").ask("beat", {})["ok"]


def test_somebody_signed_out_who_reads_nothing_is_off_the_wire_within_a_second(desk):
    """What waits in the buffers for somebody who may no longer have it is thrown away."""
    cookie = desk.sign_in("drafting-can")
    opened = desk.connect(cookie, receive_buffer=4096)
    assert opened.ask("join", {"session": desk.session, "page": "home", "topics": []})["ok"]
    opened.reading.clear()
    draft = desk.draft()
    everything = [row[0] for row in desk.query("select id from paragraph where draft = ?", draft)]
    values = {"draft": draft, "ids": everything, "lens": [1] * len(everything)}
    for number in range(60):  # enough to fill the kernel's buffers, not enough to be cut off for
        opened.send("draft.sync", values, b"\x00" * len(everything), number=10_000 + number)
    time.sleep(1)
    assert desk.holds(opened)
    assert desk.ask("/out", cookie=cookie, form={}).status == 303
    assert _holds_no_longer(desk, opened, 1)
    opened.close()


def _holds_no_longer(desk, opened, seconds):
    end = time.monotonic() + seconds
    while desk.holds(opened):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_a_line_that_swallows_everything_does_not_stay_in_the_room(desk):
    """A dead Wi-Fi: no goodbye ever comes, and the person's place is free again in seconds."""
    line = Line(desk.port)
    reader = Drafter(desk, "drafting-mex", rows_of(desk)[0])
    lost = Drafter(desk, "drafting-can", rows_of(desk)[0], through=line.port)
    assert reader.socket.wait(lambda: _present(reader) == {"CAN", "MEX"})
    line.swallow()
    assert reader.socket.wait(lambda: _present(reader) == {"MEX"}, 20)
    line.close()
    assert lost.socket.wait_closed(5)


def _present(drafter):
    heard = drafter.socket.heard("draft.presence")
    return {each["delegation"] for each in heard[-1][0]["people"]} if heard else set()
