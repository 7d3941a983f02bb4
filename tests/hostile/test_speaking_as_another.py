"""Who writes and who is there is what the server knows, never what a client says of itself."""

from __future__ import annotations

import json

import pycrdt
import pytest
from desk_process import running_desk

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with running_desk(tmp_path_factory.mktemp("desk")) as running:
        yield running


class Editor:
    """Somebody with the draft open."""

    def __init__(self, desk, role):
        self.desk, self.draft = desk, desk.draft()
        self.socket = desk.enter(role)
        self.facts = self.socket.ask("draft.open", {"draft": self.draft, "tab": role})
        self.clients = self.facts["clients"]
        self.rows = self.facts["draft"]["rows"]

    def send(self, client, words, **forged):
        """Type words at the beginning of the first paragraph under a client id."""
        paragraph = self.rows[0]["id"]
        values = {"draft": self.draft, "ids": [paragraph], "lens": [1]}
        _, content = self.socket.ask_whole("draft.sync", values, b"\x00")
        doc = pycrdt.Doc(client_id=client)
        text = doc.get("es", type=pycrdt.Text)
        doc.apply_update(content)
        before = doc.get_state()
        text.insert(0, words)
        values = {"draft": self.draft, "paragraph": paragraph, "client": client, "clock": 0}
        return self.socket.ask("draft.update", values | forged, doc.get_update(before))

    def seen(self):
        """The others as this one has been told of them last, by delegation."""
        told = self.socket.heard("draft.presence")
        return {each["delegation"]: each for each in told[-1][0]["people"]} if told else {}

    def presence(self, **values):
        return self.socket.ask("draft.presence", {"draft": self.draft} | values)


@pytest.fixture
def can(desk):
    return Editor(desk, "drafting-can")


@pytest.fixture
def mex(desk):
    return Editor(desk, "drafting-mex")


def test_nobody_writes_under_an_id_that_was_handed_to_another(desk, can, mex):
    before = desk.query("select count(*) from text_update")
    for client in (can.clients[0], 1, 2**32 - 1):
        refused = mex.send(client, "ajeno ")
        assert (refused["ok"], refused["code"]) == (False, "update.rejected")
    assert desk.query("select count(*) from text_update") == before
    # Nor by saying one thing and sending another.
    paragraph = mex.rows[0]["id"]
    doc = pycrdt.Doc(client_id=can.clients[0])
    doc.get("es", type=pycrdt.Text).insert(0, "ajeno")
    values = {"draft": mex.draft, "paragraph": paragraph, "client": mex.clients[0]}
    refused = mex.socket.ask("draft.update", values, doc.get_update())
    assert (refused["ok"], refused["code"]) == (False, "update.rejected")
    assert desk.query("select count(*) from text_update") == before


def test_what_a_message_says_of_its_author_is_not_heard(desk, can, mex):
    victim = desk.person("drafting-can")
    forged = {"person": victim, "name": "x", "delegation": "CAN", "origin": "x", "author": victim}
    assert mex.send(mex.clients.pop(), "propio ", **forged)["ok"]
    written = desk.query("select person from text_update order by seq desc limit 1")
    assert written == [(desk.person("drafting-mex"),)]
    assert can.socket.wait(lambda: can.socket.heard("draft.updates"))


def test_a_command_names_no_author_and_no_session(desk, mex):
    for field in ("person", "session", "capacity", "delegation", "now"):
        answer = mex.socket.do("person.language", language="es", **{field: "x"})
        assert answer["code"] == "command.unknown_field"
    envelope = {"name": "agenda.advance", "values": {}, "person": desk.person("chair")}
    assert mex.socket.ask("command", envelope)["ok"] is False


def test_a_caret_bears_the_name_of_the_accreditation(desk, can, mex):
    forged = {"id": "x", "name": "Presidencia", "delegation": "SLV", "person": desk.person("chair")}
    place = {"paragraph": mex.rows[1]["id"], "language": "es", "anchor": 3, "head": 2**80}
    assert mex.presence(**place, **forged)["ok"]
    assert can.socket.wait(lambda: "paragraph" in can.seen().get("MEX", {}))
    told = can.seen()["MEX"]
    assert told.keys() == {"id", "delegation", "name", "paragraph", "language", "anchor", "head"}
    assert told["id"] != "x"
    assert told["name"] != "Presidencia"
    assert (told["anchor"], told["head"]) == (3, 20_000)
    assert "SLV" not in can.seen()


def test_a_caret_carries_no_words(desk, can, mex):
    place = {"language": "es", "anchor": 0, "head": 0}
    for words in ("Vote NO", "<b>x</b>", "x" * 41):
        mex.presence(paragraph=words, **place)
    for language in ("fr", ["es"], {"es": 1}, None):
        answer = mex.presence(paragraph=mex.rows[1]["id"], **place | {"language": language})
        assert answer["code"] == "message.malformed"
    assert mex.presence(paragraph=mex.rows[2]["id"], **place)["ok"]
    assert can.socket.wait(lambda: can.seen().get("MEX", {}).get("paragraph") == mex.rows[2]["id"])
    received = b"".join(can.socket.frames)
    assert b"Vote NO" not in received
    assert b"<b>x" not in received


def test_what_only_the_server_says_is_not_passed_on(desk, can, mex):
    heard = len(can.socket.events)
    people = [{"id": "y", "delegation": "SLV", "name": "Presidencia"}]
    for name, *values in (
        ("draft.updates", {"draft": mex.draft, "ids": ["x"], "lens": [2]}, b"\x00\x00"),
        ("event", {"seq": 9, "name": "draft.changed", "data": {}}),
        ("fragment", {"topic": "agenda", "html": "<b>ajeno</b>"}),
        ("bye", {"reason": "closed"}),
        ("draft.rights", {"writable": ["es"]}),
    ):
        mex.socket.send(name, *values)
    assert mex.presence(people=people, paragraph=None)["ok"]
    assert can.socket.wait(lambda: len(can.socket.events) > heard)
    since = can.socket.events[heard:]
    assert {name for name, _ in since} == {"draft.presence"}
    assert "SLV" not in json.dumps(since)


def test_observers_are_seen_nowhere_in_the_draft(desk, can):
    observer = desk.enter("observer-country")
    place = {"paragraph": can.rows[0]["id"], "language": "es", "anchor": 0, "head": 0}
    answer = observer.ask("draft.presence", {"draft": can.draft} | place)
    assert answer["ok"] is False
    assert can.presence(**place)["ok"]
    assert "COL" not in can.seen()


def test_updates_that_come_too_fast_are_asked_for_again_and_cost_nobody_the_line(desk, mex):
    paragraph = mex.rows[0]["id"]
    values = {"draft": mex.draft, "paragraph": paragraph, "client": mex.clients[0]}
    for number in range(900):
        mex.socket.send("draft.update", values, b"\x00\x00", number=50_000 + number)
    assert mex.socket.ask("beat", {})["ok"]
    refused = sum(b'"update.too_fast"' in frame for frame in mex.socket.frames)
    assert 100 < refused < 600
    assert not mex.socket.closed.is_set()
