"""Persons, their accreditations per session, and grants.

Nobody's role is copied anywhere: `actor` reads it anew each time it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from session_app.domain.access import Actor
from session_app.domain.accreditation import AccreditationLine
from session_app.domain.drafting import Language
from session_app.domain.errors import Conflict, NotFound
from session_app.domain.forum import Forum
from session_app.domain.people import Audience, Capacity, Grant, categorize
from session_app.domain.review import Held, Known, carry_over
from session_app.domain.signing import TRIES

from .database import Database, Transaction, new_id, stamp


@dataclass(frozen=True, slots=True)
class Accredited:
    """A person as the Secretariat's list shows one."""

    person: str
    name: str
    email: str | None
    delegation: str
    capacity: Capacity
    drafting: bool
    audience: Audience
    language: Language
    badge_used: bool
    badge_waits: bool
    rank: str


def actor(db: Database, forum: Forum, session: str, person: str) -> Actor:
    """Who this person is in this session, now. Raises `NotFound` for anybody not accredited."""
    row = db.one(
        "select p.name, p.language, a.delegation, a.capacity, a.drafting, a.audience, s.ppt from accreditation a"
        " join person p on p.id = a.person join session s on s.id = a.session"
        " where a.session = ? and a.person = ?",
        (session, person),
    )
    if row is None:
        raise NotFound("session.unknown")
    capacity = Capacity(row["capacity"])
    return Actor(
        person=person,
        name=row["name"],
        category=categorize(forum, delegation=row["delegation"], capacity=capacity, ppt=row["ppt"]),
        capacity=capacity,
        delegation=row["delegation"],
        language=row["language"],
        drafting=bool(row["drafting"]),
        grants=tuple(grants(db, session, person=person)),
        audience=row["audience"],
    )


def accredited(db: Database, session: str) -> list[Accredited]:
    """Everybody accredited to a session, by delegation and name."""
    rows = db.all(
        "select a.*, p.name, p.email, p.language, exists (select 1 from badge b where b.person = p.id and"
        " b.used is not null and b.ended is null) as badge_used, exists (select 1 from badge b where"
        " b.person = p.id and b.failures >= ? and b.ended is null) as badge_waits"
        " from accreditation a join person p on p.id = a.person where a.session = ?"
        " order by a.delegation, p.name",
        (TRIES, session),
    )
    return [
        Accredited(
            person=row["person"],
            name=row["name"],
            email=row["email"],
            delegation=row["delegation"],
            capacity=Capacity(row["capacity"]),
            drafting=bool(row["drafting"]),
            audience=row["audience"],
            language=row["language"],
            badge_used=bool(row["badge_used"]),
            badge_waits=bool(row["badge_waits"]),
            rank=row["rank"],
        )
        for row in rows
    ]


def count_badges(db: Database, session: str) -> int:
    """How many of those accredited to a session hold a badge that is good."""
    row = db.one(
        "select count(distinct a.person) as held from accreditation a join badge b on b.person = a.person"
        " where a.session = ? and b.ended is null",
        (session,),
    )
    return int(row["held"]) if row else 0


def held(db: Database, session: str) -> list[Held]:
    """Everybody the store knows, each as they stand in this session: whom a row of a list may mean.

    Who has been accredited before and is no longer is known by the delegation they came for.
    """
    rows = db.all(
        "select p.id, p.name, p.email, a.person is not null as accredited, a.capacity, a.drafting, a.audience,"
        " a.rank, coalesce(a.delegation, (select w.delegation from withdrawn w where w.session = ?1 and"
        " w.person = p.id order by w.ended desc limit 1), '') as delegation"
        " from person p left join accreditation a on a.person = p.id and a.session = ?1 order by p.rowid",
        (session,),
    )
    return [
        Held(
            person=row["id"],
            name=row["name"],
            email=row["email"],
            accredited=True,
            delegation=row["delegation"],
            capacity=Capacity(row["capacity"]),
            drafting=bool(row["drafting"]),
            audience=row["audience"],
            rank=row["rank"],
        )
        if row["accredited"]
        else Held(row["id"], row["name"], row["email"], delegation=row["delegation"])
        for row in rows
    ]


def accredit(
    db: Database, tx: Transaction, session: str, lines: Iterable[AccreditationLine]
) -> tuple[int, int]:
    """Enter accreditations: new persons are added, known ones updated, nobody is ever deleted.

    A person is known by e-mail address, or by name and delegation where the list or the store has
    none. What a list does not speak of stays as it is. Returns (added, updated): persons of the store.
    """
    known = Known(held(db, session))
    added = updated = 0
    for line in lines:
        meant = known.find(line)
        enter(tx, session, carry_over(line, meant), meant.person if meant else None)
        added, updated = added + (meant is None), updated + (meant is not None)
    return added, updated


def enter(tx: Transaction, session: str, line: AccreditationLine, person: str | None) -> str:
    """Enter one accreditation, of somebody known or of somebody new; returns the person's id.

    The language of somebody known is their own choice, and an address is never taken away.
    """
    if person is None:
        person = new_id()
        tx.execute(
            "insert into person values (?, ?, ?, ?, ?)",
            (person, line.name, line.email, line.language, stamp(tx.now)),
        )
    else:
        tx.execute(
            "update person set name = ?, email = coalesce(?, email) where id = ?",
            (line.name, line.email, person),
        )
    tx.execute(
        "insert into accreditation values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (session, person) do update set"
        " delegation = excluded.delegation, capacity = excluded.capacity, drafting = excluded.drafting,"
        " audience = excluded.audience, rank = excluded.rank",
        (
            session,
            person,
            line.delegation,
            line.capacity,
            line.drafting,
            line.audience,
            stamp(tx.now),
            line.rank,
        ),
    )
    tx.change_authority()
    return person


def admit(tx: Transaction, session: str, actor: Actor) -> None:
    """Accredit somebody to another session as they are accredited to one."""
    tx.execute(
        "insert into accreditation values (?, ?, ?, ?, ?, ?, ?, '')",
        (
            session,
            actor.person,
            actor.delegation,
            actor.capacity,
            actor.drafting,
            actor.audience,
            stamp(tx.now),
        ),
    )


def correct(tx: Transaction, person: str, *, email: str | None, language: Language) -> None:
    """Set what only a correction by hand sets: an address, or none, and the language."""
    tx.execute("update person set email = ?, language = ? where id = ?", (email, language, person))
    tx.change_authority()


def withdraw(tx: Transaction, session: str, person: str, *, by: str, reason: str) -> None:
    """End an accreditation with all its grants, in the session's rehearsal too. What it was is kept.

    Raises `NotFound` for somebody who is not accredited.
    """
    kept = tx.execute(
        "insert into withdrawn (session, person, delegation, capacity, drafting, audience, rank, since,"
        " ended, by, reason) select session, person, delegation, capacity, drafting, audience, rank,"
        " since, ?, ?, ? from accreditation where session = ? and person = ?",
        (stamp(tx.now), by, reason, session, person),
    )
    if not kept.rowcount:
        raise NotFound("people.unknown")
    tx.execute(
        "delete from accreditation where person = ?1 and (session = ?2 or session in"
        " (select id from session where rehearsal_of = ?2))",
        (person, session),
    )
    tx.execute(
        "update permission set withdrawn_at = ? where session = ? and person = ? and withdrawn_at is null",
        (stamp(tx.now), session, person),
    )
    tx.change_authority()


def former(db: Database, session: str) -> dict[str, tuple[str, str]]:
    """Those who were accredited to a session and are no longer: name and delegation, by person."""
    rows = db.all(
        "select w.person, p.name, w.delegation from withdrawn w join person p on p.id = w.person"
        " where w.session = ? and w.person not in (select person from accreditation where session = ?)"
        " order by w.ended",
        (session, session),
    )
    return {row["person"]: (row["name"], row["delegation"]) for row in rows}


def choose_language(tx: Transaction, person: str, language: Language) -> None:
    """Set the language of a person's screens."""
    tx.execute("update person set language = ? where id = ?", (language, person))
    tx.change_authority()


def language_of(db: Database, person: str) -> Language:
    """The language of a person's screens."""
    row = db.one("select language from person where id = ?", (person,))
    return "en" if row and row["language"] == "en" else "es"


def sessions_of(db: Database, person: str) -> list[str]:
    """The sessions a person is accredited to, newest first; a rehearsal behind the others."""
    rows = db.all(
        "select a.session from accreditation a join session s on s.id = a.session where a.person = ?"
        " order by s.rehearsal_of is not null, s.starts desc",
        (person,),
    )
    return [row["session"] for row in rows]


# Grants


def grants(db: Database, session: str, *, person: str | None = None) -> list[Grant]:
    """The grants that stand in a session, or one person's."""
    rows = db.all(
        "select * from permission where session = ? and withdrawn_at is null and (? is null or person = ?)"
        " order by given_at",
        (session, person, person),
    )
    return [
        Grant(
            id=row["id"],
            person=row["person"],
            right=row["right"],
            reason=row["reason"],
            given_by=row["given_by"],
            given_at=datetime.fromisoformat(row["given_at"]),
            until=datetime.fromisoformat(row["until"]) if row["until"] else None,
            item=row["item"],
            draft=row["draft"],
        )
        for row in rows
    ]


def give_grant(
    tx: Transaction,
    session: str,
    *,
    person: str,
    right: str,
    reason: str,
    by: str,
    until: datetime | None = None,
    item: str | None = None,
    draft: str | None = None,
) -> str:
    """Enter a grant; returns its id. Its item and draft have been found to be of the session.

    Raises `NotFound` for a person not accredited to the session, `Conflict` where the same one
    stands: of two, the one withdrawn would leave the other.
    """
    if not tx.execute(
        "select 1 from accreditation where session = ? and person = ?", (session, person)
    ).fetchone():
        raise NotFound("people.unknown")
    if tx.execute(
        "select 1 from permission where session = ? and person = ? and right = ?"
        " and withdrawn_at is null and (until is null or until > ?) and item is ? and draft is ?",
        (session, person, right, stamp(tx.now), item, draft),
    ).fetchone():
        raise Conflict("grant.stands")
    grant = new_id()
    tx.execute(
        "insert into permission values (?, ?, ?, ?, ?, ?, ?, null, ?, ?, ?)",
        (
            grant,
            session,
            person,
            right,
            reason,
            by,
            stamp(tx.now),
            stamp(until) if until is not None else None,
            item,
            draft,
        ),
    )
    tx.change_authority()
    return grant


def has_lapsed(db: Database, since: datetime, now: datetime) -> bool:
    """Whether a grant that nobody withdrew came to its end after one moment and not after another."""
    row = db.one(
        "select 1 from permission where until > ? and until <= ? and withdrawn_at is null limit 1",
        (stamp(since), stamp(now)),
    )
    return row is not None


def withdraw_grant(tx: Transaction, session: str, grant: str) -> None:
    """End a grant now. Raises `NotFound` if it does not stand."""
    cursor = tx.execute(
        "update permission set withdrawn_at = ? where id = ? and session = ? and withdrawn_at is null",
        (stamp(tx.now), grant, session),
    )
    if not cursor.rowcount:
        raise NotFound("grant.unknown")
    tx.change_authority()
