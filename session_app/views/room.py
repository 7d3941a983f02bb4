"""The paragraph before the room, as each screen shows it: this one is read, not the text around it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from session_app import i18n
from session_app.domain.access import Action, Level
from session_app.domain.agenda import Session
from session_app.domain.decision import Decision, find_standing
from session_app.domain.drafting import Row, State, Texts
from session_app.domain.floor import Place
from session_app.domain.paging import lay_out
from session_app.services.adoption import digest
from session_app.services.desk import Desk
from session_app.services.floor import is_closed, read_floor
from session_app.services.room import standing_text
from session_app.services.structure import name_paragraphs
from session_app.store import decisions, drafts, people, room, sessions
from session_app.store.drafts import Draft

from .attendance import ArrivalModel, QuorumModel, read_quorum_of, telling
from .viewer import Viewer


@dataclass(frozen=True, slots=True)
class ResultModel:
    """The result that counts on a paragraph, for members and the Secretariat."""

    result: str  # consensus, ad_referendum, bracketed, objection
    at: str  # "14:35"
    delegations: tuple[tuple[str, Texts], ...] = ()  # that consult, hold to the brackets or object
    note: str = ""


@dataclass(frozen=True, slots=True)
class UndoModel:
    """A result that can still be taken back."""

    decision: str
    paragraph: str
    name: Texts  # of its paragraph
    result: str
    delegations: tuple[Texts, ...]
    until: int  # milliseconds since 1970, by the server's clock


@dataclass(frozen=True, slots=True)
class MemberModel:
    """A member delegation, as a result can name it."""

    code: str
    name: Texts
    present: bool


@dataclass(frozen=True, slots=True)
class RoomModel:
    """Topic `room`: the paragraph before the room, or none. Who conducts is told more of it."""

    draft: str = ""
    paragraph: str = ""  # empty where nothing stands, or nothing the viewer may know of
    name: Texts = field(default_factory=dict)  # "Conclusión 18 b)"
    state: str = ""
    texts: Texts = field(default_factory=dict)
    since: str = ""  # "14:31", local time of the room
    seen_by: str = ""  # members, observers, closed
    digest: str = ""  # of the texts shown: what a result names, for who records one
    before: str = ""  # the paragraphs beside it, for who conducts
    after: str = ""
    standing: ResultModel | None = None
    undo: UndoModel | None = None  # for who records results, while it lasts
    members: tuple[MemberModel, ...] = ()  # for who records results
    quorum: QuorumModel | None = None  # for who records results
    page: int = 1  # the page of it the screens of the room show, and how many it takes there
    pages: int = 1


@dataclass(frozen=True, slots=True)
class TileModel:
    """A member delegation before the chair: is it there, does it want the floor, where does it stand."""

    code: str
    name: Texts
    present: bool
    presides: bool
    floor: str = ""  # speaking, waiting, or empty
    position: str = ""  # consults, brackets, objects, or empty
    arrival: ArrivalModel | None = None
    label: Texts | None = None  # a shorter name, where there is one


@dataclass(frozen=True, slots=True)
class DelegationsModel:
    """Topic `delegations`, in Spanish alphabetical order of countries."""

    tiles: tuple[TileModel, ...]
    present: int
    takes_floor: bool  # a sitting is under way, and its speakers are for this viewer
    draft: str = ""  # the paragraph before the room that a position is recorded on, or empty
    paragraph: str = ""
    digest: str = ""


NOTHING = RoomModel()


def read_room(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> RoomModel:
    """What stands before the room, to a class of viewers who may see it; a paragraph of the closed
    part's text is nothing to who may not read that."""
    decides = Action.DECIDE in viewer.may
    undo = _read_undo(desk, session.id, viewer, now) if decides else None
    held = room.room_text(desk.store, session.id)
    if held is None:
        return replace(NOTHING, undo=undo)
    draft = drafts.draft(desk.store, held.draft)
    may = viewer.closed_draft if draft.closed else viewer.may
    if Action.SEE_ROOM_TEXT not in may:
        return replace(NOTHING, undo=undo)
    with desk.drafts.lock:
        rows = drafts.rows(desk.store, draft.id)
        at = next((place for place, row in enumerate(rows) if row.id == held.paragraph), None)
        if at is None:
            return replace(NOTHING, undo=undo)
        texts = standing_text(desk, draft.id, held.paragraph)
    layout = lay_out(texts)
    conducts = Action.MANAGE_SITTING in viewer.may
    decides = Action.DECIDE in may and draft.adopted is None
    return RoomModel(
        draft=draft.id,
        paragraph=held.paragraph,
        name=name_paragraphs(desk.store, draft.id, rows, desk.drafts.style)[held.paragraph],
        state=rows[at].state,
        texts=texts,
        since=i18n.format_time(session.local(held.since)),
        seen_by=_seen_by(desk, session.id),
        digest=digest(texts) if decides else "",
        page=layout.page(held.page)[0],
        pages=len(layout.pages),
        before=rows[at - 1].id if conducts and at else "",
        after=rows[at + 1].id if conducts and at + 1 < len(rows) else "",
        standing=show_result(desk, session, viewer, may, _standing_on(desk, rows[at])),
        undo=undo,
        members=_members(desk, session.id) if decides else (),
        quorum=read_quorum_of(desk, session) if decides else None,
    )


def _standing_on(desk: Desk, row: Row) -> Decision | None:
    return find_standing(decisions.decisions_on(desk.store, row.id), row.state)


def show_result(
    desk: Desk,
    session: Session,
    viewer: Viewer,
    may: frozenset[Action],
    standing: Decision | None,
) -> ResultModel | None:
    """A result with whoever it names, for members and the Secretariat; one recorded behind the closed
    door for its roster alone. `may`: what the viewer may do with the text it is on."""
    if standing is None or Action.SEE_POSITIONS not in may:
        return None
    if standing.behind and viewer.closed is not Level.CONTENT:
        return None
    known = desk.forum.delegations
    return ResultModel(
        standing.result,
        i18n.format_time(session.local(standing.at)),
        tuple((code, known[code].name) for code in standing.delegations if code in known),
        standing.note,
    )


def _read_undo(desk: Desk, session: str, viewer: Viewer, now: datetime) -> UndoModel | None:
    """The last result, on whichever text, while it can be taken back."""
    texts = [drafts.draft_of(desk.store, session)]
    if Action.DECIDE in viewer.closed_draft:
        texts.append(drafts.draft_of(desk.store, session, closed=True))
    found = [decisions.last_decision(desk.store, each.id) for each in texts if each is not None]
    inside = viewer.closed is Level.CONTENT  # whose names they are is for the roster
    recent = [each for each in found if each and now < each.until and (inside or not each.behind)]
    if not recent:
        return None
    last = max(recent, key=lambda each: each.at)
    rows = drafts.rows(desk.store, last.draft)
    row = next((each for each in rows if each.id == last.paragraph), None)
    if row is None or _standing_on(desk, row) != last:
        return None
    return UndoModel(
        last.id,
        row.id,
        name_paragraphs(desk.store, last.draft, rows, desk.drafts.style)[row.id],
        last.result,
        tuple(desk.forum.delegations[code].name for code in last.delegations),
        round(last.until.timestamp() * 1000),
    )


def can_be_put(desk: Desk, session: str, draft: Draft) -> bool:
    """Whether a room sits before which paragraphs of this text can be put now."""
    sitting = sessions.sitting(desk.store, session)
    if sitting is None or not sitting.is_under_way:
        return False
    return sitting.mode == "closed" or not draft.closed


def put_before_observers(desk: Desk, session: str) -> int:
    """The sitting in which what is put before the room is seen by observers too; 0 where it is not."""
    sitting = sessions.sitting(desk.store, session)
    if sitting is None or not sitting.is_under_way or _seen_by(desk, session) != "observers":
        return 0
    return sitting.number


def _members(desk: Desk, session: str) -> tuple[MemberModel, ...]:
    present = sessions.present(desk.store, session)
    return tuple(
        MemberModel(each.code, each.name, each.code in present) for each in desk.forum.members
    )


def read_delegations(
    desk: Desk, session: Session, viewer: Viewer, now: datetime
) -> DelegationsModel:
    """The member delegations as the chair has them before the paragraph."""
    shown = read_room(desk, session, viewer, now)
    positions = {}
    if shown.standing is not None:
        word = {"ad_referendum": "consults", "bracketed": "brackets", "objection": "objects"}
        positions = {code: word[shown.standing.result] for code, _ in shown.standing.delegations}
    sitting = sessions.sitting(desk.store, session.id)
    takes_floor = (
        sitting is not None
        and sitting.is_under_way
        and (viewer.closed is Level.CONTENT or not is_closed(desk, session.id))
    )
    floor: dict[str, str] = {}
    if takes_floor:
        held = read_floor(desk, session.id)
        waiting = (Place.WAITING, Place.INTERRUPTED)
        floor = {each.delegation: "waiting" for each in held.requests if each.place in waiting}
        if held.speaker is not None:
            floor[held.speaker.delegation] = "speaking"
    marks, tell = sessions.attendance(desk.store, session.id), telling(desk, session, viewer)
    tiles = tuple(
        TileModel(
            each.code,
            each.name,
            each.present,
            each.code == session.ppt,
            floor.get(each.code, ""),
            positions.get(each.code, ""),
            tell(marks.get(each.code)),
            desk.forum.delegations[each.code].short,
        )
        for each in _members(desk, session.id)
    )
    decides = bool(shown.digest) and shown.state != State.ADOPTED
    return DelegationsModel(
        tiles,
        sum(each.present for each in tiles),
        takes_floor,
        *((shown.draft, shown.paragraph, shown.digest) if decides else ()),
    )


def _seen_by(desk: Desk, session: str) -> str:
    """Who has it before them: those behind the door, the members, or the observers too."""
    sitting = sessions.sitting(desk.store, session)
    mode = sitting.mode if sitting is not None and sitting.is_under_way else "open"
    if mode != "open":
        return mode
    settings = desk.forum.access
    on_a_screen = settings.screen_draft_to_observers == "yes" and any(
        each.capacity == "screen" and each.audience == "observers"
        for each in people.accredited(desk.store, session)
    )
    return "observers" if on_a_screen or settings.room_text_to_observers == "yes" else "members"
