"""The gavel's rules: one holds it, nobody is made to take it, and a reach that comes too late is told so."""

import pytest
from cases import of_each

from session_app.domain import gavel
from session_app.domain.errors import Conflict
from session_app.domain.gavel import Holder

PEREZ = Holder("perez", "J. Pérez", "SLV", "2017-06-21T20:33:00Z")


def test_who_conducts_while_nobody_holds_it_takes_it_and_the_holder_goes_on():
    assert gavel.conduct(None, "ana") is True
    assert gavel.conduct(PEREZ, "perez") is False


def test_anybody_else_is_told_who_presides():
    with pytest.raises(Conflict, match="gavel.held") as refused:
        gavel.conduct(PEREZ, "ana")
    assert refused.value.params == {"name": "J. Pérez", "delegation": "SLV"}


@of_each(
    "holder, seen, code",
    [
        (PEREZ, "", "gavel.changed_hands"),
        (PEREZ, "solano", "gavel.changed_hands"),
        (None, "perez", "gavel.laid_down"),
    ],
)
def test_it_is_taken_only_from_whom_one_has_seen_hold_it(holder, seen, code):
    with pytest.raises(Conflict, match=code):
        gavel.take(holder, "ana", seen)
    gavel.take(holder, "ana", holder.person if holder else "")


def test_the_holder_does_not_take_it_from_themselves():
    with pytest.raises(Conflict, match="gavel.yours"):
        gavel.take(PEREZ, "perez", "perez")


def test_only_the_holder_gives_it_up():
    gavel.give_up(PEREZ, "perez")
    with pytest.raises(Conflict, match="gavel.held"):
        gavel.give_up(PEREZ, "ana")
    with pytest.raises(Conflict, match="gavel.nobody"):
        gavel.give_up(None, "ana")
