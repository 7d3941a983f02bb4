"""What every test may ask for: a desk on a throw-away store, and people who act at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from session_app.config import ROOT
from session_app.domain import contract
from session_app.services.acts import HANDLERS
from session_app.services.desk import Desk, Result, open_desk, perform
from session_app.services.setup import DEMO_ROLES, load_forum, set_up_demo
from session_app.store import drafts, people
from session_app.store.database import Database, new_id

CRM = ROOT / "agendas" / "crm"
NOW = datetime(2017, 6, 21, 20, 33, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk on an empty store."""
    opened = open_desk(Database(tmp_path / "data"), load_forum(CRM), ROOT / "docx_templates")
    yield opened
    opened.store.close()


class Room:
    """The demonstration session, and everybody in it by role."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.session, self.roles = set_up_demo(desk, CRM / "demo", NOW)
        draft = drafts.draft_of(desk.store, self.session)
        assert draft is not None
        self.draft = draft.id
        self.person = {
            role: next(
                each.person
                for each in people.accredited(desk.store, self.session)
                if (each.delegation, each.capacity) == who
            )
            for role, who in DEMO_ROLES.items()
        }

    def rows(self):
        return drafts.rows(self.desk.store, self.draft)

    def do(self, role: str, name: str, **values: object) -> Result:
        """Have somebody give a command; structural ones get an operation id of their own."""
        fields = contract.COMMANDS[name].__dataclass_fields__
        if "draft" in fields:
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
def room(desk: Desk) -> Room:
    """The demonstration session, with a desk and its people."""
    return Room(desk)


Do = Callable[..., Result]
