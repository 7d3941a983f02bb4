"""The code of a badge on a phone: good for its person, its session and its minute, and for nothing else."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from conftest import NOW

from session_app.domain.errors import Invalid, NotFound
from session_app.domain.signing import PRESENCE_LASTS, read_code
from session_app.services.presence import make_presence_code, read_presence_code
from session_app.services.setup import create_session
from session_app.store import sessions


def shown(room, role, at=NOW):
    return make_presence_code(room.desk, room.session, room.person[role], at)


def read(room, code, at=NOW):
    return read_presence_code(room.desk, room.session, code, at)


def test_a_badge_on_a_phone_tells_the_desk_whose_it_is(room):
    codes = {role: shown(room, role).code for role in ("chair", "delegate-hnd", "interpreter")}
    assert len(set(codes.values())) == 3
    assert {role: read(room, code) for role, code in codes.items()} == {
        role: room.person[role] for role in codes
    }


def test_it_may_be_typed_as_people_type(room):
    code = shown(room, "chair").code
    assert re.fullmatch(r"P(-[A-Z2-7]{4}){4}", code)
    for typed in (code.lower(), code.replace("-", " "), code.replace("-", "")[1:]):
        assert read(room, typed) == room.person["chair"]


def test_it_is_read_for_its_minute_and_the_next_and_not_after(room):
    made = shown(room, "chair")
    end = NOW + timedelta(seconds=made.left)
    assert 0 < made.left <= PRESENCE_LASTS
    assert shown(room, "chair", end - timedelta(seconds=1)).code == made.code
    assert shown(room, "chair", end).code != made.code
    for late in (0, PRESENCE_LASTS - 1):
        assert read(room, made.code, end + timedelta(seconds=late)) == room.person["chair"]
    for stale in (
        end + timedelta(seconds=PRESENCE_LASTS),
        NOW - timedelta(seconds=2 * PRESENCE_LASTS),
    ):
        with pytest.raises(Invalid, match=r"presence\.stale"):
            read(room, made.code, stale)


def test_it_is_of_one_session(room):
    held = sessions.session(room.desk.store, room.session)
    create_session(room.desk, replace(held, id="otra-2018"), (), NOW)
    with room.desk.store.transaction(NOW) as tx:
        tx.execute(
            "insert into accreditation select 'otra-2018', person, delegation, capacity, drafting, audience,"
            " since, rank from accreditation where session = ?",
            (room.session,),
        )
    with pytest.raises(Invalid, match=r"presence\.stale"):
        read_presence_code(room.desk, "otra-2018", shown(room, "chair").code, NOW)


@pytest.mark.parametrize("given", ["", "P-ABCD", "7K3F-92QM", "p" * 26, "P-0000-1111-8888-9999"])
def test_what_is_no_such_code_is_called_so(room, given):
    with pytest.raises(Invalid, match=r"presence\.not_a_code"):
        read(room, given)


def test_it_signs_nobody_in(room):
    assert read_code(shown(room, "chair").code) is None


def test_who_is_not_accredited_has_no_badge_to_show(room):
    for nobody in (None, "", "somebody-else"):
        with pytest.raises(NotFound):
            make_presence_code(room.desk, room.session, nobody, NOW)
    with pytest.raises(Invalid, match=r"presence\.stale"):
        read(room, "P-AAAA-BBBB-CCCC-DDDD")
