"""What an answer hangs on: found by asking the table again, and so never different from it."""

from __future__ import annotations

from dataclasses import replace

from cases import of_each
from conftest import FORUM, NOW

from session_app.domain.access import PUBLIC_ACTOR, Action, Actor, Category, Subject, may
from session_app.domain.explanation import Ground, explain
from session_app.domain.forum import AccessSettings
from session_app.domain.people import Capacity, Grant

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
    return explain(actor, action, subject, FORUM, at=NOW)


def facts(answer):
    """What decides, or the ways it could be opened, as words."""
    if answer.decision.allowed:
        return {each.fact for each in answer.decides}
    return {
        "+".join(f"grant {each.right}" if each.right else each.fact for each in some)
        for some in answer.would_open
    }


@of_each(
    "category, action, subject, expected",
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
