"""Who may do what, now: the access table asked with what the store holds at this moment.

An in-process mirror of the few rows the table needs. It is emptied in the same breath as a commit that
changes authority, before anything else hears of it, so no answer is ever older than the last commit.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal

from session_app.domain import access
from session_app.domain.access import PUBLIC_ACTOR, Action, Actor, Decision, Subject
from session_app.domain.drafting import Language
from session_app.domain.errors import NotFound
from session_app.domain.forum import Forum
from session_app.domain.people import Capacity, Category
from session_app.store import documents, drafts, people, sessions
from session_app.store.database import Committed, Database

DRAFTING = frozenset({Action.READ_DRAFT, Action.EDIT_DRAFT, Action.APPROVE, Action.MARK_PARAGRAPH})
"""Actions on a draft: judged by the row of the drafting group, not by that of the body."""


def _class_of(issued: list[documents.Issued]) -> Literal["public", "private"]:
    # A document is public only if every file of it has been classed so (S002 E L74: else it is private).
    return (
        "public"
        if issued and all(each.document_class == "public" for each in issued)
        else "private"
    )


CONSOLE = "console"
"""Who acts at the machine's own command line: the Technical Secretariat, under the same table. No
login ever leads to this id."""
_CONSOLE_ACTOR = replace(
    PUBLIC_ACTOR,
    person=CONSOLE,
    name="console",
    category=Category.ST,
    capacity=Capacity.STAFF,
    delegation="ST",
)


class Authority:
    """Answers questions of access from the current state of the store."""

    def __init__(self, store: Database, forum: Forum) -> None:
        self._store = store
        self._forum = forum
        self._actors: dict[tuple[str, str], Actor] = {}
        self._subjects: dict[tuple[str, bool], Subject] = {}
        self._joined: dict[str, frozenset[str]] = {}
        self.version = 0
        """Grows whenever an earlier answer may no longer hold."""
        store.listen(self._hear)

    def _hear(self, committed: Committed) -> None:
        if committed.authority_changed:
            self._actors.clear()
            self._subjects.clear()
            self.version += 1

    def actor(self, session: str, person: str | None) -> Actor:
        """Who this person is in this session. Nobody, and somebody not accredited, is the public."""
        if person is None:
            return PUBLIC_ACTOR
        if person == CONSOLE:
            return _CONSOLE_ACTOR
        key = (session, person)
        if key not in self._actors:
            try:
                self._actors[key] = people.actor(self._store, self._forum, session, person)
            except NotFound:
                return PUBLIC_ACTOR  # not kept: anybody can name sessions that are not there
        return self._actors[key]

    def subject(self, session: str, action: Action) -> Subject:
        """What an action in this session is about, as it stands now. Raises `NotFound`."""
        key = (session, action in DRAFTING)
        if key not in self._subjects:
            self._subjects[key] = self._read_subject(session, drafting=action in DRAFTING)
        return self._subjects[key]

    def _subject_for(self, actor: Actor, session: str, action: Action) -> Subject:
        subject = self.subject(session, action)
        return (
            replace(subject, joined=True) if actor.delegation in self._joined[session] else subject
        )

    def _read_subject(self, session: str, *, drafting: bool) -> Subject:
        held = sessions.session(self._store, session)
        self._joined[session] = frozenset(self._forum.bodies[held.body].joined)
        sitting = sessions.sitting(self._store, session)
        draft = drafts.draft_of(self._store, session)
        return Subject(
            session=session,
            body=self._forum.bodies[held.body].kind,
            group="drafting" if drafting else None,
            mode=sitting.mode if sitting is not None and sitting.is_under_way else "open",
            origin=draft.origin if draft is not None else "es",
            adopted=draft is not None and draft.adopted is not None,
            document_class=_class_of(documents.issued(self._store, session)),
            settings=self._forum.access,
        )

    def may(self, session: str, person: str | None, action: Action, at: datetime) -> Decision:
        """Whether this person may do this in this session, and why."""
        actor = self.actor(session, person)
        return access.may(actor, action, self._subject_for(actor, session, action), at=at)

    def require(self, session: str, person: str | None, action: Action, at: datetime) -> Actor:
        """The actor, if allowed. Raises `Forbidden`, or `NotFound` for a session that is not there."""
        actor = self.actor(session, person)
        access.require(actor, action, self._subject_for(actor, session, action), at=at)
        return actor

    def allowed(self, session: str, person: str | None, at: datetime) -> frozenset[Action]:
        """Every action this person is allowed in this session: with the language, an access class."""
        return frozenset(action for action in Action if self.may(session, person, action, at))

    def writable(self, session: str, person: str | None, at: datetime) -> frozenset[Language]:
        """The languages of the draft this person may write."""
        return access.writable_languages(
            self.actor(session, person), self.subject(session, Action.EDIT_DRAFT), at=at
        )
