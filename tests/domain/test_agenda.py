"""What may follow what in a session."""

import pytest

from session_app.domain import agenda
from session_app.domain.agenda import Item, ItemState, Sitting, SittingState
from session_app.domain.errors import Conflict, Invalid

ITEMS = tuple(
    Item(name, f"Punto {name}", f"Item {name}", state)
    for name, state in zip(
        "abcd",
        (ItemState.DONE, ItemState.CURRENT, ItemState.PENDING, ItemState.PENDING),
        strict=True,
    )
)
AT = "2017-06-21T20:33:00.000+00:00"


def states(items):
    return " ".join(item.state[0] for item in items)


def test_the_next_item_is_the_next_pending_one():
    assert states(agenda.advance(ITEMS, None)) == "d d c p"


def test_the_chair_may_go_to_any_item_and_back():
    ahead = agenda.advance(ITEMS, "d")
    assert states(ahead) == "d d p c"
    assert states(agenda.advance(ahead, "a")) == "c d p d"


def test_only_an_item_marked_done_is_reopened():
    assert states(agenda.reopen(ITEMS, "a")) == "p c p p"
    with pytest.raises(Conflict, match="agenda.not_done"):
        agenda.reopen(ITEMS, "c")


def test_numbers_are_places():
    moved = agenda.move(ITEMS, "d", "up")
    assert [(item.id, item.number) for item in agenda.changed(moved).items] == [
        ("a", "1"),
        ("b", "2"),
        ("d", "3"),
        ("c", "4"),
    ]


def test_an_item_at_the_edge_stays():
    with pytest.raises(Conflict, match="agenda.cannot_move_up"):
        agenda.move(ITEMS, "a", "up")


def test_titles_are_there_in_both_languages_and_short():
    assert agenda.titled(" Uno \n dos ", "One") == ("Uno dos", "One")
    with pytest.raises(Invalid, match="agenda.title_missing"):
        agenda.titled("Uno", "")
    with pytest.raises(Invalid, match="agenda.title_too_long"):
        agenda.titled("x" * 301, "One")


def test_each_sitting_has_a_number_and_a_door_epoch_of_its_own():
    first = agenda.open_next(None, "open", AT)
    second = agenda.open_next(agenda.close(first, AT), "members", AT)
    assert (first.number, second.number) == (1, 2)
    assert second.epoch > first.epoch


@pytest.mark.parametrize(("change", "state"), [
    (lambda sitting: agenda.suspend(sitting, None, AT), None),
    (lambda sitting: agenda.suspend(sitting, None, AT), SittingState.SUSPENDED),
    (lambda sitting: agenda.resume(sitting, AT), SittingState.OPEN),
    (lambda sitting: agenda.resume(sitting, AT), SittingState.CLOSED),
    (lambda sitting: agenda.close(sitting, AT), SittingState.CLOSED),
    (lambda sitting: agenda.close(sitting, AT), None),
    (lambda sitting: agenda.open_next(sitting, "open", AT), SittingState.OPEN),
])  # fmt: skip
def test_acts_in_the_wrong_order_are_refused(change, state):
    sitting = None if state is None else Sitting(1, "open", state, AT, 1)
    with pytest.raises(Conflict):
        change(sitting)


@pytest.mark.parametrize("time", ["24:00", "9", "ab:cd", "12:60", "12:5", "-1:30", "١٢:٣٠x"])
def test_a_time_of_resumption_is_a_time_of_day(time):
    sitting = Sitting(1, "open", SittingState.OPEN, AT, 1)
    with pytest.raises(Invalid, match="sitting.bad_time"):
        agenda.suspend(sitting, time, AT)


def test_a_title_reads_as_it_is_stored():
    assert agenda.titled("\u202eA\u200bpertura\x00\n 2", "Opening\t2") == (
        "Apertura 2",
        "Opening 2",
    )
    with pytest.raises(Invalid, match="agenda.title_missing"):
        agenda.titled("\u200b", "Opening")


@pytest.mark.parametrize("text", ["24:00", "3:5", "٣:٣٠", "-1:30", "15:30 ", "15.30", "015:30"])
def test_what_is_not_a_clock_time_is_refused(text):
    with pytest.raises(Invalid, match="sitting.bad_time"):
        agenda.suspend(agenda.open_next(None, "open", "now"), text, "now")
