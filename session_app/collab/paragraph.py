"""One paragraph's live text in both languages: the only place that holds a pycrdt document.

The log of updates is the truth. A `ParagraphDoc` is that log replayed, and an update goes through
it in four steps, in this order and by the caller's hand:

    trial = paragraph.try_update(update, client=...)   # gate, then on a copy; the document stays
    ...                                                # may this person change these languages?
    ...                                                # append trial.update to the log, commit
    paragraph.apply(trial.update)                      # only now

The copy is a second document kept in step, so a trial costs no copying; it is made again after an
update that was tried and not applied.

Not safe for threads: one greenlet thread uses it, and none may switch between a trial and its
`apply` unless the caller holds a lock on the paragraph.

pycrdt counts UTF-8 bytes, Yjs and the browser UTF-16 code units, Python characters. Offsets in this
module's interface are UTF-16 units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pycrdt

from ..domain.drafting import LANGUAGES, Language
from ..domain.text import index_of_unit, is_clean
from .gate import (
    LIMITS,
    NO_LIMITS,
    Checked,
    Ledger,
    Limits,
    Rejected,
    check,
    parse_state_vector,
)
from .order import Order, Unsound

Texts = dict[Language, str]


class Broken(Exception):
    """pycrdt has failed inside. The document must be thrown away and loaded again from the log."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What an update would do, as seen on a copy."""

    update: bytes
    """What to store, relay and `apply`: the bytes received, or, where those repeat what is known,
    the same from our own hand. (A resend may lie about what it repeats; replicas that lack the
    repeated part would believe it.)"""
    before: Texts
    after: Texts
    changed: frozenset[Language]
    """The texts it touches: also one in which it strikes words and writes the same again."""
    known: bool
    """There is nothing new in it: acknowledge, do not store or relay."""
    checked: Checked


class ParagraphDoc:
    """The live document of one paragraph, with root texts `es` and `en`."""

    def __init__(self) -> None:
        self._live = _Replica()
        self._copy: _Replica | None = None
        self._ledger = Ledger()
        self._order = Order()
        self._texts: Texts | None = None
        self._trial: Trial | None = None  # the copy is ahead by this one

    @classmethod
    def load(cls, snapshot: bytes | None, updates: Iterable[bytes]) -> ParagraphDoc:
        """Replay a snapshot and the log behind it; updates the snapshot contains do no harm.

        Raises `Broken` where the log does not give a whole document.
        """
        paragraph = cls()
        if snapshot is not None:
            paragraph._take_in(snapshot)
        for update in updates:
            paragraph._take_in(update)
        return paragraph

    def state_vector(self) -> Mapping[int, int]:
        """The next clock of every client that has written here."""
        return MappingProxyType(self._ledger.ends)

    def encoded_state_vector(self) -> bytes:
        """The state vector as Yjs reads it."""
        return self._live.vector()

    def diff(self, state_vector: bytes) -> bytes:
        """What a replica with this state vector lacks. Raises `Rejected` for a malformed one.

        It may name clients or clocks that are not known here: edits not sent yet.
        """
        parse_state_vector(state_vector)
        return self._live.encode(state_vector)

    def texts(self) -> Texts:
        """The two texts, exactly."""
        if self._texts is None:
            self._texts = self._live.read()
        return dict(self._texts)

    def try_update(self, update: bytes, *, client: int, limits: Limits = LIMITS) -> Trial:
        """What the update of the tab that holds `client` would do. The document does not change.

        Raises `Rejected`: `update.gap`, `update.rejected`, or `paragraph.too_long`.
        """
        checked = check(update, client=client, state=self._ledger, limits=limits)
        self._forget_trial()
        copy = self._copy or _Replica(self._live.encode())
        self._copy = None
        before = self.texts()
        try:
            self._place(checked, limits)
            copy.apply(update)
            after = copy.read()
            # A deletion alone shortens its text, so comparing the texts finds what structs do not.
            altered = {language for language in LANGUAGES if before[language] != after[language]}
            for language in altered:
                if len(after[language]) > max(limits.text, len(before[language])):
                    raise _too_long(language, limits.text)
            known = not altered and not checked.stretches
            if checked.overlaps and not known:
                update = copy.encode(self._live.vector())
        except BaseException as failure:
            self._take_back(checked)
            if isinstance(failure, Broken):  # the copy is; it goes, and the document is untouched
                raise Rejected("update.rejected", "pycrdt") from failure
            raise
        trial = Trial(update, before, after, checked.roots | altered, known, checked)
        self._copy = copy
        self._trial = None if known else trial
        return trial

    def apply(self, update: bytes) -> None:
        """Take in an update that is in the log: the last trial's, or one of the server's own.

        Raises `Broken` when pycrdt fails; the document must then be loaded again from the log.
        """
        trial = self._trial
        if trial is None or trial.update != update:
            self._forget_trial()
            self._copy = None
            self._take_in(update)
            return
        self._trial = self._texts = None
        self._live.apply(update)
        for stretch in trial.checked.stretches:
            self._ledger.add(trial.checked.client, stretch)

    def write(
        self, language: Language, *, client: int, at: int = 0, delete: int = 0, insert: str = ""
    ) -> bytes:
        """The update by which the server, as `client`, strikes `delete` units at `at` and inserts.

        The document does not change: the update is to be stored, then applied and relayed like
        anybody's. Raises `Conflict` where the text does not reach so far or an offset stands
        between the halves of a character, `Rejected` for text a paragraph may not hold.
        """
        text = self.texts()[language]
        start = index_of_unit(text, at)
        stop = index_of_unit(text, at + delete)
        if not is_clean(insert):
            raise Rejected("update.rejected", "character")
        after = len(text) - (stop - start) + len(insert)
        if insert and after > max(LIMITS.text, len(text)):
            raise _too_long(language, LIMITS.text)
        scratch = _Replica(self._live.encode(), client=client)
        return scratch.edit(
            language, len(text[:start].encode()), len(text[start:stop].encode()), insert
        )

    def snapshot(self) -> bytes:
        """The whole document in one update, to load faster than from the log."""
        return self._live.encode()

    def _take_in(self, update: bytes) -> None:
        self._texts = None
        self._live.apply(update)
        try:
            for client, (clock, length, _, root, origin, right) in self._ledger.learn(update):
                self._order.place(client, clock, length, origin, right, root, most=NO_LIMITS.passed)
        except (Rejected, Unsound) as refusal:
            raise Broken(f"the log holds what does not fit: {refusal!r}") from refusal

    def _place(self, checked: Checked, limits: Limits) -> None:
        client, left = checked.client, limits.passed
        try:
            for clock, length, _, root, origin, right in checked.stretches:
                left -= self._order.place(client, clock, length, origin, right, root, most=left)
        except Unsound:
            raise Rejected("update.rejected", "order") from None

    def _take_back(self, checked: Checked) -> None:
        self._order.take_back(checked.client, self._ledger.ends.get(checked.client, 0))

    def _forget_trial(self) -> None:
        """Leave out what was tried last and not applied."""
        if self._trial is not None:
            self._take_back(self._trial.checked)
            self._trial = self._copy = None


def merge(updates: Iterable[bytes]) -> bytes:
    """Several consecutive updates of one paragraph as one, for relaying and for the log.

    Only for updates that were admitted: pycrdt is not safe with others.
    """
    return pycrdt.merge_updates(*updates)


class _Replica:
    """A pycrdt document with its two texts, and its ways of failing told apart."""

    __slots__ = ("_doc", "_texts")

    def __init__(self, update: bytes | None = None, *, client: int | None = None) -> None:
        self._doc: pycrdt.Doc[pycrdt.Text] = pycrdt.Doc(client_id=client)
        # Declared before anything arrives, so that no update can make them another type.
        self._texts = {
            language: self._doc.get(language, type=pycrdt.Text) for language in LANGUAGES
        }
        if update is not None:
            self.apply(update)

    def apply(self, update: bytes) -> None:
        try:
            self._doc.apply_update(update)
        except BaseException as failure:
            if not _is_pycrdt(failure):
                raise
            raise Broken(repr(failure)) from failure

    def read(self) -> Texts:
        try:
            return {language: str(text) for language, text in self._texts.items()}
        except BaseException as failure:
            if not _is_pycrdt(failure):
                raise
            raise Broken(repr(failure)) from failure

    def encode(self, vector: bytes | None = None) -> bytes:
        try:
            return self._doc.get_update(vector)
        except BaseException as failure:
            if not _is_pycrdt(failure):
                raise
            raise Broken(repr(failure)) from failure

    def vector(self) -> bytes:
        return self._doc.get_state()

    def edit(self, language: Language, start: int, delete: int, insert: str) -> bytes:
        """Edit at UTF-8 offsets, and return exactly what was edited."""
        updates: list[bytes] = []
        subscription = self._doc.observe(lambda event: updates.append(event.update))
        text = self._texts[language]
        try:
            with self._doc.transaction():
                if delete:
                    del text[start : start + delete]
                if insert:
                    text.insert(start, insert)
        except BaseException as failure:
            if not _is_pycrdt(failure):
                raise
            raise Broken(repr(failure)) from failure
        self._doc.unobserve(subscription)
        return updates[0] if updates else b"\x00\x00"


def _too_long(language: Language, most: int) -> Rejected:
    return Rejected("paragraph.too_long", "text", language=language, most=most)


def _is_pycrdt(failure: BaseException) -> bool:
    """Whether pycrdt has failed, and not a greenlet ended or an interrupt come.

    A panic in Rust arrives as `PanicException`, which is no `Exception` and has no importable name.
    """
    return isinstance(failure, Exception) or type(failure).__name__ == "PanicException"
