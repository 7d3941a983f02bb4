"""Enrolling a screen: the code it shows, and the browsers that wait with one.

After the device authorisation grant (RFC 8628): a browser without keyboard or mouse shows a short code,
somebody who may types it where they are signed in, and the waiting browser has its login with its next
question. The code is good once, for ten minutes, and only for the browser that shows it, which proves
itself by a secret of its own (RFC 8628 §5.2, §6.1).

Ages are told by the caller's clock that only goes forward, in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .errors import Conflict
from .signing import MAX_TEXT, TYPED_ALPHABET, neighbourhood, squeeze

CODE_LENGTH = 6
"""Characters of a screen's code: 29.7 bits, for ten minutes, and the wrong ones are counted."""
CODE_LASTS = 600.0
"""Seconds a code is good."""
MAX_WAITING, MAX_WAITING_OF_ADDRESS = 200, 20
"""Browsers that may wait at once, and of one address: more than any house has screens."""
MAX_NAME = 60
"""Characters of a screen's name, as it stands in lists."""


def read_screen_code(given: str) -> str | None:
    """The code somebody has typed or scanned, whatever they put between its characters; None for what
    cannot be one."""
    text = squeeze(given[:MAX_TEXT].rpartition("/screen/")[2]).upper()
    is_code = len(text) == CODE_LENGTH and all(each in TYPED_ALPHABET for each in text)
    return text if is_code else None


def show_screen_code(code: str) -> str:
    """A screen's code as it is shown: two groups of three; nothing where there is none."""
    return "-".join(filter(None, (code[:3], code[3:])))


@dataclass(slots=True)
class Waiting:
    """A browser that shows a code."""

    code: str
    device: str
    address: str
    until: float
    screen: str = ""
    """The screen it has been made, once somebody has typed its code: then the code is used up."""


@dataclass
class WaitingScreens:
    """The browsers that wait, by their secrets."""

    _waiting: dict[str, Waiting] = field(default_factory=dict)

    def add(self, secret: str, code: str, *, device: str, address: str, at: float) -> Waiting:
        """A browser begins to wait. Where too many do, the one that began first waits in vain: its page
        asks for another code by itself. Raises `Conflict("screen.code_taken")` for a code in use."""
        self._forget_old(at)
        if any(each.code == code for each in self._waiting.values()):
            raise Conflict("screen.code_taken")
        near = neighbourhood(address)
        same = [name for name, each in self._waiting.items() if neighbourhood(each.address) == near]
        if len(same) >= MAX_WAITING_OF_ADDRESS:
            del self._waiting[same[0]]
        elif len(self._waiting) >= MAX_WAITING:
            del self._waiting[next(iter(self._waiting))]
        waiting = Waiting(code, device, address, at + CODE_LASTS)
        self._waiting[secret] = waiting
        return waiting

    def of(self, secret: str, at: float) -> Waiting | None:
        """The browser with this secret, while it waits."""
        self._forget_old(at)
        return self._waiting.get(secret)

    def find(self, code: str, at: float) -> Waiting | None:
        """The browser that shows this code, while the code is good and not used up."""
        self._forget_old(at)
        return next(
            (each for each in self._waiting.values() if each.code == code and not each.screen), None
        )

    def make(self, waiting: Waiting, screen: str) -> None:
        """The browser has been made a screen: its code is used up, and whoever was to be that screen before
        and has not come for it is none."""
        self._waiting = {
            name: each for name, each in self._waiting.items() if each.screen != screen
        }
        waiting.screen = screen

    def end(self, secret: str) -> None:
        """The browser waits no longer."""
        self._waiting.pop(secret, None)

    def _forget_old(self, at: float) -> None:
        self._waiting = {name: each for name, each in self._waiting.items() if each.until > at}
