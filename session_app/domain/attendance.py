"""Who is in the room: marked at its door or by hand, never because a device is connected.

A delegation is present from when somebody of it has been seen to arrive until it is marked absent or has
left. The sources fix no quorum: a setting of the forum names the number, or a session does; members count,
and a lack of quorum warns and stops nothing.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .errors import Invalid
from .people import Capacity
from .signing import TYPED_ALPHABET, squeeze

How = Literal["chair", "sign_in", "scan"]
"""By hand at the chair's or the Secretariat's desk; by the code at the door; by the badge, scanned."""

CODE_LASTS = 60
"""Seconds a code at the door is shown; it is good for as long again, for who is still typing."""
CODE_LENGTH = 6
"""Characters: 29.7 bits for two minutes, and only who is signed in can try one."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How a delegation stands to the room, since when, and who said so."""

    delegation: str
    present: bool
    at: str
    how: How
    person: str | None = None  # who leads it, of those who were seen to arrive
    by: str = ""  # who marked it


@dataclass(frozen=True, slots=True)
class Quorum:
    """How many members are present of how many, and how many are needed, if a number is fixed."""

    present: int
    members: int
    needed: int | None

    @property
    def lacks(self) -> bool:
        """Whether a number is fixed and has not been reached."""
        return self.needed is not None and self.present < self.needed


def check_quorum(number: int, members: int) -> None:
    """Raise `Invalid` for a number no quorum can be; 0 means that none is fixed."""
    if not 0 <= number <= members:
        raise Invalid("quorum.bad_number", most=members)


def leads(arrived: Capacity, before: Capacity | None) -> bool:
    """Whether who has arrived leads the delegation now: the head, or the first to come until the head does."""
    return before is None or (arrived is Capacity.HEAD and before is not Capacity.HEAD)


def arrival_code(key: bytes, session: str, sitting: int, at: datetime) -> str:
    """The code shown at the door of this sitting at this moment."""
    return _code(key, session, sitting, int(at.timestamp()) // CODE_LASTS)


def is_arrival_code(key: bytes, given: str, session: str, sitting: int, at: datetime) -> bool:
    """Whether somebody has given the code shown now, or the one before it."""
    text = squeeze(given).upper()
    step = int(at.timestamp()) // CODE_LASTS
    # Both are compared in full: how long it takes says nothing.
    found = [
        hmac.compare_digest(_code(key, session, sitting, each).encode(), text.encode())
        for each in (step, step - 1)
    ]
    return any(found)


def seconds_left(at: datetime) -> int:
    """How long the code shown now still stands."""
    return CODE_LASTS - int(at.timestamp()) % CODE_LASTS


def _code(key: bytes, session: str, sitting: int, step: int) -> str:
    said = f"arrival|{session}|{sitting}|{step}".encode()
    rest = int.from_bytes(hmac.digest(key, said, "sha256"), "big")
    letters = []
    for _ in range(CODE_LENGTH):
        rest, place = divmod(rest, len(TYPED_ALPHABET))
        letters.append(TYPED_ALPHABET[place])
    return "".join(letters)
