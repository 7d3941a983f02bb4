"""A paragraph on the room's screen: how large its letters are, and where its pages break.

Worked out here and not by each screen, so that all of them show the same page and the chair knows how many
there are. The geometry is that of static/css/screen.css, in hundredths of the picture's width; the widths of
letters are those of Helvetica (Adobe Font Metrics 4.1), which the common faces keep to, with a margin. A
screen whose face is wider makes its letters smaller still; it never leaves a word out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Literal

from .drafting import LANGUAGES, Language

Size = Literal["large", "medium", "small"]

SIZES: Mapping[Size, float] = MappingProxyType({"large": 2.75, "medium": 2.2, "small": 1.9})
"""Height of the letters: the step a text is shown at is the largest at which it fits."""
LINE = 1.36
"""Height of a line, in letters."""
COLUMN, HEIGHT = 45.6, 30.5
"""What a column of text has, of a picture 100 wide and 56.25 high."""
MARGIN = 1.04
"""How much wider a face may be than the one the widths are of."""

_WIDTHS = {
    222: "'ijlíì",
    278: " !,./:;IftÍ[]|",
    333: "()-`rª°",
    500: "Jckçsvxyz",
    556: "#$0123456789?L_abdeghnopquáéóúñü–«»",
    611: "FTZ",
    667: "&ABEKPSVXYÁÉ",
    722: "CDHNRUwÚÑ",
    778: "GOQÓ",
    833: "Mm",
    944: "W",
    1000: "—…%@",
}
_WIDTH = {letter: width / 1000 for width, letters in _WIDTHS.items() for letter in letters}
_OTHER = 0.6


@dataclass(frozen=True, slots=True)
class Run:
    """Some words of a page, and whether they stand in brackets."""

    text: str
    bracketed: bool


Columns = Mapping[Language, tuple[Run, ...]]


@dataclass(frozen=True, slots=True)
class Layout:
    """A paragraph laid out: both columns turn their pages together."""

    size: Size
    pages: tuple[Columns, ...]

    def page(self, number: int) -> tuple[int, Columns]:
        """The page with this number, or the nearest there is, and its number."""
        found = min(max(number, 1), len(self.pages))
        return found, self.pages[found - 1]


def lay_out(texts: Mapping[Language, str]) -> Layout:
    """Lay out a paragraph's texts: at the largest step at which both fit, else in as few pages as they
    take at the smallest. Every page has about the same part of both."""
    for size, letter in SIZES.items():
        lines = {each: _break_lines(texts[each], letter) for each in LANGUAGES}
        room = math.floor(HEIGHT / (letter * LINE))
        longest = max(map(len, lines.values()))
        if longest <= room:
            return Layout(size, ({each: _runs(texts[each]) for each in LANGUAGES},))
    count = math.ceil(longest / room)
    pages = tuple(
        {each: _part(texts[each], lines[each], page, count) for each in LANGUAGES}
        for page in range(count)
    )
    return Layout("small", pages)


def _part(text: str, lines: list[int], page: int, count: int) -> tuple[Run, ...]:
    """The runs of one page of so many: whole lines, as many on each page."""
    first, last = (round(len(lines) * at / count) for at in (page, page + 1))
    starts = [*lines, len(text)]
    return _runs(text, starts[first], starts[last])


def _break_lines(text: str, letter: float) -> list[int]:
    """Where each line of a text begins, at this height of letters; a text of nothing has one."""
    width = COLUMN / letter / MARGIN
    starts, used, word = [0], 0.0, 0
    ends = [at + 1 for at, each in enumerate(text) if each.isspace()]
    for end in (*ends, len(text)):
        needed = _measure(text[word:end].rstrip())
        if used + needed > width and word > starts[-1]:
            starts.append(word)
            used = 0.0
        while needed > width:  # one word that is longer than a line is broken anywhere
            at = starts[-1] + max(1, _fitting(text[starts[-1] : end], width))
            starts.append(at)
            needed = _measure(text[at:end].rstrip())
        used += _measure(text[max(word, starts[-1]) : end])
        word = end
    return starts


def _fitting(text: str, width: float) -> int:
    used = 0.0
    for at, letter in enumerate(text):
        used += _measure(letter)
        if used > width:
            return at
    return len(text)


def _measure(text: str) -> float:
    return sum(_WIDTH.get(letter, _OTHER) for letter in text)


def _runs(text: str, start: int = 0, end: int | None = None) -> tuple[Run, ...]:
    """The runs of a stretch of a text, brackets with what is in them; open ones reach to the end."""
    end = len(text) if end is None else end
    depth, edges, inside = 0, [start], {}
    for at, letter in enumerate(text):
        if letter == "[":
            if depth == 0:
                edges.append(at)
                inside[at] = True
            depth += 1
        elif letter == "]" and depth:
            depth -= 1
            if depth == 0:
                edges.append(at + 1)
                inside[at + 1] = False
    runs = []
    state = False
    bounds = sorted({start, end, *(edge for edge in edges if start < edge < end)})
    for edge in sorted(inside):
        if edge <= start:
            state = inside[edge]
    for first, last in pairwise(bounds):
        state = inside.get(first, state)
        runs.append(Run(text[first:last], state))
    return tuple(runs)
