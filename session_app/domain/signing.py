"""Signing in: what a badge's codes look like, who types a PIN as well, and how often one may be wrong.

Ages and waits are told by a clock that only goes forward: they come in as seconds of the caller's
monotonic clock, so that a wall clock set back or forward opens nothing and locks nobody out.
"""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from typing import Literal

from .people import Capacity, Category

TYPED_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""What a typed code is made of: nothing that is read as something else (no 0 O, no 1 I L)."""
TYPED_LENGTH = 8
"""Characters of a typed code: 39.6 bits, far too many for the guesses that are evaluated."""
PIN_LENGTH = 6
"""Digits of a PIN."""
DEVICES = 2
"""Devices a person may be signed in on, where no setting says otherwise."""
MAX_TEXT = 300
"""Characters of a field that are looked at: a pasted link is shorter."""

_LINK = re.compile(r"[a-z2-7]{26}\Z")
_TYPED = re.compile(f"[{TYPED_ALPHABET}]{{{TYPED_LENGTH}}}\\Z")
_PIN = re.compile(f"[0-9]{{{PIN_LENGTH}}}\\Z")


@dataclass(frozen=True, slots=True)
class Code:
    """What somebody has given as the code of a badge."""

    kind: Literal["link", "typed"]
    text: str


def read_code(given: str) -> Code | None:
    """The code that somebody has pasted or typed, whatever they put between its characters.

    None for what cannot be one, which then counts for nobody's wrong guess.
    """
    text = squeeze(given[:MAX_TEXT].rpartition("/in/")[2])  # who pastes a whole link means its code
    if _LINK.match(text.lower()):
        return Code("link", text.lower())
    return Code("typed", text.upper()) if _TYPED.match(text.upper()) else None


def read_pin(given: str) -> str | None:
    """The digits of a PIN, or None for what cannot be one."""
    text = squeeze(given)
    return text if _PIN.match(text) else None


PRESENCE_LASTS = 60
"""Seconds for which a badge on a phone shows one code; it is read for as long again."""
PRESENCE_LENGTH = 16
"""Characters of such a code: 80 bits, on a QR of the smallest kind, which any camera reads."""
_PRESENCE = re.compile(rf"P?([A-Z2-7]{{{PRESENCE_LENGTH}}})\Z")


def read_presence(given: str) -> str | None:
    """The characters of the code on a badge that is shown on a phone, scanned or typed; None for what
    cannot be one (a printed badge's codes are longer and shorter)."""
    found = _PRESENCE.match(squeeze(given).upper())
    return found[1] if found else None


def show_presence(code: str) -> str:
    """Such a code as it is shown and scanned: "P-ABCD-EFGH-IJKL-MNOP"."""
    return "-".join(["P", *(code[at : at + 4] for at in range(0, PRESENCE_LENGTH, 4))])


def show_typed(code: str) -> str:
    """A typed code as it is printed: two groups of four."""
    return f"{code[:4]}-{code[4:]}"


def squeeze(given: str) -> str:
    """A typed text without what people put between its characters."""
    """What was typed or pasted, without what people put between its characters."""
    # NFKC makes plain digits of the full-width ones that a keyboard for Chinese types.
    wide = unicodedata.normalize("NFKC", given[:MAX_TEXT])
    return "".join(
        each for each in wide if not each.isspace() and unicodedata.category(each) != "Pd"
    )


def needs_pin(category: Category, capacity: Capacity, *, drafting: bool) -> bool:
    """Whether a person signs in with a PIN too: who chairs, the Secretariat, and who drafts.

    They are the ones whose badge, found by somebody else, could change what the Conference decides.
    """
    return capacity in (Capacity.CHAIR, Capacity.PPT_STAFF) or category is Category.ST or drafting


# How often one may be wrong -------------------------------------------------------------------

MINUTE = 60.0
FAILURES_OF_ADDRESS = 30
"""Wrong typed codes in a minute from one address: a venue has one address for everybody in it."""
FAILURES_OF_ALL = 100
"""Wrong typed codes in a minute from everywhere."""
TRIES = 5
"""Wrong PINs before a badge waits."""
FIRST_WAIT, LONGEST_WAIT = 60.0, 3_600.0
"""Seconds a badge waits after the last try, and at most, doubled by each further wrong one."""


@dataclass
class Failures:
    """The wrong typed codes of the last minute. Right ones do not count, nor do links."""

    _all: deque[tuple[float, str]] = field(default_factory=deque)

    def wait(self, address: str, at: float) -> float:
        """Seconds until this address may try a typed code again: 0 for now."""
        while self._all and self._all[0][0] <= at - MINUTE:
            self._all.popleft()
        mine = [when for when, whose in self._all if whose == neighbourhood(address)]
        until = 0.0
        if len(mine) >= FAILURES_OF_ADDRESS:
            until = mine[-FAILURES_OF_ADDRESS] + MINUTE
        if len(self._all) >= FAILURES_OF_ALL:
            until = max(until, self._all[-FAILURES_OF_ALL][0] + MINUTE)
        return max(0.0, until - at)

    def note(self, address: str, at: float) -> None:
        """Take note of a wrong typed code."""
        self._all.append((at, neighbourhood(address)))


def neighbourhood(address: str) -> str:
    """What counts as one address where guesses are counted."""
    # One machine may have a whole /64 of IPv6 to itself.
    try:
        known = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(known, IPv6Address):
        mapped = known.ipv4_mapped
        return str(mapped) if mapped else known.exploded[:19]
    return str(known)


def wait_of(failures: int) -> float:
    """Seconds a badge waits after so many wrong PINs in a row: nothing for the first few."""
    if failures < TRIES:
        return 0.0
    return min(FIRST_WAIT * 2.0 ** min(failures - TRIES, 10), LONGEST_WAIT)


# Devices ---------------------------------------------------------------------------------------

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


UNKNOWN = "?"
"""A device that says nothing we know."""


DeviceKind = Literal["phone", "tablet", "laptop", "unknown"]
_KINDS: tuple[tuple[str, DeviceKind], ...] = (
    ("iPhone", "phone"),
    ("Android", "phone"),
    ("iPad", "tablet"),
    ("ChromeOS", "laptop"),
    ("Windows", "laptop"),
    ("Mac", "laptop"),
    ("Linux", "laptop"),
)


def kind_of_device(description: str) -> DeviceKind:
    """What kind of device it is that described itself so (`describe_device`)."""
    return next((kind for word, kind in _KINDS if word in description), "unknown")


def describe_device(user_agent: str) -> str:
    """What a device says it is, in a few words of ours and none of its own: "Firefox · Android"."""
    words = [
        next((word for sign, word in known if sign in user_agent[:400]), "")
        for known in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(filter(None, words)) or UNKNOWN
