"""What the room decides on a paragraph, and where each delegation then stands.

A result is an explicit act on a text that was shown: silence is none (RULES, CON-07). It counts until
another is recorded, until somebody gives the paragraph another state, or until it is undone, which is
possible for a few seconds only; after that the room records anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from .drafting import State
from .errors import Conflict, Invalid

UNDO_WITHIN = timedelta(seconds=8)
"""By the server's clock: long enough to see a slip of the finger, short enough that the room has not moved on."""
MAX_NOTE = 500


class Result(StrEnum):
    """How the room has left a paragraph."""

    CONSENSUS = "consensus"
    AD_REFERENDUM = "ad_referendum"
    BRACKETED = "bracketed"
    OBJECTION = "objection"


class Position(StrEnum):
    """Where a delegation stands to a paragraph that is not simply agreed."""

    CONSULTS = "consults"
    BRACKETS = "brackets"
    OBJECTS = "objects"


STATES: Mapping[Result, State] = MappingProxyType(
    {
        Result.CONSENSUS: State.AGREED,
        Result.AD_REFERENDUM: State.AD_REFERENDUM,
        Result.BRACKETED: State.BRACKETED,
        Result.OBJECTION: State.BRACKETED,
    }
)
"""The state each result gives the paragraph."""
_POSITIONS: Mapping[Result, Position] = MappingProxyType(
    {
        Result.AD_REFERENDUM: Position.CONSULTS,
        Result.BRACKETED: Position.BRACKETS,
        Result.OBJECTION: Position.OBJECTS,
    }
)


@dataclass(frozen=True, slots=True)
class Decision:
    """A result, on which text, before whom."""

    id: str
    draft: str
    paragraph: str
    result: Result
    digest: str  # of the two texts that were shown
    delegations: tuple[str, ...]  # that consult, object, or hold to the brackets
    note: str
    by: str
    at: datetime
    present: tuple[str, ...]  # member delegations in the room
    before: State  # what undoing it gives back
    behind: bool  # taken behind the closed door: whose positions these are is for its roster
    ended: bool = False

    @property
    def until(self) -> datetime:
        """Until when it can be undone."""
        return self.at + UNDO_WITHIN

    @property
    def positions(self) -> Mapping[str, Position]:
        """Where each delegation it names stands, by code."""
        if self.result is Result.CONSENSUS:
            return {}
        return dict.fromkeys(self.delegations, _POSITIONS[self.result])


def name_delegations(
    result: Result, delegations: Collection[str], members: Sequence[str]
) -> tuple[str, ...]:
    """The delegations a result names, each once and in the members' order.

    Raises `Invalid` for one that is no member, for a result that names nobody and must, and for a
    consensus that names somebody.
    """
    for code in delegations:
        if code not in members:
            known = ", ".join(members)
            raise Invalid("decision.unknown_delegation", code=code[:40], known=known)
    if result is Result.CONSENSUS and delegations:
        raise Invalid("decision.consensus_names_nobody")
    if result is Result.AD_REFERENDUM and not delegations:
        raise Invalid("decision.who_consults")
    if result is Result.OBJECTION and not delegations:
        raise Invalid("decision.who_objects")
    return tuple(code for code in members if code in delegations)


def find_standing(decisions: Sequence[Decision], state: State) -> Decision | None:
    """The result that counts of those recorded on a paragraph, oldest first: the last that has not been
    ended, as long as the paragraph has the state it gave. Words changed since have taken an agreement
    with them; an objection stands until the room says otherwise."""
    left = [each for each in decisions if not each.ended]
    if not left or STATES[left[-1].result] is not state:
        return None
    return left[-1]


def check_undo(
    decision: Decision, standing: Decision | None, *, digest: str, now: datetime
) -> None:
    """Raise `Conflict` unless a decision can be undone now: in time, and overtaken by nothing."""
    if now > decision.until:
        raise Conflict("decision.too_late")
    if standing is None or standing.id != decision.id or digest != decision.digest:
        raise Conflict("decision.overtaken")
