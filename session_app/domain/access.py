"""Who may do what: one table, deny by default.

Every door asks `may` (or `require`): page, command, event delivery, draft update, download, screen
and command line. Nobody else decides. The table below is read beside the access matrix of the
reference: body by body, one line per category, one word per action, and under each line the source.

    yes, no     allowed, denied
    other word  allowed on that condition; the conditions are the functions of `CONDITIONS`
    a+b         both conditions
    trailing *  the sources are silent: our default, to be confirmed by the Conference

Sources: S000 Historial de mecanismos; S001 Documento de Santa Fe (2011); S002 Coordinación de
reuniones; S003 CRM 15 años (2010); S004 GRCM, San Salvador, June 2017; `L` is a line of that file.

A closed part is shown at one of four levels (`Level`): nothing of it, that it exists, when it comes,
and what is in it. Who is off its roster has at most the first three.

The mode of a sitting overlays the body. *Open*: the body's own lines. *Members*: the same lines,
but who is not a member, the Technical Secretariat or an interpreter keeps only the knowledge that
the session exists and the published documents (S003 L220). *Closed*: the lines of the closed door
and its roster, for any body (S002 A L20). The drafting group is a group of a session, not a body.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Literal, get_args

from .drafting import LANGUAGES, Language
from .errors import Forbidden
from .forum import DEFAULT_SETTINGS, AccessSettings, BodyKind, SittingMode
from .people import Audience, Capacity, Category, Grant, Right

__all__ = [
    "ANY_BODY",
    "BODIES",
    "CLOSED_DOOR",
    "COLUMNS",
    "CONDITIONS",
    "DRAFTING_GROUP",
    "MATRIX_ACTIONS",
    "PUBLIC_ACTOR",
    "RULES",
    "Action",
    "Actor",
    "Capacity",
    "Category",
    "Decision",
    "Grant",
    "Level",
    "Rule",
    "Subject",
    "is_shut_out",
    "level_of_closed",
    "lines_of",
    "may",
    "require",
    "writable_languages",
]


class Action(StrEnum):
    """What one may ask to do, written `resource:verb`. The first ten are the matrix's columns."""

    KNOW = "session:know"
    ATTEND = "sitting:attend"
    SPEAK = "floor:speak"
    TABLE = "agenda:table"
    SEE_AGENDA = "agenda:see"
    SEE_DOCUMENTS = "document:see"
    READ_DRAFT = "draft:read"
    EDIT_DRAFT = "draft:edit"
    APPROVE = "draft:approve"
    DOWNLOAD = "document:download"

    # Acts of conduct: who runs the session, whatever its body.
    MANAGE_SITTING = "sitting:manage"
    MANAGE_DOOR = "door:manage"
    MANAGE_AGENDA = "agenda:manage"
    ADVANCE_AGENDA = "agenda:advance"
    MANAGE_FLOOR = "floor:manage"
    MARK_ATTENDANCE = "attendance:mark"
    GIVE_GRANTS = "grant:give"
    ACCREDIT = "people:accredit"
    MARK_PARAGRAPH = "paragraph:mark"
    DECIDE = "paragraph:decide"
    SEE_POSITIONS = "position:see"
    ADOPT = "draft:adopt"
    SHOW_SCREEN = "screen:show"
    READ_RECORD = "record:read"
    IMPORT_DRAFT = "draft:import"
    MANAGE_DOCUMENTS = "document:manage"
    SET_UP = "session:set_up"  # another session, from this one
    PUBLISH = "document:publish"

    # Derived from the others, see `_sees_room_text`.
    SEE_ROOM_TEXT = "room:read"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at this moment. Looked up anew for every message, never kept."""

    person: str
    name: str
    category: Category
    capacity: Capacity
    delegation: str
    language: Language
    drafting: bool = False  # named by the delegation to the drafting group
    grants: tuple[Grant, ...] = ()
    audience: Audience = "observers"  # of a screen; the wider audience unless it is said


PUBLIC_ACTOR = Actor(
    person="",
    name="",
    category=Category.PUBLIC,
    capacity=Capacity.GUEST,
    delegation="",
    language="es",
)
"""Nobody signed in."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked about, as it stands at this moment. What is not said counts as not given."""

    session: str
    body: str  # the kind of the body in forum.toml: viceministers, grcm, network …
    group: Literal["drafting"] | None = None
    mode: SittingMode = "open"  # of the part the thing belongs to
    on_roster: bool = False  # the actor, of the closed part
    by_exception: bool = False  # on that roster by a reasoned exception of the PPT, not by right
    own_slot: bool = False  # the item under way is the actor's own slot
    item: str | None = None  # the agenda item under way
    draft: str | None = None  # the text asked about
    joined: bool = False  # the actor's delegation has joined this ad hoc group
    issued: bool = False  # the agenda or paper is final, no longer preliminary
    document_class: Literal["public", "private"] | None = None  # none counts as private
    adopted: bool = False
    delegated: bool = False  # the PPT has let the Secretariat conduct in its name, beforehand
    language: Language | None = None  # of the text to be written; none: any
    origin: Language = "es"  # the draft's language of origin
    settings: AccessSettings = DEFAULT_SETTINGS  # the forum's own, where it is known


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer and its ground: a reason code, and the source and line the rule rests on."""

    allowed: bool
    reason: str
    source: str

    def __bool__(self) -> bool:
        return self.allowed


@dataclass(frozen=True, slots=True)
class Rule:
    """One cell: on what conditions a category may do an action in a body."""

    body: str
    category: Category
    action: Action
    conditions: tuple[str, ...]
    source: str  # source and line, or "default" where the sources are silent


# Conditions ----------------------------------------------------------------------------------

Condition = Callable[[Actor, Action, Subject, datetime], bool]

_RIGHTS: Mapping[Action, Right] = MappingProxyType(
    {
        Action.ATTEND: "attend",
        Action.SPEAK: "speak",
        Action.TABLE: "table",
        Action.SEE_AGENDA: "see_agenda",
        Action.SEE_DOCUMENTS: "see_documents",
        Action.READ_DRAFT: "read_draft",
        Action.EDIT_DRAFT: "edit_draft",
    }
)


def _holds(actor: Actor, right: Right | None, subject: Subject, at: datetime) -> bool:
    return any(
        grant.right == right
        and grant.in_force(at)
        and grant.covers(item=subject.item, draft=subject.draft)
        for grant in actor.grants
    )


def _always(actor: Actor, action: Action, subject: Subject, at: datetime) -> bool:
    """Allowed."""
    return True


def _never(actor: Actor, action: Action, subject: Subject, at: datetime) -> bool:
    """Denied."""
    return False


def _granted(actor: Actor, action: Action, subject: Subject, at: datetime) -> bool:
    """The PPT has given this person a grant for this very action, it is in force and covers the item
    under way or the text; behind the closed door an exception on the roster is leave to attend."""
    excepted = subject.by_exception and subject.mode == "closed" and action is Action.ATTEND
    return excepted or _holds(actor, _RIGHTS.get(action), subject, at)


def _named(actor: Actor, action: Action, subject: Subject, at: datetime) -> bool:
    """Named by the delegation as its representative in the drafting group (S002 B L34)."""
    return actor.drafting


def _on_roster(actor: Actor, action: Action, subject: Subject, at: datetime) -> bool:
    """On the roster of the closed part (S002 A L20)."""
    return subject.on_roster


def _in_slot(actor: Actor, action: Action, subject: Subject, at: datetime) -> bool:
    """While the agenda stands at the delegation's own slot."""
    return subject.own_slot


def _in_grcm_slot(actor: Actor, action: Action, subject: Subject, at: datetime) -> bool:
    """The RROCM's slot in the GRCM, which S002 does not know and S003 L303 does: a setting."""
    return subject.own_slot and subject.settings.grcm_rrocm_slot == "yes"


def _statement(actor: Actor, action: Action, subject: Subject, at: datetime) -> bool:
    """An observer's statement: in its slot or invited (S003 L219); or the debate is open to
    observers, as S002 L7 reads."""
    open_debate = subject.settings.observers_debate == "open"
    return open_debate or subject.own_slot or _granted(actor, action, subject, at)


def _observer_pen(actor: Actor, action: Action, subject: Subject, at: datetime) -> bool:
    """An observer in the drafting group: never (S003 L219), or authorised by the PPT (S002 L7).

    The authorisation is the grant to edit; who holds it also reads, and sits with the group. It is
    written for countries; whether it covers organisations is a setting.
    """
    return _may_be_authorised(actor, subject) and _holds(actor, "edit_draft", subject, at)


def _observer_eyes(actor: Actor, action: Action, subject: Subject, at: datetime) -> bool:
    """An observer authorised by the PPT to read this text, or to draft it (S002 L7)."""
    authorised = any(_holds(actor, right, subject, at) for right in ("read_draft", "edit_draft"))
    return _may_be_authorised(actor, subject) and authorised


def _may_be_authorised(actor: Actor, subject: Subject) -> bool:
    covered = (
        actor.category is Category.OBSERVER_COUNTRY
        or subject.settings.observers_rule_scope == "both"
    )
    return covered and subject.settings.observers_drafting == "authorised"


def _country_at_grcm(actor: Actor, action: Action, subject: Subject, at: datetime) -> bool:
    """An observer country at the GRCM: S002 C L52 says no, S003 L207 asks it to name officials."""
    match subject.settings.grcm_observer_countries:
        case "yes":
            return True
        case "invitation":
            return _granted(actor, action, subject, at)
        case "no":
            return False


def _organisation_at_grcm(actor: Actor, action: Action, subject: Subject, at: datetime) -> bool:
    """An observer organisation at the GRCM: takes part (S002 C L52), or in its slots only."""
    return subject.settings.grcm_observer_orgs == "yes" or subject.own_slot


def _special(actor: Actor, action: Action, subject: Subject, at: datetime) -> bool:
    """A special participant behind a closed door: S000 7 against "únicamente" of S002 A L20."""
    permitted = subject.settings.special_participants_closed_door == "non_objection"
    return permitted and _granted(actor, action, subject, at)


def _joined(actor: Actor, action: Action, subject: Subject, at: datetime) -> bool:
    """The delegation has joined this ad hoc group (S000 27 Dec 4)."""
    return subject.joined


def _issued(actor: Actor, action: Action, subject: Subject, at: datetime) -> bool:
    """Final, no longer preliminary; or the preliminary one goes to observer countries too."""
    return subject.issued or subject.settings.agenda_preview_to == "observer_countries_too"


def _public(actor: Actor, action: Action, subject: Subject, at: datetime) -> bool:
    """The document is classed public; one that is not classed is private (S002 E L74)."""
    return subject.document_class == "public"


def _interpreter_pen(actor: Actor, action: Action, subject: Subject, at: datetime) -> bool:
    """An interpreter with the PPT's grant to read writes the language that is not the origin's."""
    other = subject.language is None or subject.language != subject.origin
    reads = _holds(actor, "read_draft", subject, at)
    return actor.capacity is Capacity.INTERPRETER and other and reads


def _delegated(actor: Actor, action: Action, subject: Subject, at: datetime) -> bool:
    """The PPT has delegated conducting to the Secretariat beforehand, and it stands (S002 E L69)."""
    return subject.delegated


def _screen(actor: Actor, action: Action, subject: Subject, at: datetime) -> bool:
    """The participant is itself a screen of the room."""
    return actor.capacity is Capacity.SCREEN


CONDITIONS: Mapping[str, tuple[Condition, str]] = MappingProxyType(
    {
        "yes": (_always, "access.allowed"),
        "no": (_never, "access.denied"),
        "named": (_named, "access.not_drafting_representative"),
        "roster": (_on_roster, "access.not_on_roster"),
        "slot": (_in_slot, "access.not_your_slot"),
        "rrocm": (_in_grcm_slot, "access.not_your_slot"),
        "invited": (_granted, "access.needs_invitation"),
        "leave": (_granted, "access.needs_authorisation"),
        "stated": (_statement, "access.needs_invitation"),
        "pen": (_observer_pen, "access.observers_do_not_draft"),
        "eyes": (_observer_eyes, "access.observers_do_not_draft"),
        "country": (_country_at_grcm, "access.no_observer_countries"),
        "organisation": (_organisation_at_grcm, "access.not_your_slot"),
        "special": (_special, "access.denied"),
        "joined": (_joined, "access.not_joined"),
        "issued": (_issued, "access.not_issued"),
        "public": (_public, "access.not_public"),
        "other": (_interpreter_pen, "access.other_language_only"),
        "delegated": (_delegated, "access.not_delegated"),
        "screen": (_screen, "access.denied"),
    }
)
"""Each word of the table: the condition, and the reason given where it does not hold."""


# The table -----------------------------------------------------------------------------------

ANY_BODY = "any"
CLOSED_DOOR = "closed_door"
DRAFTING_GROUP = "drafting"

# "Final" is the text once adopted.
#
# Where this table departs from the matrix's proposals, always to the stricter side but for the first:
# The Secretariat "redrafts on instruction" (S004 C4, C28): it works under the PPT's direction
# throughout (S002 E L69), so the instruction is not an act this program records.
# Interpreters read and write in the drafting group with the PPT's grant to read, not without: what
# the matrix notes for the plenary ("drafts to interpreters: with PPT leave") holds for every draft.
# Countries that have not joined an ad hoc group know and read, and neither table nor write.
_TABLE = """
[viceministers]
                know   attend  speak   table   agenda  docs    read    edit   approve final
head            yes    yes     yes     yes     yes     yes*    yes*    named  yes     yes
    S002 A L18, L22, L24 | edit: S002 B L34
delegate        yes    yes     slot    no*     yes     yes*    yes*    named  no*     yes
    S002 A L18 | edit: S002 B L34
ppt_chair       yes    yes     yes     yes     yes     yes     yes     yes    yes     yes
    S001 §5.1–5.3; S002 B L31, L36
ppt_staff       yes    yes*    no*     leave*  yes     yes*    yes*    yes*   no*     yes
    S002 B L40
st              yes    yes*    yes*    yes*    yes     yes     yes*    yes*   no*     yes
    S002 E L72
observer_country yes yes stated leave issued issued eyes* pen no public
    S002 A L18, L7 | agenda, docs: S001 §8.1 | speak, approve: S003 L219 | edit: S003 L219; S002 L7
observer_organisation yes yes stated leave yes yes* eyes* pen no* public
    S002 A L18, L22 | speak, edit: S003 L219 | table: S001 §9.1
rrocm           yes    slot    slot    leave*  no*     no*     no*     no*    no*     public
    S002 A L18
guest           yes*   invited invited* no*    invited* invited* no*   no*    no*     public
    S000 7
interpreter     yes*   yes*    no*     no*     yes*    leave*  leave*  no*    no*     public
    S002 E L75
public          yes*   no*     no*     no*     no*     no*     no*     no*    no*     public
    S002 E L74

[closed_door]
                know   attend  speak   table   agenda  docs    read    edit   approve final
head            yes    roster  roster  roster  roster* roster* roster* roster* roster yes*
    S002 A L20–21; S000 16.b.1
delegate        yes    roster  no*     no*     roster  roster  roster  no*    no*     yes*
    S002 A L20; S003 L277; S000 16.b.1
ppt_chair       yes    yes     yes     yes     yes*    yes*    yes*    yes*   yes     yes*
    S001 §5.2
ppt_staff       yes    roster  no*     no*     roster  roster  roster  no*    no*     yes*
    S002 A L20
st              yes    no      no      no      roster+invited* roster+invited* roster+invited* roster+invited* no* yes*
    S002 A L20–21
observer_country yes*  no      no      no      no*     no*     no*     no     no      public
    S002 A L20; S003 L220
observer_organisation yes* no  no      no      no*     no*     no*     no     no      public
    S002 A L20; S003 L220
rrocm           yes*   no      no      no      no*     no*     no*     no*    no*     public
    S002 A L20; S003 L220
guest           yes*   roster+special roster+special no* no* no* no*   no*    no*     public
    S000 7; S002 A L20
interpreter     yes*   roster+leave no* no*    no*     no*     no*     no*    no*     public
    S002 A L20; S002 E L75
public          no*    no      no      no      no*     no*     no*     no*    no*     public
    S002 A L20; S002 E L74

[grcm]
                know   attend  speak   table   agenda  docs    read    edit   approve final
head            yes    yes     yes     yes*    yes*    yes*    yes*    named  yes     yes
    S002 C L44; S003 L293 | edit: S002 B L34
delegate        yes    yes*    yes*    no*     yes*    yes*    yes*    named  no*     yes
    S002 C L44 | edit: S002 B L34
ppt_chair       yes    yes     yes     yes     yes     yes     yes     yes    yes     yes
    S001 §5.2–5.3; S002 B L32, L36
ppt_staff       yes    yes*    no*     leave*  yes*    yes*    yes*    yes*   no*     yes
    S002 B L40
st              yes    yes     yes     yes*    yes     yes     yes     yes    no*     yes
    S002 E L72; S004 C2 | edit: S004 C4, C28
observer_country yes* country no no no* no* no* no no public
    S002 C L52; S003 L293
observer_organisation yes organisation stated leave yes* yes* eyes* pen no* public
    S002 C L52 | speak, edit: S003 L219 | table: S001 §9.1
rrocm           yes    rrocm   rrocm   no*     no*     no*     no*     no*    no      public
    S003 L303; S000 18.a | approve: S004 C4
guest           yes*   invited invited no*     invited* invited* no*   no*    no*     public
    S000 7; S004 C11
interpreter     yes*   yes*    no*     no*     yes*    leave*  leave*  no*    no*     public
    S002 E L75
public          yes*   no*     no*     no*     no*     no*     no*     no*    no*     public
    S002 E L74

[network]
                know   attend  speak   table   agenda  docs    read    edit   approve final
head            yes    yes     yes     yes*    yes*    yes*    yes*    named  yes     yes*
    S002 D L58; S002 B L36 | edit: S002 B L34
delegate        yes    yes     yes*    no*     yes*    yes*    yes*    named  no*     yes*
    S002 D L58 | edit: S002 B L34
ppt_chair       yes    yes     yes     yes     yes     yes     yes     yes    yes*    yes*
    S002 B L32; S001 §5.2–5.3
ppt_staff       yes    yes*    no*     leave*  yes*    yes*    yes*    yes*   no*     yes*
    S002 B L40
st              yes    yes*    yes*    yes*    yes     yes     yes*    yes*   no*     yes*
    S002 E L72
observer_country yes*  invited invited* no*   invited* invited* no*    no     no*     public
    S002 D L59; S003 L309 | edit: S003 L219
observer_organisation yes* invited invited* no* invited* invited* no*  no     no*     public
    S002 D L59; S003 L309 | edit: S003 L219
rrocm           yes    slot    slot    no*     no*     no*     no*     no*    no*     public
    S002 D L60; S003 L309
guest           yes*   invited invited* no*    invited* invited* no*   no*    no*     public
    S000 7
interpreter     yes*   yes*    no*     no*     yes*    leave*  leave*  no*    no*     public
    S002 E L75
public          no*    no*     no*     no*     no*     no*     no*     no*    no*     public
    S002 E L74

[joint_networks]
                know   attend  speak   table   agenda  docs    read    edit   approve final
head            yes    yes     yes     yes*    yes*    yes*    yes*    named  yes*    yes*
    S002 D L62 | edit: S002 B L34
delegate        yes    yes     yes*    no*     yes*    yes*    yes*    named  no*     yes*
    S002 D L62 | edit: S002 B L34
ppt_chair       yes    yes     yes     yes     yes*    yes*    yes*    yes    yes*    yes*
    S002 B L32; S001 §5.2–5.3
ppt_staff       yes*   yes*    no*     leave*  yes*    yes*    yes*    yes*   no*     yes*
    S002 B L40
st              yes    yes*    yes*    yes*    yes     yes     yes*    yes*   no*     yes*
    S002 E L72
observer_country yes*  invited invited* no*   invited* invited* no*    no     no*     public
    S002 D L59 | edit: S003 L219
observer_organisation yes* invited invited* no* invited* invited* no*  no     no*     public
    S002 D L59 | edit: S003 L219
rrocm           yes*   invited* invited* no*   no*     no*     no*     no*    no*     public
    S003 L309
guest           yes*   invited invited* no*    invited* invited* no*   no*    no*     public
    S000 7
interpreter     yes*   yes*    no*     no*     yes*    leave*  leave*  no*    no*     public
    S002 E L75
public          no*    no*     no*     no*     no*     no*     no*     no*    no*     public
    S002 E L74

[adhoc]
                know   attend  speak   table   agenda  docs    read    edit   approve final
head            yes    joined  joined  joined* yes*    yes*    yes*    joined* joined yes*
    S000 27 Dec 4, 28.6, 28.13
delegate        yes    joined  joined* no*     yes*    yes*    yes*    joined* no*    yes*
    S000 28.6
ppt_chair       yes    yes     yes*    yes*    yes*    yes*    yes*    yes*   yes*    yes*
    S000 25.11; S001 introduction
ppt_staff       yes*   yes*    no*     no*     yes*    yes*    yes*    yes*   no*     yes*
    S002 B L40
st              yes    yes*    yes*    yes*    yes*    yes     yes*    yes    no*     yes*
    S000 28.6 | edit: S001 §11.1
observer_country yes*  invited* invited* no*   invited* invited* no*   no     no*     public
    S003 L219
observer_organisation yes* invited* invited* no* invited* invited* no* no     no*     public
    S003 L219
rrocm           joined joined  joined  joined* joined* joined* joined* joined* no*    public
    S000 23 Dec 2
guest           yes*   invited invited* no*    invited* invited* no*   no*    no*     public
    S000 7; S004 C7
interpreter     yes*   yes*    no*     no*     yes*    leave*  leave*  no*    no*     public
    S002 E L75
public          no*    no*     no*     no*     no*     no*     no*     no*    no*     public
    S002 E L74

[drafting]
                know   attend  speak   table   agenda  docs    read    edit   approve final
head            yes    named   named   no*     yes*    yes*    yes     named  no      yes
    S002 B L34 | approve: S002 B L36
delegate        yes    named   named   no*     yes*    yes*    yes     named  no      yes
    S002 B L34 | approve: S002 B L36
ppt_chair       yes    yes     yes     yes     yes*    yes*    yes     yes    no      yes
    S001 §5.3; S002 B L36
ppt_staff       yes*   yes*    no*     no*     yes*    yes*    yes*    yes*   no      yes*
    S002 B L36
st              yes*   yes*    yes*    no*     yes*    yes     yes     yes    no      yes
    S002 E L72 | edit: S004 C4, C28 | approve: S002 B L36
observer_country yes* pen pen no no* no* eyes* pen no public
    S002 L7; S003 L148, L219
observer_organisation yes* no no no no* no* eyes* pen no public
    S003 L219; S004 C20
rrocm           no*    no*     no*     no*     no*     no*     no*     no*    no      public
    S002 B L34, L36
guest           no*    no*     no*     no*     no*     no*     no*     no*    no      public
    S002 B L34, L36
interpreter     yes*   yes*    no*     no*     no*     yes*    leave*  other* no      public
    S002 B L36; S002 E L75
public          no*    no      no      no      no      no*     no      no     no      public
    S002 B L34; S002 E L74
"""

_CONDUCT: tuple[tuple[Action, tuple[Category, ...], str], ...] = (
    (Action.MANAGE_SITTING, (Category.PPT_CHAIR,), "S001 §5.2; S002 B L31–32"),
    (Action.MANAGE_DOOR, (Category.PPT_CHAIR,), "S002 A L20, B L31–32; S003 L220"),
    (Action.MANAGE_AGENDA, (Category.PPT_CHAIR, Category.ST), "S001 §5.2, §9.1; S002 E L72"),
    (Action.ADVANCE_AGENDA, (Category.PPT_CHAIR,), "S001 §5.2"),
    (Action.MANAGE_FLOOR, (Category.PPT_CHAIR,), "S001 §5.2"),
    (Action.MARK_ATTENDANCE, (Category.PPT_CHAIR, Category.ST), "default"),
    (Action.GIVE_GRANTS, (Category.PPT_CHAIR,), "S002 L7; S003 L148"),
    (Action.ACCREDIT, (Category.PPT_CHAIR, Category.ST), "S001 §5.1; S000 28.6"),
    (
        Action.MARK_PARAGRAPH,
        (Category.PPT_CHAIR, Category.PPT_STAFF, Category.ST),
        "S001 §5.3; S002 B L36",
    ),
    (Action.DECIDE, (Category.PPT_CHAIR,), "S001 §5.2; S002 A L24, B L36"),
    (
        Action.SEE_POSITIONS,
        (Category.HEAD, Category.DELEGATE, Category.PPT_CHAIR, Category.PPT_STAFF, Category.ST),
        "default",
    ),
    (Action.ADOPT, (Category.PPT_CHAIR,), "S001 §5.2; S002 A L24, B L36"),
    (Action.SHOW_SCREEN, (Category.PPT_CHAIR, Category.ST), "default"),
    (Action.READ_RECORD, (Category.PPT_CHAIR, Category.ST), "default"),
    (Action.IMPORT_DRAFT, (Category.PPT_CHAIR, Category.ST), "S001 §5.3; S002 E L72"),
    (Action.MANAGE_DOCUMENTS, (Category.PPT_CHAIR, Category.ST), "S002 E L72, L74"),
    (Action.SET_UP, (Category.ST,), "S001 §9.1; S002 E L72"),
    (Action.PUBLISH, (Category.PPT_CHAIR,), "S001 §5.2; S002 E L74"),
)
_DELEGABLE = (Action.MANAGE_SITTING, Action.ADVANCE_AGENDA, Action.MANAGE_FLOOR, Action.DECIDE)
"""What the Secretariat does in the PPT's name while that is delegated. It works under the PPT's direction
throughout (S002 E L69), and presiding is the PPT's (S001 §5.2); the door, exceptions and adoption are
never delegated."""

COLUMNS: Mapping[str, Action] = MappingProxyType(
    {
        "know": Action.KNOW,
        "attend": Action.ATTEND,
        "speak": Action.SPEAK,
        "table": Action.TABLE,
        "agenda": Action.SEE_AGENDA,
        "docs": Action.SEE_DOCUMENTS,
        "read": Action.READ_DRAFT,
        "edit": Action.EDIT_DRAFT,
        "approve": Action.APPROVE,
        "final": Action.DOWNLOAD,
    }
)
MATRIX_ACTIONS = tuple(COLUMNS.values())
_OF_A_BODY = frozenset((*MATRIX_ACTIONS, Action.SEE_ROOM_TEXT))


def _read_table(table: str) -> Iterator[Rule]:
    body, category, cells = "", Category.PUBLIC, [""]
    for line in filter(str.strip, table.splitlines()):
        words = line.split()
        if line.startswith("["):
            body = line.strip("[]")
        elif words == list(COLUMNS):
            continue
        elif not line.startswith(" "):
            category, cells = Category(words[0]), words[1:]
        else:
            row_source, *others = (part.strip() for part in line.split("|"))
            sources = dict.fromkeys(COLUMNS, row_source)
            for other in others:
                columns, _, source = other.partition(": ")
                sources.update(dict.fromkeys(columns.split(", "), source))
            for (column, action), cell in zip(COLUMNS.items(), cells, strict=True):
                conditions = tuple(cell.rstrip("*").split("+"))
                source = "default" if cell.endswith("*") else sources[column]
                yield Rule(body, category, action, conditions, source)


RULES: tuple[Rule, ...] = (
    *_read_table(_TABLE),
    *(
        Rule(ANY_BODY, category, action, ("yes",), source)
        for action, categories, source in _CONDUCT
        for category in categories
    ),
    *(Rule(ANY_BODY, Category.ST, each, ("delegated",), "S002 E L69") for each in _DELEGABLE),
    Rule(ANY_BODY, Category.INTERPRETER, Action.SHOW_SCREEN, ("screen",), "default"),
)

_INDEX = {(rule.body, rule.category, rule.action): rule for rule in RULES}
BODIES = frozenset(get_args(BodyKind))

_MEMBERS_SITTING = frozenset(
    {
        Category.HEAD,
        Category.DELEGATE,
        Category.PPT_CHAIR,
        Category.PPT_STAFF,
        Category.ST,
        Category.INTERPRETER,
    }
)
_OUTSIDE_THE_SITTING = frozenset({Action.KNOW, Action.DOWNLOAD})
"""What does not depend on who may sit in: that the session exists, and its published texts."""
_WITHOUT_THE_ROOM = frozenset({Action.ACCREDIT, Action.SHOW_SCREEN, Action.SET_UP})
"""Acts of conduct that show nothing of what is said behind a closed door."""
_WHATEVER_THE_MODE = _OUTSIDE_THE_SITTING | _WITHOUT_THE_ROOM
_SCREEN_SHOWS = frozenset(
    {
        Action.KNOW,
        Action.ATTEND,
        Action.SEE_AGENDA,
        Action.READ_DRAFT,
        Action.SEE_ROOM_TEXT,
        Action.SHOW_SCREEN,
    }
)


# Answers -------------------------------------------------------------------------------------


class Level(IntEnum):
    """How much of a closed part reaches a person."""

    NOTHING = 0
    EXISTS = 1  # "Closed item", and nothing else
    SCHEDULED = 2  # and whether it is still to come, under way or over
    CONTENT = 3


_TOLD_WHEN = frozenset(
    {Category.HEAD, Category.DELEGATE, Category.PPT_CHAIR, Category.PPT_STAFF, Category.ST}
)
"""Off the roster members and the Secretariat know when a closed part comes: they plan the day."""
_INSIDE = (Action.ATTEND, Action.SEE_AGENDA, Action.SEE_DOCUMENTS, Action.READ_DRAFT)
"""Who may do none of these behind a door stands outside it."""


def level_of_closed(actor: Actor, subject: Subject, *, at: datetime) -> Level:
    """How much of the closed part of this session reaches a person, whatever the sitting now.

    `subject.on_roster` is of the closed part (S002 A L20; the matrix's line "Know" of the closed door
    is existence only: no time, no titles).
    """
    part = replace(subject, mode="closed", group=None)
    if may(actor, Action.SEE_AGENDA, part, at=at):
        return Level.CONTENT
    if not may(actor, Action.KNOW, part, at=at):
        return Level.NOTHING
    on_a_screen = actor.capacity is Capacity.SCREEN
    return Level.SCHEDULED if actor.category in _TOLD_WHEN and not on_a_screen else Level.EXISTS


def is_shut_out(actor: Actor, subject: Subject, *, at: datetime) -> bool:
    """Whether the door of the sitting under way keeps this person out (S002 A L20; S003 L220)."""
    if subject.mode == "open":
        return False
    return not any(may(actor, action, subject, at=at) for action in _INSIDE)


def may(actor: Actor, action: Action, subject: Subject, *, at: datetime) -> Decision:
    """Whether this person may do this, now, and why.

    A text that is not adopted is a draft whatever its file format: to download it is to read it.
    """
    if subject.body not in BODIES:
        return Decision(False, "access.no_rule", "default")
    if action is Action.DOWNLOAD and not subject.adopted:
        action = Action.READ_DRAFT
    for refusal in (_refusal_of_mode, _refusal_of_screen):
        refused = refusal(actor, action, subject)
        if refused is not None:
            return refused
    if action is Action.SEE_ROOM_TEXT:
        return _sees_room_text(actor, subject, at)
    if action not in MATRIX_ACTIONS:
        return _conduct(actor, action, subject, at)
    return _apply(_rule_for(actor, action, subject), actor, action, subject, at)


def require(actor: Actor, action: Action, subject: Subject, *, at: datetime) -> None:
    """Raise `Forbidden` with the reason, unless the person may."""
    decision = may(actor, action, subject, at=at)
    if not decision:
        raise Forbidden(decision.reason, action=action.value, source=decision.source)


def writable_languages(actor: Actor, subject: Subject, *, at: datetime) -> frozenset[Language]:
    """The languages of this draft the person may write: none, both, or the one not of origin."""
    if not may(actor, Action.EDIT_DRAFT, subject, at=at):
        return frozenset()
    if actor.category is Category.INTERPRETER:
        return frozenset(LANGUAGES) - {subject.origin}
    return frozenset(LANGUAGES)


def lines_of(action: Action, subject: Subject) -> str:
    """The lines of the table that count for an action: a body's, the closed door's, the drafting
    group's, or those of any body for an act of conduct."""
    if action not in _OF_A_BODY:
        return ANY_BODY
    return CLOSED_DOOR if subject.mode == "closed" else subject.group or subject.body


def _rule_for(actor: Actor, action: Action, subject: Subject) -> Rule | None:
    return _INDEX.get((lines_of(action, subject), actor.category, action))


def _apply(
    rule: Rule | None, actor: Actor, action: Action, subject: Subject, at: datetime
) -> Decision:
    if rule is None:
        return Decision(False, "access.no_rule", "default")
    for word in rule.conditions:
        holds, reason = CONDITIONS[word]
        if not holds(actor, action, subject, at):
            return Decision(False, reason, rule.source)
    return Decision(True, "access.allowed", rule.source)


def _conduct(actor: Actor, action: Action, subject: Subject, at: datetime) -> Decision:
    """Acts of conduct; behind a closed door only for somebody who is in the room."""
    if subject.mode == "closed" and action not in _WITHOUT_THE_ROOM:
        inside = may(actor, Action.ATTEND, subject, at=at)
        if not inside:
            return inside
    return _apply(_rule_for(actor, action, subject), actor, action, subject, at)


def _sees_room_text(actor: Actor, subject: Subject, at: datetime) -> Decision:
    """The paragraph before the room: whoever may read the text it is of.

    Before a screen of the members it comes by the very act of putting it before the room. Others who
    attend, and screens before observers, see it where a setting says so; behind a closed door nobody
    does who may not read it.
    """
    reads = may(actor, Action.READ_DRAFT, subject, at=at)
    settings = subject.settings
    if actor.capacity is not Capacity.SCREEN:
        shown = settings.room_text_to_observers == "yes"
    else:
        shown = actor.audience == "members" or settings.screen_draft_to_observers == "yes"
    if reads or not shown or subject.mode == "closed":
        return reads
    return may(actor, Action.ATTEND, replace(subject, group=None), at=at)


def _refusal_of_mode(actor: Actor, action: Action, subject: Subject) -> Decision | None:
    if subject.mode != "members" or action in _WHATEVER_THE_MODE:
        return None
    before_observers = actor.capacity is Capacity.SCREEN and actor.audience == "observers"
    if actor.category not in _MEMBERS_SITTING or before_observers:
        return Decision(False, "access.members_only", "S003 L220")
    return None


def _refusal_of_screen(actor: Actor, action: Action, subject: Subject) -> Decision | None:
    """A screen shows the room; it holds no papers, and no text before observers (a setting)."""
    if actor.capacity is not Capacity.SCREEN:
        return None
    withheld = (
        action is Action.READ_DRAFT
        and actor.audience == "observers"
        and subject.settings.screen_draft_to_observers == "no"
    )
    if action not in _SCREEN_SHOWS or withheld:
        return Decision(False, "access.not_on_a_screen", "default")
    return None
