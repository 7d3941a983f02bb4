"""Who minds the door hears who is there: soon, but not of everybody in a crowd."""

from __future__ import annotations

import time

import pytest
from desk_process import running_desk

pytestmark = pytest.mark.slow

CROWD = 12


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with running_desk(tmp_path_factory.mktemp("desk")) as running:
        yield running


def lists(chair):
    """The chair's door, each time it was told anew."""
    return [data["html"] for (data,) in chair.heard("fragment") if data["topic"] == "door"]


def test_a_crowd_that_comes_and_goes_is_counted_about_once_a_second(served) -> None:
    chair = served.enter("chair", "door", "sitting")
    cookie = served.sign_in("rrocm")
    began = time.monotonic()
    crowd = [served.connect(cookie) for _ in range(CROWD)]
    for each in crowd:
        assert each.ask("join", {"session": served.session, "page": "home", "topics": ["agenda"]})
    assert chair.wait(lambda: lists(chair) and f"({CROWD} páginas)" in lists(chair)[-1])
    for each in crowd:
        each.close()
    assert chair.wait(lambda: "páginas)" not in lists(chair)[-1])
    assert len(lists(chair)) <= time.monotonic() - began + 2
    assert not any(each.heard("fragment") for each in crowd)
