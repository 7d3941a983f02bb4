"""Handing papers out: who may, whom they reach, and what the record keeps."""

from __future__ import annotations

import json

import pytest
from conftest import NOW
from office import PDF, office

from session_app.domain.errors import Conflict, Forbidden, Invalid, NotFound
from session_app.services.door import preview_closing
from session_app.services.papers import Upload, add_paper, can_be_given, read_paper, replace_files
from session_app.store import papers, sessions

DOCX = office("docx")
OBSERVER, COUNTRY = "observer-organisation", "observer-country"


def hand_out(room, *circles, role="secretariat", item=None, cls="private", **files):
    return add_paper(
        room.desk,
        room.session,
        titles={"es": "Informe de la Troika", "en": "Troika report"},
        document_class=cls,
        circles=circles,
        item=item,
        files={
            slot: Upload(f"{slot}.docx", content)
            for slot, content in (files or {"es": DOCX}).items()
        },
        person=room.person[role],
        now=NOW,
    )


def held(room, paper):
    return papers.paper(room.desk.store, room.session, paper)


def reaches(room, paper):
    may = room.desk.authority.papers
    return {role for role, person in room.person.items() if paper in may(room.session, person, NOW)}


def fetch(room, role, file):
    person = room.person.get(role)
    return read_paper(room.desk, room.session, file, person=person, now=NOW)


INSIDERS = {
    "chair",
    "secretariat",
    "drafting-can",
    "drafting-mex",
    "drafting-slv",
    "delegate-hnd",
}


def test_a_paper_reaches_the_members_and_whom_it_names(room):
    assert reaches(room, hand_out(room)) == INSIDERS
    assert reaches(room, hand_out(room, "observer_organisations")) == INSIDERS | {OBSERVER}


def test_who_may_not_have_it_is_told_that_there_is_none(room):
    file = held(room, hand_out(room, es=PDF)).files[0].id
    found, content = fetch(room, "delegate-hnd", file)
    assert (found.name, found.format, content) == ("es.pdf", "pdf", PDF)
    for role in (OBSERVER, COUNTRY, "rrocm", "interpreter", "projector"):
        with pytest.raises(NotFound, match=r"document\.unknown"):
            fetch(room, role, file)
    with pytest.raises(NotFound, match=r"document\.unknown"):
        read_paper(room.desk, room.session, file, person=None, now=NOW)


@pytest.mark.parametrize("role", ["drafting-can", "delegate-hnd", OBSERVER, "interpreter"])
def test_only_the_secretariat_and_the_chair_hand_papers_out(room, role):
    with pytest.raises(Forbidden):
        hand_out(room, role=role)
    with pytest.raises(Forbidden):
        room.do(role, "paper.withdraw", paper=hand_out(room))


def test_a_refused_paper_leaves_nothing_behind(room):
    with pytest.raises(Invalid, match=r"paper\.unknown_format"):
        hand_out(room, es=DOCX, en=b"MZ")
    with pytest.raises(Invalid, match=r"paper\.no_file"):
        add_paper(
            room.desk,
            room.session,
            titles={"es": "A", "en": "B"},
            document_class="private",
            circles=(),
            item=None,
            files={},
            person=room.person["secretariat"],
            now=NOW,
        )
    assert papers.papers(room.desk.store, room.session) == []
    assert room.desk.store.one("select count(*) from paper_file")[0] == 0


def test_a_language_that_was_still_to_come_joins_the_revision_and_a_new_text_begins_another(room):
    paper = hand_out(room)
    person = room.person["secretariat"]
    both = {"en": Upload("a.docx", DOCX)}
    assert replace_files(room.desk, room.session, paper, both, person=person, now=NOW) == 0
    old = held(room, paper).files
    assert [each.slot for each in old] == ["es", "en"]
    new = {"es": Upload("b.docx", office("docx", a="x"))}
    assert replace_files(room.desk, room.session, paper, new, person=person, now=NOW) == 1
    assert [(each.slot, each.revision) for each in held(room, paper).files] == [("es", 1)]
    with pytest.raises(NotFound):
        fetch(room, "chair", old[0].id)  # kept, and given to nobody
    assert room.desk.store.one("select count(*) from paper_file where paper = ?", (paper,))[0] == 3


def test_withdrawn_is_gone_for_everybody(room):
    paper = hand_out(room)
    file = held(room, paper).files[0].id
    room.do("secretariat", "paper.withdraw", paper=paper)
    assert reaches(room, paper) == set()
    with pytest.raises(NotFound):
        fetch(room, "chair", file)
    with pytest.raises(NotFound, match=r"document\.unknown"):
        room.do("secretariat", "paper.withdraw", paper=paper)


def test_an_audience_can_be_narrowed_at_once(room):
    paper = hand_out(room, "observer_organisations")
    before = room.desk.authority.version
    room.do("chair", "paper.describe", paper=paper, title_es="A", title_en="B", circles=[])
    assert reaches(room, paper) == INSIDERS
    assert room.desk.authority.version > before
    assert held(room, paper).titles == {"es": "A", "en": "B"}


# The closed part -----------------------------------------------------------------------------


def closed_item(room):
    room.do("chair", "agenda.add", title_es="Reserva", title_en="Reserved", mode="closed")
    return next(
        each.id
        for each in sessions.agenda(room.desk.store, room.session)
        if each.title_es == "Reserva"
    )


def test_a_paper_of_a_closed_item_is_the_rosters_alone(room):
    item = closed_item(room)
    paper = hand_out(room, "observer_organisations", role="chair", item=item)
    assert reaches(room, paper) == {"chair"}
    seen = preview_closing(room.desk, room.session, "closed", NOW).seen
    room.do("chair", "door.close", mode="closed", seen=seen)
    room.do("chair", "roster.verify")
    roster = sessions.roster(room.desk.store, room.session)
    inside = {role for role, person in room.person.items() if person in roster}
    assert reaches(room, paper) == {"chair"} | inside


def test_the_secretariat_can_neither_name_a_closed_item_nor_touch_its_papers(room):
    item = closed_item(room)
    with pytest.raises(Conflict, match=r"agenda\.unknown_item"):
        hand_out(room, item=item)
    with pytest.raises(Conflict, match=r"agenda\.unknown_item"):
        hand_out(room, item="nothing")
    paper = hand_out(room, role="chair", item=item)
    for command, more in (
        ("paper.withdraw", {}),
        ("paper.describe", {"title_es": "A", "title_en": "B"}),
    ):
        with pytest.raises(NotFound, match=r"document\.unknown"):
            room.do("secretariat", command, paper=paper, **more)


def test_a_paper_follows_its_item_behind_the_door_and_stays_there_if_it_came_from_it(room):
    item = sessions.agenda(room.desk.store, room.session)[2].id
    was_open = hand_out(room, item=item)
    assert reaches(room, was_open) == INSIDERS
    room.do("chair", "agenda.reserve", item=item, mode="closed")
    assert reaches(room, was_open) == {"chair"}
    was_closed = hand_out(room, role="chair", item=item)
    room.do("chair", "agenda.reserve", item=item, mode="open")
    assert reaches(room, was_open) == INSIDERS
    assert reaches(room, was_closed) == {"chair"}


# The record ----------------------------------------------------------------------------------


def entries(room):
    return [
        (row["act"], row["subject"], json.loads(row["detail"]), row["closed"])
        for row in room.desk.store.all("select * from act order by seq")
    ]


def test_the_record_holds_hashes_and_no_name_and_no_title(room):
    paper = hand_out(room, es=PDF)
    fetch(room, "delegate-hnd", held(room, paper).files[0].id)
    acts = [each for each in entries(room) if each[0].startswith(("paper.", "document."))]
    assert [each[0] for each in acts] == ["paper.file", "paper.add", "document.download"]
    sha256 = held(room, paper).files[0].sha256
    assert acts[0][2]["sha256"] == acts[2][2]["sha256"] == sha256
    written = json.dumps(acts)
    assert "Troika" not in written
    assert "es.pdf" not in written


def test_what_is_done_with_a_closed_paper_is_entered_for_the_roster(room):
    paper = hand_out(room, role="chair", item=closed_item(room))
    fetch(room, "chair", held(room, paper).files[0].id)
    room.do("chair", "paper.withdraw", paper=paper)
    acts = [each for each in entries(room) if each[0].startswith(("paper.", "document."))]
    assert len(acts) == 4
    assert [(act, closed) for act, _, _, closed in acts if not closed] == []


def test_the_desk_says_to_whom_the_rules_never_open_documents(room):
    found = {
        circle: can_be_given(room.desk, room.session, circle, NOW)
        for circle in ("observer_organisations", "observer_countries", "rrocm", "guests", "public")
    }
    assert found == {
        "observer_organisations": True,
        "observer_countries": False,
        "rrocm": False,
        "guests": True,
        "public": True,
    }


def test_how_many_papers_there_may_be_does_not_tell_how_many_there_are_behind_the_door(
    room, monkeypatch
):
    monkeypatch.setattr("session_app.services.papers.MAX_PAPERS", 2)
    item = room.do("chair", "agenda.add", title_es="A", title_en="B", mode="closed")["item"]
    close = preview_closing(room.desk, room.session, "closed", NOW)
    room.do("chair", "door.close", mode="closed", seen=close.seen)
    room.do("chair", "roster.verify")
    hand_out(room, role="chair", item=item)
    hand_out(room, role="chair", item=item)
    with pytest.raises(Conflict, match=r"paper\.too_many"):
        hand_out(room, role="chair")
    room.do("chair", "door.open")
    hand_out(room)
    hand_out(room)
    with pytest.raises(Conflict, match=r"paper\.too_many"):
        hand_out(room)
