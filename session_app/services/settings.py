"""What a session has chosen where the forum leaves the choice; where it has not, the forum's setting counts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from session_app.domain.contract import ChooseSettings, SettingsChosen
from session_app.domain.errors import Conflict, Invalid
from session_app.domain.forum import Value
from session_app.store import sessions

from .desk import Act, Desk, Result

OF_A_SESSION: Mapping[str, str] = {
    "minutes_members": "floor.minutes_members",
    "minutes_others": "floor.minutes_others",
    "order": "floor.order",
    "companions": "closed_door.companions_max",
}
"""The settings of the forum a session may choose for itself, by the field of the command."""


def read_setting(desk: Desk, session: str, field: str) -> Value:
    """What counts in a session, of `OF_A_SESSION`."""
    key = OF_A_SESSION[field]
    return sessions.settings(desk.store, session).get(key, desk.forum.settings[key].value)


def digest_of_settings(desk: Desk, session: str) -> str:
    """A short mark of what a session has chosen."""
    chosen = sorted(sessions.settings(desk.store, session).items())
    return hashlib.sha256(repr(chosen).encode()).hexdigest()[:16]


def choose_settings(act: Act, command: ChooseSettings) -> Result:
    """Choose for this session among what the forum allows; what is none is as the forum has it.

    Who has asked for the floor keeps the time that counted then, and a door that is closed its roster.
    """
    if command.seen != digest_of_settings(act.desk, act.session.id):
        raise Conflict("session.settings_changed")
    chosen: dict[str, Value] = {}
    for field, key in OF_A_SESSION.items():
        value = getattr(command, field)
        allowed = act.desk.forum.settings[key].values
        if value is None:
            continue
        if value not in allowed:
            known = ", ".join(map(str, allowed))
            raise Invalid("session.bad_setting", value=str(value)[:40], known=known)
        chosen[key] = act.facts[field] = value
    sessions.put_settings(act.tx, act.session.id, chosen)
    act.tx.announce(act.session.id, SettingsChosen())
    return {}
