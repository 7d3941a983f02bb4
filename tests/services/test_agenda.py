"""Conducting a session: who may, in what order, and what everybody is told."""

import json

import pytest
from conftest import NOW

from session_app.domain import agenda
from session_app.domain.access import Action
from session_app.domain.errors import Conflict, Forbidden, Invalid
from session_app.services.authority import DRAFTING, Authority
from session_app.services.door import preview_closing
from session_app.store import people, sessions


def states(room):
    return [str(item.state) for item in sessions.agenda(room.desk.store, room.session)]


def events(room, name):
    rows = room.desk.store.all("select state from event where name = ? order by seq", (name,))
    return [json.loads(row["state"]) for row in rows]


def test_moving_to_the_next_item_marks_the_current_one_done(room):
    at = states(room).index("current")
    room.do("chair", "agenda.advance")
    assert states(room)[at : at + 2] == ["done", "current"]


def test_the_agenda_ends_after_its_last_item(room):
    while "pending" in states(room):
        room.do("chair", "agenda.advance")
    with pytest.raises(Conflict, match="agenda.no_next_item"):
        room.do("chair", "agenda.advance")


def test_the_secretariat_adds_renames_and_reorders_items_in_both_languages(room):
    added = room.do(
        "secretariat", "agenda.add", title_es=" Otros  asuntos ", title_en="Other matters"
    )
    room.do("secretariat", "agenda.move", item=added["item"], direction="up")
    room.do(
        "secretariat",
        "agenda.retitle",
        item=added["item"],
        title_es="Varios",
        title_en="Any other business",
    )
    item = sessions.agenda(room.desk.store, room.session)[-2]
    assert (item.title_es, item.title_en) == ("Varios", "Any other business")
    numbers = [each["number"] for each in events(room, "agenda.changed")[-1]["items"]]
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)]


def test_an_item_has_a_title_in_both_languages(room):
    with pytest.raises(Invalid, match=r"agenda.title_missing\(language='en'\)"):
        room.do("chair", "agenda.add", title_es="Varios", title_en="  ")


@pytest.mark.parametrize(
    "role",
    ["delegate-hnd", "drafting-can", "observer-organisation", "rrocm", "interpreter", "projector"],
)
def test_nobody_but_chair_and_secretariat_conducts_the_session(room, role):
    before = states(room)
    with pytest.raises(Forbidden):
        room.do(role, "agenda.advance")
    assert states(room) == before
    assert (
        room.record()[-1] == ("agenda.advance", "access.denied")
        or room.record()[-1][0] == "agenda.advance"
    )


def test_a_suspended_sitting_resumes_and_a_closed_one_does_not(room):
    room.do("chair", "sitting.suspend", resumes_at="15:30")
    assert events(room, "sitting.changed")[-1]["resumes_at"] == "15:30"
    room.do("chair", "sitting.resume")
    room.do("chair", "sitting.close")
    with pytest.raises(Conflict, match="sitting.not_suspended"):
        room.do("chair", "sitting.resume")
    assert room.do("chair", "sitting.open") == {"number": 2}


def test_a_sitting_is_not_opened_twice(room):
    with pytest.raises(Conflict, match="sitting.not_closed"):
        room.do("chair", "sitting.open")


def test_the_time_of_resumption_is_a_time(room):
    with pytest.raises(Invalid, match="sitting.bad_time"):
        room.do("chair", "sitting.suspend", resumes_at="25:99")


def test_events_are_numbered_without_gaps_in_the_order_of_the_acts(room):
    room.do("chair", "gavel.take", seen="")
    before = room.desk.store.last_seq(room.session)
    for _ in range(3):
        room.do("chair", "agenda.advance")
    assert room.desk.store.last_seq(room.session) == before + 3


def test_a_refused_act_leaves_the_agenda_as_it_was_and_is_in_the_record(room):
    before = states(room)
    with pytest.raises(Conflict):
        room.do("chair", "agenda.advance", item="nowhere")
    assert states(room) == before
    assert room.record()[-1] == ("agenda.advance", "agenda.unknown_item")


def test_any_delegation_is_marked_and_members_count(room):
    with pytest.raises(Invalid, match="attendance.unknown_delegation"):
        room.do("chair", "attendance.mark", delegation="FRA", present=True)
    room.do("chair", "attendance.mark", delegation="COL", present=True)
    assert "COL" not in events(room, "attendance.changed")[-1]["present"]
    room.do("chair", "attendance.mark", delegation="BLZ", present=True)
    assert events(room, "attendance.changed")[-1]["present"][0] == "BLZ"


def asked_again(room, role, name, **values):
    """Whether an act has everybody's access asked anew."""
    before = room.desk.authority.version
    room.do(role, name, **values)
    return room.desk.authority.version != before


def test_access_is_asked_anew_only_where_the_item_under_way_decides_over_somebodys(room):
    assert not asked_again(room, "chair", "agenda.advance")
    pending = [
        each.id
        for each in sessions.agenda(room.desk.store, room.session)
        if each.state == "pending"
    ]
    assert not asked_again(room, "chair", "agenda.move", item=pending[-1], direction="up")
    assert not asked_again(
        room, "chair", "agenda.reserve", item=pending[0], mode="open", slot="RROCM"
    )
    assert asked_again(room, "chair", "agenda.advance", item=pending[0])
    assert not asked_again(
        room, "chair", "agenda.retitle", item=pending[0], title_es="A", title_en="A"
    )
    assert asked_again(room, "chair", "agenda.reserve", item=pending[0], mode="open")
    assert asked_again(room, "chair", "agenda.reserve", item=pending[0], mode="open", slot="RROCM")
    assert asked_again(room, "chair", "agenda.finish", item=pending[0])
    assert not asked_again(room, "chair", "agenda.advance", item=pending[1])
    person = room.person["observer-organisation"]
    values = {"person": person, "right": "speak", "reason": "informe", "item": pending[0]}
    given = room.do("chair", "grant.give", **values)["grant"]
    assert asked_again(room, "chair", "agenda.finish", item=pending[1])
    assert asked_again(room, "chair", "agenda.advance", item=pending[0])
    room.do("chair", "grant.withdraw", grant=given)
    room.do("chair", "agenda.reserve", item=pending[0], mode="open")
    assert not asked_again(room, "chair", "agenda.finish", item=pending[0])


def answers(authority, room):
    """Everything anybody is told of what they may do."""
    everybody = [each.person for each in people.accredited(room.desk.store, room.session)]
    return {
        (person, action, draft): authority.may(room.session, person, action, NOW, draft=draft)
        for person in everybody
        for action in Action
        for draft in ((None, room.draft) if action in DRAFTING else (None,))
    }


def test_what_is_remembered_of_access_is_what_the_store_says_after_every_act(room):
    item = room.do("chair", "agenda.add", title_es="A", title_en="A")["item"]
    person = room.person["observer-organisation"]
    grant = {"person": person, "right": "speak", "reason": "informe", "item": item}
    for name, values in (
        ("agenda.advance", {}),
        ("agenda.advance", {"item": item}),
        ("grant.give", grant),
        ("agenda.reserve", {"item": item, "mode": "open", "slot": "RROCM"}),
        ("agenda.finish", {"item": item}),
        ("door.close", {"mode": "closed"}),
        ("roster.verify", {}),
        ("door.open", {}),
        ("agenda.issue", {}),
        ("door.close", {"mode": "members"}),
        ("sitting.close", {}),
    ):
        if name == "door.close":
            mode = values["mode"]
            values["seen"] = preview_closing(room.desk, room.session, mode, NOW).seen
        answers(room.desk.authority, room)
        room.do("chair", name, **values)
        fresh = Authority(room.desk.store, room.desk.forum)
        assert answers(room.desk.authority, room) == answers(fresh, room), name
        actor = fresh.actor(room.session, person)
        about = [
            each.subject(room.session, actor, Action.SPEAK) for each in (room.desk.authority, fresh)
        ]
        assert about[0] == about[1], name


def agenda_of(room):
    return sessions.agenda(room.desk.store, room.session)


def test_an_item_is_dropped_by_one_command_and_where_must_be_clear(room):
    first, *_, last = agenda_of(room)
    room.do("secretariat", "agenda.move", item=last.id, after=first.id)
    assert agenda_of(room)[1].id == last.id
    room.do("secretariat", "agenda.move", item=last.id, direction="first")
    assert agenda_of(room)[0].id == last.id
    for where in (
        {},
        {"after": first.id, "before": last.id},
        {"direction": "up", "after": first.id},
    ):
        with pytest.raises(Invalid, match="agenda.move_where"):
            room.do("secretariat", "agenda.move", item=last.id, **where)


def test_of_two_who_change_an_item_the_second_is_told_and_nothing_is_overwritten(room):
    item = agenda_of(room)[-1]
    seen = agenda.digest(item)
    said = {"item": item.id, "title_en": "One", "mode": "open", "seen": seen}
    room.do("chair", "agenda.amend", title_es="Uno", minutes=4, slot="RROCM", **said)
    with pytest.raises(Conflict, match="agenda.changed_meanwhile"):
        room.do("secretariat", "agenda.amend", title_es="Dos", **said)
    now = agenda_of(room)[-1]
    assert (now.title_es, now.minutes, now.slot) == ("Uno", 4, "RROCM")


def test_an_item_somebody_is_authorised_for_is_not_taken_out(room):
    item = agenda_of(room)[-1]
    room.do(
        "chair", "grant.give", person=room.person["rrocm"], right="speak", reason="Invitada",
        item=item.id,
    )  # fmt: skip
    with pytest.raises(Conflict, match="agenda.has_papers"):
        room.do("secretariat", "agenda.remove", item=item.id)
    added = room.do("secretariat", "agenda.add", title_es="Otro", title_en="Other", minutes=0)
    assert agenda_of(room)[-1].minutes == 0
    room.do("secretariat", "agenda.remove", item=added["item"])
    assert agenda_of(room)[-1] == item


def test_a_closed_item_can_neither_be_changed_nor_taken_as_a_landmark_off_its_roster(room):
    item, other = agenda_of(room)[-1], agenda_of(room)[0]
    room.do("chair", "agenda.reserve", item=item.id, mode="closed")
    seen = agenda.digest(agenda_of(room)[-1])
    for name, values in (
        ("agenda.remove", {"item": item.id}),
        ("agenda.move", {"item": other.id, "after": item.id}),
        ("agenda.move", {"item": other.id, "before": item.id}),
        ("agenda.add", {"title_es": "a", "title_en": "b", "after": item.id}),
        ("agenda.amend",
         {"item": item.id, "title_es": "a", "title_en": "b", "mode": "open", "seen": seen}),
    ):  # fmt: skip
        with pytest.raises(Conflict, match="agenda.unknown_item"):
            room.do("secretariat", name, **values)
