"""Answers on their way: one is cut the moment its reader may no longer have it.

A page or a file asked for before the door closed may still be on its way to a slow reader when it has
closed. What the network has taken cannot be called back; everything behind it can.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Protocol

from session_app.store.database import Committed, Database

Allowed = Callable[[], bool]
"""Whether the reader may have the answer at this moment."""
LINE = "session_app.line"
"""Where in a request's environment its line stands, if a real one brings it."""
PART = 16_384
"""Bytes handed to the line at a time."""
LOOK_EVERY = 0.02
"""Seconds between two looks at what the line has not sent yet."""
PATIENCE = 60.0
"""Seconds a finished answer may wait for its reader."""


class Line(Protocol):
    """The connection an answer goes by."""

    def unsent(self) -> int:
        """Bytes that wait on this machine."""

    def cut(self) -> None:
        """End it at once, and drop what waits."""


class Sending:
    """The answers that are on their way now."""

    def __init__(self, store: Database) -> None:
        self._running: dict[object, tuple[Allowed, Line]] = {}
        store.listen(self._hear)

    def send(self, content: bytes, allowed: Allowed, line: Line) -> Iterator[bytes]:
        """The answer in parts, while its reader may have it."""
        key = object()
        self._running[key] = (allowed, line)
        try:
            if not allowed():  # the door may have closed while the answer was made
                line.cut()
                return
            for start in range(0, len(content), PART):
                yield content[start : start + PART]
            given_up = time.monotonic() + PATIENCE
            while line.unsent():
                if not allowed() or time.monotonic() > given_up:
                    line.cut()
                    return
                time.sleep(LOOK_EVERY)
        finally:
            del self._running[key]

    def _hear(self, committed: Committed) -> None:
        # A writer that waits for a slow reader does not look by itself: cutting its line wakes it.
        if committed.authority_changed:
            for allowed, line in list(self._running.values()):
                if not allowed():
                    line.cut()
