"""Everybody accredited, with the grants that stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from session_app import i18n
from session_app.domain.access import Level
from session_app.domain.agenda import Session
from session_app.domain.drafting import LANGUAGES, Language, Texts
from session_app.services.desk import Desk
from session_app.store import drafts, people, sessions
from session_app.store.database import stamp
from session_app.store.people import Accredited

from .agenda import ItemModel, list_items
from .viewer import Viewer


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
    party: Texts  # its name
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


def read_people(desk: Desk, session: Session, viewer: Viewer, now: datetime) -> PeopleModel:
    """Everybody accredited; of the grants, to who is not inside, none given behind the closed door or for
    what is there."""
    granted: dict[str, list[GrantModel]] = {}
    items = list_items(desk, session, viewer)
    numbers = {each.id: each.number for each in items}
    held = drafts.draft_of(desk.store, session.id)
    open_text = held.id if held is not None else ""
    behind = sessions.closed_spans(desk.store, session.id)
    for grant in people.grants(desk.store, session.id):
        given_behind = stamp(grant.given_at) in behind
        is_of_closed = grant.item not in (None, *numbers) or grant.draft not in (None, open_text)
        if viewer.closed is not Level.CONTENT and (given_behind or is_of_closed):
            continue  # given behind the closed door, or for what is there
        giver = desk.authority.actor(session.id, grant.given_by).name
        at = i18n.format_time(session.local(grant.given_at))
        until = (
            i18n.format_moment(session.local(grant.until), viewer.language) if grant.until else ""
        )
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
                party=known.name if known else dict.fromkeys(LANGUAGES, each.delegation),
                capacity=each.capacity,
                drafting=each.drafting,
                language=each.language,
                signed_in=each.badge_used,
                badge_waits=each.badge_waits,
                grants=tuple(granted.get(each.person, ())),
            )
            for each in in_order(desk, people.accredited(desk.store, session.id))
            for known in (desk.forum.delegations.get(each.delegation),)
        ),
        items,
        open_text,
    )


def in_order(desk: Desk, found: Iterable[Accredited]) -> list[Accredited]:
    """The forum's order: members in Spanish alphabetical order, observers, others."""
    order = {code: place for place, code in enumerate(desk.forum.delegations)}
    return sorted(found, key=lambda each: (order.get(each.delegation, len(order)), each.delegation))
