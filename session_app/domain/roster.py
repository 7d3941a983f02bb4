"""The roster of a closed part: who may be in the room behind the closed door.

Only heads of delegation, each with a companion or two (a setting), and the chair (S002 A L20; S003
L277; S000 16.b.1). Anybody else is in only by an exception the PPT gives with its reason, and some
never are. The roster is the session's: at each closing of the door everybody on it is verified anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

from .errors import Conflict
from .forum import Forum
from .people import Capacity, Category


class Place(StrEnum):
    """How somebody stands to the roster."""

    NAMED = "named"  # to be verified with the room
    ADMITTED = "admitted"
    WAITING = "waiting"  # a late arrival, not on it yet


@dataclass(frozen=True, slots=True)
class Candidate:
    """An accredited person, as far as the roster is concerned."""

    person: str
    delegation: str
    category: Category
    capacity: Capacity
    rank: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the roster. `reason` is that of an exception; empty for who is on it by right."""

    person: str
    place: Place
    reason: str = ""


Roster = Mapping[str, Entry]
_COMPANIONS = frozenset({Category.DELEGATE, Category.PPT_STAFF})
_BY_EXCEPTION = frozenset({Category.ST, Category.INTERPRETER, Category.GUEST})
_RANKS = ("vicemin", "subsecretar", "undersecretar", "deputymin")


def propose(
    candidates: Iterable[Candidate], roster: Roster, forum: Forum, *, companions: int
) -> dict[str, Entry]:
    """The roster to be verified when the door closes: who was on it, every head of delegation, and the
    accredited companions as far as the quota goes. Nobody waits yet."""
    everybody = {each.person: each for each in candidates}
    proposed: dict[str, Entry] = {}
    wanted = [
        *(entry for entry in roster.values() if entry.place is not Place.WAITING),
        *(Entry(each.person, Place.NAMED) for each in everybody.values() if _comes(each)),
    ]
    for entry in wanted:
        candidate = everybody.get(entry.person)
        if candidate is None or entry.person in proposed:
            continue
        try:
            check_admission(
                candidate,
                entry.reason,
                [everybody[person] for person in proposed],
                forum,
                companions=companions,
            )
        except Conflict:
            continue  # the chair sees who is left out, and decides
        proposed[entry.person] = Entry(entry.person, Place.NAMED, entry.reason)
    return proposed


def check_admission(
    candidate: Candidate,
    reason: str,
    inside: Sequence[Candidate],
    forum: Forum,
    *,
    companions: int,
) -> None:
    """Raise `Conflict` if this person may not be put on a roster that holds `inside` already.

    Codes: `roster.not_admissible` for a category no exception admits, `roster.reason_missing`,
    `roster.rank`, `roster.second_head`, `roster.companions`.
    """
    same = [each for each in inside if each.delegation == candidate.delegation]
    if candidate.category is Category.PPT_CHAIR:
        return
    if candidate.category is Category.HEAD:
        by_rank = forum.settings["closed_door.head_rank"].value == "viceminister" and not reason
        rank = "".join(
            filter(str.isalpha, candidate.rank.casefold())
        )  # "Vice-Minister", "Vice Minister"
        if by_rank and not rank.startswith(_RANKS):
            raise Conflict("roster.rank", rank=candidate.rank or "—")
        if any(each.category is Category.HEAD for each in same):
            raise Conflict("roster.second_head", delegation=candidate.delegation)
    elif candidate.category in _COMPANIONS:
        if sum(each.category in _COMPANIONS for each in same) >= companions:
            raise Conflict(
                "roster.companions", delegation=candidate.delegation, companions=companions
            )
    elif candidate.category in _BY_EXCEPTION:
        special = forum.access.special_participants_closed_door
        if candidate.category is Category.GUEST and special == "no":
            raise Conflict("roster.not_admissible", category=candidate.category)
        if not reason:
            raise Conflict("roster.reason_missing")
    else:
        raise Conflict("roster.not_admissible", category=candidate.category)


def may_ask(candidate: Candidate, forum: Forum) -> bool:
    """Whether a late arrival of this kind can be let in at all, so that asking makes sense."""
    if candidate.category is Category.GUEST:
        return forum.access.special_participants_closed_door != "no"
    return candidate.category in _COMPANIONS | _BY_EXCEPTION | {Category.HEAD}


def digest(persons: Iterable[str]) -> str:
    """Names a list of persons, so that an act on it can say which list it was."""
    return blake2b("\n".join(sorted(persons)).encode(), digest_size=16).hexdigest()


def _comes(candidate: Candidate) -> bool:
    return candidate.category is Category.HEAD or candidate.capacity is Capacity.COMPANION
