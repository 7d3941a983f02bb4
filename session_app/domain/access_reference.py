"""The page `docs/reference/access.md`, made from the access table itself so that it cannot be stale."""

from __future__ import annotations

from collections.abc import Iterator

from .access import (
    ANY_BODY,
    CLOSED_DOOR,
    COLUMNS,
    CONDITIONS,
    DRAFTING_GROUP,
    RULES,
    Action,
    Category,
    Rule,
)
from .forum import SETTINGS, AccessSettings, setting_keys

_TITLES = {
    "viceministers": "Vice-Ministers: plenary",
    CLOSED_DOOR: "Closed door, of any body",
    "grcm": "Regional Consultation Group (GRCM)",
    "network": "Each Network of Liaison Officers",
    "joint_networks": "Joint Networks",
    "adhoc": "Ad hoc group",
    DRAFTING_GROUP: "Drafting group of any session",
}

_OPENING = """\
# Who may do what

Made from `session_app/domain/access.py` by `make docs`; do not edit it here.

Every door asks this table: pages, commands, the delivery of each event, draft updates, downloads,
screens and the command line. What is not allowed here is denied. An answer carries the reason and
the source of the rule it rests on.

- **Open sitting**: the lines of its body. **Members only**: the same lines, but observers, the
  RROCM, guests and the public keep only the knowledge that the session exists and the published
  documents (S003 L220). **Closed door**: the lines of the closed door and its roster, for any body
  (S002 A L20).
- The category follows from delegation and capacity *for that session*. It is looked up for every
  message.
- *Final* is the text once adopted. Before that, to download a text is to read the draft.
- A screen shows the session, the sitting and the agenda. It shows text under negotiation only with
  a grant of the PPT, and before observers only by a setting.
- A trailing `*` marks our default: the sources are silent and the Conference is asked to confirm it.

Sources: S000 *Historial de mecanismos* (1996–2014); S001 *Documento de Santa Fe* (2011); S002
*Coordinación de reuniones*; S003 *CRM 15 años* (2010); S004 Conclusions of the GRCM, San Salvador,
June 2017. `L` is a line of the file.
"""


def render_access() -> str:
    """The whole page as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _OPENING
    yield from _conditions()
    for body, title in _TITLES.items():
        yield from _body(body, title)
    yield from _conduct()
    yield from _settings()


def _conditions() -> Iterator[str]:
    yield "## Conditions\n"
    yield "| Word | Allowed when | Otherwise the answer is |"
    yield "|---|---|---|"
    for word, (holds, refusal) in CONDITIONS.items():
        meaning = " ".join((holds.__doc__ or "").split())
        yield f"| `{word}` | {meaning} | {'' if word == 'yes' else f'`{refusal}`'} |"


def _body(body: str, title: str) -> Iterator[str]:
    yield f"\n## {title}\n"
    yield f"| Category | {' | '.join(COLUMNS)} | Source |"
    yield "|---" * (len(COLUMNS) + 2) + "|"
    for category in Category:
        rules = [rule for rule in RULES if rule.body == body and rule.category is category]
        cells = " | ".join(_cell(rule) for rule in rules)
        yield f"| `{category}` | {cells} | {_sources(rules)} |"


def _cell(rule: Rule) -> str:
    return "+".join(rule.conditions) + ("*" if rule.source == "default" else "")


def _sources(rules: list[Rule]) -> str:
    """Each source once, with the columns that rest on it where there is more than one."""
    names = {action: column for column, action in COLUMNS.items()}
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
                f"`{rule.category}`" + ("" if rule.conditions == ("yes",) else f" ({_cell(rule)})")
                for rule in rules
            )
            yield f"| `{action}` | {who} | {rules[0].source} |"


def _settings() -> Iterator[str]:
    default = AccessSettings()
    yield "\n## Settings that change a cell\n"
    yield "Set in `forum.toml`, where each has its source.\n"
    yield "| Setting | Values | Default |"
    yield "|---|---|---|"
    for field, key in setting_keys().items():
        values = ", ".join(f"`{value}`" for value in SETTINGS[key])
        yield f"| `{key}` | {values} | `{getattr(default, field)}` |"
