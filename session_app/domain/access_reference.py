"""The page `docs/reference/access.md`, made from the access table itself so that it cannot be stale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

from .access import (
    ANY_BODY,
    CLOSED_DOOR,
    COLUMNS,
    CONDITIONS,
    DRAFTING_GROUP,
    PUBLIC_ACTOR,
    RULES,
    Action,
    Actor,
    Category,
    Level,
    Rule,
    Subject,
    is_shut_out,
    level_of_closed,
    may,
)
from .forum import SETTINGS, AccessSettings, SittingMode, setting_keys
from .people import Capacity, Grant, Right

_TITLES = {
    "viceministers": "Vice-Ministers: plenary",
    CLOSED_DOOR: "Closed door, of any body",
    "grcm": "Regional Consultation Group (GRCM)",
    "network": "Each Network of Liaison Officers",
    "joint_networks": "Joint Networks",
    "adhoc": "Ad hoc group",
    DRAFTING_GROUP: "Drafting group of any session",
}
_HEADINGS = {
    "know": "Know",
    "attend": "Attend",
    "speak": "Speak",
    "table": "Table an item",
    "agenda": "See the agenda",
    "docs": "See documents",
    "read": "Read the draft",
    "edit": "Write the draft",
    "approve": "Approve",
    "final": "Final text",
}
_CATEGORIES = {
    Category.HEAD: "Head of delegation",
    Category.DELEGATE: "Delegate or companion",
    Category.PPT_CHAIR: "Chair (PPT)",
    Category.PPT_STAFF: "Staff of the PPT",
    Category.ST: "Technical Secretariat",
    Category.OBSERVER_COUNTRY: "Observer country",
    Category.OBSERVER_ORGANISATION: "Observer organisation",
    Category.RROCM: "RROCM",
    Category.GUEST: "Special participant or guest",
    Category.INTERPRETER: "Interpreter or technician",
    Category.PUBLIC: "Public",
}
_LEVELS = {
    Level.NOTHING: "nothing",
    Level.EXISTS: "exists",
    Level.SCHEDULED: "is scheduled",
    Level.CONTENT: "content",
}

_OPENING = """\
# Who may do what

Made from `session_app/domain/access.py` by `make docs`; do not edit it here.

Every door asks this table: pages, commands, the delivery of each event, draft updates, downloads,
screens and the command line. What is not allowed here is denied. An answer carries its reason and
the source of the rule it rests on; the Secretariat asks for both on the page *Why can they see this?*

## How to read it

- **✓** allowed, **–** denied, a **word**: allowed on that condition, and **word + word** on both. The
  words are explained under [Conditions](#conditions).
- **\\*** marks our default: the sources are silent and the Conference is asked to confirm it.
- The category follows from delegation and capacity *for that session*. It is looked up for every
  message.
- *Final text* is the text once adopted. Before that, to download a text is to read the draft.
- A screen shows the session, the sitting and the agenda. It shows text under negotiation only with
  a grant of the PPT, and before observers only by a setting.

Sources: S000 *Historial de mecanismos* (1996–2014); S001 *Documento de Santa Fe* (2011); S002
*Coordinación de reuniones*; S003 *CRM 15 años* (2010); S004 Conclusions of the GRCM, San Salvador,
June 2017. `L` is a line of the file.

## The mode of the sitting

| Mode | Which lines count |
|---|---|
| Open | Those of the body, and of the drafting group for its text. |
| Members only | The same; but observers, the RROCM, guests and the public keep only the knowledge that the session exists and the published texts (S003 L220). A screen before observers goes dark. |
| Closed door | Those of the closed door and its roster, for any body and its drafting group (S002 A L20). |
"""

_ROSTER = """
## The roster of a closed sitting

| Who | How |
|---|---|
| The chair | Presides, on the roster or off it. |
| A head of each delegation | By right, one each (S002 A L20). Their rank may be asked for (`closed_door.head_rank`). |
| Companions, and the PPT's staff | By right, as far as the quota of their own country goes (`closed_door.companions_max`). |
| Technical Secretariat, interpreters | By an exception of the PPT with its reason, entered in the record. The Secretariat then needs a grant for what it is to see. |
| Special participants | By such an exception, where `special_participants.closed_door` allows it. |
| Observers, the RROCM, the public | Never. |

Nobody but the chair has content before the PPT has confirmed the room (*sala verificada*), at each
closing anew. A late arrival waits for the chair.
"""

_ROOM = """
## The paragraph before the room

`room:read` follows from the table. Whoever may read the text sees which paragraph of it the chair has put
before the room. So does a screen before members, and with `room.text_to_observers` whoever attends, with
`screen.draft_to_observers` a screen before observers. Behind a closed door nobody does who may not read
the text there; one of the closed part's text is never before the room at an open door, and to who may not
read it nothing stands there. Who consults or objects (`position:see`) is for members and the Secretariat.
"""

_GRANTS = """
## Grants

Given by the PPT, with a reason and a date; each counts from its moment until it is withdrawn or its end
comes. With a scope it counts only while an agenda item is under way, or for one text. It opens only its
own right, and only for these:

| Grant | In the session of | For |
|---|---|---|"""

_AT = datetime(2017, 6, 20, tzinfo=UTC)


def render_access() -> str:
    """The whole page as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _OPENING
    yield from _closed_part()
    yield _ROSTER
    yield _ROOM
    for body, title in _TITLES.items():
        yield from _body(body, title)
    yield from _conduct()
    yield from _conditions()
    yield from _grants()
    yield from _settings()


def _closed_part() -> Iterator[str]:
    yield "## The closed part, category by category\n"
    yield "A closed part *exists*, *is scheduled* or has *content*; each category sees exactly its level."
    yield "Whom the door of the sitting under way keeps out has none of its pages and no line to it. Who is on"
    yield "the roster by an exception alone is counted with those on it.\n"
    yield "| Category | Off the roster | On it | Members only | Closed door | On the roster |"
    yield "|---|---|---|---|---|---|"
    for category, name in _CATEGORIES.items():
        levels = (
            _LEVELS[level_of_closed(_somebody(category), _situation("closed", on), at=_AT)]
            for on in (False, True)
        )
        sittings = (
            _situation("members", False),
            _situation("closed", False),
            _situation("closed", True),
        )
        doors = (
            "kept out" if is_shut_out(_somebody(category), each, at=_AT) else "in"
            for each in sittings
        )
        yield f"| {name} | {' | '.join(levels)} | {' | '.join(doors)} |"


def _somebody(category: Category, right: Right | None = None) -> Actor:
    grants = (Grant("", "", right, "", "", _AT),) if right else ()
    return replace(PUBLIC_ACTOR, category=category, capacity=Capacity.DELEGATE, grants=grants)


def _situation(mode: SittingMode, on_roster: bool) -> Subject:
    return Subject("", "grcm", mode=mode, on_roster=on_roster, by_exception=on_roster)


def _conditions() -> Iterator[str]:
    yield "\n## Conditions\n"
    yield "| Word | Allowed when | Otherwise the answer is |"
    yield "|---|---|---|"
    for word, (holds, refusal) in CONDITIONS.items():
        if word not in ("yes", "no"):
            meaning = " ".join((holds.__doc__ or "").split())
            yield f"| `{word}` | {meaning} | `{refusal}` |"


def _body(body: str, title: str) -> Iterator[str]:
    yield f"\n## {title}\n"
    yield f"| Category | {' | '.join(_HEADINGS[column] for column in COLUMNS)} | Source |"
    yield "|---" + "|:-:" * len(COLUMNS) + "|---|"
    for category, name in _CATEGORIES.items():
        rules = [rule for rule in RULES if rule.body == body and rule.category is category]
        cells = " | ".join(_cell(rule) for rule in rules)
        yield f"| {name} | {cells} | {_sources(rules)} |"


def _cell(rule: Rule) -> str:
    words = {"yes": "✓", "no": "–"}
    text = " + ".join(words.get(word, word) for word in rule.conditions)
    return text + ("\\*" if rule.source == "default" else "")


def _sources(rules: list[Rule]) -> str:
    """Each source once, with the columns that rest on it where there is more than one."""
    names = {action: _HEADINGS[column].lower() for column, action in COLUMNS.items()}
    by_source: dict[str, list[str]] = {}
    for rule in rules:
        if rule.source != "default":
            by_source.setdefault(rule.source, []).append(names[rule.action])
    if len(by_source) < 2:
        return "".join(by_source)
    return " · ".join(f"{', '.join(columns)}: {source}" for source, columns in by_source.items())


def _conduct() -> Iterator[str]:
    yield "\n## Acts of conduct\n"
    yield "In any body. Behind a closed door only for somebody who is in the room, except"
    yield "accreditation and showing the room's screen.\n"
    yield "| Action | Who | Source |"
    yield "|---|---|---|"
    for action in Action:
        rules = [rule for rule in RULES if rule.body == ANY_BODY and rule.action is action]
        if rules:
            who = ", ".join(
                _CATEGORIES[rule.category]
                + ("" if rule.conditions == ("yes",) else f" ({_cell(rule)})")
                for rule in rules
            )
            yield f"| `{action}` | {who} | {rules[0].source} |"


def _grants() -> Iterator[str]:
    yield _GRANTS
    for right in get_args(Right):
        served: dict[str, list[str]] = {}
        for body, title in _TITLES.items():
            opened = [name for each, name in _CATEGORIES.items() if _opens(right, body, each)]
            if opened:
                served.setdefault(", ".join(opened), []).append(title)
        for who, titles in served.items():
            yield f"| `{right}` | {' · '.join(titles)} | {who} |"


def _opens(right: Right, body: str, category: Category) -> bool:
    """Whether the grant alone, or on the roster of a closed sitting, opens anything by default."""
    asked = Subject("", "grcm" if body in (CLOSED_DOOR, DRAFTING_GROUP) else body, on_roster=True)
    if body == CLOSED_DOOR:
        asked = replace(asked, mode="closed")
    if body == DRAFTING_GROUP:
        asked = replace(asked, group="drafting")
    with_it, without = _somebody(category, right), _somebody(category)
    capacity = Capacity.INTERPRETER if category is Category.INTERPRETER else Capacity.DELEGATE
    return any(
        may(replace(with_it, capacity=capacity), action, asked, at=_AT).allowed
        and not may(replace(without, capacity=capacity), action, asked, at=_AT).allowed
        for action in COLUMNS.values()
        if action is not Action.DOWNLOAD
    )


def _settings() -> Iterator[str]:
    default = AccessSettings()
    yield "\n## Settings that change a cell\n"
    yield "Set in `forum.toml`, where each has its source. `tests/domain/test_access.py` lists the cells each"
    yield "value changes.\n"
    yield "| Setting | Values | Default |"
    yield "|---|---|---|"
    for field, key in setting_keys().items():
        values = ", ".join(f"`{value}`" for value in SETTINGS[key])
        yield f"| `{key}` | {values} | `{getattr(default, field)}` |"
