"""The screens of the room: enrolling one, and what the Secretariat does with those there are.

Between the code on a screen and its login a screen waits here, in memory: a desk that starts anew shows
another code.
"""

from __future__ import annotations

import math
import secrets
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from session_app.domain.access import Action
from session_app.domain.contract import (
    PageTurned,
    RenameScreen,
    ServeAudience,
    TurnPage,
    WithdrawScreen,
)
from session_app.domain.errors import Conflict, Invalid, NotFound
from session_app.domain.paging import lay_out
from session_app.domain.people import Audience
from session_app.domain.screens import (
    CODE_LENGTH,
    MAX_NAME,
    Waiting,
    WaitingScreens,
    read_screen_code,
)
from session_app.domain.signing import TYPED_ALPHABET, Failures
from session_app.domain.text import is_clean
from session_app.store import people, signing
from session_app.store import screens as store
from session_app.store.room import room_text
from session_app.store.room import turn_page as put_page
from session_app.store.screens import Screen

from .desk import Act, Desk, Result, acting
from .room import standing_text
from .signing import Browser, enter_everywhere, find_elsewhere, tell_desk


@dataclass
class Enrolment:
    """Makes screens of browsers that wait.

    `at` is always the caller's monotonic clock, in seconds; `now` is what the record is stamped with.
    """

    desk: Desk
    failures: Failures = field(default_factory=Failures)
    """Wrong typed codes: the budget of those who sign in."""
    _waiting: WaitingScreens = field(default_factory=WaitingScreens)

    def wait(self, secret: str, browser: Browser, *, at: float) -> tuple[str, Waiting]:
        """The code a browser is to show, and the secret it proves itself by from now on."""
        held = self._waiting.of(secret, at)
        if held is not None and not held.screen:
            return secret, held
        secret = secrets.token_urlsafe(24)
        while True:
            code = "".join(secrets.choice(TYPED_ALPHABET) for _ in range(CODE_LENGTH))
            try:
                waiting = self._waiting.add(
                    secret, code, device=browser.device, address=browser.address, at=at
                )
            except Conflict:
                continue
            return secret, waiting

    def waiting(self, secret: str, at: float) -> Waiting | None:
        """How the browser with this secret stands; None for one that has to begin again."""
        return self._waiting.of(secret, at)

    def collect(self, secret: str, browser: Browser, *, now: datetime, at: float) -> str | None:
        """The login of a browser that has been made a screen: the secret for its cookie, once. None for
        one that still waits, and for one whose screen has been withdrawn meanwhile."""
        waiting = self._waiting.of(secret, at)
        if waiting is None or not waiting.screen:
            return None
        self._waiting.end(secret)
        if not people.sessions_of(self.desk.store, waiting.screen):
            return None
        with self.desk.store.transaction(now) as tx:
            before = signing.login_of(self.desk.store, browser.token, now)
            if before is not None:  # a browser has one login
                signing.end_login(tx, before.id)
            store.end_logins(tx, waiting.screen)
            token = signing.open_login(tx, waiting.screen, device=browser.device)
            enter_everywhere(self.desk, tx, waiting.screen, "person.sign_in", device=browser.device)
            tell_desk(self.desk, tx, waiting.screen)
        return token

    def enrol(
        self,
        session: str,
        given: str,
        *,
        name: str,
        audience: Audience,
        screen: str,
        person: str | None,
        address: str,
        now: datetime,
        at: float,
    ) -> Screen:
        """Make the browser that shows a code a screen: `screen` of those there are, or a new one.

        Raises `Invalid("screen.bad_code")`; `Conflict("signin.too_many")` where too many typed codes
        have been wrong; and what `name` and `screen` are refused for. Then nothing has changed, and the
        code is still good.
        """
        wait = self.failures.wait(address, at)
        if wait > 0:
            raise Conflict("signin.too_many", seconds=math.ceil(wait))
        code = read_screen_code(given)
        waiting = self._waiting.find(code, at) if code else None
        if waiting is None:
            if code:
                self.failures.note(address, at)
            raise Invalid("screen.bad_code")
        with acting(
            self.desk,
            session=session,
            person=person,
            needs=Action.ACCREDIT,
            name="screen.enrol",
            subject=screen,
            now=now,
        ) as act:
            if screen:
                found = _require_screen(act, screen)
                name, audience = found.name, found.audience
                store.end_logins(act.tx, screen)
            else:
                name = _require_name(act, name)
                screen = store.add_screen(
                    act.tx,
                    session,
                    delegation=self.desk.forum.secretariat.code,
                    name=name,
                    audience=audience,
                )
            act.facts.update(called=name, audience=audience, device=waiting.device)
            tell_desk(self.desk, act.tx, screen)
        self._waiting.make(waiting, screen)
        return Screen(screen, name, audience, waiting.device, "")


def turn_page(act: Act, command: TurnPage) -> Result:
    """Show another page of the paragraph before the room; refused if another one has taken its place."""
    held = room_text(act.desk.store, act.session.id)
    if held is None or held.paragraph != command.paragraph:
        raise Conflict("screen.other_paragraph")
    pages = len(lay_out(standing_text(act.desk, held.draft, held.paragraph)).pages)
    if not 1 <= command.page <= pages:
        raise Invalid("screen.no_such_page", count=pages)
    if command.page != held.page:
        put_page(act.tx, act.session.id, command.page)
        act.tx.announce(act.session.id, PageTurned(held.paragraph, command.page))
    return {}


def note_screens(desk: Desk, there: Collection[str], now: datetime) -> None:
    """Keep which screens are on line."""
    with desk.store.transaction(now) as tx:
        store.note_seen(tx, there)


def rename_screen(act: Act, command: RenameScreen) -> Result:
    """Call a screen by another name."""
    _require_screen(act, command.screen)
    name = _require_name(act, command.called, besides=command.screen)
    store.rename_screen(act.tx, command.screen, name)
    act.facts["called"] = name
    tell_desk(act.desk, act.tx, command.screen)
    return {}


def serve_audience(act: Act, command: ServeAudience) -> Result:
    """Have a screen serve members alone, or observers too."""
    _require_screen(act, command.screen)
    store.serve_audience(act.tx, act.session.id, command.screen, command.audience)
    tell_desk(act.desk, act.tx, command.screen)
    return {}


def withdraw_screen(act: Act, command: WithdrawScreen) -> Result:
    """Take a screen out of the session; with its last session its badges and logins end."""
    found = _require_screen(act, command.screen)
    tell_desk(act.desk, act.tx, command.screen)
    store.remove_screen(act.tx, act.session.id, command.screen)
    if not people.sessions_of(act.desk.store, command.screen):
        signing.withdraw_badges(act.tx, command.screen)
    act.facts["called"] = found.name
    return {}


def _require_screen(act: Act, screen: str) -> Screen:
    """The screen of this session with this id; one that is in other sessions too only for whoever
    accredits to all of them, because a device signed in as it is in all of them."""
    listed = store.screens(act.desk.store, act.session.id, act.now)
    found = next((each for each in listed if each.id == screen), None)
    if found is None:
        raise NotFound("screen.unknown")
    other = find_elsewhere(act.desk, screen, act.actor.person, act.now)
    if other is not None:
        raise Conflict("screen.elsewhere", name=found.name, session=other)
    return found


def _require_name(act: Act, given: str, *, besides: str = "") -> str:
    """A name that can stand in a list, and is no other screen's."""
    name = unicodedata.normalize("NFC", " ".join(given.split()))
    if not name or len(name) > MAX_NAME or not is_clean(name):
        raise Invalid("screen.bad_name", limit=MAX_NAME)
    everybody = people.accredited(act.desk.store, act.session.id)
    if any(each.name == name and each.person != besides for each in everybody):
        raise Conflict("screen.name_taken", name=name)
    return name
