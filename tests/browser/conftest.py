"""One Chromium for all stories, a desk for each file of them, a browser profile for each person."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest
from browser.accessible import House
from browser.people import SECONDS, Person
from desk_process import DeskProcess, Line
from playwright.sync_api import Browser, expect, sync_playwright

QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]

Enter = Callable[..., Person]

expect.set_options(timeout=SECONDS * 1000)


class OpenLine(Line):
    """A line that keeps every byte it carries: all that the browsers behind it were ever sent."""

    def __init__(self, port: int) -> None:
        self._kept: list[bytearray] = []
        super().__init__(port)

    def carried(self, words: str) -> bool:
        """Whether words crossed the line, on any connection."""
        return any(words.encode() in each for each in list(self._kept))

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        kept = bytearray()
        self._kept.append(kept)
        super()._carry(Tapped(source, kept), target)


class Tapped:
    """A socket of which everything read is kept."""

    def __init__(self, source: socket.socket, kept: bytearray) -> None:
        self._source, self._kept = source, kept

    def recv(self, size: int) -> bytes:
        part = self._source.recv(size)
        self._kept.extend(part)
        return part

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)


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
    desk.line = OpenLine(desk.port)
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


@pytest.fixture(scope="module")
def full_house(chromium: Browser, desk: DeskProcess) -> Iterator[House]:
    house = House(desk, chromium)
    yield house
    assert house.leave() == []


@pytest.fixture
def house(full_house: House) -> Iterator[House]:
    """The house; whatever was found at fault during the test fails it."""
    full_house.inspector.faults = []
    yield full_house
    found = full_house.inspector.faults
    assert not found, "\n".join(found)
