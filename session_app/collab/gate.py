"""The gate: a full structural parse of a Yjs update before pycrdt sees a byte of it.

pycrdt trusts its input. Eighteen bytes from a browser can end the process, ten can erase words that
another delegation has not written yet, and a forged block makes the server drop somebody's real
words as already known. So nothing reaches it that this parser has not understood to the last byte.

The format is the *update v1* of Yjs 13 (yjs `src/utils/encoding.js`, `src/structs/Item.js`):

    update     = blocks deletes
    blocks     = count { structs client clock struct* }
    struct     = info [origin] [right origin] [parent] content      info = flags | content kind
    deletes    = count { client count { clock length } }

What is admitted is only what an honest editor of a plain-text cell can send, in either of its two
root texts `es` and `en`:

* new characters (`ContentString`) and characters typed and struck before they were sent
  (`ContentDeleted`), of the one client id leased to the sender;
* directly behind what is known of that client, or overlapping it (an honest resend);
* attached to characters that are known, of one text only, never between the two halves of a
  surrogate pair (yrs and yjs cut a pair differently: the replicas would part for ever), and, which
  `order` proves, truly neighbours in something the sender had seen;
* deletions of known characters, each client's ranges in ascending order. A diff made after a
  reconnection carries the whole delete set of the document, everybody's: that is honest.

Refused without exception: other people's client ids, formats, embeds, objects, nested types,
subdocuments, moves, skips, and `GC` structs: Yjs makes those only of things inside a deleted
nested type, which a plain text never holds (none in 200,000 recorded updates), and whatever is
attached to one vanishes.

An editor keeps its part of this by three habits: it changes the text at whole characters only, it
cleans what it inserts, and a diff after an absence leaves out other people's structs (yjs:
`encodeStateAsUpdate` with its own state vector, only its own id's clock set to the server's).
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple

from ..domain.drafting import LANGUAGES, Language
from ..domain.errors import Invalid
from ..domain.text import ASTRAL, UNWELCOME, units

MAX_CLIENT = 0xFFFF_FFFF
"""Yjs draws its client ids from 32 bits, and so does the desk that leases them."""
MAX_CLOCK = 0x7FFF_FFFF
"""yrs keeps clocks in 32 bits and adds lengths to them unchecked."""

_DELETED, _STRING = 1, 4
_HAS_ORIGIN, _HAS_RIGHT, _HAS_PARENT_SUB = 0x80, 0x40, 0x20
_ROOTS: dict[bytes, Language] = {language.encode(): language for language in LANGUAGES}


class Rejected(Invalid):
    """An update that was not admitted. `update.gap` is healed by a resync; the others are final.

    `reason` is for the log, not for the reader: one word that says which rule was broken.
    """

    def __init__(self, code: str, reason: str, **params: object) -> None:
        super().__init__(code, **params)
        self.reason = reason

    def __str__(self) -> str:
        return f"{super().__str__()}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one update may hold, and one text of a paragraph.

    An update may be the whole offline work of an afternoon, or a paste of a text of full length in
    four-byte characters; a delete set grows with every correction ever made in the paragraph.
    """

    bytes: int = 262_144
    structs: int = 4_000
    deletes: int = 30_000
    clients: int = 5_000
    text: int = 20_000
    passed: int = 100_000
    """Runs of characters passed in finding the places of what one update brings."""


LIMITS = Limits()
NO_LIMITS = Limits(*[MAX_CLOCK] * 6)
"""For what comes from our own log: it passed the gate one update at a time."""


class Struct(NamedTuple):
    """A run of characters with consecutive clocks, and what it is attached to."""

    clock: int
    length: int  # UTF-16 code units, as Yjs counts
    text: str | None  # None when already struck
    origin: tuple[int, int] | None  # (client, clock) of the character on its left when written
    right: tuple[int, int] | None
    root: Language | None  # only when there is neither


class Parsed(NamedTuple):
    """An update taken to pieces."""

    blocks: dict[int, list[Struct]]
    deletes: dict[int, list[tuple[int, int]]]  # first clock, clock behind the last


class Stretch(NamedTuple):
    """A new run of characters, and the text it stands in."""

    clock: int
    length: int
    text: str | None
    root: Language
    origin: tuple[int, int] | None
    right: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What an admitted update would add to the document."""

    client: int
    stretches: list[Stretch]
    overlaps: bool  # it repeats structs that are known
    roots: frozenset[Language]  # the texts it adds to, be it characters already struck


class Ledger:
    """What must be known of a document to admit an update to it, kept in step with it.

    `ends` is its state vector. For every client the ledger remembers which stretch of its clocks
    stands in which text (one types in one text for long: there are few), and which clocks are the
    second half of a surrogate pair.
    """

    __slots__ = ("_lows", "_roots", "_starts", "ends")

    def __init__(self) -> None:
        self.ends: dict[int, int] = {}
        self._starts: dict[int, list[int]] = {}
        self._roots: dict[int, list[Language]] = {}
        self._lows: set[tuple[int, int]] = set()

    def root_of(self, client: int, clock: int) -> Language:
        """The text a known character stands in."""
        return self._roots[client][bisect_right(self._starts[client], clock) - 1]

    def cuts_pair(self, client: int, clock: int) -> bool:
        """Whether a cut before this clock would part the two halves of a character."""
        return (client, clock) in self._lows

    def add(self, client: int, stretch: Stretch) -> None:
        """Note characters that follow what is known of their client."""
        clock, length, text, root, *_ = stretch
        roots = self._roots.setdefault(client, [])
        if not roots or roots[-1] != root:
            roots.append(root)
            self._starts.setdefault(client, []).append(clock)
        if text is not None and len(text) != length:
            self._lows.update((client, clock + low) for low in _low_halves(text))
        self.ends[client] = clock + length

    def learn(self, update: bytes) -> list[tuple[int, Stretch]]:
        """Note what is new in an update of the server itself or of the log, by whomever.

        Returns it with everything behind what it is attached to. Raises `Rejected` where it does
        not fit what is known.
        """
        blocks = parse(update, NO_LIMITS).blocks
        done = dict.fromkeys(blocks, 0)
        learnt: list[tuple[int, Stretch]] = []
        for first, structs in blocks.items():
            while done[first] < len(structs):
                path = [first]  # each of these clients' next struct waits for the one behind it
                while path:
                    client = path[-1]
                    struct = blocks[client][done[client]]
                    awaited = self._awaited(client, struct)
                    if awaited is None:
                        learnt.extend((client, each) for each in self._add_new(client, struct))
                        done[client] += 1
                        path.pop()
                    elif awaited in path or done.get(awaited, 0) == len(blocks.get(awaited, ())):
                        raise Rejected("update.rejected", "reference")
                    else:
                        path.append(awaited)
        return learnt

    def _awaited(self, client: int, struct: Struct) -> int | None:
        """The client of a neighbour that is not known yet."""
        if struct.clock > self.ends.get(client, 0):
            raise Rejected("update.gap", "clock")
        for neighbour in (struct.origin, struct.right):
            if neighbour is not None and neighbour[1] >= self.ends.get(neighbour[0], 0):
                return neighbour[0]
        return None

    def _add_new(self, client: int, struct: Struct) -> list[Stretch]:
        known = self.ends.get(client, 0)
        if struct.clock + struct.length <= known:
            return []
        neighbour = struct.origin or struct.right
        root = struct.root if neighbour is None else self.root_of(*neighbour)
        assert root is not None, "parse: a parent or a neighbour"
        stretch = _new_part(client, struct, known, root)
        self.add(client, stretch)
        return [stretch]


def check(update: bytes, *, client: int, state: Ledger, limits: Limits = LIMITS) -> Checked:
    """Admit an update from the tab that holds `client` to the document that `state` describes.

    Raises `Rejected`: `update.gap` when something the sender wrote before has not arrived,
    `update.rejected` for everything else. Nothing is changed.
    """
    blocks, deletes = parse(update, limits)
    known = state.ends.get(client, 0)
    end = known
    overlaps = False
    stretches: list[Stretch] = []
    lows: set[int] = set()  # second halves of pairs among the structs of this very update
    if blocks:
        if len(blocks) > 1 or client not in blocks:
            raise Rejected("update.rejected", "client")
        structs = blocks[client]
        if structs[0].clock > known:
            raise Rejected("update.gap", "clock")
        firsts: list[int] = []
        roots: list[Language] = []
        for struct in structs:
            clock, length, text, origin, right, root = struct
            for reference, cut in ((origin, 1), (right, 0)):
                if reference is None:
                    continue
                author, position = reference
                if position < state.ends.get(author, 0):
                    found = state.root_of(author, position)
                    if state.cuts_pair(author, position + cut):
                        raise Rejected("update.rejected", "pair")
                elif author == client and structs[0].clock <= position < clock:
                    found = roots[bisect_right(firsts, position) - 1]
                    if position + cut in lows:
                        raise Rejected("update.rejected", "pair")
                else:
                    raise Rejected("update.rejected", "reference")
                if root is not None and root != found:
                    raise Rejected("update.rejected", "texts")
                root = found
            assert root is not None, "parse: a parent or a neighbour"
            firsts.append(clock)
            roots.append(root)
            end = clock + length
            if text is not None and len(text) != length:
                lows.update(clock + low for low in _low_halves(text))
            if clock >= known:
                stretches.append(Stretch(clock, length, text, root, origin, right))
                continue
            overlaps = True
            if end > known:
                if known in lows:
                    raise Rejected("update.rejected", "pair")
                if root != state.root_of(client, known - 1):
                    raise Rejected("update.rejected", "texts")
                stretches.append(_new_part(client, struct, known, root))
    for author, ranges in deletes.items():
        own = author == client
        bound = max(known, end) if own else state.ends.get(author, 0)
        if ranges[-1][1] > bound:
            # Striking what one wrote oneself and the server has not had yet is only too early.
            raise Rejected("update.gap" if own else "update.rejected", "delete")
        for start, stop in ranges:
            if state.cuts_pair(author, start) or state.cuts_pair(author, stop):
                raise Rejected("update.rejected", "pair")
            if own and (start in lows or stop in lows):
                raise Rejected("update.rejected", "pair")
    return Checked(client, stretches, overlaps, frozenset(each.root for each in stretches))


def parse(update: bytes, limits: Limits = LIMITS) -> Parsed:
    """Take an update to pieces, keeping every rule that needs no knowledge of the document.

    Every number canonical and in bounds, every client once, clocks consecutive, text of admitted
    characters, kinds of a plain text only, nothing left over. Raises `Rejected`.
    """
    if len(update) > limits.bytes:
        raise Rejected("update.rejected", "size")
    try:
        blocks, at = _parse_blocks(update, limits)
        deletes, at = _parse_deletes(update, at, limits)
    except IndexError:
        raise Rejected("update.rejected", "truncated") from None
    if at != len(update):
        raise Rejected("update.rejected", "trailing")
    return Parsed(blocks, deletes)


def parse_state_vector(vector: bytes, limits: Limits = LIMITS) -> dict[int, int]:
    """Read a state vector that came from outside. Raises `Rejected`."""
    if len(vector) > limits.bytes:
        raise Rejected("update.rejected", "size")
    ends: dict[int, int] = {}
    try:
        count, at = _number(vector, 0, limits.clients)
        for _ in range(count):
            client, at = _number(vector, at, MAX_CLIENT)
            ends[client], at = _number(vector, at, MAX_CLOCK)
    except IndexError:
        raise Rejected("update.rejected", "truncated") from None
    if at != len(vector) or len(ends) != count:
        raise Rejected("update.rejected", "state")
    return ends


def _parse_blocks(data: bytes, limits: Limits) -> tuple[dict[int, list[Struct]], int]:
    blocks: dict[int, list[Struct]] = {}
    count, at = _number(data, 0, limits.clients)
    left = limits.structs
    for _ in range(count):
        number, at = _number(data, at, left)
        left -= number
        client, at = _number(data, at, MAX_CLIENT)
        clock, at = _number(data, at, MAX_CLOCK)
        if client in blocks or number == 0:
            raise Rejected("update.rejected", "client")
        structs = blocks[client] = []
        for _ in range(number):
            info = data[at]
            at += 1
            kind = info & 0x1F
            if info & _HAS_PARENT_SUB or kind not in (_STRING, _DELETED):
                raise Rejected("update.rejected", "kind")
            origin = right = root = None
            if info & _HAS_ORIGIN:
                author, at = _number(data, at, MAX_CLIENT)
                position, at = _number(data, at, MAX_CLOCK)
                origin = (author, position)
            if info & _HAS_RIGHT:
                author, at = _number(data, at, MAX_CLIENT)
                position, at = _number(data, at, MAX_CLOCK)
                right = (author, position)
            if origin is None and right is None:
                named, at = _number(data, at, 1)
                name, at = _take(data, at, 2) if named else (b"", at)
                root = _ROOTS.get(name)
                if root is None:
                    raise Rejected("update.rejected", "parent")
            text = None
            if kind == _STRING:
                raw, at = _take(data, at, limits.bytes)
                try:
                    text = raw.decode()
                except UnicodeDecodeError:
                    raise Rejected("update.rejected", "utf-8") from None
                if UNWELCOME.search(text):
                    raise Rejected("update.rejected", "character")
                length = units(text)
            else:
                length, at = _number(data, at, MAX_CLOCK)
            if length == 0:
                raise Rejected("update.rejected", "empty")
            structs.append(Struct(clock, length, text, origin, right, root))
            clock += length
            if clock > MAX_CLOCK:
                raise Rejected("update.rejected", "clock")
    return blocks, at


def _parse_deletes(
    data: bytes, at: int, limits: Limits
) -> tuple[dict[int, list[tuple[int, int]]], int]:
    deletes: dict[int, list[tuple[int, int]]] = {}
    count, at = _number(data, at, limits.clients)
    left = limits.deletes
    for _ in range(count):
        client, at = _number(data, at, MAX_CLIENT)
        number, at = _number(data, at, left)
        left -= number
        if client in deletes or number == 0:
            raise Rejected("update.rejected", "client")
        ranges = deletes[client] = []
        behind = -1
        for _ in range(number):
            start, at = _number(data, at, MAX_CLOCK)
            length, at = _number(data, at, MAX_CLOCK)
            if start <= behind or length == 0 or start + length > MAX_CLOCK:
                raise Rejected("update.rejected", "delete")
            behind = start + length
            ranges.append((start, behind))
    return deletes, at


def _number(data: bytes, at: int, most: int) -> tuple[int, int]:
    """A variable-length number of at most 32 bits in its shortest form, and where it ends."""
    byte = data[at]
    at += 1
    value = byte & 0x7F
    shift = 7
    while byte >= 0x80:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte == 0 or shift > 35:
            raise Rejected("update.rejected", "number")
    if value > most:
        raise Rejected("update.rejected", "number")
    return value, at


def _take(data: bytes, at: int, most: int) -> tuple[bytes, int]:
    """A string of bytes with its length before it, and where it ends."""
    length, at = _number(data, at, most)
    end = at + length
    if end > len(data):
        raise Rejected("update.rejected", "truncated")
    return data[at:end], end


def _new_part(client: int, struct: Struct, known: int, root: Language) -> Stretch:
    """What a struct brings that is not known of its client; it stands behind what is."""
    clock, length, text, origin, right, _ = struct
    if clock < known:
        text = _behind(text, known - clock)
        clock, length, origin = known, clock + length - known, (client, known - 1)
    return Stretch(clock, length, text, root, origin, right)


def _low_halves(text: str) -> list[int]:
    """Offsets in UTF-16 units of the second halves of surrogate pairs."""
    return [match.start() + pairs + 1 for pairs, match in enumerate(ASTRAL.finditer(text))]


def _behind(text: str | None, offset: int) -> str | None:
    """What is left of a text behind its first `offset` UTF-16 units."""
    if text is None or offset == 0:
        return text
    return text.encode("utf-16-le")[2 * offset :].decode("utf-16-le", "replace")
