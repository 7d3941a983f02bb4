"""What goes to whom, and when: it follows the commits and computes each audience at each delivery.

There are no rooms: a room would be a copy of somebody's authority. A list of connections is made from
the access table for every message (remembered only until authority changes), and a message is encoded
once for all of it.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b

from flask_socketio import SocketIO

from session_app.domain.access import Action
from session_app.domain.contract import ParagraphEdited
from session_app.domain.people import Capacity
from session_app.services.desk import Desk, clock
from session_app.services.live import Relayed
from session_app.services.screens import note_screens
from session_app.store import drafts, signing
from session_app.store.database import Announced, Committed
from session_app.store.sessions import is_held
from session_app.views.live import TOPICS, TOPICS_OF_EVENT, Rendering
from session_app.views.viewer import Viewer, viewer_of

from .lines import Connection, Lines, Rights

log = logging.getLogger(__name__)

PRESENCE_EVERY = 0.1
"""Seconds between two messages about carets."""
LOOK_EVERY = 0.5
"""Seconds between two looks at what ends by itself, such as a grant with a date."""
TEXT_EVERY = 1.0
"""Seconds between two renderings of a topic for the sake of words alone: a page that shows a whole text is sent
all of it, and forty keystrokes a second of that would cut off a tablet on bad Wi-Fi."""
COUNT_EVERY = 1.0
"""Seconds between two counts of who is there, for who minds the door: a whole room comes and goes at once."""
SURVEY_EVERY = 10.0
"""Seconds between two looks at what passes by itself of how people are reached, such as their delay."""
NOTE_SCREENS_EVERY = 60.0
"""Seconds between two notes in the store of which screens are on line."""
OF_COMING_AND_GOING = ("door", "connections", "screens")
"""The topics that say who is there."""


class Publisher:
    """Delivers events, fragments and draft updates to whoever may have them at that moment."""

    def __init__(self, desk: Desk, sockets: SocketIO) -> None:
        self._desk = desk
        self.lines = Lines(desk.store, sockets, left=self._left)
        self._committed: deque[Committed] = deque()
        self._news = threading.Event()
        self._audiences: dict[tuple[str, Action, str | None], tuple[int, list[Connection]]] = {}
        self._viewers: dict[tuple[str, str | None], tuple[int, Viewer]] = {}
        self._edited: dict[
            tuple[str, str], float
        ] = {}  # topics with new words, and when they are due
        self._text_told: dict[tuple[str, str], float] = {}
        self._stale: dict[tuple[str, str], None] = {}  # sessions and their topics, in order
        self._renderings: dict[tuple[str, str], Rendering] = {}
        self._moved: dict[str, None] = {}
        self._motion = threading.Event()
        self._come_and_gone: set[str] = set()  # sessions where somebody has, since the last count
        self._counted_at = self._surveyed_at = self._noted_at = 0.0
        desk.store.listen(self._hear)
        desk.drafts.relay = self.relay_updates
        desk.connected = self.lines.connected
        desk.last_seen = self.lines.last_seen
        desk.reach = self.lines.reach

    def start(self) -> None:
        """Begin delivering events, and carets, in threads (greenlets under gevent) of their own."""
        threading.Thread(target=self._run, name="publisher", daemon=True).start()
        threading.Thread(target=self._follow_motion, name="presence", daemon=True).start()

    # Who is there

    def enter(self, connection: Connection) -> None:
        """A page has connected; it shows nothing yet."""
        self.lines.enter(connection)
        self._audiences.clear()

    def _left(self, connection: Connection) -> None:
        self._audiences.clear()
        if connection.session:
            self._come_and_gone.add(connection.session)
        if connection.draft is not None:
            self.tell_presence(connection.draft)

    def show(self, connection: Connection, session: str, topics: tuple[str, ...]) -> None:
        """A connection now shows these topics of this session; another session's draft it has left."""
        if session != connection.session:
            connection.draft = connection.caret = None
        self._come_and_gone.update(filter(None, (connection.session, session)))
        connection.session, connection.topics = session, topics
        self._audiences.clear()

    def audience(
        self, session: str, action: Action, *, draft: str | None = None
    ) -> list[Connection]:
        """The connections that show this session and whose person may do this now, inside its door."""
        authority = self._desk.authority
        version, found = self._audiences.get((session, action, draft), (-1, []))
        if version != authority.version:
            now = clock()
            version = authority.version  # of the answers, should it change while they are given
            found = [
                each
                for each in self.lines
                if each.session == session
                and not authority.is_shut_out(session, each.person, now)
                and authority.may(session, each.person, action, now, draft=draft)
            ]
            self._audiences[session, action, draft] = (version, found)
        return found

    def relay_updates(self, relayed: Sequence[Relayed]) -> None:
        """Tell the readers of each draft what has just been stored: one message for a whole group."""
        for draft in dict.fromkeys(each.draft for each in relayed):
            mine = [each for each in relayed if each.draft == draft]
            origins = {each.origin for each in mine}
            readers = [
                each for each in self._readers(draft) if len(origins) > 1 or each.sid not in origins
            ]
            header = {
                "draft": draft,
                "ids": [each.paragraph for each in mine],
                "lens": [len(each.update) for each in mine],
            }
            self.lines.send(
                "draft.updates", (header, b"".join(each.update for each in mine)), readers
            )

    def tell_presence(self, draft: str) -> None:
        """Tell a draft's readers, within a tenth of a second, who is in it and where."""
        self._moved[draft] = None
        self._motion.set()

    def presence(self, draft: str) -> list[dict[str, object]]:
        """Who is in a draft, and where; names and codes come from the accreditation."""
        return [self.presence_of(each) for each in self._readers(draft)]

    def _follow_motion(self) -> None:
        # Carets are gathered: fifty writers move theirs many times a second, and nobody sees more than ten.
        while True:
            self._motion.wait()
            time.sleep(PRESENCE_EVERY)
            self._motion.clear()
            moved, self._moved = self._moved, {}
            for draft in moved:
                people_there = self.presence(draft)
                self.lines.send(
                    "draft.presence", {"draft": draft, "people": people_there}, self._readers(draft)
                )

    def presence_of(self, connection: Connection) -> dict[str, object]:
        actor = self._desk.authority.actor(connection.session, connection.person)
        return {
            "id": blake2b(connection.sid.encode(), digest_size=8).hexdigest(),
            "delegation": actor.delegation,
            "name": actor.name,
            **(connection.caret or {}),
        }

    def _readers(self, draft: str) -> list[Connection]:
        session = drafts.session_of(self._desk.store, draft) or ""
        readers = self.audience(session, Action.READ_DRAFT, draft=draft)
        return [each for each in readers if each.draft == draft]

    # After each commit

    def _hear(self, committed: Committed) -> None:
        self._committed.append(committed)
        self._news.set()

    def _run(self) -> None:
        while True:
            due = min(self._edited.values(), default=math.inf) - time.monotonic()
            self._news.wait(min(LOOK_EVERY, max(due, 0.0)))
            self._news.clear()
            try:
                self.deliver()
                self._recount()
            except Exception:
                log.exception("a delivery failed; the next one carries the state")

    def _screens_there(self) -> set[str]:
        return {
            each.person
            for each in list(self.lines)
            if each.session
            and self._desk.authority.actor(each.session, each.person).capacity is Capacity.SCREEN
        }

    def _recount(self) -> None:
        """Tell who minds the door, the people and the screens that somebody has come or gone: the lists of
        whom the door cuts off, of who is reached and of the screens say who is connected."""
        now = time.monotonic()
        if now - self._surveyed_at >= SURVEY_EVERY:
            self._surveyed_at = now
            watched = {each.session for each in self.lines if "connections" in each.topics}
            self._come_and_gone |= watched
        if now - self._noted_at >= NOTE_SCREENS_EVERY:
            there = self._screens_there()
            if there:
                self._noted_at = now
                note_screens(self._desk, there, clock())
        if not self._come_and_gone or now - self._counted_at < COUNT_EVERY:
            return
        self._counted_at = now
        places, self._come_and_gone = self._come_and_gone, set()
        for session in places:
            for topic in OF_COMING_AND_GOING:
                self.refresh(session, topic)

    def deliver(self) -> None:
        """Deliver everything committed so far: first who is out is out, then the news, then the topics
        that may have changed, those of the news before all others.

        Between two topics everybody else has their turn, and what has been committed meanwhile is
        delivered first: no topic is rendered for somebody who may no longer be here.
        """
        while True:
            self._take_news()
            if not self._stale:
                return
            session, topic = next(iter(self._stale))
            del self._stale[session, topic]
            self.refresh(session, topic)
            time.sleep(0)

    def _take_news(self) -> None:
        events: list[Announced] = []
        authority_changed = self._desk.authority.lapse(clock())
        while self._committed:
            committed = self._committed.popleft()
            events.extend(committed.events)
            authority_changed = authority_changed or committed.authority_changed
        for announced in events:
            for topic in TOPICS_OF_EVENT.get(announced.event.name, ()):
                place = (announced.session, topic)
                if isinstance(announced.event, ParagraphEdited):
                    self._edited.setdefault(place, self._text_told.get(place, 0.0) + TEXT_EVERY)
                else:
                    self._stale[place] = None
        now = time.monotonic()
        for place in [place for place, due in self._edited.items() if due <= now]:
            del self._edited[place]
            self._text_told[place] = now
            self._stale[place] = None
        if authority_changed:
            self._audiences.clear()
            self._viewers.clear()
            for each in self.lines:
                self._stale.update(dict.fromkeys((each.session, topic) for topic in each.topics))
            self._ask_again()
            self._forget_ended()
            self._withdraw()
            self._tell_languages()
        for announced in _latest(events):
            self._deliver_event(announced)

    def _forget_ended(self) -> None:
        """Keep nothing of what was shown in a session that is no more: a rehearsal."""
        ended = {
            session
            for session in {where for where, _ in self._renderings}
            if not is_held(self._desk.store, session)
        }
        for where in [where for where in self._renderings if where[0] in ended]:
            del self._renderings[where]

    def _withdraw(self) -> None:
        """Take from every page what it may no longer show, before anything is rendered for others."""
        now = clock()
        for each in list(self.lines):
            if not each.session:
                continue
            viewer = self._viewer(each.session, each.person, now)
            for topic, shown in each.shown.items():
                if shown != NOTHING and not TOPICS[topic].is_for(viewer):
                    each.shown[topic] = NOTHING
                    self.lines.send("fragment", {"topic": topic, "html": ""}, [each])

    def _tell_languages(self) -> None:
        """Who has chosen another language reads it on every page they have open, not only on one."""
        now = clock()
        for each in list(self.lines):
            if each.language is None or not each.session:
                continue
            language = self._viewer(each.session, each.person, now).language
            if language != each.language:
                each.language = language
                self.lines.send("language", {"language": language}, [each])

    def _ask_again(self) -> None:
        now = clock()
        leaving: dict[str, list[Connection]] = {}
        reasons: dict[tuple[str, str, str, str | None], str] = {}  # the same for all tabs of one
        for connection in list(self.lines):
            whose = (connection.login, connection.person, connection.session, connection.draft)
            try:
                if whose not in reasons:
                    reasons[whose] = self._reason_to_leave(connection, now)
                reason = reasons[whose]
            except Exception:
                # One that cannot be judged is out, and must not keep the next from being judged.
                log.exception("a connection could not be judged: cut off")
                reason = "closed"
            if reason:
                leaving.setdefault(reason, []).append(connection)
        for reason, connections in leaving.items():
            self.lines.dismiss_all(connections, reason)
        if leaving:
            time.sleep(0)  # their goodbyes go out before anything is rendered for the others
        for connection in list(self.lines):
            if connection.draft and self.note_rights(connection) is not None:
                told = {"draft": connection.draft, **(connection.rights or {})}
                self.lines.send("draft.rights", told, [connection])

    def _reason_to_leave(self, connection: Connection, now: datetime) -> str:
        if signing.signed_in(self._desk.store, connection.login, now) != connection.person:
            return "signed_out"
        if connection.session and not is_held(self._desk.store, connection.session):
            return "ended"  # a rehearsal
        return "closed" if connection.session and not self._may_stay(connection, now) else ""

    def _may_stay(self, connection: Connection, now: datetime) -> bool:
        authority, session = self._desk.authority, connection.session
        if authority.is_shut_out(session, connection.person, now):
            return False
        needs = Action.READ_DRAFT if connection.draft else Action.KNOW
        return bool(authority.may(session, connection.person, needs, now, draft=connection.draft))

    def note_rights(self, connection: Connection) -> Rights | None:
        """What the person of an open draft may do there now; None if its editor knows already."""
        now = clock()
        authority, session, draft = self._desk.authority, connection.session, connection.draft
        writable = authority.writable(session, connection.person, now, draft=draft)
        allowed = authority.allowed(session, connection.person, now, draft=draft)
        rights = Rights(
            writable=sorted(map(str, writable)),
            may=sorted(map(str, allowed)),
            off_device=draft is not None and authority.is_behind_door(session, draft),
        )
        if rights == connection.rights:
            return None
        connection.rights = rights
        return rights

    def _deliver_event(self, announced: Announced) -> None:
        event = announced.event
        if not event.delivered:
            return
        draft = getattr(event, "draft", None)
        audience = self.audience(announced.session, event.needs, draft=draft)
        if draft is not None:
            audience = [each for each in audience if each.draft == draft]
        # Without its number in the log: the gaps would tell how much goes on elsewhere.
        self.lines.send("event", {"name": event.name, "data": event.plain()}, audience)

    def note_shown(self, connection: Connection, fragments: Mapping[str, str]) -> None:
        """Take note of what a page has been given, so that it is sent only what differs."""
        connection.shown = {topic: _fingerprint(html) for topic, html in fragments.items()}

    def _viewer(self, session: str, person: str | None, now: datetime) -> Viewer:
        """The access class of a person, worked out once for each state of who may do what."""
        version, viewer = self._viewers.get((session, person), (-1, None))
        if viewer is None or version != self._desk.authority.version:
            version = self._desk.authority.version
            viewer = viewer_of(self._desk, session, person, now)
            self._viewers[session, person] = (version, viewer)
        return viewer

    def refresh(self, session: str, topic: str) -> None:
        """Send each screen of a session that shows this topic what has changed of it."""
        now = clock()
        classes: dict[Viewer, list[Connection]] = {}
        for each in self.lines:
            if each.session == session and topic in each.topics:
                viewer = self._viewer(session, each.person, now)
                if not viewer.shut_out:
                    classes.setdefault(viewer, []).append(each)
        if not classes:
            return
        rendering = self._renderings.setdefault(
            (session, topic), Rendering(self._desk, session, topic)
        )
        rendering.renew(now)
        for viewer, members in classes.items():
            try:
                html = rendering.render(viewer)
            except Exception:
                # One that cannot be shown must not keep the others from being current.
                log.exception("the topic %s could not be shown", topic)
                continue
            fingerprint = _fingerprint(html or "")
            behind = [each for each in members if each.shown.get(topic) != fingerprint]
            for each in behind:
                each.shown[topic] = fingerprint
            self.lines.send("fragment", {"topic": topic, "html": html or ""}, behind)


def _latest(events: Sequence[Announced]) -> list[Announced]:
    """Of several events that carry the state of the same thing, only the last."""
    last: dict[tuple[str, str, object], Announced] = {}
    for each in events:
        key = (each.session, each.event.name, getattr(each.event, "draft", None))
        last.pop(key, None)
        last[key] = each
    return list(last.values())


def _fingerprint(html: str) -> bytes:
    return blake2b(html.encode(), digest_size=16).digest()


NOTHING = _fingerprint("")
"""What a page has of a topic that it may not show."""
