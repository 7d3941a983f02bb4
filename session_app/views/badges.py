"""Badges as they are chosen and printed: who has one, and which sheet one stands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from session_app.domain.drafting import LANGUAGES, Language, Texts
from session_app.domain.people import Group, categorize, group_of
from session_app.i18n import format_dates, format_moment, translate
from session_app.services.desk import Desk
from session_app.services.issuing import place
from session_app.store import people, sessions, signing
from session_app.store.people import Accredited
from session_app.store.signing import Form

ON_A_SHEET = 4
"""Badges on one A4."""
GROUPS: tuple[Group, ...] = ("member", "observer", "guest", "secretariat", "service")


@dataclass(frozen=True, slots=True)
class BadgeModel:
    """Somebody's badge, as far as it can be shown again: its codes cannot."""

    person: str
    name: str
    email: str | None
    delegation: str
    delegation_name: Texts
    capacity: str
    drafting: bool
    group: Group
    language: Language
    printed: str  # when one that is still good was printed, or empty
    sent: str  # when an invitation that is still good was made, or empty
    used: bool


@dataclass(frozen=True, slots=True)
class BadgesModel:
    """Those chosen, and what there is to choose from."""

    badges: tuple[BadgeModel, ...]
    group: str
    delegation: str
    unprinted: bool
    counts: tuple[tuple[str, int], ...]  # of each group that somebody is of
    total: int
    delegations: tuple[tuple[str, str], ...]
    printed: int  # of those chosen, who hold a printed badge already
    mailable: int  # of those chosen, who have an address

    @property
    def sheets(self) -> int:
        """Sheets of paper those chosen take."""
        return sheets(len(self.badges))


def sheets(count: int) -> int:
    """Sheets of paper so many badges take."""
    return -(-count // ON_A_SHEET)


def read_badges(
    desk: Desk,
    session: str,
    language: Language,
    *,
    group: str = "",
    delegation: str = "",
    unprinted: bool = False,
) -> BadgesModel:
    """The badges of a session: of a group, of a delegation, of those who have none on paper yet."""
    handed = signing.handed_out(desk.store, session)
    everybody = [_badge(desk, session, each, language, handed) for each in _in_order(desk, session)]
    open_ = [each for each in everybody if not (unprinted and each.printed)]
    of_delegation = [each for each in open_ if delegation in ("", each.delegation)]
    chosen = tuple(each for each in of_delegation if group in ("", each.group))
    counts = [(each, sum(one.group == each for one in of_delegation)) for each in GROUPS]
    return BadgesModel(
        badges=chosen,
        group=group,
        delegation=delegation,
        unprinted=unprinted,
        counts=tuple((each, count) for each, count in counts if count),
        total=len(of_delegation),
        delegations=tuple(
            {each.delegation: each.delegation_name[language] for each in everybody}.items()
        ),
        printed=sum(bool(each.printed) for each in chosen),
        mailable=sum(bool(each.email) for each in chosen),
    )


def read_badge(desk: Desk, session: str, person: str, language: Language) -> BadgeModel | None:
    """One badge; None for somebody who is not accredited."""
    for each in people.accredited(desk.store, session):
        if each.person == person:
            handed = signing.handed_out(desk.store, session)
            return _badge(desk, session, each, language, handed)
    return None


def write_invitation(desk: Desk, session: str, badge: BadgeModel, link: str, *, pin: bool) -> str:
    """A `mailto:` address that opens an invitation in the language of whom it is for.

    The PIN is never in it: a mail read by somebody else must not be enough to sign in.
    """
    held = sessions.session(desk.store, session)
    language = badge.language
    body = desk.forum.bodies[held.body]
    words = {
        "name": badge.name,
        "meeting": body.name[language],
        "place": place(desk.forum, held, language),
        "dates": format_dates(held.starts, held.ends, language),
        "link": link,
    }
    parts = [translate("invitation.text", language, **words)]
    if pin:
        parts.append(translate("invitation.pin", language))
    parts.append(translate("invitation.end", language))
    subject = translate("invitation.subject", language, **words)
    text = "\r\n\r\n".join(parts)
    return f"mailto:{quote(badge.email or '')}?subject={quote(subject)}&body={quote(text)}"


def _in_order(desk: Desk, session: str) -> list[Accredited]:
    order = {code: place for place, code in enumerate(desk.forum.delegations)}
    return sorted(
        people.accredited(desk.store, session),
        key=lambda each: (order.get(each.delegation, len(order)), each.delegation),
    )


def _badge(
    desk: Desk,
    session: str,
    each: Accredited,
    language: Language,
    handed: Mapping[str, Mapping[Form, str]],
) -> BadgeModel:
    held = sessions.session(desk.store, session)
    known = desk.forum.delegations.get(each.delegation)

    def when(form: Form) -> str:
        at = handed.get(each.person, {}).get(form)
        if at is None:
            return ""
        return format_moment(held.local(at), language)

    return BadgeModel(
        person=each.person,
        name=each.name,
        email=each.email,
        delegation=each.delegation,
        delegation_name=known.name if known else dict.fromkeys(LANGUAGES, each.delegation),
        capacity=str(each.capacity),
        drafting=each.drafting,
        group=group_of(categorize(desk.forum, each.delegation, each.capacity, held.ppt)),
        language=each.language,
        printed=when("paper"),
        sent=when("mail"),
        used=each.badge_used,
    )
