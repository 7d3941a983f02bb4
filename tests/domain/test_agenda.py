"""What may follow what in a session."""

from dataclasses import replace
from itertools import product

import pytest
from cases import of_each

from session_app.domain import agenda
from session_app.domain.access import Level
from session_app.domain.agenda import ClosedRun, Item, ItemState, Sitting, SittingState
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


def test_who_is_off_the_roster_passes_closed_items_in_one_step_and_cannot_count_them():
    closed = tuple(replace(item, mode="closed") for item in ITEMS[1:3])
    items = (ITEMS[0], *closed, ITEMS[3])
    for level in (Level.EXISTS, Level.SCHEDULED):
        down = agenda.move(items, "a", "down", level=level)
        assert [item.id for item in down] == ["b", "c", "a", "d"]
        assert agenda.move(down, "a", "up", level=level) == items
        shown = agenda.veil(down, level)
        assert [isinstance(each, ClosedRun) for each in shown] == [True, False, False]
    assert [item.id for item in agenda.move(items, "a", "down")] == ["b", "a", "c", "d"]


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


@of_each("change, state", [
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


@of_each("time", ["24:00", "9", "ab:cd", "12:60", "12:5", "-1:30", "١٢:٣٠x"])
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


@of_each("text", ["24:00", "3:5", "٣:٣٠", "-1:30", "15:30 ", "15.30", "015:30"])
def test_what_is_not_a_clock_time_is_refused(text):
    with pytest.raises(Invalid, match="sitting.bad_time"):
        agenda.suspend(agenda.open_next(None, "open", "now"), text, "now")


# Closed items ---------------------------------------------------------------------------------


def agenda_of(words):
    """An agenda written as words: a capital is a closed item; d, c, p its state ("o:d C:c")."""
    kept = {"d": ItemState.DONE, "c": ItemState.CURRENT, "p": ItemState.PENDING}
    return tuple(
        Item(
            name,
            f"Punto {name}",
            f"Item {name}",
            kept[state],
            mode="closed" if name.isupper() else "open",
        )
        for name, _, state in (word.partition(":") for word in words.split())
    )


def test_closed_items_are_numbered_apart_so_that_the_others_tell_nothing():
    numbers = agenda.number_items(agenda_of("a:d B:d C:p d:p E:p f:p"))
    assert numbers == {"a": "1", "B": "C1", "C": "C2", "d": "2", "E": "C3", "f": "3"}


def test_members_only_items_are_numbered_with_the_open_ones():
    first, second = agenda_of("a:p b:p")
    items = (replace(first, mode="members"), second)
    assert agenda.number_items(items) == {"a": "1", "b": "2"}
    assert agenda.veil(items, Level.NOTHING) == items


@of_each(
    "level, shown",
    [
        (Level.CONTENT, "a B C d E f"),
        (Level.SCHEDULED, "a |current| d |pending| f"),
        (Level.EXISTS, "a |None| d |None| f"),
        (Level.NOTHING, "a d f"),
    ],
)
def test_each_level_is_shown_exactly_so_much_of_the_closed_part(level, shown):
    veiled = agenda.veil(agenda_of("a:d B:d C:c d:p E:p f:p"), level)
    names = [each.id if isinstance(each, Item) else f"|{each.state}|" for each in veiled]
    assert " ".join(names) == shown


@of_each(
    "run, state",
    [("A:p", "pending"), ("A:p B:p", "pending"), ("A:d B:d", "done"), ("A:d B:c C:p", "current"),
     ("A:d B:p", "pending"), ("A:c", "current"), ("A:c B:d", "current")],
)  # fmt: skip
def test_closed_items_that_follow_each_other_are_one_thing_to_come_under_way_or_over(run, state):
    (veiled,) = agenda.veil(agenda_of(run), Level.SCHEDULED)
    assert veiled == ClosedRun(ItemState(state))


def runs(states="dcp", longest=3):
    """Every closed run up to a length, in any states: what may differ and must not be told."""
    for length in range(1, longest + 1):
        for chosen in product(states, repeat=length):
            yield " ".join(f"{name}:{state}" for name, state in zip("QRS", chosen, strict=False))


def test_two_agendas_that_differ_only_behind_the_door_look_the_same_from_outside():
    for level, distinct in ((Level.NOTHING, 1), (Level.EXISTS, 1), (Level.SCHEDULED, 3)):
        seen = set()
        for run in runs():
            items = agenda_of(f"a:d {run} b:p")
            retitled = tuple(
                replace(each, title_es="x", title_en="y", slot="RROCM") if each.is_closed else each
                for each in items
            )
            reordered = (items[0], *reversed(items[1:-1]), items[-1])
            views = {repr(agenda.veil(each, level)) for each in (items, retitled, reordered)}
            assert len(views) == 1, (level, run)
            seen |= views
        # Who may know when it comes is told one of three words, and no count of anything.
        assert len(seen) == distinct, level


def test_nothing_of_a_closed_item_is_in_what_is_shown_below_its_content():
    items = tuple(
        replace(each, title_es="CANARIO", title_en="CANARY", slot="CANARIO", id=f"canary-{each.id}")
        if each.is_closed
        else each
        for each in agenda_of("a:d B:d C:c d:p E:p")
    )
    for level in (Level.NOTHING, Level.EXISTS, Level.SCHEDULED):
        assert "canar" not in repr(agenda.veil(items, level)).casefold()
    assert "CANARIO" in repr(agenda.veil(items, Level.CONTENT))


def test_an_item_is_reserved_for_a_mode_and_a_slot_and_nothing_else_of_it_changes():
    reserved = agenda.reserve(ITEMS, "c", "closed", "RROCM")
    assert reserved == (*ITEMS[:2], replace(ITEMS[2], mode="closed", slot="RROCM"), ITEMS[3])
    assert reserved[2].is_closed
    assert agenda.reserve(reserved, "c", "open", None) == ITEMS
    with pytest.raises(Conflict, match=r"agenda\.unknown_item"):
        agenda.reserve(ITEMS, "nothing", "open", None)


def test_moving_adding_and_retitling_leave_an_item_as_closed_as_it_was():
    items = agenda_of("a:p B:p c:p")
    for changed in (
        agenda.move(items, "B", "up"),
        agenda.retitle(items, "B", "Otro", "Other"),
        agenda.add(items, agenda_of("d:p")[0], after="a"),
        agenda.advance(items, "B"),
        agenda.finish(items, "B"),
    ):
        assert [each.id for each in changed if each.is_closed] == ["B"]


# The room behind a closed door ----------------------------------------------------------------


def test_a_closed_room_is_verified_once_and_no_other_room_is():
    shut = agenda.open_next(None, "closed", AT)
    assert not shut.verified
    verified = agenda.verify(shut)
    assert verified.verified
    assert verified.epoch == shut.epoch
    with pytest.raises(Conflict, match=r"roster\.verified"):
        agenda.verify(verified)
    for other in (None, agenda.open_next(None, "members", AT), agenda.close(shut, AT)):
        with pytest.raises(Conflict, match=r"door\.not_closed"):
            agenda.verify(other)


def test_the_next_closed_sitting_is_to_be_verified_anew():
    first = agenda.close(agenda.verify(agenda.open_next(None, "closed", AT)), AT)
    assert not agenda.open_next(first, "closed", AT).verified


def test_a_sitting_is_behind_a_door_while_it_is_under_way_and_not_open():
    for mode, behind in (("open", False), ("members", True), ("closed", True)):
        sitting = agenda.open_next(None, mode, AT)
        assert sitting.is_behind_door is behind
        assert agenda.suspend(sitting, None, AT).is_behind_door is behind
        assert not agenda.close(sitting, AT).is_behind_door


def order(items):
    return "".join(item.id for item in items)


def test_an_item_is_dropped_behind_or_in_front_of_another_or_at_an_end():
    assert order(agenda.place(ITEMS, "d", after="a")) == "adbc"
    assert order(agenda.place(ITEMS, "a", after="c")) == "bcad"
    assert order(agenda.place(ITEMS, "d", before="a")) == "dabc"
    assert order(agenda.place(ITEMS, "c", before="")) == "cabd"
    assert order(agenda.place(ITEMS, "b", after="")) == "acdb"
    assert agenda.place(ITEMS, "b", after="b") == ITEMS
    with pytest.raises(Conflict, match="agenda.unknown_item"):
        agenda.place(ITEMS, "b", after="z")


def test_an_item_dropped_beside_closed_ones_tells_not_how_many_they_are():
    def shown(items):
        return [
            "closed" if isinstance(each, ClosedRun) else each.id
            for each in agenda.veil(items, Level.SCHEDULED)
        ]

    def with_closed(count):
        closed = tuple(Item(f"x{place}", "", "", mode="closed") for place in range(count))
        return (*ITEMS[:2], *closed, *ITEMS[2:])

    for where in ({"after": "b"}, {"before": "c"}, {"after": "d"}, {"before": "a"}):
        for item in "ad":
            seen = {
                tuple(shown(agenda.place(with_closed(count), item, **where))) for count in (1, 2, 5)
            }
            assert len(seen) == 1, (item, where)


def test_an_item_is_taken_out_only_if_it_has_never_been_under_way():
    assert order(agenda.remove(ITEMS, "d")) == "abc"
    for item in "ab":
        with pytest.raises(Conflict, match="agenda.has_begun"):
            agenda.remove(ITEMS, item)
    gone_on = agenda.reopen(agenda.advance(agenda.advance(ITEMS, "c"), "d"), "c")
    assert states(gone_on) == "d d p c"
    with pytest.raises(Conflict, match="agenda.has_begun"):
        agenda.remove(gone_on, "c")


def test_a_change_of_an_item_names_what_it_changes():
    seen = agenda.digest(ITEMS[2])
    changed = agenda.amend(ITEMS, "c", "Uno", "One", "members", "CAN", 5, seen=seen)
    assert changed[2] == Item("c", "Uno", "One", ItemState.PENDING, "members", "CAN", 5)
    with pytest.raises(Conflict, match="agenda.changed_meanwhile"):
        agenda.amend(changed, "c", "Dos", "Two", "open", None, None, seen=seen)
    advanced = agenda.advance(changed, "c")
    assert agenda.digest(advanced[2]) == agenda.digest(changed[2])
    with pytest.raises(Invalid, match="agenda.bad_minutes"):
        agenda.amend(ITEMS, "c", "Uno", "One", "open", None, 999, seen=seen)


def test_an_agenda_has_an_end_and_the_closed_items_are_counted_apart():
    many = tuple(Item(str(n), "A", "B") for n in range(agenda.MAX_ITEMS))
    with pytest.raises(Conflict, match=r"agenda\.too_many"):
        agenda.add(many, Item("x", "A", "B"), after=None)
    assert len(agenda.add(many, Item("x", "A", "B", mode="closed"), after="3")) == len(many) + 1
