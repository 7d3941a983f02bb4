"""Hostile updates against the gate and pycrdt behind it, in child processes.

    python -m tests.collab.fuzz --cases 1000000 --processes 2 --seed 1

A child replays recorded honest traffic into a `ParagraphDoc` and throws mutated updates at it in
between. What the gate lets through is applied, and then everything must still hold: the document
reads, a copy from its snapshot and a replica fed with the same updates read the same, the state
vector is the one the gate believes in, and no text holds a character it should not.

A crash (a child that dies), a hang or a broken promise ends the run with exit code 1 and names the
seed of the batch and the update that did it.
"""

from __future__ import annotations

import argparse
import base64
import collections
import json
import mmap
import random
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pycrdt

from session_app.collab import ParagraphDoc, Rejected
from session_app.collab.gate import parse, parse_state_vector
from session_app.collab.order import Character
from session_app.domain.text import clean

HONEST = Path(__file__).parents[1] / "data" / "collab" / "honest.json"
BATCH = 20_000
HOSTILE = 4_000_000_001  # a leased id whose holder is not honest
EXTREMES = [0, 1, 2, 127, 128, 2**31 - 2, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53 - 1, 2**63]
PIECES = ["a", "ñ", "😀", "é", "x" * 40, "\x00", "\n", "\ufeff", "\u200b", "[texto]", "", "𝄞y"]


def number(value: int) -> bytes:
    """A variable-length number, as lib0 writes it."""
    out = bytearray()
    while value > 127:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def text(value: str) -> bytes:
    raw = value.encode("utf-8", "surrogatepass")
    return number(len(raw)) + raw


class Attacker:
    """Makes hostile updates for a document, some of them nearly honest."""

    def __init__(self, dice: random.Random, corpus: list[bytes]) -> None:
        self.dice = dice
        self.corpus = corpus
        self.neighbours: list[tuple[Character | None, Character | None, str | None]] = []

    def attack(self, state: dict[int, int], honest: bytes) -> bytes:
        kind = self.dice.random()
        if kind < 0.45:
            self.neighbours = [
                (struct.origin, struct.right, struct.root)
                for structs in parse(honest).blocks.values()
                for struct in structs[:1]
            ]
            return self.grammar(state)
        data = bytearray(honest if self.dice.random() < 0.7 else self.dice.choice(self.corpus))
        for _ in range(self.dice.choice((1, 1, 1, 2, 4))):
            self.mutate(data)
        return bytes(data)

    def mutate(self, data: bytearray) -> None:
        dice = self.dice
        at = dice.randrange(len(data) + 1)
        match dice.randrange(8):
            case 0 if data:
                data[at % len(data)] ^= 1 << dice.randrange(8)
            case 1 if data:
                data[at % len(data)] = dice.randrange(256)
            case 2:
                del data[at:]
            case 3:
                data[at:at] = number(dice.choice(EXTREMES))
            case 4 if data:
                data[at % len(data) : at % len(data) + 1] = number(dice.choice(EXTREMES))
            case 5:
                other = dice.choice(self.corpus)
                data[at:] = other[dice.randrange(len(other)) :]
            case 6:
                end = min(len(data), at + dice.randrange(12))
                data[at:at] = data[at:end]
            case _:
                data[:] = dice.randbytes(dice.randrange(24))

    def clock(self, state: dict[int, int], client: int) -> int:
        known = state.get(client, 0)
        near = [0, known, known - 1, known + 1, self.dice.randrange(known + 1)]
        return (
            self.dice.choice(EXTREMES)
            if self.dice.random() < 0.02
            else max(0, self.dice.choice(near))
        )

    def client(self, state: dict[int, int]) -> int:
        if self.dice.random() < 0.02:
            return self.dice.choice(EXTREMES)
        return self.dice.choice([HOSTILE, *state])

    def neighbour(self, state: dict[int, int], client: int, clock: int) -> Character:
        author = client if self.dice.random() < 0.3 else self.client(state)
        if author == client:
            return author, max(0, clock - 1)
        return author, self.clock(state, author)

    def grammar(self, state: dict[int, int]) -> bytes:
        """A well-formed update with every field drawn near the edge of what is admitted."""
        dice = self.dice
        out = bytearray()
        blocks = dice.choice((0, 1, 1, 1, 1, 1, 1, 1, 1, 2))
        out += number(blocks)
        end = state.get(HOSTILE, 0)
        for _ in range(blocks):
            client = HOSTILE if dice.random() < 0.95 else self.client(state)
            clock = end if dice.random() < 0.7 else self.clock(state, client)
            structs = dice.choice((1, 1, 2, 5))
            out += number(structs) + number(client) + number(clock)
            for _ in range(structs):
                length, raw = self.struct(state, client, clock)
                out += raw
                clock += length
            end = clock
        clients = dice.sample([*state, HOSTILE], k=min(len(state), dice.choice((0, 0, 1, 2))))
        out += number(len(clients))
        for client in clients:
            ranges = dice.choice((1, 1, 2))
            out += number(client) + number(ranges)
            start = 0
            for _ in range(ranges):
                start += dice.randrange(max(1, state.get(client, 0)))
                length = dice.choice((0, 1, 1, 2, 5, 2**31))
                out += number(start) + number(length)
                start += length + 1
        return bytes(out)

    def struct(self, state: dict[int, int], client: int, clock: int) -> tuple[int, bytes]:
        dice = self.dice
        kind = dice.choice((4, 4, 4, 4, 4, 1, 1)) if dice.random() < 0.98 else dice.randrange(32)
        flags = dice.choice((0x80, 0x40, 0xC0, 0xC0, 0x00)) | (0x20 if dice.random() < 0.01 else 0)
        root: str | None = dice.choice(("es", "es", "en", "en", "fr", ""))
        neighbours: list[Character | None] = [self.neighbour(state, client, clock) for _ in "lr"]
        if self.neighbours and dice.random() < 0.5:  # where an honest author is writing just now
            *neighbours, root = self.neighbours[0]
            flags = (0x80 if neighbours[0] else 0) | (0x40 if neighbours[1] else 0)
        raw = bytearray([flags | kind])
        for flag, neighbour in zip((0x80, 0x40), neighbours, strict=True):
            if flags & flag and neighbour is not None:
                raw += number(neighbour[0]) + number(neighbour[1])
        if not flags & 0xC0:
            raw += number(1) + text(root or "es")
        if kind == 1:
            length = (
                dice.choice((1, 2, 3, 2**31 - 1)) if dice.random() < 0.1 else 1 + dice.randrange(3)
            )
            raw += number(length)
        else:
            content = dice.choice(PIECES if dice.random() < 0.1 else PIECES[:5])
            length = len(content.encode("utf-16-le")) // 2
            raw += text(content)
        return length, bytes(raw)


def attack(cases: int, seed: int, last: mmap.mmap | None = None) -> dict[str, int]:
    """Run so many cases in this process. Raises `AssertionError` for a broken promise."""
    dice = random.Random(seed)
    runs = json.loads(HONEST.read_text())["runs"]
    corpus = [base64.b64decode(u) for run in runs[:10] for _, u in run["updates"]]
    attacker = Attacker(dice, corpus)
    counts: collections.Counter[str] = collections.Counter()
    done = 0
    while done < cases:
        paragraph = ParagraphDoc.load(None, [])
        replica: pycrdt.Doc[pycrdt.Text] = pycrdt.Doc()
        roots = {name: replica.get(name, type=pycrdt.Text) for name in ("es", "en")}
        for client, encoded in dice.choice(runs)["updates"][: 20 + dice.randrange(240)]:
            honest = base64.b64decode(encoded)
            for _ in range(dice.choice((0, 0, 2, 12))):
                done += 1
                state = dict(paragraph.state_vector())
                update = attacker.attack(state, honest)
                if last is not None:
                    last[:4] = len(update).to_bytes(4, "big")
                    last[4 : 4 + len(update)] = update
                before = paragraph.texts()
                sender = client if dice.random() < 0.5 else HOSTILE
                try:
                    trial = paragraph.try_update(update, client=sender)
                except Rejected as refusal:
                    counts[refusal.reason] += 1
                    assert paragraph.texts() == before
                    continue
                counts["passed"] += 1
                counts["new"] += not trial.known
                if trial.known:
                    continue
                if dice.random() < 0.2:
                    continue  # tried, and refused by the access table
                paragraph.apply(trial.update)
                replica.apply_update(trial.update)
                hold(paragraph, replica, roots, thorough=dice.random() < 0.2)
            try:
                trial = paragraph.try_update(honest, client=client)
            except Rejected:
                continue  # its author's id was used by the attacker before
            if not trial.known:
                paragraph.apply(trial.update)
                replica.apply_update(trial.update)
        hold(paragraph, replica, roots, thorough=True)
    counts["cases"] = done
    return dict(counts)


def hold(
    paragraph: ParagraphDoc,
    replica: pycrdt.Doc[pycrdt.Text],
    roots: dict[str, pycrdt.Text],
    *,
    thorough: bool,
) -> None:
    """Every promise about a document after an update was applied."""
    expected = paragraph.texts()
    assert {name: str(root) for name, root in roots.items()} == expected
    if thorough:
        assert parse_state_vector(paragraph.encoded_state_vector()) == paragraph.state_vector()
        assert parse_state_vector(replica.get_state()) == paragraph.state_vector()
        loaded = ParagraphDoc.load(paragraph.snapshot(), [])
        assert loaded.texts() == expected
        assert loaded.state_vector() == paragraph.state_vector()
        assert all(clean(each) == each for each in expected.values())


def run_batch(cases: int, seed: int) -> dict[str, int]:
    """One child process. Raises `RuntimeError` when it dies, fails or hangs."""
    with tempfile.NamedTemporaryFile() as file:
        file.truncate(1 << 20)
        command = [sys.executable, "-m", "tests.collab.fuzz", "--child", file.name]
        child = subprocess.run(
            [*command, "--cases", str(cases), "--seed", str(seed)],
            capture_output=True,
            text=True,
            timeout=60 + cases // 100,
            check=False,
        )
        if child.returncode:
            memory = file.read()
            update = memory[4 : 4 + int.from_bytes(memory[:4], "big")]
            raise RuntimeError(
                f"exit code {child.returncode}, batch of {cases} with seed {seed}, "
                f"update {update.hex()}\n{child.stderr[-3000:]}"
            )
    counts: dict[str, int] = json.loads(child.stdout)
    return counts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        with open(options.child, "r+b") as file, mmap.mmap(file.fileno(), 0) as last:
            print(json.dumps(attack(options.cases, options.seed, last)))
        return 0
    began = time.monotonic()
    total: collections.Counter[str] = collections.Counter()
    sizes = [min(BATCH, options.cases - at) for at in range(0, options.cases, BATCH)]
    seeds = [options.seed * 1_000_003 + index for index in range(len(sizes))]
    with ThreadPoolExecutor(options.processes) as pool:
        jobs = [pool.submit(run_batch, size, seed) for size, seed in zip(sizes, seeds, strict=True)]
        failures = 0
        for job in jobs:
            try:
                total.update(job.result())
            except (RuntimeError, subprocess.TimeoutExpired) as failure:
                failures += 1
                print(failure, file=sys.stderr)
    print(
        json.dumps({**total, "failures": failures, "seconds": round(time.monotonic() - began, 1)})
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
