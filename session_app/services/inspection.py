"""The Secretariat's questions about access: which doors there are, why somebody passes one or not, and
what the desk looks like to others.

Every answer is the access table's own (`domain/explanation.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal, get_args

from session_app.domain import access, explanation
from session_app.domain.access import PUBLIC_ACTOR, Action, Actor, Decision, Level, Subject
from session_app.domain.drafting import Language
from session_app.domain.errors import NotFound
from session_app.domain.explanation import Explanation, Ground
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
    answer = explanation.explain(actor, action, subject, desk.forum, at=now)
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
