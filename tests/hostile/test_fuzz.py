"""The short runs of the fuzzers; the long ones are documented in each, and in docs/security.md."""

from __future__ import annotations

import random

import pytest

from tests.hostile import fuzz_commands, fuzz_imports, fuzz_requests

SEED = random.SystemRandom().randrange(10**6)
"""Another each time; the failing case is printed with it."""


def test_hostile_commands_are_refused_in_one_sentence_and_change_nothing() -> None:
    counts = fuzz_commands.attack(1_000, SEED)
    assert counts["cases"] == 1_000
    assert counts["done"] > 50, "too little was done to come into many states"
    assert len(counts) > 20, "too few kinds of refusals"


@pytest.mark.slow
def test_hostile_messages_on_a_real_socket_change_nothing_and_the_desk_stays_up() -> None:
    counts = fuzz_commands.attack_sockets(700, SEED)
    assert counts["cases"] > 500
    assert len(counts) > 8


@pytest.mark.slow
def test_hostile_files_are_taken_whole_or_refused_with_what_is_wrong() -> None:
    counts = fuzz_imports.attack(300, SEED)
    assert counts["cases"] == 300
    assert {"people", "text"} <= counts.keys(), "nothing was ever taken"
    assert len(counts) > 6


@pytest.mark.slow
def test_hostile_requests_over_every_route_are_answered() -> None:
    counts = fuzz_requests.attack(1_500, SEED)
    assert counts["cases"] == 1_500
    assert counts["2xx"] > 100
    assert counts["4xx"] > 500
