"""The code of a badge that is shown on a phone: who stands at the door, in which session, this minute.

It signs nobody in. A photograph of it is worth nothing two minutes later, and it tells nothing to whoever
has no desk to ask: it is a signature of the desk's own, and names no person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

from session_app.domain.errors import Invalid, NotFound
from session_app.domain.signing import PRESENCE_LASTS, read_presence, show_presence
from session_app.store import people, signing

from .desk import Desk


@dataclass(frozen=True, slots=True)
class PresenceCode:
    """What a badge on a phone shows now."""

    code: str
    """As it is shown, and what its QR holds: "P-ABCD-EFGH-IJKL-MNOP"."""
    left: float
    """Seconds until the next one."""


def make_presence_code(desk: Desk, session: str, person: str | None, now: datetime) -> PresenceCode:
    """The code of somebody's badge at this moment. Raises `NotFound` for who has none in this session."""
    if person not in _holders(desk, session):
        raise NotFound("page.not_found")
    step, into = divmod(now.timestamp(), PRESENCE_LASTS)
    signed = signing.sign_presence(signing.read_key(desk.store), session, person, int(step))
    return PresenceCode(show_presence(signed), PRESENCE_LASTS - into)


def read_presence_code(desk: Desk, session: str, code: str, now: datetime) -> str:
    """Whose badge shows this code in this session: of this minute, or of the one before it, since a
    camera and a hand are slow.

    Raises `Invalid("presence.not_a_code")` for what cannot be such a code, `Invalid("presence.stale")`
    for one that nobody's badge shows now.
    """
    given = read_presence(code)
    if given is None:
        raise Invalid("presence.not_a_code")
    key, step = signing.read_key(desk.store), int(now.timestamp() // PRESENCE_LASTS)
    for person in _holders(desk, session):
        for each in (step, step - 1):
            if compare_digest(signing.sign_presence(key, session, person, each), given):
                return person
    raise Invalid("presence.stale")


def _holders(desk: Desk, session: str) -> list[str]:
    everybody = people.accredited(desk.store, session)
    return [each.person for each in everybody]
