"""The Secretariat's questions about access: which doors there are, why somebody passes one or not, and
what the desk looks like to others.

Every answer is the access table's own. What decides is found by asking it again with one fact changed at
a time, so no explanation can differ from what the doors do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

from session_app.domain import access
from session_app.domain.access import PUBLIC_ACTOR, Action, Actor, Decision, Level, Subject
from session_app.domain.drafting import Language
from session_app.domain.errors import NotFound
from session_app.domain.forum import SETTINGS, Forum, SittingMode, setting_keys
from session_app.domain.people import Capacity, Category, Grant, Right, categorize
from session_app.store import drafts, people, sessions

from .desk import Desk
from .issuing import needed_to_download

Kind = Literal["page", "form", "download", "message", "told", "command", "event", "topic", "update"]
Free = Literal["public", "signed in", "its own"]
ITS_OWN: Final = "its own"
"""Needed by what only carries other things, each of which is a door and declares its own."""


@dataclass(frozen=True, slots=True)
class Door:
    """One way in or out of the desk, and what it needs."""

    kind: Kind
    name: str
    needs: Action | Free
    language: Language | None = None  # of the text a draft update writes
    crosses: bool = True
    """An event that stays inside makes fragments stale, which are doors themselves."""
    behind: bool = False
    """Of the text of the closed part, whatever the sitting now."""


# Why ------------------------------------------------------------------------------------------

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


def _of_subject(**facts: Any) -> Change:
    return lambda actor, subject: (actor, replace(subject, **facts))


_HOLDS: Mapping[Fact, Callable[[Actor, Subject], bool]] = MappingProxyType(
    {
        "named": lambda actor, subject: actor.drafting,
        "slot": lambda actor, subject: subject.own_slot,
        "roster": lambda actor, subject: subject.on_roster,
        "exception": lambda actor, subject: subject.by_exception,
        "joined": lambda actor, subject: subject.joined,
        "issued": lambda actor, subject: subject.issued,
        "public": lambda actor, subject: subject.document_class == "public",
        "delegated": lambda actor, subject: subject.delegated,
        "mode": lambda actor, subject: subject.mode == "open",
    }
)
_GIVEN: Mapping[Fact, Change] = MappingProxyType(
    {
        "named": lambda actor, subject: (replace(actor, drafting=True), subject),
        "slot": _of_subject(own_slot=True),
        "roster": _of_subject(on_roster=True),
        "exception": _of_subject(by_exception=True),
        "joined": _of_subject(joined=True),
        "issued": _of_subject(issued=True),
        "public": _of_subject(document_class="public"),
        "delegated": _of_subject(delegated=True),
        "mode": _of_subject(mode="open"),
    }
)
_TAKEN: Mapping[Fact, Change] = MappingProxyType(
    {
        "named": lambda actor, subject: (replace(actor, drafting=False), subject),
        "slot": _of_subject(own_slot=False),
        "roster": _of_subject(on_roster=False),
        "exception": _of_subject(by_exception=False),
        "joined": _of_subject(joined=False),
        "issued": _of_subject(issued=False),
        "public": _of_subject(document_class="private"),
        "delegated": _of_subject(delegated=False),
    }
)
"""The facts an answer can hang on, besides grants and settings: whether each holds, and the same
situation with it and without it."""


def explain_access(
    actor: Actor, action: Action, subject: Subject, forum: Forum, *, at: datetime
) -> Explanation:
    """Why this person may do this, or may not."""
    decision = access.may(actor, action, subject, at=at)
    allowed = decision.allowed
    return Explanation(
        action=action,
        decision=decision,
        mode=subject.mode,
        lines=access.lines_of(action, subject),
        category=actor.category,
        decides=tuple(_deciding(actor, action, subject, forum, at)) if allowed else (),
        would_open=() if allowed else tuple(_opening(actor, action, subject, forum, at)),
    )


def _deciding(
    actor: Actor, action: Action, subject: Subject, forum: Forum, at: datetime
) -> Iterator[Ground]:
    def is_lost(changed: Situation) -> bool:
        return not access.may(changed[0], action, changed[1], at=at)

    for fact, change in _TAKEN.items():
        if _HOLDS[fact](actor, subject) and is_lost(change(actor, subject)):
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
        (Ground(fact), _GIVEN[fact]) for fact, holds in _HOLDS.items() if not holds(actor, subject)
    ]
    lacking += [(Ground("grant", right=right), _granting(right, at)) for right in get_args(Right)]
    found: list[frozenset[Ground]] = []
    for size in (1, 2):
        for some in combinations(lacking, size):
            grounds = frozenset(ground for ground, _ in some)
            # Only the closed door asks for two things at once: its roster, and something else.
            if any(smaller < grounds for smaller in found) or (
                size == 2 and Ground("roster") not in grounds
            ):
                continue
            changed = (actor, subject)
            for _, change in some:
                changed = change(*changed)
            if access.may(changed[0], action, changed[1], at=at):
                found.append(grounds)
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
            changes[field] = value
            settings = replace(subject.settings, **changes)
            changed = replace(subject, settings=settings)
            if value != now and access.may(actor, action, changed, at=at).allowed is wanted:
                yield Ground("setting", setting=key, value=now, source=forum.settings[key].source)
                break


BEFORE_THE_DOOR = frozenset({Action.KNOW, Action.ACCREDIT, Action.SHOW_SCREEN})
"""What does not hang on anything behind a closed door: neither on its roster nor on its item."""


def explain(
    desk: Desk,
    session: str,
    person: str,
    action: Action,
    now: datetime,
    *,
    asker: str | None,
    language: Language | None = None,
    behind: bool = False,
) -> Explanation | None:
    """Why a person of this session may do this now, or may not; None where the answer would tell one
    whom the door keeps out something of what is behind it.

    `behind` asks about the text of the closed part. Raises `NotFound` for a person who is not
    accredited.
    """
    if person not in {each.person for each in people.accredited(desk.store, session)}:
        raise NotFound("people.unknown")
    if _is_withheld(desk, session, asker, action, behind, now):
        return None
    actor = desk.authority.actor(session, person)
    action, subject = _question(desk, session, actor, action, language, behind)
    answer = explain_access(actor, action, subject, desk.forum, at=now)
    if behind:  # an open sitting opens nothing of it
        ways = tuple(some for some in answer.would_open if Ground("mode") not in some)
        answer = replace(answer, would_open=ways)
    return answer


def _is_withheld(
    desk: Desk, session: str, asker: str | None, action: Action, behind: bool, now: datetime
) -> bool:
    if behind:
        return desk.authority.level_of_closed(session, asker, now) is not Level.CONTENT
    return desk.authority.is_shut_out(session, asker, now) and action not in BEFORE_THE_DOOR


def _question(
    desk: Desk,
    session: str,
    actor: Actor,
    action: Action,
    language: Language | None,
    behind: bool,
) -> tuple[Action, Subject]:
    """What the door asks the table in this actor's case."""
    if action is Action.DOWNLOAD:
        draft = drafts.draft_of(desk.store, session)
        action = Action.DOWNLOAD if draft is None else needed_to_download(draft)
    subject = replace(desk.authority.subject(session, actor, action), language=language)
    return action, replace(subject, mode="closed", group="drafting") if behind else subject


# As whom --------------------------------------------------------------------------------------

READING = frozenset(
    {
        Action.KNOW,
        Action.ATTEND,
        Action.SEE_AGENDA,
        Action.SEE_DOCUMENTS,
        Action.READ_DRAFT,
        Action.SEE_ROOM_TEXT,
        Action.SEE_POSITIONS,
        Action.DOWNLOAD,
    }
)
"""What only looks. In an imitation nothing else is allowed to anybody."""
_TYPICAL: Mapping[Category, Capacity] = MappingProxyType(
    {
        Category.HEAD: Capacity.HEAD,
        Category.DELEGATE: Capacity.DELEGATE,
        Category.PPT_CHAIR: Capacity.CHAIR,
        Category.PPT_STAFF: Capacity.PPT_STAFF,
        Category.ST: Capacity.STAFF,
        Category.OBSERVER_COUNTRY: Capacity.OBSERVER,
        Category.OBSERVER_ORGANISATION: Capacity.OBSERVER,
        Category.RROCM: Capacity.RROCM,
        Category.GUEST: Capacity.GUEST,
        Category.INTERPRETER: Capacity.INTERPRETER,
        Category.PUBLIC: Capacity.GUEST,
    }
)


@dataclass(frozen=True, slots=True)
class Imitation:
    """What somebody sees who looks at the desk as another would: never more than both of them may."""

    may: frozenset[Action]
    closed: Level
    shut_out: bool
    papers: frozenset[str] = frozenset()


def find_imitated(desk: Desk, session: str, name: str) -> Actor:
    """Somebody of a category (`observer_country`), or of a delegation in a capacity (`MEX.head`):
    without grants and off every roster. Raises `NotFound` for what is neither."""
    held = sessions.session(desk.store, session)
    if name in set(Category):
        category = Category(name)
        delegation = {
            Category.PPT_CHAIR: held.ppt,
            Category.PPT_STAFF: held.ppt,
            Category.ST: desk.forum.secretariat.code,
            Category.RROCM: desk.forum.civil_society.code,
        }.get(category, "")
        return replace(
            PUBLIC_ACTOR, category=category, capacity=_TYPICAL[category], delegation=delegation
        )
    delegation, _, word = name.partition(".")
    if (delegation, word) not in list_parties(desk, session):
        raise NotFound("people.unknown")
    capacity = Capacity(word)
    return replace(
        PUBLIC_ACTOR,
        category=categorize(desk.forum, delegation, capacity, held.ppt),
        capacity=capacity,
        delegation=delegation,
        drafting=capacity is Capacity.DRAFTING_REPRESENTATIVE,
    )


def list_parties(desk: Desk, session: str) -> list[tuple[str, str]]:
    """The delegations of a session and the capacities they have sent people in."""
    order = {code: place for place, code in enumerate(desk.forum.delegations)}
    parties = {
        (each.delegation, str(each.capacity)) for each in people.accredited(desk.store, session)
    }
    return sorted(parties, key=lambda party: (order.get(party[0], len(order)), *party))


TAKING_PART: tuple[Category, ...] = (
    Category.HEAD,
    Category.OBSERVER_ORGANISATION,
    Category.RROCM,
    Category.OBSERVER_COUNTRY,
    Category.GUEST,
)
"""Whom the desk's table of who takes part names, in its order."""
PARTS: tuple[tuple[str, Action], ...] = (
    ("attends", Action.ATTEND),
    ("speaks", Action.SPEAK),
    ("drafts", Action.EDIT_DRAFT),
    ("closed", Action.ATTEND),
)
"""What that table asks of each: in the open sitting, and of the closed door."""
Part = Literal["yes", "no", "slot", "grant", "named", "joined", "roster", "both"]


def take_part(desk: Desk, session: str, now: datetime) -> dict[Category, dict[str, Part]]:
    """Who takes part in a session and how, as the access table answers: outright, not at all, or with the
    one thing given that makes the difference (`both`: with several)."""
    return {
        category: {
            part: _part(desk, session, category, action, closed=part == "closed", now=now)
            for part, action in PARTS
        }
        for category in TAKING_PART
    }


def _part(
    desk: Desk, session: str, category: Category, action: Action, *, closed: bool, now: datetime
) -> Part:
    actor = find_imitated(desk, session, category)
    told = desk.authority.subject(session, actor, action)
    bare = replace(
        told,
        mode="closed" if closed else "open",
        on_roster=False,
        by_exception=False,
        own_slot=False,
        joined=False,
    )
    grants = tuple(Grant(right, actor.person, right, "", "", now) for right in get_args(Right))
    given: dict[Part, tuple[Actor, Subject]] = {
        "yes": (actor, bare),
        "slot": (actor, replace(bare, own_slot=True)),
        "grant": (replace(actor, grants=grants), bare),
        "named": (replace(actor, drafting=True), bare),
        "joined": (actor, replace(bare, joined=True)),
        "roster": (actor, replace(bare, on_roster=True)),
        "both": (
            replace(actor, grants=grants, drafting=True),
            replace(bare, own_slot=True, joined=True, on_roster=True),
        ),
    }
    return next(
        (part for part, (who, what) in given.items() if access.may(who, action, what, at=now)), "no"
    )


def imitate(
    desk: Desk, session: str, asker: str | None, imitated: Actor, now: datetime
) -> Imitation:
    """What both may see, and nothing that acts."""
    authority = desk.authority
    subject = authority.subject(session, imitated, Action.SEE_AGENDA)
    closed = min(
        authority.level_of_closed(session, asker, now),
        access.level_of_closed(imitated, subject, at=now),
    )
    return Imitation(
        may=frozenset(
            action
            for action in READING & authority.allowed(session, asker, now)
            if access.may(imitated, action, authority.subject(session, imitated, action), at=now)
        ),
        closed=closed,
        # As in `Authority.is_shut_out`: who is not to know of a closed part is told nothing of its door.
        shut_out=closed is not Level.NOTHING
        and (
            authority.is_shut_out(session, asker, now)
            or access.is_shut_out(imitated, subject, at=now)
        ),
        papers=authority.papers(session, asker, now) & authority.papers_of(session, imitated, now),
    )


def judge_doors(
    desk: Desk,
    session: str,
    asker: str | None,
    imitated: Actor,
    doors: Iterable[Door],
    now: datetime,
) -> list[tuple[Door, Decision | None]]:
    """Each door that needs an action, and whether the one imitated passes it now; None where the answer
    would tell one whom the door of the sitting keeps out something of what is behind it."""
    judged: list[tuple[Door, Decision | None]] = []
    for door in doors:
        action = door.needs
        if not isinstance(action, Action):
            continue
        if _is_withheld(desk, session, asker, action, door.behind, now):
            judged.append((door, None))
            continue
        action, subject = _question(desk, session, imitated, action, door.language, door.behind)
        judged.append((door, access.may(imitated, action, subject, at=now)))
    return judged
