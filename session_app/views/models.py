"""The plain values a screen is rendered from. Templates read these and `viewer.may`; they decide nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from session_app.domain.access import Action, Level
from session_app.domain.drafting import Language
from session_app.domain.paging import Columns

Texts = Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Viewer:
    """For whom a screen is rendered: an access class, never a person."""

    language: Language
    may: frozenset[Action]
    closed: Level = Level.NOTHING  # how much of the session's closed part they see
    shut_out: bool = False  # the door of the sitting under way keeps them out
    closed_draft: frozenset[Action] = frozenset()  # what they may do with the closed part's text
    papers: frozenset[str] = frozenset()  # the papers they may have, by id


@dataclass(frozen=True, slots=True)
class Head:
    """What the bar of every page of a session shows."""

    session: str
    body: Texts  # "GRCM" / "RCGM"
    body_name: Texts
    city: Texts
    place: Texts  # "San Salvador, El Salvador"
    dates: Texts
    zone: str = "UTC"  # of the clocks in the room
    rehearsal_of: str = ""  # the session of which this is a rehearsal, or empty


@dataclass(frozen=True, slots=True)
class Me:
    """The person who is looking, for the bar of a page; never part of a fragment."""

    name: str
    delegation: str
    capacity: str  # code; its word is `ui.capacity.<code>`
    person: str = ""  # what the page's script tells its own things by
    others: tuple[Head, ...] = ()  # the other sessions they are accredited to


@dataclass(frozen=True, slots=True)
class SittingModel:
    """Topic `sitting`: the state of the room."""

    state: str  # scheduled (none opened yet), open, suspended, closed
    number: int
    mode: str  # open, members, closed
    since: str  # "14:02", local time of the room; empty if none was opened
    resumes_at: str  # "15:30" or empty
    today: Texts  # "21 de junio de 2017"


@dataclass(frozen=True, slots=True)
class RehearsalModel:
    """Topic `rehearsal`: the rehearsal of this session that is going on, if there is one."""

    session: str  # or empty


@dataclass(frozen=True, slots=True)
class SoonModel:
    """Topic `soon`: the notice before the door closes. It says the same to everybody and names nothing."""

    until: int  # milliseconds since 1970; 0: no notice
    at: str  # "14:32", local time of the room
    said: Texts = field(default_factory=dict)  # the sentence, for screens that speak both languages


@dataclass(frozen=True, slots=True)
class ItemModel:
    """One agenda item."""

    id: str  # empty for a closed run one is not told more of
    number: str
    title: Texts
    state: str  # pending, current, done; empty where it is not told
    mode: str = "open"  # open, members, closed
    slot: str = ""  # code of the delegation whose slot it is, or empty


@dataclass(frozen=True, slots=True)
class AgendaModel:
    """Topic `agenda`."""

    items: tuple[ItemModel, ...]
    current: ItemModel | None
    next: ItemModel | None
    issued: bool = False  # final, no longer preliminary
    slots: tuple[str, ...] = ()  # delegations that can be given one, by code


@dataclass(frozen=True, slots=True)
class PresidingModel:
    """Somebody who presides, or may."""

    person: str
    name: str
    delegation: str


@dataclass(frozen=True, slots=True)
class GavelModel:
    """Topic `gavel`: who presides, and who may."""

    holder: PresidingModel | None
    since: str  # "14:02"; empty while nobody holds it, and of what was done behind a closed door
    delegated: bool  # the Secretariat may conduct in the PPT's name
    entitled: tuple[PresidingModel, ...]


@dataclass(frozen=True, slots=True)
class AttendeeModel:
    """Somebody as the door's lists name one."""

    person: str
    name: str
    delegation: str
    capacity: str
    rank: str
    connected: int  # open screens and pages
    reason: str  # of the exception by which they are on the roster, or empty
    by_exception: bool = False  # can be admitted only with a reason


@dataclass(frozen=True, slots=True)
class EnrolledModel:
    """A screen of the room as the Secretariat's list has it."""

    id: str
    name: str
    audience: str  # members, observers
    state: str  # live, dark (the door keeps its audience out), gone, none (no device is signed in)
    device: str
    since: str  # "14:02", since when the device is signed in; empty where none is
    seen: str  # when it was last on line, where it is not and the desk knows


@dataclass(frozen=True, slots=True)
class EnrolmentModel:
    """Topic `screens`: the screens of the room."""

    screens: tuple[EnrolledModel, ...]


@dataclass(frozen=True, slots=True)
class ClosingModel:
    """What closing the door would do now."""

    mode: str  # members, closed
    stays: tuple[AttendeeModel, ...]
    cut_off: tuple[AttendeeModel, ...]
    seen: str
    companions: int = 0  # of each head; none among members only


@dataclass(frozen=True, slots=True)
class DoorModel:
    """Topic `door`: the chair's door, and the roster behind it."""

    mode: str  # of the sitting under way; open where there is none
    since: str
    verified: bool
    companions: int
    closings: tuple[ClosingModel, ...]  # the ways it can be closed now
    named: tuple[AttendeeModel, ...]
    admitted: tuple[AttendeeModel, ...]
    waiting: tuple[AttendeeModel, ...]
    others: tuple[AttendeeModel, ...]  # who could be admitted, by right or by exception
    under_way: bool = True  # whether there is a sitting, open or suspended
    announced: str = ""  # "14:32", from when it is said to be closed


@dataclass(frozen=True, slots=True)
class ArrivalModel:
    """How a delegation was last seen to arrive or leave, for who marks."""

    how: str  # chair, sign_in, scan
    since: str  # "14:02"
    person: str  # who leads it, of those who were seen to arrive, or empty


@dataclass(frozen=True, slots=True)
class DelegationModel:
    """A delegation and whether it is in the room."""

    code: str
    name: Texts
    present: bool
    presides: bool
    arrival: ArrivalModel | None = None


@dataclass(frozen=True, slots=True)
class AttendanceModel:
    """Topic `attendance`, in Spanish alphabetical order of countries."""

    delegations: tuple[DelegationModel, ...]
    present: int
    others: tuple[DelegationModel, ...] = ()  # who is no member, for who marks


@dataclass(frozen=True, slots=True)
class QuorumModel:
    """Topic `quorum`: whether the body may act, as far as a number is fixed."""

    present: int
    members: int
    needed: int  # 0 where none is fixed
    lacks: bool


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


@dataclass(frozen=True, slots=True)
class ScreenTextModel:
    """The paragraph before the room on one of its screens: the page that is shown."""

    name: Texts
    state: str
    size: str  # large, medium, small
    columns: Columns
    page: int
    pages: int
    bracketed: bool  # whether anything on this page stands in brackets
    word: Texts  # of the state


@dataclass(frozen=True, slots=True)
class ScreenModel:
    """Topic `screen`: what a screen of the room shows of agenda and text."""

    item: ItemModel | None
    following: tuple[ItemModel, ...]  # the next three items
    text: ScreenTextModel | None
    words: Mapping[str, Texts]  # next, not_agreed, page: a screen says all in both languages


@dataclass(frozen=True, slots=True)
class ParagraphModel:
    """A paragraph as the chair has it before the room."""

    id: str
    kind: str
    state: str
    texts: Texts
    digest: str  # of the two texts shown: what an adoption names
    obstacles: tuple[str, ...]  # codes: undecided, empty.es, empty.en, bracket.es, bracket.en
    override: str | None  # the chair's reason, if it was adopted in spite of an obstacle
    name: Texts  # "Conclusión 18 b)"
    standing: ResultModel | None = None


@dataclass(frozen=True, slots=True)
class DraftModel:
    """Topic `draft`: how far the text has come, and each paragraph with what is in its way."""

    id: str
    paragraphs: tuple[ParagraphModel, ...]
    counts: Mapping[str, int]  # by state; headings are not decided on
    total: int
    obstacles: int  # paragraphs with at least one
    digest: str
    adopted_at: Texts  # "21 de junio de 2017, 14:40", or empty while it is a draft
    adopted_by: str
    present: tuple[str, ...]  # delegations in the room: at the adoption, or before it now
    override: str | None
    is_closed: bool = False  # the closed part's own text: topic `closed_draft`
    sits: bool = False  # a room sits before which its paragraphs can be put
    quorum: QuorumModel | None = None  # while it can be adopted


@dataclass(frozen=True, slots=True)
class LineModel:
    """A row of the text as the drafting page is served with it."""

    kind: str
    state: str
    label: Texts
    texts: Texts
    ends: bool  # what belongs to its item ends with it


@dataclass(frozen=True, slots=True)
class BeginningModel:
    """A section of the text as the drafting page is served with it: the first rows of it, or all."""

    title: Texts
    lines: tuple[LineModel, ...]


@dataclass(frozen=True, slots=True)
class FileModel:
    """A Word file one may download."""

    layout: str  # es, en, bilingual
    href: str  # empty where the page only shows that there is one
    name: str
    adopted: bool
    version: int
    at: Texts  # moment of issue or of the last change
    size: str  # "17 kB" or empty
    sha256: str  # or empty while it is a draft


@dataclass(frozen=True, slots=True)
class CheckModel:
    """Something to look at before the files are prepared."""

    subject: str  # its words are `ui.check.<subject>`
    where: Texts
    paragraphs: tuple[str, ...]
    quotes: tuple[tuple[Language, str], ...]
    bracketed: int = 0
    proposed: int = 0


@dataclass(frozen=True, slots=True)
class ChecksModel:
    """Topic `checks`."""

    findings: tuple[CheckModel, ...]
    passed: tuple[str, ...]  # subjects with nothing to look at
    adopted: bool


@dataclass(frozen=True, slots=True)
class StepModel:
    """A step of the preparation."""

    name: str  # number, check, compose, write, compare
    state: str  # done, current, later, stopped
    took: Texts = field(default_factory=dict)  # "0,2" seconds, of one that is done
    done: int = 0
    total: int = 0  # 0 where it is done in one piece


@dataclass(frozen=True, slots=True)
class AssemblyModel:
    """Topic `assembly`: the preparation of the Word files."""

    draft: str
    adopted: bool
    revision: int  # the one under way, or the last; 0: none yet
    state: str  # none, running, cancelling, done, failed, cancelled
    percent: int
    step: int
    steps: tuple[StepModel, ...]
    at: str  # "14:32", when it was begun
    refusal: str = ""  # code of the sentence
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PublicationModel:
    """Topic `publication`."""

    draft: str
    adopted: bool
    at: Texts  # when it was published, or empty
    href: str  # the public page


@dataclass(frozen=True, slots=True)
class PublishedModel:
    """The public page of a session."""

    at: Texts
    files: tuple[FileModel, ...]
    papers: tuple[PaperModel, ...]


@dataclass(frozen=True, slots=True)
class ReaderModel:
    """A group of those who take part, and whether they may have the document's files."""

    circle: str
    may: str  # yes, no, leave (only by the PPT's leave), later (once published)
    people: int  # of the group, accredited
    by_leave: int  # of them, who may by a grant that stands


@dataclass(frozen=True, slots=True)
class ReadersModel:
    """Topic `readers`: who may have the document's files, as it stands."""

    readers: tuple[ReaderModel, ...]
    adopted: bool
    public: bool


@dataclass(frozen=True, slots=True)
class PaperFileModel:
    """One file of a paper."""

    slot: str  # es, en, bilingual
    href: str  # empty where the page only shows that there is one
    format: str  # docx, pdf, odt, xlsx, pptx
    size: str  # "17 kB"


@dataclass(frozen=True, slots=True)
class PaperModel:
    """A paper that has been handed out."""

    id: str
    title: Texts
    revision: int  # 0: as first handed out
    document_class: str  # private, public
    circles: tuple[str, ...]  # whom it is for beside the members
    at: Texts  # "14:20", or the day where it is another
    files: tuple[PaperFileModel, ...]
    due: tuple[str, ...] = ()  # languages it is still to come in


@dataclass(frozen=True, slots=True)
class PaperGroup:
    """The papers of one item of the agenda, or those of the whole session."""

    item: ItemModel | None
    papers: tuple[PaperModel, ...]


@dataclass(frozen=True, slots=True)
class DocumentsModel:
    """Topic `documents`: only what this class of viewers may have."""

    files: tuple[FileModel, ...]  # issued ones, or those of the text as it stands
    groups: tuple[PaperGroup, ...] = ()
    prepared: tuple[FileModel, ...] = ()  # of the last revision, while it is a draft
    revision: int = 0
    public: bool = False  # the adopted document has been published


@dataclass(frozen=True, slots=True)
class PapersModel:
    """Topic `papers`: what has been handed out, for who does it."""

    groups: tuple[PaperGroup, ...]
    items: tuple[ItemModel, ...]  # of the agenda, which a paper can belong to
    circles: tuple[CircleModel, ...]


@dataclass(frozen=True, slots=True)
class CircleModel:
    """Somebody a paper can be for beside the members."""

    name: str
    may: bool  # whether the access table lets them have documents of this body at all


@dataclass(frozen=True, slots=True)
class SpeakerModel:
    """A delegation that has the floor, or waits for it."""

    id: str
    delegation: str
    name: Texts
    person: str  # who asked, or empty
    kind: str  # speech, reply, order
    place: str  # waiting, interrupted, speaking, paused
    at: str  # "14:31", when it asked
    deadline: int  # milliseconds since 1970 while the clock runs, else 0
    left: int  # seconds while it stands
    limit: int  # seconds; 0: without limit
    can_move_up: bool
    ordinal: Texts  # place on the list: "2.º", "2nd"; empty for who has the floor
    spoken: str = ""  # the language of choice of who asked, or empty


@dataclass(frozen=True, slots=True)
class FloorModel:
    """Topic `floor`: the list of speakers of the item under way."""

    speaker: SpeakerModel | None
    queue: tuple[SpeakerModel, ...]
    closed: bool
    is_open: bool  # a sitting is under way, and the item is one the viewer is told of
    others: tuple[tuple[str, Texts], ...]  # delegations that can be added, by who keeps the list
    times: tuple[tuple[str, str], ...]  # delegation and its speaking time "4:05", for who keeps it


@dataclass(frozen=True, slots=True)
class ClosedTextModel:
    """Topic `closed_text`: the closed part's own text. For who may neither read nor begin it, nothing."""

    is_readable: bool
    may_start: bool  # it has not been begun, and this is who begins it
    files: tuple[FileModel, ...]
    may_adopt: bool = False  # it has not been adopted, and this is who adopts it


@dataclass(frozen=True, slots=True)
class NoticeModel:
    """What one reads whom the door keeps out: never anything of what goes on behind it."""

    since: str  # when the door was closed
    mode: str  # members, closed
    place: str  # how one stands to the roster: named (to be verified), waiting, or empty
    may_ask: bool  # a late arrival whom the chair could let in
    category: str = "public"  # of the accreditation; its word is `ui.category.<category>`


@dataclass(frozen=True, slots=True)
class GrantModel:
    """A grant that stands."""

    id: str
    right: str  # its word is `ui.right.<right>`
    reason: str
    given_by: str
    at: str
    until: str = ""  # "21 de junio de 2017, 15:30" or empty
    item: str = (
        ""  # number of the agenda item it is for, "closed" for one the viewer is not told of
    )
    is_for_text: bool = False  # for one text only


@dataclass(frozen=True, slots=True)
class PersonModel:
    """One accredited person on the Secretariat's list."""

    id: str
    name: str
    delegation: str
    capacity: str
    drafting: bool
    language: Language
    signed_in: bool  # has used a sign-in code
    badge_waits: bool  # after too many wrong PINs
    grants: tuple[GrantModel, ...]


@dataclass(frozen=True, slots=True)
class PeopleModel:
    """Topic `people`: everybody accredited, by delegation."""

    people: tuple[PersonModel, ...]
    items: tuple[ItemModel, ...] = ()  # of the agenda, which an authorisation can be for
    draft: str = ""  # the text it can be for, or empty


@dataclass(frozen=True, slots=True)
class ReachedModel:
    """Somebody accredited, and how they are reached."""

    person: str
    name: str
    capacity: str
    drafting: bool
    language: Language
    audience: str  # of a screen: members, observers; else empty
    devices: tuple[str, ...]  # their kinds; words are `ui.device.<kind>`
    state: str  # online, shared (one badge, several devices), intermittent, offline, never
    cuts: int

    @property
    def is_here(self) -> bool:
        """Whether a page of theirs is open."""
        return bool(self.devices)


@dataclass(frozen=True, slots=True)
class PartyModel:
    """A delegation and its people, or the screens."""

    code: str
    name: Texts
    kind: str  # member, observer_country …, secretariat, other
    people: tuple[ReachedModel, ...]

    @property
    def here(self) -> int:
        """How many of them are there."""
        return sum(each.is_here for each in self.people)


@dataclass(frozen=True, slots=True)
class AlertModel:
    """Something the Secretariat should look at."""

    kind: str  # its sentence is `ui.alert.<kind>`
    href: str  # within the session
    name: str = ""
    delegation: str = ""
    count: int = 0
    parties: tuple[Texts, ...] = ()


@dataclass(frozen=True, slots=True)
class ConnectionsModel:
    """Topic `connections`: who is reached, and how. Whoever the door keeps out is shown nothing of it."""

    is_shown: bool
    connected: int = 0
    accredited: int = 0
    present: int = 0
    members: int = 0
    observers: int = 0
    screens_on: int = 0
    delay: Texts | None = None
    parties: tuple[PartyModel, ...] = ()
    screens: PartyModel | None = None
    alerts: tuple[AlertModel, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryOfAgenda:
    """An agenda item as it is edited; closed ones one is not told more of have no id."""

    id: str
    number: str
    title: Texts
    state: str  # pending, current, done
    mode: str  # open, members, closed
    slot: str
    minutes: int | None  # of each speaker; none: as the forum has it
    digest: str  # of all that can be changed of it
    is_removable: bool


@dataclass(frozen=True, slots=True)
class ProgrammeModel:
    """Topic `programme`: the agenda as the Secretariat edits it."""

    items: tuple[EntryOfAgenda, ...]
    issued: bool
    slots: tuple[tuple[str, Texts], ...]  # delegations that can be given one
    minutes: tuple[int, int]  # the session's, for members and for others
    longest: int  # minutes a speaker can be given


@dataclass(frozen=True, slots=True)
class SettingModel:
    """Something a session may choose for itself; without a choice it is as the forum has it."""

    field: str  # of the command
    chosen: str  # empty: as the forum has it
    standing: str  # the forum's
    values: tuple[str, ...]  # what the forum allows


@dataclass(frozen=True, slots=True)
class Tally:
    """The figures beside the sections of the Secretariat's desk."""

    accredited: int
    badges: int  # people who hold one that is good
    connected: int | None  # none to whom the door keeps out
