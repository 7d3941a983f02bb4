"""Write the files that are made from the code, so that they cannot be stale.

python -m docs.generate           write them
python -m docs.generate --check   exit 1, naming them, if any differs from what would be written
"""

from __future__ import annotations

import argparse
import sys
import types
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from session_app.domain.access_reference import render_access
from session_app.domain.contract import COMMANDS, EVENTS, Command, Event

ROOT = Path(__file__).resolve().parent.parent
SOURCE = "session_app/domain/contract.py"

_OPENING = f"""\
# What crosses a socket

Made from `{SOURCE}` by `make docs`; do not edit it here.

Socket.IO, websocket only. Every message of a client is answered by an ack: `{{ok: true, …}}`, or
`{{ok: false, code, sentence, params}}` where `sentence` is in the person's language. Each message, and
each delivery of an event, asks the table in [access.md](access.md) at that moment. A session one may not
know of is answered as one that is not there.

## Messages

| Client sends | Needs | Ack |
|---|---|---|
| `join {{session, page, topics, shown, again}}` | `session:know` | `{{ok, now, program, fragments: {{topic: html}}}}`, without those whose marks are in `shown`, `{{topic: mark}}`: the page was served with them; `program` telling one version of the pages from another; `again` of a page whose line was lost; behind a door one is kept out of, `door.closed` |
| `command {{name, values}}` | the command's own | `{{ok, …}}` |
| `beat {{took}}` | a login | `{{ok, now}}`: a sign of life, and the desk's time in milliseconds; `took`: those of the way there and back, the last time |
| `draft.open {{draft, tab, texts}}` | `draft:read` | `{{ok, draft, clients, writable, may, off_device, mode, origin, you, presence}}`: `off_device` while its text stays off the disk of the device; with `texts` also `{{ids, lens}}, bytes`: the texts of the first 200 paragraphs, for a page that has none |
| `draft.lease {{draft}}` | `draft:read` | `{{ok, clients}}`: more CRDT client ids for this tab |
| `draft.sync {{draft, ids, lens}}, bytes` | `draft:read` | `{{ok, ids, lens}}, bytes`: what each state vector lacks |
| `draft.update {{draft, paragraph, client, clock}}, bytes` | `draft:read`, and the pen | `{{ok}}`: it is on disk |
| `draft.presence {{draft, paragraph, language, anchor, head}}` | `draft:read` | `{{ok}}` |

| Server sends | To |
|---|---|
| `event {{name, data}}` | whoever may have that event; only those said below to be delivered |
| `fragment {{topic, html}}` | whoever shows the topic and for whom it now reads differently; empty for whom it is closed |
| `draft.updates {{draft, ids, lens}}, bytes` | whoever has the draft open and may read it; not the author |
| `draft.presence {{draft, people}}` | whoever has the draft open and may read it |
| `draft.rights {{draft, writable, may, off_device}}` | whoever has the draft open and may now do more or less there |
| `language {{language}}` | whose pages they are, when they choose another: the page speaks it at once |
| `bye {{reason}}` | whoever may no longer be here; the line ends with it |

Several binary values travel as one buffer and their lengths. A message has at most 300,000 bytes and one
attachment; who sends more, or lets 4 MB pile up unread, is disconnected. An answer of
`update.gap` means: synchronise and send again; `update.too_fast`: wait and send again.

## Commands

Sent as `command {{name, values}}`, or as a form to `/s/<session>/do/<name>`. Fields with `?` may be left
out. The acting person is whoever the socket or form belongs to.
"""

_EVENTS = """
## Events

Numbered in the log with the commit that made them true. An event carries the new state of one small thing: a
screen assigns it and never merges. Those marked *delivered* are told as `event {name, data}` to whoever may have
them at that moment; the others make topics stale, and cross the wire as the fragments they change.
"""


def render_realtime() -> str:
    """The reference page of commands and events."""
    lines = [_OPENING]
    for command in COMMANDS.values():
        lines += _entry(command)
    lines.append(_EVENTS)
    for event in EVENTS.values():
        lines += _entry(event)
    return "\n".join(lines).rstrip("\n") + "\n"


def render_contract() -> str:
    """The browser's copy: names to use, and types to check against."""
    lines = [
        f"// Made from {SOURCE} by `make docs`; do not edit it here.",
        "",
        "/**",
        " * Each command and its values.",
        " * @typedef {{",
        *(f' *   "{name}": {_shape(each)};' for name, each in COMMANDS.items()),
        " * }} Commands",
        " */",
        "",
        "/**",
        " * Each event and the state it carries.",
        " * @typedef {{",
        *(f' *   "{name}": {_shape(each)};' for name, each in EVENTS.items()),
        " * }} Events",
        " */",
        "",
        "/** @type {readonly (keyof Commands)[]} */",
        *_names("COMMANDS", COMMANDS),
        "",
        "/** Those that conduct the session: for whoever holds the gavel.",
        " * @type {readonly (keyof Commands)[]} */",
        *_names("CONDUCT", [name for name, each in COMMANDS.items() if each.conducts]),
        "",
        "/** @type {readonly (keyof Events)[]} */",
        *_names("EVENTS", EVENTS),
    ]
    return "\n".join(lines) + "\n"


FILES = {
    "docs/reference/access.md": render_access,
    "docs/reference/realtime.md": render_realtime,
    "static/js/lib/contract.js": render_contract,
}


def find_stale(root: Path) -> list[str]:
    """The generated files that are missing or not as they would be written now."""
    stale = []
    for name, render in FILES.items():
        path = root / name
        if not path.exists() or path.read_text(encoding="utf-8") != render():
            stale.append(name)
    return stale


def write(root: Path) -> None:
    """Write every generated file."""
    for name, render in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(render(), encoding="utf-8")


def _entry(message: type[Command] | type[Event]) -> Iterator[str]:
    yield f"### `{message.name}`\n"
    delivered = " *Delivered.*" if getattr(message, "delivered", False) else ""
    gavel = " Needs the gavel." if getattr(message, "conducts", False) else ""
    yield f"{' '.join((message.__doc__ or '').split())} Needs `{message.needs}`.{gavel}{delivered}\n"
    rows = list(_rows(message))
    if rows:
        yield "| Field | Type |\n|---|---|"
        for name, shape in rows:
            yield f"| `{name}` | `{shape.replace('|', chr(92) + '|')}` |"
        yield ""


def _rows(message: type[Any]) -> Iterator[tuple[str, str]]:
    hints = get_type_hints(message)
    for field in fields(message):
        optional = "" if field.default is MISSING else "?"
        yield field.name + optional, _type(hints[field.name])


def _shape(message: type[Any]) -> str:
    rows = ", ".join(f"{name}: {shape}" for name, shape in _rows(message))
    return "{ " + rows + " }" if rows else "{}"


def _type(hint: Any) -> str:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return " | ".join(_type(each) for each in arguments)
    if origin is Literal:
        return " | ".join(f'"{each}"' for each in arguments)
    if origin is tuple:
        return (
            f"({_type(arguments[0])})[]"
            if " " in _type(arguments[0])
            else f"{_type(arguments[0])}[]"
        )
    if is_dataclass(hint):
        assert isinstance(hint, type)
        return _shape(hint)
    return {str: "string", int: "number", bool: "boolean", type(None): "null"}[hint]


def _names(constant: str, messages: Iterable[str]) -> Iterator[str]:
    yield f"export const {constant} = Object.freeze(["
    yield from (f'  "{name}",' for name in messages)
    yield "]);"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m docs.generate", description=__doc__.split("\n")[0]
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if any is stale"
    )
    if not parser.parse_args().check:
        write(ROOT)
        return
    stale = find_stale(ROOT)
    if stale:
        sys.exit(f"Not up to date: {', '.join(stale)}. Run make docs and commit the result.")


if __name__ == "__main__":
    main()
