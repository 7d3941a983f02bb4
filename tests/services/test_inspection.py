"""Who asks about access is told no more than they may know, and looks as nobody who may more."""

from __future__ import annotations

import pytest
from conftest import NOW

from session_app.domain.access import Action, Category, may
from session_app.domain.errors import NotFound
from session_app.services.door import preview_closing
from session_app.services.inspection import (
    READING,
    explain,
    find_imitated,
    imitate,
)


def close(room):
    seen = preview_closing(room.desk, room.session, "closed", NOW).seen
    room.do("chair", "door.close", mode="closed", seen=seen)


def test_who_asks_from_outside_the_door_is_told_nothing_of_what_is_behind_it(room):
    close(room)
    for action in Action:
        for asker in ("chair", "secretariat"):
            answer = explain(
                room.desk,
                room.session,
                room.person["delegate-hnd"],
                action,
                NOW,
                asker=room.person[asker],
            )
            told = asker == "chair" or action in (
                Action.KNOW,
                Action.ACCREDIT,
                Action.SHOW_SCREEN,
            )
            assert (answer is not None) == told, (asker, action)


def test_nobody_asks_about_somebody_who_is_not_accredited(room):
    with pytest.raises(NotFound):
        explain(room.desk, room.session, "nobody", Action.KNOW, NOW, asker=room.person["chair"])


def test_an_imitation_shows_what_both_may_see_and_lets_nobody_act(room):
    askers = (*room.person.values(), None)
    for name in (*Category, "MEX.head", "SLV.chair"):
        imitated = find_imitated(room.desk, room.session, name)
        for asker in askers:
            seen = imitate(room.desk, room.session, asker, imitated, NOW)
            assert seen.may <= room.desk.authority.allowed(room.session, asker, NOW) & READING
            for action in seen.may:
                subject = room.desk.authority.subject(room.session, imitated, action)
                assert may(imitated, action, subject, at=NOW)
            assert seen.closed <= room.desk.authority.level_of_closed(room.session, asker, NOW)


def test_an_imitated_delegation_has_its_category_for_this_session(room):
    for name, category in (
        ("SLV.chair", Category.PPT_CHAIR),
        ("MEX.head", Category.HEAD),
        ("COL.observer", Category.OBSERVER_COUNTRY),
        ("RROCM.rrocm", Category.RROCM),
        ("ST.interpreter", Category.INTERPRETER),
    ):
        assert find_imitated(room.desk, room.session, name).category is category
    assert find_imitated(room.desk, room.session, "MEX.drafting_representative").drafting
    for name in ("MEX.chair", "XXX.head", "", ".", "head.head"):
        with pytest.raises(NotFound):
            find_imitated(room.desk, room.session, name)


def test_the_rrocms_imitation_has_its_slot_while_it_is_under_way(room):
    imitated = find_imitated(room.desk, room.session, "rrocm")
    chair = room.person["chair"]

    def attends():
        return Action.ATTEND in imitate(room.desk, room.session, chair, imitated, NOW).may

    assert not attends()
    item = room.do("chair", "agenda.add", title_es="R", title_en="R", slot="RROCM")["item"]
    room.do("chair", "agenda.advance", item=item)
    assert attends()
