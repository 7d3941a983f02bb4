"""Two chairs, two tablets, one gavel; and the Secretariat, which conducts only what it was let to."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial

import pytest
from conftest import NOW

from session_app.domain import contract
from session_app.domain.access import Action
from session_app.domain.errors import ActError, Conflict, Forbidden
from session_app.domain.people import Capacity
from session_app.i18n import translate_error
from session_app.services.acts import HANDLERS
from session_app.services.attendance import members_present
from session_app.services.desk import perform
from session_app.services.door import preview_closing
from session_app.services.setup import create_session, digest_of
from session_app.store import people, sessions
from session_app.views.live import read_topic
from session_app.views.viewer import viewer_of

SECOND = "second"


def accredit(room, person: str, delegation: str, capacity: Capacity) -> None:
    with room.desk.store.transaction(NOW) as tx:
        tx.execute(
            "insert or ignore into person values (?, ?, null, 'es', '')", (person, "J. Pérez")
        )
        tx.execute(
            "insert or replace into accreditation values (?, ?, ?, ?, 0, 'observers', '', '')",
            (room.session, person, delegation, capacity),
        )
        tx.change_authority()
    room.person[person] = person


@pytest.fixture
def chairs(room):
    """The room with a second chair of the Presidency."""
    accredit(room, SECOND, "SLV", Capacity.CHAIR)
    return room


def holder(room) -> str | None:
    held = room.desk.authority.holder(room.session, NOW)
    return held.person if held else None


def shown(room, role: str):
    viewer = viewer_of(room.desk, room.session, room.person[role], NOW)
    return read_topic(room.desk, room.session, "gavel", viewer, NOW)


def test_who_conducts_first_presides_and_the_other_reads_who_and_what_to_do(chairs):
    assert holder(chairs) is None
    chairs.do(SECOND, "agenda.advance")
    assert holder(chairs) == SECOND
    assert chairs.record()[-2:] == [("gavel.take", "done"), ("agenda.advance", "done")]
    with pytest.raises(Conflict) as refused:
        chairs.do("chair", "sitting.suspend")
    assert translate_error(refused.value, "es") == (
        "Preside J. Pérez (SLV). Para conducir, tome el mazo."
    )
    assert chairs.record()[-1] == ("sitting.suspend", "gavel.held")
    chairs.do(SECOND, "sitting.suspend")


def test_an_act_that_is_refused_takes_no_gavel(chairs):
    with pytest.raises(Conflict):
        chairs.do("chair", "agenda.advance", item="nowhere")
    assert holder(chairs) is None


def test_what_does_not_conduct_is_open_to_both_chairs_whoever_presides(chairs):
    chairs.do(SECOND, "agenda.advance")
    chairs.do("chair", "agenda.add", title_es="Varios", title_en="Other")
    chairs.do("chair", "attendance.mark", delegation="BLZ", present=True)
    given = {"person": chairs.person["interpreter"], "right": "read_draft", "reason": "Traduce"}
    chairs.do("chair", "grant.give", **given)
    paragraph = chairs.rows()[1].id
    chairs.do("secretariat", "paragraph.mark", paragraph=paragraph, state="bracketed")
    assert "BLZ" in members_present(chairs.desk, chairs.session)


def test_the_gavel_is_taken_over_from_whom_one_has_seen_and_not_from_somebody_else(chairs):
    accredit(chairs, "third", "SLV", Capacity.CHAIR)
    chairs.do("chair", "agenda.advance")
    seen = holder(chairs)
    chairs.do(SECOND, "gavel.take", seen=seen)
    with pytest.raises(Conflict, match="gavel.changed_hands"):
        chairs.do("third", "gavel.take", seen=seen)
    assert holder(chairs) == SECOND
    taken = chairs.desk.store.one(
        "select detail from act where act = 'gavel.take' and outcome = 'done' order by seq desc"
    )
    assert seen in taken["detail"]


def test_two_chairs_act_at_once_and_one_of_them_presides(chairs):
    outcomes: dict[str, str] = {}
    ready = threading.Barrier(2)

    def act(role: str) -> None:
        ready.wait()
        try:
            chairs.do(role, "sitting.suspend")
            outcomes[role] = "done"
        except ActError as refusal:
            outcomes[role] = refusal.code

    hands = [threading.Thread(target=act, args=(role,)) for role in ("chair", SECOND)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(10)
    assert sorted(outcomes.values()) == ["done", "gavel.held"]
    winner = next(role for role, outcome in outcomes.items() if outcome == "done")
    assert holder(chairs) == chairs.person[winner]


def test_two_reach_for_the_gavel_at_once_and_one_has_it(chairs):
    accredit(chairs, "third", "SLV", Capacity.CHAIR)
    chairs.do("chair", "agenda.advance")
    seen, ready, outcomes = holder(chairs), threading.Barrier(2), []

    def reach(role: str) -> None:
        ready.wait()
        try:
            chairs.do(role, "gavel.take", seen=seen)
            outcomes.append("done")
        except ActError as refusal:
            outcomes.append(refusal.code)

    hands = [threading.Thread(target=reach, args=(role,)) for role in (SECOND, "third")]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(10)
    assert sorted(outcomes) == ["done", "gavel.changed_hands"]


def test_the_gavel_is_handed_to_another_chair_and_to_nobody_who_may_not_preside(chairs):
    with pytest.raises(Conflict, match="gavel.nobody"):
        chairs.do("chair", "gavel.hand", person=SECOND)
    chairs.do("chair", "agenda.advance")
    for role in ("secretariat", "delegate-hnd", "drafting-slv"):
        with pytest.raises(Conflict, match="gavel.not_entitled"):
            chairs.do("chair", "gavel.hand", person=chairs.person[role])
    with pytest.raises(Conflict, match="gavel.held"):
        chairs.do(SECOND, "gavel.hand", person=SECOND)
    chairs.do("chair", "gavel.hand", person=SECOND)
    assert holder(chairs) == SECOND


def test_a_gavel_laid_down_is_anybodys_who_conducts_next(chairs):
    chairs.do("chair", "agenda.advance")
    chairs.do("chair", "gavel.lay_down")
    assert holder(chairs) is None
    chairs.do(SECOND, "agenda.advance")
    assert holder(chairs) == SECOND


@pytest.mark.parametrize("capacity", [Capacity.PPT_STAFF, Capacity.COMPANION])
def test_who_is_no_longer_a_chair_holds_no_gavel(chairs, capacity):
    chairs.do(SECOND, "agenda.advance")
    accredit(chairs, SECOND, "SLV", capacity)
    assert holder(chairs) is None
    chairs.do("chair", "agenda.advance")
    assert holder(chairs) == chairs.person["chair"]


# The Secretariat ------------------------------------------------------------------------------


def test_the_secretariat_conducts_only_while_the_presidency_has_delegated_it(chairs):
    with pytest.raises(Forbidden, match="access.not_delegated"):
        chairs.do("secretariat", "agenda.advance")
    with pytest.raises(Forbidden):
        chairs.do("secretariat", "gavel.delegate", on=True)
    chairs.do("chair", "gavel.delegate", on=True)
    chairs.do("secretariat", "agenda.advance")
    assert holder(chairs) == chairs.person["secretariat"]
    chairs.do("chair", "gavel.delegate", on=False)
    assert holder(chairs) is None
    with pytest.raises(Forbidden, match="access.not_delegated"):
        chairs.do("secretariat", "agenda.advance")


def test_the_secretariat_takes_over_from_a_chair_whose_line_is_gone(chairs):
    chairs.do("chair", "gavel.delegate", on=True)
    chairs.do("chair", "agenda.advance")
    with pytest.raises(Conflict, match="gavel.held"):
        chairs.do("secretariat", "sitting.suspend")
    chairs.do("secretariat", "gavel.take", seen=chairs.person["chair"])
    chairs.do("secretariat", "sitting.suspend")


def test_what_the_secretariat_conducts_is_recorded_as_done_for_the_presidency(chairs):
    chairs.do("chair", "gavel.delegate", on=True)
    chairs.do("secretariat", "agenda.advance")
    chairs.do("secretariat", "agenda.add", title_es="Varios", title_en="Other")
    kept = {
        row["act"]: row["detail"]
        for row in chairs.desk.store.all("select act, detail from act order by seq")
    }
    assert '"behalf":"ppt"' in kept["agenda.advance"].replace(" ", "")
    assert "behalf" not in kept["agenda.add"]


def test_door_exceptions_and_adoption_are_never_the_secretariats(chairs):
    chairs.do("chair", "gavel.delegate", on=True)
    chairs.do("secretariat", "gavel.take", seen="")
    for name, values in (
        ("door.close", {"mode": "closed", "seen": ""}),
        ("draft.adopt", {"digest": "0" * 64}),
        ("paragraph.adopt", {"paragraph": chairs.rows()[0].id, "digest": "0" * 64}),
        ("grant.give", {"person": SECOND, "right": "speak", "reason": "no"}),
        ("sitting.open", {"mode": "closed"}),
        ("sitting.open", {"mode": "members"}),
    ):
        with pytest.raises(ActError) as refused:
            chairs.do("secretariat", name, **values)
        assert isinstance(refused.value, Forbidden), name


def test_the_secretariat_does_not_open_the_door_by_closing_a_sitting_among_members(chairs):
    """It sits inside and conducts; whoever closes that sitting lets the others in."""
    chairs.do("chair", "gavel.delegate", on=True)
    chairs.do("chair", "sitting.close")
    chairs.do("chair", "sitting.open", mode="members")
    chairs.do("secretariat", "gavel.take", seen=chairs.person["chair"])
    for act in ("sitting.suspend", "sitting.resume"):
        chairs.do("secretariat", act)
        with pytest.raises(Forbidden):
            chairs.do("secretariat", "sitting.close")


def test_a_delegation_is_given_once(chairs):
    chairs.do("chair", "gavel.delegate", on=True)
    with pytest.raises(Conflict, match="gavel.delegated"):
        chairs.do(SECOND, "gavel.delegate", on=True)
    chairs.do(SECOND, "gavel.delegate", on=False)
    with pytest.raises(Conflict, match="gavel.not_delegated"):
        chairs.do("chair", "gavel.delegate", on=False)


# What is shown --------------------------------------------------------------------------------


def test_chairs_and_secretariat_are_shown_who_presides_and_delegates_are_not(chairs):
    chairs.do(SECOND, "agenda.advance")
    for role in ("chair", SECOND, "secretariat"):
        assert shown(chairs, role).holder.name == "J. Pérez"
    for role in ("delegate-hnd", "observer-country", "projector"):
        assert shown(chairs, role) is None


def test_when_the_gavel_changed_hands_behind_the_door_is_told_to_its_roster_alone(chairs):
    seen = preview_closing(chairs.desk, chairs.session, "closed", NOW).seen
    chairs.do("chair", "door.close", mode="closed", seen=seen)
    chairs.do("chair", "roster.verify")
    chairs.do("chair", "gavel.hand", person=SECOND)
    assert shown(chairs, "secretariat") is None
    chairs.do(SECOND, "door.open")
    assert sessions.sitting(chairs.desk.store, chairs.session).mode == "open"
    assert (shown(chairs, "secretariat").since, shown(chairs, "secretariat").holder.person) == (
        "",
        SECOND,
    )


def test_every_command_of_whom_only_a_chair_may_say_so_conducts_but_what_prepares():
    """What the chair alone may do is conduct, but for what is given beforehand."""
    prepares = {
        "session.quorum",
        "grant.give",
        "grant.withdraw",
        "gavel.delegate",
        "draft.start_closed",
    }
    own = {"gavel.take", "gavel.hand", "gavel.lay_down"}
    needs = {
        "sitting:manage",
        "door:manage",
        "agenda:advance",
        "floor:manage",
        "grant:give",
        "draft:adopt",
        "paragraph:decide",
    }
    for name, command in contract.COMMANDS.items():
        assert command.conducts is (command.needs in needs and name not in prepares | own), name


def test_what_one_presidency_has_delegated_ends_with_it(room):
    """Until the first sitting the Secretariat corrects who presides; it does not correct who let it conduct."""
    store, authority = room.desk.store, room.desk.authority
    fresh = replace(sessions.session(store, room.session), id="grcm-2018")
    create_session(room.desk, fresh, (), NOW)
    with store.transaction(NOW) as tx:
        for role in ("chair", "secretariat"):
            people.admit(tx, fresh.id, authority.actor(room.session, room.person[role]))
        tx.change_authority()

    def do(role, name, **values):
        command, who = contract.parse(name, values), room.person[role]
        perform(room.desk, HANDLERS, session=fresh.id, person=who, command=command, now=NOW)

    facts = {
        "city_es": "San José", "city_en": "San José", "country": "CRI", "zone": fresh.zone,
        "starts": "2018-06-20", "ends": "2018-06-22",
    }  # fmt: skip
    do("chair", "gavel.delegate", on=True)
    do("secretariat", "session.amend", ppt="SLV", seen=digest_of(fresh), **facts)
    may = partial(authority.may, fresh.id, room.person["secretariat"], Action.MANAGE_SITTING, NOW)
    assert may()
    seen = digest_of(sessions.session(store, fresh.id))
    do("secretariat", "session.amend", ppt="CRI", seen=seen, **facts)
    assert not may()
    with pytest.raises(Forbidden):
        do("secretariat", "sitting.open")
