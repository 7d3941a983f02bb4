"""Signing in: from a badge's code, by way of a PIN and of a question, to a login; and out again.

Between its steps a sign-in is kept here, in memory, under a secret of its own: a page that begins
anywhere but at the code has nothing to go on with, and a desk that starts anew asks for the code again.
"""

from __future__ import annotations

import logging
import math
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from session_app.domain.access import Action
from session_app.domain.contract import PeopleChanged
from session_app.domain.errors import Conflict, Invalid, NotFound
from session_app.domain.signing import (
    DEVICES,
    TRIES,
    Failures,
    needs_pin,
    read_code,
    read_pin,
    show_typed,
    wait_of,
)
from session_app.store import people, sessions, signing
from session_app.store.database import Transaction
from session_app.store.people import Accredited
from session_app.store.signing import Badge, Form, Login

from .desk import Desk, acting

log = logging.getLogger(__name__)

STEP_LASTS = 600.0
"""Seconds in which a sign-in that has begun is to be finished."""
MAX_STEPS, MAX_STEPS_OF_BADGE = 2_000, 10
"""Sign-ins that may be under way at once: as many as may sit in all rooms, and of one badge."""

# Badges --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IssuedBadge:
    """What a new badge is printed with; nothing here can be read again later."""

    holder: Accredited
    link: str
    """The code of its link and QR."""
    typed: str
    """The code to type, in two groups of four."""
    pin: str | None
    """The PIN of who needs one."""


def issue_badge(
    desk: Desk,
    session: str,
    holder: str,
    *,
    person: str | None,
    now: datetime,
    anew: bool = False,
    form: Form | None = None,
) -> IssuedBadge:
    """A badge for an accredited person; `anew` ends the earlier ones at once, with PINs and logins.

    With a `form` it takes the place of those of that form alone: who was invited by mail goes on with
    that link when the badge is printed.

    A badge signs its holder in to all their sessions, so it is issued only by who accredits to every
    one of them; raises `Conflict("people.elsewhere")` for anybody else's. What is slow about a PIN is
    done `apart`.
    """
    key, typed, pin = signing.read_key(desk.store), signing.make_typed(), signing.make_pin()
    asks_pin = must_have_pin(desk, holder)
    kept = desk.apart(lambda: signing.hash_pin(key, pin)) if asks_pin else None
    with acting(
        desk,
        session=session,
        person=person,
        needs=Action.ACCREDIT,
        name="people.badge_anew" if anew else "people.badge",
        subject=holder,
        now=now,
    ) as act:
        everybody = people.accredited(desk.store, session)
        found = next((each for each in everybody if each.person == holder), None)
        if found is None:
            raise NotFound("people.unknown")
        other = find_elsewhere(desk, holder, person, now)
        if other is not None:
            raise Conflict("people.elsewhere", name=found.name, session=other)
        replaced = signing.replace_badges(act.tx, holder, form) if form is not None else 0
        if anew:
            signing.withdraw_badges(act.tx, holder)
        if anew or replaced:
            act.tx.announce(session, PeopleChanged(len(everybody)))
        while signing.is_typed_taken(desk.store, signing.hash_typed(key, typed)):
            typed = signing.make_typed()
        link = signing.issue_badge(
            act.tx, holder, typed=signing.hash_typed(key, typed), pin=kept, form=form or "paper"
        )
        return IssuedBadge(found, link, show_typed(typed), pin if asks_pin else None)


def find_elsewhere(desk: Desk, holder: str, person: str | None, now: datetime) -> str | None:
    """A session that somebody takes part in and `person` does not accredit to, if there is one. A rehearsal
    is none: in it are those of its session."""
    for other in people.sessions_of(desk.store, holder):
        rehearsed = sessions.session(desk.store, other).rehearsal_of is not None
        if not rehearsed and not desk.authority.may(other, person, Action.ACCREDIT, now):
            return other
    return None


def must_have_pin(desk: Desk, person: str) -> bool:
    """Whether a person signs in with a PIN too, for what they are in any of their sessions."""
    for session in people.sessions_of(desk.store, person):
        actor = people.actor(desk.store, desk.forum, session, person)
        if needs_pin(actor.category, actor.capacity, drafting=actor.drafting):
            return True
    return False


def end_demonstration(desk: Desk, now: datetime) -> int:
    """End the badges that the demonstration handed out; returns how many there were.

    They have no PIN and no bound on devices, so they are good only while the demonstration is served.
    """
    with desk.store.transaction(now) as tx:
        return signing.withdraw_demonstration(tx)


# Signing in ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Browser:
    """Who is at the desk's door: where from, on what, and with which cookie."""

    address: str
    device: str
    token: str = ""
    """The secret of the login this browser has now; it ends with the next one."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A login: the secret for its cookie."""

    token: str


@dataclass(frozen=True, slots=True)
class AsksPin:
    """The code is good; whose badge it is, and the secret of the step that takes the PIN."""

    step: str
    name: str


@dataclass(frozen=True, slots=True)
class AsksDevice:
    """As many devices are signed in as may be: the oldest goes, if the person says so."""

    step: str
    name: str
    devices: tuple[Login, ...]


Outcome = SignedIn | AsksPin | AsksDevice


@dataclass(slots=True)
class _Step:
    badge: str
    until: float
    pin_known: bool


@dataclass
class Reception:
    """Takes badges and gives logins; knows who has been wrong how often.

    `at` is always the caller's monotonic clock, in seconds; `now` is what the record is stamped with.
    """

    desk: Desk
    devices: int = DEVICES
    """Devices a person may be signed in on."""
    failures: Failures = field(default_factory=Failures)
    """Wrong typed codes, of badges and of screens alike."""
    _steps: dict[str, _Step] = field(default_factory=dict)
    _waits: dict[str, float] = field(default_factory=dict)

    def take_code(self, given: str, browser: Browser, *, now: datetime, at: float) -> Outcome:
        """Begin with a code. Raises `Invalid("signin.bad_code")`, and `Conflict("signin.too_many")`
        where too many typed codes have been wrong: then this one has not even been looked up."""
        code = read_code(given)
        if code is None:
            raise Invalid("signin.bad_code")
        if code.kind == "typed":
            wait = self.failures.wait(browser.address, at)
            if wait > 0:
                raise Conflict("signin.too_many", seconds=math.ceil(wait))
        badge = signing.find_badge(self.desk.store, code)
        if badge is None:
            if code.kind == "typed":
                self.failures.note(browser.address, at)
                wait = self.failures.wait(browser.address, at)
                if wait > 0:
                    log.warning(
                        "too many wrong codes, the last from %s: for %d s no more are looked up",
                        browser.address,
                        math.ceil(wait),
                    )
            raise Invalid("signin.bad_code")
        if badge.pin is not None:
            return AsksPin(self._begin(badge.hash, at), badge.name)
        return self._finish(badge.hash, browser, now=now, at=at)

    def take_pin(
        self,
        step: str,
        given: str,
        browser: Browser,
        *,
        now: datetime,
        at: float,
    ) -> Outcome:
        """Go on with a PIN; what is slow about it is done `apart`.

        Raises `Invalid("signin.begin_again")` for a step that is not there, `Invalid("signin.not_a_pin")`
        for what cannot be one, `Invalid("signin.bad_pin")` for a wrong one, and
        `Conflict("signin.badge_waits")` for a badge that has seen too many of those.
        """
        store = self.desk.store
        kept = self._badge_at(step, at).pin
        if kept is None:  # its badge asks for none: somebody plays with forms
            raise Invalid("signin.begin_again")
        pin = read_pin(given)
        if pin is None:
            raise Invalid("signin.not_a_pin")
        # Counted before it is looked at: of many sent at once no more are looked at than of one by one.
        with store.transaction(now) as tx:
            badge = self._badge_at(step, at)
            self._require_no_wait(badge, at)
            failures = badge.failures + 1
            signing.count_failures(tx, badge.hash, failures)
        self._waits[badge.hash] = at + wait_of(failures)
        key = signing.read_key(store)
        if not self.desk.apart(lambda: signing.is_pin(key, pin, kept)):
            raise self._refuse_pin(badge, failures, now)
        with store.transaction(now) as tx:
            signing.count_failures(tx, badge.hash, 0)
            if badge.failures >= TRIES:
                tell_desk(self.desk, tx, badge.person)
        self._waits.pop(badge.hash, None)
        if step not in self._steps:  # another tab has used it meanwhile
            raise Invalid("signin.begin_again")
        self._steps[step].pin_known = True
        return self._finish(badge.hash, browser, now=now, at=at, step=step)

    def take_device(self, step: str, browser: Browser, *, now: datetime, at: float) -> Outcome:
        """Sign in on one device more than may be, and out on the oldest.

        Raises `Invalid("signin.begin_again")` for a step that is not there or still wants its PIN.
        """
        badge = self._badge_at(step, at)
        if not self._steps[step].pin_known:
            raise Invalid("signin.begin_again")
        return self._finish(badge.hash, browser, now=now, at=at, step=step, makes_room=True)

    # Steps

    def _begin(self, badge: str, at: float, *, pin_known: bool = False) -> str:
        self._steps = {name: each for name, each in self._steps.items() if each.until > at}
        same = [name for name, each in self._steps.items() if each.badge == badge]
        for name in same[: len(same) - MAX_STEPS_OF_BADGE + 1]:
            del self._steps[name]
        while len(self._steps) >= MAX_STEPS:
            del self._steps[next(iter(self._steps))]
        step = secrets.token_urlsafe(24)
        self._steps[step] = _Step(badge, at + STEP_LASTS, pin_known)
        return step

    def _badge_at(self, step: str, at: float) -> Badge:
        held = self._steps.get(step)
        if held is None or held.until <= at:
            raise Invalid("signin.begin_again")
        badge = signing.badge_of(self.desk.store, held.badge)
        if badge is None:  # withdrawn meanwhile
            del self._steps[step]
            raise Invalid("signin.bad_code")
        return badge

    def name_at(self, step: str, at: float) -> str:
        """Whose sign-in a step is. Raises `Invalid` as the step itself would."""
        return self._badge_at(step, at).name

    # Wrong PINs

    def _require_no_wait(self, badge: Badge, at: float) -> None:
        wait = wait_of(badge.failures)
        if wait:
            # A desk that has started anew does not know since when: the wait begins anew, too.
            until = self._waits.setdefault(badge.hash, at + wait)
            if at < until:
                raise Conflict("signin.badge_waits", count=math.ceil((until - at) / 60))

    def _refuse_pin(self, badge: Badge, failures: int, now: datetime) -> Invalid | Conflict:
        wait = wait_of(failures)
        if not wait:
            return Invalid("signin.bad_pin", count=TRIES - failures)
        with self.desk.store.transaction(now) as tx:
            enter_everywhere(
                self.desk, tx, badge.person, "person.sign_in", outcome="signin.pin_locked"
            )
            tell_desk(self.desk, tx, badge.person)
        return Conflict("signin.badge_waits", count=math.ceil(wait / 60))

    # Logins

    def _finish(
        self,
        badge_hash: str,
        browser: Browser,
        *,
        now: datetime,
        at: float,
        step: str = "",
        makes_room: bool = False,
    ) -> SignedIn | AsksDevice:
        store = self.desk.store
        with store.transaction(now) as tx:
            badge = signing.badge_of(store, badge_hash)
            if badge is None:  # withdrawn meanwhile
                raise Invalid("signin.bad_code")
            lacks_pin = badge.pin is None and not badge.demonstration
            if lacks_pin and must_have_pin(self.desk, badge.person):
                raise Conflict("signin.badge_without_pin")
            # A browser has one login: that of before ends with the new one, whosever it was.
            before = None
            if browser.token and not badge.demonstration:
                before = signing.login_of(store, browser.token, now)
            others = [each for each in signing.logins(store, badge.person, now) if each != before]
            excess = 0 if badge.demonstration else max(0, len(others) + 1 - self.devices)
            if not excess or makes_room:
                for each in (*others[:excess], *((before,) if before else ())):
                    signing.end_login(tx, each.id)
                token = signing.open_login(
                    tx, badge.person, device=browser.device, badge=badge.hash
                )
                opened = signing.login_of(store, token, now)
                if opened is not None and not badge.demonstration:
                    signing.tell_others(tx, opened)
                enter_everywhere(
                    self.desk, tx, badge.person, "person.sign_in", device=browser.device
                )
                self._steps.pop(step, None)
                return SignedIn(token)
        step = step or self._begin(badge.hash, at, pin_known=True)
        return AsksDevice(step, badge.name, tuple(others))


# Devices -------------------------------------------------------------------------------------


def sign_out(desk: Desk, token: str, *, now: datetime) -> None:
    """End the login of a cookie; nothing happens for one that has ended."""
    login = signing.login_of(desk.store, token, now)
    if login is not None:
        _end(desk, (login,), now)


def sign_out_device(desk: Desk, person: str, login: str, *, now: datetime) -> None:
    """End the login of one of a person's devices. Raises `NotFound` for one that is not theirs."""
    mine = [each for each in signing.logins(desk.store, person, now) if each.id == login]
    if not mine:
        raise NotFound("login.unknown")
    _end(desk, mine, now)


def sign_out_everywhere(desk: Desk, person: str, *, now: datetime) -> None:
    """End every login of a person."""
    _end(desk, signing.logins(desk.store, person, now), now)


def acknowledge(desk: Desk, token: str, *, now: datetime) -> None:
    """The person has seen here that another device has signed in."""
    login = signing.login_of(desk.store, token, now)
    if login is not None:
        with desk.store.transaction(now) as tx:
            signing.acknowledge(tx, login.id)


def _end(desk: Desk, logins: Iterable[Login], now: datetime) -> None:
    with desk.store.transaction(now) as tx:
        for each in logins:
            signing.end_login(tx, each.id)
            enter_everywhere(desk, tx, each.person, "person.sign_out", device=each.device)


def enter_everywhere(
    desk: Desk, tx: Transaction, person: str, act: str, *, outcome: str = "done", **detail: object
) -> None:
    """Enter an act of somebody's own in the record of each of their sessions: a badge opens them all."""
    for session in people.sessions_of(desk.store, person):
        actor = desk.authority.actor(session, person)
        tx.record_by(actor, act, person, session=session, outcome=outcome, detail=detail)


def tell_desk(desk: Desk, tx: Transaction, person: str) -> None:
    """Tell the lists of people, in each of their sessions, that something about somebody has changed."""
    for session in people.sessions_of(desk.store, person):
        tx.announce(session, PeopleChanged(len(people.accredited(desk.store, session))))
