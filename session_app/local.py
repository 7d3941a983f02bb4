"""The desk's local socket: how the command line writes while a desk is serving.

There is one writing connection to the store. A command that finds the store held asks the desk that
holds it to do the work, over a Unix socket only the owner of the data folder can open; a desk that is
not running is stood in for by the command itself.
"""

from __future__ import annotations

import base64
import json
import logging
import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from session_app.domain.errors import ActError, Conflict, Forbidden, Invalid, NotFound
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
    server.bind(str(path))
    path.chmod(0o600)
    server.listen(8)

    def accept() -> None:
        while True:
            connection, _ = server.accept()
            threading.Thread(target=_answer, args=(connection, desk, calls), daemon=True).start()

    threading.Thread(target=accept, name="local", daemon=True).start()


def call(path: Path, name: str, arguments: dict[str, Any]) -> Any:
    """Have the running desk do a call. Raises what the call raises, or `Conflict("store.in_use")`."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(str(path))
    except OSError:
        raise Conflict("store.in_use", folder=str(path.parent)) from None
    with connection:
        connection.sendall(
            json.dumps({"call": name, "arguments": arguments}, default=_encode).encode()
        )
        connection.shutdown(socket.SHUT_WR)
        reply = json.loads(_read(connection), object_hook=_decode)
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
                "params": {name: str(value) for name, value in refusal.params.items()},
            }
        except Exception:
            log.exception("a call from the command line failed")
            reply = {"refusal": "Conflict", "code": "message.failed", "params": {}}
        connection.sendall(json.dumps(reply, default=_encode).encode())


def _read(connection: socket.socket) -> bytes:
    parts = []
    left = MAX_REQUEST
    while left > 0 and (part := connection.recv(min(65_536, left))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _encode(value: object) -> dict[str, str]:
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    raise TypeError(value)


def _decode(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["bytes"]) if value.keys() == {"bytes"} else value
