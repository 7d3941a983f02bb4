"""Who may be behind a closed door: heads, their companions, the chair; others by a reasoned exception."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from types import MappingProxyType
from typing import Any

import pytest
from cases import of_each

from session_app.config import ROOT
from session_app.domain.errors import Conflict
from session_app.domain.forum import Forum, Setting
from session_app.domain.people import Capacity, Category, categorize
from session_app.domain.roster import (
    Candidate,
    Entry,
    Place,
    check_admission,
    digest,
    may_ask,
    propose,
)
from session_app.services.setup import load_forum

CRM = load_forum(ROOT / "agendas" / "crm")
PPT = "SLV"
OF = {
    Category.HEAD: ("MEX", Capacity.HEAD),
    Category.DELEGATE: ("MEX", Capacity.DELEGATE),
    Category.PPT_CHAIR: ("SLV", Capacity.CHAIR),
    Category.PPT_STAFF: ("SLV", Capacity.PPT_STAFF),
    Category.ST: ("ST", Capacity.STAFF),
    Category.OBSERVER_COUNTRY: ("COL", Capacity.OBSERVER),
    Category.OBSERVER_ORGANISATION: ("OIM", Capacity.OBSERVER),
    Category.RROCM: ("RROCM", Capacity.RROCM),
    Category.GUEST: ("UNICEF", Capacity.GUEST),
    Category.INTERPRETER: ("ST", Capacity.INTERPRETER),
    Category.PUBLIC: ("RROCM", Capacity.STAFF),
}


def setting(forum: Forum, key: str, value: str | int) -> Forum:
    changed = Setting(value, (value,), "default")
    return replace(forum, settings=MappingProxyType({**forum.settings, key: changed}))


def candidate(
    category: Category = Category.HEAD, person: str = "p", code: str = "", rank: str = ""
) -> Candidate:
    delegation, capacity = OF[category]
    found = categorize(CRM, delegation, capacity, PPT)
    assert found is category
    return Candidate(person, code or delegation, category, capacity, rank)


def companion(person: str, code: str = "MEX") -> Candidate:
    return Candidate(person, code, Category.DELEGATE, Capacity.COMPANION)


def refusal(
    one: Candidate,
    *inside: Candidate,
    reason: str = "",
    forum: Forum = CRM,
    companions: int = 1,
) -> str:
    """The code by which somebody is refused; empty for who may come in."""
    try:
        check_admission(one, reason, inside, forum, companions=companions)
    except Conflict as refused:
        return refused.code
    return ""


# Category by category -------------------------------------------------------------------------


@of_each(
    "category, by_right, by_exception, asks",
    [
        (Category.HEAD, "", "", True),
        (Category.DELEGATE, "", "", True),
        (Category.PPT_CHAIR, "", "", False),  # presides, on the roster or off it
        (Category.PPT_STAFF, "", "", True),
        (Category.ST, "roster.reason_missing", "", True),
        (Category.OBSERVER_COUNTRY, "roster.not_admissible", "roster.not_admissible", False),
        (Category.OBSERVER_ORGANISATION, "roster.not_admissible", "roster.not_admissible", False),
        (Category.RROCM, "roster.not_admissible", "roster.not_admissible", False),
        (Category.GUEST, "roster.not_admissible", "roster.not_admissible", False),
        (Category.INTERPRETER, "roster.reason_missing", "", True),
        (Category.PUBLIC, "roster.not_admissible", "roster.not_admissible", False),
    ],
)
def test_who_comes_in_by_right_who_by_an_exception_and_who_never(
    category: Category, by_right: str, by_exception: str, asks: bool
) -> None:
    one = candidate(category)
    assert refusal(one) == by_right
    assert refusal(one, reason="Lo pide la Presidencia") == by_exception
    assert may_ask(one, CRM) is asks


def test_a_special_participant_comes_in_only_where_the_forum_says_so_and_with_a_reason() -> None:
    guest = candidate(Category.GUEST)
    invited = setting(CRM, "special_participants.closed_door", "non_objection")
    assert refusal(guest, forum=invited) == "roster.reason_missing"
    assert refusal(guest, forum=invited, reason="Informe") == ""
    assert may_ask(guest, invited)
    for category in (Category.OBSERVER_COUNTRY, Category.OBSERVER_ORGANISATION, Category.RROCM):
        never = candidate(category)
        assert refusal(never, forum=invited, reason="Informe") == "roster.not_admissible"
        assert not may_ask(never, invited)


# Quotas ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("quota", [1, 2])
def test_a_head_brings_as_many_companions_as_the_quota_and_no_more(quota: int) -> None:
    inside = [candidate(), *(companion(f"c{number}") for number in range(quota))]
    assert refusal(companion("late"), *inside[:-1], companions=quota) == ""
    assert refusal(companion("late"), *inside, companions=quota) == "roster.companions"
    # No exception stretches the quota, and another delegation's is its own.
    assert refusal(companion("l"), *inside, reason="x", companions=quota) == "roster.companions"
    assert refusal(companion("late", "CAN"), *inside, companions=quota) == ""


def test_the_presidencys_staff_come_in_within_their_own_countrys_quota() -> None:
    staff, delegate = candidate(Category.PPT_STAFF), companion("c", PPT)
    assert refusal(staff, candidate(Category.PPT_CHAIR)) == ""
    assert refusal(staff, candidate(Category.PPT_CHAIR), delegate) == "roster.companions"
    assert refusal(delegate, staff) == "roster.companions"
    assert refusal(staff, delegate, companions=2) == ""


def test_a_delegation_has_one_head() -> None:
    second = candidate(person="second")
    assert refusal(second, candidate()) == "roster.second_head"
    assert refusal(second, candidate(), reason="Relevo") == "roster.second_head"
    assert refusal(candidate(code="CAN"), candidate()) == ""


# The head's rank: a setting -------------------------------------------------------------------

VICEMINISTER = setting(CRM, "closed_door.head_rank", "viceminister")


@of_each(
    "rank",
    [
        "Viceministra de Gobernación",
        "Vice-Ministro del Interior",
        "vice minister of immigration",
        "VICEMINISTER",
        "Subsecretaria de Población",
        "Under Secretary",
        "Undersecretary of State",
        "Deputy Minister",
    ],
)
def test_a_viceminister_or_the_equal_of_one_heads_a_delegation_behind_the_door(rank: str) -> None:
    assert refusal(candidate(rank=rank), forum=VICEMINISTER) == ""


@of_each("rank", ["", "Director General de Migración", "Asesor del Viceministro"])
def test_a_head_of_lower_rank_needs_an_exception_where_the_forum_asks_for_a_viceminister(
    rank: str,
) -> None:
    head = candidate(rank=rank)
    assert refusal(head) == ""  # any head, as the Conference has it
    assert refusal(head, forum=VICEMINISTER) == "roster.rank"
    assert refusal(head, forum=VICEMINISTER, reason="Encargado de despacho") == ""


def test_the_rank_of_a_companion_and_of_the_chair_is_not_asked() -> None:
    assert refusal(companion("c"), forum=VICEMINISTER) == ""
    assert refusal(candidate(Category.PPT_CHAIR), forum=VICEMINISTER) == ""


# What is proposed when the door closes --------------------------------------------------------

EVERYBODY = (
    *(candidate(category, person=str(category)) for category in Category),
    candidate(person="head of Canada", code="CAN"),
    companion("companion of Canada", "CAN"),
    companion("another of Canada", "CAN"),
)


def proposed(
    roster: dict[str, Entry] | None = None, forum: Forum = CRM, *, companions: int = 1
) -> dict[str, Entry]:
    return propose(EVERYBODY, roster or {}, forum, companions=companions)


def test_heads_and_their_companions_are_proposed_as_far_as_the_quota_goes() -> None:
    one = {"head", "head of Canada", "companion of Canada"}
    assert proposed().keys() == one
    assert proposed(companions=2).keys() == one | {"another of Canada"}
    assert all(entry.place is Place.NAMED for entry in proposed().values())


def test_nobody_is_verified_before_the_room_has_been_looked_at_anew() -> None:
    before = {
        "head": Entry("head", Place.ADMITTED),
        "st": Entry("st", Place.ADMITTED, "Finanzas"),
        "delegate": Entry("delegate", Place.WAITING),
    }
    again = proposed(before)
    assert {entry.place for entry in again.values()} == {Place.NAMED}
    assert again["st"].reason == "Finanzas"
    assert "delegate" not in again  # who was waiting asks again


def test_who_may_no_longer_be_there_is_not_proposed_again() -> None:
    before = {
        "guest": Entry("guest", Place.ADMITTED, "Informe"),  # while the setting allowed it
        "gone": Entry("gone", Place.ADMITTED),  # no longer accredited
        "observer_country": Entry("observer_country", Place.ADMITTED, "x"),
    }
    assert proposed(before).keys() == proposed().keys()


def test_a_companion_the_chair_chose_keeps_the_place_against_the_list() -> None:
    before = {"another of Canada": Entry("another of Canada", Place.ADMITTED)}
    again = proposed(before)
    assert "another of Canada" in again
    assert "companion of Canada" not in again


def test_a_smaller_quota_than_last_time_leaves_the_last_companion_out() -> None:
    before = proposed(companions=2)
    assert proposed(before).keys() == proposed().keys()


def test_no_roster_that_is_proposed_breaks_its_own_rules() -> None:
    people = {each.person: each for each in EVERYBODY}
    standings: list[dict[str, Entry]] = [
        {person: Entry(person, Place.ADMITTED, reason) for person in some}
        for some in combinations(people, 3)
        for reason in ("", "razón")
    ]
    for forum in (CRM, VICEMINISTER):
        for standing in standings:
            found = proposed(standing, forum)
            for person, entry in found.items():
                others = [people[other] for other in found if other != person]
                assert refusal(people[person], *others, reason=entry.reason, forum=forum) == ""


# The list the chair was shown -----------------------------------------------------------------


def test_a_list_is_named_by_who_is_on_it_and_not_by_their_order() -> None:
    assert digest(["a", "b"]) == digest(("b", "a"))
    different: list[list[Any]] = [[], ["a"], ["b"], ["a", "b"], ["ab"], ["a", "b", "c"]]
    assert len({digest(each) for each in different}) == len(different)
