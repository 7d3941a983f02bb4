"""One's own badge on the phone: whose it is, in both languages, and a code for the door."""

import re

import pytest

from session_app.domain.people import Category, group_of
from session_app.services.desk import clock
from session_app.services.presence import read_presence_code


def code_on(page):
    return re.search(r"<code>(P[-A-Z2-7]+)</code>", page.text)[1]


def test_the_page_shows_the_holder_and_a_code_the_desk_reads(visit, room):
    page = visit("delegate-hnd").page("badge")
    assert page.status_code == 200
    assert "data:image/svg+xml" in page.text
    found = read_presence_code(room.desk, room.session, code_on(page), clock())
    assert found == room.person["delegate-hnd"]


def test_the_names_on_it_stand_in_both_languages(visit):
    page = visit("drafting-can").page("badge").text
    for word in ("Canadá", "Canada", "Miembro", "Member", "GRCM", "RCGM"):
        assert word in page


def test_the_code_is_renewed_without_the_page(visit, room):
    person = visit("interpreter")
    fresh = person.page("badge/code")
    assert fresh.headers["Cache-Control"] == "no-store"
    assert set(fresh.json) == {"code", "qr", "left"}
    assert 0 < fresh.json["left"] <= 60_000
    assert read_presence_code(room.desk, room.session, fresh.json["code"], clock())


def test_nobody_else_has_one(visit):
    for path in ("badge", "badge/code"):
        assert visit(None).page(path).status_code == 404


def test_somebody_whom_the_door_keeps_out_still_has_a_badge(visit, room):
    room.do("chair", "sitting.close")
    room.do("chair", "sitting.open", mode="members")
    assert visit("observer-country").page("badge").status_code == 200


@pytest.mark.parametrize("category", Category)
def test_every_category_has_a_group_with_a_word(category):
    assert group_of(category) in {"member", "observer", "guest", "secretariat", "service"}
