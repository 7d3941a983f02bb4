"""The demonstration: a session in full swing, and a sign-in link for each role of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

from session_app.domain import agenda
from session_app.domain.agenda import Item, ItemState, Session
from session_app.domain.attendance import Mark
from session_app.domain.drafting import LANGUAGES, Language, State
from session_app.domain.people import Capacity
from session_app.domain.reading import ImportedDraft
from session_app.store import drafts, people, sessions, signing
from session_app.store.database import new_id, stamp
from session_app.store.people import Accredited

from .authority import CONSOLE, CONSOLE_ACTOR
from .desk import Desk
from .importing import import_draft, read_source
from .people import accredit
from .setup import create_session, read_toml
from .structure import announce_structure

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
    facts = read_toml(folder / "session.toml")
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
            tx.record_by(
                CONSOLE_ACTOR, "attendance.mark", code, session=session, detail={"present": True}
            )
        sessions.put_sitting(tx, session, agenda.open_next(None, "open", stamp(now)))
        tx.record_by(CONSOLE_ACTOR, "sitting.open", "", session=session, detail={"mode": "open"})


def _issue_demo_codes(desk: Desk, session: str, now: datetime) -> list[DemoRole]:
    everybody = people.accredited(desk.store, session)
    roles = []
    with desk.store.transaction(now) as tx:
        for role, (delegation, capacity) in DEMO_ROLES.items():
            holder = _holder(everybody, delegation, capacity)
            if holder is None:
                continue  # the Secretariat has accredited them anew meanwhile
            code = signing.issue_badge(tx, holder.person, demonstration=True)
            tx.record_by(CONSOLE_ACTOR, "people.badge", holder.person, session=session)
            roles.append(DemoRole(role, holder.name, delegation, code))
    return roles


def _holder(everybody: list[Accredited], delegation: str, capacity: Capacity) -> Accredited | None:
    who = (delegation, capacity, "observers")
    return next(
        (each for each in everybody if (each.delegation, each.capacity, each.audience) == who), None
    )
