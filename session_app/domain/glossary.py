"""The glossary as data: which term is what in the other language, and what it is not called.

It is written as a page for people, `docs/glossary.md`: every line of a table of six columns is a term.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

from .drafting import LANGUAGES, Language

Said = Literal["screens", "forum", "documents"]
"""Where a term is said: by the program, by the forum's own data, or only in texts of the Conference."""
COLUMNS = 6


@dataclass(frozen=True, slots=True)
class Term:
    """One term in both languages."""

    words: Mapping[Language, str]
    said: Said
    note: str
    never: Mapping[Language, tuple[str, ...]]
    """What it is not called by."""
    section: str


def read_glossary(text: str) -> tuple[Term, ...]:
    """The terms of a glossary, in its order.

    Raises `ValueError` with its line for one that has no word in a language, says somewhere unknown, or
    has not six columns: a page of ours is to be mended, not read half.
    """
    section, terms = "", []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("## "):
            section = line.removeprefix("## ").strip()
        if not line.startswith("|") or re.fullmatch(r"[|\- ]+", line):
            continue
        cells = [each.strip() for each in line.strip().strip("|").split("|")]
        if cells[0] == "Español":
            continue
        if len(cells) != COLUMNS or not all(cells[:2]) or cells[2] not in get_args(Said):
            raise ValueError(f"line {number} of the glossary is no term: {line}")
        terms.append(
            Term(
                dict(zip(LANGUAGES, cells[:2], strict=True)),
                cast(Said, cells[2]),
                cells[3],
                {
                    language: tuple(filter(None, map(str.strip, listed.split(";"))))
                    for language, listed in zip(LANGUAGES, cells[4:], strict=True)
                },
                section,
            )
        )
    return tuple(terms)
