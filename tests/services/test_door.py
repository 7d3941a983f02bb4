"""The door: one guarded gesture, a roster, and nobody exempt."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from conftest import NOW

from session_app.domain.access import Action, Level
from session_app.domain.accreditation import AccreditationLine
from session_app.domain.errors import Conflict, Forbidden, Invalid
from session_app.domain.people import Capacity
from session_app.services.door import preview_closing
from session_app.services.floor import read_floor, read_queue, spoken_openly
from session_app.store import people, sessions
from session_app.views.live import read_topic, render_topic
from session_app.views.sitting import announced_closing
from session_app.views.viewer import viewer_of

BY_NAME = {
    "head": "María Solano",
    "companion": "Daniela Vargas",
    "another": "Óscar Arias",
    "head of Mexico": "Raúl Fuentes",
}
INSIDE = (Action.ATTEND, Action.SEE_AGENDA, Action.READ_DRAFT, Action.SEE_DOCUMENTS)


@pytest.fixture
def house(room):
    """The demonstration with a second companion for Costa Rica, and roles for its people."""
    line = AccreditationLine(1, BY_NAME["another"], "CRI", Capacity.COMPANION)
    with room.desk.store.transaction(NOW) as tx:
        people.accredit(room.desk.store, tx, room.session, [line])
    by_name = {each.name: each for each in people.accredited(room.desk.store, room.session)}
    room.person |= {role: by_name[name].person for role, name in BY_NAME.items()}
    return room


def close(room, mode="closed", **values):
    seen = preview_closing(
        room.desk, room.session, mode, NOW, companions=values.get("companions")
    ).seen
    return room.do("chair", "door.close", mode=mode, seen=seen, **values)


def may(room, role, action):
    return bool(room.desk.authority.may(room.session, room.person[role], action, NOW))


def inside(room):
    return {role for role in room.person if any(may(room, role, action) for action in INSIDE)}


def named(room):
    held = sessions.roster(room.desk.store, room.session)
    return {role for role, person in room.person.items() if person in held}


def test_behind_a_closed_door_nobody_but_the_chair_has_content_before_the_room_is_verified(house):
    close(house)
    assert inside(house) == {"chair"}
    assert named(house) == {"head", "companion", "head of Mexico"}
    house.do("chair", "roster.verify")
    assert inside(house) == {"chair", *named(house)}


def test_nobody_is_exempt(house):
    close(house)
    house.do("chair", "roster.verify")
    for role in ("secretariat", "interpreter", "projector", "drafting-slv", "delegate-hnd"):
        assert house.desk.authority.is_shut_out(house.session, house.person[role], NOW), role
    for name in ("sitting.close", "sitting.suspend", "agenda.advance", "door.open"):
        with pytest.raises(Forbidden):
            house.do("secretariat", name)


def test_the_door_closes_only_on_the_list_the_chair_was_shown(house):
    seen = preview_closing(house.desk, house.session, "closed", NOW).seen
    with house.desk.store.transaction(NOW) as tx:
        people.accredit(
            house.desk.store,
            tx,
            house.session,
            [AccreditationLine(1, "X", "COL", Capacity.OBSERVER)],
        )
        people.accredit(
            house.desk.store,
            tx,
            house.session,
            [AccreditationLine(1, "Y", "ACNUR", Capacity.OBSERVER)],
        )
    with pytest.raises(Conflict, match=r"door\.list_changed"):
        house.do("chair", "door.close", mode="closed", seen=seen)
    assert sessions.sitting(house.desk.store, house.session).mode == "open"
    close(house)
    with pytest.raises(Conflict, match=r"door\.closed_already"):
        close(house)


def test_the_list_names_exactly_those_who_lose_what_they_have(house):
    closing = preview_closing(house.desk, house.session, "closed", NOW)
    before = inside(house)
    close(house)
    house.do("chair", "roster.verify")
    lost = {house.person[role] for role in before - inside(house)}
    named_people = {each.person for each in closing.cut_off}
    assert lost <= named_people
    assert not named_people & {each.person for each in closing.stays}
    assert house.person["secretariat"] in named_people


def test_opening_the_door_brings_everybody_back(house):
    before = inside(house)
    close(house)
    house.do("chair", "roster.verify")
    house.do("chair", "door.open")
    assert inside(house) == before
    with pytest.raises(Conflict, match=r"door\.not_closed"):
        house.do("chair", "door.open")


def test_each_closing_is_verified_anew(house):
    close(house)
    house.do("chair", "roster.verify")
    house.do("chair", "door.open")
    close(house)
    assert inside(house) == {"chair"}
    house.do("chair", "roster.verify")
    with pytest.raises(Conflict, match=r"roster\.verified"):
        house.do("chair", "roster.verify")


def test_a_head_brings_as_many_companions_as_the_setting_allows(house):
    close(house)
    with pytest.raises(Conflict, match=r"roster\.companions"):
        house.do("chair", "roster.admit", person=house.person["another"])
    house.do("chair", "roster.remove", person=house.person["companion"])
    house.do("chair", "roster.admit", person=house.person["another"])
    house.do("chair", "door.open")
    close(house, companions=2)
    assert {"companion", "another"} <= named(house)


def test_a_late_arrival_waits_for_the_chairs_tap(house):
    close(house)
    house.do("chair", "roster.verify")
    late = "delegate-hnd"
    house.do(late, "roster.ask")
    house.do(late, "roster.ask")  # asking twice is asking once
    assert not may(house, late, Action.SEE_AGENDA)
    house.do("chair", "roster.admit", person=house.person[late])
    assert may(house, late, Action.SEE_AGENDA)
    house.do("chair", "roster.remove", person=house.person[late])
    assert not may(house, late, Action.SEE_AGENDA)


def test_observers_and_the_rrocm_are_let_in_by_nobody(house):
    close(house)
    for role in ("observer-organisation", "observer-country", "rrocm"):
        with pytest.raises(Conflict, match=r"roster\.not_admissible"):
            house.do("chair", "roster.admit", person=house.person[role], reason="please")
        with pytest.raises(Forbidden):
            house.do(role, "roster.ask")


def test_an_exception_needs_its_reason_and_stands_in_the_record(house):
    close(house)
    interpreter = house.person["interpreter"]
    with pytest.raises(Conflict, match=r"roster\.reason_missing"):
        house.do("chair", "roster.admit", person=interpreter)
    house.do("chair", "roster.admit", person=interpreter, reason="Belice pide interpretación")
    house.do("chair", "roster.verify")
    assert may(house, "interpreter", Action.ATTEND)
    assert not may(house, "interpreter", Action.READ_DRAFT)
    assert ("roster.admit", "done") in house.record()


def test_only_the_chair_closes_opens_verifies_and_admits(house):
    with pytest.raises(Forbidden):
        house.do("secretariat", "door.close", mode="closed", seen="")
    with pytest.raises(Conflict, match=r"sitting\.not_closed"):
        house.do("chair", "sitting.open", mode="closed")
    house.do("chair", "sitting.close")
    with pytest.raises(Forbidden):
        house.do("secretariat", "sitting.open", mode="closed")
    house.do("chair", "sitting.open", mode="closed")
    assert inside(house) == {"chair"}


def test_a_command_that_fails_leaves_the_door_closed(house):
    close(house)
    with pytest.raises(Conflict):
        house.do("chair", "door.close", mode="closed", seen="stale")
    assert inside(house) == {"chair"}


def test_a_closed_item_is_taken_behind_the_door_and_known_only_there(house):
    item = house.do(
        "chair", "agenda.add", title_es="Criterios", title_en="Criteria", mode="closed"
    )["item"]
    with pytest.raises(Conflict, match=r"agenda\.needs_closed_door"):
        house.do("chair", "agenda.advance", item=item)
    with pytest.raises(Conflict, match=r"agenda\.unknown_item"):
        house.do("secretariat", "agenda.retitle", item=item, title_es="a", title_en="b")
    close(house)
    house.do("chair", "roster.verify")
    house.do("chair", "agenda.advance", item=item)
    level = house.desk.authority.level_of_closed
    assert level(house.session, house.person["head"], NOW) is Level.CONTENT
    assert level(house.session, house.person["delegate-hnd"], NOW) is Level.SCHEDULED
    assert level(house.session, house.person["observer-organisation"], NOW) is Level.EXISTS
    assert level(house.session, None, NOW) is Level.NOTHING


def test_a_closed_item_left_standing_when_the_door_opens_opens_nothing(house):
    item = house.do("chair", "agenda.add", title_es="a", title_en="b", mode="closed", slot="RROCM")[
        "item"
    ]
    observer = house.person["observer-organisation"]
    house.do("chair", "grant.give", person=observer, right="speak", reason="r", item=item)
    close(house)
    house.do("chair", "roster.verify")
    house.do("chair", "agenda.advance", item=item)
    house.do("chair", "door.open")
    for role in ("rrocm", "observer-organisation"):
        assert not may(house, role, Action.SPEAK), role


def test_a_slot_opens_while_its_item_is_under_way(house):
    item = house.do("chair", "agenda.add", title_es="RROCM", title_en="RNCOM", slot="RROCM")["item"]
    assert not may(house, "rrocm", Action.SPEAK)
    house.do("chair", "agenda.advance", item=item)
    assert may(house, "rrocm", Action.SPEAK)
    assert not may(house, "observer-organisation", Action.SPEAK)
    house.do("chair", "agenda.finish", item=item)
    assert not may(house, "rrocm", Action.SPEAK)
    with pytest.raises(Invalid, match=r"agenda\.unknown_slot"):
        house.do("chair", "agenda.reserve", item=item, mode="open", slot="ONU")


def test_a_grant_for_an_item_counts_while_the_item_is_under_way(house):
    item = house.do("chair", "agenda.add", title_es="A", title_en="A")["item"]
    person = house.person["observer-organisation"]
    house.do("chair", "grant.give", person=person, right="speak", reason="informe", item=item)
    assert not may(house, "observer-organisation", Action.SPEAK)
    house.do("chair", "agenda.advance", item=item)
    assert may(house, "observer-organisation", Action.SPEAK)


def test_a_grant_ends_by_itself_at_its_hour(house):
    person = house.person["observer-organisation"]
    with pytest.raises(Invalid, match=r"grant\.ends_in_the_past"):
        house.do(
            "chair",
            "grant.give",
            person=person,
            right="speak",
            reason="r",
            until="2016-01-01T10:00",
        )
    with pytest.raises(Invalid, match=r"grant\.bad_until"):
        house.do("chair", "grant.give", person=person, right="speak", reason="r", until="soon")
    house.do("chair", "grant.give", person=person, right="speak", reason="r", until=_in(2))
    authority = house.desk.authority
    authority.lapse(NOW)
    assert may(house, "observer-organisation", Action.SPEAK)
    late = NOW + timedelta(hours=3)
    assert not authority.may(house.session, person, Action.SPEAK, late)
    assert authority.lapse(late)
    assert not authority.lapse(late)


def test_grants_given_behind_the_closed_door_are_listed_only_for_its_roster(house):
    def listed(role):
        viewer = viewer_of(house.desk, house.session, house.person[role], NOW)
        shown = read_topic(house.desk, house.session, "people", viewer, NOW)
        return {grant.reason for each in shown.people for grant in each.grants}

    person = house.person["observer-organisation"]
    close(house)
    house.do("chair", "grant.give", person=person, right="speak", reason="inside")
    assert (listed("secretariat"), listed("chair")) == (set(), {"inside"})
    house.do("chair", "door.open")
    assert (listed("secretariat"), listed("chair")) == (set(), {"inside"})


def test_who_asked_for_the_floor_behind_the_closed_door_is_on_no_list_once_it_is_open(house):
    close(house)
    house.do("chair", "roster.verify")
    house.do("head", "floor.ask")
    house.do("chair", "floor.recognise")
    house.do("head of Mexico", "floor.ask")
    house.do("chair", "door.open")
    held = read_floor(house.desk, house.session)
    assert [each.place for each in held.requests] == ["done", "withdrawn"]
    assert spoken_openly(house.desk, house.session) == {}
    house.do("drafting-mex", "floor.ask")  # nobody of the delegation is told that it waits already
    assert len(read_queue(house.desk, house.session)) == 1


def test_the_public_is_not_told_of_a_closed_door(house):
    close(house)
    assert not house.desk.authority.is_shut_out(house.session, None, NOW)
    assert house.desk.authority.allowed(house.session, None, NOW) == {Action.KNOW}


def _in(hours):
    # The room of San Salvador is six hours behind UTC.
    return (NOW + timedelta(hours=hours - 6)).replace(tzinfo=None).isoformat(timespec="minutes")


# Before the door closes -----------------------------------------------------------------------


def desk_language(room, role):
    return people.language_of(room.desk.store, room.person[role])


def notice(room, at=NOW):
    held = sessions.session(room.desk.store, room.session)
    return announced_closing(room.desk, held, at)


def test_the_chair_tells_everybody_before_closing_and_nothing_happens_by_itself(room):
    room.do("chair", "door.announce", seconds=60)
    assert notice(room).until == round((NOW.timestamp() + 60) * 1000)
    assert notice(room).at == "14:34"
    end = NOW + timedelta(seconds=60)
    assert notice(room, end).until == 0
    assert sessions.sitting(room.desk.store, room.session).mode == "open"


def test_a_notice_is_withdrawn_by_closing_by_recalling_and_by_opening_again(room):
    room.do("chair", "door.announce", seconds=120)
    room.do("chair", "door.recall")
    assert notice(room).until == 0
    with pytest.raises(Conflict, match=r"door\.not_announced"):
        room.do("chair", "door.recall")
    room.do("chair", "door.announce", seconds=120)
    seen = preview_closing(room.desk, room.session, "closed", NOW).seen
    room.do("chair", "door.close", mode="closed", seen=seen)
    assert notice(room).until == 0
    with pytest.raises(Conflict, match=r"door\.closed_already"):
        room.do("chair", "door.announce", seconds=30)
    room.do("chair", "door.open")
    assert notice(room).until == 0


def test_only_who_closes_the_door_announces_it(room):
    for role in ("delegate-hnd", "secretariat", "observer-country"):
        with pytest.raises(Forbidden):
            room.do(role, "door.announce", seconds=30)


def test_a_notice_says_the_same_to_everybody_and_names_nothing_of_the_item(room):
    room.do("chair", "door.announce", seconds=30)
    said = {
        role: render_topic(room.desk, room.session, room.person[role], "soon", NOW)
        for role in ("drafting-can", "delegate-hnd", "observer-country", "observer-organisation")
    }
    same = {re.sub(r"\s+", " ", each or "") for each in said.values()} - {""}
    spoken = {desk_language(room, role) for role, each in said.items() if each}
    assert len(same) == len(spoken)
    assert all("puerta cerrada" in each for each in same)
    titles = room.desk.store.all("select title_es, title_en from agenda_item")
    assert not any(title in each for each in same for row in titles for title in row)
    assert "door.recall" not in (said["observer-organisation"] or "")


def test_who_may_not_know_of_a_closed_part_and_who_is_out_are_told_nothing(room):
    room.do("chair", "sitting.close")
    room.do("chair", "sitting.open", mode="members")
    room.do("chair", "door.announce", seconds=30)
    assert not render_topic(room.desk, room.session, room.person["observer-country"], "soon", NOW)
    assert not render_topic(room.desk, room.session, None, "soon", NOW)
