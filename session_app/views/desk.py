"""What the Secretariat's desk shows beside the topics of the room."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from statistics import fmean

from session_app import i18n
from session_app.domain.access import Level
from session_app.domain.agenda import Session, Spans
from session_app.domain.drafting import LANGUAGES, Language, Texts
from session_app.domain.people import Capacity
from session_app.domain.signing import kind_of_device
from session_app.services.attendance import members_present
from session_app.services.desk import Desk, Reach
from session_app.store import people, sessions, signing
from session_app.store.people import Accredited

from .people import in_order
from .table import write_csv
from .viewer import Viewer

INTERMITTENT = 2
"""Lines lost within ten minutes that make somebody's connection one to look after."""
OBSERVERS = ("observer_country", "observer_organisation", "civil_society")


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
class Tally:
    """The figures beside the sections of the Secretariat's desk."""

    accredited: int
    badges: int  # people who hold one that is good
    connected: int | None  # none to whom the door keeps out


def read_tally(desk: Desk, session: str, viewer: Viewer) -> Tally:
    """The figures beside the sections of the desk. Who is kept out by the door is not told how many are
    connected: the number would tell who comes and goes behind it."""
    everybody = people.accredited(desk.store, session)
    connected = desk.connected(session)
    return Tally(
        accredited=len(everybody),
        badges=people.count_badges(desk.store, session),
        connected=None
        if viewer.shut_out
        else sum(each.person in connected for each in everybody if not _is_screen(each)),
    )


def read_connections(
    desk: Desk, session: Session, viewer: Viewer, now: datetime
) -> ConnectionsModel:
    """Who is reached, and how; nothing of it for whom the door keeps out, whose figures would move with
    what goes on behind it."""
    if viewer.shut_out:
        return ConnectionsModel(is_shown=False)
    everybody = in_order(desk, people.accredited(desk.store, session.id))
    reach = desk.reach(session.id)
    parties = tuple(
        _party(desk, code, group, reach)
        for code, group in groupby(
            (each for each in everybody if not _is_screen(each)), key=lambda each: each.delegation
        )
    )
    screens = PartyModel(
        "", {}, "screens", tuple(_reached(each, reach) for each in everybody if _is_screen(each))
    )
    delays = [each.delay for each in reach.values() if each.devices and each.delay is not None]
    return ConnectionsModel(
        is_shown=True,
        connected=sum(each.here for each in parties),
        accredited=sum(len(each.people) for each in parties),
        present=len(members_present(desk, session.id)),
        members=len(desk.forum.members),
        observers=sum(each.here for each in parties if each.kind in OBSERVERS),
        screens_on=screens.here,
        delay={language: i18n.format_seconds(fmean(delays), language) for language in LANGUAGES}
        if delays
        else None,
        parties=parties,
        screens=screens,
        alerts=tuple(_alerts(desk, everybody, parties, screens)),
    )


def write_attendance(
    desk: Desk, session_id: str, viewer: str | None, now: datetime, language: Language
) -> str:
    """Everybody accredited, when each was first seen, and whether and how their delegation is present, as
    CSV. What happened behind a closed door is told to its roster alone. No cell is a formula to a
    spreadsheet."""
    session = sessions.session(desk.store, session_id)
    inside = desk.authority.level_of_closed(session_id, viewer, now) is Level.CONTENT
    behind = Spans() if inside else sessions.closed_spans(desk.store, session_id)
    marks = sessions.attendance(desk.store, session_id)
    seen = signing.first_logins(desk.store, session_id)

    def said(at: str) -> str:
        if not at or at in behind:
            return ""
        return session.local(at).strftime("%Y-%m-%d %H:%M")

    def say(key: str) -> str:
        return i18n.translate(key, language)

    rows = [[say(f"ui.presence.{each}") for each in PRESENCE]]
    for each in in_order(desk, people.accredited(desk.store, session_id)):
        if _is_screen(each):
            continue
        mark = marks.get(each.delegation)
        known = desk.forum.delegations.get(each.delegation)
        told = mark is not None and mark.at not in behind
        rows.append(
            [
                each.delegation,
                known.name[language] if known else each.delegation,
                each.name,
                say(f"ui.capacity.{each.capacity}"),
                said(seen.get(each.person, "")),
                say("ui.presence.yes" if mark is not None and mark.present else "ui.presence.no"),
                say(f"ui.how.{mark.how}") if mark is not None and told else "",
                said(mark.at) if mark is not None else "",
            ]
        )
    return "\ufeff" + write_csv(rows)


PRESENCE = ("code", "delegation", "person", "capacity", "seen", "present", "how", "since")
"""The columns of the attendance, and the codes of their titles."""


def _is_screen(each: Accredited) -> bool:
    return each.capacity is Capacity.SCREEN


def _party(
    desk: Desk, code: str, group: Iterable[Accredited], reach: Mapping[str, Reach]
) -> PartyModel:
    known = desk.forum.delegations.get(code)
    return PartyModel(
        code,
        known.name if known else dict.fromkeys(LANGUAGES, code),
        known.kind if known else "other",
        tuple(_reached(each, reach) for each in group),
    )


def _reached(each: Accredited, reach: Mapping[str, Reach]) -> ReachedModel:
    how = reach.get(each.person, Reach())
    if not how.devices:
        state = "offline" if each.badge_used else "never"
    elif len(how.devices) > 1:
        state = "shared"
    else:
        state = "intermittent" if how.cuts >= INTERMITTENT else "online"
    return ReachedModel(
        person=each.person,
        name=each.name,
        capacity=each.capacity,
        drafting=each.drafting,
        language=each.language,
        audience=each.audience if _is_screen(each) else "",
        devices=tuple(kind_of_device(device) for device in how.devices),
        state=state,
        cuts=how.cuts,
    )


def _alerts(
    desk: Desk,
    everybody: Iterable[Accredited],
    parties: Iterable[PartyModel],
    screens: PartyModel,
) -> Iterator[AlertModel]:
    """What to look at, the most pressing first."""
    reached = [(party.code, each) for party in parties for each in party.people]
    for state in ("shared", "intermittent"):
        for code, each in reached:
            if each.state == state:
                count = len(each.devices) if state == "shared" else each.cuts
                yield AlertModel(state, f"/desk#reached-{each.person}", each.name, code, count)
    for holder in everybody:
        if holder.badge_waits:
            href = f"/desk/people#person-{holder.person}"
            yield AlertModel("badge_waits", href, holder.name, holder.delegation)
    for each in screens.people:
        if not each.is_here:
            yield AlertModel("screen_off", f"/desk#reached-{each.person}", each.name)
    absent = [party for party in parties if party.kind == "member" and not party.here]
    if absent:
        names = tuple(party.name for party in absent)
        yield AlertModel(
            "absent", f"/desk#party-{absent[0].code}", count=len(absent), parties=names
        )
    named = {party.code for party in parties}
    missing = tuple(each.name for each in desk.forum.members if each.code not in named)
    if missing:
        yield AlertModel("nobody", "/desk/people", count=len(missing), parties=missing)
