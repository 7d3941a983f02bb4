"""Live topics: which there are, what each needs, and reading and rendering one for a class of viewers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from session_app import i18n
from session_app.domain import contract
from session_app.domain.access import Action, Level
from session_app.domain.agenda import ClosedRun, Session, number_items, veil
from session_app.domain.drafting import LANGUAGES, Kind, Language
from session_app.domain.errors import NotFound
from session_app.domain.floor import Request, speaking_times
from session_app.domain.forum import SittingMode
from session_app.domain.papers import CIRCLES, SLOTS
from session_app.domain.roster import Place
from session_app.services.adoption import digest, read_standing
from session_app.services.attendance import members_present
from session_app.services.decision import read_standing_decisions
from session_app.services.desk import Desk
from session_app.services.door import (
    admissible,
    by_exception,
    choices_of_companions,
    preview_closing,
    quota,
)
from session_app.services.floor import is_closed, is_within, read_floor, read_queue, spoken_openly
from session_app.services.gavel import list_entitled
from session_app.services.issuing import WordFile, list_files, needed_to_download, place
from session_app.services.papers import can_be_given
from session_app.store import documents, drafts, gavel, papers, people, rehearsals, sessions
from session_app.store import screens as enrolled
from session_app.store.database import stamp
from session_app.store.drafts import Draft
from session_app.store.floor import requests_of_session
from session_app.store.papers import Paper
from session_app.store.people import Accredited

from .attendance import read_attendance, read_quorum_of
from .desk import in_order, read_connections, read_programme
from .documents import read_assembly, read_checks, read_publication, read_readers
from .models import (
    AgendaModel,
    AttendeeModel,
    CircleModel,
    ClosedTextModel,
    ClosingModel,
    DocumentsModel,
    DoorModel,
    DraftModel,
    EnrolledModel,
    EnrolmentModel,
    FileModel,
    FloorModel,
    GavelModel,
    GrantModel,
    Head,
    ItemModel,
    NoticeModel,
    PaperFileModel,
    PaperGroup,
    PaperModel,
    PapersModel,
    ParagraphModel,
    PeopleModel,
    PersonModel,
    PresidingModel,
    PublishedModel,
    QuorumModel,
    RehearsalModel,
    ScreenModel,
    SittingModel,
    SoonModel,
    SpeakerModel,
    Viewer,
)
from .room import can_be_put, name_paragraphs, read_delegations, read_room, show_result
from .screen import compose_screen

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


def viewer_of(desk: Desk, session: str, person: str | None, now: datetime) -> Viewer:
    """The access class of a person in a session at this moment."""
    authority = desk.authority
    return Viewer(
        authority.actor(session, person).language,
        authority.allowed(session, person, now),
        authority.level_of_closed(session, person, now),
        authority.is_shut_out(session, person, now),
        authority.closed_allowed(session, person, now),
        authority.papers(session, person, now),
    )


def read_topic(
    desk: Desk, session: str, topic: str, viewer: Viewer, now: datetime
) -> object | None:
    """What a topic shows to a class of viewers; None, and nothing is read, if they may not see it."""
    known = TOPICS[topic]
    if not known.is_for(viewer):
        return None
    return known.read(desk, sessions.session(desk.store, session), viewer, now)


def render_topic(
    desk: Desk, session: str, person: str | None, topic: str, now: datetime
) -> str | None:
    """A topic as HTML, for the class this person belongs to; None if they may not see it."""
    return render_for(desk, session, topic, viewer_of(desk, session, person, now), now)


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
            html = ENVIRONMENT.get_template(f"fragments/{self._topic}.html").render(
                model=model,
                head=self._head,
                viewer=known,
                language=known.language,
                t=speaker(known.language),
            )
            same = _Rendered(known, self._head, model, html)
        self._rendered.append(same)
        return same.html


def render_for(desk: Desk, session: str, topic: str, viewer: Viewer, now: datetime) -> str | None:
    """A topic as HTML for one class of viewers; None if they may not see it."""
    return Rendering(desk, session, topic).renew(now).render(viewer)


def speaker(language: Language) -> Callable[..., str]:
    """The templates' `t`: a sentence or word of the interface in one language."""

    def t(key: str, **params: object) -> str:
        return i18n.translate(key, language, **params)

    return t


def read_head(desk: Desk, session_id: str) -> Head:
    """What the bar of a session's pages shows."""
    session = sessions.session(desk.store, session_id)
    body = desk.forum.bodies[session.body]
    return Head(
        session=session.id,
        body=body.acronym,
        body_name=body.name,
        city=session.city,
        place={language: place(desk.forum, session, language) for language in LANGUAGES},
        dates={
            language: i18n.format_dates(session.starts, session.ends, language)
            for language in LANGUAGES
        },
        zone=session.zone,
        rehearsal_of=session.rehearsal_of or "",
    )


def _read_rehearsal(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> RehearsalModel:
    return RehearsalModel(rehearsals.rehearsal_of(desk.store, session.id) or "")


def _read_sitting(
    desk: Desk, session: Session, viewer: Viewer, now: datetime
) -> SittingModel | None:
    if viewer.closed is Level.NOTHING:
        return None  # who is not to know that there is a closed part is told nothing of its hours
    sitting = sessions.sitting(desk.store, session.id)
    zone = ZoneInfo(session.zone)
    today = {
        language: i18n.format_day(now.astimezone(zone).date(), language) for language in LANGUAGES
    }
    if sitting is None:
        return SittingModel("scheduled", 0, "open", "", "", today)
    if viewer.shut_out:
        # The same from the closing of the door to its opening, whatever happens behind it.
        return SittingModel("open", 0, sitting.mode, read_door_closed(desk, session), "", today)
    since = i18n.format_time(datetime.fromisoformat(sitting.since).astimezone(zone))
    return SittingModel(
        sitting.state, sitting.number, sitting.mode, since, sitting.resumes_at or "", today
    )


def _read_soon(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> SoonModel | None:
    if viewer.closed is Level.NOTHING:
        return None  # as of the sitting's hours
    return read_soon(desk, session, now)


def read_soon(desk: Desk, session: Session, now: datetime) -> SoonModel:
    """The notice before the door closes, if one stands."""
    sitting = sessions.sitting(desk.store, session.id)
    if sitting is None or not sitting.is_under_way or not sitting.closes_at:
        return SoonModel(0, "")
    until = datetime.fromisoformat(sitting.closes_at)
    if until <= now:
        return SoonModel(0, "")
    at = i18n.format_time(until.astimezone(ZoneInfo(session.zone)))
    return SoonModel(round(until.timestamp() * 1000), at, i18n.say_in_both("ui.soon"))


def _read_items(desk: Desk, session: Session, viewer: Viewer) -> tuple[ItemModel, ...]:
    held = sessions.agenda(desk.store, session.id)
    numbers = number_items(held)
    return tuple(
        ItemModel("", "", i18n.say_in_both("ui.agenda.closed_item"), each.state or "", "closed", "")
        if isinstance(each, ClosedRun)
        else ItemModel(
            each.id,
            numbers[each.id],
            {"es": each.title_es, "en": each.title_en},
            each.state,
            each.mode,
            each.slot or "",
        )
        for each in veil(held, viewer.closed)
    )


def _read_agenda(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> AgendaModel:
    items = _read_items(desk, session, viewer)
    at = next((index for index, item in enumerate(items) if item.state == "current"), -1)
    later = (item for item in items[at + 1 :] if item.state == "pending")
    return AgendaModel(
        items,
        items[at] if at >= 0 else None,
        next(later, None),
        session.agenda_issued,
        tuple(code for code in desk.forum.delegations if code != session.ppt),
    )


def read_door_closed(desk: Desk, session: Session) -> str:
    """Since when the door has been closed, in the room's time: the one thing told of what is behind."""
    sitting = sessions.sitting(desk.store, session.id)
    if sitting is None or not sitting.is_behind_door:
        return ""
    zone = ZoneInfo(session.zone)
    return i18n.format_time(datetime.fromisoformat(sitting.opened).astimezone(zone))


def read_notice(desk: Desk, session_id: str, person: str | None) -> NoticeModel:
    """What somebody whom the door keeps out is told."""
    session = sessions.session(desk.store, session_id)
    sitting = sessions.sitting(desk.store, session_id)
    entry = sessions.roster(desk.store, session_id).get(person or "")
    asks = person in {each.person for each in admissible(desk, session_id)}
    mode = sitting.mode if sitting is not None else "open"
    return NoticeModel(
        since=read_door_closed(desk, session),
        mode=mode,
        place=entry.place if entry is not None else "",
        may_ask=asks and mode == "closed",
        category=desk.authority.actor(session_id, person).category,
    )


def _read_door(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> DoorModel:
    sitting = sessions.sitting(desk.store, session.id)
    mode = sitting.mode if sitting is not None and sitting.is_under_way else "open"
    entries = sessions.roster(desk.store, session.id)
    connected = desk.connected(session.id)
    everybody = in_order(desk, people.accredited(desk.store, session.id))
    excepted = by_exception(desk, session.id)

    def attendee(each: Accredited) -> AttendeeModel:
        entry = entries.get(each.person)
        return AttendeeModel(
            each.person,
            each.name,
            each.delegation,
            each.capacity,
            each.rank,
            connected.get(each.person, 0),
            entry.reason if entry is not None else "",
            each.person in excepted,
        )

    def placed(place: Place) -> tuple[AttendeeModel, ...]:
        return tuple(
            attendee(each)
            for each in everybody
            if each.person in entries and entries[each.person].place is place
        )

    def closing(other: SittingMode, companions: int) -> ClosingModel:
        would = preview_closing(desk, session.id, other, now, companions=companions or None)
        stays = {each.person for each in would.stays}
        cut_off = {each.person for each in would.cut_off}
        return ClosingModel(
            other,
            tuple(attendee(each) for each in everybody if each.person in stays),
            tuple(attendee(each) for each in everybody if each.person in cut_off),
            would.seen,
            companions,
        )

    ways: list[tuple[SittingMode, int]] = [
        *(("closed", each) for each in choices_of_companions(desk, session.id)),
        ("members", 0),
    ]
    return DoorModel(
        mode=mode,
        since=read_door_closed(desk, session),
        verified=sitting is not None and sitting.verified,
        companions=quota(desk, session.id),
        closings=tuple(closing(*way) for way in ways if way[0] != mode),
        named=placed(Place.NAMED),
        admitted=placed(Place.ADMITTED),
        waiting=placed(Place.WAITING),
        others=tuple(attendee(each) for each in in_order(desk, admissible(desk, session.id))),
        under_way=sitting is not None and sitting.is_under_way,
        announced=read_soon(desk, session, now).at,
    )


def _read_gavel(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> GavelModel:
    holder = desk.authority.holder(session.id, now)
    since = ""
    behind = holder is not None and is_within(
        sessions.closed_spans(desk.store, session.id), holder.since
    )
    if holder is not None and (viewer.closed is Level.CONTENT or not behind):
        at = datetime.fromisoformat(holder.since).astimezone(ZoneInfo(session.zone))
        since = i18n.format_time(at)
    return GavelModel(
        PresidingModel(holder.person, holder.name, holder.delegation) if holder else None,
        since,
        gavel.delegation(desk.store, session.id) is not None,
        tuple(
            PresidingModel(each.person, each.name, each.delegation)
            for each in list_entitled(desk, session.id, now)
        ),
    )


def _read_floor(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> FloorModel:
    sitting = sessions.sitting(desk.store, session.id)
    told = viewer.closed is Level.CONTENT or not is_closed(desk, session.id)
    if sitting is None or not sitting.is_under_way or not told:
        return FloorModel(None, (), False, False, (), ())
    held = read_floor(desk, session.id)
    queue = read_queue(desk, session.id)
    keeps = Action.MANAGE_FLOOR in viewer.may
    zone = ZoneInfo(session.zone)

    def shown(each: Request, before: Sequence[Request] = (), at: int = 0) -> SpeakerModel:
        known = desk.forum.delegations.get(each.delegation)
        deadline = each.deadline
        who = desk.authority.actor(session.id, each.person) if each.person else None
        return SpeakerModel(
            id=each.id,
            delegation=each.delegation,
            name=known.name if known else dict.fromkeys(LANGUAGES, each.delegation),
            person=who.name if who else "",
            kind=each.kind,
            place=each.place,
            at=i18n.format_time(each.asked.astimezone(zone)),
            deadline=round(deadline.timestamp() * 1000) if deadline else 0,
            left=round(each.left) if each.left is not None else 0,
            limit=each.limit or 0,
            can_move_up=any(
                other.kind is each.kind and other.place is each.place for other in before
            ),
            ordinal={
                language: i18n.format_ordinal(at, language) if at else "" for language in LANGUAGES
            },
            spoken=who.language if who else "",
        )

    times: Mapping[str, float] = {}
    if keeps and viewer.closed is Level.CONTENT:
        times = speaking_times(requests_of_session(desk.store, session.id))
    elif keeps:
        times = spoken_openly(desk, session.id)
    return FloorModel(
        speaker=shown(held.speaker) if held.speaker else None,
        queue=tuple(shown(each, queue[:place], place + 1) for place, each in enumerate(queue)),
        closed=held.closed,
        is_open=True,
        others=tuple((code, each.name) for code, each in desk.forum.delegations.items())
        if keeps
        else (),
        times=tuple((code, _minutes(seconds)) for code, seconds in times.items()),
    )


def _read_quorum(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> QuorumModel:
    return read_quorum_of(desk, session)


def _read_documents(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> DocumentsModel:
    groups = read_papers(desk, session, viewer, now)
    draft = drafts.draft_of(desk.store, session.id)
    if draft is None or needed_to_download(draft) not in viewer.may:
        return DocumentsModel((), groups)
    files = tuple(_file(each, session, "documents") for each in list_files(desk, session.id))
    revision = documents.prepared(desk.store, draft.id) if draft.adopted is None else []
    prepared = tuple(
        FileModel(
            layout=each.layout,
            href=f"/s/{session.id}/documents/{each.id}",
            name=each.name,
            adopted=False,
            version=each.version,
            at=_short_moment(each.at, session, now),
            size=_size(each.size),
            sha256="",
        )
        for each in revision
    )
    public = documents.published_at(desk.store, draft.id) is not None
    number_of = revision[0].revision if revision else 0
    return DocumentsModel(files, groups, prepared, number_of, public)


def read_papers(
    desk: Desk, session: Session, viewer: Viewer, now: datetime
) -> tuple[PaperGroup, ...]:
    """The papers a viewer may have, item by item; those of the whole session come first."""
    if not viewer.papers:
        return ()
    items = _read_items(desk, session, viewer) if Action.SEE_AGENDA in viewer.may else ()
    # Whichever is under way: a list of papers is not another for that.
    known = {each.id: replace(each, state="") for each in items if each.id}
    held: dict[str, list[PaperModel]] = {}
    for each in papers.papers(desk.store, session.id):
        if each.id in viewer.papers:
            held.setdefault(each.standing.item or "", []).append(_paper(each, session, now))
    shown = [PaperGroup(None, tuple(held.pop("", ())))]
    shown += [PaperGroup(known[item], tuple(held.pop(item))) for item in known if item in held]
    # Of an item the viewer is told nothing of, such as an observer who may have one paper of it.
    others = tuple(each for group in held.values() for each in group)
    if others:
        shown[0] = PaperGroup(None, (*shown[0].papers, *others))
    return tuple(group for group in shown if group.papers)


def _paper(paper: Paper, session: Session, now: datetime) -> PaperModel:
    slots = {each.slot for each in paper.files}
    due = () if "bilingual" in slots else tuple(each for each in LANGUAGES if each not in slots)
    return PaperModel(
        id=paper.id,
        title=paper.titles,
        revision=paper.revision,
        document_class=paper.standing.document_class,
        circles=tuple(each for each in CIRCLES if each in paper.standing.circles),
        at=_short_moment(paper.at, session, now),
        files=tuple(
            PaperFileModel(
                each.slot,
                f"/s/{session.id}/documents/{each.id}",
                each.format,
                _size(each.size),
            )
            for slot in SLOTS
            for each in paper.files
            if each.slot == slot
        ),
        due=due,
    )


def read_published(desk: Desk, session_id: str, now: datetime) -> PublishedModel:
    """What anybody may have of a session. Raises `NotFound` before its document has been published."""
    session = sessions.session(desk.store, session_id)
    draft = drafts.draft_of(desk.store, session_id)
    at = documents.published_at(desk.store, draft.id) if draft is not None else None
    if at is None:
        raise NotFound("document.unknown")
    public = desk.authority.papers(session_id, None, now)
    files = (_file(each, session, "documents") for each in list_files(desk, session_id))
    shown = (
        _paper(each, session, now)
        for each in papers.papers(desk.store, session_id)
        if each.id in public
    )
    place_of = f"/p/{session_id}"
    return PublishedModel(
        _moment(at, session),
        tuple(replace(each, href=f"{place_of}/{each.layout}.docx") for each in files),
        tuple(
            replace(
                each,
                circles=(),
                files=tuple(
                    replace(file, href=f"{place_of}/{file.href.rpartition('/')[2]}")
                    for file in each.files
                ),
            )
            for each in shown
        ),
    )


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1000))} kB"


def _short_moment(at: str, session: Session, now: datetime) -> Mapping[Language, str]:
    """The time of a moment of today, the day of another."""
    zone = ZoneInfo(session.zone)
    local = datetime.fromisoformat(at).astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return dict.fromkeys(LANGUAGES, i18n.format_time(local))
    return {language: i18n.format_day(local.date(), language) for language in LANGUAGES}


def _read_handed_out(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> PapersModel:
    items = (
        tuple(replace(each, state="") for each in _read_items(desk, session, viewer) if each.id)
        if Action.SEE_AGENDA in viewer.may
        else ()
    )
    return PapersModel(
        read_papers(desk, session, viewer, now),
        items,
        tuple(
            CircleModel(circle, can_be_given(desk, session.id, circle, now)) for circle in CIRCLES
        ),
    )


def _read_closed_text(
    desk: Desk, session: Session, viewer: Viewer, now: datetime
) -> ClosedTextModel:
    if viewer.closed_draft:
        files = list_files(desk, session.id, closed=True)
        shown = tuple(_file(each, session, "closed-draft") for each in files)
        adopts = Action.ADOPT in viewer.closed_draft and not shown[0].adopted
        return ClosedTextModel(is_readable=True, may_start=False, files=shown, may_adopt=adopts)
    begun = desk.authority.closed_draft(session.id) is not None
    starts = Action.MANAGE_DOOR in viewer.may and not begun
    return ClosedTextModel(is_readable=False, may_start=starts, files=())


def _file(file: WordFile, session: Session, folder: str) -> FileModel:
    return FileModel(
        layout=file.layout,
        href=f"/s/{session.id}/{folder}/{file.layout}.docx",
        name=file.name,
        adopted=file.adopted,
        version=file.version,
        at=_moment(file.at, session),
        size=_size(file.size) if file.size else "",
        sha256=file.sha256 or "",
    )


def _read_draft(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> DraftModel | None:
    draft = drafts.draft_of(desk.store, session.id)
    return _read_text(desk, session, draft, viewer) if draft is not None else None


def _read_closed_draft(
    desk: Desk, session: Session, viewer: Viewer, now: datetime
) -> DraftModel | None:
    draft = drafts.draft_of(desk.store, session.id, closed=True)
    return _read_text(desk, session, draft, viewer) if draft is not None else None


def _read_text(desk: Desk, session: Session, draft: Draft, viewer: Viewer) -> DraftModel:
    standing = read_standing(desk, draft.id)
    results = read_standing_decisions(desk, draft.id, standing.rows)
    names = name_paragraphs(desk, draft.id, standing.rows)
    may = viewer.closed_draft if draft.closed else viewer.may
    adopted = drafts.adopted_texts(desk.store, draft.id)
    in_the_way: dict[str, list[str]] = {}
    for obstacle in standing.obstacles:
        code = f"{obstacle.reason}.{obstacle.language}" if obstacle.language else obstacle.reason
        in_the_way.setdefault(obstacle.paragraph, []).append(code)
    paragraphs = tuple(
        ParagraphModel(
            id=row.id,
            kind=row.kind,
            state=row.state,
            texts=standing.texts[row.id],
            digest=digest(standing.texts[row.id]),
            obstacles=tuple(in_the_way.get(row.id, ())),
            override=adopted[row.id].override if row.id in adopted else None,
            name=names[row.id],
            standing=show_result(desk, session, viewer, may, results.get(row.id)),
        )
        for row in standing.rows
    )
    counted = [row for row in standing.rows if row.kind is not Kind.HEADING]
    act = draft.adopted
    chair = desk.authority.actor(session.id, act.by).name if act else ""
    return DraftModel(
        id=draft.id,
        paragraphs=paragraphs,
        counts=Counter(str(row.state) for row in counted),
        total=len(counted),
        obstacles=len(in_the_way),
        digest=standing.digest,
        adopted_at=_moment(act.at, session) if act else {},
        adopted_by=chair,
        present=act.present if act else members_present(desk, session.id),
        override=act.override if act else None,
        is_closed=draft.closed,
        sits=can_be_put(desk, session.id, draft),
        quorum=None if act else read_quorum_of(desk, session),
    )


def _read_people(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> PeopleModel:
    granted: dict[str, list[GrantModel]] = {}
    zone = ZoneInfo(session.zone)
    # Whichever is under way: a list of people is not another for that.
    items = tuple(replace(each, state="") for each in _read_items(desk, session, viewer) if each.id)
    numbers = {each.id: each.number for each in items}
    held = drafts.draft_of(desk.store, session.id)
    open_text = held.id if held is not None else ""
    spans = sessions.closed_spans(desk.store, session.id)
    for grant in people.grants(desk.store, session.id):
        given_behind = is_within(spans, stamp(grant.given_at))
        is_of_closed = grant.item not in (None, *numbers) or grant.draft not in (None, open_text)
        if viewer.closed is not Level.CONTENT and (given_behind or is_of_closed):
            continue  # given behind the closed door, or for what is there
        giver = desk.authority.actor(session.id, grant.given_by).name
        at = i18n.format_time(grant.given_at.astimezone(zone))
        until = _moment(grant.until.isoformat(), session)[viewer.language] if grant.until else ""
        item = numbers.get(grant.item or "", "")
        shown = GrantModel(
            grant.id, grant.right, grant.reason, giver, at, until, item, grant.draft is not None
        )
        granted.setdefault(grant.person, []).append(shown)
    return PeopleModel(
        tuple(
            PersonModel(
                id=each.person,
                name=each.name,
                delegation=each.delegation,
                capacity=each.capacity,
                drafting=each.drafting,
                language=each.language,
                signed_in=each.badge_used,
                badge_waits=each.badge_waits,
                grants=tuple(granted.get(each.person, ())),
            )
            for each in in_order(desk, people.accredited(desk.store, session.id))
        ),
        items,
        open_text,
    )


def _read_screen(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> ScreenModel:
    return compose_screen(_read_items(desk, session, viewer), read_room(desk, session, viewer, now))


def _read_screens(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> EnrolmentModel:
    connected, left = desk.connected(session.id), desk.last_seen(session.id)

    def shown(each: enrolled.Screen) -> EnrolledModel:
        if desk.authority.is_shut_out(session.id, each.id, now):
            state = "dark"  # it has no line while the door keeps it out
        else:
            state = "live" if connected.get(each.id) else "gone" if each.device else "none"
        seen = left.get(each.id) if state == "gone" else None
        return EnrolledModel(
            id=each.id,
            name=each.name,
            audience=each.audience,
            state=state,
            device=each.device or "",
            since=_moment(each.since, session)[viewer.language] if each.since else "",
            seen=_moment(seen.isoformat(), session)[viewer.language] if seen else "",
        )

    listed = enrolled.screens(desk.store, session.id, now)
    return EnrolmentModel(tuple(shown(each) for each in listed))


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _moment(at: str, session: Session) -> Mapping[Language, str]:
    local = datetime.fromisoformat(at).astimezone(ZoneInfo(session.zone))
    return {language: i18n.format_moment(local, language) for language in LANGUAGES}


TOPICS: Mapping[str, Topic] = {
    "sitting": Topic(Action.KNOW, _read_sitting, frozenset({Action.MANAGE_SITTING})),
    "rehearsal": Topic(Action.KNOW, _read_rehearsal),
    "agenda": Topic(
        Action.SEE_AGENDA, _read_agenda, frozenset({Action.MANAGE_AGENDA, Action.ADVANCE_AGENDA})
    ),
    "gavel": Topic(
        Action.MARK_ATTENDANCE,
        _read_gavel,
        frozenset({Action.MANAGE_SITTING, Action.GIVE_GRANTS}),
    ),
    "soon": Topic(Action.ATTEND, _read_soon, frozenset({Action.MANAGE_DOOR})),
    "floor": Topic(Action.ATTEND, _read_floor, frozenset({Action.MANAGE_FLOOR, Action.SPEAK})),
    "attendance": Topic(Action.ATTEND, read_attendance, frozenset({Action.MARK_ATTENDANCE})),
    "quorum": Topic(Action.MARK_ATTENDANCE, _read_quorum),
    "documents": Topic(
        Action.KNOW,
        _read_documents,
        frozenset({Action.READ_DRAFT, Action.DOWNLOAD, Action.SEE_AGENDA}),
        papers=True,
    ),
    "papers": Topic(
        Action.MANAGE_DOCUMENTS, _read_handed_out, frozenset({Action.SEE_AGENDA}), papers=True
    ),
    "checks": Topic(Action.MANAGE_DOCUMENTS, read_checks, frozenset({Action.READ_DRAFT})),
    "assembly": Topic(Action.MANAGE_DOCUMENTS, read_assembly, frozenset({Action.READ_DRAFT})),
    "publication": Topic(Action.MANAGE_DOCUMENTS, read_publication, frozenset({Action.PUBLISH})),
    "readers": Topic(Action.MANAGE_DOCUMENTS, read_readers),
    "closed_text": Topic(Action.KNOW, _read_closed_text, frozenset({Action.MANAGE_DOOR})),
    "draft": Topic(
        Action.READ_DRAFT,
        _read_draft,
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
        _read_closed_draft,
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
    "connections": Topic(Action.ACCREDIT, read_connections),
    "people": Topic(Action.ACCREDIT, _read_people, frozenset({Action.GIVE_GRANTS})),
    "screen": Topic(Action.SEE_AGENDA, _read_screen, frozenset({Action.SEE_ROOM_TEXT})),
    "screens": Topic(Action.ACCREDIT, _read_screens),
    "door": Topic(Action.MANAGE_DOOR, _read_door),
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
    ),
    contract.GavelChanged.name: ("gavel",),
    contract.SettingsChosen.name: ("floor", "delegations", "door", "programme"),
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
