"""A rehearsal is tried with one's own badge, counts for nothing and leaves nothing behind."""

from __future__ import annotations

import io
import threading
import zipfile
from sqlite3 import IntegrityError

import pytest
from conftest import CRM, NOW

from session_app.app import create_app
from session_app.config import Settings
from session_app.domain import contract
from session_app.domain.access import Action
from session_app.domain.errors import Conflict, Forbidden, NotFound
from session_app.domain.people import Capacity
from session_app.realtime.lines import Connection
from session_app.services.accrediting import stage
from session_app.services.acts import HANDLERS
from session_app.services.adoption import read_standing
from session_app.services.desk import enter, perform
from session_app.services.door import preview_closing
from session_app.services.issuing import read_file
from session_app.services.live import Writing
from session_app.services.people import accredit
from session_app.services.rehearsal import begin_rehearsal, end_rehearsal
from session_app.services.screens import Enrolment
from session_app.services.signing import Browser, issue_badge
from session_app.store import drafts, people, rehearsals, sessions, signing
from session_app.store.database import new_id


class Rehearsal:
    """A rehearsal of the demonstration that is going on."""

    def __init__(self, room):
        self.room, self.desk = room, room.desk
        who = room.person["secretariat"]
        self.session = begin_rehearsal(room.desk, room.session, CRM, person=who, now=NOW)
        self.draft = drafts.draft_of(room.desk.store, self.session).id

    def do(self, role, name, **values):
        fields = contract.COMMANDS[name].__dataclass_fields__
        if "draft" in fields:
            values.setdefault("draft", self.draft)
        if "op" in fields:
            values.setdefault("op", new_id())
        return perform(
            self.desk,
            HANDLERS,
            session=self.session,
            person=self.room.person[role],
            command=contract.parse(name, values),
            now=NOW,
        )

    def practise(self):
        """The floor, the editor, the door, an adoption and a download, whose file is returned."""
        self.do("delegate-hnd", "floor.ask")
        self.do("chair", "floor.recognise")
        self.do("chair", "attendance.mark", delegation="HND", present=True)
        rows = drafts.rows(self.desk.store, self.draft)
        self.do("drafting-mex", "paragraph.add", section=rows[0].section, after=rows[0].id)
        self.do("drafting-can", "paragraph.delete", paragraph=rows[1].id)
        with self.desk.drafts.lock:
            with self.desk.store.transaction(NOW) as tx:
                texts = {"es": "Lo ensayado.", "en": "What was rehearsed."}
                who = self.room.person["drafting-mex"]
                self.desk.drafts.write(tx, self.draft, rows[2].id, texts, person=who)
            self.desk.drafts.settle()
        with pytest.raises(Forbidden):
            self.do("observer-country", "agenda.advance")
        seen = preview_closing(self.desk, self.session, "closed", NOW).seen
        self.do("chair", "door.close", mode="closed", seen=seen)
        self.do("chair", "roster.verify")
        self.do("chair", "door.open")
        digest = read_standing(self.desk, self.draft).digest
        self.do("chair", "draft.adopt", digest=digest, override="Ensayo")
        who = self.room.person["delegate-hnd"]
        return read_file(self.desk, self.session, "bilingual", person=who, clock=lambda: NOW)


@pytest.fixture
def rehearsal(room):
    return Rehearsal(room)


def end(room):
    end_rehearsal(room.desk, room.session, person=room.person["secretariat"], now=NOW)


def dump(desk):
    """Every value of every row of the store, table by table."""
    tables = [row[0] for row in desk.store.all("select name from sqlite_schema where type='table'")]
    return {
        table: sorted(tuple(map(str, row)) for row in desk.store.all(f"select * from {table}"))
        for table in tables
        if not table.startswith("sqlite_")
    }


def test_everybody_is_in_the_rehearsal_what_they_are_in_the_session(room, rehearsal):
    held = {
        each.person: (each.delegation, each.capacity, each.drafting)
        for each in people.accredited(room.desk.store, room.session)
    }
    assert held == {
        each.person: (each.delegation, each.capacity, each.drafting)
        for each in people.accredited(room.desk.store, rehearsal.session)
    }
    assert people.sessions_of(room.desk.store, room.person["chair"]) == [
        room.session,
        rehearsal.session,
    ]


def test_who_is_accredited_while_it_goes_on_is_in_the_rehearsal_too(room, rehearsal):
    facts = {"full_name": "Eva Luz", "delegation": "HND", "capacity": "delegate", "language": "es"}
    eva = room.do("secretariat", "people.add", **facts)["person"]
    room.do("secretariat", "people.change", person=eva, **{**facts, "capacity": "head"})
    for session in (room.session, rehearsal.session):
        assert room.desk.authority.actor(session, eva).capacity is Capacity.HEAD
    room.do("secretariat", "people.withdraw", person=eva, reason="Se fue")
    assert room.desk.authority.actor(rehearsal.session, eva).delegation != "HND"


def test_in_a_rehearsal_the_secretariat_conducts_without_the_presidency(room, rehearsal):
    rehearsal.do("secretariat", "agenda.advance")
    with pytest.raises(Forbidden):
        room.do("secretariat", "agenda.advance")


def test_nothing_tried_in_a_rehearsal_is_in_the_record_nor_that_it_was_held(room, rehearsal):
    before = room.record()
    rehearsal.practise()
    enter(
        room.desk,
        session=rehearsal.session,
        person=room.person["chair"],
        name="access.refuse",
        subject="",
        now=NOW,
        refusal=NotFound("draft.none"),
    )
    end(room)
    assert room.record() == before


def test_the_end_of_a_rehearsal_leaves_the_store_as_it_was(room):
    before = dump(room.desk)
    rehearsal = Rehearsal(room)
    rehearsal.practise()
    assert {table for table, rows in dump(room.desk).items() if rows != before[table]} > {
        "draft",
        "text_update",
        "adopted_text",
        "document",
        "floor_request",
    }
    end(room)
    after = dump(room.desk)
    told = {table for table in after if after[table] != before[table]}
    assert told == {"event"}  # the session's own: that one began, and ended
    assert rehearsal.session not in {each[1] for each in after["event"]}
    with pytest.raises(NotFound):
        sessions.session(room.desk.store, rehearsal.session)


def test_what_is_on_its_way_when_the_rehearsal_ends_is_refused_and_stores_nothing(room, rehearsal):
    row = drafts.rows(room.desk.store, rehearsal.draft)[0]
    late = Writing(rehearsal.draft, row.id, room.person["drafting-mex"], 7, b"\0\0", "")
    room.desk.drafts.submit(late)
    end(room)
    room.desk.drafts.flush(NOW)
    with pytest.raises(NotFound, match=r"paragraph\.gone"):
        late.wait()


def test_the_files_of_a_rehearsal_say_so_on_every_page_even_adopted(rehearsal):
    content = rehearsal.practise()
    words = read_headers(content)
    assert "ENSAYO" in words
    assert "Ensayo: este texto no es de la Conferencia" in words


def read_headers(content):
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return "".join(
            parts.read(name).decode()
            for name in parts.namelist()
            if name.startswith(("word/header", "word/footer"))
        )


def test_there_is_one_rehearsal_of_a_session_at_a_time_and_none_of_a_rehearsal(room, rehearsal):
    who = room.person["secretariat"]
    with pytest.raises(Conflict, match=r"rehearsal\.going_on"):
        begin_rehearsal(room.desk, room.session, CRM, person=who, now=NOW)
    with pytest.raises(Conflict, match=r"rehearsal\.of_rehearsal"):
        begin_rehearsal(room.desk, rehearsal.session, CRM, person=who, now=NOW)
    end(room)
    with pytest.raises(Conflict, match=r"rehearsal\.none"):
        end(room)


def test_only_secretariat_and_presidency_begin_and_end_a_rehearsal(room, rehearsal):
    for role in ("delegate-hnd", "observer-organisation", "drafting-mex"):
        with pytest.raises(Forbidden):
            end_rehearsal(room.desk, room.session, person=room.person[role], now=NOW)


def test_no_session_can_be_made_a_rehearsal_to_be_rid_of_it(room):
    change = "update session set rehearsal_of = id where id = ?"
    with (
        pytest.raises(IntegrityError, match="a rehearsal is one from the start"),
        room.desk.store.transaction(NOW) as tx,
    ):
        tx.execute(change, (room.session,))


def test_what_is_kept_for_ever_of_a_session_is_not_erased_as_a_rehearsal_is(room):
    with (
        pytest.raises(IntegrityError, match="the update log is the truth"),
        room.desk.store.transaction(NOW) as tx,
    ):
        rehearsals.erase(tx, room.session)
    assert len(room.rows()) == 46


def test_nobody_becomes_another_person_in_a_rehearsal_of_which_nothing_is_recorded(room, rehearsal):
    """A badge, a name and a screen are those of the session itself: what is done to them stands in a record."""
    before, chair = (
        room.desk.store.one(
            "select (select count(*) from person) * 1000 + (select count(*) from badge)"
        )[0],
        "chair",
    )
    who = {"person": room.person["secretariat"], "now": NOW}
    with pytest.raises(Conflict, match=r"people\.in_rehearsal"):
        issue_badge(room.desk, rehearsal.session, room.person[chair], anew=True, **who)
    csv = b"name,delegation,capacity\nAna,HND,delegate\n"
    with pytest.raises(Conflict, match=r"people\.in_rehearsal"):
        accredit(room.desk, rehearsal.session, csv, **who)
    with pytest.raises(Conflict, match=r"people\.in_rehearsal"):
        stage(room.desk, rehearsal.session, "lista.csv", csv, **who)
    line = {"full_name": "Otra", "delegation": "SLV", "capacity": "chair", "language": "es"}
    for name, values in (
        ("people.add", line),
        ("people.change", {"person": room.person[chair], **line}),
        ("people.withdraw", {"person": room.person[chair], "reason": "Ensayo"}),
        ("screen.rename", {"screen": room.person["projector"], "called": "Otra"}),
        ("screen.withdraw", {"screen": room.person["projector"]}),
    ):
        with pytest.raises(Conflict, match=r"people\.in_rehearsal"):
            rehearsal.do("secretariat", name, **values)
    enrolment = Enrolment(room.desk)
    _, waiting = enrolment.wait("", Browser("10.0.0.9", "Chrome"), at=0)
    with pytest.raises(Conflict, match=r"people\.in_rehearsal"):
        enrolment.enrol(
            rehearsal.session,
            waiting.code,
            name="Sala",
            audience="members",
            screen="",
            address="10.0.0.2",
            at=0,
            **who,
        )
    assert (
        room.desk.store.one(
            "select (select count(*) from person) * 1000 + (select count(*) from badge)"
        )[0]
        == before
    )


def test_what_is_published_in_a_rehearsal_is_nobodys_outside_the_room(room, rehearsal):
    may, at = room.desk.authority.may, rehearsal.session
    rehearsal.do(
        "chair", "paragraph.add", section=drafts.sections(room.desk.store, rehearsal.draft)[0].id
    )
    rehearsal.do(
        "chair",
        "draft.adopt",
        digest=read_standing(room.desk, rehearsal.draft).digest,
        override="Ensayo",
    )
    rehearsal.do("chair", "document.publish")
    assert may(at, room.person["delegate-hnd"], Action.DOWNLOAD, NOW)
    for outside in (None, room.person["rrocm"], room.person["observer-organisation"]):
        assert not may(at, outside, Action.DOWNLOAD, NOW)


def test_files_that_are_being_prepared_when_a_rehearsal_ends_leave_nothing_behind(
    room, rehearsal, monkeypatch
):
    reached, go_on = threading.Event(), threading.Event()

    def apart(work):
        reached.set()
        assert go_on.wait(30)
        return work()

    monkeypatch.setattr(room.desk, "apart", apart)
    rehearsal.do("secretariat", "document.prepare")
    job = room.desk.assemblies[rehearsal.draft]
    assert reached.wait(30)
    end(room)
    go_on.set()
    assert job.ended.wait(30)
    assert room.desk.assemblies == {}
    assert not room.desk.store.all("select 1 from event where session = ?", (rehearsal.session,))


def test_a_rehearsal_begins_whole_or_not_at_all(room):
    who, store = room.person["secretariat"], room.desk.store
    with store.transaction(NOW) as tx:
        tx.execute(
            "create trigger stop before insert on conduct_delegated"
            " begin select raise(abort, 'the machine stops here'); end"
        )
    with pytest.raises(IntegrityError, match="the machine stops here"):
        begin_rehearsal(room.desk, room.session, CRM, person=who, now=NOW)
    assert rehearsals.rehearsal_of(store, room.session) is None
    with store.transaction(NOW) as tx:
        tx.execute("drop trigger stop")
    assert begin_rehearsal(room.desk, room.session, CRM, person=who, now=NOW)


def test_nothing_shown_in_a_rehearsal_stays_in_the_desks_memory(room, rehearsal, tmp_path):
    publisher = create_app(Settings(data=tmp_path, port=80), room.desk).publisher
    with room.desk.store.transaction(NOW) as tx:
        login = signing.open_login(tx, room.person["chair"])
    for session in (rehearsal.session, room.session):
        publisher.enter(Connection(f"line of {session}", login, room.person["chair"]))
        publisher.show(publisher.lines.find(f"line of {session}"), session, ("agenda",))
        publisher.refresh(session, "agenda")
    end(room)
    publisher.deliver()
    assert {session for session, _ in publisher._renderings} == {room.session}
