"""The structure of a draft: what may stand where, and what each operation does to it.

Rows are written as one line: `1 a b . 2` is an item with two sub-items and a continuation, then an
item; `H` is a heading, `|` begins the next section.
"""

import pytest
from cases import of_each

from session_app.domain import drafting
from session_app.domain.drafting import Kind, Mode, Row, State, obstacles, permits_change
from session_app.domain.errors import Conflict, Invalid

KINDS = {"H": Kind.HEADING, ".": Kind.CONTINUATION}


def draft(text: str) -> tuple[Row, ...]:
    rows, section = [], 0
    for place, word in enumerate(text.split()):
        if word == "|":
            section += 1
            continue
        kind = KINDS.get(word[0]) or (Kind.ITEM if word[0].isdigit() else Kind.SUBITEM)
        rows.append(Row(f"{word}", f"s{section}", kind))
        assert place >= 0
    return tuple(rows)


def shown(rows: tuple[Row, ...]) -> str:
    words, section = [], "s0"
    for row in rows:
        if row.section != section:
            words.append("|")
            section = row.section
        words.append(row.id)
    return " ".join(words)


def kinds(rows: tuple[Row, ...]) -> str:
    short = {Kind.ITEM: "1", Kind.SUBITEM: "a", Kind.CONTINUATION: ".", Kind.HEADING: "H"}
    return " ".join(short[row.kind] for row in rows)


def new(kind: Kind = Kind.ITEM, section: str = "s0") -> Row:
    return Row("new", section, kind)


def test_a_new_item_goes_behind_the_whole_block_it_follows():
    assert shown(drafting.add(draft("1 a b . 2"), new(), after="1")) == "1 a b . new 2"
    assert shown(drafting.add(draft("1 a b . 2"), new(), after="a")) == "1 a b . new 2"


def test_a_new_subitem_goes_directly_behind_its_row():
    assert shown(drafting.add(draft("1 a b"), new(Kind.SUBITEM), after="a")) == "1 a new b"


def test_the_first_row_of_a_section_is_added_after_nothing():
    assert shown(drafting.add(draft("1 | 2"), new(section="s1"), after=None)) == "1 | new 2"


@pytest.mark.parametrize("rows", ["", "H"])
@pytest.mark.parametrize("kind", [Kind.SUBITEM, Kind.CONTINUATION])
def test_a_subitem_or_continuation_without_an_item_is_refused(rows, kind):
    after = "H" if rows else None
    with pytest.raises(Conflict, match="paragraph.needs_item"):
        drafting.add(draft(rows), new(kind), after=after)


def test_an_item_is_indented_under_the_one_before_and_takes_its_subitems_along():
    assert kinds(drafting.indent(draft("1 2 a"), "2")) == "1 a a"


def test_the_first_item_of_a_section_has_nothing_to_be_indented_under():
    with pytest.raises(Conflict, match="paragraph.needs_item"):
        drafting.indent(draft("1 | 2"), "2")


def test_a_subitem_that_is_outdented_keeps_what_follows_it():
    assert kinds(drafting.outdent(draft("1 a b ."), "a")) == "1 1 a ."


@of_each("rows, row, direction, expected", [
    ("1 a 2 b", "2", "up", "2 b 1 a"),
    ("1 a 2 b", "1", "down", "2 b 1 a"),
    ("1 a b 2", "b", "up", "1 b a 2"),
    ("1 a b 2", "b", "down", "1 a 2 b"),
    ("1 a 2 b", "b", "up", "1 a b 2"),
])  # fmt: skip
def test_items_travel_with_their_blocks_and_subitems_alone(rows, row, direction, expected):
    assert shown(drafting.move(draft(rows), row, direction)) == expected


@of_each("rows, row, direction", [
    ("1 2", "1", "up"), ("1 2", "2", "down"), ("1 | 2", "2", "up"), ("1 | 2", "1", "down"),
])  # fmt: skip
def test_nothing_moves_out_of_its_section(rows, row, direction):
    with pytest.raises(Conflict, match=f"paragraph.cannot_move_{direction}"):
        drafting.move(draft(rows), row, direction)


def test_a_subitem_does_not_move_before_the_first_item():
    with pytest.raises(Conflict, match="paragraph.needs_item"):
        drafting.move(draft("1 a"), "a", "up")


def test_an_item_with_subitems_is_deleted_only_with_all_of_them():
    with pytest.raises(Conflict, match=r"paragraph.has_subitems\(.*count=2\)"):
        drafting.delete(draft("1 a . 2"), "1", with_block=False)
    assert shown(drafting.delete(draft("1 a . 2"), "1", with_block=True)) == "2"


def test_what_was_deleted_goes_back_to_its_place_or_to_the_end_of_its_section():
    rows = draft("1 2 3 | 4")
    gone = (rows[1],)
    left = drafting.delete(rows, "2", with_block=False)
    assert drafting.put_back(left, gone, behind="1") == rows
    assert shown(drafting.put_back(left, gone, behind="lost")) == "1 3 2 | 4"


@of_each("change", [
    lambda rows: drafting.indent(rows, "2"),
    lambda rows: drafting.delete(rows, "2", with_block=True),
    lambda rows: drafting.mark(rows, "2", State.PROPOSED),
    lambda rows: drafting.change_kind(rows, "2", Kind.SUBITEM),
])  # fmt: skip
def test_an_adopted_row_is_not_changed(change):
    rows = draft("1 2")
    adopted = (rows[0], Row("2", "s0", Kind.ITEM, State.ADOPTED))
    with pytest.raises(Conflict, match="paragraph.adopted"):
        change(adopted)


def test_adoption_is_an_act_and_not_a_mark():
    with pytest.raises(Invalid, match="paragraph.adopt_is_an_act"):
        drafting.mark(draft("1"), "1", State.ADOPTED)


def test_agreement_does_not_follow_a_text_that_changes():
    assert drafting.state_after_edit(State.AGREED) is State.PROPOSED
    assert drafting.state_after_edit(State.AD_REFERENDUM) is State.PROPOSED
    assert drafting.state_after_edit(State.BRACKETED) is State.BRACKETED


def test_obstacles_are_named_by_language():
    row = Row("1", "s0", Kind.ITEM, State.PROPOSED)
    found = obstacles(row, {"es": "texto [abierto]", "en": "  "})
    assert [(each.reason, each.language) for each in found] == [
        ("undecided", None),
        ("bracket", "es"),
        ("empty", "en"),
    ]


BOTH = frozenset({"es", "en"})


@of_each("state, adopted, changed, writable, refusal", [
    (State.PROPOSED, False, BOTH, BOTH, None),
    (State.AGREED, False, {"es"}, BOTH, None),
    (State.PROPOSED, False, {"es"}, {"en"}, "paragraph.other_language"),
    (State.PROPOSED, False, {"en"}, {"en"}, None),
    (State.PROPOSED, False, {"en"}, frozenset(), "draft.read_only"),
    (State.ADOPTED, False, {"es"}, BOTH, "paragraph.adopted"),
    (State.PROPOSED, True, {"es"}, BOTH, "paragraph.adopted"),
])  # fmt: skip
def test_one_function_says_what_an_update_may_change(state, adopted, changed, writable, refusal):
    answer = permits_change(
        mode=Mode.DIRECT,
        state=state,
        draft_adopted=adopted,
        changed=frozenset(changed),
        writable=frozenset(writable),
    )
    assert answer == refusal
