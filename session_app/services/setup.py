"""Setting up a session: its facts, its agenda, its empty draft; and changing the facts afterwards."""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from session_app.domain import agenda
from session_app.domain.access import Action, Actor
from session_app.domain.agenda import Item, Session
from session_app.domain.contract import AmendSession, SessionAmended
from session_app.domain.errors import ActError, Conflict, Invalid, NotFound
from session_app.domain.forum import Forum, SessionTemplate, read_forum, read_template
from session_app.domain.text import is_clean
from session_app.store import drafts, people, sessions
from session_app.store import gavel as gavels
from session_app.store.database import Transaction

from .agenda import agendas_to_copy, copied_items, items_of
from .authority import CONSOLE_ACTOR
from .desk import Act, Desk, Result, pass_gavel

SESSION_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
MAX_CITY = 80
"""Characters of a city's name: it stands in the title block and on every bar."""


def load_forum(folder: Path) -> Forum:
    """Read `forum.toml`. Raises `Invalid` naming file, key and remedy."""
    return read_forum(read_toml(folder / "forum.toml"), file=str(folder / "forum.toml"))


def load_template(folder: Path, kind: str) -> SessionTemplate:
    """Read the session template of a kind of body."""
    path = folder / f"{kind}.toml"
    return read_template(read_toml(path), file=str(path))


def check_session(forum: Forum, session: Session) -> None:
    """Raise `Invalid` for a session this forum cannot hold."""
    if not _is_id(session.id):
        raise Invalid("session.bad_id", session=session.id[:80])
    if session.body not in forum.bodies:
        raise Invalid("session.unknown_body", body=session.body[:40], known=", ".join(forum.bodies))
    members = [member.code for member in forum.members]
    for code in (session.ppt, session.country):
        if code not in members:
            raise Invalid("session.not_a_member", code=code[:40], known=", ".join(members))
    for city in session.city.values():
        if not _is_city(city):
            raise Invalid("session.bad_city")
    if session.ends < session.starts:
        raise Invalid("session.ends_before_start")
    if not _is_zone(session.zone):
        raise Invalid("session.unknown_zone", zone=session.zone[:60])


def _is_id(name: str) -> bool:
    return len(name) <= 60 and SESSION_ID.match(name) is not None


def _is_city(name: str) -> bool:
    return bool(name.strip()) and len(name) <= MAX_CITY and is_clean(name)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of zones is not a zone
        return False
    return True


def create_session(
    desk: Desk,
    session: Session,
    items: Sequence[Item],
    now: datetime,
    *,
    founder: Actor | None = None,
) -> str:
    """Enter a session with its agenda and an empty draft of its outcome document; who sets it up is
    accredited in it at once, as they are where they do it.

    Returns the draft. Raises `Invalid`, or `Conflict` where the id is taken; then nothing is entered.
    """
    with desk.drafts.lock, desk.store.transaction(now) as tx:
        return enter_session(desk, tx, session, items, founder=founder)


def enter_session(
    desk: Desk, tx: Transaction, session: Session, items: Sequence[Item], *, founder: Actor | None
) -> str:
    """What `create_session` does, in a transaction that goes on with it."""
    check_session(desk.forum, session)
    sessions.add_session(tx, session)
    sessions.put_agenda(tx, session.id, tuple(items))
    draft = drafts.add_draft(tx, session.id, origin="es", working_translation=True)
    for position, section in enumerate(desk.forum.bodies[session.body].sections):
        drafts.add_section(
            tx, draft, position=position, key=section.key, titles=dict(section.title)
        )
    tx.announce(session.id, agenda.changed(tuple(items)))
    if founder is not None:
        people.admit(tx, session.id, founder)
    tx.record_by(founder or CONSOLE_ACTOR, "session.create", session.id, session=session.id)
    tx.change_authority()
    return draft


@dataclass(frozen=True)
class Plan:
    """A session as it is written down in a form: what is typed, and nothing checked yet."""

    id: str = ""  # empty: as body, city and year make it
    body: str = ""
    starts: str = ""
    ends: str = ""
    city_es: str = ""
    city_en: str = ""
    country: str = ""
    ppt: str = ""
    zone: str = ""
    agenda: str = ""  # a session it is copied from; empty: the template of the body's kind


def propose_id(plan: Plan) -> str:
    """The name of a session in addresses: "grcm-san-salvador-2017"."""
    plain = unicodedata.normalize("NFKD", f"{plan.body} {plan.city_es} {plan.starts[:4]}")
    words = re.findall("[a-z0-9]+", plain.encode("ascii", "ignore").decode().lower())
    return "-".join(words)[:60].rstrip("-")


def find_mistakes(desk: Desk, plan: Plan, person: str | None, now: datetime) -> dict[str, ActError]:
    """What is wrong with a plan, by the field it stands in; each with its own sentence."""
    forum, found = desk.forum, dict[str, ActError]()
    name = plan.id or propose_id(plan)
    if not _is_id(name):
        found["id"] = Invalid("session.bad_id", session=name[:80])
    elif name in sessions.session_ids(desk.store):
        found["id"] = Conflict("session.exists", session=name)
    if plan.body not in forum.bodies:
        found["body"] = Invalid("session.no_body")
    members = {member.code for member in forum.members}
    for field in ("country", "ppt"):
        if getattr(plan, field) not in members:
            found[field] = Invalid("session.no_member")
    for field in ("city_es", "city_en"):
        if not _is_city(getattr(plan, field)):
            found[field] = Invalid("session.bad_city")
    days: dict[str, date] = {}
    for field in ("starts", "ends"):
        try:
            days[field] = date.fromisoformat(getattr(plan, field))
        except ValueError:
            chosen = getattr(plan, field)
            found[field] = Invalid("session.bad_date" if chosen else "session.no_date")
    if len(days) == 2 and days["ends"] < days["starts"]:
        found["ends"] = Invalid("session.ends_before_start")
    if not _is_zone(plan.zone):
        found["zone"] = Invalid("session.unknown_zone", zone=plan.zone[:60])
    if plan.agenda and plan.agenda not in agendas_to_copy(desk, person, now):
        found["agenda"] = NotFound("session.unknown")
    return found


def found_session(
    desk: Desk, session: str, plan: Plan, folder: Path, *, person: str | None, now: datetime
) -> str:
    """Set up another session as it is planned; returns its id.

    Raises `Forbidden`, `Conflict("session.in_rehearsal")`, or the first of its mistakes.
    """
    founder = desk.authority.require(session, person, Action.SET_UP, now)
    refuse_in_rehearsal(desk, session)
    for mistake in find_mistakes(desk, plan, person, now).values():
        raise mistake
    planned = Session(
        id=plan.id or propose_id(plan),
        body=plan.body,
        ppt=plan.ppt,
        city={"es": plan.city_es.strip(), "en": plan.city_en.strip()},
        country=plan.country,
        starts=date.fromisoformat(plan.starts),
        ends=date.fromisoformat(plan.ends),
        zone=plan.zone,
    )
    if plan.agenda:
        items = copied_items(desk, plan.agenda, plan.ppt, person, now)
    else:
        items = items_of(load_template(folder, desk.forum.bodies[plan.body].kind))
    create_session(desk, planned, items, now, founder=founder)
    return planned.id


def refuse_in_rehearsal(desk: Desk, session: str) -> None:
    """Raise `Conflict` in a rehearsal: nothing is set up from what is erased."""
    if sessions.session(desk.store, session).rehearsal_of is not None:
        raise Conflict("session.in_rehearsal")


def digest_of(session: Session) -> str:
    """A short mark of the facts of a session that can be changed."""
    said = (
        session.city["es"], session.city["en"], session.country, session.starts.isoformat(),
        session.ends.isoformat(), session.ppt, session.zone,
    )  # fmt: skip
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def what_is_fixed(desk: Desk, session: str) -> frozenset[str]:
    """The facts something depends on already: who presides and by which clock once a sitting has been
    opened, place and days once the text is adopted, whose title they stand in."""
    fixed = set[str]()
    if sessions.sitting(desk.store, session) is not None:
        fixed.update(("ppt", "zone"))
    draft = drafts.draft_of(desk.store, session)
    if draft is not None and draft.adopted is not None:
        fixed.update(("city_es", "city_en", "country", "starts", "ends"))
    return frozenset(fixed)


def amend_session(act: Act, command: AmendSession) -> Result:
    """Change the facts of the session, as long as nothing depends on them."""
    held = act.session
    if act.desk.authority.is_shut_out(held.id, act.actor.person, act.now):
        # What can be changed would tell what is adopted behind the door.
        raise Conflict("session.door_closed")
    if command.seen != digest_of(held):
        raise Conflict("session.changed_meanwhile")
    try:
        starts, ends = date.fromisoformat(command.starts), date.fromisoformat(command.ends)
    except ValueError:
        raise Invalid("session.bad_date") from None
    amended = replace(
        held,
        city={"es": command.city_es.strip(), "en": command.city_en.strip()},
        country=command.country,
        starts=starts,
        ends=ends,
        ppt=command.ppt,
        zone=command.zone.strip(),
    )
    check_session(act.desk.forum, amended)
    fixed = what_is_fixed(act.desk, held.id)
    if amended.ppt != held.ppt and "ppt" in fixed:
        raise Conflict("session.presidency_fixed")
    if amended.zone != held.zone and "zone" in fixed:
        raise Conflict("session.zone_fixed")
    if replace(amended, ppt=held.ppt, zone=held.zone) != held and "starts" in fixed:
        raise Conflict("session.place_fixed")
    sessions.amend_session(act.tx, amended)
    if amended.ppt != held.ppt and gavels.delegation(act.desk.store, held.id) is not None:
        # It was the other Presidency that let the Secretariat conduct.
        gavels.delegate(act.tx, held.id, by=None)
        pass_gavel(act, None)
    act.tx.announce(held.id, SessionAmended())
    return {}


def read_toml(path: Path) -> dict[str, Any]:
    try:
        # Notepad puts a byte order mark in front.
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise Invalid("file.missing", file=str(path)) from None
    except OSError as failure:
        raise Invalid("file.unreadable", file=str(path), why=str(failure)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise Invalid("file.not_toml", file=str(path), why=str(broken)) from None
