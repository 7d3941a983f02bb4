"""The desk of one conference: its store, its rules and its live drafts, held together.

`perform` is the one way a command is done, whoever brings it: a socket, a form, the command line.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from session_app.domain.access import Action, Actor
from session_app.domain.agenda import Session
from session_app.domain.contract import Command
from session_app.domain.errors import ActError
from session_app.domain.forum import Forum
from session_app.domain.numbering import label_style
from session_app.store import sessions
from session_app.store.database import Database, Transaction

from .authority import Authority
from .live import LiveDrafts

log = logging.getLogger(__name__)

Result = dict[str, object]


@dataclass
class Desk:
    """Everything an act needs."""

    store: Database
    forum: Forum
    authority: Authority
    drafts: LiveDrafts
    docx_templates: Path


@dataclass
class Act:
    """One command being done by one person, inside its transaction."""

    desk: Desk
    tx: Transaction
    session: Session
    actor: Actor
    now: datetime


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
) -> Iterator[Act]:
    """One act in one transaction: the action it needs is checked, and what was done is recorded.

    Raises `Forbidden`, `NotFound`, `Invalid` or `Conflict`; then nothing has changed but the record,
    which holds the refusal.
    """
    try:
        with desk.drafts.lock:
            with desk.store.transaction(now) as tx:
                actor = desk.authority.require(session, person, needs, now)
                act = Act(desk, tx, sessions.session(desk.store, session), actor, now)
                yield act
                tx.record(
                    session=session,
                    person=actor.person,
                    act=name,
                    subject=subject,
                    detail={"capacity": actor.capacity, "delegation": actor.delegation},
                )
            desk.drafts.settle()
        log.info("%s by %s on %s: done", name, actor.person, subject or session)
    except BaseException as failure:
        desk.drafts.discard()
        if isinstance(failure, ActError):
            _enter_refusal(desk, session, person, name, subject, failure, now)
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
        subject=_subject_of(command),
        now=now,
    ) as act:
        return handlers[type(command)](act, command)


def clock() -> datetime:
    """The time, for the edges; inside it is an argument."""
    return datetime.now(UTC)


def _enter_refusal(
    desk: Desk,
    session: str,
    person: str | None,
    name: str,
    subject: str,
    refusal: ActError,
    now: datetime,
) -> None:
    log.info("%s by %s in %s: refused, %s", name, person, session, refusal.code)
    if person is None:
        return  # anybody can knock; only people leave a trace in the record
    with desk.store.transaction(now) as tx:
        tx.record(session=session, person=person, act=name, subject=subject, outcome=refusal.code)


def _subject_of(command: Command) -> str:
    for name in ("paragraph", "item", "delegation", "grant", "person", "draft"):
        value = getattr(command, name, None)
        if isinstance(value, str):
            return value[:64]  # longer than any id; what is refused must not fill the record
    return ""
