"""Everything that crosses a socket: commands in, events out, with the action each one needs.

One source. The reference page and the browser's copy are generated from it, `realtime` and `web`
refuse what is not in it, and `tests/test_doors.py` walks it. A command is an imperative
(`agenda.advance`), an event says what is now true (`agenda.changed`). An event carries the *new
state of one small thing*, so a screen assigns and never merges; it is numbered in the log in the
transaction that made it true.
"""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields, is_dataclass
from typing import Any, ClassVar, Literal, Union, cast, get_args, get_origin, get_type_hints

from .access import Action
from .drafting import Language
from .errors import Invalid
from .forum import SittingMode
from .people import Audience, Right

MAX_TEXT = 20_000
"""Characters of one text field; the longest paragraph of past documents has under a thousand."""
MAX_LIST = 400
"""Entries of one list field: the largest document ever adopted, many times over."""
_HALVES = re.compile("[\ud800-\udfff]")
"""Halves of UTF-16 characters, which JSON can carry and neither UTF-8 nor the store can."""


class Command:
    """Something a person asks the server to do, here and now."""

    name: ClassVar[str]
    needs: ClassVar[Action]
    conducts: ClassVar[bool]
    """Whether it conducts the session: then it is for whoever holds the gavel (`domain/gavel.py`)."""

    def __init_subclass__(cls, *, name: str, needs: Action, conducts: bool = False) -> None:
        cls.name, cls.needs, cls.conducts = name, needs, conducts
        COMMANDS[name] = cls


class Event:
    """Something that has become true. `needs` is asked of every receiver at every delivery."""

    name: ClassVar[str]
    needs: ClassVar[Action]

    delivered: ClassVar[bool]
    """Whether it crosses the wire itself. The others make fragments stale, and a fragment goes only to
    those for whom it now reads differently: an event alone would tell that something has happened."""

    def __init_subclass__(cls, *, name: str, needs: Action, delivered: bool = False) -> None:
        cls.name, cls.needs, cls.delivered = name, needs, delivered
        EVENTS[name] = cls

    def plain(self) -> dict[str, Any]:
        """The event as plain values, for the log and the wire."""
        return asdict(cast(Any, self))


COMMANDS: dict[str, type[Command]] = {}
EVENTS: dict[str, type[Event]] = {}


# Sittings and agenda -------------------------------------------------------------------------


@dataclass(frozen=True)
class OpenSitting(Command, name="sitting.open", needs=Action.MANAGE_SITTING, conducts=True):
    """Open the next sitting of the session."""

    mode: SittingMode = "open"


@dataclass(frozen=True)
class SuspendSitting(Command, name="sitting.suspend", needs=Action.MANAGE_SITTING, conducts=True):
    """Suspend the sitting; the room screen shows the time of resumption."""

    resumes_at: str | None = None  # local wall time, "15:30"


@dataclass(frozen=True)
class ResumeSitting(Command, name="sitting.resume", needs=Action.MANAGE_SITTING, conducts=True):
    """Resume a suspended sitting."""


@dataclass(frozen=True)
class CloseSitting(Command, name="sitting.close", needs=Action.MANAGE_SITTING, conducts=True):
    """Close the sitting. The current item stays where it is for the next one."""


@dataclass(frozen=True)
class CloseDoor(Command, name="door.close", needs=Action.MANAGE_DOOR, conducts=True):
    """Go on behind a closed door, or among members only. `seen` is the digest of the list of those who
    will be cut off, as the chair was shown it: if it has changed since, nothing happens."""

    mode: Literal["members", "closed"]
    seen: str
    companions: Literal[1, 2] | None = None  # of each head; none: as the forum has it


@dataclass(frozen=True)
class OpenDoor(Command, name="door.open", needs=Action.MANAGE_DOOR, conducts=True):
    """Go on in an open sitting."""


@dataclass(frozen=True)
class AnnounceClosing(Command, name="door.announce", needs=Action.MANAGE_DOOR, conducts=True):
    """Tell everybody who is there that the door closes in so many seconds. It closes by an act of its
    own only."""

    seconds: Literal[30, 60, 120]


@dataclass(frozen=True)
class RecallClosing(Command, name="door.recall", needs=Action.MANAGE_DOOR, conducts=True):
    """Take back what has been announced: the door stays as it is."""


@dataclass(frozen=True)
class VerifyRoom(Command, name="roster.verify", needs=Action.MANAGE_DOOR, conducts=True):
    """Confirm that those named are in the room and nobody else: content flows from now on."""


@dataclass(frozen=True)
class AdmitPerson(Command, name="roster.admit", needs=Action.MANAGE_DOOR, conducts=True):
    """Put somebody on the roster of the closed part: a head or companion by right, others only by an
    exception with its reason."""

    person: str
    reason: str | None = None


@dataclass(frozen=True)
class RemovePerson(Command, name="roster.remove", needs=Action.MANAGE_DOOR, conducts=True):
    """Take somebody off the roster, at once."""

    person: str


@dataclass(frozen=True)
class AskToEnter(Command, name="roster.ask", needs=Action.KNOW):
    """A late arrival asks the chair to be let in."""


@dataclass(frozen=True)
class AdvanceAgenda(Command, name="agenda.advance", needs=Action.ADVANCE_AGENDA, conducts=True):
    """Mark the current item done and move to `item`, or to the next pending one."""

    item: str | None = None


@dataclass(frozen=True)
class AddItem(Command, name="agenda.add", needs=Action.MANAGE_AGENDA):
    """Add an item behind `after`, or at the end."""

    title_es: str
    title_en: str
    after: str | None = None
    mode: SittingMode = "open"
    slot: str | None = None  # the delegation whose slot it is
    minutes: int | None = None  # of each speaker


@dataclass(frozen=True)
class AmendSession(Command, name="session.amend", needs=Action.ACCREDIT):
    """Change the facts of a session: where and when it meets until its text is adopted, who presides, and
    the time zone, until a sitting has been opened. `seen` is their digest as they were shown."""

    city_es: str
    city_en: str
    country: str
    starts: str  # "2017-06-20"
    ends: str
    ppt: str
    zone: str  # "America/El_Salvador"
    seen: str


@dataclass(frozen=True)
class ChooseSettings(Command, name="session.settings", needs=Action.ACCREDIT):
    """Choose, for this session, among what the forum allows; what is none is as the forum has it. `seen` is
    the digest of what was chosen as it was shown."""

    seen: str
    minutes_members: int | None = None  # of each speaker; 0: without limit
    minutes_others: int | None = None
    companions: int | None = None  # of each head, behind a closed door
    order: str | None = None  # of speakers


@dataclass(frozen=True)
class RetitleItem(Command, name="agenda.retitle", needs=Action.MANAGE_AGENDA):
    """Change an item's title in both languages."""

    item: str
    title_es: str
    title_en: str


@dataclass(frozen=True)
class ReserveItem(Command, name="agenda.reserve", needs=Action.MANAGE_AGENDA):
    """Say in what mode an item is taken, whose slot it is, and how long each may speak to it."""

    item: str
    mode: SittingMode
    slot: str | None = None
    minutes: int | None = None  # 0: without limit; none: as the forum has it


@dataclass(frozen=True)
class IssueAgenda(Command, name="agenda.issue", needs=Action.MANAGE_AGENDA):
    """Make the agenda final: until then it is preliminary, and shared with fewer (S002 A L22)."""


@dataclass(frozen=True)
class MoveItem(Command, name="agenda.move", needs=Action.MANAGE_AGENDA):
    """Move an item one place up or down, to the beginning or end, or directly behind or in front of
    another."""

    item: str
    direction: Literal["up", "down", "first", "last"] | None = None
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True)
class AmendItem(Command, name="agenda.amend", needs=Action.MANAGE_AGENDA):
    """Change an item's titles and how it is taken. `seen` is its digest as it was shown: if somebody else
    has changed it since, nothing happens."""

    item: str
    title_es: str
    title_en: str
    mode: SittingMode
    seen: str
    slot: str | None = None
    minutes: int | None = None  # 0: without limit; none: as the forum has it


@dataclass(frozen=True)
class RemoveItem(Command, name="agenda.remove", needs=Action.MANAGE_AGENDA):
    """Take out an item that has never been under way."""

    item: str


@dataclass(frozen=True)
class CopyAgenda(Command, name="agenda.copy", needs=Action.MANAGE_AGENDA):
    """Append the agenda of another session to one of which nothing has begun. Nothing is replaced, and what one
    may not see of the other is not copied."""

    source: str


@dataclass(frozen=True)
class FinishItem(Command, name="agenda.finish", needs=Action.ADVANCE_AGENDA, conducts=True):
    """Mark an item done, wherever it stands."""

    item: str


@dataclass(frozen=True)
class ReopenItem(Command, name="agenda.reopen", needs=Action.ADVANCE_AGENDA, conducts=True):
    """Put an item marked done back among the pending ones."""

    item: str


@dataclass(frozen=True)
class MarkAttendance(Command, name="attendance.mark", needs=Action.MARK_ATTENDANCE):
    """Record by hand that a delegation is, or is not, in the room."""

    delegation: str
    present: bool


@dataclass(frozen=True)
class Arrive(Command, name="attendance.arrive", needs=Action.KNOW):
    """Mark one's own delegation present by the code shown at the door, which changes every minute."""

    code: str


@dataclass(frozen=True)
class Leave(Command, name="attendance.leave", needs=Action.KNOW):
    """Say that one's own delegation has left the room."""


@dataclass(frozen=True)
class ScanBadge(Command, name="attendance.scan", needs=Action.MARK_ATTENDANCE):
    """Mark the delegation of a badge's holder present, or gone. Nobody is signed in by it."""

    code: str
    present: bool = True


@dataclass(frozen=True)
class SetQuorum(Command, name="session.quorum", needs=Action.MANAGE_SITTING):
    """Fix how many members this session needs; 0: no number is fixed; none: as the forum has it."""

    members: int | None = None


# The gavel -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class TakeGavel(Command, name="gavel.take", needs=Action.MANAGE_SITTING):
    """Take the gavel, from the person seen to hold it where somebody does: `seen` is their id, or empty.
    If it has changed hands meanwhile, nothing happens."""

    seen: str


@dataclass(frozen=True)
class HandGavel(Command, name="gavel.hand", needs=Action.MANAGE_SITTING):
    """Hand the gavel to somebody else who may preside."""

    person: str


@dataclass(frozen=True)
class LayDownGavel(Command, name="gavel.lay_down", needs=Action.MANAGE_SITTING):
    """Lay the gavel down: whoever conducts next takes it."""


@dataclass(frozen=True)
class DelegateConduct(Command, name="gavel.delegate", needs=Action.GIVE_GRANTS):
    """Let the Secretariat conduct in the Presidency's name, beforehand, or withdraw that. The door, grants
    and adoption are never delegated."""

    on: bool


# The floor -----------------------------------------------------------------------------------

SpeechKind = Literal["speech", "reply", "order"]


@dataclass(frozen=True)
class AskForFloor(Command, name="floor.ask", needs=Action.SPEAK):
    """Ask for the floor for one's delegation: a speech, a right of reply, a point of order."""

    kind: SpeechKind = "speech"


@dataclass(frozen=True)
class WithdrawRequest(Command, name="floor.withdraw", needs=Action.KNOW):
    """Take back a request of one's own delegation; who keeps the floor takes back any."""

    request: str


@dataclass(frozen=True)
class RecogniseSpeaker(Command, name="floor.recognise", needs=Action.MANAGE_FLOOR, conducts=True):
    """Give the floor to a request, to a delegation whether it has asked or not, or to whoever is next."""

    request: str | None = None
    delegation: str | None = None


@dataclass(frozen=True)
class PauseSpeech(Command, name="floor.pause", needs=Action.MANAGE_FLOOR, conducts=True):
    """Stop the speaker's clock."""


@dataclass(frozen=True)
class ResumeSpeech(Command, name="floor.resume", needs=Action.MANAGE_FLOOR, conducts=True):
    """Let the speaker's clock run on."""


@dataclass(frozen=True)
class ExtendSpeech(Command, name="floor.extend", needs=Action.MANAGE_FLOOR, conducts=True):
    """Give the speaker more time."""

    seconds: int = 60


@dataclass(frozen=True)
class EndSpeech(Command, name="floor.end", needs=Action.MANAGE_FLOOR, conducts=True):
    """Whoever has the floor has spoken; nobody follows by itself."""


@dataclass(frozen=True)
class AddSpeaker(Command, name="floor.add", needs=Action.MANAGE_FLOOR, conducts=True):
    """Put a delegation on the list that has no device at hand."""

    delegation: str
    kind: SpeechKind = "speech"


@dataclass(frozen=True)
class LineUpMembers(Command, name="floor.line_up", needs=Action.MANAGE_FLOOR, conducts=True):
    """Opening statements: every member delegation in protocol order, the Presidency last."""


@dataclass(frozen=True)
class MoveSpeakerUp(Command, name="floor.move_up", needs=Action.MANAGE_FLOOR, conducts=True):
    """Put a request before the one that was asked before it."""

    request: str


@dataclass(frozen=True)
class CloseSpeakersList(Command, name="floor.close_list", needs=Action.MANAGE_FLOOR, conducts=True):
    """Take no more speeches for the item under way."""


@dataclass(frozen=True)
class OpenSpeakersList(Command, name="floor.open_list", needs=Action.MANAGE_FLOOR, conducts=True):
    """Take speeches again."""


# The room ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PutBeforeRoom(Command, name="room.put", needs=Action.MANAGE_SITTING, conducts=True):
    """Put a paragraph before the room, in place of the one that stands there."""

    draft: str
    paragraph: str


@dataclass(frozen=True)
class TurnPage(Command, name="screen.page", needs=Action.MANAGE_SITTING, conducts=True):
    """Turn the page of the paragraph before the room, on every screen of it at once: no page turns by
    itself. A paragraph begins with its first."""

    paragraph: str
    page: int


@dataclass(frozen=True)
class WithdrawFromRoom(Command, name="room.withdraw", needs=Action.MANAGE_SITTING, conducts=True):
    """Take what stands before the room away; nothing takes its place."""


# People --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AddPerson(Command, name="people.add", needs=Action.ACCREDIT):
    """Accredit one person by hand, as a row of a list would."""

    full_name: str
    delegation: str  # code, name or acronym
    capacity: str  # one of the capacities, or a word for it
    email: str | None = None
    language: Language = "es"
    drafting: bool = False
    rank: str | None = None


@dataclass(frozen=True)
class ChangePerson(Command, name="people.change", needs=Action.ACCREDIT):
    """Correct somebody's accreditation by hand; what is left empty is emptied."""

    person: str
    full_name: str
    delegation: str
    capacity: str
    email: str | None = None
    language: Language = "es"
    drafting: bool = False
    rank: str | None = None


@dataclass(frozen=True)
class WithdrawPerson(Command, name="people.withdraw", needs=Action.ACCREDIT):
    """End somebody's accreditation: at once they are out, with their grants and places. What they have
    done stays in the record."""

    person: str
    reason: str


@dataclass(frozen=True)
class GiveGrant(Command, name="grant.give", needs=Action.GIVE_GRANTS):
    """A dated exception signed by the PPT, e.g. leave for an interpreter to read the draft. With a
    scope it counts only while an item is under way, or for one text; `until` is local wall time."""

    person: str
    right: Right
    reason: str
    item: str | None = None
    draft: str | None = None
    until: str | None = None  # "2017-06-21T15:30"


@dataclass(frozen=True)
class WithdrawGrant(Command, name="grant.withdraw", needs=Action.GIVE_GRANTS):
    """Withdraw a grant, at once."""

    grant: str


@dataclass(frozen=True)
class ChooseLanguage(Command, name="person.language", needs=Action.KNOW):
    """The language this person's screens are in."""

    language: Language


# Screens -------------------------------------------------------------------------------------
# A screen is enrolled by a form of its own: it takes the code that the screen shows.


@dataclass(frozen=True)
class RenameScreen(Command, name="screen.rename", needs=Action.ACCREDIT):
    """Call a screen by another name."""

    screen: str
    called: str


@dataclass(frozen=True)
class ServeAudience(Command, name="screen.serve", needs=Action.ACCREDIT):
    """Say whose eyes a screen serves: what it shows changes at once."""

    screen: str
    audience: Audience


@dataclass(frozen=True)
class WithdrawScreen(Command, name="screen.withdraw", needs=Action.ACCREDIT):
    """Take a screen out of the session: it shows nothing of it from this moment on."""

    screen: str


# Documents ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PrepareDocument(Command, name="document.prepare", needs=Action.MANAGE_DOCUMENTS):
    """Prepare the Word files of a draft as its next revision; who asks while it is done joins in."""

    draft: str


@dataclass(frozen=True)
class CancelPreparation(Command, name="document.cancel", needs=Action.MANAGE_DOCUMENTS):
    """End a preparation: the earlier files stay."""

    draft: str


@dataclass(frozen=True)
class PublishDocument(Command, name="document.publish", needs=Action.PUBLISH):
    """Class the adopted document as public: from now on anybody may have it."""

    draft: str


# Papers ---------------------------------------------------------------------------------------
# Handing one out, and replacing its files, are forms: files do not cross the socket.


@dataclass(frozen=True)
class DescribePaper(Command, name="paper.describe", needs=Action.MANAGE_DOCUMENTS):
    """Change the titles, the class and the audience of a paper."""

    paper: str
    title_es: str
    title_en: str
    document_class: Literal["private", "public"] = "private"
    circles: tuple[str, ...] = ()  # whom it is for beside the members: `domain.papers.CIRCLES`


@dataclass(frozen=True)
class WithdrawPaper(Command, name="paper.withdraw", needs=Action.MANAGE_DOCUMENTS):
    """Take a paper back: nobody is given it any more."""

    paper: str


# Drafting: the closed part -------------------------------------------------------------------


@dataclass(frozen=True)
class StartClosedDraft(Command, name="draft.start_closed", needs=Action.MANAGE_DOOR):
    """Begin the text of the closed part: only its roster ever has it, whatever the sitting."""


# Drafting: structure -------------------------------------------------------------------------
# Every structural command carries `op`, an id the browser makes: sent twice, it is done once.


@dataclass(frozen=True)
class AddParagraph(Command, name="paragraph.add", needs=Action.EDIT_DRAFT):
    """A new, empty paragraph behind `after`, or the first of `section`."""

    draft: str
    op: str
    section: str
    after: str | None = None
    kind: Literal["heading", "item", "sub-item", "continuation"] = "item"


@dataclass(frozen=True)
class PastedParagraph:
    """One paragraph of a paste, its label already stripped and remembered."""

    kind: Literal["heading", "item", "sub-item", "continuation"]
    text: str
    label: str | None = None


@dataclass(frozen=True)
class PasteParagraphs(Command, name="paragraph.paste", needs=Action.EDIT_DRAFT):
    """Several paragraphs of one language behind `after`: one act, one undo."""

    draft: str
    op: str
    section: str
    language: Language
    paragraphs: tuple[PastedParagraph, ...]
    after: str | None = None


@dataclass(frozen=True)
class IndentParagraph(Command, name="paragraph.indent", needs=Action.EDIT_DRAFT):
    """Make an item a sub-item of the one before it."""

    draft: str
    op: str
    paragraph: str


@dataclass(frozen=True)
class OutdentParagraph(Command, name="paragraph.outdent", needs=Action.EDIT_DRAFT):
    """Make a sub-item or continuation an item."""

    draft: str
    op: str
    paragraph: str


@dataclass(frozen=True)
class MoveParagraph(Command, name="paragraph.move", needs=Action.EDIT_DRAFT):
    """Exchange a paragraph, with what belongs to it, with its neighbour."""

    draft: str
    op: str
    paragraph: str
    direction: Literal["up", "down"]


@dataclass(frozen=True)
class DeleteParagraph(Command, name="paragraph.delete", needs=Action.EDIT_DRAFT):
    """Take a paragraph out; with `with_block` an item's sub-items too. Undo brings it back."""

    draft: str
    op: str
    paragraph: str
    with_block: bool = False


@dataclass(frozen=True)
class SplitParagraph(Command, name="paragraph.split", needs=Action.EDIT_DRAFT):
    """Copy what stands behind `at` (UTF-16 offset in `language`) to a new paragraph, and strike it here."""

    draft: str
    op: str
    paragraph: str
    language: Language
    at: int


@dataclass(frozen=True)
class UndoOperation(Command, name="paragraph.undo", needs=Action.EDIT_DRAFT):
    """Do the inverse of one of one's own structural operations."""

    draft: str
    op: str
    undoes: str


# Drafting: states and adoption ---------------------------------------------------------------


@dataclass(frozen=True)
class MarkParagraph(Command, name="paragraph.mark", needs=Action.MARK_PARAGRAPH):
    """Record the state the room has given a paragraph."""

    draft: str
    paragraph: str
    state: Literal["proposed", "bracketed", "agreed", "ad_referendum"]
    digest: str | None = (
        None  # of the texts the room has before it; if a word has changed, it is refused
    )


@dataclass(frozen=True)
class DecideParagraph(Command, name="paragraph.decide", needs=Action.DECIDE, conducts=True):
    """Record how the room leaves the paragraph whose two texts hash to `digest`, and the delegations
    that consult, hold to the brackets or object."""

    draft: str
    paragraph: str
    digest: str
    result: Literal["consensus", "ad_referendum", "bracketed", "objection"]
    delegations: tuple[str, ...] = ()
    note: str | None = None  # on what part, or why


@dataclass(frozen=True)
class UndoDecision(Command, name="decision.undo", needs=Action.DECIDE, conducts=True):
    """Take a result back, within eight seconds."""

    decision: str


@dataclass(frozen=True)
class AdoptParagraph(Command, name="paragraph.adopt", needs=Action.ADOPT, conducts=True):
    """Adopt the paragraph whose two texts hash to `digest`, the ones the chair has seen."""

    draft: str
    paragraph: str
    digest: str
    override: str | None = None  # the chair's reason for adopting in spite of an obstacle


@dataclass(frozen=True)
class AdoptDraft(Command, name="draft.adopt", needs=Action.ADOPT, conducts=True):
    """Adopt the whole document; every paragraph the room has agreed is adopted with it."""

    draft: str
    digest: str
    override: str | None = None


# Events --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SittingChanged(Event, name="sitting.changed", needs=Action.KNOW):
    """The state of the sitting: scheduled, open, suspended or closed."""

    number: int
    state: str
    mode: str
    since: str
    resumes_at: str | None


@dataclass(frozen=True)
class ClosingAnnounced(Event, name="door.announced", needs=Action.ATTEND):
    """From when the session is said to go on behind a closed door; none: it has been taken back."""

    until: str | None


@dataclass(frozen=True)
class RosterChanged(Event, name="roster.changed", needs=Action.MANAGE_DOOR):
    """Who is on the roster of the closed part, or waits at its door, has changed."""

    named: int
    admitted: int
    waiting: int


@dataclass(frozen=True)
class AgendaItemState:
    """One item as every screen shows it."""

    id: str
    number: str
    title_es: str
    title_en: str
    state: str
    mode: str
    slot: str | None


@dataclass(frozen=True)
class AgendaChanged(Event, name="agenda.changed", needs=Action.SEE_AGENDA):
    """The whole agenda: it is small, so it is sent whole."""

    items: tuple[AgendaItemState, ...]


@dataclass(frozen=True)
class FloorChanged(Event, name="floor.changed", needs=Action.ATTEND):
    """The list of speakers of the item under way."""

    item: str
    speaker: str | None
    closed: bool


@dataclass(frozen=True)
class RoomChanged(Event, name="room.changed", needs=Action.SEE_ROOM_TEXT):
    """Which paragraph stands before the room; its words follow those who write them."""

    draft: str | None
    paragraph: str | None


@dataclass(frozen=True)
class DecisionRecorded(Event, name="decision.recorded", needs=Action.SEE_POSITIONS):
    """A result has been recorded on a paragraph, or taken back."""

    draft: str
    paragraph: str


@dataclass(frozen=True)
class PageTurned(Event, name="screen.turned", needs=Action.SEE_ROOM_TEXT):
    """Which page of the paragraph before the room its screens show."""

    paragraph: str
    page: int


@dataclass(frozen=True)
class AttendanceChanged(Event, name="attendance.changed", needs=Action.ATTEND):
    """Member delegations in the room, by ISO code in Spanish alphabetical order of countries."""

    present: tuple[str, ...]


@dataclass(frozen=True)
class GavelChanged(Event, name="gavel.changed", needs=Action.MARK_ATTENDANCE):
    """Who presides, and whether the Secretariat may conduct in the Presidency's name."""

    holder: str | None
    delegated: bool


@dataclass(frozen=True)
class PeopleChanged(Event, name="people.changed", needs=Action.ACCREDIT):
    """Accreditations or grants have changed; every open door is asked again."""

    accredited: int


@dataclass(frozen=True)
class SettingsChosen(Event, name="session.chosen", needs=Action.ATTEND):
    """Something is chosen for this session otherwise than before."""


@dataclass(frozen=True)
class SessionAmended(Event, name="session.amended", needs=Action.KNOW):
    """Where or when the session meets, who presides or its clock is another than before."""


@dataclass(frozen=True)
class RehearsalChanged(Event, name="rehearsal.changed", needs=Action.KNOW):
    """A rehearsal of this session has begun, or has ended."""

    rehearsal: str | None


@dataclass(frozen=True)
class RowState:
    """One row of the draft as the editor shows it: structure and state, never text."""

    id: str
    section: str
    kind: str
    state: str
    label_es: str
    label_en: str


@dataclass(frozen=True)
class SectionState:
    """A section of the draft and its titles."""

    id: str
    key: str
    title_es: str
    title_en: str


@dataclass(frozen=True)
class DraftChanged(Event, name="draft.changed", needs=Action.READ_DRAFT, delivered=True):
    """The structure, states and numbers of a draft. `version` grows by one with each."""

    draft: str
    version: int
    adopted: bool
    sections: tuple[SectionState, ...]
    rows: tuple[RowState, ...]


@dataclass(frozen=True)
class DocumentsChanged(Event, name="documents.changed", needs=Action.KNOW):
    """The list of Word files one may download has changed; each screen shows its own."""


@dataclass(frozen=True)
class AssemblyChanged(Event, name="assembly.changed", needs=Action.MANAGE_DOCUMENTS):
    """How far the preparation of a draft's files has come."""

    draft: str
    state: str
    step: int
    done: int
    of: int


@dataclass(frozen=True)
class ClosedTextChanged(Event, name="closed_text.changed", needs=Action.READ_DRAFT):
    """The text of the closed part has been begun, or its Word files have been issued."""

    draft: str


@dataclass(frozen=True)
class ParagraphEdited(Event, name="paragraph.edited", needs=Action.READ_DRAFT):
    """Text of these paragraphs has changed. The words themselves travel as binary updates."""

    draft: str
    paragraphs: tuple[str, ...]


def parse(name: str, values: Mapping[str, object]) -> Command:
    """Make a command from untrusted values.

    Raises `Invalid` for an unknown command, an unknown or missing field, a wrong type, a text over
    `MAX_TEXT` characters or a list over `MAX_LIST` entries.
    """
    if name not in COMMANDS:
        raise Invalid("command.unknown", command=name[:80])
    command = _build(COMMANDS[name], values, name)
    assert isinstance(command, Command)
    return command


_TYPES: dict[type[Any], Mapping[str, Any]] = {}


def types_of(cls: type[Any]) -> Mapping[str, Any]:
    """The type of each field of a command or event. Read once of each: they are written as texts, and
    evaluating them takes longer than all else a command is asked."""
    if cls not in _TYPES:
        _TYPES[cls] = types.MappingProxyType(get_type_hints(cls))
    return _TYPES[cls]


def _build(cls: type[Any], values: object, at: str) -> object:
    if not isinstance(values, Mapping):
        raise Invalid("command.bad_field", field=at)
    hints = types_of(cls)
    known = {field.name: field for field in fields(cls)}
    for name in values:
        if name not in known:
            raise Invalid("command.unknown_field", field=f"{at}.{str(name)[:80]}")
    arguments = {}
    for name, field in known.items():
        if name in values:
            arguments[name] = _checked(hints[name], values[name], f"{at}.{name}")
        elif field.default is MISSING:
            raise Invalid("command.missing_field", field=f"{at}.{name}")
    return cls(**arguments)


def _checked(hint: Any, value: object, at: str) -> object:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        (hint,) = (each for each in get_args(hint) if each is not type(None))
        return _checked(hint, value, at)
    if origin is tuple:
        if not isinstance(value, list | tuple) or len(value) > MAX_LIST:
            raise Invalid("command.bad_field", field=at)
        return tuple(_checked(get_args(hint)[0], each, at) for each in value)
    if origin is Literal:
        # To Python True is 1; in a command it is not.
        if isinstance(value, bool) or value not in get_args(hint):
            raise Invalid("command.bad_field", field=at)
        return value
    if isinstance(hint, type) and is_dataclass(hint):
        return _build(hint, value, at)
    # bool is an int in Python, never in a command.
    if type(value) is not hint or (isinstance(value, str) and len(value) > MAX_TEXT):
        raise Invalid("command.bad_field", field=at)
    return _HALVES.sub("", value) if isinstance(value, str) else value
