"""Setting up a session: its facts, its agenda, its empty draft; and the demonstration session."""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from session_app.domain import agenda
from session_app.domain.access import Action, Actor
from session_app.domain.agenda import Item, ItemState, Session
from session_app.domain.attendance import Mark
from session_app.domain.contract import AmendSession, CopyAgenda, SessionAmended
from session_app.domain.drafting import LANGUAGES, Language, State
from session_app.domain.errors import ActError, Conflict, Invalid, NotFound
from session_app.domain.forum import Forum, SessionTemplate, read_forum, read_template
from session_app.domain.people import Capacity
from session_app.domain.reading import ImportedDraft
from session_app.domain.text import is_clean
from session_app.store import drafts, people, sessions, signing
from session_app.store.database import Transaction, new_id, stamp
from session_app.store.people import Accredited

from .authority import CONSOLE
from .desk import Act, Desk, Result
from .importing import import_draft, read_source
from .people import accredit
from .structure import announce_structure

SESSION_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
MAX_CITY = 80
"""Characters of a city's name: it stands in the title block and on every bar."""


def load_forum(folder: Path) -> Forum:
    """Read `forum.toml`. Raises `Invalid` naming file, key and remedy."""
    return read_forum(_read_toml(folder / "forum.toml"), file=str(folder / "forum.toml"))


def load_template(folder: Path, kind: str) -> SessionTemplate:
    """Read the session template of a kind of body."""
    path = folder / f"{kind}.toml"
    return read_template(_read_toml(path), file=str(path))


def check_session(forum: Forum, session: Session) -> None:
    """Raise `Invalid` for a session this forum cannot hold."""
    if not SESSION_ID.match(session.id) or len(session.id) > 60:
        raise Invalid("session.bad_id", session=session.id[:80])
    if session.body not in forum.bodies:
        raise Invalid("session.unknown_body", body=session.body[:40], known=", ".join(forum.bodies))
    members = [member.code for member in forum.members]
    for code in (session.ppt, session.country):
        if code not in members:
            raise Invalid("session.not_a_member", code=code[:40], known=", ".join(members))
    for city in session.city.values():
        if not city.strip() or len(city) > MAX_CITY or not is_clean(city):
            raise Invalid("session.bad_city")
    if session.ends < session.starts:
        raise Invalid("session.ends_before_start")
    try:
        ZoneInfo(session.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of zones is not a zone
        raise Invalid("session.unknown_zone", zone=session.zone[:60]) from None


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
    check_session(desk.forum, session)
    with desk.drafts.lock, desk.store.transaction(now) as tx:
        sessions.add_session(tx, session)
        sessions.put_agenda(tx, session.id, tuple(items))
        draft = drafts.add_draft(tx, session.id, origin="es", working_translation=True)
        for position, section in enumerate(desk.forum.bodies[session.body].sections):
            drafts.add_section(
                tx, draft, position=position, key=section.key, titles=dict(section.title)
            )
        tx.announce(session.id, agenda.changed(tuple(items)))
        if founder is None:
            _record(tx, session.id, "session.create", session.id)
        else:
            people.admit(tx, session.id, founder)
            tx.record(
                session=session.id,
                person=founder.person,
                capacity=founder.capacity,
                delegation=founder.delegation,
                act="session.create",
                subject=session.id,
                detail={},
            )
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
    if not SESSION_ID.match(name) or len(name) > 60:
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
        city = getattr(plan, field)
        if not city.strip() or len(city) > MAX_CITY or not is_clean(city):
            found[field] = Invalid("session.bad_city")
    days: dict[str, date] = {}
    for field in ("starts", "ends"):
        try:
            days[field] = date.fromisoformat(getattr(plan, field))
        except ValueError:
            found[field] = Invalid("session.bad_date")
    if len(days) == 2 and days["ends"] < days["starts"]:
        found["ends"] = Invalid("session.ends_before_start")
    try:
        ZoneInfo(plan.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
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
        items = _copied(desk, plan.agenda, plan.ppt, person, now)
    else:
        items = items_of(load_template(folder, desk.forum.bodies[plan.body].kind))
    create_session(desk, planned, items, now, founder=founder)
    return planned.id


def refuse_in_rehearsal(desk: Desk, session: str) -> None:
    """Raise `Conflict` in a rehearsal: nothing is set up from what is erased."""
    if sessions.session(desk.store, session).rehearsal_of is not None:
        raise Conflict("session.in_rehearsal")


def agendas_to_copy(desk: Desk, person: str | None, now: datetime) -> list[str]:
    """The sessions, and no rehearsals, whose agenda somebody may read, newest first."""
    return [
        each
        for each in people.sessions_of(desk.store, person or "")
        if sessions.session(desk.store, each).rehearsal_of is None
        and desk.authority.may(each, person, Action.SEE_AGENDA, now)
    ]


def has_started(desk: Desk, session: str, person: str | None, now: datetime) -> bool:
    """Whether anything of the agenda has begun, as somebody is told; of an empty one nothing has."""
    shown = agenda.veil(
        sessions.agenda(desk.store, session), desk.authority.level_of_closed(session, person, now)
    )
    begun = any(
        isinstance(each, Item) and (each.begun or each.state is not ItemState.PENDING)
        for each in shown
    )
    return begun or (bool(shown) and sessions.sitting(desk.store, session) is not None)


def copy_agenda(act: Act, command: CopyAgenda) -> Result:
    """Append another session's agenda to this one's."""
    desk, here, person = act.desk, act.session.id, act.actor.person
    if command.source == here or command.source not in agendas_to_copy(desk, person, act.now):
        raise NotFound("session.unknown")
    if has_started(desk, here, person, act.now):
        raise Conflict("agenda.started")
    copied = _copied(desk, command.source, act.session.ppt, person, act.now)
    items = sessions.agenda(desk.store, here)
    for each in copied:
        items = agenda.add(items, each, after=None)
    sessions.put_agenda(act.tx, here, items)
    act.tx.announce(here, agenda.changed(items))
    return {}


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
    act.tx.announce(held.id, SessionAmended())
    return {}


def _copied(desk: Desk, source: str, ppt: str, person: str | None, now: datetime) -> list[Item]:
    """The agenda of another session, none of it begun; of its closed part as much as one is told."""
    level = desk.authority.level_of_closed(source, person, now)
    shown = agenda.veil(sessions.agenda(desk.store, source), level)
    return [
        Item(
            new_id(),
            each.title_es,
            each.title_en,
            mode=each.mode,
            slot=each.slot if each.slot != ppt else None,
            minutes=each.minutes,
        )
        for each in shown
        if isinstance(each, Item)
    ]


def items_of(template: SessionTemplate) -> list[Item]:
    """The agenda a new session of this kind starts from."""
    return [
        Item(new_id(), each.title["es"], each.title["en"], mode=each.mode, slot=each.slot)
        for each in template.items
    ]


# The demonstration --------------------------------------------------------------------------

DEMO_ROLES: Mapping[str, tuple[str, Capacity]] = {
    "chair": ("SLV", Capacity.CHAIR),
    "secretariat": ("ST", Capacity.STAFF),
    "drafting-can": ("CAN", Capacity.DRAFTING_REPRESENTATIVE),
    "drafting-mex": ("MEX", Capacity.DRAFTING_REPRESENTATIVE),
    "drafting-slv": ("SLV", Capacity.DRAFTING_REPRESENTATIVE),
    "delegate-hnd": ("HND", Capacity.DELEGATE),
    "observer-organisation": ("ACNUR", Capacity.OBSERVER),
    "observer-country": ("COL", Capacity.OBSERVER),
    "rrocm": ("RROCM", Capacity.RROCM),
    "interpreter": ("ST", Capacity.INTERPRETER),
    "projector": ("ST", Capacity.SCREEN),
}
"""The roles a demonstration hands out sign-in links for, and whom each one is."""


@dataclass(frozen=True)
class DemoRole:
    """One sign-in link of the demonstration."""

    role: str
    name: str
    delegation: str
    code: str


def set_up_demo(desk: Desk, folder: Path, now: datetime) -> tuple[str, list[DemoRole]]:
    """Enter the demonstration session of `folder`, unless it is there, and issue its sign-in codes.

    A set-up that was interrupted is taken up where it stopped. Returns the session and one code per
    role that somebody still holds. Codes issued before stay good.
    """
    facts = _read_toml(folder / "session.toml")
    about = facts["session"]
    session = Session(
        id=about["id"],
        body=about["body"],
        ppt=about["ppt"],
        city=about["city"],
        country=about["country"],
        starts=cast(date, about["starts"]),
        ends=cast(date, about["ends"]),
        zone=about["zone"],
    )
    if session.id not in sessions.session_ids(desk.store):
        items = [
            Item(
                new_id(),
                each["title"]["es"],
                each["title"]["en"],
                ItemState(each["state"]),
                begun=each["state"] != ItemState.PENDING,
            )
            for each in facts["agenda"]
        ]
        create_session(desk, session, items, now)
    if sessions.sitting(desk.store, session.id) is None:  # opening it is the last step
        people_file = folder / facts["people"]["file"]
        accredit(desk, session.id, people_file.read_bytes(), person=CONSOLE, now=now)
        _import_demo_draft(desk, session.id, folder, facts, now)
        _seat_delegations(desk, session.id, about["present"], now)
    return session.id, _issue_demo_codes(desk, session.id, now)


def _import_demo_draft(
    desk: Desk, session: str, folder: Path, facts: dict[str, Any], now: datetime
) -> None:
    texts: dict[Language, ImportedDraft] = {}
    for language in (facts["draft"]["origin"], *LANGUAGES):
        if language not in texts:
            name = facts["draft"][language]
            texts[language] = read_source(name, (folder / name).read_bytes(), language)
    for imported in texts.values():
        if not _is_written(desk, session, imported.language):
            import_draft(desk, session, imported, person=CONSOLE, now=now)
    held = drafts.draft_of(desk.store, session)
    assert held is not None, "the session was created with one"
    draft = held.id
    rows = drafts.rows(desk.store, draft)
    if any(row.state is not State.PROPOSED for row in rows):
        return
    origin = texts[facts["draft"]["origin"]]
    # The rows were made from the text in its order, so its names for paragraphs are theirs.
    names = [
        (section.key, address) for section in origin.sections for address in section.addresses()
    ]
    at = {name: place for place, name in enumerate(names)}
    after = list(rows)
    for group in facts["states"]:
        for address in group["paragraphs"]:
            place = at[group["section"], address]
            after[place] = replace(after[place], state=State(group["state"]))
    with desk.drafts.lock:
        with desk.store.transaction(now) as tx:
            drafts.put_rows(tx, draft, rows, after)
            for each in facts["brackets"]:
                row = rows[at[each["section"], each["paragraph"]]]
                texts_now = desk.drafts.texts(row.id)
                bracketed = {
                    language: texts_now[language].replace(each[language], f"[{each[language]}]", 1)
                    for language in LANGUAGES
                }
                desk.drafts.write(tx, draft, row.id, bracketed, person=CONSOLE)
            announce_structure(tx, desk.store, draft, desk.drafts.style)
        desk.drafts.settle()


def _is_written(desk: Desk, session: str, language: Language) -> bool:
    draft = drafts.draft_of(desk.store, session)
    rows = drafts.rows(desk.store, draft.id) if draft is not None else ()
    return any(desk.drafts.texts(row.id)[language] for row in rows)


def _seat_delegations(desk: Desk, session: str, present: list[str], now: datetime) -> None:
    with desk.store.transaction(now) as tx:
        for code in present:
            sessions.mark_attendance(tx, session, Mark(code, True, "", "chair", by=CONSOLE))
            _record(tx, session, "attendance.mark", code, present=True)
        sessions.put_sitting(tx, session, agenda.open_next(None, "open", stamp(now)))
        _record(tx, session, "sitting.open", "", mode="open")


def _issue_demo_codes(desk: Desk, session: str, now: datetime) -> list[DemoRole]:
    everybody = people.accredited(desk.store, session)
    roles = []
    with desk.store.transaction(now) as tx:
        for role, (delegation, capacity) in DEMO_ROLES.items():
            holder = _holder(everybody, delegation, capacity)
            if holder is None:
                continue  # the Secretariat has accredited them anew meanwhile
            code = signing.issue_badge(tx, holder.person, demonstration=True)
            _record(tx, session, "people.badge", holder.person)
            roles.append(DemoRole(role, holder.name, delegation, code))
    return roles


def _record(tx: Transaction, session: str, act: str, subject: str, **detail: object) -> None:
    """Enter an act of the machine's own in the record: of the console, which is the Secretariat's."""
    tx.record(
        session=session,
        person=CONSOLE,
        capacity=Capacity.STAFF,
        delegation="ST",
        act=act,
        subject=subject,
        detail=detail,
    )


def _holder(everybody: list[Accredited], delegation: str, capacity: Capacity) -> Accredited | None:
    who = (delegation, capacity, "observers")
    return next(
        (each for each in everybody if (each.delegation, each.capacity, each.audience) == who), None
    )


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        # Notepad puts a byte order mark in front.
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise Invalid("file.missing", file=str(path)) from None
    except OSError as failure:
        raise Invalid("file.unreadable", file=str(path), why=str(failure)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise Invalid("file.not_toml", file=str(path), why=str(broken)) from None
