"""Who takes part in a session: capacities, categories, grants, and the list of accreditations.

An accreditation is a person in a capacity for a delegation, *for one session*. The category the
access table speaks of is computed from it each time and never stored with the person, so a country
that hands the Presidency Pro-Tempore over loses its chair's rights by that alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal


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

    def in_force(self, at: datetime) -> bool:
        """Whether the grant counts at this moment; a withdrawal counts from its own instant on."""
        return self.given_at <= at and (self.withdrawn_at is None or at < self.withdrawn_at)
