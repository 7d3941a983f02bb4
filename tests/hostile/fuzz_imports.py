"""Hostile files: lists of accreditations and texts of drafts, mutated from honest ones.

    python -m tests.hostile.fuzz_imports --cases 100000 --seed 1

Each is brought in on a real store, as the Secretariat does. It is refused, with what is wrong with it,
and no row of any table has changed but the record; or it is taken, and then all of it: as many people
and paragraphs as were read, with the words that were read. Nothing takes a second, and the process has
not grown by more than `GROWTH`.

A broken promise ends the run with exit code 1; the seed of its batch is printed, and the file is kept.
"""

from __future__ import annotations

import argparse
import collections
import io
import json
import random
import resource
import sys
import tempfile
import time
import zipfile
from dataclasses import replace
from pathlib import Path

from session_app.config import ROOT
from session_app.domain.accreditation import read_accreditations
from session_app.domain.drafting import Language
from session_app.domain.errors import ActError
from session_app.domain.sheet import Problem
from session_app.domain.text import clean
from session_app.i18n import translate, translate_error
from session_app.services.authority import CONSOLE
from session_app.services.console import CALLS
from session_app.services.demo import set_up_demo
from session_app.services.desk import Desk, clock, open_desk
from session_app.services.importing import import_draft, read_source
from session_app.services.people import accredit
from session_app.services.setup import create_session, load_forum
from session_app.store import drafts, people, sessions
from session_app.store.database import Database
from tests.hostile.fuzz_commands import CRM, RECORD, Watch, check_sentence, memory

DEMO = CRM / "demo"
BATCH = 1_000
"""Files on one store."""
GROWTH = 80_000_000
"""Bytes the process may have grown by at the end, beyond what it held after its first batch."""
LONGEST = 1.0
"""Seconds a file of ordinary size may take, however it is made."""
CELLS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "<script>",
    "\u202eevil",
    "\x00",
    "\ufeff",
    '"',
    '""',
    ";",
    ",",
    "\r",
    "\n",
    "x" * 201,
    "x" * 140_000,
    "ñ",
    "SLV",
    "chair",
    "yes",
    "a@b.cd",
    "",
)
BYTES = (
    b"\xff",
    b"\x00",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\xc3",
    b"\r\n\r\n",
    b"\x1a",
    b"\xf0\x9f",
)
LINES = (
    "1. ",
    "a) ",
    "iv) ",
    "CONCLUSIONES",
    "RECOMENDACIONES",
    "**x**",
    "<!-- -->",
    "<!--",
    "-->",
    "# ",
    "\f",
    "\x0b",
    "[",
    "]",
    "|",
    "- ",
    "A.1.1 ",
    "x" * 30_000,
    "\u2028",
    "{{ x }}",
    "<w:p/>",
)
XML = (
    b"<w:p>",
    b"</w:p>",
    b"<w:t>x</w:t>",
    b"<w:tbl>",
    b"<w:br/>",
    b"<w:del>",
    b"<w:ins>",
    b"&lt;",
    b"&x;",
    b"&#0;",
    b"&#xD800;",
    b"]]>",
    b"<![CDATA[x]]>",
    b"<?xml version='1.0' encoding='utf-16'?>",
    b"<!DOCTYPE x [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
    b'<w:ilvl w:val="99"/>',
    b'<w:ilvl w:val="-1"/>',
    b'<w:numId w:val="99999999999999999999"/>',
    b'<w:start w:val="2147483648"/>',
    b'w:val="x"',
    b'xmlns:w="x"',
    b"<w:p>" * 300,
    b"\x00",
    b"\xff",
)


class Forger:
    """Spoils honest files."""

    def __init__(self, dice: random.Random, desk: Desk, session: str) -> None:
        self.dice = dice
        self.lists = [(DEMO / "people.csv").read_bytes()]
        texts = [path.read_bytes() for path in sorted(DEMO.glob("san-salvador-2017.*"))]
        self.texts = {"es": texts[1], "en": texts[0]}
        self.words = [
            CALLS["assemble"](desk, session=session, layout=layout, version="bracketed")
            for layout in ("es", "en", "bilingual")
        ]

    def people(self) -> bytes:
        """A list of accreditations."""
        dice = self.dice
        lines = self.lists[0].decode().splitlines()
        if dice.random() < 0.8:
            lines = [lines[0], *dice.sample(lines[1:], dice.randrange(12))]
        for _ in range(dice.choice((0, 1, 1, 2, 5))):
            at = dice.randrange(len(lines))
            cells = lines[at].split(",")
            match dice.randrange(6):
                case 0 | 1:
                    cells[dice.randrange(len(cells))] = dice.choice(CELLS)
                case 2:
                    cells[dice.randrange(len(cells))] += dice.choice(CELLS)
                case 3:
                    cells.insert(dice.randrange(len(cells)), dice.choice(CELLS))
                case 4:
                    lines.insert(dice.randrange(len(lines)), lines[at])
                case _:
                    cells = [
                        f"Persona {dice.randrange(10**6)}",
                        "GTM",
                        "delegate",
                        "",
                        "es",
                        "no",
                        "",
                    ]
            lines[at] = ",".join(cells)
        content = dice.choice(("\n", "\n", "\r\n")).join(lines).encode("utf-8", "surrogatepass")
        return self._damage(content) if dice.random() < 0.15 else content

    def text(self, language: Language) -> tuple[str, bytes]:
        """A draft as text: its file's name, and its bytes."""
        dice = self.dice
        lines = self.texts[language].decode().splitlines()
        if dice.random() < 0.8:
            lines = lines[: dice.randrange(4, 30)]
        for _ in range(dice.choice((0, 1, 2, 6))):
            at = dice.randrange(len(lines))
            match dice.randrange(5):
                case 0:
                    lines[at] = dice.choice(LINES) + lines[at]
                case 1:
                    lines.insert(at, dice.choice(LINES))
                case 2:
                    del lines[at : at + dice.randrange(9)]
                    lines.append("")
                case 3:
                    lines[at:at] = dice.sample(lines, min(9, len(lines)))
                case _:
                    lines[at] += dice.choice(CELLS)
        content = "\n".join(lines).encode("utf-8", "surrogatepass")
        name = dice.choice(("x.txt", "x.md", "../../x.TXT", "x.docx.md", "\u202ex.txt"))
        return name, self._damage(content) if dice.random() < 0.15 else content

    def word(self) -> tuple[str, bytes]:
        """A draft as a Word file, spoilt within its parts or as a package."""
        dice = self.dice
        content = dice.choice(self.words)
        if dice.random() < 0.8:
            content = self._spoil_parts(content)
        if dice.random() < 0.25:
            content = self._damage(content)
        return "x.docx", content

    def _spoil_parts(self, content: bytes) -> bytes:
        dice = self.dice
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = {each: package.read(each) for each in package.namelist()}
        for _ in range(dice.choice((1, 1, 2, 4))):
            name = "word/document.xml" if dice.random() < 0.6 else dice.choice(list(parts))
            part = bytearray(parts[name])
            for _ in range(dice.choice((1, 1, 3))):
                at = dice.randrange(len(part) + 1)
                tag = part.find(b"<", at)
                at = tag if tag >= 0 and dice.random() < 0.8 else at
                match dice.randrange(4):
                    case 0:
                        part[at:at] = dice.choice(XML)
                    case 1:
                        del part[at : at + dice.choice((1, 10, 400))]
                    case 2:
                        other = part[at : at + dice.randrange(3_000)]
                        part[at:at] = other
                    case _:
                        part[at : at + 1] = dice.choice(BYTES)
            parts[name] = bytes(part)
        if dice.random() < 0.1:
            parts.pop(dice.choice(list(parts)))
        if dice.random() < 0.1:
            parts[dice.choice(("../x", "/etc/passwd", "word/../../x", "C:\\x", "x" * 300))] = b"x"
        packed = io.BytesIO()
        with zipfile.ZipFile(
            packed, "w", dice.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))
        ) as to:
            for name, part in parts.items():
                to.writestr(name, part)
        return packed.getvalue()

    def _damage(self, content: bytes) -> bytes:
        dice = self.dice
        data = bytearray(content)
        for _ in range(dice.choice((1, 1, 2, 8))):
            at = dice.randrange(len(data) + 1)
            match dice.randrange(5):
                case 0 if data:
                    data[at % len(data)] ^= 1 << dice.randrange(8)
                case 1:
                    data[at:at] = dice.choice(BYTES)
                case 2:
                    del data[at : at + dice.choice((1, 20, len(data)))]
                case 3:
                    data[at:at] = data[at : at + dice.randrange(200)]
                case _:
                    data[at : at + 4] = dice.randbytes(4)
        return bytes(data)


def attack(cases: int, seed: int) -> dict[str, int]:
    """Bring in so many files on one store. Raises `AssertionError` for a broken promise."""
    dice = random.Random(seed)
    counts: collections.Counter[str] = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        desk = open_desk(Database(Path(folder)), load_forum(CRM), ROOT / "docx_templates")
        demo, _ = set_up_demo(desk, DEMO, clock())
        forger, watch = Forger(dice, desk, demo), Watch(desk)
        target = _new_session(desk, demo, 0)
        for number in range(cases):
            kind = dice.choice(("people", "people", "people", "text", "text", "word"))
            language = dice.choice(("es", "en"))
            name, content = "people.csv", b""
            if kind == "people":
                content = forger.people()
            else:
                name, content = forger.text(language) if kind == "text" else forger.word()
            watch.touched()
            began = time.monotonic()
            try:
                refusal = _bring_in(desk, target, kind, name, content, language)
                took = time.monotonic() - began
                assert took < LONGEST, f"took {took:.2f} s"
                touched = watch.touched()
                assert refusal is None or touched <= RECORD, f"{refusal!r} changed {touched}"
                if refusal is not None:
                    _check_refusal(refusal)
            except Exception as broken:
                kept = Path(tempfile.gettempdir()) / f"case-{seed}-{number}-{Path(name).name}"
                kept.write_bytes(content)
                raise AssertionError(f"case {number} of seed {seed}, kept as {kept}") from broken
            counts["cases"] += 1
            counts["longest_us"] = max(counts["longest_us"], int(took * 1e6))
            counts[kind if refusal is None else f"{kind}: {refusal.code}"] += 1
            if refusal is None and kind != "people":
                target = _new_session(desk, demo, number + 1)
        assert desk.store.check() == []
        desk.store.close()
    return dict(counts)


def _new_session(desk: Desk, like: str, number: int) -> str:
    held = replace(sessions.session(desk.store, like), id=f"ajena-{number}")
    create_session(desk, held, (), clock())
    return held.id


def _bring_in(
    desk: Desk, session: str, kind: str, name: str, content: bytes, language: Language
) -> ActError | None:
    """Bring a file in; the refusal, or None if all of it has been taken."""
    try:
        if kind == "people":
            added, updated = accredit(desk, session, content, person=CONSOLE, now=clock())
            held = sessions.session(desk.store, session)
            lines = read_accreditations(content, desk.forum, ppt=held.ppt)
            assert added + updated == len(lines)
            there = {
                (each.name, each.delegation) for each in people.accredited(desk.store, session)
            }
            assert {(line.name, line.delegation) for line in lines} <= there
        else:
            read = read_source(name, content, language)
            draft = import_draft(desk, session, read, person=CONSOLE, now=clock())
            rows = drafts.rows(desk.store, draft)
            texts = [desk.drafts.texts(row.id)[language] for row in rows]
            found = [clean(each.text) for section in read.sections for each in section.paragraphs]
            assert texts == found
    except ActError as refusal:
        return refusal
    return None


def _check_refusal(refusal: ActError) -> None:
    for language in ("es", "en"):
        check_sentence(translate_error(refusal, language))
    problems = refusal.params.get("problems", ())
    assert isinstance(problems, tuple)
    for each in problems[:20]:
        assert isinstance(each, Problem)
        assert each.line >= 0
        check_sentence(translate(each.code, "es", **each.params))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.monotonic()
    total: collections.Counter[str] = collections.Counter()
    first = 0
    for number, start in enumerate(range(0, options.cases, BATCH)):
        counts = attack(min(BATCH, options.cases - start), options.seed * 1_000_003 + number)
        longest = max(total["longest_us"], counts.pop("longest_us"))
        total.update(counts)
        total["longest_us"] = longest
        first = first or memory()
        assert memory() - first < GROWTH, f"grown by {(memory() - first) / 1e6:.0f} MB"
    report = dict(total) | {
        "growth_mb": (memory() - first) // 1_000_000,
        "seconds": round(time.monotonic() - began, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_000,
    }
    print(json.dumps(report, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
