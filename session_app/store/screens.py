"""The screens of a session: accreditations in the capacity of a screen, and what is signed in as them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from session_app.domain.people import Audience, Capacity

from . import signing
from .database import Database, Transaction, new_id, stamp


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen of a session."""

    id: str
    """The person it is accredited as."""
    name: str
    audience: Audience
    device: str | None
    """The device that is signed in as this screen; None where none is."""
    since: str
    """Since when it is signed in, or empty."""
    seen: str = ""
    """When it was last known to be on line, or empty."""


def screens(db: Database, session: str, now: datetime) -> list[Screen]:
    """The screens of a session by name."""
    rows = db.all(
        "select p.id, p.name, a.audience, s.at as seen from accreditation a join person p on p.id = a.person"
        " left join screen_seen s on s.person = p.id"
        " where a.session = ? and a.capacity = ? order by p.name, p.id",
        (session, Capacity.SCREEN),
    )
    found = []
    for row in rows:
        login = next(reversed(signing.logins(db, row["id"], now)), None)
        device, since = (login.device, login.at) if login else (None, "")
        seen = row["seen"] or ""
        found.append(Screen(row["id"], row["name"], row["audience"], device, since, seen))
    return found


def add_screen(
    tx: Transaction, session: str, *, delegation: str, name: str, audience: Audience
) -> str:
    """Accredit a new screen; returns its id."""
    screen = new_id()
    tx.execute(
        "insert into person (id, name, email, language, at) values (?, ?, null, 'es', ?)",
        (screen, name, stamp(tx.now)),
    )
    tx.execute(
        "insert into accreditation (session, person, delegation, capacity, drafting, audience, since, rank)"
        " values (?, ?, ?, ?, 0, ?, ?, '')",
        (session, screen, delegation, Capacity.SCREEN, audience, stamp(tx.now)),
    )
    tx.change_authority()
    return screen


def note_seen(tx: Transaction, there: Iterable[str]) -> None:
    """Keep that these screens are on line now: a desk that starts anew can say when they were."""
    for screen in there:
        tx.execute(
            "insert into screen_seen values (?, ?) on conflict (person) do update set at = excluded.at",
            (screen, stamp(tx.now)),
        )


def rename_screen(tx: Transaction, screen: str, name: str) -> None:
    """Give a screen another name."""
    tx.execute("update person set name = ? where id = ?", (name, screen))
    tx.change_authority()


def serve_audience(tx: Transaction, session: str, screen: str, audience: Audience) -> None:
    """Have a screen serve other eyes."""
    tx.execute(
        "update accreditation set audience = ? where session = ? and person = ? and capacity = ?",
        (audience, session, screen, Capacity.SCREEN),
    )
    tx.change_authority()


def end_logins(tx: Transaction, screen: str) -> None:
    """Sign out whatever is signed in as this screen."""
    tx.execute(
        "update login set ended = ? where person = ? and ended is null", (stamp(tx.now), screen)
    )
    tx.change_authority()


def remove_screen(tx: Transaction, session: str, screen: str) -> None:
    """Take a screen out of a session; the person it was stays, because the record names it."""
    for table in ("accreditation", "roster"):
        tx.execute(f"delete from {table} where session = ? and person = ?", (session, screen))
    tx.change_authority()
