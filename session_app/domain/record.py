"""The record of acts as a chain: every entry's hash covers the hash before it.

An entry is sealed with SHA-256 over the previous entry's hash and every one of its own columns, each
written as a netstring (its length in bytes, a colon, the bytes, a comma), so that no two entries, and
no two ways of dividing the same bytes among columns, are written alike. Whoever changes, takes out,
exchanges or puts in an entry without sealing every later one anew breaks the chain at that entry; the
head, kept apart, shows when entries are missing at the end.

A chain alone cannot show that somebody has written *all* of it anew, head included. For that the head
is copied to where the store's keeper cannot reach, as in the signed minutes: see docs/record.md.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin

from .contract import Command, types_of

START = "0" * 64
"""What the first entry follows: the head of an empty record."""

COLUMNS = (
    "seq", "session", "person", "capacity", "delegation", "at", "act", "subject", "outcome", "detail",
    "closed",
)  # fmt: skip
"""What a seal covers, in this order. The order and the columns are part of every hash ever written."""


@dataclass(frozen=True, slots=True)
class Head:
    """How many entries the record has, and the hash of the last."""

    entries: int
    hash: str


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with the record, in one sentence's code and parameters."""

    code: str
    params: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


# What an entry says --------------------------------------------------------------------------

_SUBJECTS = (
    "decision",
    "paper",
    "paragraph",
    "person",
    "screen",
    "grant",
    "item",
    "delegation",
    "draft",
)
"""Fields of commands that name what an act is done on, the most particular first."""
_NAME = re.compile("[A-Za-z0-9-]{1,64}")
"""An id, a code: what a subject may be. A refused command can hold anything where its subject should
stand, and the record takes neither text nor more of it than a name is long."""


def subject_of(command: Command) -> str:
    """What a command is about, by id or code; empty where it names nothing that can be one."""
    named = (getattr(command, name, None) for name in _SUBJECTS)
    return as_subject(next((each for each in named if isinstance(each, str)), ""))


def as_subject(text: str) -> str:
    """The text if it can be the id or code of something, else nothing."""
    return text if _NAME.fullmatch(text) else ""


def facts_of(command: Command) -> dict[str, object]:
    """What else the record keeps of a command: its choices among given words, and whatever it names
    beside its subject. Never what somebody has typed."""
    facts: dict[str, object] = {}
    subject = subject_of(command)
    for name in _choices(type(command)):
        facts[name] = getattr(command, name)
    for name in _SUBJECTS:
        value = getattr(command, name, None)
        if isinstance(value, str) and value != subject and as_subject(value):
            facts[name] = value
    return {name: value for name, value in facts.items() if value is not None}


def _choices(command: type[Any]) -> tuple[str, ...]:
    hints = types_of(command)
    return tuple(each.name for each in fields(command) if _is_choice(hints[each.name]))


def _is_choice(hint: object) -> bool:
    if hint in (bool, type(None)) or get_origin(hint) is Literal:
        return True
    return bool(get_args(hint)) and all(_is_choice(each) for each in get_args(hint))


# The chain -----------------------------------------------------------------------------------


def seal(previous: str, columns: Sequence[bytes | None]) -> str:
    """The hash of an entry that follows `previous`; `columns` are its values as bytes of text."""
    parts = [b"%d:%s," % (len(previous), previous.encode())]
    # No column is ever null; one that is now is told apart from an empty one.
    parts += [b"-," if each is None else b"%d:%s," % (len(each), each) for each in columns]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def is_hash(text: str) -> bool:
    """Whether a text can be the hash of an entry."""
    return re.fullmatch("[0-9a-f]{64}", text) is not None


class Chain:
    """Follows the record from its first entry, and keeps the first flaw it meets.

    `wanted` is a head that was printed earlier; it must turn up among the hashes.
    """

    def __init__(self, wanted: str | None = None) -> None:
        self.flaw: Flaw | None = None
        self._head = Head(0, START)
        self._wanted = wanted
        self._met = wanted in (None, START)

    def follow(self, entries: Iterable[tuple[Sequence[bytes | None], bytes | None]]) -> None:
        """Take the next entries, each its columns and its hash, in the order of their numbers."""
        for columns, written in entries:
            if self.flaw is not None:
                return
            self._take(columns, written)

    def end(self, head: Head, beyond: int | None) -> Flaw | None:
        """The first flaw of the whole, once the entries up to the head have been followed.

        `beyond` is the number of an entry that stands behind the head, if there is one. None means
        that the record is sound.
        """
        if self.flaw is None:
            self.flaw = self._flaw_of_end(head, beyond)
        return self.flaw

    def _take(self, columns: Sequence[bytes | None], written: bytes | None) -> None:
        number = self._head.entries + 1
        if columns[0] != b"%d" % number:
            found = (columns[0] or b"").decode(errors="replace")
            known = found.isdigit() and int(found) > number
            self.flaw = (
                Flaw("record.missing", {"entry": number})
                if known
                else Flaw("record.foreign", {"entry": found})
            )
            return
        sealed = seal(self._head.hash, columns)
        if written != sealed.encode():
            self.flaw = Flaw("record.changed", {"entry": number})
            return
        self._head = Head(number, sealed)
        self._met = self._met or sealed == self._wanted

    def _flaw_of_end(self, head: Head, beyond: int | None) -> Flaw | None:
        if head.entries != self._head.entries:
            return Flaw("record.missing", {"entry": self._head.entries + 1})
        if beyond is not None:
            return Flaw("record.foreign", {"entry": beyond})
        if head.hash != self._head.hash:
            return Flaw("record.other_head", {"entry": head.entries})
        if not self._met:
            return Flaw("record.not_in_chain", {"head": self._wanted or ""})
        return None
