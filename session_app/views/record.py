"""The record of acts as people read it: in words, newest first, and as a table for a spreadsheet."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from session_app import i18n
from session_app.domain.access import Action, Level
from session_app.domain.agenda import Session, number_items
from session_app.domain.contract import COMMANDS
from session_app.domain.drafting import Language
from session_app.domain.record import Head
from session_app.i18n import speaker
from session_app.services.authority import CONSOLE
from session_app.services.desk import Desk
from session_app.services.structure import name_paragraphs
from session_app.store import drafts, people, record, sessions
from session_app.store.record import Entry, Sight

from .table import write_csv

PAGE = 100
"""Entries on one page."""
_AT_ONCE = 500
"""Entries of a table written before everybody else gets a turn."""

ACTS = (
    *COMMANDS,
    "access.refuse",
    "session.create",
    "people.accredit",
    "people.badge",
    "people.badge_anew",
    "screen.enrol",
    "person.sign_in",
    "person.sign_out",
    "draft.import",
    "paragraph.adopted",
    "document.issue",
    "paper.add",
    "paper.file",
    "paper.replace",
    "document.download",
    "document.prepared",
    "document.public",
    "record.download",
    "attendance.download",
)
"""Everything an entry can say was done: each has its words, `ui.act.<name>`."""

COLUMNS = (
    "number", "day", "time", "name", "delegation", "capacity", "act", "subject", "facts", "outcome",
)  # fmt: skip
"""What a table holds of each entry, and the codes of its titles, `ui.record.<name>`."""


@dataclass(frozen=True, slots=True)
class EntryModel:
    """One entry in the reader's language. `number` counts what this reader is shown."""

    number: int
    day: str
    time: str
    name: str
    delegation: str
    capacity: str
    act: str
    subject: str
    facts: str
    outcome: str
    refused: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class RecordModel:
    """A page of the record."""

    entries: tuple[EntryModel, ...]
    total: int
    page: int
    pages: int
    person: str
    act: str
    people: tuple[tuple[str, str], ...]  # id and name, to choose from
    acts: tuple[tuple[str, str], ...]  # code and words
    sees_closed: bool
    head: Head | None  # for who may see everything of this store, else None


def read_record(
    desk: Desk,
    session: str,
    viewer: str | None,
    now: datetime,
    *,
    language: Language,
    person: str = "",
    act: str = "",
    page: int = 1,
) -> RecordModel:
    """A page of what this viewer is shown of the record. The viewer may read it: ask before."""
    sight = Sight(session, viewer or "", sees_closed(desk, session, viewer, now), person, act)
    total = record.count(desk.store, sight)
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    t = speaker(language)
    everywhere = all(
        sees_closed(desk, each, viewer, now) for each in sessions.session_ids(desk.store)
    )
    offset = (page - 1) * PAGE
    found = record.entries(desk.store, sight, limit=PAGE, offset=offset)
    words = _learn_words(desk, session, viewer, now, language)
    named = [(each.person, each.name) for each in people.accredited(desk.store, session)]
    return RecordModel(
        entries=tuple(
            _entry(entry, total - place, words) for place, entry in enumerate(found, start=offset)
        ),
        total=total,
        page=page,
        pages=pages,
        person=person,
        act=act,
        people=((CONSOLE, t("ui.record.console")), *sorted(named, key=lambda each: each[1])),
        acts=tuple(
            sorted(((name, t(f"ui.act.{name}")) for name in ACTS), key=lambda each: each[1])
        ),
        sees_closed=sight.everything,
        head=record.head(desk.store) if everywhere else None,
    )


def sees_closed(desk: Desk, session: str, viewer: str | None, now: datetime) -> bool:
    """Whether a reader of the record is shown its closed part, too."""
    return desk.authority.level_of_closed(session, viewer, now) is Level.CONTENT


def write_table(
    desk: Desk,
    session: str,
    viewer: str | None,
    clock: Callable[[], datetime],
    *,
    language: Language,
) -> Iterator[str]:
    """The record as CSV, piece by piece; it ends early for a viewer who may no longer read it.

    No cell is a formula to a spreadsheet: one that could be begins with an apostrophe.
    """
    t = speaker(language)
    now = clock()
    sight = Sight(session, viewer or "", sees_closed(desk, session, viewer, now))
    total = record.count(desk.store, sight)
    yield "\ufeff" + write_csv([[t(f"ui.record.{title}") for title in COLUMNS]])
    for first in range(0, total, _AT_ONCE):
        now = clock()
        still = desk.authority.may(session, viewer, Action.READ_RECORD, now)
        if not still or sees_closed(desk, session, viewer, now) != sight.everything:
            return
        found = record.entries(desk.store, sight, limit=_AT_ONCE, offset=first, newest_first=False)
        words = _learn_words(desk, session, viewer, now, language)
        time.sleep(0)
        rows = [_entry(each, place, words) for place, each in enumerate(found, start=first + 1)]
        yield write_csv([[str(getattr(row, column)) for column in COLUMNS] for row in rows])


# Words ---------------------------------------------------------------------------------------

_WORDS: Mapping[str, str] = {
    "capacity": "ui.capacity.",
    "state": "ui.state.",
    "right": "ui.right.",
    "kind": "ui.draft.kind.",
    "language": "ui.language.",
    "direction": "ui.",
    "mode": "ui.record.mode.",
    "audience": "ui.screens.audience.",
    "version": "ui.record.version.",
    "behalf": "ui.record.behalf.",
    "result": "ui.decision.",
    "order": "ui.setting.order.",
}
"""Facts that are codes, and where their words are."""
_COUNTS = (
    "added",
    "updated",
    "left",
    "paragraphs",
    "companions",
    "minutes_members",
    "minutes_others",
)
_TYPED = ("override", "reason", "note", "device", "door", "called")


@dataclass(frozen=True, slots=True)
class _Words:
    """What it takes to say an entry in one language to one viewer."""

    language: Language
    t: Callable[..., str]
    session: Session  # whose clock it is
    names: Mapping[str, str]  # what the ids that stand in entries are called now
    marks_closed: bool  # a mark on a knock of one's own would say what one has knocked at


def _learn_words(
    desk: Desk, session: str, viewer: str | None, now: datetime, language: Language
) -> _Words:
    held = sessions.session(desk.store, session)
    names = _names(desk, session, viewer, now, language)
    marks = sees_closed(desk, session, viewer, now)
    return _Words(language, speaker(language), held, names, marks)


def _entry(entry: Entry, number: int, words: _Words) -> EntryModel:
    t = words.t
    at = words.session.local(entry.at)
    refused = entry.outcome != "done"
    return EntryModel(
        number=number,
        day=i18n.format_day(at.date(), words.language),
        time=at.strftime("%H:%M:%S"),
        name=t("ui.record.console") if entry.person == CONSOLE else entry.name,
        delegation=entry.delegation,
        capacity=t(f"ui.capacity.{entry.capacity}") if entry.capacity else "",
        act=t(f"ui.act.{entry.act}"),
        subject=words.names.get(entry.subject, entry.subject),
        facts="; ".join(_facts(entry, words)),
        outcome=t("ui.record.refused", reason=t(entry.outcome)) if refused else t("ui.record.done"),
        refused=refused,
        closed=entry.closed and words.marks_closed,
    )


def _facts(entry: Entry, words: _Words) -> Iterator[str]:
    t, names = words.t, words.names
    for name, value in entry.facts.items():
        if value is None:
            continue
        if name in _WORDS:
            yield t(f"{_WORDS[name]}{value}")
        elif isinstance(value, bool):
            yield t(f"ui.record.{name}.{'yes' if value else 'no'}")
        elif name in _COUNTS:
            yield t(f"ui.record.{name}", count=value)
        elif name in _TYPED:
            yield t(f"ui.record.{name}", text=value)
        elif name == "changes" and isinstance(value, list):
            yield i18n.join_names(
                (t(f"ui.people.changed.{each}") for each in value), words.language
            )
        elif name == "from":
            yield t("ui.record.from", name=names.get(str(value), "…"))
        elif name == "delegations":
            if value:
                yield t("ui.record.delegations", names=value)
        elif name == "present":
            yield t("ui.record.present_were", names=_known_by(value, entry.facts.get("how"), t))
        elif name == "quorum":
            yield t("ui.record.quorum", needed=value)
        elif name == "sha256":
            yield f"SHA-256 {value}"
        elif name != "draft" and str(value) in names:
            yield names[str(value)]


def _known_by(present: object, how: object, t: Callable[..., str]) -> object:
    """Who was present, each with how that was known, where the entry says it."""
    if not isinstance(present, list) or not isinstance(how, dict):
        return present
    return [f"{code} ({t(f'ui.how.{how[code]}')})" if code in how else code for code in present]


def _names(
    desk: Desk, session: str, viewer: str | None, now: datetime, language: Language
) -> dict[str, str]:
    """What ids are called, of those things only that this viewer may see."""
    t = speaker(language)
    closed = sees_closed(desk, session, viewer, now)
    names = {
        "es": t("ui.layout.es"),
        "en": t("ui.layout.en"),
        "bilingual": t("ui.layout.bilingual"),
    }
    for person, (name, delegation) in people.former(desk.store, session).items():
        names[person] = f"{name} ({delegation})"
    for each in people.accredited(desk.store, session):
        names[each.person] = f"{each.name} ({each.delegation})"
    for grant, (person, right) in record.granted(desk.store, session, everything=closed).items():
        names[grant] = f"{names.get(person, '')}: {t(f'ui.right.{right}')}"
    may = desk.authority.allowed(session, viewer, now)
    if Action.SEE_AGENDA in may:
        items = sessions.agenda(desk.store, session)
        numbers = number_items(items)
        for item in items:
            if closed or not item.is_closed:
                title = item.title_en if language == "en" else item.title_es
                names[item.id] = f"{numbers[item.id]}. {title}"
    for part in (False, True):
        draft = drafts.draft_of(desk.store, session, closed=part)
        if draft is not None and (closed if part else Action.READ_DRAFT in may):
            names |= _names_of_paragraphs(desk, draft.id, language)
    return names


def _names_of_paragraphs(desk: Desk, draft: str, language: Language) -> dict[str, str]:
    names = name_paragraphs(desk.store, draft, drafts.rows(desk.store, draft), desk.drafts.style)
    called = {paragraph: name[language] for paragraph, name in names.items()}
    return {draft: speaker(language)("ui.document.conclusions"), **called}
