"""The Secretariat's questions about access: which doors there are, and why somebody can pass one.

An answer is found by asking the access table itself, with one fact changed at a time: what makes the
difference is what decides. So no explanation can differ from what the doors do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from session_app.domain.access import Action
from session_app.domain.drafting import Language

Kind = Literal["page", "form", "download", "message", "told", "command", "event", "topic", "update"]
Free = Literal["public", "signed in", "its own"]
PUBLIC: Final = "public"
SIGNED_IN: Final = "signed in"
ITS_OWN: Final = "its own"
"""Carries others, each of which is a door with needs of its own."""


@dataclass(frozen=True, slots=True)
class Door:
    """One way in or out of the desk, and what it needs."""

    kind: Kind
    name: str
    needs: Action | Free
    language: Language | None = None  # of the text a draft update writes
    crosses: bool = (
        True  # an event that stays inside makes fragments stale, which are doors themselves
    )
