"""Working on the structure of a draft: what is done once, what undo gives back, what is refused."""

import pytest
from conftest import NOW

from session_app.domain.errors import Conflict, Forbidden, Invalid, NotFound
from session_app.services.structure import read_structure
from session_app.store import drafts
from session_app.store.database import new_id


def labels(room):
    structure = read_structure(room.desk.store, room.draft, room.desk.drafts.style)
    return [row.label_es for row in structure.rows]


def texts(room, paragraph):
    return room.desk.drafts.texts(paragraph)


def test_a_new_item_renumbers_what_follows(room):
    rows = room.rows()
    before = labels(room)
    added = room.do("drafting-can", "paragraph.add", section=rows[0].section, after=rows[0].id)
    assert room.rows()[1].id == added["paragraph"]
    assert labels(room)[:3] == ["1.", "2.", "3."]
    assert len(labels(room)) == len(before) + 1


def test_an_operation_sent_twice_is_done_once(room):
    rows = room.rows()
    op = new_id()
    first = room.do("drafting-can", "paragraph.add", op=op, section=rows[0].section)
    again = room.do("drafting-can", "paragraph.add", op=op, section=rows[0].section)
    assert again == first
    assert len(room.rows()) == len(rows) + 1


def test_one_persons_operation_id_is_not_anothers(room):
    op = new_id()
    section = room.rows()[0].section
    room.do("drafting-can", "paragraph.add", op=op, section=section)
    with pytest.raises(Conflict, match="operation.taken"):
        room.do("drafting-mex", "paragraph.add", op=op, section=section)


def test_a_deleted_item_comes_back_with_its_words_in_its_place(room):
    rows = room.rows()
    held = texts(room, rows[1].id)
    op = new_id()
    with pytest.raises(Conflict, match="paragraph.has_subitems"):
        room.do("drafting-mex", "paragraph.delete", paragraph=rows[1].id)
    room.do("drafting-mex", "paragraph.delete", op=op, paragraph=rows[1].id, with_block=True)
    assert len(room.rows()) == len(rows) - 7
    room.do("drafting-mex", "paragraph.undo", undoes=op)
    assert room.rows() == rows
    assert texts(room, rows[1].id) == held


@pytest.mark.parametrize(
    ("name", "place"), [("paragraph.indent", 8), ("paragraph.outdent", 2), ("paragraph.move", 9)]
)
def test_undo_is_the_inverse_of_each_operation(room, name, place):
    rows = room.rows()
    op = new_id()
    extra = {"direction": "up"} if name == "paragraph.move" else {}
    room.do("drafting-slv", name, op=op, paragraph=rows[place].id, **extra)
    assert room.rows() != rows
    room.do("drafting-slv", "paragraph.undo", undoes=op)
    assert room.rows() == rows


def test_a_split_moves_the_tail_and_undo_joins_it_again(room):
    row = room.rows()[0]
    held = texts(room, row.id)
    op = new_id()
    made = room.do("drafting-can", "paragraph.split", op=op, paragraph=row.id, language="es", at=10)
    assert texts(room, row.id)["es"] == held["es"][:10].rstrip()
    assert texts(room, made["paragraph"]) == {"es": held["es"][10:].lstrip(), "en": ""}
    room.do("drafting-can", "paragraph.undo", undoes=op)
    assert texts(room, row.id) == held


def test_a_paste_of_several_paragraphs_is_one_act_and_one_undo(room):
    rows = room.rows()
    op = new_id()
    made = room.do(
        "drafting-mex",
        "paragraph.paste",
        op=op,
        section=rows[-1].section,
        after=rows[-1].id,
        language="es",
        paragraphs=[
            {"kind": "item", "text": "Aprobar el plan:\t", "label": "4."},
            {"kind": "sub-item", "text": "con enmiendas", "label": "a)"},
        ],
    )
    assert [texts(room, each)["es"] for each in made["paragraphs"]] == [
        "Aprobar el plan:",
        "con enmiendas",
    ]
    assert labels(room)[-2:] == ["4.", "a)"]
    room.do("drafting-mex", "paragraph.undo", undoes=op)
    assert room.rows() == rows


def test_undo_does_not_take_out_what_somebody_has_written_since(room):
    op = new_id()
    made = room.do("drafting-can", "paragraph.add", op=op, section=room.rows()[0].section)
    with room.desk.drafts.lock, room.desk.store.transaction(NOW) as tx:
        room.desk.drafts.write(tx, room.draft, made["paragraph"], {"es": "Palabras"}, person="")
    with pytest.raises(Conflict, match="operation.overtaken"):
        room.do("drafting-can", "paragraph.undo", undoes=op)


def add(room, role, **values):
    """A new paragraph, and the operation that made it."""
    op = new_id()
    section = room.rows()[0].section
    return room.do(role, "paragraph.add", op=op, section=section, **values)["paragraph"], op


def test_undo_of_a_deletion_takes_no_subitems_that_came_meanwhile(room):
    one, _ = add(room, "drafting-can", after=room.rows()[0].id)
    two, _ = add(room, "drafting-can", after=one)
    op = new_id()
    room.do("drafting-can", "paragraph.delete", op=op, paragraph=two)
    sub, _ = add(room, "drafting-mex", after=one, kind="sub-item")
    room.do("drafting-can", "paragraph.undo", undoes=op)
    assert [row.id for row in room.rows()[1:4]] == [one, sub, two]


def test_undo_of_an_addition_leaves_no_subitem_of_anothers_behind(room):
    new, op = add(room, "drafting-can", after=room.rows()[0].id)
    add(room, "drafting-mex", after=new, kind="sub-item")
    with pytest.raises(Conflict, match="operation.overtaken"):
        room.do("drafting-can", "paragraph.undo", undoes=op)


def test_undo_of_a_move_goes_back_past_the_same_neighbour_or_not_at_all(room):
    first = room.rows()[0].id
    new, _ = add(room, "drafting-can", after=first)
    op = new_id()
    room.do("drafting-can", "paragraph.move", op=op, paragraph=new, direction="up")
    add(room, "drafting-mex", after=new)
    before = room.rows()
    with pytest.raises(Conflict, match="operation.overtaken"):
        room.do("drafting-can", "paragraph.undo", undoes=op)
    assert room.rows() == before


def test_agreement_given_to_a_split_text_does_not_pass_to_the_joined_one(room):
    row = room.rows()[0]
    op = new_id()
    room.do("drafting-can", "paragraph.split", op=op, paragraph=row.id, language="es", at=8)
    room.do("chair", "paragraph.mark", paragraph=row.id, state="agreed")
    room.do("drafting-can", "paragraph.undo", undoes=op)
    assert room.rows()[0].state == "proposed"


def test_a_split_is_not_joined_across_what_has_come_between(room):
    row = room.rows()[0]
    op = new_id()
    room.do("drafting-can", "paragraph.split", op=op, paragraph=row.id, language="es", at=8)
    add(room, "drafting-mex", after=row.id, kind="sub-item")
    with pytest.raises(Conflict, match="operation.overtaken"):
        room.do("drafting-can", "paragraph.undo", undoes=op)


def test_nobody_undoes_anothers_operation_or_the_same_one_twice(room):
    op = new_id()
    room.do("drafting-can", "paragraph.add", op=op, section=room.rows()[0].section)
    with pytest.raises(NotFound, match="operation.unknown"):
        room.do("drafting-mex", "paragraph.undo", undoes=op)
    room.do("drafting-can", "paragraph.undo", undoes=op)
    with pytest.raises(Conflict, match="operation.undone"):
        room.do("drafting-can", "paragraph.undo", undoes=op)


@pytest.mark.parametrize(
    "role",
    [
        "delegate-hnd",
        "observer-organisation",
        "observer-country",
        "rrocm",
        "interpreter",
        "projector",
    ],
)
def test_who_is_not_of_the_drafting_group_changes_nothing(room, role):
    rows = room.rows()
    with pytest.raises(Forbidden):
        room.do(role, "paragraph.indent", paragraph=rows[8].id)
    assert room.rows() == rows


def test_an_interpreter_with_leave_to_read_still_cannot_change_the_structure(room):
    rows = room.rows()
    room.do(
        "chair",
        "grant.give",
        person=room.person["interpreter"],
        right="read_draft",
        reason="Interpreta",
    )
    with pytest.raises(Forbidden, match="draft.structure_read_only"):
        room.do("interpreter", "paragraph.indent", paragraph=rows[8].id)


def test_another_sessions_draft_is_not_there(room):
    with pytest.raises(NotFound, match="draft.unknown"):
        room.do("drafting-can", "paragraph.add", draft="nowhere", section="x")


def test_an_operation_id_has_the_form_of_one(room):
    with pytest.raises(Invalid):
        room.do("drafting-can", "paragraph.add", op="'; drop", section=room.rows()[0].section)


def test_numbers_stay_dense_whatever_is_moved(room):
    for place in (0, 5, 12, 20, 30):
        row = room.rows()[place]
        try:
            room.do("drafting-can", "paragraph.move", paragraph=row.id, direction="down")
        except Conflict:
            continue
    conclusions = [label for label in labels(room)[:43] if label.endswith(".")]
    assert conclusions == [f"{n}." for n in range(1, 30)]
    assert drafts.draft(room.desk.store, room.draft).version > 0
