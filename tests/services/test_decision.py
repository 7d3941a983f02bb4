"""Results on paragraphs: what is recorded, who is shown whose position, and the way back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from conftest import NOW
from services.test_room import begin_closed_text, close, put, standing

from session_app.domain import contract
from session_app.domain.errors import Conflict, Forbidden, Invalid, NotFound
from session_app.services.acts import HANDLERS
from session_app.services.adoption import digest
from session_app.services.desk import perform
from session_app.views.live import read_topic
from session_app.views.viewer import viewer_of


def seen(room, paragraph):
    return digest(room.desk.drafts.texts(paragraph))


def decide(room, paragraph, result, *who, **values):
    asked = {"paragraph": paragraph, "digest": seen(room, paragraph), "result": result}
    return room.do("chair", "paragraph.decide", **asked, delegations=who, **values).get("decision")


def undo(room, decision, *, after=0.0, role="chair"):
    command = contract.parse("decision.undo", {"decision": decision})
    now = NOW + timedelta(seconds=after)
    person = room.person[role]
    perform(room.desk, HANDLERS, session=room.session, person=person, command=command, now=now)


def state_of(room, paragraph):
    return str(next(row.state for row in room.rows() if row.id == paragraph))


def positions(room, role="chair"):
    shown = standing(room, role).standing
    return {code: shown.result for code, _ in shown.delegations} if shown else {}


def write(room, paragraph, text):
    with room.desk.drafts.lock, room.desk.store.transaction(NOW) as tx:
        room.desk.drafts.write(tx, room.draft, paragraph, {"es": text}, person="")
    room.desk.drafts.settle()


@pytest.fixture
def proposed(room):
    """A paragraph on which nothing has been said, before the room."""
    paragraph = next(row.id for row in room.rows() if row.state == "proposed")
    room.do("chair", "room.put", paragraph=paragraph)
    return paragraph


# Recording -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "who", "state"),
    [
        ("consensus", (), "agreed"),
        ("ad_referendum", ("CAN", "MEX"), "ad_referendum"),
        ("bracketed", (), "bracketed"),
        ("bracketed", ("CAN",), "bracketed"),
        ("objection", ("CAN",), "bracketed"),
    ],
)
def test_a_result_gives_the_paragraph_its_state_and_the_delegations_their_positions(
    room, proposed, result, who, state
):
    decide(room, proposed, result, *who)
    assert state_of(room, proposed) == state
    assert positions(room) == dict.fromkeys(who, result)


def test_the_record_holds_the_result_the_text_by_its_fingerprint_and_who_was_there(room, proposed):
    decide(room, proposed, "objection", "CAN", note="  El plazo «antes de junio» ")
    (entry,) = room.desk.store.all("select * from act where act = 'paragraph.decide'")
    facts = json.loads(entry["detail"])
    assert entry["subject"] == proposed
    assert facts["result"] == "objection"
    assert facts["delegations"] == ["CAN"]
    assert facts["note"] == "El plazo «antes de junio»"
    assert facts["digest"] == seen(room, proposed)
    assert facts["present"] == ["CAN", "CRI", "SLV", "USA", "GTM", "HND", "MEX", "PAN", "DOM"]


def test_a_text_that_has_changed_since_it_was_shown_is_not_decided_on_and_the_chair_is_told_when(
    room, proposed
):
    shown = seen(room, proposed)
    write(room, proposed, "Otras palabras")
    with pytest.raises(Conflict, match=r"paragraph.changed_at") as refusal:
        room.do("chair", "paragraph.decide", paragraph=proposed, digest=shown, result="consensus")
    assert refusal.value.params["time"] == "14:33"
    assert state_of(room, proposed) == "proposed"


@pytest.mark.parametrize(
    ("result", "who", "code"),
    [
        ("consensus", ("CAN",), "decision.consensus_names_nobody"),
        ("ad_referendum", (), "decision.who_consults"),
        ("objection", (), "decision.who_objects"),
        ("objection", ("CAN", "OIM"), "decision.unknown_delegation"),
        ("bracketed", ("XXX",), "decision.unknown_delegation"),
    ],
)
def test_a_result_that_names_the_wrong_delegations_is_refused_and_nothing_changes(
    room, proposed, result, who, code
):
    with pytest.raises(Invalid, match=code):
        decide(room, proposed, result, *who)
    assert state_of(room, proposed) == "proposed"
    assert standing(room, "chair").standing is None


def test_a_note_has_an_end(room, proposed):
    with pytest.raises(Invalid, match=r"decision.note_too_long"):
        decide(room, proposed, "objection", "CAN", note="x" * 501)


def test_nothing_is_decided_while_nobody_sits(room, proposed):
    room.do("chair", "sitting.suspend")
    with pytest.raises(Conflict, match=r"sitting.not_open"):
        decide(room, proposed, "consensus")


def test_an_adopted_paragraph_is_decided_on_no_more(room):
    agreed = next(row.id for row in room.rows() if row.state == "agreed")
    room.do("chair", "paragraph.adopt", paragraph=agreed, digest=seen(room, agreed))
    with pytest.raises(Conflict, match=r"paragraph.adopted"):
        decide(room, agreed, "bracketed")


def test_nobody_but_the_chair_records_a_result_or_takes_one_back(room, proposed):
    decision = decide(room, proposed, "consensus")
    for role in set(room.person) - {"chair"}:
        with pytest.raises(Forbidden):
            room.do(role, "paragraph.decide", paragraph=proposed, digest="x", result="consensus")
        with pytest.raises(Forbidden):
            undo(room, decision, role=role)


# What stands ---------------------------------------------------------------------------------


def test_the_last_result_is_the_one_that_counts(room, proposed):
    decide(room, proposed, "objection", "CAN")
    decide(room, proposed, "ad_referendum", "MEX")
    assert positions(room) == {"MEX": "ad_referendum"}


def test_words_changed_since_take_an_agreement_along_and_leave_an_objection(room, proposed):
    decide(room, proposed, "objection", "CAN")
    write(room, proposed, "Otras palabras")
    assert positions(room) == {"CAN": "objection"}


def test_another_state_marked_in_the_editor_ends_what_was_recorded(room, proposed):
    decide(room, proposed, "objection", "CAN")
    room.do("secretariat", "paragraph.mark", paragraph=proposed, state="proposed")
    room.do("secretariat", "paragraph.mark", paragraph=proposed, state="bracketed")
    assert positions(room) == {}


def test_positions_show_on_the_chairs_tiles_and_in_the_list_of_paragraphs(room, proposed):
    decide(room, proposed, "objection", "CAN", note="El plazo")
    viewer = viewer_of(room.desk, room.session, room.person["chair"], NOW)
    tiles = read_topic(room.desk, room.session, "delegations", viewer, NOW).tiles
    assert {each.code: each.position for each in tiles if each.position} == {"CAN": "objects"}
    listed = read_topic(room.desk, room.session, "draft", viewer, NOW).paragraphs
    (found,) = (each for each in listed if each.standing)
    assert (found.id, found.standing.note) == (proposed, "El plazo")


# Who is shown whose position -----------------------------------------------------------------


def test_who_objects_is_for_members_and_the_secretariat(room, proposed):
    decide(room, proposed, "objection", "CAN")
    for role in ("chair", "secretariat", "delegate-hnd", "drafting-mex"):
        assert positions(room, role) == {"CAN": "objection"}, role
    room.do(
        "chair",
        "grant.give",
        person=room.person["interpreter"],
        right="read_draft",
        reason="Traduce",
    )
    for role in ("projector", "interpreter"):
        assert standing(room, role).paragraph == proposed, role
        assert positions(room, role) == {}, role


def test_who_objected_behind_the_closed_door_is_for_its_roster_after_it_has_opened_too(room):
    close(room, "closed")
    room.do("chair", "roster.verify")
    paragraph = put(room, 3)
    decide(room, paragraph, "objection", "CAN")
    room.do("chair", "door.open")
    put(room, 3)
    assert positions(room, "chair") == {"CAN": "objection"}
    assert standing(room, "delegate-hnd").paragraph == paragraph
    assert positions(room, "delegate-hnd") == {}
    assert positions(room, "secretariat") == {}


def test_a_result_on_the_closed_text_is_in_the_closed_part_of_the_record_and_so_is_its_undoing(
    room,
):
    draft, paragraph = begin_closed_text(room)
    put(room, draft=draft, paragraph=paragraph)
    decision = decide(room, paragraph, "objection", "CAN", draft=draft)
    room.do("chair", "door.open")
    undo(room, decision)
    with pytest.raises(Conflict):
        undo(room, decision)
    found = room.desk.store.all(
        "select act, closed from act where act in ('paragraph.decide', 'decision.undo')"
    )
    assert [(each["act"], each["closed"]) for each in found] == [
        ("paragraph.decide", 1),
        ("decision.undo", 1),
        ("decision.undo", 1),
    ]


# Taking it back ------------------------------------------------------------------------------


def test_within_eight_seconds_state_and_positions_are_as_before(room, proposed):
    decide(room, proposed, "objection", "CAN")
    decision = decide(room, proposed, "consensus")
    undo(room, decision, after=8.0)
    assert state_of(room, proposed) == "bracketed"
    assert positions(room) == {"CAN": "objection"}


def test_after_eight_seconds_a_result_is_answered_by_a_new_one_only(room, proposed):
    decision = decide(room, proposed, "consensus")
    with pytest.raises(Conflict, match=r"decision.too_late"):
        undo(room, decision, after=8.001)
    assert state_of(room, proposed) == "agreed"


def test_what_has_been_overtaken_is_not_taken_back(room, proposed):
    first = decide(room, proposed, "objection", "CAN")
    decide(room, proposed, "objection", "MEX")
    with pytest.raises(Conflict, match=r"decision.overtaken"):
        undo(room, first)
    second = decide(room, proposed, "bracketed")
    write(room, proposed, "Otras palabras")
    with pytest.raises(Conflict, match=r"decision.overtaken"):
        undo(room, second)


def test_a_result_is_taken_back_once(room, proposed):
    decision = decide(room, proposed, "consensus")
    undo(room, decision)
    with pytest.raises(Conflict, match=r"decision.overtaken"):
        undo(room, decision)
    with pytest.raises(NotFound):
        undo(room, "nothing")


def test_the_chair_is_offered_the_way_back_as_long_as_there_is_one(room, proposed):
    decision = decide(room, proposed, "objection", "CAN")
    offered = standing(room, "chair").undo
    assert (offered.decision, offered.result) == (decision, "objection")
    assert offered.until == round((NOW + timedelta(seconds=8)).timestamp() * 1000)
    assert standing(room, "secretariat").undo is None
    viewer = viewer_of(room.desk, room.session, room.person["chair"], NOW)
    later = NOW + timedelta(seconds=8)
    assert read_topic(room.desk, room.session, "room", viewer, later).undo is None
    put(room, 5)  # the room goes on: the way back stays
    assert standing(room, "chair").undo == offered
    undo(room, decision)
    assert standing(room, "chair").undo is None


def test_a_class_that_may_not_decide_on_the_closed_text_is_not_offered_its_way_back(room):
    draft, paragraph = begin_closed_text(room)
    put(room, draft=draft, paragraph=paragraph)
    decide(room, paragraph, "objection", "CAN", draft=draft)
    viewer = viewer_of(room.desk, room.session, room.person["chair"], NOW)
    assert read_topic(room.desk, room.session, "room", viewer, NOW).undo is not None
    outside = replace(viewer, closed_draft=frozenset())
    assert read_topic(room.desk, room.session, "room", outside, NOW).undo is None


def test_who_conducts_by_delegation_neither_reads_nor_takes_back_a_result_from_behind_the_door(
    room, proposed
):
    """The door opens within the eight seconds: whom the result names is still for the roster."""
    room.do("chair", "gavel.delegate", on=True)
    close(room, "closed")
    room.do("chair", "roster.verify")
    decision = decide(room, proposed, "objection", "NIC")
    room.do("chair", "door.open")
    room.do("chair", "gavel.lay_down")
    assert standing(room, "chair").undo is not None
    assert standing(room, "secretariat").undo is None
    with pytest.raises(NotFound, match=r"decision\.unknown"):
        undo(room, decision, role="secretariat")
    assert state_of(room, proposed) == "bracketed"
    room.do("chair", "gavel.take", seen="")
    undo(room, decision)
    assert room.desk.store.one(
        "select closed from act where act = 'decision.undo' and outcome = 'done'"
    )[0]
