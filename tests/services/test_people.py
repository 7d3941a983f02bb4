"""Lists of accreditations entered one after the other: who is the same person, and what they may do then."""

import json

import pytest
from conftest import CRM, NOW

from session_app.domain import contract
from session_app.domain.access import Action
from session_app.domain.errors import Conflict, Invalid, NotFound
from session_app.domain.signing import Code
from session_app.services.acts import HANDLERS
from session_app.services.authority import CONSOLE
from session_app.services.console import call_session
from session_app.services.desk import perform
from session_app.services.door import preview_closing
from session_app.services.people import accredit
from session_app.services.signing import issue_badge
from session_app.store import people, sessions, signing
from session_app.views.record import read_record


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


def test_who_accredits_to_one_session_does_not_change_who_somebody_is_in_another(room):
    """An address is where the other session's invitation goes."""
    desk = room.desk
    other = call_session(desk, folder=str(CRM), id="grcm-panama-2027", body="grcm", ppt="PAN", city="Panamá", starts="2027-06-02", ends="2027-06-04", zone="America/Panama")["session"]  # fmt: skip
    victim = room.person["delegate-hnd"]
    with desk.store.transaction(NOW) as tx:
        tx.execute(
            "update person set name = 'Tomás', email = 't@hnd.example' where id = ?", (victim,)
        )

    def bring(who, name):
        lines = f"Ana,PAN,chair,ana@pan.example\n{name},HND,delegate,t@hnd.example"
        content = f"name,delegation,capacity,email\n{lines}".encode()
        return accredit(desk, other, content, person=who, now=NOW)

    def change(who, email):
        values = {
            "person": victim,
            "full_name": "Tomás",
            "delegation": "HND",
            "capacity": "delegate",
        }
        command = contract.parse("people.change", {**values, "language": "es", "email": email})
        perform(desk, HANDLERS, session=other, person=who, command=command, now=NOW)

    bring(CONSOLE, "Tomás")
    ana = next(e.person for e in people.accredited(desk.store, other) if e.delegation == "PAN")
    with pytest.raises(Conflict, match=r"people\.known_elsewhere"):
        bring(ana, "Otro Nombre")
    with pytest.raises(Conflict, match=r"people\.known_elsewhere"):
        change(ana, "ana+tomas@pan.example")
    change(ana, "t@hnd.example")
    bring(CONSOLE, "Tomás Andino")


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


# By hand -------------------------------------------------------------------------------------

NEW = {"full_name": "Nora  Paz", "delegation": "Honduras", "capacity": "Jefatura"}


def found(room, person):
    everybody = people.accredited(room.desk.store, room.session)
    return next((each for each in everybody if each.person == person), None)


def test_one_person_is_accredited_by_hand_as_a_row_would_be(room):
    values = NEW | {"email": "Nora@HND.example", "language": "en", "rank": "Ministra"}
    made = room.do("secretariat", "people.add", **values)["person"]
    nora = found(room, made)
    assert (nora.name, nora.delegation, nora.capacity) == ("Nora Paz", "HND", "head")
    assert (nora.email, nora.language, nora.rank) == ("nora@hnd.example", "en", "Ministra")
    with pytest.raises(Conflict, match=r"people\.there"):
        room.do("secretariat", "people.add", **values)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"delegation": "Rep. Dominicana"}, "people.unknown_delegation"),
        ({"capacity": ""}, "people.no_capacity"),
        ({"capacity": "chair"}, "people.not_the_presidency"),
        ({"full_name": " "}, "people.no_name"),
        ({"email": "nobody"}, "people.bad_email"),
        ({"delegation": "CAN", "drafting": True}, "people.second_representative"),
    ],
)
def test_what_is_wrong_with_a_person_entered_by_hand_is_said_and_nobody_is_entered(
    room, values, code
):
    before = people.accredited(room.desk.store, room.session)
    with pytest.raises(Invalid) as refusal:
        room.do("secretariat", "people.add", **(NEW | values))
    assert refusal.value.code == code
    assert people.accredited(room.desk.store, room.session) == before


def test_a_correction_by_hand_makes_everything_as_the_form_says(room):
    person = room.person["delegate-hnd"]
    values = NEW | {"language": "en", "capacity": "Acompañante"}
    room.do("secretariat", "people.change", person=person, **values)
    held = found(room, person)
    assert (held.name, held.capacity, held.email, held.language) == (
        *("Nora Paz", "companion", None, "en"),
    )
    entry = room.desk.store.one("select detail from act order by seq desc limit 1")["detail"]
    assert json.loads(entry)["changes"] == ["name", "capacity", "email"]
    assert "Nora" not in entry


def test_a_correction_does_not_make_two_people_one(room):
    other = found(room, room.person["drafting-can"])
    values = NEW | {"email": other.email}
    with pytest.raises(Conflict, match=r"people\.there"):
        room.do("secretariat", "people.change", person=room.person["delegate-hnd"], **values)


def test_who_is_corrected_into_the_drafting_group_is_signed_out_without_a_pin(room):
    desk, person = room.desk, room.person["delegate-hnd"]
    with desk.store.transaction(NOW) as tx:
        badge = signing.issue_badge(tx, person)
        token = signing.open_login(tx, person, badge=signing.find_badge(desk.store, Code("link", badge)).hash)  # fmt: skip
    values = NEW | {"capacity": "Redacción"}
    room.do("secretariat", "people.change", person=person, **values)
    assert signing.signed_in(desk.store, token, NOW) is None


def test_a_withdrawn_accreditation_ends_sign_ins_grants_and_the_place_in_the_group_at_once(room):
    desk, person = room.desk, room.person["drafting-can"]
    with desk.store.transaction(NOW) as tx:
        token = signing.open_login(tx, person)
    room.do("chair", "grant.give", person=person, right="speak", reason="Expone")
    assert desk.authority.writable(room.session, person, NOW)
    before = found(room, person)
    room.do("secretariat", "people.withdraw", person=person, reason="Dejó la delegación")
    assert found(room, person) is None
    assert signing.signed_in(desk.store, token, NOW) is None
    assert not desk.authority.writable(room.session, person, NOW)
    assert people.grants(desk.store, room.session, person=person) == []
    kept = desk.store.one("select * from withdrawn where person = ?", (person,))
    assert (kept["delegation"], kept["capacity"], kept["reason"]) == (
        *(before.delegation, before.capacity, "Dejó la delegación"),
    )
    # The place is free, and what they did is still theirs.
    enter(room, "Otra Persona,CAN,delegate,,yes")
    shown = read_record(desk, room.session, room.person["secretariat"], NOW, language="es")
    last = next(each for each in shown.entries if each.act == "Retira una acreditación")
    assert last.subject == f"{before.name} (CAN)"
    assert "Dejó la delegación" in last.facts


def test_who_takes_part_elsewhere_keeps_the_badge_for_there(room):
    desk, person = room.desk, room.person["delegate-hnd"]
    held = found(room, person)
    other = ad_hoc_group(desk, "grcm")
    line = f"name,delegation,capacity,email\n{held.name},HND,delegate,{held.email}"
    assert accredit(desk, other, line.encode(), person=CONSOLE, now=NOW) == (0, 1)
    with desk.store.transaction(NOW) as tx:
        token = signing.open_login(tx, person)
    room.do("secretariat", "people.withdraw", person=person, reason="Vuelve a su país")
    assert signing.signed_in(desk.store, token, NOW) == person
    assert not desk.authority.may(room.session, person, Action.ATTEND, NOW)
    assert desk.authority.may(other, person, Action.ATTEND, NOW)


def test_who_is_withdrawn_behind_the_door_is_off_its_roster_and_only_the_roster_reads_so(room):
    desk = room.desk
    seen = preview_closing(desk, room.session, "closed", NOW).seen
    room.do("chair", "door.close", mode="closed", seen=seen)
    person = next(iter(sessions.roster(desk.store, room.session)))
    room.do("secretariat", "people.withdraw", person=person, reason="Enfermedad")
    assert person not in sessions.roster(desk.store, room.session)
    acts = desk.store.all("select act, closed from act order by seq desc limit 2")
    assert [(each["act"], each["closed"]) for each in acts] == [
        ("people.withdraw", 0),
        ("roster.remove", 1),
    ]


def test_somebody_withdrawn_who_comes_back_is_the_same_person(room):
    person = room.person["delegate-hnd"]
    held = found(room, person)
    room.do("secretariat", "people.withdraw", person=person, reason="Error")
    enter(room, f"{held.name},HND,delegate,{held.email or ''},")
    assert found(room, person).name == held.name


def test_a_withdrawal_needs_a_reason_and_is_nobodys_own(room):
    with pytest.raises(Invalid, match=r"people\.reason_missing"):
        room.do("secretariat", "people.withdraw", person=room.person["rrocm"], reason=" \u200b")
    with pytest.raises(Conflict, match=r"people\.not_yourself"):
        room.do("secretariat", "people.withdraw", person=room.person["secretariat"], reason="Fin")
    with pytest.raises(NotFound, match=r"people\.unknown"):
        room.do("secretariat", "people.withdraw", person="nobody", reason="Fin")


def test_what_a_list_does_not_speak_of_stays(room):
    with room.desk.store.transaction(NOW) as tx:
        tx.execute(
            "update accreditation set rank = 'Director', audience = 'members' where person = ?",
            (room.person["delegate-hnd"],),
        )
    before = found(room, room.person["delegate-hnd"])
    enter(room, f"{before.name},HND,delegate,{before.email or ''},")
    assert found(room, room.person["delegate-hnd"]) == before


def test_a_reason_is_kept_as_long_as_a_reason_is(room):
    room.do("secretariat", "people.withdraw", person=room.person["rrocm"], reason="x" * 20_000)
    assert room.desk.store.one("select length(reason) from withdrawn")[0] == 500
