"""The booth's page: who finds it in the bar, and that it does nothing."""

import re

import pytest

from session_app.i18n import read_terms


@pytest.mark.parametrize(
    ("role", "shown"),
    [("interpreter", True), ("secretariat", True), ("delegate-hnd", False), ("rrocm", False)],
)
def test_the_booth_is_in_the_bar_of_interpreters_and_of_who_takes_notes(visit, role, shown):
    assert ("/booth" in visit(role).page().text) is shown


def test_its_glossary_is_the_glossary(visit):
    page = visit("interpreter").page("booth").text
    assert len(re.findall("<dt", page)) == len(read_terms())
    for term in read_terms():
        for word in term.words.values():
            assert word.replace("’", "&#39;") in page or word in page


def test_somebody_who_may_not_read_the_draft_finds_an_empty_place_for_it(visit, room):
    rows = [row.id for row in room.rows()]
    room.do("chair", "room.put", draft=room.draft, paragraph=rows[1])
    assert 'id="live-room"></section>' in visit("interpreter").page("booth").text
    assert 'id="live-room" data-paragraph' in visit("secretariat").page("booth").text
