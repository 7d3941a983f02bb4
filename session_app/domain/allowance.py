"""How much one person may send: more than any page of ours ever does, and too little to harm a room.

Measured of our pages in Chromium: opening the draft takes five messages; a key held down gives 30
commands a second; Enter held down in a text, the busiest there is, 60 messages in a second (each new
row is fetched twice, and the caret tells where it is); a silent page sends a beat every 1.5 seconds.
A page that is opened asks for itself and for a dozen files that are the same for all, which count for
nobody. The time is the caller's clock that only goes forward.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .errors import ActError, Conflict, Forbidden

OFFENCES = 100
"""Offences a person may commit within a minute. A page of ours commits none, whatever one clicks."""
COSTS: Mapping[str, float] = {"join": 5.0, "draft.open": 5.0, "draft.lease": 2.0}
"""What a message costs where it is not 1: a join renders a page, a lease writes rows."""
PARAGRAPHS_FOR_ONE = 30
"""Paragraphs that may be asked for at the price of one message more."""
COST_OF_TEXTS = 7.0
"""Of the texts that come with a draft: about as much as asking for them (`PARAGRAPHS_FOR_ONE`)."""
MOST_TOPICS = 50
COST_OF_TOPIC = 1.5
"""Of each topic a page joins with: each is read and rendered. The busiest page has a dozen, and twenty tabs may
all be opened at once."""


@dataclass
class Allowance:
    """So many at once, and so many a second in the long run."""

    rate: float
    burst: float
    _left: float = field(init=False)
    _since: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._left = self.burst

    def spend(self, now: float, cost: float = 1.0) -> bool:
        """Whether there is so much left; if there is, it is spent."""
        self._left = min(self.burst, self._left + max(0.0, now - self._since) * self.rate)
        self._since = now
        if self._left < cost:
            return False
        self._left -= cost
        return True


def for_messages() -> Allowance:
    """What one connection may send, updates aside."""
    return Allowance(rate=50, burst=300)


def for_updates() -> Allowance:
    """Updates of one connection: a tab sends at most eight a second per paragraph, and at once what a
    long time off line has gathered."""
    return Allowance(rate=40, burst=400)


class Person:
    """What somebody may send over all their connections together, and how often they have offended."""

    def __init__(self) -> None:
        self.messages = Allowance(rate=100, burst=600)
        self.requests = Allowance(rate=30, burst=1_000)  # twenty tabs, all opened again and again
        self.offences = Allowance(rate=OFFENCES / 60, burst=OFFENCES)


class Allowances:
    """What everybody has left. Whoever comes back on another line has no more than before."""

    def __init__(self) -> None:
        self._people: dict[str, Person] = {}  # as many as have ever signed in, at most

    def spend(self, person: str, connection: Allowance, cost: float, now: float) -> None:
        """Count a message. Raises `Conflict("message.too_fast")` for one too many."""
        if not (connection.spend(now, cost) and self._of(person).messages.spend(now, cost)):
            raise Conflict("message.too_fast")

    def spend_request(self, person: str, now: float) -> None:
        """Count a page or a form asked for. Raises `Conflict("message.too_fast")` for one too many."""
        if not self._of(person).requests.spend(now):
            raise Conflict("message.too_fast")

    def is_at_an_end(self, person: str, refusal: ActError, now: float) -> bool:
        """Whether this refusal is one offence too many."""
        return is_offence(refusal) and not self._of(person).offences.spend(now)

    def _of(self, person: str) -> Person:
        return self._people.setdefault(person, Person())


def cost_of(name: str, values: object) -> float:
    """What a message costs, by its name and by how much it asks for."""
    if not isinstance(values, dict):
        return COSTS.get(name, 1.0)
    asked, topics = values.get("ids"), values.get("topics")
    more = len(asked) / PARAGRAPHS_FOR_ONE if isinstance(asked, list) else 0.0
    if name == "join" and isinstance(topics, list):
        more += COST_OF_TOPIC * min(len(topics), MOST_TOPICS)  # more there are not: it is malformed
    if name == "draft.open" and values.get("texts") is True:
        more += COST_OF_TEXTS
    return COSTS.get(name, 1.0) + more


def is_offence(refusal: ActError) -> bool:
    """Whether no honest page is refused so in its ordinary course.

    What merely came too late (a paragraph is gone, a text is adopted) is none, nor is what failed here;
    an editor sends updates again that came too fast, as it should.
    """
    if isinstance(refusal, Forbidden):
        return True
    kind, _, _ = refusal.code.partition(".")
    return (kind in ("message", "command") and refusal.code != "message.failed") or (
        refusal.code in ("update.rejected", "session.unknown", "draft.unknown")
    )
