"""Fragments: for every class of viewers, in both languages, nothing hostile and nothing forbidden."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import MISSING, fields, replace
from typing import Any, get_origin
from urllib.parse import unquote

from cases import of_each_by
from lxml import html

from session_app import i18n
from session_app.config import ROOT
from session_app.domain import checks, contract, papers
from session_app.domain.access import Action
from session_app.domain.drafting import LANGUAGES, Language, Texts
from session_app.domain.paging import Run
from session_app.i18n import speaker
from session_app.views.agenda import AgendaModel, EntryOfAgenda, ItemModel, ProgrammeModel
from session_app.views.attendance import AttendanceModel, DelegationModel, QuorumModel
from session_app.views.desk import AlertModel, ConnectionsModel, PartyModel, ReachedModel
from session_app.views.documents import ClosedTextModel, DocumentsModel, FileModel
from session_app.views.door import AttendeeModel, ClosingModel, DoorModel
from session_app.views.drafting import DraftModel, ParagraphModel
from session_app.views.floor import FloorModel, SpeakerModel
from session_app.views.gavel import GavelModel, PresidingModel
from session_app.views.head import Head, RehearsalModel
from session_app.views.issuing import (
    AssemblyModel,
    CheckModel,
    ChecksModel,
    PublicationModel,
    ReaderModel,
    ReadersModel,
    StepModel,
)
from session_app.views.live import ENVIRONMENT, TOPICS
from session_app.views.meeting import MeetingModel, SettingModel
from session_app.views.papers import (
    CircleModel,
    PaperFileModel,
    PaperGroup,
    PaperModel,
    PapersModel,
)
from session_app.views.people import GrantModel, PeopleModel, PersonModel
from session_app.views.room import (
    DelegationsModel,
    MemberModel,
    ResultModel,
    RoomModel,
    TileModel,
    UndoModel,
)
from session_app.views.screens import EnrolledModel, EnrolmentModel, ScreenModel, ScreenTextModel
from session_app.views.sitting import SittingModel, SoonModel
from session_app.views.viewer import Viewer

ICONS = {
    f"/static/icons.svg#{name}"
    for name in re.findall(r'<symbol id="([^"]+)"', (ROOT / "static" / "icons.svg").read_text())
}
CODES = {"CAN", "SLV", "RROCM", "OIM", "kB", "docx", "ES", "EN"}
"""What is no word of any language."""
HOSTILE = "<img src=x onerror=alert(1)>'\""
FACTS = ("city_es", "city_en", "starts", "ends", "country", "ppt", "zone")


def said(text: str) -> Texts:
    """A value of a model in both languages, marked so that it is known again."""
    return {"es": f"⟪es {text}⟫", "en": f"⟪en {text}⟫"}


ITEMS = tuple(
    ItemModel(f"item-{place}", str(place), said(HOSTILE), state, mode, slot)
    for place, (state, mode, slot) in enumerate(
        (
            ("done", "open", ""),
            ("current", "members", ""),
            ("pending", "open", "RROCM"),
            ("pending", "closed", ""),
        ),
        start=1,
    )
)
PRESIDING = (
    PresidingModel("person-1", f"⟪{HOSTILE}⟫", "SLV"),
    PresidingModel("person-2", "⟪ST⟫", "CAN"),
)
VEILED = ItemModel("", "", said("closed"), "", "closed", "")

CIRCLES = tuple(CircleModel(each, each != "rrocm") for each in papers.CIRCLES)
GROUPS = tuple(
    PaperGroup(
        item,
        tuple(
            PaperModel(
                f"paper-{document_class}-{place}",
                said(HOSTILE),
                revision,
                document_class,
                papers.CIRCLES,
                said("14:20"),
                (PaperFileModel("es", href, "docx", {"es": "17 kB", "en": "17 kB"}),),
                ("en",),
            )
            for document_class, revision, href in (
                ("private", 0, "/s/session/documents/file"),
                ("public", 3, ""),
            )
        ),
    )
    for place, item in enumerate((None, ITEMS[0], ITEMS[3]))
)

FINDINGS = tuple(
    CheckModel(subject, said(HOSTILE), ("paragraph",), quotes, 5, 4)
    for subject, quotes in (
        ("open", ()),
        ("empty", (("es", ""),)),
        ("empty", (("en", ""),)),
        ("order", (("es", f"⟪es {HOSTILE}⟫"), ("es", "⟪es b⟫"))),
        ("dates", (("es", "⟪es a⟫"), ("en", "⟪en b⟫"))),
        ("acronym", (("es", "⟪es A⟫"), ("en", "⟪en B⟫"))),
        ("full_stop", (("es", "⟪es a⟫"),)),
        ("full_stop", (("en", "⟪en a⟫"),)),
    )
)
STEPS_SHOWN = (
    StepModel("number", "done", said("0,2 s")),
    StepModel("check", "done", said("0,4 s")),
    StepModel("compose", "current", done=20, total=32),
    StepModel("write", "stopped"),
    StepModel("compare", "later"),
)

STATES = ("proposed", "bracketed", "agreed", "ad_referendum", "adopted")
OBSTACLES = ("undecided", "empty.es", "empty.en", "bracket.es", "bracket.en")

RESULTS = tuple(
    ResultModel(result, "14:35", names, note)
    for result, names, note in (
        ("consensus", (), ""),
        ("ad_referendum", (("CAN", said("CAN")),), ""),
        ("bracketed", (), f"⟪{HOSTILE}⟫"),
        ("objection", (("CAN", said("CAN")), ("SLV", said("SLV"))), f"⟪{HOSTILE}⟫"),
    )
)
UNDONE = tuple(
    UndoModel("decision", "paragraph", said("name"), result, names, 1498077300000)
    for result, names in (
        ("consensus", ()),
        ("ad_referendum", (said("CAN"),)),
        ("bracketed", ()),
        ("objection", (said("CAN"), said("SLV"))),
        ("bracketed", (said("CAN"),)),
    )
)
MEMBERS = (
    MemberModel("CAN", said("CAN"), present=True),
    MemberModel("SLV", said("SLV"), present=False),
)

PARAGRAPHS = tuple(
    ParagraphModel(
        id=f"paragraph-{state}",
        kind="item",
        name=said("name"),
        standing=RESULTS[STATES.index(state) % 4],
        state=state,
        texts=said(f"text {HOSTILE}"),
        digest="0" * 64,
        obstacles=OBSTACLES if state == "bracketed" else (),
        override=f"⟪{HOSTILE}⟫" if state == "adopted" else None,
    )
    for state in STATES
)


def drafted(adopted: bool, closed: bool = False) -> DraftModel:
    return DraftModel(
        id="draft",
        paragraphs=PARAGRAPHS,
        counts=dict.fromkeys(STATES, 1),
        total=5,
        obstacles=1,
        digest="0" * 64,
        adopted_at=said("at") if adopted else {},
        adopted_by=f"⟪{HOSTILE}⟫" if adopted else "",
        present=("CAN", "SLV") if adopted else (),
        override=f"⟪{HOSTILE}⟫" if adopted else None,
        is_closed=closed,
        sits=not adopted,
        observed=0 if adopted else 2,
    )


def files(adopted: bool) -> tuple[FileModel, ...]:
    return tuple(
        FileModel(
            layout=layout,
            href=f"/s/session/documents/{layout}.docx",
            name=f"{layout}.docx",
            adopted=adopted,
            version=3,
            at=said("at"),
            size={"es": "17 kB", "en": "17 kB"} if adopted else {},
            sha256="0" * 64 if adopted else "",
        )
        for layout in ("es", "en", "bilingual")
    )


PEOPLE = tuple(
    PersonModel(
        id=f"person-{capacity}",
        name=f"⟪{HOSTILE}⟫",
        delegation="CAN",
        party=said(HOSTILE),
        capacity=capacity,
        drafting=signed_in,
        language="es",
        signed_in=signed_in,
        badge_waits=signed_in,
        grants=(
            *(
                GrantModel(
                    f"to-{capacity}-{place}",
                    *("read_draft", f"⟪{HOSTILE}⟫", f"⟪{HOSTILE}⟫", "14:02", *scope),
                )
                for place, scope in enumerate([(), ("16:30", "7"), ("16:30", "C1"), ("", "", True)])
            ),
        ),
    )
    for capacity, signed_in in (("interpreter", True), ("head", False), ("staff", True))
)

SPEAKERS = tuple(
    SpeakerModel(
        id=f"request-{place}",
        delegation="CAN",
        name=said(HOSTILE),
        label=said(HOSTILE),
        person=f"⟪{HOSTILE}⟫" if place % 2 else "",
        kind=kind,
        place=state,
        at="14:31",
        deadline=deadline,
        left=160,
        limit=limit,
        can_move_up=place == 2,
        ordinal=said(f"{place}.º"),
    )
    for place, (kind, state, deadline, limit) in enumerate(
        (
            ("speech", "speaking", 1_498_000_000_000, 180),
            ("order", "waiting", 0, 180),
            ("speech", "interrupted", 0, 180),
            ("reply", "waiting", 0, 0),
            ("speech", "paused", 0, 180),
        )
    )
)
ATTENDEES = tuple(
    AttendeeModel(
        *(f"person-{capacity}", f"⟪{HOSTILE}⟫", "CAN", capacity, f"⟪{HOSTILE}⟫", connected, reason),
        by_exception=capacity == "interpreter",
    )
    for capacity, connected, reason in (
        ("head", 2, ""),
        ("companion", 0, ""),
        ("interpreter", 1, f"⟪{HOSTILE}⟫"),
        ("screen", 1, ""),
    )
)
CLOSINGS = tuple(
    ClosingModel(mode, stays, cut_off, "0" * 32, companions)
    for mode, companions, stays, cut_off in (
        ("closed", 1, (), ATTENDEES),
        ("closed", 2, ATTENDEES[:2], ATTENDEES[2:]),
        ("members", 0, ATTENDEES, ()),
    )
)

ENTRIES = (
    *(
        EntryOfAgenda(
            each.id,
            each.number,
            each.title,
            each.state,
            each.mode,
            each.slot,
            minutes,
            "0" * 16,
            done,
        )
        for each, minutes, done in zip(
            ITEMS, (None, 0, 1, 5), (False, False, True, True), strict=True
        )
    ),
    EntryOfAgenda("", "", said("closed"), "", "closed", "", None, "", False),
)
PARTIES = tuple(
    PartyModel(
        kind,
        said(HOSTILE),
        kind,
        tuple(
            ReachedModel(
                f"{kind}-{state}", f"⟪{HOSTILE}⟫", capacity, True, "es", audience, devices, state, cuts
            )
            for state, capacity, devices, cuts in (
                ("online", "head", ("laptop",), 0),
                ("shared", "drafting_representative", ("phone", "tablet"), 0),
                ("intermittent", "observer", ("unknown",), 4),
                ("offline", "staff", (), 1),
                ("never", "screen", (), 0),
            )
        ),
    )
    for kind, audience in (
        ("member", ""), ("observer_country", ""), ("other", ""), ("screens", "members"),
    )
)  # fmt: skip
ALERTS = tuple(
    AlertModel(kind, "/desk#party-CAN", f"⟪{HOSTILE}⟫", "CAN", 2, (said("one"), said("two")))
    for kind in ("shared", "intermittent", "badge_waits", "screen_off", "absent", "nobody")
)

SCREEN_WORDS = {name: said(name) for name in ("next", "not_agreed", "page")}
SCREEN_TEXT = ScreenTextModel(
    name=said(f"name {HOSTILE}"),
    state="bracketed",
    size="small",
    columns={
        each: (Run(f"⟪{each} {HOSTILE}⟫", False), Run(f"⟪{each} [{HOSTILE}]⟫", True))
        for each in LANGUAGES
    },
    page=1,
    pages=2,
    bracketed=True,
    word=said("state"),
)
SAMPLES: dict[str, list[object]] = {
    "rehearsal": [RehearsalModel("rehearsal-abcdefgh"), RehearsalModel("")],
    "screen": [
        ScreenModel(item, following, text, SCREEN_WORDS)
        for item, following, text in (
            (None, (), None),
            (ITEMS[0], tuple(ITEMS[:3]), None),
            (ITEMS[0], (), SCREEN_TEXT),
            (None, (), replace(SCREEN_TEXT, state="agreed", pages=1, page=1, bracketed=False)),
        )
    ],
    "screens": [
        EnrolmentModel(()),
        EnrolmentModel(
            tuple(
                EnrolledModel(f"s{state}", f"⟪{HOSTILE}⟫", audience, state, device, at, at)
                for state, audience, device, at in (
                    ("live", "members", f"⟪{HOSTILE}⟫", "14:02"),
                    ("gone", "observers", "?", "14:02"),
                    ("dark", "observers", f"⟪{HOSTILE}⟫", ""),
                    ("none", "members", "", ""),
                )
            )
        ),
    ],
    "sitting": [
        SittingModel(state, number, mode, since, resumes_at, said("today"))
        for state, number, mode, since, resumes_at in (
            ("scheduled", 0, "open", "", ""),
            ("open", 1, "open", "14:02", ""),
            ("open", 1, "members", "14:02", ""),
            ("open", 1, "closed", "14:02", ""),
            ("suspended", 1, "open", "14:40", "15:30"),
            ("suspended", 1, "open", "14:40", ""),
            ("closed", 2, "open", "17:05", ""),
        )
    ],
    "soon": [SoonModel(0, ""), SoonModel(1_498_000_000_000, "14:32", said("soon"))],
    "agenda": [
        AgendaModel((), None, None),
        AgendaModel(ITEMS, ITEMS[1], ITEMS[2], issued=True, slots=("RROCM", "OIM")),
        AgendaModel((ITEMS[0], VEILED), None, VEILED),
        AgendaModel(ITEMS[:1], None, None),
    ],
    "gavel": [
        GavelModel(None, "", False, ()),
        GavelModel(PRESIDING[0], "14:02", True, PRESIDING),
        GavelModel(PRESIDING[0], "", False, PRESIDING[:1]),
    ],
    "quorum": [
        QuorumModel(9, 11, 0, False),
        QuorumModel(9, 11, 6, False),
        QuorumModel(5, 11, 6, True),
    ],
    "attendance": [
        AttendanceModel(
            (
                DelegationModel("CAN", said(HOSTILE), present=True, presides=False),
                DelegationModel("SLV", said("SLV"), present=False, presides=True),
            ),
            1,
        )
    ],
    "checks": [
        ChecksModel((), tuple(checks.SUBJECTS), adopted=False),
        ChecksModel((), (), adopted=True),
        ChecksModel(FINDINGS, ("dates",), adopted=False),
    ],
    "assembly": [
        AssemblyModel("draft", False, 0, "none", 0, 0, (), ""),
        *(
            AssemblyModel("draft", False, 3, state, 62, 3, STEPS_SHOWN, "14:32")
            for state in ("running", "cancelling", "done", "cancelled")
        ),
        AssemblyModel(
            *("draft", True, 3, "failed", 62, 3, STEPS_SHOWN, "14:32", "assembly.differs"),
            {"layout": "1", "label": "1.", "expected": "<i>1", "found": "<i>2"},
        ),
    ],
    "publication": [
        PublicationModel("draft", False, {}, "/p/session"),
        PublicationModel("draft", True, {}, "/p/session"),
        PublicationModel("draft", True, said("today"), "/p/session"),
    ],
    "readers": [
        ReadersModel(
            tuple(
                ReaderModel(circle, answer, 4, leave)
                for circle, answer, leave in (
                    ("members", "yes", 0),
                    ("st", "yes", 0),
                    ("observer_organisations", "leave", 0),
                    ("observer_countries", "leave", 2),
                    ("rrocm", "later", 0),
                    ("guests", "no", 0),
                    ("interpreters", "leave", 1),
                    ("public", "later", 0),
                )
            ),
            adopted,
            public,
        )
        for adopted, public in ((False, False), (True, False), (True, True))
    ],
    "papers": [
        PapersModel((), (), ()),
        PapersModel(GROUPS, ITEMS, CIRCLES),
    ],
    "documents": [
        DocumentsModel(()),
        DocumentsModel(files(adopted=False)),
        DocumentsModel(files(adopted=True)),
        DocumentsModel((), GROUPS),
        DocumentsModel(files(adopted=False), (), files(adopted=False), 3),
        DocumentsModel(files(adopted=True), (), (), 0, public=True),
    ],
    "closed_text": [
        ClosedTextModel(False, False, ()),
        ClosedTextModel(False, True, ()),
        ClosedTextModel(True, False, files(adopted=False)),
        ClosedTextModel(True, False, files(adopted=False), may_adopt=True),
        ClosedTextModel(True, False, files(adopted=True)),
    ],
    "draft": [drafted(adopted=False), drafted(adopted=True)],
    "closed_draft": [drafted(adopted=False, closed=True), drafted(adopted=True, closed=True)],
    "room": [
        RoomModel(),
        RoomModel(undo=UNDONE[0]),
        *(
            RoomModel(
                draft="draft",
                paragraph="paragraph",
                name=said("name"),
                state=state,
                texts=texts,
                since="14:31",
                seen_by=seen_by,
                digest="0" * 64,
                before=before,
                after="after",
                standing=standing,
                undo=undo,
                members=MEMBERS,
            )
            for state, texts, seen_by, before, standing, undo in (
                ("proposed", said(HOSTILE), "members", "", None, UNDONE[1]),
                ("bracketed", said(HOSTILE), "observers", "before", RESULTS[3], UNDONE[3]),
                ("ad_referendum", said(HOSTILE), "observers", "before", RESULTS[1], None),
                ("bracketed", said(HOSTILE), "members", "before", RESULTS[2], UNDONE[2]),
                ("agreed", said(HOSTILE), "members", "before", RESULTS[0], UNDONE[4]),
                ("adopted", {"es": "", "en": " "}, "closed", "before", None, None),
            )
        ),
    ],
    "programme": [
        ProgrammeModel((), False, (), (3, 3), 120),
        ProgrammeModel(ENTRIES, False, (("CAN", said("CAN")),), (5, 3), 120),
        ProgrammeModel(ENTRIES, True, (), (0, 3), 120),
    ],
    "meeting": [
        MeetingModel(
            facts=dict.fromkeys(FACTS, HOSTILE),
            seen_facts="0" * 16,
            fixed=frozenset(fixed),
            is_kept_out=is_kept_out,
            members={language: (("CAN", said(HOSTILE)),) for language in ("es", "en")},
            settings=(
                SettingModel("minutes_members", "", "3", ("0", "3", "5")),
                SettingModel("order", "alphabetical", "as_asked", ("as_asked", "alphabetical")),
                SettingModel("companions", "2", "1", ("1", "2")),
            ),
            seen_settings="0" * 16,
            quorum=SettingModel("members", quorum, "unset", ("0", "6")),
            parts=(("head", (("attends", "yes"), ("closed", "roster"))),),
            companions=2,
        )
        for fixed, is_kept_out, quorum in (
            ((), False, ""),
            (("ppt", "zone"), False, "6"),
            (FACTS, False, "0"),
            (FACTS, True, ""),
        )
    ],
    "connections": [
        ConnectionsModel(is_shown=False),
        ConnectionsModel(is_shown=True, screens=PartyModel("", said("screens"), "screens", ())),
        ConnectionsModel(True, 3, 5, 9, 11, 1, 1, said("0,3 s"), PARTIES[:-1], PARTIES[-1], ALERTS),
    ],
    "delegations": [
        DelegationsModel(
            tuple(
                TileModel(code, said(code), present, presides, floor, position)
                for code, present, presides, floor, position in (
                    ("CAN", True, False, "speaking", "objects"),
                    ("SLV", True, True, "", ""),
                    ("RROCM", False, False, "", "consults"),
                    ("OIM", True, False, "waiting", "brackets"),
                )
            ),
            3,
            takes_floor,
            *about,
        )
        for takes_floor, about in ((True, ("draft", "paragraph", "0" * 64)), (False, ()))
    ],
    "people": [
        PeopleModel(()),
        PeopleModel(PEOPLE),
        PeopleModel(PEOPLE, ITEMS, "draft"),
    ],
    "floor": [
        FloorModel(None, (), False, False, (), ()),
        FloorModel(SPEAKERS[0], SPEAKERS[1:], False, True, (("CAN", said("CAN")),), ()),
        FloorModel(SPEAKERS[4], SPEAKERS[1:3], True, True, (), (("CAN", "4:05"),)),
        FloorModel(None, (), False, True, (("CAN", said("CAN")),), ()),
    ],
    "door": [
        DoorModel("open", "", False, 1, CLOSINGS, (), (), (), ()),
        DoorModel("open", "", False, 1, CLOSINGS, (), (), (), (), under_way=False),
        DoorModel("open", "", False, 1, CLOSINGS, (), (), (), (), announced="14:32"),
        DoorModel("members", "14:02", False, 1, CLOSINGS[:2], (), (), (), ()),
        DoorModel("closed", "14:02", False, 1, CLOSINGS[2:], (), (), (), ()),
        DoorModel("closed", "14:02", False, 1, (), ATTENDEES, (), ATTENDEES, ATTENDEES),
        DoorModel("closed", "14:02", True, 2, (), (), ATTENDEES, (), ATTENDEES),
    ],
}

HEAD = Head(
    "session",
    *(said(name) for name in ("body", "name", "city", "place", "dates")),
)

CONDUCT = {Action.MANAGE_SITTING, Action.MANAGE_AGENDA, Action.MARK_ATTENDANCE}
CLASSES = {
    "observer": {Action.KNOW, Action.SEE_AGENDA, Action.ATTEND},
    "delegate": {Action.KNOW, Action.SEE_AGENDA, Action.ATTEND, Action.READ_DRAFT, Action.DOWNLOAD},
    "drafting": {Action.KNOW, Action.SEE_AGENDA, Action.READ_DRAFT, Action.EDIT_DRAFT},
    "watching": {Action.KNOW, Action.ATTEND, Action.SEE_ROOM_TEXT},
    "marking": {Action.KNOW, Action.READ_DRAFT, Action.MARK_PARAGRAPH},
    "conducting": {Action.KNOW, Action.SEE_AGENDA, Action.ATTEND, Action.SEE_ROOM_TEXT, *CONDUCT},
    "accrediting": {Action.KNOW, Action.ACCREDIT},
    "everything": set(Action),
}

CASES: dict[str, dict[str, tuple[object, Language, frozenset[Action]]]] = {
    topic: {
        f"{topic}-{place}-{language}-{name}": (model, language, frozenset(may))
        for place, model in enumerate(SAMPLES[topic])
        for language in LANGUAGES
        for name, may in CLASSES.items()
        if known.needs in may
    }
    for topic, known in TOPICS.items()
}
"""What is shown of each topic: every sample, in both languages, to every class that may see it."""


def viewer_of(topic: str, language: Language, may: frozenset[Action]) -> Viewer:
    """Who may do this to the text the topic is of: the closed part's, or the other."""
    if TOPICS[topic].behind:
        return Viewer(language, frozenset(), closed_draft=may)
    return Viewer(language, may)


def read(topic: str, model: object, language: Language, may: frozenset[Action]) -> html.HtmlElement:
    """A fragment as a browser reads it, rendered once for all that is asked of it."""
    asked = (topic, id(model), language, may)
    if asked not in _READ:
        (_READ[asked],) = html.fragments_fromstring(render(topic, model, language, may).strip())
    return _READ[asked]


_READ: dict[tuple[object, ...], html.HtmlElement] = {}


def render(
    topic: str, model: object, language: Language, may: frozenset[Action], t: object = None
) -> str:
    return ENVIRONMENT.get_template(f"fragments/{topic}.html").render(
        model=model,
        head=HEAD,
        viewer=viewer_of(topic, language, may),
        language=language,
        t=t or speaker(language),
    )


every_case = of_each_by("topic", "model, language, may", CASES)


def words(root: html.HtmlElement) -> Iterator[tuple[str, html.HtmlElement]]:
    """Everything a person reads or hears, with the element that says in which language."""
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if element.text:
            yield element.text, element
        if element.tail and element is not root:
            yield element.tail, element.getparent()
        for attribute in ("aria-label", "title", "placeholder", "alt"):
            if element.get(attribute):
                yield element.get(attribute), element


def language_of(element: html.HtmlElement, otherwise: Language) -> str:
    return next(
        (each.get("lang") for each in (element, *element.iterancestors()) if each.get("lang")),
        otherwise,
    )


@every_case
def test_a_fragment_is_one_section_under_its_own_name(
    topic: str, model: object, language: Language, may: frozenset[Action]
) -> None:
    root = read(topic, model, language, may)
    assert (root.tag, root.get("id"), root.get("data-live")) == ("section", f"live-{topic}", topic)
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert set(root.xpath(".//use/@href")) <= ICONS


@every_case
def test_what_people_write_is_text_and_nothing_else(
    topic: str, model: object, language: Language, may: frozenset[Action]
) -> None:
    root = read(topic, model, language, may)
    assert not root.xpath(".//img | .//script | .//style | .//@style")
    assert not [name for name in root.xpath(".//@*") if name.attrname.startswith("on")]


@every_case
def test_an_act_is_offered_only_to_who_may_do_it_and_carries_what_it_needs(
    topic: str, model: object, language: Language, may: frozenset[Action]
) -> None:
    root = read(topic, model, language, may)
    for form in root.xpath(".//form[contains(@action, '/do/')]"):
        name = unquote(form.get("action")).rsplit("/", 1)[1]
        assert contract.COMMANDS[name].needs in may, name
        assert form.get("method") == "post"
        hints = contract.types_of(contract.COMMANDS[name])
        values: dict[str, Any] = {}
        command = contract.COMMANDS[name]
        optional = {each.name for each in fields(command) if each.default is not MISSING}
        elsewhere = (
            root.xpath(".//*[@name][@form=$id]", id=form.get("id")) if form.get("id") else []
        )
        for field in (*form.xpath(".//*[@name][not(@name='_back')]"), *elsewhere):
            if not field.get("value") and field.get("name") in optional:
                continue  # as a page leaves out what is empty
            value = (
                str(field.xpath("string(.//option/@value)"))
                if field.tag == "select"
                else field.get("value")
            )
            if field.get("data-type") == "list":
                values.setdefault(field.get("name"), []).append(value)  # type: ignore[attr-defined]
                continue
            kinds = {"boolean": {"true": True, "false": False}.get, "number": int}
            as_said = kinds.get(field.get("data-type"), lambda text: text or "15:30")
            if get_origin(hints[field.get("name")]) is tuple:
                values.setdefault(field.get("name"), []).append(value)
                continue
            values[field.get("name")] = as_said(value)
        contract.parse(name, values)
    ids = set(root.xpath("//@id"))
    assert set(root.xpath(".//@data-opens")) <= ids


@every_case
def test_every_word_comes_from_the_catalogue_and_is_in_the_viewers_language(
    topic: str, model: object, language: Language, may: frozenset[Action]
) -> None:
    asked: set[str] = set()

    def t(key: str, **params: object) -> str:
        asked.add(key)
        shown = " ".join(str(value) for value in params.values())
        return f"⟦{key}⟧{shown}"

    root = html.fragment_fromstring(render(topic, model, language, may, t))
    for text, element in words(root):
        for value in re.findall(r"⟪(es|en) ", text):
            assert value == language_of(element, language), f"{text!r} has no lang of its own"
        rest = re.sub(r"⟦[^⟧]*⟧|⟪[^⟫]*⟫", "", text)
        left = set(re.findall(r"[^\W\d_]{2,}", rest)) - CODES
        if language_of(element, language) == language:
            assert not left, f"written into the template: {left}"
    for key in asked:
        assert i18n.translate(key, language) != i18n.translate(i18n.UNKNOWN, language), key
