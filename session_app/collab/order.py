"""The order of a paragraph's characters, kept to prove that an update's neighbours were neighbours.

Yjs puts a character between the two it stood between when it was typed, and all replicas agree on
the place *because* those two really were neighbours in what its author had before him. Neither yjs
nor yrs checks that. A forged pair of neighbours is accepted everywhere and sorted differently: two
screens, or the server before and after a restart, show different texts from the same updates.

So the server keeps the order itself, struck characters included, and what every author had
demonstrably seen at each of his clocks: his own characters, those he attached something to, and
whatever their authors had seen when writing them. Neighbours are sound if the left one comes before
the right one and nothing between them had been seen. Then some honest history contains the update,
and the proof of convergence holds (Nicolaescu et al., "Near Real-Time Peer-to-Peer Shared Editing
on Extensible Data Types", GROUP 2016; the rule as yjs `Item.integrate` has it).
"""

from __future__ import annotations

from bisect import bisect_right

from ..domain.drafting import LANGUAGES, Language

Character = tuple[int, int]
"""(client, clock)"""


class Unsound(Exception):
    """The neighbours named cannot have been neighbours in anything their author had seen."""


class _Run:
    """Characters typed one behind the other, and the two the first stood between."""

    __slots__ = ("client", "clock", "length", "next", "origin", "previous", "right")

    def __init__(
        self,
        client: int,
        clock: int,
        length: int,
        origin: Character | None,
        right: Character | None,
    ) -> None:
        self.client = client
        self.clock = clock
        self.length = length
        self.origin = origin
        self.right = right
        self.previous: _Run | None = None
        self.next: _Run | None = None


class Order:
    """The characters of both texts in order. Characters of one client are placed by clock."""

    __slots__ = ("_clocks", "_ends", "_heads", "_runs", "_seen")

    def __init__(self) -> None:
        self._ends: dict[int, int] = {}
        self._runs: dict[int, list[_Run]] = {}
        self._clocks: dict[int, list[int]] = {}  # of the runs, for the search
        # Each text begins with a run of nothing, so that every run has a predecessor.
        self._heads: dict[Language, _Run] = {
            language: _Run(-1, 0, 0, None, None) for language in LANGUAGES
        }
        # What a client had seen, by the clock from which on he had: {client: clock behind}.
        self._seen: dict[int, tuple[list[int], list[dict[int, int]]]] = {}

    def place(
        self,
        client: int,
        clock: int,
        length: int,
        origin: Character | None,
        right: Character | None,
        root: Language,
        *,
        most: int,
    ) -> int:
        """Put new characters in their place; the neighbours must be known and of the same text.

        Returns how many runs had to be passed to find it. Raises `Unsound`, also where there are
        more than `most` of them; the order is then as it was.
        """
        # The right one first: cutting its run must not take the end of the left one's away.
        behind = None if right is None else self._starting(*right)
        before = self._heads[root] if origin is None else self._ending(*origin)
        seen = self._look(client, clock, origin, right)
        between: list[_Run] = []
        run = before.next
        while run is not behind:
            if run is None or run.client == client or run.clock < seen.get(run.client, 0):
                raise Unsound
            between.append(run)
            if len(between) > most:
                raise Unsound
            run = run.next
        if between:
            before = self._settle(before, between, client, origin, right)
        self._note(client, clock, seen)
        self._ends[client] = clock + length
        if (
            before.client == client
            and before.clock + before.length == clock
            and origin == (client, clock - 1)
            and right == before.right
        ):
            before.length += length
            return len(between)
        new = _Run(client, clock, length, origin, right)
        self._link(before, new)
        self._runs.setdefault(client, []).append(new)
        self._clocks.setdefault(client, []).append(clock)
        return len(between)

    def take_back(self, client: int, end: int) -> None:
        """Forget the client's characters from this clock on; nobody else's are attached to them."""
        if self._ends.get(client, 0) <= end:
            return
        self._ends[client] = end
        runs, clocks = self._runs[client], self._clocks[client]
        while runs and runs[-1].clock >= end:
            run = runs.pop()
            clocks.pop()
            assert run.previous is not None, "only a head has none"
            run.previous.next = run.next
            if run.next is not None:
                run.next.previous = run.previous
        if runs:
            runs[-1].length = min(runs[-1].length, end - runs[-1].clock)
        since, seen = self._seen.get(client, ([], []))
        while since and since[-1] >= end:
            since.pop()
            seen.pop()

    def _settle(
        self,
        before: _Run,
        between: list[_Run],
        client: int,
        origin: Character | None,
        right: Character | None,
    ) -> _Run:
        """The run to stand behind, among those written at the same time at the same place."""
        passed: set[_Run] = set()
        conflicting: set[_Run] = set()
        for run in between:
            passed.add(run)
            conflicting.add(run)
            if run.origin == origin:
                if run.client < client:
                    before = run
                    conflicting.clear()
                elif run.right == right:
                    break
            elif run.origin is not None and (near := self._find(*run.origin)) in passed:
                if near not in conflicting:
                    before = run
                    conflicting.clear()
            else:
                break
        return before

    def _look(
        self, client: int, clock: int, origin: Character | None, right: Character | None
    ) -> dict[int, int]:
        """What the client had seen, its newest neighbours and their past included."""
        _, known = self._seen.get(client, ([], []))
        seen = known[-1] if known else {}
        for neighbour in (origin, right):
            if neighbour is None:
                continue
            author, position = neighbour
            if author == client or position < seen.get(author, 0):
                continue
            seen = dict(seen)
            since, past = self._seen.get(author, ([], []))
            index = bisect_right(since, position) - 1
            if index >= 0:
                for other, behind in past[index].items():
                    if other != client and behind > seen.get(other, 0):
                        seen[other] = behind
            seen[author] = position + 1
        return seen

    def _note(self, client: int, clock: int, seen: dict[int, int]) -> None:
        since, known = self._seen.setdefault(client, ([], []))
        if not known or known[-1] is not seen:
            since.append(clock)
            known.append(seen)

    def _find(self, client: int, clock: int) -> _Run:
        return self._runs[client][bisect_right(self._clocks[client], clock) - 1]

    def _starting(self, client: int, clock: int) -> _Run:
        """The run that begins with this character; its run is cut before it if need be."""
        index = bisect_right(self._clocks[client], clock) - 1
        run = self._runs[client][index]
        offset = clock - run.clock
        if offset == 0:
            return run
        tail = _Run(client, clock, run.length - offset, (client, clock - 1), run.right)
        run.length = offset
        self._link(run, tail)
        self._runs[client].insert(index + 1, tail)
        self._clocks[client].insert(index + 1, clock)
        return tail

    def _ending(self, client: int, clock: int) -> _Run:
        """The run that ends with this character."""
        run = self._find(client, clock)
        if clock + 1 < run.clock + run.length:
            self._starting(client, clock + 1)
        return run

    @staticmethod
    def _link(before: _Run, new: _Run) -> None:
        new.previous, new.next = before, before.next
        if before.next is not None:
            before.next.previous = new
        before.next = new
