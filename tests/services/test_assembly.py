"""Preparing the files of a draft, and publishing those of the adopted document."""

from __future__ import annotations

import io
import threading

import pytest
from conftest import NOW
from docx import Document
from services.test_room import close

from session_app.domain.documents import LAYOUTS
from session_app.domain.errors import Conflict, Forbidden, NotFound
from session_app.services import assembly
from session_app.services.adoption import read_standing
from session_app.services.assembly import STEPS, check_draft
from session_app.services.issuing import find_prepared, list_files, may_download, read_prepared
from session_app.store import documents
from session_app.word import Parts

SECONDS = 30


def prepare(room, role="secretariat"):
    """Have the files prepared, and wait until they are."""
    answer = room.do(role, "document.prepare")
    job = room.desk.assemblies[room.draft]
    assert job.ended.wait(SECONDS)
    return answer, job


def held(room):
    return documents.prepared(room.desk.store, room.draft)


def hold_at(monkeypatch, room, name):
    """Stand still where a step calls for work of the processor."""
    reached, go_on = threading.Event(), threading.Event()

    def apart(work):
        if getattr(work, "func", None) is getattr(assembly, name):
            reached.set()
            assert go_on.wait(SECONDS)
        return work()

    monkeypatch.setattr(room.desk, "apart", apart)
    return reached, go_on


def told(room):
    rows = room.desk.store.all("select state from event where name = 'assembly.changed'")
    return [row["state"] for row in rows]


def adopt(room):
    digest = read_standing(room.desk, room.draft).digest
    room.do("chair", "draft.adopt", digest=digest, override="Así lo acordó la sala")


def test_the_five_steps_end_in_three_files_that_say_what_the_text_says(room):
    answer, job = prepare(room)
    assert answer == {"revision": 1, "joined": False}
    assert (job.state, len(job.seconds), job.percent) == ("done", len(STEPS), 100)
    assert (job.composed, job.written, job.compared) == (3 * job.of, 3, 3)
    assert [each.layout for each in held(room)] == list(LAYOUTS)
    word = Document(io.BytesIO(documents.prepared_content(room.desk.store, held(room)[0].id)))
    assert any("BORRADOR" in each._element.xml for each in [word.sections[0].header])
    texts = room.desk.drafts.standing_texts(room.draft)
    said = {paragraph.text for paragraph in word.paragraphs}
    assert all(text["es"] in said for text in texts.values() if text["es"])
    assert '"state": "done"' in told(room)[-1]


def test_each_preparation_is_a_revision_and_the_list_shows_the_last(room):
    prepare(room)
    first = held(room)
    _, job = prepare(room, "chair")
    assert job.revision == 2
    assert {each.revision for each in held(room)} == {2}
    found = find_prepared(room.desk, room.session, first[0].id, room.person["chair"], NOW)
    assert found == first[0]  # kept


def test_who_asks_while_it_is_done_joins_in(room, monkeypatch):
    reached, go_on = hold_at(monkeypatch, room, "compose_parts")
    room.do("secretariat", "document.prepare")
    assert reached.wait(SECONDS)
    assert room.do("chair", "document.prepare") == {"revision": 1, "joined": True}
    go_on.set()
    assert room.desk.assemblies[room.draft].ended.wait(SECONDS)
    assert {each.revision for each in held(room)} == {1}


@pytest.mark.parametrize("step", ["check_document", "compose_parts", "write_file"])
def test_who_cancels_keeps_the_earlier_files(room, monkeypatch, step):
    prepare(room)
    before = held(room)
    reached, go_on = hold_at(monkeypatch, room, step)
    room.do("secretariat", "document.prepare")
    assert reached.wait(SECONDS)
    room.do("chair", "document.cancel")
    go_on.set()
    job = room.desk.assemblies[room.draft]
    assert job.ended.wait(SECONDS)
    assert job.state == "cancelled"
    assert held(room) == before
    assert '"state": "cancelled"' in told(room)[-1]
    with pytest.raises(Conflict, match=r"assembly\.none"):
        room.do("chair", "document.cancel")


def test_a_failure_in_the_middle_keeps_the_earlier_files_and_says_so(room, monkeypatch):
    prepare(room)
    before = held(room)

    def fail(work):
        raise MemoryError

    monkeypatch.setattr(room.desk, "apart", fail)
    _, job = prepare(room)
    assert (job.state, job.refusal.code) == ("failed", "assembly.failed")
    assert held(room) == before
    monkeypatch.undo()
    assert prepare(room)[1].state == "done"


def test_files_that_do_not_say_what_the_text_says_are_refused(room, monkeypatch):
    def falsify(parts: Parts) -> bytes:
        body = parts["word/document.xml"]
        text = body.decode() if isinstance(body, bytes) else body
        return assembly_write(
            {**parts, "word/document.xml": text.replace("Agradecer", "Agravar", 1)}
        )

    assembly_write = assembly.write_file
    monkeypatch.setattr(assembly, "write_file", falsify)
    _, job = prepare(room)
    assert (job.state, job.refusal.code) == ("failed", "assembly.differs")
    assert job.refusal.params["expected"].startswith("Agradecer")
    assert held(room) == []


def test_a_document_adopted_meanwhile_keeps_the_files_of_its_adoption(room, monkeypatch):
    reached, go_on = hold_at(monkeypatch, room, "write_file")
    room.do("secretariat", "document.prepare")
    assert reached.wait(SECONDS)
    adopt(room)  # nobody waits for the preparation, and the gavel falls
    issued = list_files(room.desk, room.session)
    assert [each.adopted for each in issued] == [True] * 3
    go_on.set()
    job = room.desk.assemblies[room.draft]
    assert job.ended.wait(SECONDS)
    assert job.refusal.code == "assembly.adopted_meanwhile"
    assert held(room) == []
    with pytest.raises(Conflict, match=r"draft\.adopted"):
        room.do("secretariat", "document.prepare")


@pytest.mark.parametrize("role", ["drafting-can", "delegate-hnd", "observer-organisation"])
def test_only_the_secretariat_and_the_chair_prepare(room, role):
    for command in ("document.prepare", "document.cancel"):
        with pytest.raises(Forbidden):
            room.do(role, command)


def test_a_revision_is_for_those_who_may_read_the_draft_at_that_moment(room):
    prepare(room)
    file = held(room)[0]

    def may_have(role):
        return find_prepared(room.desk, room.session, file.id, room.person[role], NOW) is not None

    assert may_have("delegate-hnd")
    assert not may_have("observer-organisation")
    assert not may_have("interpreter")
    person = room.person["interpreter"]
    given = room.do("chair", "grant.give", person=person, right="read_draft", reason="Traduce")
    assert may_have("interpreter")
    room.do("chair", "grant.withdraw", grant=given["grant"])
    assert not may_have("interpreter")
    content = read_prepared(
        room.desk, room.session, file, person=room.person["delegate-hnd"], now=NOW
    )
    assert content == documents.prepared_content(room.desk.store, file.id)
    assert room.record()[-1] == ("document.download", "done")


def test_the_demonstrations_text_shows_what_is_open_in_it(room):
    found = {each.subject: each for each in check_draft(room.desk, room.draft)}
    states = [row.state for row in room.rows()]
    assert found["open"].counts[0] >= states.count("bracketed") > 0


# Publication ---------------------------------------------------------------------------------

EVERYBODY = ("chair", "delegate-hnd", "observer-organisation", "observer-country", "rrocm", None)


def who_downloads(room):
    people = room.person
    return {
        role for role in EVERYBODY if may_download(room.desk, room.session, people.get(role), NOW)
    }


def test_the_adopted_document_is_public_once_the_chair_publishes_it_and_not_before(room):
    with pytest.raises(Conflict, match=r"publish\.not_adopted"):
        room.do("chair", "document.publish")
    adopt(room)
    assert who_downloads(room) == {"chair", "delegate-hnd"}
    room.do("chair", "document.publish")
    assert who_downloads(room) == set(EVERYBODY)
    assert {each.document_class for each in documents.issued(room.desk.store, room.draft)} == {
        "public"
    }
    assert documents.published_at(room.desk.store, room.draft) is not None
    with pytest.raises(Conflict, match=r"publish\.done"):
        room.do("chair", "document.publish")


@pytest.mark.parametrize("role", ["secretariat", "drafting-slv", "delegate-hnd"])
def test_nobody_but_the_chair_publishes(room, role):
    adopt(room)
    with pytest.raises(Forbidden):
        room.do(role, "document.publish")


def test_the_closed_parts_text_is_not_published(room):
    room.do("chair", "draft.start_closed")
    closed = room.desk.authority.closed_draft(room.session)
    with pytest.raises(Conflict, match=r"publish\.closed"):
        room.do("chair", "document.publish", draft=closed)
    with pytest.raises(Conflict, match=r"assembly\.closed"):
        room.do("chair", "document.prepare", draft=closed)
    with pytest.raises((NotFound, Forbidden)):
        room.do("secretariat", "document.prepare", draft=closed)


def test_files_prepared_behind_the_door_are_prepared_there_in_the_record_too(room):
    close(room, "closed")
    room.do("chair", "roster.verify")
    prepare(room, "chair")
    room.do("chair", "door.open")
    prepare(room, "chair")
    entries = "select closed from act where act = 'document.prepared' order by seq"
    assert [row[0] for row in room.desk.store.all(entries)] == [1, 0]
