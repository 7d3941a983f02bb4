"""What an answer hangs on: found by asking the table again, and so never different from it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import FORUM, NOW

from session_app.domain.access import PUBLIC_ACTOR, Action, Actor, Category, Subject, may
from session_app.domain.errors import NotFound
from session_app.domain.forum import AccessSettings
from session_app.domain.people import Capacity, Grant
from session_app.services.door import preview_closing
from session_app.services.inspection import (
    READING,
    Ground,
    explain,
    explain_access,
    find_imitated,
    imitate,
)

CLOSED = Subject("s", "viceministers", mode="closed")
GRCM = Subject("s", "grcm")


def somebody(category: Category, *grants: Grant, **also: object) -> Actor:
    found = replace(
        PUBLIC_ACTOR, person="p", category=category, capacity=Capacity.DELEGATE, grants=grants
    )
    return replace(found, **also)  # type: ignore[arg-type]


def given(right, **also):
    return Grant("g", "p", right, "motivo", "chair", NOW, **also)


def why(actor, action, subject):
    return explain_access(actor, action, subject, FORUM, at=NOW)


def facts(answer):
    """What decides, or the ways it could be opened, as words."""
    if answer.decision.allowed:
        return {each.fact for each in answer.decides}
    return {
        "+".join(f"grant {each.right}" if each.right else each.fact for each in some)
        for some in answer.would_open
    }


@pytest.mark.parametrize(
    ("category", "action", "subject", "expected"),
    [
        (Category.HEAD, Action.SEE_AGENDA, CLOSED, {"roster", "mode"}),
        (Category.HEAD, Action.SEE_AGENDA, replace(CLOSED, on_roster=True), {"roster"}),
        (Category.DELEGATE, Action.EDIT_DRAFT, replace(GRCM, group="drafting"), {"named"}),
        (Category.RROCM, Action.SPEAK, GRCM, {"slot"}),
        (Category.RROCM, Action.SPEAK, replace(GRCM, own_slot=True), {"slot", "setting"}),
        (Category.RROCM, Action.SEE_AGENDA, GRCM, set()),
        (Category.GUEST, Action.ATTEND, GRCM, {"grant attend"}),
        (Category.OBSERVER_COUNTRY, Action.SEE_AGENDA, replace(GRCM, body="viceministers"),
         {"issued", "setting"}),
        (Category.OBSERVER_COUNTRY, Action.READ_DRAFT, replace(GRCM, group="drafting"), set()),
        (Category.OBSERVER_ORGANISATION, Action.ATTEND, replace(GRCM, mode="members"), {"mode"}),
        (Category.OBSERVER_ORGANISATION, Action.ATTEND, GRCM, {"setting"}),
        (Category.ST, Action.SEE_AGENDA, CLOSED, {"mode", "roster+grant see_agenda"}),
        (Category.INTERPRETER, Action.ATTEND, CLOSED,
         {"mode", "roster+exception", "roster+grant attend"}),
        (Category.PPT_CHAIR, Action.ATTEND, CLOSED, set()),
        (Category.HEAD, Action.APPROVE, replace(GRCM, body="adhoc"), {"joined"}),
        (Category.PUBLIC, Action.DOWNLOAD, replace(GRCM, adopted=True), {"public"}),
    ],
)  # fmt: skip
def test_an_answer_hangs_on_these_facts_and_on_no_other(category, action, subject, expected):
    assert facts(why(somebody(category), action, subject)) == expected


def test_an_explanation_never_differs_from_the_table():
    for category in Category:
        for action in Action:
            for subject in (GRCM, CLOSED, replace(CLOSED, on_roster=True)):
                person = somebody(category, given("read_draft"), drafting=True)
                answer = why(person, action, subject)
                assert answer.decision == may(person, action, subject, at=NOW)
                # What would open a refusal is not told of what is allowed, and the other way round.
                assert not (answer.would_open if answer.decision else answer.decides)


def test_the_grant_that_counts_is_named_and_those_that_do_not_are_not():
    counts, lapsed, other = given("attend"), given("attend", until=NOW), given("speak")
    answer = why(somebody(Category.GUEST, lapsed, counts, other), Action.ATTEND, GRCM)
    assert answer.decides == (Ground("grant", grant=counts),)


def test_of_two_grants_either_of_which_would_do_both_are_named():
    first, second = given("attend"), given("attend", item="i")
    asked = replace(GRCM, item="i")
    answer = why(somebody(Category.GUEST, first, second), Action.ATTEND, asked)
    assert [each.grant for each in answer.decides] == [first, second]


def test_a_setting_is_named_with_its_value_and_its_source():
    answer = why(somebody(Category.OBSERVER_ORGANISATION), Action.ATTEND, GRCM)
    (ground,) = answer.decides
    assert (ground.setting, ground.value) == ("grcm.observer_orgs", "yes")
    assert ground.source == FORUM.settings["grcm.observer_orgs"].source
    settings = AccessSettings(grcm_observer_orgs="slots")
    refused = why(
        somebody(Category.OBSERVER_ORGANISATION), Action.ATTEND, replace(GRCM, settings=settings)
    )
    assert facts(refused) == {"slot", "setting"}


def test_an_answer_names_the_lines_of_the_table_it_was_read_from():
    person = somebody(Category.HEAD)
    for subject, action, lines in (
        (GRCM, Action.ATTEND, "grcm"),
        (replace(GRCM, group="drafting"), Action.READ_DRAFT, "drafting"),
        (CLOSED, Action.ATTEND, "closed_door"),
        (GRCM, Action.ADOPT, "any"),
    ):
        assert why(person, action, subject).lines == lines


def close(room):
    seen = preview_closing(room.desk, room.session, "closed", NOW).seen
    room.do("chair", "door.close", mode="closed", seen=seen)


def test_who_asks_from_outside_the_door_is_told_nothing_of_what_is_behind_it(room):
    close(room)
    for action in Action:
        for asker in ("chair", "secretariat"):
            answer = explain(
                room.desk,
                room.session,
                room.person["delegate-hnd"],
                action,
                NOW,
                asker=room.person[asker],
            )
            told = asker == "chair" or action in (
                Action.KNOW,
                Action.ACCREDIT,
                Action.SHOW_SCREEN,
            )
            assert (answer is not None) == told, (asker, action)


def test_nobody_asks_about_somebody_who_is_not_accredited(room):
    with pytest.raises(NotFound):
        explain(room.desk, room.session, "nobody", Action.KNOW, NOW, asker=room.person["chair"])


def test_an_imitation_shows_what_both_may_see_and_lets_nobody_act(room):
    askers = (*room.person.values(), None)
    for name in (*Category, "MEX.head", "SLV.chair"):
        imitated = find_imitated(room.desk, room.session, name)
        for asker in askers:
            seen = imitate(room.desk, room.session, asker, imitated, NOW)
            assert seen.may <= room.desk.authority.allowed(room.session, asker, NOW) & READING
            for action in seen.may:
                subject = room.desk.authority.subject(room.session, imitated, action)
                assert may(imitated, action, subject, at=NOW)
            assert seen.closed <= room.desk.authority.level_of_closed(room.session, asker, NOW)


def test_an_imitated_delegation_has_its_category_for_this_session(room):
    for name, category in (
        ("SLV.chair", Category.PPT_CHAIR),
        ("MEX.head", Category.HEAD),
        ("COL.observer", Category.OBSERVER_COUNTRY),
        ("RROCM.rrocm", Category.RROCM),
        ("ST.interpreter", Category.INTERPRETER),
    ):
        assert find_imitated(room.desk, room.session, name).category is category
    assert find_imitated(room.desk, room.session, "MEX.drafting_representative").drafting
    for name in ("MEX.chair", "XXX.head", "", ".", "head.head"):
        with pytest.raises(NotFound):
            find_imitated(room.desk, room.session, name)


def test_the_rrocms_imitation_has_its_slot_while_it_is_under_way(room):
    imitated = find_imitated(room.desk, room.session, "rrocm")
    chair = room.person["chair"]

    def attends():
        return Action.ATTEND in imitate(room.desk, room.session, chair, imitated, NOW).may

    assert not attends()
    item = room.do("chair", "agenda.add", title_es="R", title_en="R", slot="RROCM")["item"]
    room.do("chair", "agenda.advance", item=item)
    assert attends()
