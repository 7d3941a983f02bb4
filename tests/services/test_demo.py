"""Setting up the demonstration: interrupted and taken up again, and restarted on a room that went on."""

import pytest
from conftest import CRM, NOW, Room, by_role

from session_app.services import demo
from session_app.services.authority import CONSOLE
from session_app.services.demo import set_up_demo
from session_app.services.people import accredit
from session_app.store import people, sessions

DEMO = CRM / "demo"


class PowerCut(BaseException):
    """What no code of the program expects."""


def cut(*_, **__):
    raise PowerCut


@pytest.mark.parametrize("step", ["accredit", "_import_demo_draft", "_seat_delegations"])
def test_an_interrupted_set_up_is_taken_up_where_it_stopped(desk, demonstration, monkeypatch, step):
    monkeypatch.setattr(demo, step, cut)
    with pytest.raises(PowerCut):
        set_up_demo(desk, DEMO, NOW)
    monkeypatch.undo()
    session, roles = set_up_demo(desk, DEMO, NOW)
    room = Room(desk, session, roles, by_role(desk, session))
    assert len(room.rows()) == 46
    assert {str(row.state) for row in room.rows()} >= {"agreed", "bracketed"}
    assert all(desk.drafts.texts(row.id)["en"] for row in room.rows())
    assert len(people.accredited(desk.store, session)) == 40
    assert sessions.sitting(desk.store, session) is not None
    assert [each.role for each in roles] == [each.role for each in demonstration.roles]


def test_a_set_up_interrupted_between_the_languages_brings_the_second(desk, monkeypatch):
    real, calls = demo.import_draft, []

    def once(*given, **named):
        calls.append(given)
        return real(*given, **named) if len(calls) == 1 else cut()

    monkeypatch.setattr(demo, "import_draft", once)
    with pytest.raises(PowerCut):
        set_up_demo(desk, DEMO, NOW)
    monkeypatch.undo()
    session, roles = set_up_demo(desk, DEMO, NOW)
    room = Room(desk, session, roles, by_role(desk, session))
    assert all(desk.drafts.texts(row.id)["en"] for row in room.rows())


def test_a_role_nobody_holds_any_more_does_not_keep_the_demonstration_from_starting(room):
    person = room.person["drafting-can"]
    held = next(e for e in people.accredited(room.desk.store, room.session) if e.person == person)
    demoted = f"name,delegation,capacity,email\n{held.name},CAN,delegate,{held.email or ''}\n"
    accredit(room.desk, room.session, demoted.encode(), person=CONSOLE, now=NOW)
    _, roles = set_up_demo(room.desk, DEMO, NOW)
    assert "drafting-can" not in [each.role for each in roles]
    assert "chair" in [each.role for each in roles]
