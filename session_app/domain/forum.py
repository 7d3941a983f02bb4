"""The standing rules of a conference, as data: members, observers, bodies and settings.

A forum is one TOML file (`agendas/crm/forum.toml`), a session template another (`grcm.toml`). This
module turns what a TOML parser made of them into values the rest of the program can trust, and
refuses everything else: an unknown or missing key, a wrong type, a code used twice, countries out
of order, a setting or value the program does not know. Each refusal is an `Invalid` that names the
file and the key, and whose sentence says what to write instead.

Where the Conference's own documents contradict each other the answer is a *setting*: a value, the
values this forum allows, and the source of both.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, get_args

from .documents import order_names
from .drafting import LANGUAGES, Language, Texts
from .errors import Invalid
from .text import is_clean

DelegationKind = Literal[
    "member", "observer_country", "observer_organisation", "civil_society", "secretariat"
]
BodyKind = Literal["viceministers", "grcm", "network", "joint_networks", "adhoc"]
SittingMode = Literal["open", "members", "closed"]
Value = str | int

SETTINGS: Mapping[str, tuple[Value, ...]] = MappingProxyType(
    {
        "closed_door.companions_max": (1, 2),
        "closed_door.sessions": (1, 2),
        "closed_door.head_rank": ("any_head", "viceminister"),
        "decisions.binding": ("unstated", "non_binding", "binding"),
        "consultation.days": (5, 3),
        "consultation.silence": ("not_consent", "consent"),
        "consultation.calendar": ("host_weekdays", "weekdays", "presidency", "all_members"),
        "networks": (1, 2, 3, 4, 5, 6),
        "grcm.observer_countries": ("no", "invitation", "yes"),
        "grcm.observer_orgs": ("yes", "slots"),
        "observers.debate": ("statements", "open"),
        "observers.drafting": ("never", "authorised"),
        "observers.rule_scope": ("both", "countries"),
        "grcm.rrocm_slot": ("yes", "no"),
        "grcm.composition": ("migration_and_consular", "migration"),
        "grcm.outputs": ("one_document", "two_documents"),
        "drafting_group.at": ("every_meeting", "networks_and_grcm"),
        "network_report.author": ("presidency_group", "network"),
        "agenda.preview_to": ("members_and_organisations", "observer_countries_too"),
        "sign.by": ("either", "presidency", "secretariat"),
        "report.period": ("six_monthly", "quarterly"),
        "meeting.season": ("warn", "none"),
        "special_participants.closed_door": ("no", "non_objection"),
        "themes.order": ("pgm_ddhh_myd", "ddhh_myd_pgm"),
        "names": ("dated_aliases",),
        "documents.label_style": ("un", "rcm"),
        "room.text_to_observers": ("no", "yes"),
        "screen.draft_to_observers": ("no", "yes"),
        "floor.order": ("as_asked", "alphabetical", "presidency_last"),
        "floor.minutes_members": (0, 2, 3, 5, 7, 10, 15),
        "floor.minutes_others": (0, 2, 3, 5, 7, 10, 15),
        "quorum.members": ("unset", 6, 7, 8, 9, 10, 11),
    }
)
"""Every setting, with the values this program understands. A forum sets all of them and may allow
fewer values, never others."""


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """The settings that change a cell of the access table, with the Conference's own defaults.

    No default opens text under negotiation or a closed door to anybody who is not a member.
    """

    observers_drafting: Literal["never", "authorised"] = "never"
    observers_debate: Literal["statements", "open"] = "statements"
    observers_rule_scope: Literal["both", "countries"] = "both"
    grcm_observer_countries: Literal["no", "invitation", "yes"] = "no"
    grcm_observer_orgs: Literal["yes", "slots"] = "yes"
    grcm_rrocm_slot: Literal["yes", "no"] = "yes"
    agenda_preview_to: Literal["members_and_organisations", "observer_countries_too"] = (
        "members_and_organisations"
    )
    special_participants_closed_door: Literal["no", "non_objection"] = "no"
    room_text_to_observers: Literal["no", "yes"] = "no"
    screen_draft_to_observers: Literal["no", "yes"] = "no"


DEFAULT_SETTINGS = AccessSettings()


def setting_keys() -> dict[str, str]:
    """For each field of `AccessSettings` the key of the setting it holds."""
    keys = {key.replace(".", "_"): key for key in SETTINGS}
    return {field.name: keys[field.name] for field in fields(AccessSettings)}


@dataclass(frozen=True, slots=True)
class Delegation:
    """A country or organisation that sends people to a session."""

    code: str  # ISO 3166-1 alpha-3, or the acronym of an organisation
    name: Texts  # as printed in documents: "Estados Unidos de América"
    kind: DelegationKind
    since: int | None = None  # year, where the sources know it
    short: Texts | None = (
        None  # where there is little room: "EE. UU."; none: the name is short enough
    )


@dataclass(frozen=True, slots=True)
class SectionTitle:
    """A section every document of a body has."""

    key: str
    title: Texts


@dataclass(frozen=True, slots=True)
class Body:
    """An organ of the forum and what its documents look like."""

    key: str
    kind: BodyKind  # names its lines in the access table
    name: Texts
    acronym: Texts
    document_title: Texts
    preamble: Texts  # with {dates}, {city}, {country} and {countries}
    sections: tuple[SectionTitle, ...]
    parts: tuple[SittingMode, ...] = ("open",)  # modes of its sittings, in their usual order
    joined: tuple[str, ...] = ()  # of an ad hoc group: the delegations that joined it
    source: str = "default"


@dataclass(frozen=True, slots=True)
class Setting:
    """An answer where the sources differ or are silent."""

    value: Value
    values: tuple[Value, ...]
    source: str


@dataclass(frozen=True)
class Forum:
    """A conference: who belongs to it, which bodies it has, and how it settles open points."""

    name: Texts
    acronym: Texts
    members: tuple[Delegation, ...]  # in Spanish alphabetical order of countries
    observer_countries: tuple[Delegation, ...]
    observer_organisations: tuple[Delegation, ...]
    civil_society: Delegation
    secretariat: Delegation
    bodies: Mapping[str, Body]
    settings: Mapping[str, Setting]

    @cached_property
    def delegations(self) -> Mapping[str, Delegation]:
        """Every delegation by code: members first, in order."""
        return MappingProxyType({each.code: each for each in self._delegations()})

    @cached_property
    def access(self) -> AccessSettings:
        """The settings the access table asks for."""
        # Values were checked against SETTINGS, whose words are those of the annotations.
        chosen: dict[str, Any] = {
            field: self.settings[key].value for field, key in setting_keys().items()
        }
        return AccessSettings(**chosen)

    def in_order(self, codes: Iterable[str], language: Language) -> tuple[Delegation, ...]:
        """These delegations in the alphabetical order of their names in a language.

        In Spanish the Dominican Republic stands under R, in English under D (S004, preamble).
        """
        by_name = {self.delegations[code].name[language]: code for code in codes}
        return tuple(self.delegations[by_name[name]] for name in order_names(by_name, language))

    def _delegations(self) -> Iterator[Delegation]:
        yield from self.members
        yield from self.observer_countries
        yield from self.observer_organisations
        yield self.civil_society
        yield self.secretariat


@dataclass(frozen=True, slots=True)
class TemplateItem:
    """One item of a template agenda."""

    title: Texts
    required: bool = False
    mode: SittingMode = "open"
    slot: str | None = None  # the delegation whose slot the item is
    source: str = "default"


@dataclass(frozen=True, slots=True)
class SessionTemplate:
    """The agenda a new session of a kind of body starts from."""

    kind: BodyKind
    items: tuple[TemplateItem, ...]


def read_forum(data: Mapping[str, object], *, file: str) -> Forum:
    """Make a forum from parsed TOML. Raises `Invalid` naming `file`, key and remedy."""
    top = _Table(data, file, "")
    about = top.table("forum")
    forum = Forum(
        name=about.texts("name"),
        acronym=about.texts("acronym"),
        members=_read_countries(top, "members", "member"),
        observer_countries=_read_countries(top, "observer_countries", "observer_country"),
        observer_organisations=tuple(
            _read_delegation(each, "observer_organisation")
            for each in top.tables("observer_organisations")
        ),
        civil_society=_read_delegation(top.table("civil_society"), "civil_society"),
        secretariat=_read_delegation(top.table("secretariat"), "secretariat"),
        bodies={each.name: _read_body(each) for each in top.table("bodies").named_tables()},
        settings=_read_settings(top.table("settings")),
    )
    about.end()
    top.end()
    _check_codes(forum, file)
    return forum


def read_template(data: Mapping[str, object], *, file: str) -> SessionTemplate:
    """Make a session template from parsed TOML. Raises `Invalid` naming `file`, key and remedy."""
    top = _Table(data, file, "")
    kind = top.choice("kind", get_args(BodyKind))
    items = tuple(_read_item(each) for each in top.tables("items"))
    top.end()
    return SessionTemplate(kind, items)


def _read_item(table: _Table) -> TemplateItem:
    item = TemplateItem(
        title=table.texts("title"),
        required=table.flag("required"),
        mode=table.choice("mode", get_args(SittingMode), default="open"),
        slot=table.optional_text("slot"),
        source=table.optional_text("source") or "default",
    )
    table.end()
    return item


def _read_countries(
    top: _Table, key: str, kind: Literal["member", "observer_country"]
) -> tuple[Delegation, ...]:
    countries = tuple(_read_delegation(each, kind) for each in top.tables(key))
    names = [country.name["es"] for country in countries]
    for name, expected in zip(names, order_names(names, "es"), strict=True):
        if name != expected:
            raise top.wrong("order", key, found=name, expected=expected)
    return countries


def _read_delegation(table: _Table, kind: DelegationKind) -> Delegation:
    pattern = r"[A-Z]{3}" if kind in ("member", "observer_country") else r"[A-Z]{2,12}"
    code = table.text("code")
    if re.fullmatch(pattern, code) is None:
        raise table.wrong("code", "code", value=code[:40])
    delegation = Delegation(
        code,
        table.texts("name"),
        kind,
        table.optional_year("since"),
        table.optional_texts("short"),
    )
    table.end()
    return delegation


_PREAMBLE_PARTS = ("dates", "city", "country", "countries")


def _read_body(table: _Table) -> Body:
    preamble = table.texts("preamble")
    for language in LANGUAGES:
        if _placeholders(preamble[language]) != set(_PREAMBLE_PARTS):
            wanted = " ".join(f"{{{part}}}" for part in _PREAMBLE_PARTS)
            raise table.wrong("preamble", f"preamble.{language}", expected=wanted)
    body = Body(
        key=table.name,
        kind=table.choice("kind", get_args(BodyKind)),
        name=table.texts("name"),
        acronym=table.texts("acronym"),
        document_title=table.texts("document_title"),
        preamble=preamble,
        sections=tuple(_read_section(each) for each in table.tables("sections")),
        parts=table.choices("parts", get_args(SittingMode), default=("open",)),
        joined=table.optional_list("joined"),
        source=table.optional_text("source") or "default",
    )
    table.end()
    return body


def _read_section(table: _Table) -> SectionTitle:
    section = SectionTitle(table.text("key"), table.texts("title"))
    table.end()
    return section


def _placeholders(template: str) -> set[str] | None:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    except ValueError:
        return None


def _read_settings(top: _Table) -> dict[str, Setting]:
    settings = {key: _read_setting(top.table(key), known) for key, known in SETTINGS.items()}
    top.end()
    return settings


def _read_setting(table: _Table, known: tuple[Value, ...]) -> Setting:
    values = table.values("values", known)
    setting = Setting(table.value("value", values), values, table.text("source"))
    table.end()
    return setting


def _check_codes(forum: Forum, file: str) -> None:
    """Each code once; ad hoc groups joined by known delegations; as many Networks as it says."""
    seen: set[str] = set()
    for delegation in forum._delegations():
        if delegation.code in seen:
            raise Invalid("forum.duplicate_code", file=file, key=delegation.code)
        seen.add(delegation.code)
    for body in forum.bodies.values():
        for code in body.joined:
            if code not in seen:
                raise Invalid(
                    "forum.unknown_delegation",
                    file=file,
                    key=f"bodies.{body.key}.joined",
                    delegation=code[:40],
                )
    networks = sum(body.kind == "network" for body in forum.bodies.values())
    if networks != forum.settings["networks"].value:
        raise Invalid("forum.network_count", file=file, key="settings.networks", count=networks)


class _Table:
    """A TOML table read strictly: every key is taken once, and `end` refuses what is left."""

    def __init__(self, data: object, file: str, at: str) -> None:
        self._file, self._at = file, at
        if not isinstance(data, Mapping):
            raise Invalid("forum.not_a_table", file=file, key=at)
        self._data = data
        self._taken: set[str] = set()

    @property
    def name(self) -> str:
        """The last part of the table's key."""
        return self._at.rpartition(".")[2]

    def wrong(self, what: str, key: str, **params: object) -> Invalid:
        """The refusal `forum.wrong_<what>` of a key of this table."""
        return Invalid(f"forum.wrong_{what}", file=self._file, key=self._path(key), **params)

    def end(self) -> None:
        for key in self._data:
            if key not in self._taken:
                known = ", ".join(sorted(self._taken))
                key_path = self._path(str(key)[:80])
                raise Invalid("forum.unknown_key", file=self._file, key=key_path, known=known)

    def text(self, key: str) -> str:
        value = self._take(key)
        # A character that cannot be seen cannot be printed either: Word would not open the file.
        if not isinstance(value, str) or not value.strip() or not is_clean(value):
            raise self.wrong("text", key)
        return value

    def optional_text(self, key: str) -> str | None:
        return self.text(key) if self._has(key) else None

    def texts(self, key: str) -> Texts:
        """A text in each language."""
        table = self.table(key)
        texts: dict[Language, str] = {language: table.text(language) for language in LANGUAGES}
        table.end()
        return texts

    def optional_texts(self, key: str) -> Texts | None:
        return self.texts(key) if self._has(key) else None

    def flag(self, key: str) -> bool:
        value = self._take(key) if self._has(key) else False
        if not isinstance(value, bool):
            raise self.wrong("flag", key)
        return value

    def optional_year(self, key: str) -> int | None:
        if not self._has(key):
            return None
        value = self._take(key)
        if type(value) is not int or not 1900 <= value <= 2200:
            raise self.wrong("year", key)
        return value

    def optional_list(self, key: str) -> tuple[str, ...]:
        if not self._has(key):
            return ()
        values = self._list(key)
        if not all(isinstance(value, str) for value in values):
            raise self.wrong("list", key)
        return tuple(values)

    def choice(self, key: str, known: tuple[Any, ...], *, default: str | None = None) -> Any:
        """One of the known words."""
        if default is not None and not self._has(key):
            return default
        return self._known(key, self._take(key), known)

    def choices(
        self, key: str, known: tuple[Any, ...], *, default: tuple[Any, ...]
    ) -> tuple[Any, ...]:
        """Some of the known words."""
        if not self._has(key):
            return default
        return tuple(self._known(key, value, known) for value in self._list(key))

    def value(self, key: str, known: tuple[Value, ...]) -> Value:
        value: Value = self._known(key, self._take(key), known)
        return value

    def values(self, key: str, known: tuple[Value, ...]) -> tuple[Value, ...]:
        return tuple(self._known(key, value, known) for value in self._list(key))

    def table(self, key: str) -> _Table:
        return _Table(self._take(key), self._file, self._path(key))

    def tables(self, key: str) -> list[_Table]:
        """The tables of a list, each known by its place: `members[3]`."""
        return [
            _Table(value, self._file, f"{self._path(key)}[{place}]")
            for place, value in enumerate(self._list(key), start=1)
        ]

    def named_tables(self) -> list[_Table]:
        """All sub-tables, whatever their keys."""
        return [self.table(key) for key in self._data]

    def _list(self, key: str) -> list[Any]:
        value = self._take(key)
        if not isinstance(value, list) or not value:
            raise self.wrong("list", key)
        return value

    def _known(self, key: str, value: object, known: tuple[Any, ...]) -> Any:
        # 1 == True in Python; in a settings file they are different words.
        if not any(type(value) is type(each) and value == each for each in known):
            words = ", ".join(str(each) for each in known)
            raise self.wrong("value", key, value=str(value)[:80], known=words)
        return value

    def _has(self, key: str) -> bool:
        return key in self._data

    def _take(self, key: str) -> object:
        if not self._has(key):
            raise Invalid("forum.missing_key", file=self._file, key=self._path(key))
        self._taken.add(key)
        return self._data[key]

    def _path(self, key: str) -> str:
        return f"{self._at}.{key}" if self._at else key
