"""The paragraph before the room: who has it before them, and when it goes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import NOW

from session_app.domain.access import Action, Level
from session_app.domain.drafting import Kind, Row
from session_app.domain.errors import Conflict, Forbidden, NotFound
from session_app.services.door import preview_closing
from session_app.services.structure import name_paragraphs
from session_app.store import drafts
from session_app.views.live import Rendering, read_topic, render_topic
from session_app.views.viewer import viewer_of

READERS = {"chair", "secretariat", "drafting-can", "drafting-mex", "drafting-slv", "delegate-hnd"}


def put(room, place=0, **values):
    paragraph = room.rows()[place].id
    room.do("chair", "room.put", **{"paragraph": paragraph} | values)
    return paragraph


def standing(room, role):
    """What a role's screens show before the room: the model, or None where they have no such topic."""
    viewer = viewer_of(room.desk, room.session, room.person[role], NOW)
    return read_topic(room.desk, room.session, "room", viewer, NOW)


def seeing(room):
    return {role for role in room.person if (standing(room, role) or _NOTHING).paragraph}


class _NOTHING:
    paragraph = ""


def close(room, mode):
    seen = preview_closing(room.desk, room.session, mode, NOW).seen
    room.do("chair", "door.close", mode=mode, seen=seen)


def set_forum(room, **settings):
    held = room.desk.forum
    room.desk.forum.__dict__["access"] = replace(held.access, **settings)
    room.desk.authority.forget()


def begin_closed_text(room):
    """The closed part's text with one paragraph, its door closed and the room verified."""
    close(room, "closed")
    room.do("chair", "roster.verify")
    room.do("chair", "draft.start_closed")
    draft = drafts.draft_of(room.desk.store, room.session, closed=True).id
    section = drafts.sections(room.desk.store, draft)[0].id
    added = room.do("chair", "paragraph.add", draft=draft, section=section)
    return draft, added["paragraph"]


# Putting it there ----------------------------------------------------------------------------


def test_a_paragraph_stands_before_the_room_with_both_texts_its_name_and_since_when(room):
    texts = room.desk.drafts.texts(put(room, 1))
    model = standing(room, "chair")
    assert model.texts == texts
    assert model.since == "14:33"
    assert model.state == room.rows()[1].state
    assert model.name["es"].startswith("Conclusión ")
    assert model.name["en"].startswith("Conclusion ")
    assert (model.before, model.after) == (room.rows()[0].id, room.rows()[2].id)


def test_its_readers_have_it_before_them_and_nobody_else(room):
    put(room)
    assert seeing(room) == READERS | {"projector"}


def test_a_screen_before_observers_shows_nothing_of_it(room):
    put(room)
    with room.desk.store.transaction(NOW) as tx:
        tx.execute(
            "update accreditation set audience = 'observers' where person = ?",
            (room.person["projector"],),
        )
        tx.change_authority()
    assert seeing(room) == READERS


def test_who_only_looks_is_told_neither_its_neighbours_nor_its_fingerprint(room):
    put(room, 1)
    model = standing(room, "delegate-hnd")
    assert (model.before, model.after, model.digest) == ("", "", "")


def test_observers_who_attend_have_it_where_the_forum_says_so(room):
    put(room)
    set_forum(room, room_text_to_observers="yes")
    assert seeing(room) >= READERS | {"observer-organisation", "interpreter"}
    assert "observer-country" not in seeing(room)  # not at the GRCM
    assert standing(room, "observer-organisation").seen_by == "observers"


def test_the_chair_is_asked_before_observers_see_a_text_where_the_forum_shows_it_to_them(room):
    def asked() -> bool:
        page = render_topic(room.desk, room.session, room.person["chair"], "draft", NOW)
        return 'id="before-observers" data-sitting="1"' in page

    set_forum(room, room_text_to_observers="no")
    assert not asked()
    set_forum(room, room_text_to_observers="yes")
    assert asked()
    close(room, "members")
    assert not asked()  # nobody observes behind a door


def test_it_follows_what_is_written_in_it(room):
    paragraph = put(room)
    with room.desk.drafts.lock, room.desk.store.transaction(NOW) as tx:
        room.desk.drafts.write(tx, room.draft, paragraph, {"es": "Otra cosa"}, person="")
    room.desk.drafts.settle()
    assert standing(room, "delegate-hnd").texts["es"] == "Otra cosa"


def test_another_takes_its_place_and_it_can_be_withdrawn(room):
    put(room)
    second = put(room, 1)
    assert standing(room, "chair").paragraph == second
    room.do("chair", "room.withdraw")
    room.do("chair", "room.withdraw")
    assert seeing(room) == set()
    shown = render_topic(room.desk, room.session, room.person["chair"], "room", NOW)
    assert "Ningún párrafo en sala" in shown


def test_put_again_it_stands_since_it_was_first_put(room):
    paragraph = put(room)
    before = standing(room, "chair")
    room.do("chair", "room.put", paragraph=paragraph)
    assert standing(room, "chair") == before


def test_only_who_conducts_puts_a_paragraph_before_the_room_and_withdraws_it(room):
    paragraph = put(room)
    for role in set(room.person) - {"chair", "secretariat"}:
        for name, values in (("room.put", {"paragraph": paragraph}), ("room.withdraw", {})):
            with pytest.raises(Forbidden):
                room.do(role, name, **values)


def test_nothing_is_put_before_a_room_that_does_not_sit(room):
    room.do("chair", "sitting.close")
    with pytest.raises(Conflict, match=r"sitting.not_open"):
        put(room)


def test_a_paragraph_that_is_not_there_is_not_put(room):
    with pytest.raises(Conflict, match=r"paragraph.gone"):
        room.do("chair", "room.put", paragraph="nothing")
    with pytest.raises(NotFound):
        put(room, draft="nothing")


# When it goes --------------------------------------------------------------------------------


def test_it_goes_when_the_paragraph_is_deleted_and_does_not_come_back_by_undo(room):
    row = next(each for each in room.rows() if each.state == "proposed")
    room.do("chair", "room.put", paragraph=row.id)
    op = "d" * 26
    room.do("chair", "paragraph.delete", paragraph=row.id, with_block=True, op=op)
    assert seeing(room) == set()
    room.do("chair", "paragraph.undo", undoes=op)
    assert seeing(room) == set()


def test_it_stays_when_the_item_ends_and_when_the_sitting_is_suspended(room):
    put(room)
    room.do("chair", "agenda.advance")
    room.do("chair", "sitting.suspend")
    assert "delegate-hnd" in seeing(room)


def test_it_goes_with_the_sitting(room):
    put(room)
    room.do("chair", "sitting.close")
    assert seeing(room) == set()


def test_what_stands_before_the_room_stays_with_those_who_remain_when_the_door_is_closed(room):
    put(room)
    close(room, "members")
    assert seeing(room) & READERS == READERS
    assert standing(room, "chair").seen_by == "members"
    close(room, "closed")
    assert seeing(room) == {"chair"}  # nobody else before the room is verified
    assert standing(room, "chair").seen_by == "closed"


def test_what_was_before_members_only_is_gone_before_the_door_opens(room):
    close(room, "members")
    put(room)
    room.do("chair", "door.open")
    assert seeing(room) == set()


def test_what_was_before_the_closed_room_is_gone_before_the_members_come_in(room):
    close(room, "closed")
    put(room)
    close(room, "members")
    assert seeing(room) == set()


# The closed part's own text ------------------------------------------------------------------


def test_a_paragraph_of_the_closed_text_is_before_its_roster_alone(room):
    draft, paragraph = begin_closed_text(room)
    put(room, draft=draft, paragraph=paragraph)
    on_roster = {
        role
        for role, person in room.person.items()
        if room.desk.authority.level_of_closed(room.session, person, NOW) is Level.CONTENT
    }
    assert seeing(room) == on_roster
    assert len(on_roster) > 1 or on_roster == {"chair"}


def test_to_who_may_not_read_the_closed_text_it_is_as_if_nothing_stood_before_the_room(room):
    draft, paragraph = begin_closed_text(room)
    viewer = viewer_of(room.desk, room.session, room.person["chair"], NOW)
    outside = replace(viewer, closed_draft=frozenset())
    empty = read_topic(room.desk, room.session, "room", outside, NOW)
    put(room, draft=draft, paragraph=paragraph)
    assert read_topic(room.desk, room.session, "room", outside, NOW) == empty
    assert read_topic(room.desk, room.session, "room", viewer, NOW) != empty


def test_who_is_in_the_closed_room_and_may_not_read_its_text_is_sent_the_same_before_and_after(
    room,
):
    draft, paragraph = begin_closed_text(room)
    who = room.person["interpreter"]
    room.do("chair", "roster.admit", person=who, reason="Interpreta")
    assert not room.desk.authority.is_shut_out(room.session, who, NOW)
    rendering = Rendering(room.desk, room.session, "room")
    viewer = viewer_of(room.desk, room.session, who, NOW)
    before = rendering.renew(NOW).render(viewer)
    put(room, draft=draft, paragraph=paragraph)
    assert rendering.renew(NOW).render(viewer_of(room.desk, room.session, who, NOW)) == before
    chair = viewer_of(room.desk, room.session, room.person["chair"], NOW)
    assert paragraph in (rendering.render(chair) or "")


def test_the_closed_text_is_not_put_before_an_open_room_and_goes_when_the_door_opens(room):
    draft, paragraph = begin_closed_text(room)
    put(room, draft=draft, paragraph=paragraph)
    room.do("chair", "door.open")
    assert seeing(room) == set()
    with pytest.raises(Conflict, match=r"room.needs_closed_door"):
        put(room, draft=draft, paragraph=paragraph)


def test_who_may_not_read_the_closed_text_is_refused_as_for_a_text_that_is_not_there(room):
    draft, paragraph = begin_closed_text(room)
    room.do("chair", "door.open")
    room.do("chair", "gavel.delegate", on=True)
    with pytest.raises(NotFound, match=r"draft.unknown"):
        room.do("secretariat", "room.put", draft=draft, paragraph=paragraph)


def test_what_is_done_with_the_closed_text_is_in_the_closed_part_of_the_record(room):
    draft, paragraph = begin_closed_text(room)
    put(room, draft=draft, paragraph=paragraph)
    (closed,) = room.desk.store.all("select closed from act where act = 'room.put'")
    assert closed["closed"]


def test_the_action_is_asked_of_each_text_by_itself(room):
    draft, _ = begin_closed_text(room)
    room.do("chair", "door.open")
    authority, person = room.desk.authority, room.person["delegate-hnd"]
    assert authority.may(room.session, person, Action.SEE_ROOM_TEXT, NOW)
    assert not authority.may(room.session, person, Action.SEE_ROOM_TEXT, NOW, draft=draft)


# What paragraphs are called ------------------------------------------------------------------


def test_a_paragraph_has_the_name_the_room_gives_it_in_each_language(room):
    rows = (
        Row("item", room.rows()[0].section, Kind.ITEM),
        Row("sub", room.rows()[0].section, Kind.SUBITEM),
        Row("on", room.rows()[0].section, Kind.CONTINUATION),
        Row("title", room.rows()[0].section, Kind.HEADING),
        Row("next", room.rows()[0].section, Kind.ITEM),
    )
    names = name_paragraphs(room.desk.store, room.draft, rows, room.desk.drafts.style)
    assert [names[row.id]["es"] for row in rows] == [
        "Conclusión 1",
        "Conclusión 1 a)",
        "Conclusión 1, continuación",
        "Conclusiones, título",
        "Conclusión 2",
    ]
    assert [names[row.id]["en"] for row in rows[:2]] == ["Conclusion 1", "Conclusion 1 (a)"]
