"""Live topics: which there are, what each needs, and reading and rendering one for a class of viewers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Self

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from session_app import i18n
from session_app.domain import contract
from session_app.domain.access import Action
from session_app.domain.agenda import Session
from session_app.services.desk import Desk
from session_app.store import sessions

from .agenda import read_agenda, read_programme
from .attendance import read_attendance, read_quorum
from .desk import read_connections
from .documents import read_closed_text, read_documents
from .door import read_door
from .drafting import read_closed_draft, read_draft
from .floor import read_floor
from .gavel import read_gavel
from .head import Head, read_head, read_rehearsal
from .issuing import read_assembly, read_checks, read_publication, read_readers
from .meeting import read_meeting
from .papers import read_papers
from .people import read_people
from .room import read_delegations, read_room
from .screens import read_screen, read_screens
from .sitting import read_sitting, read_soon
from .viewer import Viewer, viewer_of

TEMPLATES = Path(__file__).resolve().parent.parent / "web" / "templates"


@dataclass(frozen=True)
class Topic:
    """A part of a page that follows the room."""

    needs: Action
    read: Callable[[Desk, Session, Viewer, datetime], object]
    asks: frozenset[Action] = frozenset()
    """What else it shows depends on: whether a viewer may do these. It is told of no other."""
    papers: bool = False
    """Whether it shows papers: then it depends on those a viewer may have."""
    behind: bool = False
    """Of the closed part's text: what it needs and asks is asked of that text, whatever the sitting."""

    def is_for(self, viewer: Viewer) -> bool:
        """Whether this class of viewers may see it."""
        return self.needs in (viewer.closed_draft if self.behind else viewer.may)

    def narrow(self, viewer: Viewer) -> Viewer:
        """As much of an access class as makes a difference here: many classes are shown the same."""
        asked = self.asks | {self.needs}
        if not self.papers:
            viewer = replace(viewer, papers=frozenset())
        if self.behind:
            return replace(viewer, may=frozenset(), closed_draft=viewer.closed_draft & asked)
        return replace(viewer, may=viewer.may & asked)

    def tell(self, viewer: Viewer) -> Viewer:
        """What its template knows of the viewer: the language and what they may. All else is in the
        model."""
        closed_draft = viewer.closed_draft if self.behind else frozenset()
        return Viewer(viewer.language, viewer.may, closed_draft=closed_draft)


def read_topic(
    desk: Desk, session: str, topic: str, viewer: Viewer, now: datetime
) -> object | None:
    """What a topic shows to a class of viewers; None, and nothing is read, if they may not see it."""
    known = TOPICS[topic]
    if not known.is_for(viewer):
        return None
    return known.read(desk, sessions.session(desk.store, session), viewer, now)


def read_topics(
    desk: Desk, session: str, topics: Collection[str], viewer: Viewer, now: datetime
) -> dict[str, object | None]:
    """All topics by name, for a page: of those it does not show, and those the viewer may not see, None."""
    return {
        topic: read_topic(desk, session, topic, viewer, now) if topic in topics else None
        for topic in TOPICS
    }


@dataclass(frozen=True)
class _Rendered:
    """All that a fragment's HTML is made of, and the HTML."""

    viewer: Viewer
    head: Head
    model: object
    html: str

    def is_of(self, viewer: Viewer, head: Head, model: object) -> bool:
        return self.viewer == viewer and self.model == model and self.head == head


class Rendering:
    """A topic as HTML, for one class of viewers after another.

    What is shown is read anew at each moment (`renew`) and for each class; what comes to the same as
    has been rendered for another class, or the time before, is not rendered again.
    """

    def __init__(self, desk: Desk, session: str, topic: str) -> None:
        self._desk, self._session, self._topic = desk, session, topic
        self._models: dict[Viewer, object | None] = {}
        self._before: list[_Rendered] = []
        self._rendered: list[_Rendered] = []

    def renew(self, now: datetime) -> Self:
        """Begin anew with what the store holds at this moment; it must not change until the next."""
        self._now = now
        self._head = read_head(self._desk, self._session)
        self._models.clear()
        self._before, self._rendered = self._rendered, []
        return self

    def render(self, viewer: Viewer) -> str | None:
        """The HTML for a class of viewers; None if they may not see it."""
        viewer = TOPICS[self._topic].narrow(viewer)
        if viewer not in self._models:
            read = read_topic(self._desk, self._session, self._topic, viewer, self._now)
            self._models[viewer] = read
        model = self._models[viewer]
        if model is None:
            return None
        known = TOPICS[self._topic].tell(viewer)
        for same in self._rendered:
            if same.is_of(known, self._head, model):
                return same.html
        for same in self._before:
            if same.is_of(known, self._head, model):
                break
        else:
            html = _render(self._topic, model, self._head, known)
            same = _Rendered(known, self._head, model, html)
        self._rendered.append(same)
        return same.html


def render_model(topic: str, model: object, head: Head, viewer: Viewer) -> str:
    """The HTML of what a topic shows to a class of viewers, for a page: to the letter what its socket is
    sent for the same."""
    known = TOPICS[topic]
    return _render(topic, model, head, known.tell(known.narrow(viewer)))


def _render(topic: str, model: object, head: Head, viewer: Viewer) -> str:
    return ENVIRONMENT.get_template(f"fragments/{topic}.html").render(
        model=model,
        head=head,
        viewer=viewer,
        language=viewer.language,
        t=i18n.speaker(viewer.language),
    )


def digest(html: str) -> str:
    """A mark of a fragment, by which a page says what it shows already."""
    return sha256(html.encode()).hexdigest()[:16]


def render_topic(
    desk: Desk, session: str, person: str | None, topic: str, now: datetime
) -> str | None:
    """A topic as HTML, for the class this person belongs to; None if they may not see it."""
    viewer = viewer_of(desk, session, person, now)
    return Rendering(desk, session, topic).renew(now).render(viewer)


TOPICS: Mapping[str, Topic] = {
    "sitting": Topic(
        Action.KNOW, read_sitting, frozenset({Action.MANAGE_SITTING, Action.MANAGE_DOOR})
    ),
    "rehearsal": Topic(Action.KNOW, read_rehearsal),
    "agenda": Topic(
        Action.SEE_AGENDA, read_agenda, frozenset({Action.MANAGE_AGENDA, Action.ADVANCE_AGENDA})
    ),
    "gavel": Topic(
        Action.MARK_ATTENDANCE,
        read_gavel,
        frozenset({Action.MANAGE_SITTING, Action.GIVE_GRANTS}),
    ),
    "soon": Topic(Action.ATTEND, read_soon, frozenset({Action.MANAGE_DOOR})),
    "floor": Topic(Action.ATTEND, read_floor, frozenset({Action.MANAGE_FLOOR, Action.SPEAK})),
    "attendance": Topic(Action.ATTEND, read_attendance, frozenset({Action.MARK_ATTENDANCE})),
    "quorum": Topic(Action.MARK_ATTENDANCE, read_quorum),
    "documents": Topic(
        Action.KNOW,
        read_documents,
        frozenset({Action.READ_DRAFT, Action.DOWNLOAD, Action.SEE_AGENDA}),
        papers=True,
    ),
    "papers": Topic(
        Action.MANAGE_DOCUMENTS, read_papers, frozenset({Action.SEE_AGENDA}), papers=True
    ),
    "checks": Topic(Action.MANAGE_DOCUMENTS, read_checks, frozenset({Action.READ_DRAFT})),
    "assembly": Topic(Action.MANAGE_DOCUMENTS, read_assembly, frozenset({Action.READ_DRAFT})),
    "publication": Topic(Action.MANAGE_DOCUMENTS, read_publication, frozenset({Action.PUBLISH})),
    "readers": Topic(Action.MANAGE_DOCUMENTS, read_readers),
    "closed_text": Topic(Action.KNOW, read_closed_text, frozenset({Action.MANAGE_DOOR})),
    "draft": Topic(
        Action.READ_DRAFT,
        read_draft,
        frozenset(
            {
                Action.MANAGE_SITTING,
                Action.MARK_PARAGRAPH,
                Action.DECIDE,
                Action.SEE_POSITIONS,
                Action.ADOPT,
            }
        ),
    ),
    "closed_draft": Topic(
        Action.ADOPT,
        read_closed_draft,
        frozenset({Action.MARK_PARAGRAPH, Action.DECIDE, Action.SEE_POSITIONS}),
        behind=True,
    ),
    "room": Topic(
        Action.SEE_ROOM_TEXT,
        read_room,
        frozenset({Action.MANAGE_SITTING, Action.DECIDE, Action.SEE_POSITIONS}),
    ),
    "delegations": Topic(
        Action.MANAGE_SITTING,
        read_delegations,
        frozenset(
            {
                Action.SEE_ROOM_TEXT,
                Action.DECIDE,
                Action.SEE_POSITIONS,
                Action.MANAGE_FLOOR,
                Action.MARK_ATTENDANCE,
            }
        ),
    ),
    "programme": Topic(Action.MANAGE_AGENDA, read_programme, frozenset({Action.ADVANCE_AGENDA})),
    "meeting": Topic(Action.ACCREDIT, read_meeting, frozenset({Action.MANAGE_SITTING})),
    "connections": Topic(Action.ACCREDIT, read_connections),
    "people": Topic(Action.ACCREDIT, read_people, frozenset({Action.GIVE_GRANTS})),
    "screen": Topic(Action.SEE_AGENDA, read_screen, frozenset({Action.SEE_ROOM_TEXT})),
    "screens": Topic(Action.ACCREDIT, read_screens),
    "door": Topic(Action.MANAGE_DOOR, read_door),
}

TOPICS_OF_EVENT: Mapping[str, tuple[str, ...]] = {
    contract.SittingChanged.name: (
        "soon",
        "sitting",
        "screen",
        "room",
        "delegations",
        "door",
        "floor",
        "draft",
        "closed_draft",
        "screens",
        "meeting",
    ),
    contract.PageTurned.name: ("screen", "room"),
    contract.RoomChanged.name: ("room", "screen", "delegations"),
    contract.DecisionRecorded.name: ("room", "screen", "delegations", "draft", "closed_draft"),
    contract.FloorChanged.name: ("floor", "delegations"),
    contract.ClosingAnnounced.name: ("soon", "door"),
    contract.RosterChanged.name: ("door",),
    contract.AgendaChanged.name: (
        "agenda",
        "screen",
        "programme",
        "floor",
        "delegations",
        "people",
        "documents",
        "papers",
    ),
    contract.AttendanceChanged.name: (
        "attendance",
        "quorum",
        "room",
        "delegations",
        "draft",
        "closed_draft",
        "connections",
        "meeting",
    ),
    contract.GavelChanged.name: ("gavel",),
    contract.SettingsChosen.name: ("floor", "delegations", "door", "programme", "meeting"),
    contract.SessionAmended.name: ("meeting", "gavel", "floor", "delegations", "people"),
    contract.PeopleChanged.name: (
        "people",
        "door",
        "screens",
        "connections",
        "gavel",
        "readers",
    ),
    contract.RehearsalChanged.name: ("rehearsal",),
    contract.DraftChanged.name: (
        "room",
        "screen",
        "delegations",
        "draft",
        "closed_draft",
        "checks",
    ),
    contract.ParagraphEdited.name: (
        "room",
        "screen",
        "delegations",
        "draft",
        "closed_draft",
        "checks",
    ),
    contract.AssemblyChanged.name: ("assembly",),
    contract.DocumentsChanged.name: (
        "documents",
        "papers",
        "draft",
        "checks",
        "assembly",
        "publication",
        "readers",
        "meeting",
    ),
    contract.ClosedTextChanged.name: ("closed_text", "closed_draft"),
}
"""Which topics an event makes stale. An event that is not here has its own typed receivers only."""

ENVIRONMENT = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,  # it would look at every file for every fragment
)
