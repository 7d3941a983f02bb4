"""How the people of a session are reached, as the Secretariat's desk shows it."""

from __future__ import annotations

import lxml.html
import pytest
from desk_process import running_desk

pytestmark = pytest.mark.slow  # the desk is told about once a second

PAGE = {"page": "home", "topics": ["sitting"]}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with running_desk(tmp_path_factory.mktemp("desk")) as running:
        yield running


def shown(watcher):
    """The connections as the desk was last told of them."""
    told = [data["html"] for (data,) in watcher.heard("fragment") if data["topic"] == "connections"]
    return lxml.html.fromstring(told[-1]) if told else None


def row(served, watcher, role):
    page = shown(watcher)
    if page is None:
        return None
    return page.get_element_by_id(f"reached-{served.person(role)}")


def wait(served, watcher, role, state):
    def is_so():
        found = row(served, watcher, role)
        return found is not None and found.get("data-state") == state

    assert watcher.wait(is_so), (role, state)
    return row(served, watcher, role)


def words(element):
    return " ".join(element.text_content().split())


def test_the_secretariat_sees_who_comes_goes_and_is_cut_off(served) -> None:
    watcher = served.enter("secretariat", "connections")
    cookie = served.sign_in("delegate-hnd")
    delegate = served.connect(cookie)
    facts = {"session": served.session, **PAGE}
    assert delegate.ask("join", facts)["ok"]
    wait(served, watcher, "delegate-hnd", "online")
    assert served.person("rrocm")
    assert row(served, watcher, "rrocm").get("data-state") in ("never", "offline")

    # Joining again is no cut by itself: the same page has gone from one session to another.
    assert delegate.ask("join", facts)["ok"]
    for _ in range(2):
        assert delegate.ask("join", facts | {"again": True})["ok"]
    told = wait(served, watcher, "delegate-hnd", "intermittent")
    assert "2 cortes" in words(told)
    assert "2 cortes en 10 minutos" in words(shown(watcher).find_class("alerts")[0])

    delegate.close()
    wait(served, watcher, "delegate-hnd", "offline")

    # Which screens are on line is kept, for a desk that is started anew.
    screen = served.enter("projector", "screen")
    wait(served, watcher, "projector", "online")
    noted = "select count(*) from screen_seen where person = ?"
    assert screen.wait(lambda: served.query(noted, served.person("projector"))[0][0] == 1)
    screen.close()


def test_one_badge_on_two_devices_at_once_is_a_notice_and_two_tabs_are_none(served) -> None:
    watcher = served.enter("secretariat", "connections")
    first, second = (served.sign_in("drafting-can") for _ in range(2))
    facts = {"session": served.session, **PAGE}
    opened = [served.connect(cookie) for cookie in (first, first)]
    assert all(each.ask("join", facts)["ok"] for each in opened)
    wait(served, watcher, "drafting-can", "online")
    opened.append(served.connect(second))
    assert opened[-1].ask("join", facts)["ok"]
    told = wait(served, watcher, "drafting-can", "shared")
    assert "Mismo gafete en 2 equipos" in words(told)
    for each in opened:
        each.close()


def test_the_delay_is_what_the_pages_have_measured_and_nothing_else_is_believed(served) -> None:
    watcher = served.enter("secretariat", "connections")
    assert watcher.ask("beat", {"took": 300})["ok"]
    for nonsense in (-1, 10**9, True, "1", None):
        assert watcher.ask("beat", {"took": nonsense})["ok"]
    assert served.enter("chair").do("attendance.mark", delegation="BLZ", present=True)["ok"]
    assert watcher.wait(lambda: shown(watcher) is not None and "0,3 s" in words(shown(watcher)))
