"""The contract: its copies are up to date, and state plus events is what a newcomer would read."""

import json
from dataclasses import asdict

import pytest
from conftest import NOW

from docs.generate import FILES, ROOT, find_stale, write
from session_app.domain import agenda, contract
from session_app.domain.contract import COMMANDS, EVENTS
from session_app.services.acts import HANDLERS
from session_app.services.adoption import digest
from session_app.services.structure import read_structure
from session_app.store import drafts, sessions
from session_app.views.live import TOPICS, TOPICS_OF_EVENT


def test_the_generated_files_are_up_to_date():
    assert find_stale(ROOT) == [], "run make docs"


def test_a_generated_file_changed_by_hand_is_found(tmp_path):
    write(tmp_path)
    assert find_stale(tmp_path) == []
    name = next(iter(FILES))
    (tmp_path / name).write_text("by hand")
    assert find_stale(tmp_path) == [name]


def test_every_command_has_its_verb_and_no_verb_is_without_a_command():
    assert set(HANDLERS) == set(COMMANDS.values())


def test_every_event_makes_some_topic_stale_and_only_topics_that_exist():
    assert TOPICS_OF_EVENT.keys() == EVENTS.keys()
    assert {topic for topics in TOPICS_OF_EVENT.values() for topic in topics} <= TOPICS.keys()


class Screen:
    """What a screen knows: the state it was given once, and every event since, assigned."""

    def __init__(self, room):
        self.room = room
        self.state = self.read()
        self.seq = room.desk.store.last_seq(room.session)

    def read(self):
        """A fresh reading of the state each event carries."""
        desk, session = self.room.desk, self.room.session
        sitting = sessions.sitting(desk.store, session)
        present = sessions.present(desk.store, session)
        return json.loads(
            json.dumps(
                {
                    "agenda.changed": agenda.changed(sessions.agenda(desk.store, session)).plain(),
                    "sitting.changed": {
                        "number": sitting.number,
                        "state": sitting.state,
                        "mode": sitting.mode,
                        "since": sitting.since,
                        "resumes_at": sitting.resumes_at,
                    },
                    "attendance.changed": {
                        "present": [
                            each.code for each in desk.forum.members if each.code in present
                        ]
                    },
                    "draft.changed": asdict(
                        read_structure(desk.store, self.room.draft, desk.drafts.style)
                    ),
                }
            )
        )

    def follow(self):
        """Take in what has been announced since."""
        for row in self.room.desk.store.all(
            "select seq, name, state from event where session = ? and seq > ? order by seq",
            (self.room.session, self.seq),
        ):
            self.seq = row["seq"]
            if row["name"] in self.state:
                self.state[row["name"]] = json.loads(row["state"])


def first(room, **wanted):
    return next(row for row in room.rows() if all(getattr(row, k) == v for k, v in wanted.items()))


def advance(room):
    room.do("chair", "agenda.advance")


def add_and_move_an_item(room):
    item = room.do("secretariat", "agenda.add", title_es="Varios", title_en="Other")["item"]
    room.do("chair", "agenda.move", item=item, direction="up")
    room.do("chair", "agenda.retitle", item=item, title_es="Otros", title_en="Others")
    room.do("chair", "agenda.finish", item=item)
    room.do("chair", "agenda.reopen", item=item)


def suspend_resume_close_and_open(room):
    room.do("chair", "sitting.suspend", resumes_at="15:30")
    room.do("chair", "sitting.resume")
    room.do("chair", "sitting.close")
    room.do("chair", "sitting.open", mode="members")


def mark_attendance(room):
    room.do("chair", "attendance.mark", delegation="BLZ", present=True)
    room.do("chair", "attendance.mark", delegation="CAN", present=False)


def change_the_structure(room):
    section, last = room.rows()[0].section, first(room, kind="item").id
    added = room.do("drafting-can", "paragraph.add", section=section)["paragraph"]
    room.do("drafting-can", "paragraph.add", section=section, after=last)
    room.do("drafting-mex", "paragraph.move", paragraph=added, direction="down")
    room.do("drafting-mex", "paragraph.indent", paragraph=added)
    room.do("drafting-can", "paragraph.outdent", paragraph=added)
    room.do("drafting-can", "paragraph.split", paragraph=last, language="es", at=10)
    room.do("drafting-can", "paragraph.delete", paragraph=added)


def paste_and_undo(room):
    op = "p" * 26
    pasted = ({"kind": "item", "text": "uno"}, {"kind": "sub-item", "text": "dos"})
    section = room.rows()[0].section
    room.do(
        "drafting-can", "paragraph.paste", op=op, section=section, language="es", paragraphs=pasted
    )
    room.do("drafting-can", "paragraph.undo", undoes=op)


def type_into_an_agreed_paragraph(room):
    agreed = first(room, state="agreed").id
    with room.desk.drafts.lock:
        with room.desk.store.transaction(NOW) as tx:
            room.desk.drafts.write(tx, room.draft, agreed, {"es": "Otro texto."}, person="")
        room.desk.drafts.settle()
    room.do("chair", "paragraph.mark", paragraph=agreed, state="bracketed")


def adopt_a_paragraph(room):
    agreed = first(room, state="agreed").id
    texts = room.desk.drafts.texts(agreed)
    room.do("chair", "paragraph.adopt", paragraph=agreed, digest=digest(texts))


@pytest.mark.parametrize(
    "happen",
    [
        advance,
        add_and_move_an_item,
        suspend_resume_close_and_open,
        mark_attendance,
        change_the_structure,
        paste_and_undo,
        type_into_an_agreed_paragraph,
        adopt_a_paragraph,
    ],
)
def test_what_a_screen_had_and_the_events_since_are_what_a_newcomer_reads(room, happen):
    screen = Screen(room)
    before = dict(screen.state)
    happen(room)
    screen.follow()
    assert screen.state == screen.read()
    assert screen.state != before or happen is paste_and_undo


def test_the_draft_counts_each_change_of_its_structure_once(room):
    versions = []
    for _ in range(3):
        room.do("drafting-can", "paragraph.add", section=room.rows()[0].section)
        versions.append(drafts.draft(room.desk.store, room.draft).version)
    assert versions == list(range(versions[0], versions[0] + 3))


def test_every_event_says_only_what_its_action_covers():
    """An event that carries the draft's structure needs the draft's own action."""
    for name, event in contract.EVENTS.items():
        if name.startswith(("draft.", "paragraph.")):
            assert event.needs == "draft:read"
