"""What every test may ask for: a desk on a throw-away store, and people who act at it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

from session_app.config import ROOT
from session_app.domain import contract
from session_app.services.acts import HANDLERS
from session_app.services.demo import DEMO_ROLES, DemoRole, set_up_demo
from session_app.services.desk import Desk, Result, open_desk, perform
from session_app.services.setup import load_forum
from session_app.store import drafts, people
from session_app.store.database import Database, new_id

CRM = ROOT / "agendas" / "crm"
FORUM = load_forum(CRM)
NOW = datetime(2017, 6, 21, 20, 33, tzinfo=UTC)


class Compiled(BytecodeCache):
    """Templates compiled once for all the applications a run of the tests makes."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key + bucket.checksum in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key + bucket.checksum])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


class Address(Rule):
    """An address, whose code to build it is compiled once for all the applications a run makes."""

    _builders: ClassVar[dict[tuple[object, ...], Callable[..., Any]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., Any]:
        key = (self.rule, repr(self.defaults), append_unknown)
        if key not in self._builders:
            self._builders[key] = super()._compile_builder(append_unknown)
        return self._builders[key]


Flask.jinja_options = {"bytecode_cache": Compiled()}
Flask.url_rule_class = Address


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest is begun first, so that at the end nobody waits for one file."""
    items.sort(key=lambda item: item.get_closest_marker("longest") is None)


@dataclass(frozen=True)
class Demonstration:
    """A store that holds the demonstration session, to be copied, and everybody in it by role."""

    file: Path
    session: str
    roles: list[DemoRole]
    person: dict[str, str]


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """Set up once; each test that needs it gets a copy of the file, which takes no time."""
    opened = open_on(tmp_path_factory.mktemp("demonstration"))
    session, roles = set_up_demo(opened, CRM / "demo", NOW)
    person = by_role(opened, session)
    opened.store.all("pragma wal_checkpoint(truncate)")
    opened.store.close()
    return Demonstration(opened.store.folder / "session.db", session, roles, person)


def by_role(desk: Desk, session: str) -> dict[str, str]:
    """Who plays each role of the demonstration."""
    everybody = people.accredited(desk.store, session)
    return {
        role: next(each.person for each in everybody if (each.delegation, each.capacity) == who)
        for role, who in DEMO_ROLES.items()
    }


def open_on(folder: Path) -> Desk:
    return open_desk(Database(folder), replace(FORUM), ROOT / "docx_templates")


@pytest.fixture
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """A desk on a store of the test's own: the demonstration's for a test with a room, else empty."""
    folder = tmp_path / "data"
    if "room" in request.fixturenames:
        folder.mkdir(mode=0o700)
        shutil.copy(request.getfixturevalue("demonstration").file, folder / "session.db")
    opened = open_on(folder)
    yield opened
    opened.store.close()


class Room:
    """The demonstration session, and everybody in it by role."""

    def __init__(
        self, desk: Desk, session: str, roles: list[DemoRole], person: dict[str, str]
    ) -> None:
        self.desk, self.session, self.roles, self.person = desk, session, roles, dict(person)
        draft = drafts.draft_of(desk.store, self.session)
        assert draft is not None
        self.draft = draft.id

    def rows(self):
        return drafts.rows(self.desk.store, self.draft)

    def do(self, role: str, name: str, **values: object) -> Result:
        """Have somebody give a command; structural ones get an operation id of their own."""
        fields = contract.COMMANDS[name].__dataclass_fields__
        if "draft" in fields and name != "grant.give":
            values.setdefault("draft", self.draft)
        if "op" in fields:
            values.setdefault("op", new_id())
        return perform(
            self.desk,
            HANDLERS,
            session=self.session,
            person=self.person[role],
            command=contract.parse(name, values),
            now=NOW,
        )

    def record(self) -> list[tuple[str, str]]:
        """The acts in the record and how they ended."""
        found = self.desk.store.all("select act, outcome from act order by seq")
        return [(row["act"], row["outcome"]) for row in found]


@pytest.fixture
def room(desk: Desk, demonstration: Demonstration) -> Room:
    """The demonstration session, with a desk and its people."""
    held = demonstration
    return Room(desk, held.session, held.roles, held.person)
