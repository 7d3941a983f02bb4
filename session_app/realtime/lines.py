"""The open connections: who is there and how they are reached, telling them something, cutting them off.

The one place that sends, and it refuses an empty audience. A reader who does not keep up is cut off before
the backlog grows; others never wait for one.
"""

from __future__ import annotations

import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, TypedDict

from flask_socketio import SocketIO

from session_app.domain.access import Action
from session_app.domain.allowance import Allowance, for_messages, for_updates
from session_app.domain.drafting import Language
from session_app.services.desk import Reach, clock
from session_app.store import sessions
from session_app.store.database import Database

from .wire import drop, is_stalled

log = logging.getLogger(__name__)

MAX_BACKLOG = 4_000_000
"""Bytes that may wait for one connection; a laptop on bad Wi-Fi is seconds behind, not megabytes."""
MAX_WAITING = 4_000
"""Messages that may wait for one connection."""
GOODBYE = 0.5
"""Seconds in which somebody who may no longer be here can still hear why."""
TOLD: Mapping[str, Action | Literal["its own", "signed in"]] = MappingProxyType(
    {
        "event": "its own",
        "fragment": "its own",
        "draft.updates": Action.READ_DRAFT,
        "draft.presence": Action.READ_DRAFT,
        "draft.rights": Action.READ_DRAFT,
        "bye": "signed in",
        "language": "signed in",
    }
)
"""Every message a client may be sent, and what it needs; the first two carry events and topics, which
declare their own."""
CUTS_COUNT = 600.0
"""Seconds for which a line that was lost counts."""


class Rights(TypedDict):
    """What somebody may do in a draft they have open, and whether its text stays off their device."""

    writable: list[str]
    may: list[str]
    off_device: bool


@dataclass(eq=False)
class Connection:
    """One open socket: whose it is and what it shows. It holds no authority."""

    sid: str
    login: str  # the secret of the cookie it came with: asked again at every message
    person: str
    session: str = ""
    topics: tuple[str, ...] = ()
    draft: str | None = None
    tab: str = ""
    caret: dict[str, object] | None = None
    shown: dict[str, bytes] = field(default_factory=dict)  # topic -> hash of the fragment it has
    messages: Allowance = field(default_factory=for_messages)
    updates: Allowance = field(default_factory=for_updates)
    rights: Rights | None = None  # what its editor has been told it may do
    language: Language | None = None  # what its page has been told its person reads
    device: str = ""  # what it said it is when it signed in
    delay: float | None = None  # seconds to the desk and back, as its page last measured it


class Lines:
    """The connections that are open now. Whoever tells them something while going through them takes a
    list: one that does not keep up leaves."""

    def __init__(
        self, store: Database, sockets: SocketIO, *, left: Callable[[Connection], None]
    ) -> None:
        """`left` is called with each connection that is open no longer."""
        self._store = store
        self._sockets = sockets
        self._left = left
        self._connections: dict[str, Connection] = {}
        self._last_seen: dict[tuple[str, str], datetime] = {}  # whose last page closed, and when
        self._cuts: dict[tuple[str, str], deque[float]] = {}  # by session and person

    def __iter__(self) -> Iterator[Connection]:
        return iter(self._connections.values())

    # Who is there

    def enter(self, connection: Connection) -> None:
        """A connection is open from now on."""
        self._connections[connection.sid] = connection

    def leave(self, sid: str) -> None:
        """A connection is open no longer: its page was closed, has lost its line or is cut off."""
        connection = self._connections.pop(sid, None)
        if connection is None:
            return
        if connection.session:
            self._last_seen[connection.session, connection.person] = clock()
        self._left(connection)

    def find(self, sid: str) -> Connection | None:
        """The connection of this id, if it is open."""
        return self._connections.get(sid)

    def count_of(self, person: str) -> int:
        """How many connections somebody has open."""
        return sum(each.person == person for each in self)

    def connected(self, session: str) -> Mapping[str, int]:
        """Who has pages of a session open, and how many each."""
        return Counter(each.person for each in self if each.session == session)

    def last_seen(self, session: str) -> Mapping[str, datetime]:
        """When each who has closed a page of a session last did."""
        return {person: at for (of, person), at in self._last_seen.items() if of == session}

    def note_cut(self, session: str, person: str) -> None:
        """A page of somebody's has lost its line and made it anew. What happens to lines behind a closed
        door is not kept: it would be told when the door opens."""
        sitting = sessions.sitting(self._store, session)
        if sitting is None or not sitting.is_under_way or sitting.mode != "closed":
            self._cuts.setdefault((session, person), deque(maxlen=99)).append(time.monotonic())

    def reach(self, session: str) -> Mapping[str, Reach]:
        """How the people of a session are reached now; of those who are not there, their cuts."""
        since = time.monotonic() - CUTS_COUNT
        for cuts in self._cuts.values():
            while cuts and cuts[0] < since:
                cuts.popleft()
        self._cuts = {whose: cuts for whose, cuts in self._cuts.items() if cuts}
        lines: dict[str, list[Connection]] = {
            person: [] for where, person in self._cuts if where == session
        }
        for each in self:
            if each.session == session:
                lines.setdefault(each.person, []).append(each)
        return {
            person: Reach(
                devices=tuple({each.login: each.device for each in mine}.values()),
                cuts=len(self._cuts.get((session, person), ())),
                delay=max((each.delay for each in mine if each.delay is not None), default=None),
            )
            for person, mine in lines.items()
        }

    # Telling, and cutting off

    def send(self, name: str, data: object, audience: Iterable[Connection]) -> None:
        """Send a message to those of an audience who keep up. Raises `LookupError` for one that declares no
        action."""
        if name not in TOLD:
            raise LookupError(f"the message {name} declares no action: add it to TOLD")
        recipients = [each.sid for each in audience if self.keeps_up(each)]
        if not recipients:
            return  # to Socket.IO an empty audience means everybody
        self._sockets.server.emit(name, data, to=recipients)

    def keeps_up(self, connection: Connection) -> bool:
        """Whether anything more may be queued for a connection; one too far behind is cut off here."""
        transport = self._transport(connection)
        if transport is None:
            return False
        waiting = transport.queue.queue
        if len(waiting) <= MAX_WAITING and sum(map(_size, waiting)) <= MAX_BACKLOG:
            return True
        log.info("connection of %s is too far behind: cut off", connection.person)
        self.dismiss(connection)
        return False

    def dismiss(self, connection: Connection, reason: str = "") -> None:
        """Tell a page it may no longer be here, and end its connection. What waited for it is dropped.

        Without a reason nothing is told, and the connection is over at once.
        """
        self.dismiss_all([connection], reason)

    def dismiss_all(self, connections: Sequence[Connection], reason: str) -> None:
        """Dismiss many as one: nothing goes to the last of them while the first is being told."""
        told: list[tuple[Connection, Any, Any]] = []
        for connection in connections:
            transport = self._transport(connection)
            self.leave(connection.sid)
            if transport is None:
                continue
            transport.queue.queue.clear()
            websocket = self._sockets.server.environ[transport.sid].get("wsgi.websocket")
            if websocket is None:
                transport.close(wait=False, abort=True)
            elif not reason or is_stalled(websocket):
                # What waits in the buffers for a slow reader is content: the goodbye would follow it.
                drop(websocket)
                transport.close(wait=False, abort=True)
            else:
                told.append((connection, transport, websocket))
        if told:
            sids = [connection.sid for connection, _, _ in told]
            self._sockets.server.emit("bye", {"reason": reason}, to=sids)
            # To end one takes ten times as long as to tell one: all are told first.
            self._sockets.start_background_task(_say_goodbye, [each[1:] for each in told])

    def _transport(self, connection: Connection) -> Any:
        server = self._sockets.server
        return server.eio.sockets.get(server.manager.eio_sid_from_sid(connection.sid, "/"))


def _say_goodbye(lines: Sequence[tuple[Any, Any]]) -> None:
    """End lines that have been told so, with time for each to hear it."""
    for _, websocket in lines:
        drop(websocket, after=GOODBYE)
    for transport, _ in lines:
        transport.close(wait=False)
        time.sleep(0)


def _size(packet: Any) -> int:
    data = getattr(packet, "data", None)
    return len(data) if isinstance(data, str | bytes) else 100
