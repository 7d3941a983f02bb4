"""Hostile commands and messages: mutated, replayed, out of order, by the wrong person, in the wrong state.

    python -m tests.hostile.fuzz_commands --cases 100000 --seed 1

Nineteen of twenty cases go through `contract.parse` and `perform` on a real store, one through a real
socket of a real desk. States come about by the cases themselves: what is admitted is done. After every
refusal no row of any table has changed but the record of acts (triggers on every table say so, and the
bytes of all of them now and then), and it is a code and a sentence without internals. Nothing takes a
second, and the process has not grown by more than `GROWTH`.

A broken promise ends the run with exit code 1; the seed of its batch and the case itself are printed.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import hashlib
import json
import random
import re
import resource
import sqlite3
import sys
import tempfile
import time
import types
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from session_app.collab.paragraph import ParagraphDoc
from session_app.config import ROOT
from session_app.domain import contract
from session_app.domain.errors import ActError, Invalid
from session_app.i18n import translate_error
from session_app.services.acts import HANDLERS
from session_app.services.adoption import read_standing
from session_app.services.demo import DEMO_ROLES, set_up_demo
from session_app.services.desk import Desk, clock, open_desk, perform
from session_app.services.door import preview_closing
from session_app.services.setup import load_forum
from session_app.store import drafts, people, sessions
from session_app.store.database import Database
from tests.desk_process import Refused, running_desk

CRM = ROOT / "agendas" / "crm"
BATCH = 2_500
"""Cases on one store; the next batch begins with the demonstration as it was set up."""
GROWTH = 50_000_000
"""Bytes the process may have grown by at the end, beyond what it held after its first batch."""
LONGEST = 1.0
"""Seconds a case may take."""
RECORD = {"act", "record_head"}
"""The tables a refusal is entered in."""
NOTED = {"screen_seen"}
"""The table in which the desk notes each minute which screens are on line, whatever is asked."""
INTERNALS = re.compile(
    r'Traceback|File "|sqlite|session_app|gevent|pycrdt|<[a-z_]+ object|0x[0-9a-f]{6}|Error\b|Exception'
)
NESTED: Any = json.loads("[" * 60 + "]" * 60)
WIDE: Any = json.loads('{"a":' * 60 + "1" + "}" * 60)
TEXTS = (
    "",
    " ",
    "x" * 20_000,
    "x" * 20_001,
    "ñ" * 300,
    "\x00",
    "a\x00b",
    "\ud800",
    "a\udfffb",
    "\u202e\u2066evil",
    "\ufeff\u200b",
    "<script>alert(1)</script>",
    "=1+1",
    "' or 1=1 --",
    "../../etc/passwd",
    "%s{0}{field}",
    "٣",
    "1" * 400,
    "NaN",
    "9999-99-99T99:99",
    "2017-06-21T15:30",
    "-1",
    "𝄞" * 200,
)
ODD = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    2**63,
    -(2**63) - 1,
    2**200,
    1.5,
    float("nan"),
    float("inf"),
    -0.0,
    [],
    {},
    NESTED,
    WIDE,
    ["x"] * 401,
    [[]] * 5_000,
    {str(number): number for number in range(2_000)},
    {"": ""},
    b"bytes",
)


@dataclass(frozen=True)
class Case:
    """One message: who, where, what."""

    person: str | None
    session: Any
    name: Any
    values: Any

    def __str__(self) -> str:
        shown = ascii((self.name, self.session, self.person, self.values))
        return shown if len(shown) < 3_000 else f"{shown[:3_000]}… ({len(shown)} characters)"


class Attacker:
    """Thinks of commands that are valid now, and spoils most of them."""

    def __init__(self, dice: random.Random, desk: Desk, session: str) -> None:
        self.dice, self.desk, self.session = dice, desk, session
        self.people: list[str | None] = [
            each.person for each in people.accredited(desk.store, session)
        ]
        self.chair = self._holder("chair")
        self.trusted = [self.chair, self._holder("secretariat"), self._holder("drafting-mex")]
        self.done: list[Case] = []
        self.ids: dict[str, list[str]] = {}
        self.look()

    def _holder(self, role: str) -> str:
        return next(
            each.person
            for each in people.accredited(self.desk.store, self.session)
            if (each.delegation, each.capacity) == DEMO_ROLES[role]
        )

    def look(self) -> None:
        """Take the ids there are now, of this session and of the other."""
        store = self.desk.store
        self.draft = drafts.draft_of(store, self.session)
        assert self.draft is not None

        def all_of(sql: str) -> list[str]:
            return [row[0] for row in store.all(sql)]

        self.ids = {
            "draft": [self.draft.id],
            "paragraph": all_of("select id from paragraph order by rowid desc limit 60"),
            "section": all_of("select id from section"),
            "item": all_of("select id from agenda_item"),
            "grant": all_of("select id from permission") or ["none"],
            "undoes": all_of("select op from operation order by rowid desc limit 20") or ["none"],
            "delegation": [
                code for code, each in self.desk.forum.delegations.items() if each.kind == "member"
            ],
            "person": [each for each in self.people if each is not None],
            "session": list(sessions.session_ids(store)),
        }

    def case(self) -> Case:
        """The next case: honest, spoilt, or one that was done before."""
        dice = self.dice
        if self.done and dice.random() < 0.1:
            again = dice.choice(self.done)
            return Case(self._person(), again.session, again.name, again.values)
        name = dice.choice(list(contract.COMMANDS))
        if name == "draft.adopt" and dice.random() < 0.95:
            name = "paragraph.add"  # once all is adopted, little else can happen
        values = self._values(contract.COMMANDS[name])
        session: Any = self.session
        spoils = dice.choice((0, 0, 0, 0, 1, 1, 2, 4))
        for _ in range(spoils):
            self._spoil(values)
        if dice.random() < 0.08:
            session = dice.choice([*self.ids["session"], "nowhere", "", "\ud800", "x" * 200])
        if dice.random() < 0.02:
            name = dice.choice(["", "agenda", "agenda.advance\x00", "__init__", *contract.EVENTS])
        whole: Any = dice.choice(ODD) if dice.random() < 0.01 else values
        return Case(self._person(), session, name, whole)

    def _person(self) -> str | None:
        dice = self.dice
        if dice.random() < 0.5:
            return dice.choice(self.trusted)
        return dice.choice([*self.people, None, "nobody"])

    def _values(self, command: type[Any]) -> dict[str, Any]:
        hints = get_type_hints(command)
        return {
            each.name: self._value(command, each.name, hints[each.name])
            for each in fields(command)
            if each.name in ("draft", "op") or self.dice.random() < 0.9
        }

    def _value(self, command: type[Any], field: str, hint: Any) -> Any:
        dice = self.dice
        origin = get_origin(hint)
        if origin in (Union, types.UnionType):
            hint = next(each for each in get_args(hint) if each is not type(None))
            return None if dice.random() < 0.3 else self._value(command, field, hint)
        if origin is tuple:
            return [
                self._value(command, field, get_args(hint)[0])
                for _ in range(dice.choice((1, 2, 5)))
            ]
        if origin is Literal:
            return dice.choice(get_args(hint))
        if is_dataclass(hint):
            return self._values(hint)  # type: ignore[arg-type]
        if hint is bool:
            return dice.random() < 0.5
        if hint is int:
            return dice.choice((0, 1, 5, 40, 200))
        return self._text(field)

    def _text(self, field: str) -> str:
        dice = self.dice
        known = {"after": "paragraph", "slot": "delegation"}.get(field, field)
        if known in self.ids:
            return dice.choice(self.ids[known])
        if field == "op":
            return "".join(dice.choices("abcdefghijklmnopqrstuvwxyz234567", k=26))
        if field == "seen":
            mode = dice.choice(("closed", "members"))
            return preview_closing(self.desk, self.session, mode, clock(), companions=None).seen
        if field == "digest":
            return read_standing(self.desk, self.ids["draft"][0]).digest
        if field == "resumes_at":
            return "15:30"
        return dice.choice(("Título", "Un texto de ejemplo, con [corchetes] y ñ", "Razón"))

    def _spoil(self, values: dict[str, Any]) -> None:
        dice = self.dice
        field = dice.choice(list(values) or ["extra"])
        match dice.choice((0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 6)):
            case 0:
                values.pop(field, None)
            case 1:
                values[field] = dice.choice(ODD)
            case 2 | 3:
                values[field] = dice.choice(TEXTS)
            case 4:
                values[field] = dice.choice(self.ids[dice.choice(list(self.ids))])
            case 5:
                values[dice.choice(["", "__class__", "name", "needs", "\ud800", "x" * 5_000])] = 1
            case _:
                held = values.get(field)
                if isinstance(held, list) and held and isinstance(held[0], dict):
                    self._spoil(held[0])
                elif isinstance(held, str) and held:
                    at = dice.randrange(len(held))
                    values[field] = held[:at] + dice.choice(TEXTS)[:50] + held[at + 1 :]


class Watch:
    """Whether anything in the store has changed: by triggers on every table, and by all its bytes."""

    def __init__(self, desk: Desk) -> None:
        self._store = desk.store
        self._tables = [
            row[0]
            for row in desk.store.all(
                "select name from main.sqlite_master where type = 'table' and name not like 'sqlite_%'"
            )
        ]
        with desk.store.transaction(clock()) as tx:
            tx.execute("create temp table touched (name text)")
            for table in self._tables:
                for what in ("insert", "update", "delete"):
                    tx.execute(
                        f"create temp trigger {what}_{table} after {what} on main.{table}"
                        f" begin insert into touched values ('{table}'); end"
                    )

    def touched(self) -> set[str]:
        """The tables of which a row has changed since this was last asked."""
        found = {row[0] for row in self._store.all("select distinct name from temp.touched")}
        with self._store.transaction(clock()) as tx:
            tx.execute("delete from temp.touched")
        return found

    def digest(self) -> str:
        return digest_of(self._store.all, self._tables)


def digest_of(all_of: Any, tables: list[str]) -> str:
    """Every row of every table but those that change by themselves."""
    found = hashlib.sha256()
    for table in sorted(set(tables) - RECORD - NOTED):
        for row in all_of(f"select * from main.{table} order by rowid"):
            found.update(repr(tuple(row)).encode())
    return found.hexdigest()


def answer(desk: Desk, case: Case) -> ActError | None:
    """Do what the gateway does with a command; the refusal, or None if it is done."""
    try:
        if not isinstance(case.values, dict) or not isinstance(case.name, str):
            raise Invalid("message.malformed")
        command = contract.parse(case.name, case.values)
        perform(
            desk,
            HANDLERS,
            session=case.session,
            person=case.person,
            command=command,
            now=clock(),
        )
    except ActError as refusal:
        return refusal
    except UnicodeEncodeError:
        return Invalid("message.malformed")
    return None


def check_sentence(sentence: str) -> None:
    """A refusal is one sentence that says nothing about how this is built."""
    assert sentence, "no sentence"
    assert len(sentence) < 1_000, sentence
    assert "\n" not in sentence, sentence
    without_quotes = re.sub("[“«].*[”»]|\\(.*\\)", "", sentence)
    assert not INTERNALS.search(without_quotes), sentence


def attack(cases: int, seed: int) -> dict[str, int]:
    """Run so many cases in this process, on one store. Raises `AssertionError` for a broken promise."""
    dice = random.Random(seed)
    counts: collections.Counter[str] = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        desk = open_desk(Database(Path(folder)), load_forum(CRM), ROOT / "docx_templates")
        session, _ = set_up_demo(desk, CRM / "demo", clock())
        desk.begin = lambda work: None  # what goes on by itself would be taken for a case's doing
        attacker, watch = Attacker(dice, desk, session), Watch(desk)
        before = watch.digest()
        for number in range(cases):
            if number % 10 == 0:
                attacker.look()
            case = attacker.case()
            try:
                _attack_once(desk, watch, case, counts, attacker)
                if number % 250 == 249:
                    before = _hold(desk, watch, attacker, before, counts)
            except Exception as broken:
                raise AssertionError(f"case {number} of seed {seed}: {case}") from broken
        assert desk.store.check() == []
        desk.store.close()
    return dict(counts)


def _attack_once(
    desk: Desk,
    watch: Watch,
    case: Case,
    counts: collections.Counter[str],
    attacker: Attacker,
) -> None:
    began = time.monotonic()
    refusal = answer(desk, case)
    took = time.monotonic() - began
    assert took < LONGEST, f"took {took:.2f} s"
    counts["longest_us"] = max(counts["longest_us"], int(took * 1e6))
    counts["cases"] += 1
    touched = watch.touched()
    if refusal is None:
        counts["done"] += 1
        attacker.done = [*attacker.done[-40:], case]
        return
    counts[refusal.code] += 1
    assert touched <= RECORD, f"refused as {refusal.code}, and changed {touched - RECORD}"
    for language in ("es", "en"):
        check_sentence(translate_error(refusal, language))


def _hold(
    desk: Desk, watch: Watch, attacker: Attacker, before: str, counts: collections.Counter[str]
) -> str:
    """All bytes, and the texts in memory against the log; the digest now."""
    for row in drafts.rows(desk.store, attacker.ids["draft"][0])[:20]:
        snapshot, updates, _ = drafts.text_log(desk.store, row.id)
        assert ParagraphDoc.load(snapshot, updates).texts() == desk.drafts.texts(row.id), row.id
    now = watch.digest()
    counts["states"] += now != before
    return now


# The same on a socket ------------------------------------------------------------------------

MESSAGES: dict[str, list[str]] = {
    "join": ["session", "page", "topics"],
    "command": ["name", "values"],
    "beat": [],
    "draft.open": ["draft", "tab"],
    "draft.lease": ["draft"],
    "draft.sync": ["draft", "ids", "lens"],
    "draft.update": ["draft", "paragraph", "client", "clock"],
    "draft.presence": ["draft", "paragraph", "language", "anchor", "head"],
}
ONLY_OURS = ("event", "fragment", "bye", "draft.updates", "draft.rights", "connect", "disconnect")
"""Names of what only the server sends, and of what happens to a socket."""


def attack_sockets(cases: int, seed: int) -> dict[str, int]:
    """Send so many messages to a desk of its own. Raises `AssertionError` for a broken promise."""
    dice = random.Random(seed)
    counts: collections.Counter[str] = collections.Counter()
    with tempfile.TemporaryDirectory() as folder, running_desk(Path(folder)) as served:
        cookies = {role: served.sign_in(role) for role in DEMO_ROLES}
        path = Path(folder) / "data" / "session.db"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
            tables = [
                row[0]
                for row in store.execute(
                    "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
                )
            ]

            def digest() -> str:
                return digest_of(lambda sql: store.execute(sql).fetchall(), tables)

            known = digest()
            paragraphs = [row[0] for row in store.execute("select id from paragraph")]
            lines: dict[str, Any] = {}
            for number in range(cases):
                role = dice.choice(list(cookies))
                message = _message(dice, served, paragraphs)
                try:
                    if role not in lines or lines[role].closed.is_set():
                        lines[role] = _enter(served, cookies[role])
                        known = digest()
                    began = time.monotonic()
                    if message[0] in ONLY_OURS:
                        lines[role].send(*message)
                        reply = lines[role].ask("beat", {}, seconds=5)
                    else:
                        reply = lines[role].ask(*message, seconds=5)
                    took = time.monotonic() - began
                except Refused:
                    counts["cut off"] += 1
                    known = digest()
                    continue
                counts["cases"] += 1
                counts["longest_us"] = max(counts["longest_us"], int(took * 1e6))
                try:
                    assert took < LONGEST, f"took {took:.2f} s"
                    now = digest()
                    if reply["ok"]:
                        counts["done"] += 1
                    else:
                        counts[str(reply["code"])] += 1
                        assert set(reply) == {"ok", "code", "params", "sentence"}, reply
                        assert reply["code"] != "message.failed", reply
                        check_sentence(str(reply["sentence"]))
                        assert now == known, f"refused as {reply['code']}, and changed something"
                    known = now
                    if reply["ok"] is False and reply["code"] == "connection.unknown":
                        lines.pop(role).close()  # a forged "disconnect" has ended it
                except AssertionError as broken:
                    shown = ascii(message)[:3_000]
                    raise AssertionError(
                        f"case {number} of seed {seed}: {role} {shown}"
                    ) from broken
        assert served.is_running()
        log = served.log.read_text()
        assert "Traceback" not in log, log[-3_000:]
        counts["memory_mb"] = served.memory() // 1_000_000
        assert "sound" in served.run("verify")
    return dict(counts)


def _enter(served: Any, cookie: str) -> Any:
    opened = served.connect(cookie)
    opened.ask("join", {"session": served.session, "page": "home", "topics": []})
    opened.ask("draft.open", {"draft": served.draft(), "tab": "t"})
    return opened


def _message(dice: random.Random, served: Any, paragraphs: list[str]) -> list[Any]:
    """A message of some kind, honest or not, with its attachment."""
    if dice.random() < 0.05:
        return [
            dice.choice(ONLY_OURS),
            dice.choice(({}, {"reason": "closed"}, {"ok": True}, [], None)),
        ]
    name = dice.choice(list(MESSAGES))
    honest = {
        "session": served.session,
        "page": "home",
        "topics": [],
        "name": dice.choice(list(contract.COMMANDS)),
        "values": {"draft": served.draft(), "op": "a" * 26, "person": "x", "item": "y"},
        "draft": served.draft(),
        "tab": "t",
        "ids": dice.sample(paragraphs, 2),
        "lens": [1, 1],
        "paragraph": dice.choice(paragraphs),
        "client": dice.randrange(2**32),
        "clock": 0,
        "language": "es",
        "anchor": 1,
        "head": 2,
    }
    values: Any = {field: honest[field] for field in MESSAGES[name]}
    for _ in range(dice.choice((0, 1, 1, 2))):
        odd = dice.choice((*TEXTS, *(each for each in ODD if not isinstance(each, bytes))))
        if values and dice.random() < 0.8:
            values[dice.choice(list(values))] = odd
        elif dice.random() < 0.3:
            values = odd
            break
        else:
            values["extra"] = odd
    parts: list[bytes] = []
    if name in ("draft.sync", "draft.update") or dice.random() < 0.05:
        parts = [dice.choice((b"\x00\x00", b"\x00", b"", dice.randbytes(dice.randrange(200))))]
    if dice.random() < 0.03:
        parts = []
    return [name, values, *parts]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sockets", type=int, help="cases sent by socket; else one in twenty")
    options = parser.parse_args()
    sent = options.cases // 20 if options.sockets is None else options.sockets
    here = options.cases - sent
    began = time.monotonic()
    total: collections.Counter[str] = collections.Counter()
    first = 0
    for number, start in enumerate(range(0, here, BATCH)):
        counts = attack(min(BATCH, here - start), options.seed * 1_000_003 + number)
        longest = max(total["longest_us"], counts.pop("longest_us"))
        total.update(counts)
        total["longest_us"] = longest
        first = first or memory()
        assert memory() - first < GROWTH, f"grown by {(memory() - first) / 1e6:.0f} MB"
    report = {"here": dict(total), "growth_mb": (memory() - first) // 1_000_000}
    if sent:
        report["by socket"] = attack_sockets(sent, options.seed)
    report["seconds"] = round(time.monotonic() - began, 1)
    report["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_000
    print(json.dumps(report, indent=1))
    return 0


def memory() -> int:
    """Bytes this process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


if __name__ == "__main__":
    sys.exit(main())
