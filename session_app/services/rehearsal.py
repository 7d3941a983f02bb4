"""Rehearsing a session: the same people, a practice agenda and text, and nothing kept of it.

A rehearsal is a session of its own beside the real one. People try the floor, the editor and the door
there with the badges they have; the record holds nothing of it, neither that it was held, and when it
ends everything of it is erased.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from session_app.domain import agenda
from session_app.domain.access import Action
from session_app.domain.agenda import Item
from session_app.domain.contract import RehearsalChanged
from session_app.domain.drafting import LANGUAGES, Kind, Language, Row
from session_app.domain.errors import Conflict, Invalid
from session_app.domain.forum import SessionTemplate, read_template
from session_app.store import drafts, rehearsals, sessions
from session_app.store import gavel as gavels
from session_app.store.database import new_id, stamp

from .agenda import items_of
from .desk import Desk
from .setup import enter_session
from .structure import announce_structure

FILE = "rehearsal.toml"


@dataclass(frozen=True)
class Practice:
    """What a rehearsal is held with."""

    agenda: SessionTemplate
    paragraphs: tuple[dict[Language, str], ...]


def load_practice(folder: Path, kind: str) -> Practice:
    """Read the forum's practice agenda and text. Raises `Invalid` naming the file and what is wrong."""
    path = folder / FILE
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError:
        raise Invalid("file.missing", file=str(path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise Invalid("file.not_toml", file=str(path), why=str(broken)) from None
    paragraphs = tuple(
        {language: str(each.get(language, "")) for language in LANGUAGES}
        for each in data.pop("paragraphs", [])
    )
    return Practice(read_template({"kind": kind, **data}, file=str(path)), paragraphs)


def begin_rehearsal(
    desk: Desk, session: str, folder: Path, *, person: str | None, now: datetime
) -> str:
    """Begin a rehearsal with everybody who is accredited now; returns its session.

    Raises `Conflict("rehearsal.going_on")` where there is one already, and
    `Conflict("rehearsal.of_rehearsal")` in a rehearsal.
    """
    desk.authority.require(session, person, Action.ACCREDIT, now)
    held = sessions.session(desk.store, session)
    if held.rehearsal_of is not None:
        raise Conflict("rehearsal.of_rehearsal")
    if rehearsals.rehearsal_of(desk.store, session) is not None:
        raise Conflict("rehearsal.going_on")
    practice = load_practice(folder, desk.forum.bodies[held.body].kind)
    items: list[Item] = items_of(practice.agenda)
    rehearsal = replace(
        held, id=f"rehearsal-{new_id()[:8]}", agenda_issued=False, rehearsal_of=session
    )
    with desk.drafts.lock:
        try:
            with desk.store.transaction(now) as tx:
                draft = enter_session(desk, tx, rehearsal, items, founder=None)
                section = drafts.sections(desk.store, draft)[0].id
                rows = tuple(Row(new_id(), section, Kind.ITEM) for _ in practice.paragraphs)
                drafts.put_rows(tx, draft, (), rows)
                for row, texts in zip(rows, practice.paragraphs, strict=True):
                    desk.drafts.write(tx, draft, row.id, texts, person=person or "")
                announce_structure(tx, desk.store, draft, desk.drafts.style)
                rehearsals.copy_accreditations(tx, session, rehearsal.id)
                sessions.put_settings(tx, rehearsal.id, sessions.settings(desk.store, session))
                sessions.put_agenda(tx, rehearsal.id, agenda.advance(tuple(items), None))
                sessions.put_sitting(tx, rehearsal.id, agenda.open_next(None, "open", stamp(now)))
                # The Secretariat shows how it is done: there it conducts without the Presidency.
                gavels.delegate(tx, rehearsal.id, by=person or "")
                tx.announce(session, RehearsalChanged(rehearsal.id))
        except BaseException:
            desk.drafts.discard()
            raise
        desk.drafts.settle()
    return rehearsal.id


def end_rehearsal(desk: Desk, session: str, *, person: str | None, now: datetime) -> None:
    """End the rehearsal of a session and erase everything of it. Who is in it is shown out.

    Raises `Conflict("rehearsal.none")` where there is none.
    """
    desk.authority.require(session, person, Action.ACCREDIT, now)
    rehearsal = rehearsals.rehearsal_of(desk.store, session)
    if rehearsal is None:
        raise Conflict("rehearsal.none")
    with desk.drafts.lock:
        for job in [each for each in desk.assemblies.values() if each.session == rehearsal]:
            job.cancelled = True
            del desk.assemblies[job.draft]
        rehearsed = rehearsals.paragraphs(desk.store, rehearsal)
        with desk.store.transaction(now) as tx:
            rehearsals.erase(tx, rehearsal)
            tx.announce(session, RehearsalChanged(None))
        desk.drafts.forget(rehearsed)
