"""Who takes part in a session: capacities, categories, quotas and grants.

An accreditation is a person in a capacity for a delegation, *for one session*. The category the
access table speaks of is computed from it each time and never stored with the person, so a country
that hands the Presidency Pro-Tempore over loses its chair's rights by that alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from .errors import Invalid
from .forum import DelegationKind, Forum


class Category(StrEnum):
    """The eleven categories of the access matrix."""

    HEAD = "head"
    DELEGATE = "delegate"
    PPT_CHAIR = "ppt_chair"
    PPT_STAFF = "ppt_staff"
    ST = "st"
    OBSERVER_COUNTRY = "observer_country"
    OBSERVER_ORGANISATION = "observer_organisation"
    RROCM = "rrocm"
    GUEST = "guest"
    INTERPRETER = "interpreter"
    PUBLIC = "public"


class Capacity(StrEnum):
    """In what capacity a person is accredited."""

    HEAD = "head"
    DELEGATE = "delegate"
    COMPANION = "companion"
    DRAFTING_REPRESENTATIVE = "drafting_representative"
    CHAIR = "chair"
    PPT_STAFF = "ppt_staff"
    STAFF = "staff"
    OBSERVER = "observer"
    RROCM = "rrocm"
    GUEST = "guest"
    INTERPRETER = "interpreter"
    TECHNICAL = "technical"
    SCREEN = "screen"


Right = Literal[
    "attend", "speak", "table", "see_agenda", "see_documents", "read_draft", "edit_draft"
]
"""What a grant can open. The access table says for whom a grant counts at all."""

Audience = Literal["members", "observers"]
"""Whose eyes a screen serves: members alone, or a room in which observers sit too."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A dated exception signed by the PPT: an invitation, an authorisation, leave to read."""

    id: str
    person: str
    right: Right
    reason: str
    given_by: str
    given_at: datetime
    withdrawn_at: datetime | None = None
    until: datetime | None = None  # it ends by itself
    item: str | None = None  # only while this agenda item is under way
    draft: str | None = None  # only for this text

    def in_force(self, at: datetime) -> bool:
        """Whether the grant counts at this moment; it has ended from the instant of its end on."""
        ends = [end for end in (self.withdrawn_at, self.until) if end is not None]
        return self.given_at <= at and all(at < end for end in ends)

    def covers(self, *, item: str | None, draft: str | None) -> bool:
        """Whether its scope holds what is asked about; without a scope it is the whole session."""
        return self.item in (None, item) and self.draft in (None, draft)


# Categories ----------------------------------------------------------------------------------

_COUNTRY_OBSERVERS = dict.fromkeys(
    (Capacity.HEAD, Capacity.DELEGATE, Capacity.OBSERVER), Category.OBSERVER_COUNTRY
)
_ORGANISATION_OBSERVERS = dict.fromkeys(_COUNTRY_OBSERVERS, Category.OBSERVER_ORGANISATION)
SERVICE = dict.fromkeys(
    (Capacity.INTERPRETER, Capacity.TECHNICAL, Capacity.SCREEN), Category.INTERPRETER
)
_GUEST = {Capacity.GUEST: Category.GUEST}

CATEGORIES: Mapping[DelegationKind | None, Mapping[Capacity, Category]] = MappingProxyType(
    {
        "member": {
            Capacity.CHAIR: Category.PPT_CHAIR,
            Capacity.PPT_STAFF: Category.PPT_STAFF,
            Capacity.HEAD: Category.HEAD,
            Capacity.DELEGATE: Category.DELEGATE,
            Capacity.COMPANION: Category.DELEGATE,
            Capacity.DRAFTING_REPRESENTATIVE: Category.DELEGATE,
            **SERVICE,
        },
        # An observer may also be invited as a special participant (S000 7): a guest.
        "observer_country": {**_COUNTRY_OBSERVERS, **_GUEST, **SERVICE},
        "observer_organisation": {**_ORGANISATION_OBSERVERS, **_GUEST, **SERVICE},
        "civil_society": dict.fromkeys(
            (Capacity.RROCM, Capacity.HEAD, Capacity.DELEGATE), Category.RROCM
        ),
        "secretariat": {Capacity.STAFF: Category.ST, **SERVICE},
        None: {**_GUEST, **SERVICE},  # delegations the forum does not list
    }
)
"""Which capacities a delegation can send, and the category each gives. What is not here is nobody."""

PRESIDENCY = frozenset({Capacity.CHAIR, Capacity.PPT_STAFF})


def categorize(forum: Forum, delegation: str, capacity: Capacity, ppt: str) -> Category:
    """The category of a capacity in a delegation, where `ppt` presides over the session.

    Total: a chair or PPT staff of a country that does not preside is a delegate, and a capacity the
    delegation cannot send is the public.
    """
    known = forum.delegations.get(delegation)
    category = CATEGORIES[known.kind if known else None].get(capacity, Category.PUBLIC)
    if capacity in PRESIDENCY and delegation != ppt and category is not Category.PUBLIC:
        return Category.DELEGATE
    return category


Group = Literal["member", "observer", "guest", "secretariat", "service"]
_GROUPS: Mapping[Category, Group] = MappingProxyType(
    {
        **dict.fromkeys(
            (Category.HEAD, Category.DELEGATE, Category.PPT_CHAIR, Category.PPT_STAFF), "member"
        ),
        **dict.fromkeys(
            (Category.OBSERVER_COUNTRY, Category.OBSERVER_ORGANISATION, Category.RROCM), "observer"
        ),
        Category.ST: "secretariat",
        Category.INTERPRETER: "service",
    }
)


def group_of(category: Category) -> Group:
    """What a badge says at a glance, by a word and by the pattern of its edge."""
    return _GROUPS.get(category, "guest")


# Quotas --------------------------------------------------------------------------------------


def check_representatives(named: Iterable[tuple[str, str]]) -> None:
    """Refuse two drafting representatives of one country (S002 B L34).

    `named` are (delegation, name) of everybody accredited as one, e.g. what a session would hold
    after an import. Raises `Invalid("people.second_representative")`.
    """
    first: dict[str, str] = {}
    for delegation, name in named:
        if delegation in first:
            raise Invalid(
                "people.second_representative",
                delegation=delegation,
                first=first[delegation],
                second=name,
            )
        first[delegation] = name


MAX_CIVIL_SOCIETY = 3
"""Representatives of the RROCM in an ad hoc group it has joined (S000 23 Dec 2)."""


def check_civil_society(forum: Forum, body: str, names: Iterable[str]) -> None:
    """Refuse a fourth representative of the RROCM in an ad hoc group it has joined.

    `names` are those of everybody accredited as one, e.g. what a session of the body would hold after
    an import. Raises `Invalid("people.civil_society_quota")`.
    """
    held = forum.bodies[body]
    found = tuple(names)
    joined = held.kind == "adhoc" and forum.civil_society.code in held.joined
    if joined and len(found) > MAX_CIVIL_SOCIETY:
        raise Invalid(
            "people.civil_society_quota",
            delegation=forum.civil_society.code,
            limit=MAX_CIVIL_SOCIETY,
            names=found,
        )
