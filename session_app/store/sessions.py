"""Sessions, their sittings, agenda and attendance."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from session_app.domain.agenda import Item, Items, ItemState, Session, Sitting, SittingState, Spans
from session_app.domain.attendance import Mark
from session_app.domain.errors import Conflict, NotFound
from session_app.domain.forum import Value
from session_app.domain.roster import Entry, Place

from .database import Database, Transaction, stamp


def session(db: Database, session_id: str) -> Session:
    """One session. Raises `NotFound`."""
    row = db.one("select * from session where id = ?", (session_id,))
    if row is None:
        raise NotFound("session.unknown")
    return Session(
        id=row["id"],
        body=row["body"],
        ppt=row["ppt"],
        city={"es": row["city_es"], "en": row["city_en"]},
        country=row["country"],
        starts=date.fromisoformat(row["starts"]),
        ends=date.fromisoformat(row["ends"]),
        zone=row["zone"],
        agenda_issued=row["agenda_issued"] is not None,
        quorum=row["quorum"],
        rehearsal_of=row["rehearsal_of"],
    )


def is_held(db: Database, session_id: str) -> bool:
    """Whether there is such a session, or rehearsal of one."""
    return db.one("select 1 from session where id = ?", (session_id,)) is not None


def session_ids(db: Database) -> list[str]:
    """Every session of the store, newest first; rehearsals are none."""
    rows = db.all("select id from session where rehearsal_of is null order by starts desc, id")
    return [row["id"] for row in rows]


def add_session(tx: Transaction, session: Session) -> None:
    """Enter a session. Raises `Conflict` where the id is taken."""
    if tx.execute("select 1 from session where id = ?", (session.id,)).fetchone():
        raise Conflict("session.exists", session=session.id)
    tx.execute(
        "insert into session (id, body, ppt, city_es, city_en, country, starts, ends, zone, at, rehearsal_of)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            session.id,
            session.body,
            session.ppt,
            session.city["es"],
            session.city["en"],
            session.country,
            session.starts.isoformat(),
            session.ends.isoformat(),
            session.zone,
            stamp(tx.now),
            session.rehearsal_of,
        ),
    )


def amend_session(tx: Transaction, session: Session) -> None:
    """Enter the facts of a session as they now are. Who presides decides who may do what."""
    tx.execute(
        "update session set city_es = ?, city_en = ?, country = ?, starts = ?, ends = ?, ppt = ?, zone = ?"
        " where id = ?",
        (
            session.city["es"],
            session.city["en"],
            session.country,
            session.starts.isoformat(),
            session.ends.isoformat(),
            session.ppt,
            session.zone,
            session.id,
        ),
    )
    tx.change_authority()


def issue_agenda(tx: Transaction, session_id: str) -> None:
    """Make the agenda final. Raises `Conflict` where it is already."""
    cursor = tx.execute(
        "update session set agenda_issued = ? where id = ? and agenda_issued is null",
        (stamp(tx.now), session_id),
    )
    if not cursor.rowcount:
        raise Conflict("agenda.issued")
    tx.change_authority()


def sitting(db: Database, session_id: str) -> Sitting | None:
    """The latest sitting of a session, if one has been opened."""
    row = db.one(
        "select * from sitting where session = ? order by number desc limit 1", (session_id,)
    )
    if row is None:
        return None
    return Sitting(
        number=row["number"],
        mode=row["mode"],
        state=SittingState(row["state"]),
        since=row["since"],
        epoch=row["epoch"],
        resumes_at=row["resumes_at"],
        companions=row["companions"],
        verified=bool(row["verified"]),
        opened=row["opened"],
        closes_at=row["closes_at"],
    )


def closed_spans(db: Database, session_id: str) -> Spans:
    """From when until when a session has sat behind a closed door; one under way has no end yet."""
    rows = db.all(
        "select opened, case when state = 'closed' then since end as ended from sitting"
        " where session = ? and mode = 'closed' order by number",
        (session_id,),
    )
    return Spans(tuple((row["opened"], row["ended"]) for row in rows))


def put_sitting(tx: Transaction, session_id: str, sitting: Sitting) -> None:
    """Enter a sitting or its new state. Who may attend depends on it."""
    tx.execute(
        "insert into sitting values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " on conflict (session, number) do update set mode = excluded.mode, state = excluded.state,"
        " epoch = excluded.epoch, since = excluded.since, resumes_at = excluded.resumes_at,"
        " companions = excluded.companions, verified = excluded.verified, closes_at = excluded.closes_at",
        (
            session_id,
            sitting.number,
            sitting.mode,
            sitting.state,
            sitting.epoch,
            sitting.since,
            sitting.resumes_at,
            sitting.companions,
            sitting.verified,
            sitting.opened,
            sitting.closes_at,
        ),
    )
    tx.change_authority()


def agenda(db: Database, session_id: str) -> Items:
    """The agenda in order."""
    rows = db.all("select * from agenda_item where session = ? order by position", (session_id,))
    return tuple(
        Item(
            row["id"],
            row["title_es"],
            row["title_en"],
            ItemState(row["state"]),
            row["mode"],
            row["slot"],
            row["minutes"],
            bool(row["begun"]),
        )
        for row in rows
    )


def put_agenda(tx: Transaction, session_id: str, items: Items) -> None:
    """Enter the agenda as it now is. An item that is not in it stays: see `remove_item`.

    Whose slot it is, and which grants count, depends on the item under way: who may do what changes with
    another one where either is somebody's slot, or a grant is for one item alone.
    """
    before = _under_way(tx, session_id)
    for position, item in enumerate(items):
        tx.execute(
            "insert into agenda_item values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do update set"
            " position = excluded.position, title_es = excluded.title_es, title_en = excluded.title_en,"
            " state = excluded.state, mode = excluded.mode, slot = excluded.slot,"
            " minutes = excluded.minutes, begun = excluded.begun",
            (
                item.id,
                session_id,
                position,
                item.title_es,
                item.title_en,
                item.state,
                item.mode,
                item.slot,
                item.minutes,
                item.begun,
            ),
        )
    after = _under_way(tx, session_id)
    if before != after and (before.slot or after.slot or _has_grant_of_an_item(tx, session_id)):
        tx.change_authority()


def remove_item(tx: Transaction, session_id: str, item: str) -> None:
    """Take an item out. Raises `Conflict` where something else is for it, such as an authorisation."""
    try:
        tx.execute("delete from agenda_item where session = ? and id = ?", (session_id, item))
    except sqlite3.IntegrityError:
        raise Conflict("agenda.has_papers") from None


class _UnderWay(NamedTuple):
    """What authority depends on of an agenda."""

    item: str | None
    slot: str | None


def _under_way(tx: Transaction, session_id: str) -> _UnderWay:
    query = "select id, slot from agenda_item where session = ? and state = ?"
    row = tx.execute(query, (session_id, ItemState.CURRENT)).fetchone()
    return _UnderWay(*row) if row is not None else _UnderWay(None, None)


def _has_grant_of_an_item(tx: Transaction, session_id: str) -> bool:
    query = (
        "select 1 from permission where session = ? and item is not null and withdrawn_at is null"
    )
    return tx.execute(query, (session_id,)).fetchone() is not None


def present(db: Database, session_id: str) -> frozenset[str]:
    """The delegations marked present, by code."""
    rows = db.all("select delegation from attendance where session = ? and present", (session_id,))
    return frozenset(row["delegation"] for row in rows)


def attendance(db: Database, session_id: str) -> dict[str, Mark]:
    """How each delegation that was ever marked stands to the room, by code."""
    rows = db.all("select * from attendance where session = ?", (session_id,))
    return {
        row["delegation"]: Mark(
            row["delegation"], bool(row["present"]), row["at"], row["how"], row["person"], row["by"]
        )
        for row in rows
    }


def mark_attendance(tx: Transaction, session_id: str, mark: Mark) -> None:
    """Record that a delegation is, or is not, in the room, as of now."""
    tx.execute(
        "insert into attendance (session, delegation, present, at, how, person, by)"
        " values (?, ?, ?, ?, ?, ?, ?) on conflict (session, delegation) do update set"
        " present = excluded.present, at = excluded.at, how = excluded.how,"
        " person = excluded.person, by = excluded.by",
        (
            session_id,
            mark.delegation,
            mark.present,
            stamp(tx.now),
            mark.how,
            mark.person,
            mark.by,
        ),
    )


def set_quorum(tx: Transaction, session_id: str, members: int | None) -> None:
    """Fix how many members a session needs, or leave it to the forum."""
    tx.execute("update session set quorum = ? where id = ?", (members, session_id))


def settings(db: Database, session_id: str) -> dict[str, Value]:
    """What a session has chosen otherwise than its forum, by the forum's key."""
    rows = db.all("select key, value from session_setting where session = ?", (session_id,))
    return {row["key"]: row["value"] for row in rows}


def put_settings(tx: Transaction, session_id: str, chosen: Mapping[str, Value]) -> None:
    """Enter all a session has chosen."""
    tx.execute("delete from session_setting where session = ?", (session_id,))
    for key, value in chosen.items():
        tx.execute("insert into session_setting values (?, ?, ?)", (session_id, key, value))


def roster(db: Database, session_id: str) -> dict[str, Entry]:
    """The roster of the session's closed part, by person."""
    rows = db.all("select * from roster where session = ? order by at, person", (session_id,))
    return {row["person"]: Entry(row["person"], Place(row["place"]), row["reason"]) for row in rows}


def put_roster(tx: Transaction, session_id: str, entries: Mapping[str, Entry], *, by: str) -> None:
    """Enter the roster as it now is; the record keeps who was on it before."""
    tx.execute(
        "delete from roster where session = ? and person not in (select value from json_each(?))",
        (session_id, json.dumps(list(entries))),
    )
    for each in entries.values():
        tx.execute(
            "insert into roster values (?, ?, ?, ?, ?, ?) on conflict (session, person) do update set"
            " place = excluded.place, reason = excluded.reason, by = excluded.by, at = excluded.at"
            " where place != excluded.place or reason != excluded.reason",
            (session_id, each.person, each.place, each.reason, by, stamp(tx.now)),
        )
    tx.change_authority()
