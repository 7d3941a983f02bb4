"""Results: explicit, naming who must be named, standing until another, undone for a few seconds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cases import of_each

from session_app.domain.decision import (
    STATES,
    UNDO_WITHIN,
    Decision,
    Position,
    Result,
    check_undo,
    find_standing,
    name_delegations,
)
from session_app.domain.drafting import State
from session_app.domain.errors import Conflict, Invalid

NOW = datetime(2017, 6, 21, 20, 33, tzinfo=UTC)
MEMBERS = ["BLZ", "CAN", "CRI", "SLV"]


def decision(result: Result = Result.OBJECTION, *who: str, **also: object) -> Decision:
    held = Decision(
        id="d",
        draft="draft",
        paragraph="p",
        result=result,
        digest="digest",
        delegations=who,
        note="",
        by="chair",
        at=NOW,
        present=("CAN",),
        before=State.PROPOSED,
        behind=False,
    )
    return replace(held, **also)  # type: ignore[arg-type]


def test_only_consensus_agrees_and_an_objection_leaves_the_text_in_brackets() -> None:
    assert STATES == {
        Result.CONSENSUS: State.AGREED,
        Result.AD_REFERENDUM: State.AD_REFERENDUM,
        Result.BRACKETED: State.BRACKETED,
        Result.OBJECTION: State.BRACKETED,
    }


@pytest.mark.parametrize("result", [Result.AD_REFERENDUM, Result.OBJECTION])
def test_who_consults_and_who_objects_is_named(result: Result) -> None:
    with pytest.raises(Invalid, match=r"decision.who_"):
        name_delegations(result, (), MEMBERS)
    assert name_delegations(result, ["SLV", "CAN", "SLV"], MEMBERS) == ("CAN", "SLV")


def test_brackets_may_name_who_holds_to_them_and_a_consensus_names_nobody() -> None:
    assert name_delegations(Result.BRACKETED, (), MEMBERS) == ()
    assert name_delegations(Result.BRACKETED, ["CRI"], MEMBERS) == ("CRI",)
    assert name_delegations(Result.CONSENSUS, (), MEMBERS) == ()
    with pytest.raises(Invalid, match=r"decision.consensus_names_nobody"):
        name_delegations(Result.CONSENSUS, ["CAN"], MEMBERS)


@of_each("result", list(Result))
def test_who_is_no_member_has_no_position(result: Result) -> None:
    with pytest.raises(Invalid, match=r"decision.unknown_delegation") as refusal:
        name_delegations(result, ["CAN", "OIM"], MEMBERS)
    assert refusal.value.params["code"] == "OIM"


def test_a_position_is_what_the_result_says_of_the_delegations_it_names() -> None:
    found = {result: decision(result, "CAN").positions for result in Result}
    assert found == {
        Result.CONSENSUS: {},
        Result.AD_REFERENDUM: {"CAN": Position.CONSULTS},
        Result.BRACKETED: {"CAN": Position.BRACKETS},
        Result.OBJECTION: {"CAN": Position.OBJECTS},
    }


def test_the_last_result_stands_and_the_one_before_it_once_that_is_ended() -> None:
    first = decision(Result.OBJECTION, "CAN", id="first")
    second = decision(Result.BRACKETED, "CRI", id="second")
    assert find_standing([first, second], State.BRACKETED) == second
    ended = replace(second, ended=True)
    assert find_standing([first, ended], State.BRACKETED) == first
    assert find_standing([], State.BRACKETED) is None


def test_a_result_stands_only_while_the_paragraph_has_the_state_it_gave() -> None:
    agreed = decision(Result.CONSENSUS)
    earlier = decision(Result.OBJECTION, "CAN", id="earlier")
    assert find_standing([earlier, agreed], State.AGREED) == agreed
    # Words were changed: the agreement is gone, and no older position is back.
    assert find_standing([earlier, agreed], State.PROPOSED) is None
    assert find_standing([earlier, agreed], State.BRACKETED) is None


def test_a_result_is_undone_within_eight_seconds_and_not_a_moment_later() -> None:
    held = decision()
    assert timedelta(seconds=8) == UNDO_WITHIN
    check_undo(held, held, digest="digest", now=NOW + UNDO_WITHIN)
    with pytest.raises(Conflict, match=r"decision.too_late"):
        check_undo(held, held, digest="digest", now=NOW + UNDO_WITHIN + timedelta(milliseconds=1))


def test_what_has_been_overtaken_is_not_undone() -> None:
    held = decision()
    for standing, digest in (
        (None, "digest"),
        (decision(id="another"), "digest"),
        (held, "other words"),
    ):
        with pytest.raises(Conflict, match=r"decision.overtaken"):
            check_undo(held, standing, digest=digest, now=NOW)
