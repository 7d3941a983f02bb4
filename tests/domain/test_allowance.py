"""What a message costs: as much as answering it takes."""

import pytest

from session_app.domain.allowance import cost_of


@pytest.mark.parametrize(
    ("name", "little", "much"),
    [
        ("join", {"topics": ["agenda"]}, {"topics": ["agenda", "floor"]}),
        ("draft.open", {"texts": "yes"}, {"texts": True}),
        ("draft.sync", {"ids": ["a"]}, {"ids": ["a"] * 60}),
    ],
)
def test_who_asks_for_more_has_less_left(name, little, much):
    assert 1 <= cost_of(name, None) <= cost_of(name, little) < cost_of(name, much)


def test_a_message_of_nonsense_costs_no_fortune_and_is_told_what_it_is():
    assert cost_of("join", {"topics": ["x"] * 40_000}) < 100
    assert cost_of("beat", {"topics": ["x"], "texts": True, "ids": 7}) == 1
