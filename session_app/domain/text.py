"""What a paragraph's text may hold, and how its places are counted.

A paragraph is one line of visible characters. Browsers and Yjs count UTF-16 code units, Python counts
characters; the functions here stand between.
"""

from __future__ import annotations

import re

from .errors import Conflict

UNWELCOME = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # controls: a cell is one line, and XML 1.0 has no place for most of them
    "\u2028\u2029"  # line and paragraph separator: a new line by another name
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\u202a-\u202e"  # embedding and override: text that reads differently from what is stored
    "\ufdd0-\ufdef"
    + "".join(f"{chr(p + 0xFFFE)}{chr(p + 0xFFFF)}" for p in range(0, 0x110000, 0x10000))
    # tags, invisible
    + "\U000e0000-\U000e0fff"
    "\ud800-\udfff"
    "]"
)
"""Characters no paragraph holds.

Invisible ones (zero width, joiners, soft hyphen, direction marks) are refused: Spanish and English
need none, and with them two texts that look the same would have different hashes at adoption, a
search would miss a word that stands there, and a line could read otherwise than it is stored. The
no-break spaces (U+00A0, U+202F) are ordinary typography and are admitted, as is U+FFFD, which Yjs
itself writes. The editor cleans what is pasted with the same list; see `clean`.
"""
_LINE_BREAKS = re.compile("[\t\n\v\f\r\x85\u2028\u2029]+")
ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """The text as a paragraph may hold it: line breaks and tabs to one space, the rest left out."""
    return UNWELCOME.sub("", _LINE_BREAKS.sub(" ", text))


def one_line(text: str) -> str:
    """What somebody has typed into a field, trimmed: empty if nothing of it can be seen."""
    return " ".join(clean(text).split())


def is_clean(text: str) -> bool:
    """Whether a paragraph may hold this text as it is."""
    return UNWELCOME.search(text) is None


def units(text: str) -> int:
    """The length of a text in UTF-16 code units, as Yjs and the browser count."""
    return len(text) if text.isascii() else len(text) + len(ASTRAL.findall(text))


def index_of_unit(text: str, offset: int) -> int:
    """The index in a Python string of a UTF-16 offset.

    Raises `Conflict` where the text does not reach so far, or at half a character.
    """
    if 0 <= offset <= len(text) and text[:offset].isascii():
        return offset
    index = -1
    if offset >= 0:
        raw = text.encode("utf-16-le")[: 2 * offset]
        if len(raw) == 2 * offset:
            index = len(raw.decode("utf-16-le", "ignore"))
    if index < 0 or units(text[:index]) != offset:
        raise Conflict("paragraph.bad_offset", offset=offset)
    return index


def split_at_unit(text: str, offset: int) -> tuple[str, str]:
    """A text before and behind a UTF-16 offset. Raises `Conflict` as `index_of_unit` does."""
    index = index_of_unit(text, offset)
    return text[:index], text[index:]
