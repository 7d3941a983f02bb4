"""Why somebody may do something, or may not: what an answer of the access table hangs on.

It is found by asking the table again with one fact changed at a time, so no explanation can differ from
what the doors do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations
from types import MappingProxyType
from typing import Any, Literal, get_args

from .access import Action, Actor, Decision, Subject, lines_of, may
from .forum import SETTINGS, Forum, SittingMode, setting_keys
from .people import Category, Grant, Right

Fact = Literal[
    "grant",
    "named",
    "slot",
    "roster",
    "exception",
    "joined",
    "issued",
    "public",
    "delegated",
    "mode",
    "setting",
]


@dataclass(frozen=True, slots=True)
class Ground:
    """A fact an answer hangs on: one that holds, or one that would have to."""

    fact: Fact
    grant: Grant | None = None  # the one that holds
    right: Right | None = None  # of the grant that would have to be given
    setting: str = ""  # its key in forum.toml
    value: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """An answer of the access table, and what it hangs on."""

    action: Action
    decision: Decision
    mode: SittingMode
    lines: str  # of the table: a kind of body, closed_door, drafting or any
    category: Category
    decides: tuple[Ground, ...]  # what holds, and without which the answer would be no
    would_open: tuple[tuple[Ground, ...], ...]  # what does not hold, and with which it would be yes


Situation = tuple[Actor, Subject]
Change = Callable[[Actor, Subject], Situation]


_IN_THE_SUBJECT: Mapping[Fact, tuple[str, object, object]] = MappingProxyType(
    {
        "slot": ("own_slot", True, False),
        "roster": ("on_roster", True, False),
        "exception": ("by_exception", True, False),
        "joined": ("joined", True, False),
        "issued": ("issued", True, False),
        "public": ("document_class", "public", "private"),
        "delegated": ("delegated", True, False),
        "mode": ("mode", "open", "closed"),
    }
)
"""The facts a situation consists of, besides who is named, grants and settings: the field each stands in,
and what stands there with it and without it."""
_FACTS: tuple[Fact, ...] = ("named", *_IN_THE_SUBJECT)


def _holds(fact: Fact, actor: Actor, subject: Subject) -> bool:
    if fact == "named":
        return actor.drafting
    field, with_it, _ = _IN_THE_SUBJECT[fact]
    return bool(getattr(subject, field) == with_it)


def _put(fact: Fact, *, holds: bool) -> Change:
    """The same situation with a fact, or without it."""
    if fact == "named":
        return lambda actor, subject: (replace(actor, drafting=holds), subject)
    field, with_it, without = _IN_THE_SUBJECT[fact]
    facts: dict[str, Any] = {field: with_it if holds else without}
    return lambda actor, subject: (actor, replace(subject, **facts))


def explain(
    actor: Actor, action: Action, subject: Subject, forum: Forum, *, at: datetime
) -> Explanation:
    """Why this person may do this, or may not."""
    decision = may(actor, action, subject, at=at)
    allowed = decision.allowed
    return Explanation(
        action=action,
        decision=decision,
        mode=subject.mode,
        lines=lines_of(action, subject),
        category=actor.category,
        decides=tuple(_deciding(actor, action, subject, forum, at)) if allowed else (),
        would_open=() if allowed else tuple(_opening(actor, action, subject, forum, at)),
    )


def _deciding(
    actor: Actor, action: Action, subject: Subject, forum: Forum, at: datetime
) -> Iterator[Ground]:
    def is_lost(changed: Situation) -> bool:
        return not may(changed[0], action, changed[1], at=at)

    for fact in _FACTS:
        if fact == "mode":
            continue  # what everybody may while the sitting is open is not explained by that
        if _holds(fact, actor, subject) and is_lost(_put(fact, holds=False)(actor, subject)):
            yield Ground(fact)
    bare = replace(actor, grants=())
    if is_lost((bare, subject)):
        for grant in actor.grants:
            if not is_lost((replace(bare, grants=(grant,)), subject)):
                yield Ground("grant", grant=grant)
    yield from _settings(actor, action, subject, forum, at, wanted=False)


def _opening(
    actor: Actor, action: Action, subject: Subject, forum: Forum, at: datetime
) -> Iterator[tuple[Ground, ...]]:
    lacking: list[tuple[Ground, Change]] = [
        (Ground(fact), _put(fact, holds=True))
        for fact in _FACTS
        if not _holds(fact, actor, subject)
    ]
    lacking += [(Ground("grant", right=right), _granting(right, at)) for right in get_args(Right)]
    # Only a closed door asks for two things at once: its roster, and something else.
    pairs = [
        (one, other)
        for one, other in combinations(lacking, 2)
        if "roster" in (one[0].fact, other[0].fact)
    ]
    ways = [*((each,) for each in lacking), *(pairs if subject.mode == "closed" else ())]
    found: set[Ground] = set()
    for some in ways:
        if any(ground in found for ground, _ in some):
            continue
        changed = (actor, subject)
        for _, change in some:
            changed = change(*changed)
        if may(changed[0], action, changed[1], at=at):
            if len(some) == 1:
                found.add(some[0][0])
            yield tuple(ground for ground, _ in some)
    for ground in _settings(actor, action, subject, forum, at, wanted=True):
        yield (ground,)


def _granting(right: Right, at: datetime) -> Change:
    def give(actor: Actor, subject: Subject) -> Situation:
        given = Grant("", actor.person, right, "", "", at)
        return replace(actor, grants=(*actor.grants, given)), subject

    return give


def _settings(
    actor: Actor, action: Action, subject: Subject, forum: Forum, at: datetime, *, wanted: bool
) -> Iterator[Ground]:
    """The settings with another value of which the answer would be the one wanted."""
    for field, key in setting_keys().items():
        now = getattr(subject.settings, field)
        changes: dict[str, Any] = {}
        for value in SETTINGS[key]:
            if value == now:
                continue
            changes[field] = value
            settings = replace(subject.settings, **changes)
            changed = replace(subject, settings=settings)
            if may(actor, action, changed, at=at).allowed is wanted:
                yield Ground("setting", setting=key, value=now, source=forum.settings[key].source)
                break
