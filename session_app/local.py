"""The desk's local socket: how the command line writes while a desk is serving.

There is one writing connection to the store. A command that finds the store held asks the desk that
holds it to do the work, over a Unix socket only the owner of the data folder can open; a desk that is
not running is stood in for by the command itself.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from session_app.domain.errors import ActError, Conflict, Forbidden, Invalid, NotFound
from session_app.domain.sheet import Problem
from session_app.services.desk import Desk

log = logging.getLogger(__name__)

Call = Callable[..., Any]
MAX_REQUEST = 64_000_000
_REFUSALS: Mapping[str, type[ActError]] = {
    each.__name__: each for each in (Invalid, Forbidden, NotFound, Conflict)
}


def listen(desk: Desk, calls: Mapping[str, Call], path: Path) -> None:
    """Answer the command line's calls until the process ends."""
    path.unlink(missing_ok=True)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)  # nobody else's from its first moment, whatever the folder allows
    try:
        with _address(path) as address:
            server.bind(address)
    finally:
        os.umask(before)
    server.listen(8)

    def accept() -> None:
        while True:
            connection, _ = server.accept()
            threading.Thread(target=_answer, args=(connection, desk, calls), daemon=True).start()

    threading.Thread(target=accept, name="local", daemon=True).start()


def call(path: Path, name: str, arguments: dict[str, Any]) -> Any:
    """Have the running desk do a call.

    Raises what the call raises, `Conflict("store.in_use")` where nobody answers, and
    `Conflict("desk.ended")` where the desk ends before it has.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with connection:
        try:
            with _address(path) as address:
                connection.connect(address)
        except OSError:
            raise Conflict("store.in_use", folder=str(path.parent)) from None
        request = json.dumps({"call": name, "arguments": arguments}, default=_encode)
        try:
            connection.sendall(request.encode())
            connection.shutdown(socket.SHUT_WR)
            reply = json.loads(_read(connection), object_hook=_decode)
        except (OSError, ValueError):
            raise Conflict("desk.ended") from None
    if "refusal" in reply:
        raise _REFUSALS[reply["refusal"]](reply["code"], **reply["params"])
    return reply["result"]


def _answer(connection: socket.socket, desk: Desk, calls: Mapping[str, Call]) -> None:
    with connection:
        try:
            request = json.loads(_read(connection), object_hook=_decode)
            reply = {"result": calls[request["call"]](desk, **request["arguments"])}
        except ActError as refusal:
            reply = {
                "refusal": type(refusal).__name__,
                "code": refusal.code,
                "params": {name: _plain(value) for name, value in refusal.params.items()},
            }
        except Exception:
            log.exception("a call from the command line failed")
            reply = {"refusal": "Conflict", "code": "message.failed", "params": {}}
        connection.sendall(json.dumps(reply, default=_encode).encode())


@contextmanager
def _address(path: Path) -> Iterator[str]:
    """A name for the socket that fits: the kernel takes 107 bytes of one, and folders are deeper."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _plain(value: object) -> object:
    """A refusal's parameter as it crosses the socket: a list's problems and a count stay what they are."""
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value if isinstance(value, Problem | int) else str(value)


def _read(connection: socket.socket) -> bytes:
    parts = []
    left = MAX_REQUEST
    while left > 0 and (part := connection.recv(min(65_536, left))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _encode(value: object) -> dict[str, object]:
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, Problem):
        params = {name: _plain(each) for name, each in value.params.items()}
        return {"problem": [value.line, value.column, value.code, params]}
    raise TypeError(value)


def _decode(value: dict[str, Any]) -> Any:
    if value.keys() == {"bytes"}:
        return base64.b64decode(value["bytes"])
    return Problem(*value["problem"]) if value.keys() == {"problem"} else value
