"""Who may do what, now: the access table asked with what the store holds at this moment.

An in-process mirror of the few rows the table needs. It is emptied in the same breath as a commit that
changes authority, before anything else hears of it, so no answer is ever older than the last commit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from session_app.domain import access, agenda
from session_app.domain.access import PUBLIC_ACTOR, Action, Actor, Decision, Level, Subject
from session_app.domain.contract import AgendaChanged, ClosedTextChanged, DocumentsChanged
from session_app.domain.drafting import Language
from session_app.domain.errors import NotFound
from session_app.domain.forum import Forum
from session_app.domain.gavel import Holder
from session_app.domain.papers import Standing, may_have
from session_app.domain.people import Capacity, Category
from session_app.domain.roster import Place, Roster
from session_app.store import documents, drafts, gavel, papers, people, sessions
from session_app.store.database import Committed, Database, stamp

DRAFTING = frozenset(
    {
        Action.READ_DRAFT,
        Action.EDIT_DRAFT,
        Action.APPROVE,
        Action.MARK_PARAGRAPH,
        Action.DECIDE,
        Action.SEE_POSITIONS,
        Action.SEE_ROOM_TEXT,
        Action.ADOPT,
    }
)
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
CONSOLE_ACTOR = replace(
    PUBLIC_ACTOR,
    person=CONSOLE,
    name="console",
    category=Category.ST,
    capacity=Capacity.STAFF,
    delegation="ST",
)


@dataclass(frozen=True)
class _Standing:
    """How a session stands: what its subjects have in common, and who is what in it."""

    base: Subject  # of the sitting now, with nobody in particular asking
    joined: frozenset[str]  # delegations, of an ad hoc group
    slot: str | None  # the delegation whose slot the item under way is
    roster: Roster
    verified: bool  # or no closed sitting is under way: then the roster stands as it is
    draft: str | None  # of the outcome document


class Authority:
    """Answers questions of access from the current state of the store."""

    def __init__(self, store: Database, forum: Forum) -> None:
        self._store = store
        self._forum = forum
        self._actors: dict[tuple[str, str], Actor] = {}
        self._standings: dict[str, _Standing] = {}
        self._subjects: dict[tuple[str, str, Action | None, str | None], Subject] = {}
        """What was told of somebody accredited: of one kind of action, or of the room (None)."""
        self._drafts: dict[tuple[str, str], Subject] = {}
        self._closed_drafts: dict[str, str] = {}
        self._papers: dict[str, tuple[Standing, ...]] = {}
        self._asked_at = datetime.min.replace(tzinfo=UTC)
        self.version = 0
        """Grows whenever an earlier answer may no longer hold."""
        store.listen(self._hear)

    def _hear(self, committed: Committed) -> None:
        # The closed part's text concerns its roster alone: whoever else is shown something is not to be
        # asked again, lest they notice.
        unnoticed = (ClosedTextChanged, DocumentsChanged)
        begun = any(isinstance(each.event, unnoticed) for each in committed.events)
        if committed.authority_changed or begun:
            self.forget()
        elif any(isinstance(each.event, AgendaChanged) for each in committed.events):
            # Nobody may do more or less than before, but the item under way may be another.
            self._standings.clear()
            self._subjects.clear()
            self._drafts.clear()

    def forget(self) -> None:
        """Read everything anew: what was read may not have been committed after all."""
        self._actors.clear()
        self._standings.clear()
        self._subjects.clear()
        self._drafts.clear()
        self._closed_drafts.clear()
        self._papers.clear()
        self.version += 1

    def lapse(self, now: datetime) -> bool:
        """Whether a grant has come to its end by itself since this was last asked."""
        since, self._asked_at = self._asked_at, now
        lapsed = people.has_lapsed(self._store, since, now)
        if lapsed:
            self.forget()
        return lapsed

    def actor(self, session: str, person: str | None) -> Actor:
        """Who this person is in this session. Nobody, and somebody not accredited, is the public."""
        if person is None:
            return PUBLIC_ACTOR
        if person == CONSOLE:
            return CONSOLE_ACTOR
        key = (session, person)
        if key not in self._actors:
            try:
                self._actors[key] = people.actor(self._store, self._forum, session, person)
            except NotFound:
                return PUBLIC_ACTOR  # not kept: anybody can name sessions that are not there
        return self._actors[key]

    def _standing(self, session: str) -> _Standing:
        if session not in self._standings:
            self._standings[session] = self._read_standing(session)
        return self._standings[session]

    def _read_standing(self, session: str) -> _Standing:
        held = sessions.session(self._store, session)
        sitting = sessions.sitting(self._store, session)
        mode = sitting.mode if sitting is not None and sitting.is_under_way else "open"
        item = agenda.current(sessions.agenda(self._store, session))
        if item is not None and item.is_closed and mode != "closed":
            item = (
                None  # it stands still while the door is open: nobody's slot, and no grant's item
            )
        draft = drafts.draft_of(self._store, session)
        body = self._forum.bodies[held.body]
        return _Standing(
            base=Subject(
                session=session,
                body=body.kind,
                mode=mode,
                item=item.id if item is not None else None,
                issued=held.agenda_issued,
                origin=draft.origin if draft is not None else "es",
                adopted=draft is not None and draft.adopted is not None,
                # What is rehearsed goes no further than the room, published or not.
                document_class=_class_of(
                    documents.issued(self._store, draft.id)
                    if draft is not None and held.rehearsal_of is None
                    else []
                ),
                delegated=gavel.delegation(self._store, session) is not None,
                settings=self._forum.access,
            ),
            joined=frozenset(body.joined),
            slot=item.slot if item is not None else None,
            roster=sessions.roster(self._store, session),
            verified=mode != "closed" or (sitting is not None and sitting.verified),
            draft=draft.id if draft is not None else None,
        )

    def subject(
        self, session: str, actor: Actor, action: Action, *, draft: str | None = None
    ) -> Subject:
        """What an action of this actor in this session is about, as it stands now.

        `draft` names the text asked about; by default it is that of the outcome document. Raises
        `NotFound` for a session that is not there.
        """
        standing = self._standing(session)
        subject = standing.base
        if action is Action.KNOW:
            # That the session exists does not depend on its door; what is known of a closed part does.
            subject = replace(subject, mode="open")
        elif action in DRAFTING:
            subject = self._of_draft(standing, draft or standing.draft)
        entry = standing.roster.get(actor.person)
        return replace(
            subject,
            joined=actor.delegation in standing.joined,
            own_slot=standing.slot is not None and actor.delegation == standing.slot,
            on_roster=standing.verified and entry is not None and entry.place is Place.ADMITTED,
            by_exception=entry is not None and bool(entry.reason),
        )

    def _subject_of(
        self, session: str, actor: Actor, action: Action, draft: str | None = None
    ) -> Subject:
        """`subject`, worked out once for each state of the store: every message asks for several."""
        kind = (
            Action.READ_DRAFT if action in DRAFTING else action if action is Action.KNOW else None
        )
        about = draft if kind is Action.READ_DRAFT else None
        key = (session, actor.person, kind, about)
        found = self._subjects.get(key)
        if found is None:
            found = self.subject(session, actor, action, draft=about)
            # Anybody can name drafts that are not there, and the public is nobody in particular.
            there = (
                about in (None, self._standing(session).draft) or (session, about) in self._drafts
            )
            if there and (session, actor.person) in self._actors:
                self._subjects[key] = found
        return found

    def _of_draft(self, standing: _Standing, draft: str | None) -> Subject:
        base = replace(standing.base, group="drafting", draft=draft)
        if draft is None or draft == standing.draft:
            return base
        key = (base.session, draft)
        if key not in self._drafts:
            if drafts.session_of(self._store, draft) != base.session:
                return base  # the same answer as for a draft that is not there
            held = drafts.draft(self._store, draft)
            self._drafts[key] = replace(
                base,
                mode="closed" if held.closed else base.mode,
                origin=held.origin,
                adopted=held.adopted is not None,
            )
        return self._drafts[key]

    def closed_draft(self, session: str) -> str | None:
        """The text of the session's closed part, once it has been begun."""
        if session not in self._closed_drafts:
            found = drafts.draft_of(self._store, session, closed=True)
            if found is None:
                return None  # not kept: it may be begun at any moment
            self._closed_drafts[session] = found.id
        return self._closed_drafts[session]

    def closed_allowed(self, session: str, person: str | None, at: datetime) -> frozenset[Action]:
        """What this person may do with the text of the closed part; nothing if they may not read it."""
        draft = self.closed_draft(session)
        if draft is None or not self.may(session, person, Action.READ_DRAFT, at, draft=draft):
            return frozenset()
        return frozenset(
            action for action in DRAFTING if self.may(session, person, action, at, draft=draft)
        )

    def is_behind_door(self, session: str, draft: str) -> bool:
        """Whether what is written in this draft now is written behind a closed door."""
        return self._of_draft(self._standing(session), draft).mode == "closed"

    def may(
        self,
        session: str,
        person: str | None,
        action: Action,
        at: datetime,
        *,
        draft: str | None = None,
    ) -> Decision:
        """Whether this person may do this in this session, and why."""
        actor = self.actor(session, person)
        return access.may(actor, action, self._subject_of(session, actor, action, draft), at=at)

    def require(
        self,
        session: str,
        person: str | None,
        action: Action,
        at: datetime,
        *,
        draft: str | None = None,
    ) -> Actor:
        """The actor, if allowed. Raises `Forbidden`, or `NotFound` for a session that is not there.

        The closed part's text answers whoever may not read it as a draft that is not there.
        """
        actor = self.actor(session, person)
        hidden = (
            draft is not None
            and draft == self.closed_draft(session)
            and not self.may(session, person, Action.READ_DRAFT, at, draft=draft)
        )
        about = None if hidden else draft
        access.require(actor, action, self._subject_of(session, actor, action, about), at=at)
        if hidden:
            raise NotFound("draft.unknown")
        return actor

    def allowed(
        self, session: str, person: str | None, at: datetime, *, draft: str | None = None
    ) -> frozenset[Action]:
        """Every action this person is allowed in this session: part of their access class."""
        return frozenset(
            action for action in Action if self.may(session, person, action, at, draft=draft)
        )

    def holder(self, session: str, at: datetime) -> Holder | None:
        """Who presides: the last who was given the gavel, for as long as they may conduct at all.

        Read from the store each time: who conducts must not be told by what was true before.
        """
        held = gavel.held(self._store, session)
        if held is None or not self.may(session, held.person, Action.MANAGE_SITTING, at):
            return None
        actor = self.actor(session, held.person)
        return Holder(held.person, actor.name, actor.delegation, stamp(held.since))

    def level_of_closed(self, session: str, person: str | None, at: datetime) -> Level:
        """How much of the session's closed part reaches this person now."""
        actor = self.actor(session, person)
        subject = self._subject_of(session, actor, Action.SEE_AGENDA)
        return access.level_of_closed(actor, subject, at=at)

    def papers(self, session: str, person: str | None, at: datetime) -> frozenset[str]:
        """The papers this person may have now, by id."""
        return self.papers_of(session, self.actor(session, person), at)

    def papers_of(self, session: str, actor: Actor, at: datetime) -> frozenset[str]:
        """The papers somebody like this may have now, by id."""
        if session not in self._papers:
            self._papers[session] = tuple(
                each.standing for each in papers.papers(self._store, session)
            )
        if not self._papers[session]:
            return frozenset()
        subject = self._subject_of(session, actor, Action.SEE_DOCUMENTS)
        by_item = any(grant.item is not None for grant in actor.grants)
        judged: dict[object, bool] = {}  # there are many papers, and few ways in which they differ
        mine = set()
        for each in self._papers[session]:
            item = each.item if by_item else each.item is not None
            alike = (item, each.mode, each.document_class, each.circles)
            if alike not in judged:
                judged[alike] = may_have(actor, each, subject, at=at)
            if judged[alike]:
                mine.add(each.id)
        return frozenset(mine)

    def is_shut_out(self, session: str, person: str | None, at: datetime) -> bool:
        """Whether the door of the sitting under way keeps this person out.

        Nothing changes with it for who is not to know that there is a closed part.
        """
        actor = self.actor(session, person)
        if self.level_of_closed(session, person, at) is Level.NOTHING:
            return False
        return access.is_shut_out(actor, self._subject_of(session, actor, Action.ATTEND), at=at)

    def writable(
        self, session: str, person: str | None, at: datetime, *, draft: str | None = None
    ) -> frozenset[Language]:
        """The languages of the draft this person may write."""
        actor = self.actor(session, person)
        subject = self._subject_of(session, actor, Action.EDIT_DRAFT, draft)
        return access.writable_languages(actor, subject, at=at)
