"""Reviewing a list of accreditations before it is imported: which rows are ready, what each would
change, and what is to be corrected in the others.

Nobody is ever removed by a list: who does not stand in it stays as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from .accreditation import (
    AccreditationLine,
    RowReader,
    find_twins,
    possible_capacities,
    suggest_delegations,
)
from .drafting import LANGUAGES
from .forum import Forum
from .people import MAX_CIVIL_SOCIETY, Audience, Capacity, Category, categorize
from .sheet import Problem

Standing = Literal["new", "changed", "same", "wrong", "skipped"]

ALTERED = ("name", "email", "delegation", "capacity", "drafting", "audience", "rank")
"""What an import can change of somebody; their language is their own choice once they are there."""


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody the store knows, who may be meant by a row."""

    person: str
    name: str
    email: str | None
    accredited: bool = False  # to this session, now
    delegation: str = ""  # here; empty for somebody known from other sessions only
    capacity: Capacity = Capacity.DELEGATE
    drafting: bool = False
    audience: Audience = "observers"
    rank: str = ""


@dataclass(frozen=True, slots=True)
class RowTexts:
    """A row as it stands: its texts by field, those of its file or those typed since."""

    line: int
    texts: Mapping[str, str]
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What has been found of a row."""

    line: int
    texts: Mapping[str, str]
    standing: Standing
    accreditation: AccreditationLine | None = None  # of a row that is ready
    person: str | None = None  # whom it is of, if the store knows them
    changes: tuple[str, ...] = ()  # fields that become another; their codes are `ALTERED`
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = field(default=())  # worth a look, and no error

    @property
    def is_ready(self) -> bool:
        """Whether it would be imported."""
        return self.standing in ("new", "changed", "same")


def review(
    rows: Iterable[RowTexts],
    forum: Forum,
    *,
    ppt: str,
    body: str,
    held: Sequence[Held],
    companions: int,
    names: Mapping[str, str] | None = None,
) -> tuple[Reviewed, ...]:
    """Every row, in order, with what is wrong with it or what it would do.

    Quotas are counted as they would stand after the import of what is ready: those already accredited
    and not in the list count too. `names` are what the list calls its columns, `companions` how many
    a head may bring behind a closed door of this session.
    """
    reader = RowReader(forum, ppt, names)
    known = Known(held)
    found: dict[int, Reviewed] = {}
    lines: list[AccreditationLine] = []
    for row in rows:
        if row.skipped:
            found[row.line] = Reviewed(row.line, row.texts, "skipped")
            continue
        line = reader.read(row.line, row.texts)
        problems = reader.take_problems()
        found[row.line] = Reviewed(row.line, row.texts, "wrong", line, problems=problems)
        if line is not None:
            lines.append(line)

    def refuse(line: AccreditationLine, code: str, **params: object) -> None:
        problem = Problem(line.line, "", code, params)
        found[line.line] = replace(found[line.line], accreditation=None, problems=(problem,))

    twins = find_twins(lines)
    for line in lines:
        if line.line in twins:
            refuse(line, "people.person_twice", first=twins[line.line])
    matched: dict[str, AccreditationLine] = {}
    ready: list[tuple[AccreditationLine, Held | None]] = []
    for line in lines:
        if found[line.line].problems:
            continue
        meant = known.find(line)
        if meant is not None and meant.person in matched:
            refuse(line, "people.person_twice", first=matched[meant.person].line)
            continue
        if meant is not None:
            matched[meant.person] = line
        ready.append((carry_over(line, meant), meant))
    others = [each for each in held if each.accredited and each.person not in matched]
    for line, meant in ready:
        found[line.line] = replace(
            found[line.line],
            standing=_standing(line, meant),
            accreditation=line,
            person=meant.person if meant else None,
            changes=changes(line, meant),
        )
    for line, code, params in _beyond_quotas([line for line, _ in ready], others, forum, ppt, body):
        refuse(line, code, **params)
        found[line.line] = replace(found[line.line], standing="wrong", person=None, changes=())
    for line, code, params in _worth_a_look(
        [line for line, _ in ready if found[line.line].is_ready], others, forum, ppt, companions
    ):
        note = Problem(line.line, "", code, params)
        found[line.line] = replace(found[line.line], notes=(*found[line.line].notes, note))
    return tuple(found.values())


def carry_over(line: AccreditationLine, held: Held | None) -> AccreditationLine:
    """A line with what the list does not speak of as it is with this person now.

    Somebody who changes delegation or capacity does not take the pen of the drafting group along.
    """
    if held is None or not held.accredited:
        return line
    stays = (held.delegation, held.capacity) == (line.delegation, line.capacity)
    return replace(
        line,
        drafting=line.drafting or ("drafting" not in line.given and stays and held.drafting),
        audience=line.audience if "audience" in line.given else held.audience,
        rank=line.rank if "rank" in line.given else held.rank,
    )


def digest(reviewed: Iterable[Reviewed]) -> str:
    """A hash of what would be imported and changed: an import names the one it was shown."""
    shown = [
        (each.line, _plain(each.accreditation), each.person, each.changes)
        for each in reviewed
        if each.is_ready
    ]
    return hashlib.sha256(repr(shown).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _plain(line: AccreditationLine | None) -> tuple[str, ...]:
    # Without what the list speaks of, which has no order.
    return tuple(str(getattr(line, name)) for name in ("line", *ALTERED, "language"))


@dataclass(frozen=True, slots=True)
class Fix:
    """A correction that is offered for a row: a field and the code that would stand in it."""

    field: Literal["delegation", "capacity", "drafting", "email", "language", "skip"]
    value: str


def suggest(row: Reviewed, forum: Forum, *, ppt: str) -> tuple[Fix, ...]:
    """What would mend a row, the likeliest first; nothing where only its reader can know."""
    if not row.problems:
        return ()
    code = row.problems[0].code
    texts = row.texts
    reader = RowReader(forum)
    delegation = reader.code_of(texts.get("delegation", ""))
    capacities = possible_capacities(delegation, forum, ppt=ppt) if delegation else ()
    match code:
        case "people.unknown_delegation" | "people.no_delegation":
            nearest = suggest_delegations(texts.get("delegation", ""), forum)
            return tuple(Fix("delegation", each) for each in nearest)
        case "people.no_capacity" | "people.wrong_capacity" | "people.not_the_presidency":
            return tuple(Fix("capacity", each) for each in capacities[:4])
        case "people.unknown_word":
            match row.problems[0].column:
                case "capacity":
                    return tuple(Fix("capacity", each) for each in capacities[:4])
                case "language":
                    return tuple(Fix("language", each) for each in LANGUAGES)
                case "drafting":
                    return (Fix("drafting", "yes"), Fix("drafting", "no"))
            return ()
        case "people.second_representative":
            drafts = texts.get("drafting", "").strip() != ""
            return (Fix("drafting", "no"),) if drafts else (Fix("capacity", Capacity.DELEGATE),)
        case "people.cannot_draft":
            return (Fix("drafting", "no"),)
        case "people.bad_email":
            return (Fix("email", ""),)
        case "people.person_twice" | "people.civil_society_quota":
            return (Fix("skip", "yes"),)
        case _:
            return ()


# Comparing -----------------------------------------------------------------------------------


class Known:
    """Those the store knows, to be found by what a line says of them: by e-mail address, or by name and
    delegation where the line or the store has none."""

    def __init__(self, held: Iterable[Held]) -> None:
        self._by_email: dict[str, Held] = {}
        self._by_name: dict[tuple[str, str], list[Held]] = {}
        for each in held:
            if each.email:
                self._by_email.setdefault(each.email, each)
            if each.delegation:
                self._by_name.setdefault((each.name, each.delegation), []).append(each)

    def find(self, line: AccreditationLine) -> Held | None:
        if line.email and line.email in self._by_email:
            return self._by_email[line.email]
        for each in self._by_name.get((line.name, line.delegation), ()):
            if each.email is None or line.email is None:
                return each
        return None


def _standing(line: AccreditationLine, held: Held | None) -> Standing:
    if held is None or not held.accredited:
        return "new"
    return "changed" if changes(line, held) else "same"


def changes(line: AccreditationLine, held: Held | None) -> tuple[str, ...]:
    """What becomes another of somebody accredited already; of anybody else nothing."""
    if held is None or not held.accredited:
        return ()
    return tuple(
        each
        for each in ALTERED
        if getattr(line, each) != getattr(held, each) and not (each == "email" and not line.email)
    )


# Quotas --------------------------------------------------------------------------------------

Beyond = tuple[AccreditationLine, str, dict[str, object]]


def _beyond_quotas(
    lines: Sequence[AccreditationLine],
    others: Collection[Held],
    forum: Forum,
    ppt: str,
    body: str,
) -> list[Beyond]:
    """Ready lines that would be one too many: of the drafting group (S002 B L34), of the RROCM in an
    ad hoc group (S000 23 Dec 2)."""
    found: list[Beyond] = []
    drafts = {each.delegation: each.name for each in others if each.drafting}
    civil = [
        each.name
        for each in others
        if categorize(forum, each.delegation, each.capacity, ppt) is Category.RROCM
    ]
    held = forum.bodies[body]
    counted = held.kind == "adhoc" and forum.civil_society.code in held.joined
    for line in lines:
        if line.drafting and line.delegation in drafts:
            names: dict[str, object] = {
                "delegation": line.delegation,
                "first": drafts[line.delegation],
                "second": line.name,
            }
            found.append((line, "people.second_representative", names))
            continue
        if line.drafting:
            drafts[line.delegation] = line.name
        if counted and categorize(forum, line.delegation, line.capacity, ppt) is Category.RROCM:
            civil.append(line.name)
            if len(civil) > MAX_CIVIL_SOCIETY:
                quota: dict[str, object] = {
                    "delegation": forum.civil_society.code,
                    "limit": MAX_CIVIL_SOCIETY,
                    "names": tuple(civil),
                }
                civil.pop()
                found.append((line, "people.civil_society_quota", quota))
    return found


def _worth_a_look(
    lines: Sequence[AccreditationLine],
    others: Collection[Held],
    forum: Forum,
    ppt: str,
    limit: int,
) -> list[Beyond]:
    """Ready lines that make a second head of a delegation, or more companions than may enter a closed
    door (S002 A L20; S000 16.b.1): the sources forbid neither accreditation."""
    found: list[Beyond] = []
    heads = {each.delegation: each.name for each in others if each.capacity is Capacity.HEAD}
    companions: dict[str, int] = {}
    for each in others:
        if each.capacity is Capacity.COMPANION:
            companions[each.delegation] = companions.get(each.delegation, 0) + 1
    for line in lines:
        category = categorize(forum, line.delegation, line.capacity, ppt)
        if category is Category.HEAD:
            first = heads.setdefault(line.delegation, line.name)
            if first != line.name:
                names: dict[str, object] = {"delegation": line.delegation, "first": first}
                found.append((line, "people.second_head", names))
        if line.capacity is Capacity.COMPANION:
            count = companions[line.delegation] = companions.get(line.delegation, 0) + 1
            if count > limit:
                quota: dict[str, object] = {"delegation": line.delegation, "limit": limit}
                found.append((line, "people.many_companions", quota))
    return found
