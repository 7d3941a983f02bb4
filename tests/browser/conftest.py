"""One Chromium for all stories, a desk for each file of them, a browser profile for each person."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from unittest.mock import patch

import pytest
from browser.people import Person
from desk_process import DeskProcess, Line
from playwright.sync_api import Browser, sync_playwright

QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]

Enter = Callable[..., Person]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    """The desk of one file of stories; it answers through its `line` as well."""
    desk = DeskProcess(tmp_path_factory.mktemp("desk"))
    desk.line = Line(desk.port)
    hosts = f"127.0.0.1:{desk.port},127.0.0.1:{desk.line.port}"
    with patch.dict(os.environ, SESSION_APP_HOSTS=hosts):
        yield desk.start()
        desk.stop()
    desk.line.close()


@pytest.fixture
def enter(chromium: Browser, desk: DeskProcess) -> Iterator[Enter]:
    """Have somebody sign in. What their browsers complained of fails the test."""
    people: list[Person] = []

    def enter(role: str, *, through: Line | None = None, **context: object) -> Person:
        port = through.port if through else desk.port
        people.append(Person(desk, chromium, role, through=port, **context))
        return people[-1].sign_in()

    yield enter
    for person in people:
        person.leave()
    assert [each for person in people for each in person.unexpected()] == []
