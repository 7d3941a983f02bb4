"""Every door, as the application itself lists them, times every role of the demonstration.

What is expected comes from the access table, which `tests/domain/test_access.py` holds against the
sources; what matters most is written out here by hand as well.
"""

import re
from dataclasses import replace

import pytest
from conftest import NOW
from desk_process import running_desk

from docs.generate import FILES
from session_app.app import create_app
from session_app.config import Settings
from session_app.domain import contract
from session_app.domain.access import Action
from session_app.realtime.gateway import OWN, SIGNED_IN
from session_app.services.acts import HANDLERS
from session_app.services.desk import clock
from session_app.services.setup import DEMO_ROLES, create_session
from session_app.store import sessions, signing
from session_app.views.live import TOPICS, read_topic, viewer_of
from session_app.web import guard

NOBODY = "nobody"
HEAD, GUEST = "head", "guest"
ROLES = (*DEMO_ROLES, HEAD, GUEST, NOBODY)
MODES = ("open", "members")
ORIGIN = {"Origin": "http://localhost"}


class House:
    """The demonstration with two more people, its pages, and a login for everybody."""

    def __init__(self, room, tmp_path):
        self.room, self.desk, self.session = room, room.desk, room.session
        settings = Settings(data=tmp_path, port=80, hosts=("localhost",))
        self.app = create_app(settings, self.desk)
        self.people = dict(room.person)
        self._accredit_more()
        self.cookies = {role: self._sign_in(person) for role, person in self.people.items()}

    def _accredit_more(self):
        with self.desk.store.transaction(NOW) as tx:
            for role, delegation, capacity in ((HEAD, "BLZ", "head"), (GUEST, "OEA", "guest")):
                tx.execute("insert into person values (?, ?, null, 'es', '')", (role, role))
                tx.execute(
                    "insert into accreditation values (?, ?, ?, ?, 0, 'observers', '', '')",
                    (self.session, role, delegation, capacity),
                )
                self.people[role] = role
            tx.change_authority()

    def _sign_in(self, person):
        with self.desk.store.transaction(clock()) as tx:
            return signing.open_login(tx, person)

    def sit(self, mode):
        self.room.do("chair", "sitting.close")
        self.room.do("chair", "sitting.open", mode=mode)

    def may(self, role, action, session=None):
        person = self.people.get(role)
        return bool(self.desk.authority.may(session or self.session, person, action, clock()))

    def open(self, role, path, *, post=None):
        """The status of a page and its body."""
        client = self.app.flask.test_client(use_cookies=False)
        headers = ORIGIN | {"Cookie": f"login={self.cookies.get(role, '')}"}
        answer = (
            client.get(path, headers=headers)
            if post is None
            else client.post(path, data=post, headers=headers)
        )
        return answer.status_code, answer.get_data()


@pytest.fixture
def house(room, tmp_path):
    return House(room, tmp_path / "house")


# What is there, is declared ------------------------------------------------------------------


def test_every_page_declares_what_it_needs(house):
    declared = guard.doors(house.app.flask)
    assert declared.keys() == {rule.endpoint for rule in house.app.flask.url_map.iter_rules()}
    assert all(isinstance(needs, Action) or needs == guard.PUBLIC for needs in declared.values())


def test_every_page_of_a_session_is_behind_an_action_or_says_the_same_to_everybody(house):
    declared = guard.doors(house.app.flask)
    public = {
        rule.endpoint
        for rule in house.app.flask.url_map.iter_rules()
        if "session" in rule.arguments and declared[rule.endpoint] == guard.PUBLIC
    }
    assert public == {"act", "closed"}  # a command declares its own; the other page knows nothing


def test_every_message_of_a_socket_declares_what_it_needs(house):
    doors = house.app.gateway.doors
    assert house.app.sockets.server.handlers["/"].keys() - {"connect", "disconnect"} == doors.keys()
    assert {name for name, needs in doors.items() if not isinstance(needs, Action)} == {
        "command",
        "beat",
    }
    assert (doors["command"], doors["beat"]) == (OWN, SIGNED_IN)
    assert {name for name in doors if name.startswith("draft.")} <= {
        name for name, needs in doors.items() if needs is Action.READ_DRAFT
    }


def test_every_message_of_a_socket_is_in_the_reference(house):
    page = FILES["docs/reference/realtime.md"]()
    assert [name for name in house.app.gateway.doors if f"| `{name} {{" not in page] == []


def test_every_command_event_and_topic_declares_what_it_needs():
    assert set(HANDLERS) == set(contract.COMMANDS.values())
    for known in (contract.COMMANDS, contract.EVENTS, TOPICS):
        assert known
        assert all(isinstance(each.needs, Action) for each in known.values())


# What is not declared, does not start --------------------------------------------------------


def test_a_page_that_declares_a_word_for_an_action_does_not_start(house):
    for word in ("draft:read", "Public", ""):
        assert guard.door_of(guard.door(word)(lambda: "secret")) is None


def test_a_message_that_declares_a_word_for_an_action_does_not_start(house):
    house.app.gateway.listen("new", "draft:read", lambda *_: {"ok": True})
    with pytest.raises(LookupError, match="new"):
        house.app.gateway.check_doors()


def test_an_application_with_an_undeclared_page_does_not_start(house):
    house.app.flask.view_functions["new"] = lambda: "secret"
    house.app.flask.url_map.add(house.app.flask.url_rule_class("/new", endpoint="new"))
    with pytest.raises(LookupError, match="/new declares no action"):
        guard.doors(house.app.flask)


def test_an_application_with_an_undeclared_message_does_not_start(house):
    house.app.sockets.on_event("new", lambda: "secret")
    with pytest.raises(LookupError, match="new"):
        house.app.gateway.check_doors()


def test_an_application_with_a_command_that_nobody_does_does_not_start(house, monkeypatch):
    monkeypatch.setitem(contract.COMMANDS, "new.command", contract.Command)
    with pytest.raises((LookupError, AttributeError), match=r"new.command|needs"):
        house.app.gateway.check_doors()


def test_a_command_without_an_action_cannot_be_written():
    with pytest.raises(TypeError, match="needs"):
        type("New", (contract.Command,), {}, name="new.command")


# Every page, for everybody -------------------------------------------------------------------


def pages(app):
    """Every page of a session that can be got, as its address; and what it needs."""
    declared = guard.doors(app)
    for rule in app.url_map.iter_rules():
        if "session" in rule.arguments and "GET" in rule.methods:
            yield rule, declared[rule.endpoint]


@pytest.mark.parametrize("mode", MODES)
def test_a_page_opens_for_whom_the_table_allows_it_and_for_nobody_else(house, mode):
    house.sit(mode)
    for rule, needs in pages(house.app.flask):
        for role in ROLES:
            path = re.sub(r"<session>", house.session, rule.rule).replace("<layout>", "es")
            status, _ = house.open(role, path)
            if rule.endpoint == "download":
                allowed = house.may(role, Action.KNOW) and house.may(role, Action.DOWNLOAD)
            else:
                allowed = needs == guard.PUBLIC or house.may(role, needs)
            opened = 204 if rule.endpoint == "door_state" else 200
            if rule.endpoint == "door_state" and mode != "open" and role in SHUT_OUT:
                opened = 423
            assert status == (opened if allowed else 404), (mode, role, path)


SHUT_OUT = {"observer-organisation", "observer-country", "rrocm", GUEST, NOBODY}
"""Of the roles here, whom a members-only sitting keeps out."""

OPENED_BY = {
    #                      home  draft chair desk  files screen  ES document (a draft still)
    "chair":                 (1, 1, 1, 1, 1, 1, 1),
    "secretariat":           (1, 1, 1, 1, 1, 1, 1),
    "drafting-can":          (1, 1, 0, 0, 1, 1, 1),
    "drafting-mex":          (1, 1, 0, 0, 1, 1, 1),
    "drafting-slv":          (1, 1, 0, 0, 1, 1, 1),
    "delegate-hnd":          (1, 1, 0, 0, 1, 1, 1),
    HEAD:                    (1, 1, 0, 0, 1, 1, 1),
    "observer-organisation": (1, 0, 0, 0, 1, 1, 0),
    "observer-country":      (1, 0, 0, 0, 1, 1, 0),
    "rrocm":                 (1, 0, 0, 0, 1, 1, 0),
    GUEST:                   (1, 0, 0, 0, 1, 1, 0),
    "interpreter":           (1, 0, 0, 0, 1, 1, 0),
    "projector":             (1, 0, 0, 0, 1, 1, 0),
    NOBODY:                  (1, 0, 0, 0, 1, 1, 0),
}  # fmt: skip
PATHS = ("", "draft", "chair", "desk", "documents", "screen", "documents/es.docx")


def test_who_opens_what_by_hand(house):
    found = {
        role: tuple(int(house.open(role, f"/s/{house.session}/{path}")[0] == 200) for path in PATHS)
        for role in ROLES
    }
    assert found == OPENED_BY


def test_forbidden_and_absent_answer_alike(house):
    other = "red-otra-2018"
    held = sessions.session(house.desk.store, house.session)
    another = replace(held, id=other, body="network_consular")
    create_session(house.desk, another, (), clock())
    for role in ROLES:
        _compare(house, role, other)


def _compare(house, role, other):
    for path in (*PATHS, "closed"):
        there = house.open(role, f"/s/{other}/{path}")
        nowhere = house.open(role, f"/s/red-nada-2018/{path}")
        assert there == (there[0], nowhere[1].replace(b"red-nada-2018", other.encode())), path
        assert there[0] == nowhere[0] == (200 if path == "closed" else 404)
    for name in contract.COMMANDS:
        values = values_for(house, name)
        path = f"do/{name}"
        assert house.open(role, f"/s/{other}/{path}", post=values) == house.open(
            role, f"/s/red-nada-2018/{path}", post=values
        ), name
    for path in ("people", "badges"):
        assert house.open(role, f"/s/{other}/{path}", post={}) == house.open(
            role, f"/s/red-nada-2018/{path}", post={}
        )


# Every command, for everybody ----------------------------------------------------------------


def values_for(house, name):
    """Values of the right types that name nothing there is: who may, is told that."""
    values = {}
    hints = contract.get_type_hints(contract.COMMANDS[name])
    for field, hint in hints.items():
        options = contract.get_args(hint)
        if field == "draft":
            values[field] = house.room.draft
        elif field == "op":
            values[field] = "a" * 26
        elif hint is bool:
            values[field] = "true"
        elif options and all(isinstance(each, str) for each in options):
            values[field] = options[0]
        elif hint is str:
            values[field] = "nothing"
    return values


@pytest.mark.parametrize("mode", MODES)
def test_a_command_is_refused_to_whom_the_table_does_not_allow_it(house, mode):
    house.sit(mode)
    before = house.desk.store.last_seq(house.session)
    for name, command in contract.COMMANDS.items():
        values = values_for(house, name)
        for role in ROLES:
            if not house.may(role, command.needs):
                status, _ = house.open(role, f"/s/{house.session}/do/{name}", post=values)
                # A form that cannot be understood is refused as such, to everybody alike.
                assert status in (400, 404), (mode, role, name)
    assert house.desk.store.last_seq(house.session) == before


CONDUCT = ("sitting.open", "sitting.close", "agenda.advance", "agenda.add", "attendance.mark")


def test_only_chair_and_secretariat_conduct(house):
    for name in CONDUCT:
        allowed = {role for role in ROLES if house.may(role, contract.COMMANDS[name].needs)}
        assert allowed == {"chair", "secretariat"}, name


def test_only_the_chair_adopts_and_gives_grants(house):
    for name in ("paragraph.adopt", "draft.adopt", "grant.give", "grant.withdraw"):
        allowed = {role for role in ROLES if house.may(role, contract.COMMANDS[name].needs)}
        assert allowed == {"chair"}


def test_only_the_drafting_group_changes_the_structure(house):
    drafters = {"chair", "secretariat", "drafting-can", "drafting-mex", "drafting-slv"}
    for name, command in contract.COMMANDS.items():
        if command.needs is Action.EDIT_DRAFT:
            assert {role for role in ROLES if house.may(role, command.needs)} == drafters, name


# Every topic, for everybody ------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_a_topic_is_read_only_for_whom_the_table_allows_it(house, mode):
    house.sit(mode)
    for topic, known in TOPICS.items():
        for role in ROLES:
            now = clock()
            viewer = viewer_of(house.desk, house.session, house.people.get(role), now)
            model = read_topic(house.desk, house.session, topic, viewer, now)
            expected = house.may(role, known.needs)
            if topic == "sitting" and role == NOBODY:
                expected = False  # the hours of the room would tell when its door is closed
            assert (model is not None) == expected, (mode, role, topic)


def test_no_page_an_observer_opens_holds_a_word_of_the_draft(house):
    words = _words(house)
    for role in ("observer-organisation", "observer-country", "rrocm", "projector", NOBODY):
        for path in PATHS:
            _, body = house.open(role, f"/s/{house.session}/{path}")
            assert not [each for each in words if each.encode() in body], (role, path)


def test_the_page_of_a_drafter_does_lead_to_the_draft(house):
    now = clock()
    viewer = viewer_of(house.desk, house.session, house.people["drafting-can"], now)
    model = read_topic(house.desk, house.session, "draft", viewer, now)
    assert next(each.texts["es"] for each in model.paragraphs) in _words(house)


def _words(house):
    """What no observer may meet: the paragraphs, their ids and the draft's own."""
    rows = house.room.rows()
    texts = [house.desk.drafts.texts(row.id) for row in rows]
    return [
        *(row.id for row in rows),
        *(text for each in texts for text in each.values() if len(text) > 20),
        house.room.draft,
    ]


# Every message and every event of a socket, on the wire ---------------------------------------


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with running_desk(tmp_path_factory.mktemp("desk")) as running:
        yield running


READERS = {"chair", "secretariat", "drafting-can", "drafting-mex", "drafting-slv", "delegate-hnd"}


@pytest.mark.parametrize("role", DEMO_ROLES)
def test_the_drafts_messages_are_answered_to_its_readers_only(served, role):
    opened, draft = served.enter(role), served.draft()
    asked = {
        "draft.open": ({"draft": draft, "tab": "t"},),
        "draft.lease": ({"draft": draft},),
        "draft.sync": ({"draft": draft, "ids": [], "lens": []}, b""),
        "draft.presence": ({"draft": draft},),
    }
    for name, values in asked.items():
        answer = opened.ask(name, *values)
        assert answer["ok"] == (role in READERS), (role, name, answer)
    values = {"draft": draft, "paragraph": "nothing", "client": 1}
    refusal = opened.ask("draft.update", values, b"\x00\x00")
    assert (refusal["code"] == "paragraph.gone") == (role in READERS)
    opened.close()


@pytest.mark.parametrize("mode", MODES)
def test_each_change_reaches_whom_the_table_allows_and_nobody_else(served, mode):
    chair = served.enter("chair")
    assert chair.do("sitting.close")["ok"]
    assert chair.do("sitting.open", mode=mode)["ok"]
    expected = HEARD[mode]
    sockets = {role: served.enter(role, *TOPICS) for role in expected}
    draft = served.draft()
    for role in READERS:
        assert sockets[role].ask("draft.open", {"draft": draft, "tab": "t"})["ok"]
    section = served.query("select id from section where draft = ?", draft)[0][0]
    op = f"{mode:o<26}"
    assert chair.do("agenda.add", title_es="Nuevo", title_en="New")["ok"]
    assert chair.do("attendance.mark", delegation="BLZ", present=mode == "open")["ok"]
    assert sockets["drafting-can"].do("paragraph.add", draft=draft, op=op, section=section)["ok"]
    given = chair.do(
        "grant.give", person=served.person("observer-country"), right="speak", reason="Invitado"
    )
    assert chair.do("grant.withdraw", grant=given["grant"])["ok"]
    assert chair.do("sitting.suspend")["ok"]
    assert chair.do("sitting.resume")["ok"]
    for role, opened in sockets.items():
        assert opened.wait(lambda opened=opened: len(_shown(opened, "sitting")) == 2)
        heard = {values[0]["topic"] for values in opened.heard("fragment")}
        assert heard - {"documents", "door"} == expected[role], (mode, role)
        events = {values[0]["name"] for values in opened.heard("event")}
        assert events == ({"draft.changed"} if role in READERS else set()), (mode, role)
        opened.close()
    assert mode == "open" or chair.do("door.open")["ok"]


@pytest.mark.parametrize(
    "role", ["observer-organisation", "observer-country", "rrocm", "projector"]
)
def test_whom_the_door_keeps_out_has_no_line_at_all(served, role):
    chair = served.enter("chair")
    assert chair.do("sitting.close")["ok"]
    assert chair.do("sitting.open", mode="members")["ok"]
    opened = served.connect(served.sign_in(role))
    answer = opened.ask("join", {"session": served.session, "page": "home", "topics": ["sitting"]})
    assert (answer["ok"], answer["code"]) == (False, "door.closed")
    assert chair.do("door.open")["ok"]
    assert opened.ask("join", {"session": served.session, "page": "home", "topics": []})["ok"]


def _shown(opened, topic):
    return [values for values in opened.heard("fragment") if values[0]["topic"] == topic]


ROOM = {"sitting", "agenda", "attendance"}
DRAFTER = ROOM | {"draft"}
INSIDE = {
    "chair": DRAFTER | {"people"},
    "secretariat": DRAFTER | {"people"},
    "drafting-can": DRAFTER,
    "drafting-mex": DRAFTER,
    "drafting-slv": DRAFTER,
    "delegate-hnd": DRAFTER,
    "interpreter": ROOM,
}
HEARD = {
    "open": {
        **INSIDE,
        "observer-organisation": ROOM,
        "observer-country": {"sitting"},
        "rrocm": {"sitting"},
        "projector": ROOM,
    },
    "members": INSIDE,
}
"""Which topics change for each role in each mode, by hand."""


@pytest.mark.parametrize("role", DEMO_ROLES)
def test_a_session_that_is_not_ones_own_answers_a_socket_as_one_that_is_not_there(served, role):
    opened = served.connect(served.sign_in(role))
    facts = {"page": "home", "topics": []}
    absent = opened.ask("join", {"session": "red-nada-2018", **facts})
    assert (absent["ok"], absent["code"]) == (False, "session.unknown")
    if role == "chair":
        made = served.run(
            *(
                "session",
                "red-otra-2018",
                "--body",
                "network_consular",
                "--ppt",
                "PAN",
                "--city",
                "Panamá",
            ),
            *("--starts", "2018-06-02", "--ends", "2018-06-04", "--zone", "America/Panama"),
        )
        assert "agenda items" in made
    assert opened.ask("join", {"session": "red-otra-2018", **facts}) == absent
    draft = served.query("select id from draft where session = 'red-otra-2018'")
    assert draft
    assert opened.ask("join", {"session": served.session, **facts})["ok"]
    foreign = opened.ask("draft.open", {"draft": draft[0][0], "tab": "t"})
    assert foreign == opened.ask("draft.open", {"draft": "nowhere", "tab": "t"})
    opened.close()
