"""Who gets a connection, what it may hear, and what it may send: asked of a real desk on real sockets."""

import itertools
import json
import random
import re
import time

import pycrdt
import pytest
from desk_process import Refused, Socket, running_desk
from websocket import ABNF, WebSocketException

from session_app.views.live import TOPICS

pytestmark = pytest.mark.slow

SPELLS = ("mariposa", "quetzal", "ceiba", "volcán", "izote", "torogoz")
"""Words that stand in no text of the demonstration."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with running_desk(tmp_path_factory.mktemp("desk")) as running:
        yield running


class Writer:
    """Somebody who has the draft open and holds a copy of its paragraphs."""

    def __init__(self, desk, role, **options):
        self.desk, self.draft = desk, desk.draft()
        self.socket = desk.enter(role, **options)
        opened = self.socket.ask("draft.open", {"draft": self.draft, "tab": "tab"})
        assert opened["ok"], opened
        self.clients = opened["clients"]
        self.rows = opened["draft"]["rows"]
        self.docs = {}

    def copy(self, paragraph):
        if paragraph not in self.docs:
            doc = pycrdt.Doc(client_id=self.clients.pop())
            for language in ("es", "en"):
                doc.get(language, type=pycrdt.Text)
            header, diff = self.socket.ask_whole(
                "draft.sync", {"draft": self.draft, "ids": [paragraph], "lens": [1]}, b"\x00"
            )
            assert header["lens"] == [len(diff)]
            doc.apply_update(diff)
            self.docs[paragraph] = doc
        return self.docs[paragraph]

    def type(self, words, paragraph=None, language="es"):
        """Type words at the beginning of a paragraph; returns the ack."""
        paragraph = paragraph or self.rows[0]["id"]
        doc = self.copy(paragraph)
        before = doc.get_state()
        doc.get(language, type=pycrdt.Text).insert(0, words)
        return self.socket.ask(
            "draft.update",
            {"draft": self.draft, "paragraph": paragraph, "client": doc.client_id, "clock": 0},
            doc.get_update(before),
        )

    def has_received(self, word, seconds=5.0):
        return self.socket.wait(
            lambda: any(word.encode() in frame for frame in self.socket.frames), seconds
        )


def test_nobody_connects_without_a_login(desk):
    for cookie in (None, "", "nonsense", "x" * 4000):
        opened = Socket(desk.port, cookie)
        assert not opened.accept()
        opened.close()


def test_what_a_client_says_of_itself_opens_no_connection(desk):
    for auth in ({"person": desk.person("chair")}, {"login": desk.sign_in("chair")}, [1], "x", 7):
        opened = Socket(desk.port, None)
        assert not opened.accept(auth)
        opened.close()


def test_who_has_not_been_let_in_hears_nothing_of_the_room(desk):
    stranger = Socket(desk.port, None)
    assert not stranger.accept()
    chair = desk.enter("chair", "agenda")
    stranger.send("join", {"session": desk.session, "page": "home", "topics": []}, number=1)
    stranger.send("draft.open", {"draft": desk.draft(), "tab": "t"}, number=2)
    assert chair.do("agenda.add", title_es="Mariposa", title_en="Butterfly")["ok"]
    assert chair.wait(lambda: chair.heard("fragment"))
    time.sleep(0.3)
    assert [frame[:2] for frame in stranger.frames] == [b"0{", b"44"]


def test_a_stranger_who_has_been_refused_is_put_off_the_line(desk):
    stranger = Socket(desk.port, None)
    assert not stranger.accept()
    assert stranger.wait_closed(2)


def test_news_for_nobody_goes_to_nobody(desk):
    """To Socket.IO an empty audience is everybody; here it is empty."""
    waiting = desk.connect(desk.sign_in("chair"))  # has joined no session
    act = f"/s/{desk.session}/do/agenda.add"
    form = {"title_es": "Ceiba", "title_en": "Kapok"}
    assert desk.ask(act, cookie=desk.sign_in("chair"), form=form).status == 303
    assert waiting.ask("beat", {})["ok"]
    time.sleep(0.3)
    assert [frame[:2] for frame in waiting.frames if frame != b"2"] == [b"0{", b"40", b"43"]


def test_every_screen_follows_an_act_within_a_second_and_a_newcomer_has_the_same(desk):
    chair = desk.enter("chair")
    screens = {role: desk.enter(role, "agenda") for role in ("delegate-hnd", "projector")}
    item = chair.do("agenda.add", title_es="Torogoz", title_en="Motmot")
    started = time.monotonic()
    assert item["ok"]
    for role, screen in screens.items():
        assert screen.wait(lambda screen=screen: screen.heard("fragment"), 1), role
        pushed = screen.heard("fragment")[-1][0]
        assert "Torogoz" in pushed["html"]
        again = desk.connect(desk.sign_in(role))
        joined = again.ask("join", {"session": desk.session, "page": "x", "topics": ["agenda"]})
        assert joined["fragments"]["agenda"] == pushed["html"]
    assert time.monotonic() - started < 1


def test_a_forged_connect_or_disconnect_gives_nobody_another_name(desk):
    opened = desk.enter("observer-organisation")
    opened.ask_whole("connect", {"person": desk.person("chair")})
    assert not opened.do("agenda.advance")["ok"]
    opened.ask_whole("disconnect", "because")
    assert not opened.do("agenda.advance")["ok"]
    opened.ask_whole("connect", {"HTTP_COOKIE": f"login={desk.sign_in('chair')}"})
    assert not opened.do("agenda.advance")["ok"]


def test_a_second_connect_on_an_open_line_is_judged_by_its_login_as_it_stands(desk):
    cookie = desk.sign_in("drafting-can")
    opened = desk.connect(cookie)
    opened.send_text("41")
    assert desk.ask("/out", cookie=cookie, form={}).status == 303
    opened._connected = None
    assert not opened.accept()


def test_signing_out_ends_every_open_socket_of_that_login_within_a_second(desk):
    cookie = desk.sign_in("drafting-can")
    first, second = desk.connect(cookie), desk.connect(cookie)
    other = desk.enter("drafting-can")
    started = time.monotonic()
    desk.ask("/out", cookie=cookie, form={})
    assert first.wait_closed(1)
    assert second.wait_closed(1)
    assert time.monotonic() - started < 1
    assert first.heard("bye") == [[{"reason": "signed_out"}]]
    assert not Socket(desk.port, cookie).accept()
    assert other.do("person.language", language="es")["ok"]


def test_a_grant_withdrawn_ends_the_delivery_of_the_draft_at_once(desk):
    chair, writer = desk.enter("chair"), Writer(desk, "drafting-can")
    given = chair.do(
        "grant.give", person=desk.person("interpreter"), right="read_draft", reason="Interpreta"
    )
    interpreter = Writer(desk, "interpreter")
    assert writer.type("quetzal ")["ok"]
    assert interpreter.has_received("quetzal")
    assert chair.do("grant.withdraw", grant=given["grant"])["ok"]
    assert writer.type("izote ")["ok"]
    assert interpreter.socket.wait_closed(1)
    assert interpreter.socket.heard("bye") == [[{"reason": "closed"}]]
    assert not interpreter.has_received("izote", 0.3)
    again = desk.enter("interpreter")
    assert not again.ask("draft.open", {"draft": desk.draft(), "tab": "t"})["ok"]


def test_who_opens_the_draft_while_others_write_misses_no_word(desk):
    """Audiences are remembered; who opens a draft late, joins again or comes back is in the next one."""
    writer = Writer(desk, "drafting-can")
    watching = desk.enter("drafting-mex")
    assert writer.type("antes ")["ok"]  # the session's readers are worked out here
    values = {"draft": writer.draft, "tab": "late"}
    assert watching.ask("draft.open", values)["ok"]
    for word in ("primera ", "segunda "):
        heard = len(watching.heard("draft.updates"))
        assert writer.type(word)["ok"]
        assert watching.wait(lambda heard=heard: len(watching.heard("draft.updates")) > heard, 2)
        again = {"session": desk.session, "page": "draft", "topics": ["agenda"]}
        assert watching.ask("join", again)["ok"]
    watching.close()
    back = Writer(desk, "drafting-mex")
    assert writer.type("tercera ")["ok"]
    assert back.has_received("tercera", 2)


def test_somebody_accredited_anew_as_a_guest_loses_pen_and_text_at_once(tmp_path):
    people = tmp_path / "people.csv"
    people.write_text(
        "name,delegation,capacity,email,language,drafting,audience\n"
        "Anjali Singh,UNICEF,guest,a.singh@can.example.org,en,no,\n"
    )
    with running_desk(tmp_path) as desk:
        demoted, writer = Writer(desk, "drafting-can"), Writer(desk, "drafting-mex")
        assert writer.type("quetzal ")["ok"]
        assert demoted.has_received("quetzal")
        assert "1 updated" in desk.run("accredit", desk.session, people)
        assert writer.type("izote ")["ok"]
        assert demoted.socket.wait_closed(1)
        assert not demoted.has_received("izote", 0.3)
        again = desk.enter("drafting-can")
        assert not again.ask("draft.open", {"draft": desk.draft(), "tab": "t"})["ok"]


def test_a_pen_taken_or_given_back_reaches_the_open_editor_at_once(tmp_path):
    head = "name,delegation,capacity,email,language,drafting\n"
    taken, given = tmp_path / "taken.csv", tmp_path / "given.csv"
    taken.write_text(f"{head}Anjali Singh,CAN,delegate,a.singh@can.example.org,en,no\n")
    given.write_text(
        f"{head}Anjali Singh,CAN,drafting_representative,a.singh@can.example.org,en,yes\n"
    )
    with running_desk(tmp_path) as desk:
        writer = Writer(desk, "drafting-can")
        for count, people, writable in ((1, taken, []), (2, given, ["en", "es"])):
            desk.run("accredit", desk.session, people)
            assert writer.socket.wait(
                lambda n=count: len(writer.socket.heard("draft.rights")) == n, 1
            )
            told = writer.socket.heard("draft.rights")[-1][0]
            assert told["writable"] == writable
            assert ("draft:edit" in told["may"]) is bool(writable)
        assert writer.type("de nuevo ")["ok"]


def test_new_badges_end_every_login_at_once(tmp_path):
    with running_desk(tmp_path) as desk:
        cookie = desk.sign_in("drafting-can")
        opened = desk.connect(cookie)
        desk.run("badges", desk.session, "--anew")
        assert opened.wait_closed(1)
        assert not Socket(desk.port, cookie).accept()
        assert desk.ask("/in", form={"code": desk.codes["chair"]}).status == 400


def test_a_closed_door_ends_the_delivery_of_the_draft_at_once(desk):
    chair, writer = desk.enter("chair"), Writer(desk, "drafting-mex")
    assert chair.do("sitting.close")["ok"]
    assert chair.do("sitting.open", mode="closed")["ok"]
    try:
        assert writer.socket.wait_closed(1)
    finally:
        chair.do("sitting.close")
        chair.do("sitting.open", mode="open")
    assert Writer(desk, "drafting-mex").type("otra vez ")["ok"]


def test_a_page_is_sent_of_what_it_was_served_with_only_what_differs(desk):
    cookie = desk.sign_in("delegate-hnd")
    served = desk.ask(f"/s/{desk.session}/", cookie=cookie).body.decode()
    marks = json.loads(re.search(r'id="shown">(.*?)</script>', served)[1])
    assert {"agenda", "floor", "sitting"} <= marks.keys()
    opened = desk.connect(cookie)
    page = {"session": desk.session, "page": "home", "topics": [*marks]}
    whole = opened.ask("join", page)["fragments"]
    assert all(html in served for html in whole.values()), "to the letter"
    assert opened.ask("join", page | {"shown": marks})["fragments"] == {}
    some = opened.ask("join", page | {"shown": marks | {"floor": "another", "agenda": ""}})
    assert some["fragments"] == {topic: whole[topic] for topic in ("agenda", "floor")}


def test_a_page_that_has_nothing_is_given_the_texts_with_the_draft(desk):
    writer = Writer(desk, "drafting-can")
    assert writer.type("Colibrí ")["ok"]
    reader = desk.enter("drafting-mex")
    values = {"draft": desk.draft(), "tab": "t", "texts": True}
    facts, texts = reader.ask_whole("draft.open", values)
    assert facts["ids"] == [row["id"] for row in facts["draft"]["rows"]]
    assert sum(facts["lens"]) == len(texts)
    doc = pycrdt.Doc()
    doc.apply_update(texts[: facts["lens"][0]])
    assert str(doc.get("es", type=pycrdt.Text)).startswith("Colibrí ")


def test_who_joins_and_opens_the_draft_in_one_breath_is_given_it_only_if_the_join_is(desk):
    values = {"draft": desk.draft(), "tab": "t", "texts": True}
    page = {"page": "draft", "topics": []}
    for role, session in (("drafting-mex", "elsewhere"), ("observer-country", desk.session)):
        opened = desk.connect(desk.sign_in(role))
        opened.send("join", {"session": session, **page}, number=900)
        answer = opened.ask("draft.open", values)
        assert not answer["ok"], (role, answer)
        assert answer["code"] != "message.failed"
    opened = desk.connect(desk.sign_in("drafting-mex"))
    opened.send("join", {"session": desk.session, **page}, number=900)
    assert opened.ask("draft.open", values)["ok"]


READERS = ("chair", "secretariat", "drafting-can", "drafting-mex", "drafting-slv", "delegate-hnd")
OUTSIDERS = ("observer-organisation", "observer-country", "rrocm", "projector", "interpreter")


def test_no_outsiders_socket_ever_receives_a_byte_of_the_draft(desk):
    draft = desk.draft()
    outsiders = {role: desk.enter(role, *TOPICS) for role in OUTSIDERS}
    writer, reader = Writer(desk, "drafting-can"), Writer(desk, "drafting-mex")
    paragraph = writer.rows[0]["id"]
    for role, opened in outsiders.items():
        for name, values in (
            ("draft.open", ({"draft": draft, "tab": "t", "texts": True},)),
            ("draft.lease", ({"draft": draft},)),
            ("draft.sync", ({"draft": draft, "ids": [paragraph], "lens": [1]}, b"\x00")),
            (
                "draft.update",
                ({"draft": draft, "paragraph": paragraph, "client": 1, "clock": 0}, b"\x00\x00"),
            ),
            ("draft.presence", ({"draft": draft},)),
            ("join", ({"session": desk.session, "page": "draft", "topics": []},)),
        ):
            answer = opened.ask(name, *values)
            assert answer["ok"] is (name == "join"), (role, name, answer)
    for word in SPELLS:
        assert writer.type(f"{word} ")["ok"]
        assert reader.has_received(word)
    added = writer.socket.do(
        "paragraph.add", draft=draft, op="a" * 26, section=writer.rows[0]["section"]
    )
    assert added["ok"]
    assert reader.socket.wait(lambda: _names(reader.socket, "draft.changed"))
    assert reader.socket.wait(lambda: reader.socket.heard("draft.presence"))
    time.sleep(0.3)
    secrets = [word.encode() for word in SPELLS] + [paragraph.encode(), added["paragraph"].encode()]
    for role, opened in outsiders.items():
        received = b"".join(opened.frames)
        assert not [each for each in secrets if each in received], role
        names = {name for name, _ in opened.events}
        names |= {values[0]["name"] for values in opened.heard("event")}
        assert not {name for name in names if name.startswith(("draft", "paragraph"))}, role


def _names(opened, name):
    return [values for values in opened.heard("event") if values[0]["name"] == name]


NESTED = json.loads("[" * 60 + "]" * 60)
ODD_VALUES = (
    None,
    True,
    -1,
    1.5,
    2**70,
    "",
    "x" * 30_000,
    "\x00\ud800",
    [],
    {},
    NESTED,
    list(range(5000)),
    {"a": {"a": {"a": {}}}},
    float("nan"),
    "../../etc/passwd",
)


FIELDS = {
    "join": ["session", "topics", "shown"],
    "command": ["name", "values"],
    "draft.open": ["draft", "tab"],
    "draft.lease": ["draft"],
    "draft.sync": ["ids", "lens"],
    "draft.update": ["draft", "paragraph", "client"],
    "draft.presence": ["draft", "paragraph", "language", "anchor", "head"],
}


def test_malformed_messages_are_refused_in_one_sentence_and_the_desk_stays_up(desk):
    draft, rng = desk.draft(), random.Random(7)
    # By several in turn: who alone sends so much that is malformed is put off the line.
    turns = itertools.cycle([desk.enter(role) for role in READERS])
    for name, fields in FIELDS.items():
        attachments = [rng.randbytes(20)] if name in ("draft.sync", "draft.update") else []
        for odd, opened in zip(ODD_VALUES, turns, strict=False):
            answers = [opened.ask(name, odd), opened.ask(name, odd, b"\xff" * 9)]
            for field in fields:
                honest = {"session": desk.session, "draft": draft, "paragraph": "p", "client": 1}
                answer = opened.ask(name, honest | {field: odd}, *attachments)
                if not _is_fine(name, field, odd):
                    answers.append(answer)
            for answer in answers:
                assert set(answer) == {"ok", "code", "params", "sentence"}, (name, odd, answer)
                assert answer["code"] != "message.failed", (name, odd, answer)
    for opened, _ in zip(turns, READERS, strict=False):
        assert opened.do("person.language", language="es")["ok"]


def _is_fine(name, field, odd):
    tab = isinstance(odd, str) and 1 <= len(odd) <= 64
    return (name, field, odd) in (
        ("join", "topics", []),
        ("join", "shown", {}),
        ("draft.presence", "paragraph", None),
    ) or ((name, field) == ("draft.open", "tab") and tab)


def test_a_flood_of_messages_does_not_keep_the_others_waiting(desk):
    other = desk.enter("delegate-hnd")
    flooding = desk.enter("observer-organisation")
    refused = flooding.ask(
        "join", {"session": desk.session, "page": "home", "topics": ["agenda"] * 20_000}
    )
    assert refused["code"] == "message.malformed"
    for number in range(3_000):
        flooding.send("command", {"name": "agenda.advance", "values": {}}, number=10_000 + number)
    begun = time.monotonic()
    assert other.ask("beat", {})["ok"]
    assert time.monotonic() - begun < 0.5


def test_a_message_that_is_no_message_costs_only_its_own_sender(desk):
    other = desk.enter("chair")
    for text in (
        "9",
        "4",
        "42",
        "42[",
        '42{"a":1}',
        "42" + "[" * 50_000,
        '459-["x"]',
        "5",
        "40/x,",
        "4½",
    ):
        opened = desk.enter("drafting-can")
        opened.send_text(text)
        try:
            assert opened.do("person.language", language="es")["ok"]
        except Refused:
            assert opened.wait_closed(5)
        opened.close()
    assert other.do("person.language", language="es")["ok"]


def test_an_oversized_message_is_never_held_in_memory(desk):
    before = desk.memory()
    for cookie in (None, desk.sign_in("drafting-can")):
        whole, parts = Socket(desk.port, cookie), Socket(desk.port, cookie)
        with pytest.raises((Refused, TimeoutError)):
            whole.ask("join", {"session": "x" * 50_000_000}, seconds=5)
        assert whole.wait_closed(5)
        with pytest.raises((OSError, WebSocketException)):
            _send_in_parts(parts, 500)
        assert parts.wait_closed(5)
    assert desk.memory() - before < 10_000_000


def _send_in_parts(opened, count):
    for part in range(count):
        opcode = ABNF.OPCODE_CONT if part else ABNF.OPCODE_TEXT
        opened.wire.send_frame(ABNF.create_frame("y" * 100_000, opcode, fin=0))


@pytest.mark.parametrize("wrong", [{"host": "evil.test"}, {"origin": "http://evil.test"}])
def test_another_host_or_origin_gets_no_socket(desk, wrong):
    cookie = desk.sign_in("chair")
    opened = Socket(desk.port, cookie, **wrong)
    assert opened.wait_closed(5)
    assert opened.frames == []


def test_another_host_or_origin_gets_no_page_and_no_act(desk):
    cookie = desk.sign_in("chair")
    act = f"/s/{desk.session}/do/agenda.advance"
    before = desk.query("select max(seq) from event")
    for headers in (
        {"Host": "evil.test"},
        {"Host": f"evil.test:{desk.port}", "Origin": f"http://evil.test:{desk.port}"},
        {"Origin": "http://evil.test"},
        {"Origin": "null"},
        {"Origin": ""},
    ):
        assert desk.ask(act, cookie=cookie, form={}, headers=headers).status in (404, 421)
    for path in ("/", "/socket.io/?EIO=4&transport=polling"):
        assert desk.ask(path, headers={"Host": "evil.test"}).status == 421
    assert desk.query("select max(seq) from event") == before


def test_polling_is_not_spoken(desk):
    answer = desk.ask("/socket.io/?EIO=4&transport=polling", cookie=desk.sign_in("chair"))
    assert answer.status == 400


def test_one_person_holds_only_so_many_sockets(desk):
    cookie = desk.sign_in("rrocm")
    opened = [Socket(desk.port, cookie) for _ in range(25)]
    accepted = [each for each in opened if each.accept()]
    assert 10 <= len(accepted) <= 20
    for each in opened:
        each.close()
