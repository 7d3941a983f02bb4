"""Lists of accreditations entered one after the other: who is the same person, and what they may do then."""

import pytest
from conftest import CRM, NOW

from session_app.domain.access import Action
from session_app.domain.errors import Conflict, Invalid
from session_app.services.authority import CONSOLE
from session_app.services.console import call_session
from session_app.services.people import accredit
from session_app.services.signing import issue_badge
from session_app.store import people


def enter(room, *lines):
    content = "\n".join(("name,delegation,capacity,email,drafting", *lines))
    return accredit(room.desk, room.session, content.encode(), person=CONSOLE, now=NOW)


def test_an_address_that_comes_later_belongs_to_the_person_already_there(room):
    assert enter(room, "Ana Nueva,CAN,delegate,,") == (1, 0)
    assert enter(room, "Ana Nueva,CAN,delegate,ana@example.org,") == (0, 1)
    assert enter(room, "Ana Nueva,CAN,delegate,,") == (0, 1)


def test_two_persons_of_one_name_are_told_apart_by_their_addresses(room):
    lines = ("Ana Nueva,CAN,delegate,a@example.org,", "Ana Nueva,CAN,delegate,b@example.org,")
    assert enter(room, *lines) == (2, 0)
    with pytest.raises(Invalid) as refusal:
        enter(room, "Eva Dos,CAN,delegate,a@example.net,", "Eva Dos,CAN,delegate,,")
    assert [each.code for each in refusal.value.params["problems"]] == ["people.person_twice"]


def test_who_is_accredited_anew_in_another_capacity_has_its_rights_and_no_others(room):
    person = room.person["drafting-can"]
    everybody = people.accredited(room.desk.store, room.session)
    held = next(each for each in everybody if each.person == person)
    assert room.desk.authority.writable(room.session, person, NOW)
    enter(room, f"{held.name},CAN,delegate,{held.email or ''},no")
    assert not room.desk.authority.writable(room.session, person, NOW)
    assert room.desk.authority.may(room.session, person, Action.READ_DRAFT, NOW)


def test_a_grant_that_stands_is_not_given_twice_so_that_withdrawing_it_ends_it(room):
    person = room.person["interpreter"]
    leave = {"person": person, "right": "read_draft", "reason": "Interpreta"}
    grant = room.do("chair", "grant.give", **leave)["grant"]
    with pytest.raises(Conflict, match="grant.stands"):
        room.do("chair", "grant.give", **leave)
    room.do("chair", "grant.withdraw", grant=grant)
    assert not room.desk.authority.may(room.session, person, Action.READ_DRAFT, NOW)
    room.do("chair", "grant.give", **leave)


def test_naming_sessions_that_are_not_there_leaves_nothing_behind(room):
    authority = room.desk.authority
    before = len(authority._actors)
    for number in range(50):
        authority.actor(f"nothing-{number}", room.person["chair"])
    assert len(authority._actors) == before


@pytest.mark.parametrize("reason", ["", " \t", "\u200b", "\u202e\u2060"])
def test_a_reason_nobody_can_read_is_none(room, reason):
    with pytest.raises(Invalid, match="grant.reason_missing"):
        room.do("chair", "grant.give", person=room.person["interpreter"], right="read_draft", reason=reason)  # fmt: skip


def test_the_chair_of_another_session_cannot_issue_oneself_this_chairs_code(room):
    desk = room.desk
    other = call_session(desk, folder=str(CRM), id="grcm-panama-2027", body="grcm", ppt="PAN", city="Panamá", starts="2027-06-02", ends="2027-06-04", zone="America/Panama")["session"]  # fmt: skip
    mine = "Ana Presidenta,PAN,chair,ana@pan.example,"
    header = "name,delegation,capacity,email,drafting\n"
    accredit(desk, other, (header + mine).encode(), person=CONSOLE, now=NOW)
    ana = people.accredited(desk.store, other)[0].person
    beatriz = room.person["chair"]
    everybody = people.accredited(desk.store, room.session)
    held = next(each for each in everybody if each.person == beatriz)
    theirs = f"{held.name},SLV,head,{held.email},"
    accredit(desk, other, (header + theirs).encode(), person=ana, now=NOW)
    with pytest.raises(Conflict, match="people.elsewhere"):
        issue_badge(desk, other, beatriz, person=ana, now=NOW)
    assert issue_badge(desk, other, ana, person=ana, now=NOW)
    assert issue_badge(desk, other, beatriz, person=CONSOLE, now=NOW)


def ad_hoc_group(desk, body):
    return call_session(desk, folder=str(CRM), id=body.replace("_", "-"), body=body, ppt="SLV", city="San Salvador", starts="2018-06-02", ends="2018-06-04", zone="America/El_Salvador")["session"]  # fmt: skip


def enter_civil_society(desk, session, *names):
    lines = "\n".join(("name,delegation,capacity", *(f"{name},RROCM,rrocm" for name in names)))
    return accredit(desk, session, lines.encode(), person=CONSOLE, now=NOW)


def test_the_rrocm_sends_at_most_three_representatives_to_the_ad_hoc_group(desk):
    session = ad_hoc_group(desk, "adhoc_crm_rrocm")
    with pytest.raises(Invalid, match=r"people\.civil_society_quota"):
        enter_civil_society(desk, session, "Ana", "Eva", "Luz", "Paz")
    assert people.accredited(desk.store, session) == []
    assert enter_civil_society(desk, session, "Ana", "Eva") == (2, 0)
    assert enter_civil_society(desk, session, "Eva", "Luz") == (1, 1)
    with pytest.raises(Invalid) as refusal:
        enter_civil_society(desk, session, "Paz")
    assert refusal.value.params["names"] == ("Ana", "Eva", "Luz", "Paz")
    assert len(people.accredited(desk.store, session)) == 3


def test_where_the_rrocm_has_not_joined_nobody_counts_its_people(desk):
    for body in ("grcm", "adhoc_extra_regional"):
        session = ad_hoc_group(desk, body)
        assert enter_civil_society(desk, session, "Ana", "Eva", "Luz", "Paz") == (4, 0)


def test_a_second_drafting_representative_of_a_country_is_refused_and_nobody_is_entered(room):
    before = len(people.accredited(room.desk.store, room.session))
    with pytest.raises(Invalid, match=r"people\.second_representative"):
        enter(room, "Ana Nueva,CAN,delegate,,yes")
    assert len(people.accredited(room.desk.store, room.session)) == before
