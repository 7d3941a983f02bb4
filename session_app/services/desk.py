"""The desk of one conference: its store, its rules and its live drafts, held together.

`perform` is the one way a command is done, whoever brings it: a socket, a form, the command line.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

from session_app.domain import gavel
from session_app.domain.access import Action, Actor, Category
from session_app.domain.agenda import Session
from session_app.domain.contract import Command, GavelChanged, StartClosedDraft, TakeGavel
from session_app.domain.errors import ActError, Conflict
from session_app.domain.forum import Forum
from session_app.domain.numbering import label_style
from session_app.domain.record import as_subject, facts_of, subject_of
from session_app.store import gavel as gavels
from session_app.store import record, sessions
from session_app.store.database import Database, Transaction

from .authority import Authority
from .live import LiveDrafts

log = logging.getLogger(__name__)

Result = dict[str, object]


@dataclass(frozen=True, slots=True)
class Reach:
    """How somebody is reached in a session now."""

    devices: tuple[str, ...] = ()
    """What each device with a page of the session open says it is, by sign-in; none: nobody is there."""
    cuts: int = 0  # lines lost and made anew in the last ten minutes
    delay: float | None = None  # seconds to the desk and back, as the page last measured it


KNOCKS_APART = timedelta(minutes=10)
"""Between two entries of the record of the same person at the same door, no command's."""
OF_THE_PEOPLE = frozenset(
    {
        "people.accredit",
        "people.add",
        "people.change",
        "people.withdraw",
        "people.badge",
        "people.badge_anew",
        "screen.enrol",
        "screen.rename",
        "screen.withdraw",
    }
)
"""Acts on people, their badges and screens: of a rehearsal they are those of its session, and what is done
to them counts there, with an entry in its record."""


T = TypeVar("T")


class Apart(Protocol):
    """Does a piece of work and returns what it does; the caller waits, others need not."""

    def __call__(self, work: Callable[[], T], /) -> T: ...


def run_here(work: Callable[[], T], /) -> T:
    """Do it on the spot."""
    return work()


def begin_apart(work: Callable[[], None], /) -> None:
    """Begin it in a thread (a greenlet under gevent) of its own."""
    threading.Thread(target=work, name="work", daemon=True).start()


@dataclass
class Desk:
    """Everything an act needs."""

    store: Database
    forum: Forum
    authority: Authority
    drafts: LiveDrafts
    docx_templates: Path
    connected: Callable[[str], Mapping[str, int]] = lambda session: {}
    """Set by `realtime`: who has pages of a session open now, and how many each."""
    last_seen: Callable[[str], Mapping[str, datetime]] = lambda session: {}
    """Set by `realtime`: when each who has left a session's pages since this desk began last did."""
    reach: Callable[[str], Mapping[str, Reach]] = lambda session: {}
    """Set by `realtime`: how the people of a session are reached, by person."""
    apart: Apart = run_here
    """Set by `app`: does work of the processor alone without holding up anybody's greenlet."""
    begin: Callable[[Callable[[], None]], None] = begin_apart
    """Begins work that goes on after the act which began it, and has commits of its own."""
    assemblies: dict[str, Any] = field(default_factory=dict)
    """The files being prepared, and how the last preparation went: by draft (`services.assembly`)."""
    knocks: dict[tuple[str, str, str], datetime] = field(default_factory=dict)
    """When somebody was last entered as refused at a door: by session, person and door."""


@dataclass
class Act:
    """One command being done by one person, inside its transaction."""

    desk: Desk
    tx: Transaction
    session: Session
    actor: Actor
    now: datetime
    closed: bool
    """Whether it is done behind the closed door: then the record of it is closed, too."""
    facts: dict[str, object] = field(default_factory=dict)
    """What the record keeps of it beside its subject: codes, counts, hashes and the reasons
    that were given, never the negotiated text."""

    afterwards: list[Callable[[], object]] = field(default_factory=list)
    """What is to be begun once the act has been committed."""

    def record(self, name: str, subject: str, /, **facts: object) -> None:
        """Enter something in the record that is done by this act."""
        self.tx.record_by(
            self.actor, name, subject, session=self.session.id, detail=facts, closed=self.closed
        )


Handler = Callable[[Act, Any], Result]
"""Does one kind of command; typed by the command it takes."""


def open_desk(store: Database, forum: Forum, docx_templates: Path) -> Desk:
    """Open the desk on a store."""
    authority = Authority(store, forum)
    style = label_style(str(forum.settings["documents.label_style"].value))
    return Desk(store, forum, authority, LiveDrafts(store, authority, style), docx_templates)


@contextmanager
def acting(
    desk: Desk,
    *,
    session: str,
    person: str | None,
    needs: Action,
    name: str,
    subject: str,
    now: datetime,
    facts: Mapping[str, object] | None = None,
    draft: str | None = None,
) -> Iterator[Act]:
    """One act in one transaction: the action it needs is checked, and what was done is recorded.

    `draft` is the text it is about, where it is about one.

    Raises `Forbidden`, `NotFound`, `Invalid` or `Conflict`; then nothing has changed but the record,
    which holds the refusal.
    """
    work: Transaction | None = None
    try:
        with desk.drafts.lock:
            with desk.store.transaction(now) as tx:
                work = tx
                actor = desk.authority.require(session, person, needs, now, draft=draft)
                subject, kept = as_subject(subject), dict(facts or {})
                behind = _is_inside(desk, session, person, now)
                of_closed_part = _is_of_closed_part(desk, session, name, subject, kept)
                held = sessions.session(desk.store, session)
                if name in OF_THE_PEOPLE:
                    keep_people(held)
                act = Act(desk, tx, held, actor, now, behind or of_closed_part, kept)
                yield act
                # What closes the door or opens it is known on both sides of it.
                behind = behind and _is_closed(desk, session)
                # An item may have become closed by this, or open.
                becomes_closed = _is_of_closed_part(desk, session, name, subject, kept)
                act.closed = behind or of_closed_part or becomes_closed
                act.record(name, subject, **act.facts)
            desk.drafts.settle()
            for begin in act.afterwards:
                begin()
        log.info("%s by %s on %s: done", name, actor.person, subject or session)
    except BaseException as failure:
        desk.drafts.discard()
        if work is not None and work.authority_changed:
            desk.authority.forget()  # what it has read meanwhile was not committed
        if isinstance(failure, ActError):
            enter(
                desk,
                session=session,
                person=person,
                name=name,
                subject=subject,
                now=now,
                facts=facts,
                refusal=failure,
            )
        raise


def perform(
    desk: Desk,
    handlers: Mapping[type[Command], Handler],
    *,
    session: str,
    person: str | None,
    command: Command,
    now: datetime,
) -> Result:
    """Do a command as `acting` does any act, and return what its handler answers."""
    with acting(
        desk,
        session=session,
        person=person,
        needs=command.needs,
        name=command.name,
        subject=subject_of(command),
        facts=facts_of(command),
        now=now,
        draft=getattr(command, "draft", None),
    ) as act:
        if command.conducts:
            take_gavel(act)
        return handlers[type(command)](act, command)


def take_gavel(act: Act) -> None:
    """Let an act conduct the session: its person holds the gavel, or takes it, since nobody does.

    Raises `Conflict("gavel.held")` where somebody else presides. What the Secretariat does so is
    recorded as done for the Presidency.
    """
    session, actor = act.session.id, act.actor
    if actor.category is Category.ST:
        act.facts["behalf"] = "ppt"
    if gavel.conduct(act.desk.authority.holder(session, act.now), actor.person):
        pass_gavel(act, actor.person)
        act.record(TakeGavel.name, "")


def pass_gavel(act: Act, person: str | None) -> None:
    """Give the gavel to somebody, or lay it down, and say so."""
    gavels.put_gavel(act.tx, act.session.id, person)
    delegated = gavels.delegation(act.desk.store, act.session.id) is not None
    act.tx.announce(act.session.id, GavelChanged(person, delegated))


def keep_people(session: Session) -> None:
    """Raise `Conflict("people.in_rehearsal")` in a rehearsal: of what is done there nothing is recorded, and
    the people, their badges and their screens are the session's own."""
    if session.rehearsal_of is not None:
        raise Conflict("people.in_rehearsal")


def clock() -> datetime:
    """The time, for the edges; inside it is an argument."""
    return datetime.now(UTC)


def enter(
    desk: Desk,
    *,
    session: str,
    person: str | None,
    name: str,
    subject: str,
    now: datetime,
    facts: Mapping[str, object] | None = None,
    refusal: ActError | None = None,
) -> None:
    """Enter in the record what somebody has done outside `acting`, or has been refused.

    Nothing is entered for who is not signed in: anybody can knock, only people leave a trace.
    """
    outcome = refusal.code if refusal is not None else "done"
    subject, kept = as_subject(subject), dict(facts or {})
    if refusal is not None:
        log.info("%s by %s in %s: refused, %s", name, person, session, outcome)
    if person is None:
        return
    actor = desk.authority.actor(session, person)
    accredited = bool(actor.person)
    # A knock at a closed door would tell those who stand outside with the knocker; see docs/record.md.
    behind = _is_closed(desk, session) if refusal else _is_inside(desk, session, person, now)
    try:
        with desk.store.transaction(now) as tx:
            tx.record(
                session=session if sessions.is_held(desk.store, session) else "",
                person=person,
                capacity=actor.capacity if accredited else "",
                delegation=actor.delegation,
                act=name,
                subject=subject,
                outcome=outcome,
                detail=kept,
                closed=behind or _is_of_closed_part(desk, session, name, subject, kept),
            )
    except Conflict:
        if refusal is None:
            raise  # nothing is done that cannot be recorded
        # Still the same refusal: what is forbidden must not answer otherwise than what is not there.
        log.exception("a refusal could not be recorded")


def enter_knock(
    desk: Desk, *, session: str, person: str | None, door: str, now: datetime, refusal: ActError
) -> None:
    """Enter in the record that somebody was refused at a door which is no command's.

    Browsers try again by themselves, so of one person at one door once in a while is enough.
    """
    if person is None:
        return
    desk.knocks = {each: at for each, at in desk.knocks.items() if now - at < KNOCKS_APART}
    if (session, person, door) in desk.knocks:
        return
    desk.knocks[session, person, door] = now
    enter(
        desk,
        session=session,
        person=person,
        name="access.refuse",
        subject="",
        now=now,
        facts={"door": door},
        refusal=refusal,
    )


def _is_closed(desk: Desk, session: str) -> bool:
    """Whether the session sits behind a closed door at this moment of the transaction."""
    sitting = sessions.sitting(desk.store, session)
    return sitting is not None and sitting.is_under_way and sitting.mode == "closed"


def _is_of_closed_part(
    desk: Desk, session: str, name: str, subject: str, facts: Mapping[str, object]
) -> bool:
    """Whether an act is about the closed part, whoever does it and whatever the sitting."""
    if name == StartClosedDraft.name:
        return True
    if name.startswith("roster.") or (name.startswith("agenda.") and facts.get("mode") == "closed"):
        return True
    about = (subject, facts.get("item"), facts.get("draft"), facts.get("paper"))
    return record.is_of_closed_part(desk.store, session, *about)


def _is_inside(desk: Desk, session: str, person: str | None, now: datetime) -> bool:
    """Whether the session sits behind a closed door, and this person with it."""
    closed = _is_closed(desk, session)
    return closed and bool(desk.authority.may(session, person, Action.ATTEND, now))
