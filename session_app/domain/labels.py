"""Typed labels: what looks like one at the beginning of a line, and which list it goes on with.

The grammar, which the editor's paste mirrors (`tests/data/import/labels.json` holds the cases both are
tested with):

    line    = [bullet gap] [label] text          bullet = - – — • · ▪ *
    label   = "(" number ")"  |  number mark  |  path gap
    mark    = ")"  "."  ".-"  ".)"  "º"  "°"  ".º"
    number  = one to three digits  |  one letter, or the same letter twice (aa)  |  roman i … xxxix
    path    = 1.1, 1.1.1 …

A gap (space, tab, no-break space, end of line) must follow, except after ")" and ".-", and after
"." between a digit and a letter ("1.Texto"). "15 años" and "2017." are therefore no labels, nor is
"1º de julio". Looking like a label is not enough: it must *continue a running list* (3 after 2), or
open one (1, a, i). So "i)" after "h)" is a letter and after "c)" opens a roman list; a capital with
a full stop ("A. Solano") opens a list only if "B." follows somewhere. The first label of a section
may have any value, and a list may jump forward if it goes on from there ("7." "8." after "5.");
both are reported. Every other label is text, and reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_BULLET = re.compile(r"[-–—•·▪*][\s\u00a0]*")
_NUMBER = r"\d{1,3}(?!\d)|[A-Za-z]{1,8}(?![A-Za-z])"
_LABEL = re.compile(
    rf"\((?P<inner>{_NUMBER})\)|(?P<number>{_NUMBER})(?P<mark>\.-|\.\)|\)|\.?[º°]\.?|\.)"
)
_PATH = re.compile(
    r"(?P<prefix>\d{1,3}(?:\.\d{1,3}){0,2})\.(?P<number>\d{1,3})(?P<mark>[.)]?)(?=\s|$)"
)
_ROMAN = re.compile(r"(?=[ivx])x{0,3}(?:ix|iv|v?i{0,3})")
_ROMAN_ONES = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_ROMAN_VALUE = {"i": 1, "v": 5, "x": 10}
BULLETS = "bullet"
"""The family of a list without numbers."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label as printed, and every way to read it: ("letter", 9) or ("roman", 1) for "i)"."""

    printed: str
    mark: str
    readings: tuple[tuple[str, int], ...]
    level: int = 0  # in the word processor's list; 0 where it was typed


def split_label(line: str) -> tuple[Label | None, str]:
    """What looks like a label at the beginning of a line, and the rest of the line.

    A line with a bullet and no label gives the bullet as label. Whether the label is one, only the
    lines around it tell.
    """
    line = line.strip()
    bullet = _BULLET.match(line)
    rest = line[bullet.end() :] if bullet else line
    path = _PATH.match(rest)
    if path:
        reading = (f"path {path['prefix']}", int(path["number"]))
        return Label(path.group(), path["mark"], (reading,)), rest[path.end() :].strip()
    found = _LABEL.match(rest)
    if found:
        printed, text = found.group(), rest[found.end() :]
        number = found["inner"] or found["number"]
        mark = found["mark"] or "()"
        readings = _readings(number)
        if readings and _gap_follows(number, mark, text):
            return Label(printed, mark, readings), text.strip()
    if bullet and (bullet.group()[-1].isspace() or not rest):
        return Label(bullet.group().strip(), "", ((BULLETS, 1),)), rest
    return None, line


def _gap_follows(number: str, mark: str, text: str) -> bool:
    if not text or mark in (")", "()", ".-", ".)"):
        return True
    if mark == ".":
        return text[0].isspace() or (number.isdecimal() and text[0].isalpha())
    return text[0].isspace() and not text.lstrip().startswith("de ")


def _readings(number: str) -> tuple[tuple[str, int], ...]:
    if number.isdecimal():
        return (("decimal", int(number)),) if int(number) else ()
    small = number.lower()
    if number not in (small, number.upper()):
        return ()
    case = "" if number == small else "capital "
    readings = []
    if len(small) <= 2 and len(set(small)) == 1:
        readings.append((f"{case}letter", 26 * (len(small) - 1) + ord(small[0]) - 96))
    if _ROMAN.fullmatch(small):
        values = [_ROMAN_VALUE[each] for each in small]
        pairs = zip(values, [*values[1:], 0], strict=True)
        readings.append((f"{case}roman", sum(-a if a < b else a for a, b in pairs)))
    return tuple(readings)


_DEEPEST = 6
"""Lists within lists that are told apart."""


@dataclass(slots=True)
class _List:
    family: str
    mark: str
    level: int
    value: int

    def is_of(self, family: str, label: Label) -> bool:
        return (self.family, self.mark, self.level) == (family, label.mark, label.level)


class Lists:
    """The lists running at one point of a section, outermost first."""

    def __init__(self, labels: Sequence[Label | None]) -> None:
        self._running: list[_List] = []
        self._goes_on = _successions(labels)

    def restart(self) -> None:
        self._running.clear()

    def place(self, index: int, label: Label, *, computed: bool) -> tuple[int, str | None] | None:
        """The depth of a label, and the label that was expected where it jumps; None if it is text.

        A `computed` label comes from a word processor: it cannot be text, only in an odd place.
        """
        depth = self._continued(label)
        if depth is not None:
            return depth, None
        opened = self._opened(index, label, computed)
        if opened is not None:
            return opened
        for depth, running, family, value in self._candidates(label):
            jumps = value > running.value + 1 and (index, family) in self._goes_on
            if running.is_of(family, label) and (jumps or computed):
                expected = print_label(label, family, running.value + 1)
                self._take(depth, label, family, value)
                return depth, expected
        return None

    def _candidates(self, label: Label) -> Iterator[tuple[int, _List, str, int]]:
        for depth in reversed(range(len(self._running))):
            for family, value in label.readings:
                yield depth, self._running[depth], family, value

    def _continued(self, label: Label) -> int | None:
        fitting = [
            (running.is_of(family, label), depth, family, value)
            for depth, running, family, value in self._candidates(label)
            if running.family == family and (family == BULLETS or value == running.value + 1)
        ]
        if not fitting:
            return None
        _, depth, family, value = max(fitting)
        self._take(depth, label, family, value)
        return depth

    def _opened(self, index: int, label: Label, computed: bool) -> tuple[int, str | None] | None:
        for family, value in sorted(label.readings, key=lambda reading: reading[1]):
            if any(running.is_of(family, label) for running in self._running):
                continue
            initial = family.startswith("capital") and label.mark == "."
            if not computed and initial and (index, family) not in self._goes_on:
                continue
            if family.startswith("path") and not self._is_under(family):
                continue
            if value != 1 and self._running and not computed:
                continue
            if value != 1 and family != "decimal" and label.mark == "." and not computed:
                continue
            del self._running[_DEEPEST - 1 :]
            self._running.append(_List(family, label.mark, label.level, value))
            expected = None if value == 1 else print_label(label, family, 1)
            return len(self._running) - 1, expected
        return None

    def _is_under(self, family: str) -> bool:
        """Whether a path's prefix is the number the list above it has reached."""
        above = int(family.split(" ")[1].split(".")[-1])
        return not self._running or self._running[-1].value == above

    def _take(self, depth: int, label: Label, family: str, value: int) -> None:
        del self._running[depth + 1 :]
        self._running[depth] = _List(family, label.mark, label.level, value)


def _successions(labels: Sequence[Label | None]) -> set[tuple[int, str]]:
    """Which label (by its index and family) is followed by the next one of its own kind."""
    found: set[tuple[int, str]] = set()
    following: dict[tuple[str, str], int] = {}
    for index in reversed(range(len(labels))):
        label = labels[index]
        for family, value in label.readings if label else ():
            if label and following.get((family, label.mark)) == value + 1:
                found.add((index, family))
        for family, value in label.readings if label else ():
            if label:
                following[family, label.mark] = value
    return found


def print_label(label: Label, family: str, value: int) -> str:
    """The label of another number in the same style, to tell a person what was expected."""
    if "letter" in family:
        number = chr((65 if "capital" in family else 97) + (value - 1) % 26)
    elif "roman" in family:
        number = "x" * (value // 10) + _ROMAN_ONES[value % 10]
        number = number.upper() if "capital" in family else number
    elif family.startswith("path"):
        number = f"{family.split(' ')[1]}.{value}"
    else:
        number = str(value)
    return f"({number})" if label.mark == "()" else number + label.mark
