"""What the command line can have done: each call takes plain values and returns plain values.

The same calls run in the command's own process when no desk is serving, and in the desk when one is.
All of them act as the Technical Secretariat, under the same access table as everybody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from session_app.domain.access import Action
from session_app.domain.agenda import Session
from session_app.domain.documents import LAYOUTS, VERSIONS
from session_app.domain.drafting import Language
from session_app.domain.errors import Invalid
from session_app.domain.record import is_hash
from session_app.store import people, record, sessions

from .agenda import items_of
from .authority import CONSOLE
from .demo import set_up_demo
from .desk import Desk, clock, enter
from .importing import import_draft, read_source
from .issuing import DOWNLOAD, assemble_now
from .people import accredit
from .setup import create_session, load_template
from .signing import issue_badge


def call_session(desk: Desk, *, folder: str, **facts: str) -> dict[str, Any]:
    """Create a session from the template of its body."""
    try:
        starts, ends = date.fromisoformat(facts["starts"]), date.fromisoformat(facts["ends"])
    except ValueError:
        raise Invalid("session.bad_date") from None
    body = desk.forum.bodies.get(facts["body"])
    if body is None:
        raise Invalid(
            "session.unknown_body", body=facts["body"][:40], known=", ".join(desk.forum.bodies)
        )
    session = Session(
        id=facts["id"],
        body=facts["body"],
        ppt=facts["ppt"],
        city={"es": facts["city"], "en": facts.get("city_en") or facts["city"]},
        country=facts.get("country") or facts["ppt"],
        starts=starts,
        ends=ends,
        zone=facts["zone"],
    )
    items = items_of(load_template(Path(folder), body.kind))
    create_session(desk, session, items, clock())
    return {"session": session.id, "items": len(items)}


def call_accredit(desk: Desk, *, session: str, content: bytes) -> dict[str, Any]:
    """Enter a list of accreditations."""
    added, updated = accredit(desk, session, content, person=CONSOLE, now=clock())
    return {"added": added, "updated": updated}


def call_badges(desk: Desk, *, session: str, anew: bool) -> list[dict[str, str | None]]:
    """A new badge for everybody accredited; `anew` ends the earlier ones."""
    desk.authority.require(session, CONSOLE, Action.ACCREDIT, clock())
    badges = []
    for each in people.accredited(desk.store, session):
        issued = issue_badge(
            desk,
            session,
            each.person,
            person=CONSOLE,
            now=clock(),
            anew=anew,
        )
        badges.append(
            {
                "name": each.name,
                "delegation": each.delegation,
                "capacity": str(each.capacity),
                "code": issued.link,
                "typed": issued.typed,
                "pin": issued.pin,
            }
        )
    return badges


def call_import(
    desk: Desk, *, session: str, name: str, content: bytes, language: Language
) -> dict[str, Any]:
    """Bring a text into the session's draft; answers what was found and what was unsure."""
    imported = read_source(name, content, language)
    import_draft(desk, session, imported, person=CONSOLE, now=clock())
    return {
        "sections": [
            {"title": section.title, "kinds": [str(each.kind) for each in section.paragraphs]}
            for section in imported.sections
        ],
        "doubts": [
            {"line": doubt.line, "code": doubt.code, "params": dict(doubt.params)}
            for doubt in imported.doubts
        ],
    }


def call_assemble(desk: Desk, *, session: str, layout: str, version: str) -> bytes:
    """The session's document as a Word file."""
    desk.authority.require(session, CONSOLE, Action.READ_DRAFT, clock())
    if layout not in LAYOUTS or version not in VERSIONS:
        raise Invalid("assemble.unknown", layout=layout, version=version)
    content = assemble_now(desk, session, layout, version)
    enter(
        desk,
        session=session,
        person=CONSOLE,
        name=DOWNLOAD,
        subject=layout,
        now=clock(),
        facts={"version": version, "sha256": hashlib.sha256(content).hexdigest()},
    )
    return content


def call_demo(desk: Desk, *, folder: str) -> dict[str, Any]:
    """Set up the demonstration session and issue its sign-in codes."""
    session, roles = set_up_demo(desk, Path(folder), clock())
    return {
        "session": session,
        "roles": [
            {
                "role": each.role,
                "name": each.name,
                "delegation": each.delegation,
                "code": each.code,
            }
            for each in roles
        ],
    }


def call_verify(desk: Desk, *, head: str | None = None) -> dict[str, Any]:
    """Whether the store and its record are sound, and where the record stands.

    `head` is one that was printed earlier: it must still be in the chain. Raises `Invalid` for what
    cannot be one.
    """
    wanted = "".join(head.split()).lower() if head is not None else None
    if wanted is not None and not is_hash(wanted):
        raise Invalid("record.bad_head")
    problems = desk.store.check()
    stands = record.head(desk.store)
    flaw = record.verify(desk.store, wanted)
    return {
        "problems": problems,
        "flaw": None if flaw is None else {"code": flaw.code, "params": dict(flaw.params)},
        "entries": stands.entries if stands else 0,
        "head": stands.hash if stands else "",
    }


def call_sessions(desk: Desk) -> list[str]:
    """The sessions of the store."""
    return sessions.session_ids(desk.store)


CALLS: Mapping[str, Callable[..., Any]] = {
    "session": call_session,
    "accredit": call_accredit,
    "badges": call_badges,
    "import": call_import,
    "assemble": call_assemble,
    "demo": call_demo,
    "verify": call_verify,
    "sessions": call_sessions,
}
