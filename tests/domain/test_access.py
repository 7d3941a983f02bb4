"""The access table against the matrix of the Conference, and the overlays the matrix speaks of.

`tests/data/access_matrix.csv` holds what the seeds say, cell by cell. Conditional cells are asked
twice: with the condition absent (denied) and present (allowed).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import combinations, product
from pathlib import Path
from typing import get_args

import pytest
from cases import of_each

from session_app.domain.access import (
    BODIES,
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
    Subject,
    is_shut_out,
    level_of_closed,
    may,
    require,
    writable_languages,
)
from session_app.domain.access_reference import render_access
from session_app.domain.errors import Forbidden
from session_app.domain.forum import SETTINGS, AccessSettings, SittingMode, setting_keys
from session_app.domain.people import Capacity, Grant, Right

NOW = datetime(2017, 6, 21, 15, 30, tzinfo=UTC)
MATRIX = Path(__file__).parents[1] / "data" / "access_matrix.csv"

ALLOWED = {"A", "s+"}
DENIED = {"D", "s-"}
CONTRADICTED = {"X/D"}
CONDITIONAL = {"A°", "I", "P", "sI", "sP", "X/I", "X/sP"}

Cell = tuple[str, Category, Action]


def _cells(body: str, categories: str, actions: str, code: str) -> dict[Cell, str]:
    return {
        (body, Category(category), COLUMNS[action]): code
        for category in categories.split()
        for action in actions.split()
    }


DEPARTURES: dict[Cell, str] = {
    # The Secretariat redrafts on instruction; it works under the PPT's direction throughout, so the
    # instruction is not an act of its own.
    **_cells("grcm", "st", "edit", "A"),
    **_cells("adhoc", "st", "edit", "A"),
    **_cells("drafting", "st", "edit", "A"),
    # "If named; otherwise read only (s+)".
    **_cells("drafting", "delegate", "read", "A"),
    # Drafts to interpreters with the PPT's leave, as the plenary's note has it.
    **_cells("drafting", "interpreter", "read edit", "sP"),
    # Countries that have not joined an ad hoc group: "know, read, not approve".
    **_cells("adhoc", "head", "table edit", "A°"),
    **_cells("adhoc", "delegate", "speak edit", "A°"),
    # Only in the group the RROCM has joined.
    **_cells("adhoc", "rrocm", "table agenda docs read edit", "A°"),
}

CAPACITIES = {
    Category.HEAD: Capacity.HEAD,
    Category.DELEGATE: Capacity.DELEGATE,
    Category.PPT_CHAIR: Capacity.CHAIR,
    Category.PPT_STAFF: Capacity.PPT_STAFF,
    Category.ST: Capacity.STAFF,
    Category.OBSERVER_COUNTRY: Capacity.OBSERVER,
    Category.OBSERVER_ORGANISATION: Capacity.OBSERVER,
    Category.RROCM: Capacity.RROCM,
    Category.GUEST: Capacity.GUEST,
    Category.INTERPRETER: Capacity.INTERPRETER,
    Category.PUBLIC: Capacity.GUEST,
}
RIGHTS: tuple[Right, ...] = get_args(Right)
OBSERVERS = (Category.OBSERVER_COUNTRY, Category.OBSERVER_ORGANISATION)
CONDUCT = set(Action) - set(COLUMNS.values()) - {Action.SEE_ROOM_TEXT}
"""Acts of conduct have lines of their own; seeing what is before the room follows from other lines."""
OUTSIDERS = (*OBSERVERS, Category.RROCM, Category.GUEST, Category.PUBLIC)
OPENED = AccessSettings(
    observers_drafting="authorised",
    grcm_observer_countries="invitation",
    special_participants_closed_door="non_objection",
)
EVERY_SETTING_OPEN = replace(
    OPENED,
    observers_debate="open",
    room_text_to_observers="yes",
    screen_draft_to_observers="yes",
)


def grant(right: Right, *, given: datetime = NOW, **also: object) -> Grant:
    facts = Grant("g", "p", right, "invited by the chair", "chair", given)
    return replace(facts, **also)  # type: ignore[arg-type]


@cache
def actor(category: Category, *rights: Right, drafting: bool = False) -> Actor:
    return Actor(
        person="p",
        name="Somebody",
        category=category,
        capacity=CAPACITIES[category],
        delegation="XXX",
        language="es",
        drafting=drafting,
        grants=tuple(grant(right) for right in rights),
    )


def subject(body: str = "grcm", **also: object) -> Subject:
    """What a line of the matrix is about; `closed_door` and `drafting` are overlays of a body."""
    if body == CLOSED_DOOR:
        also = {"mode": "closed", **also}
    if body == DRAFTING_GROUP:
        also = {"group": "drafting", **also}
    kind = {CLOSED_DOOR: "viceministers", DRAFTING_GROUP: "grcm"}.get(body, body)
    return replace(Subject(session="s", body=kind), **also)  # type: ignore[arg-type]


def absent(cell: Cell, *, on_roster: bool) -> bool:
    """The answer where nothing special holds: no grant, no slot, nobody named."""
    body, category, action = cell
    asked = subject(body, adopted=True, document_class="private", on_roster=on_roster)
    return bool(may(actor(category), action, asked, at=NOW))


def present(cell: Cell, settings: AccessSettings = AccessSettings()) -> bool:  # noqa: B008
    """The answer where every condition holds at once."""
    body, category, action = cell
    asked = subject(
        body,
        adopted=True,
        document_class="public",
        on_roster=True,
        own_slot=True,
        joined=True,
        issued=True,
        language="en",
        settings=settings,
    )
    return bool(may(actor(category, *RIGHTS, drafting=True), action, asked, at=NOW))


def read_matrix() -> dict[Cell, str]:
    with MATRIX.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {
            (row["body"], Category(row["category"]), Action(row["action"])): row["code"]
            for row in rows
        }


@pytest.fixture(scope="module")
def matrix() -> dict[Cell, str]:
    return read_matrix()


def expected(matrix: dict[Cell, str], codes: set[str]) -> Iterator[Cell]:
    return (cell for cell, code in (matrix | DEPARTURES).items() if code in codes)


# The matrix ----------------------------------------------------------------------------------


def test_the_matrix_has_770_cells_and_the_table_one_rule_for_each(
    matrix: dict[Cell, str],
) -> None:
    cells = [
        (rule.body, rule.category, rule.action) for rule in RULES if rule.action in COLUMNS.values()
    ]
    assert len(cells) == len(set(cells)) == len(matrix) == 770
    assert set(cells) == set(matrix)


def test_every_word_of_the_table_is_a_condition_that_says_what_it_means() -> None:
    assert {word for rule in RULES for word in rule.conditions} == set(CONDITIONS)
    assert all(holds.__doc__ for holds, _ in CONDITIONS.values())


def test_what_the_matrix_allows_is_allowed_without_any_condition(matrix: dict[Cell, str]) -> None:
    wrong = [
        cell
        for cell in expected(matrix, ALLOWED)
        if not absent(cell, on_roster=cell[0] == CLOSED_DOOR)
    ]
    assert wrong == []


def test_what_the_matrix_denies_is_denied_whatever_else_holds(matrix: dict[Cell, str]) -> None:
    wrong = [
        cell for cell in expected(matrix, DENIED) if absent(cell, on_roster=True) or present(cell)
    ]
    assert wrong == []


def test_a_conditional_cell_is_denied_without_its_condition(matrix: dict[Cell, str]) -> None:
    wrong = [cell for cell in expected(matrix, CONDITIONAL) if absent(cell, on_roster=False)]
    assert wrong == []


def test_a_conditional_cell_is_allowed_with_its_condition(matrix: dict[Cell, str]) -> None:
    wrong = [cell for cell in expected(matrix, CONDITIONAL) if not present(cell)]
    assert wrong == []


def test_where_the_seeds_contradict_each_other_the_default_denies(matrix: dict[Cell, str]) -> None:
    wrong = [
        cell
        for cell in expected(matrix, CONTRADICTED)
        if absent(cell, on_roster=True) or present(cell)
    ]
    assert wrong == []


def test_where_the_seeds_contradict_each_other_the_setting_allows(matrix: dict[Cell, str]) -> None:
    denied = [cell for cell in expected(matrix, CONTRADICTED) if not present(cell, OPENED)]
    # No setting gives an observer a part in consensus.
    assert denied == [("viceministers", Category.OBSERVER_COUNTRY, Action.APPROVE)]


def test_a_cell_cites_a_seed_exactly_where_the_seeds_speak(matrix: dict[Cell, str]) -> None:
    wrong = []
    for rule in RULES:
        cell = (rule.body, rule.category, rule.action)
        if cell in matrix and (cell not in DEPARTURES):
            silent = matrix[cell].startswith("s")
            if silent != (rule.source == "default"):
                wrong.append((cell, matrix[cell], rule.source))
    assert wrong == []


def test_no_setting_opens_a_draft_to_an_observer_without_the_chairs_signature() -> None:
    for body in (*BODIES, DRAFTING_GROUP, CLOSED_DOOR):
        for category in OUTSIDERS:
            for action in (Action.READ_DRAFT, Action.EDIT_DRAFT):
                asked = subject(body, own_slot=True, on_roster=True, settings=EVERY_SETTING_OPEN)
                assert not may(actor(category), action, asked, at=NOW), (body, category, action)


def test_nobody_may_write_a_draft_who_may_not_read_it() -> None:
    for body in (*BODIES, DRAFTING_GROUP, CLOSED_DOOR):
        for category in Category:
            for rights in ((), ("edit_draft",), ("read_draft",), RIGHTS):
                for settings in (AccessSettings(), EVERY_SETTING_OPEN):
                    person = actor(category, *rights, drafting=True)  # type: ignore[arg-type]
                    asked = subject(body, joined=True, on_roster=True, settings=settings)
                    if may(person, Action.EDIT_DRAFT, asked, at=NOW) and body != CLOSED_DOOR:
                        assert may(person, Action.READ_DRAFT, asked, at=NOW), (
                            body,
                            category,
                            rights,
                        )


# Every cell, in every mode, under every condition ---------------------------------------------

OPEN_LINES = (*sorted(BODIES), DRAFTING_GROUP)
"""The lines of an open sitting: the closed door is the third mode of each, not a body of its own."""
MODES: tuple[SittingMode, ...] = get_args(SittingMode)
KEYS: dict[str, dict[str, object]] = {
    "grant": {},  # every right there is
    "named": {},
    "slot": {"own_slot": True},
    "roster": {"on_roster": True},
    "exception": {"by_exception": True},
    "joined": {"joined": True},
    "issued": {"issued": True},
    "public": {"document_class": "public"},
}
"""Whatever can open a cell to somebody, one by one."""
NO_KEY: frozenset[str] = frozenset()
EVERY_KEY = frozenset(KEYS)
DEFAULTS = AccessSettings()


@cache
def holder(category: Category, keys: frozenset[str]) -> Actor:
    rights = RIGHTS if "grant" in keys else ()
    return actor(category, *rights, drafting="named" in keys)


@cache
def situation(
    body: str, mode: SittingMode, keys: frozenset[str], settings: AccessSettings = DEFAULTS
) -> Subject:
    facts: dict[str, object] = {"document_class": "private", "adopted": True}
    for key in keys:
        facts |= KEYS[key]
    return subject(body, mode=mode, settings=settings, **facts)


@cache
def answer(
    cell: Cell,
    mode: SittingMode,
    keys: frozenset[str],
    settings: AccessSettings = DEFAULTS,
) -> bool:
    body, category, action = cell
    asked = situation(body, mode, keys, settings)
    return may(holder(category, keys), action, asked, at=NOW).allowed


def answers(
    line: str, mode: SittingMode, keys: frozenset[str], settings: AccessSettings = DEFAULTS
) -> dict[Cell, bool]:
    """The answers of a whole line of the table."""
    asked = situation(line, mode, keys, settings)
    return {
        (line, category, action): may(holder(category, keys), action, asked, at=NOW).allowed
        for category in Category
        for action in COLUMNS.values()
    }


def every_cell(*lines: str) -> Iterator[Cell]:
    return product(lines, Category, COLUMNS.values())


def reading_of(codes: dict[Cell, str], cell: Cell, mode: SittingMode, *, met: bool) -> bool:
    """What the matrix says of a cell in a mode, with every condition met or none, in its own words."""
    _, category, action = cell
    outside = action in (Action.KNOW, Action.DOWNLOAD)
    if mode == "members" and category in OUTSIDERS and not outside:
        return False  # S003 L220
    code = codes[CLOSED_DOOR, category, action] if mode == "closed" else codes[cell]
    if code in DENIED | CONTRADICTED:
        return False
    if mode == "closed" and not outside and category is not Category.PPT_CHAIR:
        return met  # "únicamente": nobody but the roster (S002 A L20)
    return met or code in ALLOWED


def test_every_cell_answers_as_the_matrix_says_in_every_mode_with_its_condition_and_without(
    matrix: dict[Cell, str],
) -> None:
    codes = matrix | DEPARTURES
    wrong = [
        (cell, mode, met)
        for mode in MODES
        for cell in every_cell(*OPEN_LINES)
        for met, keys in ((False, NO_KEY), (True, EVERY_KEY))
        if answer(cell, mode, keys) is not reading_of(codes, cell, mode, met=met)
    ]
    assert wrong == []


WHAT_OPENS = """
viceministers
    grant   ppt_staff table; observer_country speak table; observer_organisation speak table
    grant   rrocm table; guest attend speak agenda docs; interpreter docs read
    slot    delegate speak; observer_country speak; observer_organisation speak; rrocm attend speak
    issued  observer_country agenda docs
    named   head edit; delegate edit
grcm
    grant   ppt_staff table; observer_organisation speak table
    grant   guest attend speak agenda docs; interpreter docs read
    slot    observer_organisation speak; rrocm attend speak
    named   head edit; delegate edit
network
    grant   ppt_staff table; observer_country attend speak agenda docs
    grant   observer_organisation attend speak agenda docs
    grant   guest attend speak agenda docs; interpreter docs read
    slot    rrocm attend speak
    named   head edit; delegate edit
joint_networks
    grant   ppt_staff table; observer_country attend speak agenda docs
    grant   observer_organisation attend speak agenda docs; rrocm attend speak
    grant   guest attend speak agenda docs; interpreter docs read
    named   head edit; delegate edit
adhoc
    grant   observer_country attend speak agenda docs
    grant   observer_organisation attend speak agenda docs
    grant   guest attend speak agenda docs; interpreter docs read
    joined  head attend speak table edit approve; delegate attend speak edit
    joined  rrocm know attend speak table agenda docs read edit
drafting
    grant   interpreter read edit
    named   head attend speak edit; delegate attend speak edit
closed_door
    roster  head attend speak table agenda docs read edit approve
    roster  delegate attend agenda docs read; ppt_staff attend agenda docs read
    roster+grant      st agenda docs read edit; interpreter attend
    roster+exception  interpreter attend
"""
"""Body by body what opens a cell that is shut by itself: nothing else does, and never anything more.
A text classed public is open to everybody, in any body."""


def read_what_opens() -> dict[Cell, set[frozenset[str]]]:
    opening: dict[Cell, set[frozenset[str]]] = {}
    body = ""
    for line in filter(None, WHAT_OPENS.splitlines()):
        if not line.startswith(" "):
            body = line
            continue
        keys, _, cells = line.strip().partition(" ")
        for part in cells.split(";"):
            category, *columns = part.split()
            for column in columns:
                cell = (body, Category(category), COLUMNS[column])
                opening.setdefault(cell, set()).add(frozenset(keys.split("+")))
    for body, category in product((*OPEN_LINES, CLOSED_DOOR), (*OUTSIDERS, Category.INTERPRETER)):
        opening[body, category, Action.DOWNLOAD] = {frozenset({"public"})}
    return opening


def test_each_conditional_cell_is_opened_by_what_is_written_down_and_by_nothing_else() -> None:
    found: dict[Cell, set[frozenset[str]]] = {}
    for cell in every_cell(*OPEN_LINES, CLOSED_DOOR):
        mode: SittingMode = "closed" if cell[0] == CLOSED_DOOR else "open"
        if answer(cell, mode, NO_KEY) or not answer(cell, mode, EVERY_KEY):
            continue
        for keys in (frozenset(some) for size in (1, 2) for some in combinations(KEYS, size)):
            less = any(smaller < keys for smaller in found.get(cell, ()))
            if not less and answer(cell, mode, keys):
                found.setdefault(cell, set()).add(keys)
    assert found == read_what_opens()


def test_what_the_chair_gives_can_only_open() -> None:
    shut = []
    for mode, line in product(MODES, OPEN_LINES):
        opened = answers(line, mode, EVERY_KEY)
        for key in KEYS:
            without = answers(line, mode, EVERY_KEY - {key})
            shut += [(cell, mode, key) for cell in opened if without[cell] and not opened[cell]]
    assert shut == []


# Settings: which one changes which cell -------------------------------------------------------

MOST_OPEN = replace(
    DEFAULTS,
    observers_drafting="authorised",
    observers_debate="open",
    grcm_observer_countries="yes",
    agenda_preview_to="observer_countries_too",
    special_participants_closed_door="non_objection",
    room_text_to_observers="yes",
    screen_draft_to_observers="yes",
)
CHANGED_BY: dict[str, dict[str, str]] = {
    # Setting and value: the line, the category and the columns it opens (+) or shuts (-), and whether
    # with its condition met (with), without any (without) or in either case (always).
    "observers.drafting = authorised": {
        "viceministers observer_country": "+ with: read edit",
        "viceministers observer_organisation": "+ with: read edit",
        "grcm observer_organisation": "+ with: read edit",
        "drafting observer_country": "+ with: attend speak read edit",
        "drafting observer_organisation": "+ with: read edit",
    },
    "observers.rule_scope = countries": {
        # Only where observers are authorised to draft at all.
        "viceministers observer_organisation": "- with: read edit",
        "grcm observer_organisation": "- with: read edit",
        "drafting observer_organisation": "- with: read edit",
    },
    "observers.debate = open": {
        "viceministers observer_country": "+ without: speak",
        "viceministers observer_organisation": "+ without: speak",
        "grcm observer_organisation": "+ without: speak",
    },
    "grcm.observer_countries = invitation": {"grcm observer_country": "+ with: attend"},
    "grcm.observer_countries = yes": {"grcm observer_country": "+ always: attend"},
    "grcm.observer_orgs = slots": {"grcm observer_organisation": "- without: attend"},
    "grcm.rrocm_slot = no": {"grcm rrocm": "- with: attend speak"},
    "agenda.preview_to = observer_countries_too": {
        "viceministers observer_country": "+ without: agenda docs"
    },
    "special_participants.closed_door = non_objection": {
        "closed_door guest": "+ with: attend speak"
    },
    "room.text_to_observers = yes": {},  # of the paragraph before the room alone: see below
    "screen.draft_to_observers = yes": {},  # of screens, which are no category: see below
}


@cache
def answers_under(settings: AccessSettings) -> dict[Cell, list[bool]]:
    """What a forum answers in every cell, without any condition met and with all of them."""
    found: dict[Cell, list[bool]] = {}
    for line, keys in product((*OPEN_LINES, CLOSED_DOOR), (NO_KEY, EVERY_KEY)):
        mode: SittingMode = "closed" if line == CLOSED_DOOR else "open"
        for cell, allowed in answers(line, mode, keys, settings).items():
            found.setdefault(cell, []).append(allowed)
    return found


def differences(default: AccessSettings, changed: AccessSettings) -> dict[str, str]:
    """Where two forums answer differently, line by line, in the words of `CHANGED_BY`."""
    found: dict[str, str] = {}
    one, other = answers_under(default), answers_under(changed)
    for line, category in product((*OPEN_LINES, CLOSED_DOOR), Category):
        columns: dict[tuple[str, str], list[str]] = {}
        for column, action in COLUMNS.items():
            before, after = (each[line, category, action] for each in (one, other))
            if before != after:
                sign = "+" if after > before else "-"
                differs = tuple(a is not b for a, b in zip(before, after, strict=True))
                when = {(True, True): "always", (True, False): "without"}.get(differs, "with")
                columns.setdefault((sign, when), []).append(column)
        for (sign, when), names in columns.items():
            found[f"{line} {category}"] = f"{sign} {when}: {' '.join(names)}"
    return found


def test_no_setting_opens_a_members_only_sitting() -> None:
    changed = [
        (cell, keys)
        for cell in every_cell(*OPEN_LINES)
        for keys in (NO_KEY, EVERY_KEY)
        if answer(cell, "members", keys) != answer(cell, "members", keys, MOST_OPEN)
    ]
    assert changed == []


def test_each_value_of_each_setting_changes_the_cells_written_down_and_no_other() -> None:
    values = {
        f"{key} = {value}": (field, value)
        for field, key in setting_keys().items()
        for value in SETTINGS[key]
        if value != getattr(DEFAULTS, field)
    }
    assert values.keys() == CHANGED_BY.keys()
    for said, (field, value) in values.items():
        alone = differences(DEFAULTS, replace(DEFAULTS, **{field: value}))  # type: ignore[arg-type]
        without = replace(MOST_OPEN, **{field: getattr(DEFAULTS, field)})
        among_others = differences(without, replace(without, **{field: value}))  # type: ignore[arg-type]
        assert among_others == CHANGED_BY[said], said
        assert alone == ({} if "rule_scope" in said else CHANGED_BY[said]), said


def test_no_setting_changes_an_act_of_conduct_or_a_level_of_the_closed_part() -> None:
    for category, on_roster in product(Category, (False, True)):
        person = actor(category)
        answers = {
            (
                *(may(person, action, asked, at=NOW).allowed for action in Action),
                level_of_closed(person, asked, at=NOW),
            )
            for settings in (DEFAULTS, MOST_OPEN)
            for asked in [subject("network", mode="closed", on_roster=on_roster, settings=settings)]
        }
        assert len(answers) == 1, category


# The closed part: how much of it reaches whom --------------------------------------------------

NOTHING, EXISTS, SCHEDULED, CONTENT = Level
LEVELS = {
    #                                off the roster  on it
    Category.HEAD:                  (SCHEDULED,      CONTENT),
    Category.DELEGATE:              (SCHEDULED,      CONTENT),
    Category.PPT_CHAIR:             (CONTENT,        CONTENT),
    Category.PPT_STAFF:             (SCHEDULED,      CONTENT),
    Category.ST:                    (SCHEDULED,      SCHEDULED),  # per item, by a grant as well
    Category.OBSERVER_COUNTRY:      (EXISTS,         EXISTS),
    Category.OBSERVER_ORGANISATION: (EXISTS,         EXISTS),
    Category.RROCM:                 (EXISTS,         EXISTS),
    Category.GUEST:                 (EXISTS,         EXISTS),
    Category.INTERPRETER:           (EXISTS,         EXISTS),
    Category.PUBLIC:                (NOTHING,        NOTHING),
}  # fmt: skip


def test_each_category_sees_exactly_its_level_of_the_closed_part_whatever_the_sitting() -> None:
    for line, mode, (category, levels) in product(OPEN_LINES, MODES, LEVELS.items()):
        for on_roster, level in zip((False, True), levels, strict=True):
            asked = subject(line, mode=mode, on_roster=on_roster)
            assert level_of_closed(actor(category), asked, at=NOW) is level, (line, mode, category)


def test_the_secretariat_sees_the_closed_part_only_on_the_roster_and_invited() -> None:
    invited = actor(Category.ST, "see_agenda")
    asked = subject(CLOSED_DOOR)
    assert level_of_closed(invited, asked, at=NOW) is SCHEDULED
    assert level_of_closed(invited, replace(asked, on_roster=True), at=NOW) is CONTENT


def test_a_screen_is_told_no_more_of_the_closed_part_than_that_it_exists() -> None:
    for audience in ("members", "observers"):
        shown = screen(*RIGHTS, audience=audience)
        asked = subject(CLOSED_DOOR, on_roster=True)
        assert level_of_closed(shown, asked, at=NOW) is EXISTS


SHUT_OUT = {
    #                                members: off  on     closed: off  on     by an exception
    Category.HEAD:                  (False,       False,         True, False, False),
    Category.DELEGATE:              (False,       False,         True, False, False),
    Category.PPT_CHAIR:             (False,       False,        False, False, False),
    Category.PPT_STAFF:             (False,       False,         True, False, False),
    Category.ST:                    (False,       False,         True, True,  True),
    Category.OBSERVER_COUNTRY:      (True,        True,          True, True,  True),
    Category.OBSERVER_ORGANISATION: (True,        True,          True, True,  True),
    Category.RROCM:                 (True,        True,          True, True,  True),
    Category.GUEST:                 (True,        True,          True, True,  True),
    Category.INTERPRETER:           (False,       False,         True, True,  False),
    Category.PUBLIC:                (True,        True,          True, True,  True),
}  # fmt: skip
"""The Secretariat's exception opens item by item, by a grant; a guest's needs the setting as well."""


def test_the_door_keeps_out_these_and_lets_in_those() -> None:
    standings = (
        ("members", {}),
        ("members", {"on_roster": True}),
        ("closed", {}),
        ("closed", {"on_roster": True}),
        ("closed", {"on_roster": True, "by_exception": True}),
    )
    for line, (category, expected) in product(OPEN_LINES, SHUT_OUT.items()):
        found = tuple(
            is_shut_out(actor(category), subject(line, mode=mode, joined=True, **also), at=NOW)
            for mode, also in standings
        )
        assert found == expected, (line, category)
        assert not is_shut_out(actor(category), subject(line), at=NOW)


def test_an_exception_at_the_closed_door_opens_no_other_sitting() -> None:
    guest = actor(Category.GUEST)
    for line in OPEN_LINES:
        asked = subject(line, on_roster=True, by_exception=True, settings=OPENED)
        assert not may(guest, Action.ATTEND, asked, at=NOW), line
    assert may(guest, Action.ATTEND, replace(asked, mode="closed"), at=NOW)


# Deny by default -----------------------------------------------------------------------------


def test_a_body_the_table_does_not_know_is_denied_to_everybody() -> None:
    for category in Category:
        for action in Action:
            decision = may(actor(category, *RIGHTS), action, subject("banquet"), at=NOW)
            assert (decision.allowed, decision.reason) == (False, "access.no_rule")


def test_a_refusal_carries_its_reason_and_the_seed_it_rests_on() -> None:
    asked = subject("grcm", group="drafting")
    decision = may(actor(Category.DELEGATE), Action.EDIT_DRAFT, asked, at=NOW)
    assert decision.reason == "access.not_drafting_representative"
    assert decision.source == "S002 B L34"


def test_require_raises_forbidden_with_the_reason() -> None:
    with pytest.raises(Forbidden) as caught:
        require(PUBLIC_ACTOR, Action.READ_DRAFT, subject("grcm"), at=NOW)
    assert caught.value.code == "access.denied"
    assert caught.value.params["action"] == "draft:read"


def test_require_is_silent_where_the_person_may() -> None:
    require(actor(Category.PPT_CHAIR), Action.READ_DRAFT, subject("grcm"), at=NOW)


def test_somebody_not_signed_in_knows_that_open_meetings_exist_and_nothing_else() -> None:
    for action in Action:
        allowed = may(PUBLIC_ACTOR, action, subject("grcm"), at=NOW).allowed
        assert allowed is (action is Action.KNOW), action
    assert not may(PUBLIC_ACTOR, Action.KNOW, subject("network"), at=NOW)


# Grants --------------------------------------------------------------------------------------


def test_a_grant_counts_from_when_it_is_given_until_it_is_withdrawn() -> None:
    hour = timedelta(hours=1)
    person = replace(
        actor(Category.GUEST), grants=(grant("attend", given=NOW, withdrawn_at=NOW + hour),)
    )
    answers = [
        may(person, Action.ATTEND, subject("grcm"), at=at).allowed
        for at in (NOW - hour, NOW, NOW + hour / 2, NOW + hour)
    ]
    assert answers == [False, True, True, False]


def test_a_grant_opens_only_the_right_it_names() -> None:
    invited = actor(Category.GUEST, "attend")
    assert may(invited, Action.ATTEND, subject("grcm"), at=NOW)
    assert not may(invited, Action.SPEAK, subject("grcm"), at=NOW)


def test_a_grant_that_does_not_count_is_as_good_as_none() -> None:
    hour = timedelta(hours=1)
    useless: list[dict[str, object]] = [
        {"given_at": NOW + hour},
        {"withdrawn_at": NOW},
        {"until": NOW},
        {"until": NOW + hour, "withdrawn_at": NOW - hour},
        {"item": "another item"},
        {"draft": "another text"},
    ]
    useful: list[dict[str, object]] = [
        {},
        {"until": NOW + hour},
        {"withdrawn_at": NOW + hour},
        {"item": "this item"},
        {"draft": "this text"},
        {"item": "this item", "draft": "this text", "until": NOW + hour},
    ]
    for category in Category:
        bare = holder(category, EVERY_KEY - {"grant"})
        full = holder(category, EVERY_KEY)
        holders = [
            (replace(bare, grants=tuple(grant(right, **facts) for right in RIGHTS)), as_good_as)
            for kind, as_good_as in ((useless, bare), (useful, full))
            for facts in kind
        ]
        for line, mode, action in product(OPEN_LINES, MODES, COLUMNS.values()):
            here = situation(line, mode, EVERY_KEY, OPENED)
            asked = replace(here, item="this item", draft="this text")
            answers = {
                each.grants: may(each, action, asked, at=NOW).allowed for each in (bare, full)
            }
            for person, as_good_as in holders:
                found = may(person, action, asked, at=NOW).allowed
                assert found is answers[as_good_as.grants], (line, mode, category, action)


def test_of_several_grants_one_that_counts_is_enough() -> None:
    grants = (grant("attend", withdrawn_at=NOW), grant("attend"), grant("attend", item="other"))
    person = replace(actor(Category.GUEST), grants=grants)
    assert may(person, Action.ATTEND, subject("grcm"), at=NOW)


# The mode of the sitting ---------------------------------------------------------------------


def test_a_members_only_sitting_keeps_members_secretariat_and_interpreters() -> None:
    members_only = subject("grcm", mode="members", own_slot=True)
    for category in Category:
        there = may(actor(category, *RIGHTS), Action.ATTEND, members_only, at=NOW).allowed
        assert there is (category not in OUTSIDERS), category


def test_outsiders_of_a_members_only_sitting_keep_its_existence_and_published_documents() -> None:
    members_only = subject("grcm", mode="members", adopted=True, document_class="public")
    for category in OUTSIDERS:
        allowed = {
            action
            for action in Action
            if may(actor(category, *RIGHTS), action, members_only, at=NOW)
        }
        assert allowed == {Action.KNOW, Action.DOWNLOAD}, category


def test_a_closed_door_is_the_same_for_every_body_and_its_drafting_group() -> None:
    for category in Category:
        for action in COLUMNS.values():
            answers = {
                may(
                    actor(category, *RIGHTS, drafting=True),
                    action,
                    Subject("s", body, group, mode="closed", on_roster=True, adopted=True),
                    at=NOW,
                )
                for body in BODIES
                for group in (None, "drafting")
            }
            assert len(answers) == 1, (category, action)


def test_behind_a_closed_door_a_head_off_the_roster_has_nothing_of_its_content() -> None:
    closed = subject(CLOSED_DOOR, adopted=True)
    allowed = {a for a in Action if may(actor(Category.HEAD, *RIGHTS), a, closed, at=NOW)}
    assert allowed == {Action.KNOW, Action.DOWNLOAD}


def test_the_chair_presides_behind_a_closed_door_without_standing_on_the_roster() -> None:
    closed = subject(CLOSED_DOOR)
    for action in (Action.ATTEND, Action.READ_DRAFT, Action.MANAGE_SITTING, Action.ADOPT):
        assert may(actor(Category.PPT_CHAIR), action, closed, at=NOW), action


def test_the_secretariat_runs_nothing_behind_a_closed_door_but_accreditation_and_screens() -> None:
    closed = subject("grcm", mode="closed", on_roster=True)
    allowed = {a for a in CONDUCT if may(actor(Category.ST, *RIGHTS), a, closed, at=NOW)}
    assert allowed == {Action.ACCREDIT, Action.SHOW_SCREEN, Action.SET_UP}


def test_observers_of_a_closed_door_know_only_that_it_exists() -> None:
    closed = subject("grcm", mode="closed", on_roster=True, own_slot=True, issued=True)
    for category in (*OBSERVERS, Category.RROCM, Category.GUEST):
        allowed = {a for a in Action if may(actor(category, *RIGHTS), a, closed, at=NOW)}
        assert allowed == {Action.KNOW}, category


# Acts of conduct -----------------------------------------------------------------------------

CHAIR, STAFF, ST = Category.PPT_CHAIR, Category.PPT_STAFF, Category.ST


CONDUCTED_BY: tuple[tuple[Action, set[Category]], ...] = (
    (Action.MANAGE_SITTING, {CHAIR}),
    (Action.MANAGE_DOOR, {CHAIR}),
    (Action.MANAGE_AGENDA, {CHAIR, ST}),
    (Action.ADVANCE_AGENDA, {CHAIR}),
    (Action.MANAGE_FLOOR, {CHAIR}),
    (Action.MARK_ATTENDANCE, {CHAIR, ST}),
    (Action.GIVE_GRANTS, {CHAIR}),
    (Action.ACCREDIT, {CHAIR, ST}),
    (Action.MARK_PARAGRAPH, {CHAIR, STAFF, ST}),
    (Action.DECIDE, {CHAIR}),
    (Action.SEE_POSITIONS, {Category.HEAD, Category.DELEGATE, CHAIR, STAFF, ST}),
    (Action.ADOPT, {CHAIR}),
    (Action.SHOW_SCREEN, {CHAIR, ST}),
    (Action.READ_RECORD, {CHAIR, ST}),
    (Action.IMPORT_DRAFT, {CHAIR, ST}),
    (Action.MANAGE_DOCUMENTS, {CHAIR, ST}),
    (Action.SET_UP, {ST}),
    (Action.PUBLISH, {CHAIR}),
)


@of_each("action, who", CONDUCTED_BY)
def test_an_act_of_conduct_belongs_to_these_and_to_nobody_else(
    action: Action, who: set[Category]
) -> None:
    for body in BODIES:
        for group in (None, "drafting"):
            asked = Subject("s", body, group)  # type: ignore[arg-type]
            allowed = {
                c for c in Category if may(actor(c, *RIGHTS, drafting=True), action, asked, at=NOW)
            }
            assert allowed == who, (body, group)


def test_the_secretariat_conducts_only_what_is_delegated_and_never_the_door_exceptions_or_adoption() -> (
    None
):
    mine, delegated = actor(ST, *RIGHTS), Subject("s", "grcm", delegated=True)
    conduct = {
        Action.MANAGE_SITTING,
        Action.ADVANCE_AGENDA,
        Action.MANAGE_FLOOR,
        Action.DECIDE,
    }
    gained = {
        action
        for action in Action
        if may(mine, action, delegated, at=NOW)
        and not may(mine, action, replace(delegated, delegated=False), at=NOW)
    }
    assert gained == conduct
    for category in set(Category) - {ST}:
        for action in Action:
            answers = {
                bool(
                    may(actor(category, *RIGHTS), action, replace(delegated, delegated=on), at=NOW)
                )
                for on in (True, False)
            }
            assert len(answers) == 1, (category, action)


def test_every_act_of_conduct_has_its_line_above() -> None:
    assert {action for action, _ in CONDUCTED_BY} == CONDUCT


# Who writes which language -------------------------------------------------------------------

GROUP = subject("drafting", origin="es")


@of_each(
    "person, languages",
    [
        (actor(Category.DELEGATE, drafting=True), {"es", "en"}),
        (actor(Category.HEAD, drafting=True), {"es", "en"}),
        (actor(Category.PPT_CHAIR), {"es", "en"}),
        (actor(Category.PPT_STAFF), {"es", "en"}),
        (actor(Category.ST), {"es", "en"}),
        (actor(Category.DELEGATE), set()),
        (actor(Category.INTERPRETER), set()),
        (actor(Category.INTERPRETER, "edit_draft"), set()),
        (actor(Category.INTERPRETER, "read_draft"), {"en"}),
        (actor(Category.OBSERVER_ORGANISATION, "edit_draft", "read_draft", drafting=True), set()),
        (PUBLIC_ACTOR, set()),
    ],
)
def test_the_languages_a_person_writes_in_the_drafting_group(
    person: Actor, languages: set[str]
) -> None:
    assert writable_languages(person, GROUP, at=NOW) == languages


def test_an_interpreter_of_an_english_draft_writes_spanish() -> None:
    person = actor(Category.INTERPRETER, "read_draft")
    assert writable_languages(person, replace(GROUP, origin="en"), at=NOW) == {"es"}


def test_an_interpreter_may_not_touch_the_language_of_origin() -> None:
    person = actor(Category.INTERPRETER, "read_draft")
    assert may(person, Action.EDIT_DRAFT, replace(GROUP, language="en"), at=NOW)
    refused = may(person, Action.EDIT_DRAFT, replace(GROUP, language="es"), at=NOW)
    assert refused.reason == "access.other_language_only"


def test_an_interpreter_without_the_chairs_leave_does_not_read_the_draft() -> None:
    refused = may(actor(Category.INTERPRETER), Action.READ_DRAFT, GROUP, at=NOW)
    assert refused.reason == "access.needs_authorisation"


def test_technical_staff_with_leave_to_read_still_write_nothing() -> None:
    person = replace(actor(Category.INTERPRETER, *RIGHTS), capacity=Capacity.TECHNICAL)
    assert may(person, Action.READ_DRAFT, GROUP, at=NOW)
    assert writable_languages(person, GROUP, at=NOW) == frozenset()


def test_a_delegate_who_is_not_named_reads_what_the_group_drafts() -> None:
    assert may(actor(Category.DELEGATE), Action.READ_DRAFT, GROUP, at=NOW)


# Documents -----------------------------------------------------------------------------------


def test_to_download_a_text_that_is_not_adopted_is_to_read_the_draft() -> None:
    for category in Category:
        draft = subject("grcm", document_class="public", adopted=False)
        read = may(actor(category), Action.READ_DRAFT, draft, at=NOW)
        assert may(actor(category), Action.DOWNLOAD, draft, at=NOW) == read, category


def test_a_document_without_a_class_is_private() -> None:
    for category in OUTSIDERS:
        unclassed = subject("grcm", adopted=True)
        assert not may(actor(category), Action.DOWNLOAD, unclassed, at=NOW)
        public = replace(unclassed, document_class="public")
        assert may(actor(category), Action.DOWNLOAD, public, at=NOW)


# Screens -------------------------------------------------------------------------------------


def screen(*rights: Right, **also: object) -> Actor:
    base = replace(actor(Category.INTERPRETER, *rights), capacity=Capacity.SCREEN)
    return replace(base, **also)  # type: ignore[arg-type]


def test_a_screen_shows_the_session_the_sitting_and_the_agenda() -> None:
    allowed = {action for action in Action if may(screen(), action, subject("grcm"), at=NOW)}
    assert allowed == {Action.KNOW, Action.ATTEND, Action.SEE_AGENDA, Action.SHOW_SCREEN}


def test_a_screen_before_members_also_shows_the_paragraph_before_the_room_and_no_other() -> None:
    before_members = screen(audience="members")
    assert may(before_members, Action.SEE_ROOM_TEXT, GROUP, at=NOW)
    assert may(before_members, Action.SEE_ROOM_TEXT, replace(GROUP, mode="members"), at=NOW)
    assert not may(before_members, Action.READ_DRAFT, GROUP, at=NOW)


def test_a_screen_before_observers_shows_what_is_before_the_room_by_its_own_setting() -> None:
    for room, shown in product(("no", "yes"), ("no", "yes")):
        settings = AccessSettings(room_text_to_observers=room, screen_draft_to_observers=shown)  # type: ignore[arg-type]
        asked = replace(GROUP, settings=settings)
        assert may(screen(), Action.SEE_ROOM_TEXT, asked, at=NOW).allowed is (shown == "yes")


def test_no_screen_shows_what_is_before_the_room_behind_a_closed_door() -> None:
    closed = replace(GROUP, mode="closed", on_roster=True, by_exception=True)
    asked = replace(closed, settings=EVERY_SETTING_OPEN)
    for audience in ("members", "observers"):
        shown = screen(*RIGHTS, audience=audience)
        assert not may(shown, Action.SEE_ROOM_TEXT, asked, at=NOW), audience


# The paragraph before the room ---------------------------------------------------------------


def test_whoever_may_read_the_text_sees_the_paragraph_before_the_room() -> None:
    for line, mode, category, keys in product(OPEN_LINES, MODES, Category, (NO_KEY, EVERY_KEY)):
        asked = replace(situation(line, mode, keys), group="drafting")
        person = holder(category, keys)
        reads = may(person, Action.READ_DRAFT, asked, at=NOW)
        assert may(person, Action.SEE_ROOM_TEXT, asked, at=NOW) == reads, (line, mode, category)


def test_others_who_attend_see_it_only_where_the_forum_says_so_and_never_behind_a_closed_door() -> (
    None
):
    shown = replace(DEFAULTS, room_text_to_observers="yes")
    for line, mode, category, keys in product(sorted(BODIES), MODES, Category, (NO_KEY, EVERY_KEY)):
        here = situation(line, mode, keys, shown)
        person = holder(category, keys)
        reads = may(person, Action.READ_DRAFT, replace(here, group="drafting"), at=NOW).allowed
        attends = may(person, Action.ATTEND, here, at=NOW).allowed and mode != "closed"
        asked = replace(here, group="drafting")
        sees = may(person, Action.SEE_ROOM_TEXT, asked, at=NOW).allowed
        assert sees is (reads or attends), (line, mode, category, keys)


def test_a_screen_before_members_shows_text_only_with_the_chairs_leave() -> None:
    assert not may(screen(audience="members"), Action.READ_DRAFT, GROUP, at=NOW)
    assert may(screen("read_draft", audience="members"), Action.READ_DRAFT, GROUP, at=NOW)


def test_a_screen_before_observers_shows_no_text_unless_the_forum_says_so() -> None:
    refused = may(screen("read_draft"), Action.READ_DRAFT, GROUP, at=NOW)
    assert refused.reason == "access.not_on_a_screen"
    settings = AccessSettings(screen_draft_to_observers="yes")
    assert may(screen("read_draft"), Action.READ_DRAFT, replace(GROUP, settings=settings), at=NOW)


def test_a_screen_never_writes_and_holds_no_papers() -> None:
    person = screen(*RIGHTS, audience="members")
    assert writable_languages(person, GROUP, at=NOW) == frozenset()
    assert not may(person, Action.SEE_DOCUMENTS, subject("grcm"), at=NOW)


def test_a_screen_before_observers_goes_dark_in_a_members_only_sitting() -> None:
    members_only = subject("grcm", mode="members")
    assert not may(screen(audience="observers"), Action.SEE_AGENDA, members_only, at=NOW)
    assert may(screen(audience="members"), Action.SEE_AGENDA, members_only, at=NOW)
    assert may(screen(audience="observers"), Action.SHOW_SCREEN, members_only, at=NOW)


# Settings ------------------------------------------------------------------------------------


def test_observers_draft_only_by_setting_and_signature_together() -> None:
    allowed = replace(GROUP, settings=AccessSettings(observers_drafting="authorised"))
    for category in OBSERVERS:
        assert not writable_languages(actor(category, "edit_draft"), GROUP, at=NOW)
        assert not writable_languages(actor(category, "read_draft"), allowed, at=NOW)
        assert writable_languages(actor(category, "edit_draft"), allowed, at=NOW) == {"es", "en"}


def test_an_authorisation_written_for_countries_does_not_cover_organisations() -> None:
    settings = AccessSettings(observers_drafting="authorised", observers_rule_scope="countries")
    asked = replace(GROUP, settings=settings)
    person = actor(Category.OBSERVER_ORGANISATION, "edit_draft")
    assert not may(person, Action.EDIT_DRAFT, asked, at=NOW)


def test_observer_countries_stay_out_of_the_grcm_unless_the_forum_invites_them() -> None:
    invited = actor(Category.OBSERVER_COUNTRY, "attend")
    for value, plain, with_grant in (("no", 0, 0), ("invitation", 0, 1), ("yes", 1, 1)):
        settings = AccessSettings(grcm_observer_countries=value)  # type: ignore[arg-type]
        asked = subject("grcm", settings=settings)
        assert may(actor(Category.OBSERVER_COUNTRY), Action.ATTEND, asked, at=NOW).allowed == plain
        assert may(invited, Action.ATTEND, asked, at=NOW).allowed == with_grant


def test_organisations_may_be_limited_to_their_slots_at_the_grcm() -> None:
    asked = subject("grcm", settings=AccessSettings(grcm_observer_orgs="slots"))
    person = actor(Category.OBSERVER_ORGANISATION)
    assert not may(person, Action.ATTEND, asked, at=NOW)
    assert may(person, Action.ATTEND, replace(asked, own_slot=True), at=NOW)


def test_the_rrocm_has_no_slot_at_the_grcm_where_the_forum_gives_none() -> None:
    asked = subject("grcm", own_slot=True, settings=AccessSettings(grcm_rrocm_slot="no"))
    assert not may(actor(Category.RROCM), Action.SPEAK, asked, at=NOW)


def test_observers_join_the_debate_where_the_forum_opens_it() -> None:
    asked = subject("grcm", settings=AccessSettings(observers_debate="open"))
    assert may(actor(Category.OBSERVER_ORGANISATION), Action.SPEAK, asked, at=NOW)


def test_observer_countries_see_a_preliminary_agenda_only_where_it_is_sent_to_them() -> None:
    person = actor(Category.OBSERVER_COUNTRY)
    asked = subject("viceministers")
    assert not may(person, Action.SEE_AGENDA, asked, at=NOW)
    settings = AccessSettings(agenda_preview_to="observer_countries_too")
    assert may(person, Action.SEE_AGENDA, replace(asked, settings=settings), at=NOW)


# The reference page --------------------------------------------------------------------------


@cache
def sections() -> dict[str, list[list[str]]]:
    """The page's tables by heading, row by row without their heads."""
    tables: dict[str, list[list[str]]] = {}
    for part in render_access().split("\n## ")[1:]:
        title, *lines = part.splitlines()
        rows = [line[2:-2].split(" | ") for line in lines if line.startswith("| ")]
        tables[title] = rows[1:]
    return tables


def test_the_reference_page_shows_every_cell_condition_act_and_setting() -> None:
    tables = sections()
    bodies = [rows for rows in tables.values() if len(rows) == 11 and len(rows[0]) == 12]
    assert sum(len(row) - 2 for rows in bodies for row in rows) == 770
    words = {row[0].strip("`") for row in tables["Conditions"]}
    assert words == set(CONDITIONS) - {"yes", "no"}
    assert {row[0].strip("`") for row in tables["Acts of conduct"]} == CONDUCT
    assert len(tables["Settings that change a cell"]) == len(setting_keys())
    assert len(tables["The mode of the sitting"]) == len(MODES)


def test_the_reference_page_says_a_cell_in_a_mark_or_in_words_it_explains() -> None:
    explained = {"✓", "–", *CONDITIONS}
    for title, rows in sections().items():
        for row in rows if rows and len(rows[0]) == 12 else ():
            for cell in row[1:-1]:
                assert set(cell.removesuffix("\\*").split(" + ")) <= explained, (title, cell)


def test_a_cell_that_is_our_own_default_is_marked_on_the_reference_page() -> None:
    head, *_ = sections()["Regional Consultation Group (GRCM)"]
    assert head[:9] == ["Head of delegation", *"✓✓✓", *["✓\\*"] * 4, "named"]


def test_the_reference_page_has_the_levels_of_the_closed_part_as_the_table_answers_them() -> None:
    told = {"nothing": NOTHING, "exists": EXISTS, "is scheduled": SCHEDULED, "content": CONTENT}
    rows = sections()["The closed part, category by category"]
    assert [(told[row[1]], told[row[2]]) for row in rows] == list(LEVELS.values())
    assert [tuple(cell == "kept out" for cell in row[3:]) for row in rows] == [
        (members, off, excepted) for members, _, off, _, excepted in SHUT_OUT.values()
    ]


def test_the_reference_page_says_whom_each_grant_serves() -> None:
    rows = {
        (right.strip("`"), title): who
        for right, titles, who in sections()["Grants"]
        for title in titles.split(" · ")
    }
    assert {right for right, _ in rows} == set(RIGHTS)
    assert rows["edit_draft", "Closed door, of any body"] == "Technical Secretariat"
    assert rows["attend", "Closed door, of any body"] == "Interpreter or technician"
    assert ("edit_draft", "Regional Consultation Group (GRCM)") not in rows
