"""Every door, as the application itself lists them, times every category and every mode of the sitting.

`App.inventory()` names the doors; `ROWS` says by hand what each one needs, so that a new door without a
row fails here. Who may then pass is expected from the access table, which
`tests/domain/test_access.py` holds against the sources; what matters most is written out by hand as well.
"""

import re
import sys
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from urllib.parse import urlencode

import pycrdt
import pytest
from conftest import NOW
from desk_process import running_desk

from docs.generate import FILES
from session_app.app import create_app
from session_app.config import Settings
from session_app.domain import contract
from session_app.domain.access import Action, Category
from session_app.domain.errors import ActError
from session_app.realtime.gateway import OWN, SIGNED_IN
from session_app.realtime.lines import TOLD, Connection
from session_app.services.acts import HANDLERS
from session_app.services.demo import DEMO_ROLES
from session_app.services.desk import clock
from session_app.services.door import preview_closing
from session_app.services.live import Writing
from session_app.services.setup import create_session
from session_app.store import drafts, sessions, signing
from session_app.views.live import TOPICS, read_topic
from session_app.views.viewer import viewer_of
from session_app.web import guard

NOBODY = "nobody"
HEAD, COMPANION, STAFF, GUEST, LEAVE = (
    "head",
    "companion",
    "ppt-staff",
    "guest",
    "interpreter-leave",
)
ROLES = (*DEMO_ROLES, HEAD, COMPANION, STAFF, GUEST, LEAVE, NOBODY)
STATES = ("open", "members", "unverified", "verified")
"""The modes of a sitting; a closed one before and after the PPT has confirmed who is in the room."""
ON_ROSTER = {HEAD, COMPANION, "interpreter", "secretariat"}
"""In the closed sitting here: two by right, two by an exception. Everybody else is off the roster."""
SERVER = {
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "80",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "SCRIPT_NAME": "",
    "QUERY_STRING": "",
    "CONTENT_TYPE": "application/x-www-form-urlencoded",
    "HTTP_HOST": "localhost",
    "HTTP_ORIGIN": "http://localhost",
    "wsgi.url_scheme": "http",
    "wsgi.errors": sys.stderr,
}
"""What every request here has in common. Some fifteen thousand are made, and Flask's own test client takes
as long over each as the application does."""


class House:
    """The demonstration with more people, its pages, and a login for everybody: all categories."""

    def __init__(self, room, tmp_path):
        self.room, self.desk, self.session = room, room.desk, room.session
        settings = Settings(data=tmp_path, port=80, hosts=("localhost",))
        self.app = create_app(settings, self.desk)
        self.people = dict(room.person)
        self._accredit_more()
        self.cookies = {role: self._sign_in(person) for role, person in self.people.items()}
        room.do("chair", "grant.give", person=LEAVE, right="read_draft", reason="Traduce")

    def _accredit_more(self):
        with self.desk.store.transaction(NOW) as tx:
            for role, delegation, capacity in (
                (HEAD, "BLZ", "head"),
                (COMPANION, "BLZ", "companion"),
                (STAFF, "SLV", "ppt_staff"),
                (GUEST, "OEA", "guest"),
                (LEAVE, "ST", "interpreter"),
            ):
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

    def sit(self, state):
        """Bring the sitting into a state; behind a closed door with exactly `ON_ROSTER`."""
        mode = "closed" if state in ("unverified", "verified") else state
        if mode != "closed":
            self.room.do("chair", "sitting.close")
            self.room.do("chair", "sitting.open", mode=mode)
            return
        seen = preview_closing(self.desk, self.session, "closed", NOW).seen
        self.room.do("chair", "door.close", mode="closed", seen=seen)
        wanted = {self.people[role] for role in ON_ROSTER}
        held = sessions.roster(self.desk.store, self.session)
        for person in held.keys() - wanted:
            self.room.do("chair", "roster.remove", person=person)
        for person in wanted - held.keys():
            self.room.do("chair", "roster.admit", person=person, reason="Lo pide la Presidencia")
        if state == "verified":
            self.room.do("chair", "roster.verify")

    def may(self, role, action, session=None):
        person = self.people.get(role)
        return bool(self.desk.authority.may(session or self.session, person, action, clock()))

    def shut_out(self, role):
        return self.desk.authority.is_shut_out(self.session, self.people.get(role), clock())

    def open(self, role, path, *, post=None):
        """The status of a page and its body, asked for as a server hands on what a browser sends."""
        form, started = urlencode(post or {}).encode(), []
        request = SERVER | {
            "REQUEST_METHOD": "GET" if post is None else "POST",
            "PATH_INFO": path,
            "CONTENT_LENGTH": str(len(form)),
            "wsgi.input": BytesIO(form),
            "HTTP_COOKIE": f"login={self.cookies.get(role, '')}",
        }
        body = self.app.flask.wsgi_app(request, lambda status, *_: started.append(status))
        with closing(body):
            return int(started[0][:3]), b"".join(body)

    def doors(self, *kinds):
        return [door for door in self.app.inventory() if door.kind in kinds]


@pytest.fixture
def house(room, tmp_path):
    return House(room, tmp_path / "house")


def test_everybody_here_is_somebody_of_every_category(house):
    actors = {
        role: house.desk.authority.actor(house.session, house.people.get(role)) for role in ROLES
    }
    assert {each.category for each in actors.values()} == set(Category)


# The inventory, row by row -------------------------------------------------------------------

ROWS = {
    "page": {
        "public": """
            /
            /in/<code>
            /devices
            /guide/<role>
            /sw.js
            /offline
            /app/<language>.webmanifest
            /static/<path:filename>
            /s/<session>/closed
            /screen
            /screen/state
            /screen/<code>
        """,
        Action.KNOW: """
            /s/<session>/
            /s/<session>/documents
            /s/<session>/screen
            /s/<session>/door
            /s/<session>/badge
            /s/<session>/booth
            /s/<session>/badge/code
            /s/<session>/arrive
        """,
        Action.MARK_ATTENDANCE: """
            /s/<session>/desk/attendance.csv
            /s/<session>/arrivals
            /s/<session>/arrivals/code
            /s/<session>/scan
        """,
        Action.READ_DRAFT: """
            /s/<session>/draft
            /s/<session>/closed-draft
        """,
        Action.ADOPT: """
            /s/<session>/closed-text
        """,
        Action.MANAGE_SITTING: """
            /s/<session>/chair
        """,
        Action.ACCREDIT: """
            /s/<session>/desk
            /s/<session>/desk/meeting
            /s/<session>/desk/people
            /s/<session>/desk/people/<person>
            /s/<session>/desk/people/import
            /s/<session>/desk/badges
            /s/<session>/why
            /s/<session>/as
            /s/<session>/as/<who>/
            /s/<session>/as/<who>/<page>
            /s/<session>/as/<who>/doors
            /s/<session>/rehearsal
            /s/<session>/screens
        """,
        Action.SET_UP: """
            /s/<session>/desk/new
        """,
        Action.READ_RECORD: """
            /s/<session>/record
            /s/<session>/record.csv
        """,
        Action.MANAGE_DOCUMENTS: """
            /s/<session>/desk/documents
        """,
        Action.DOWNLOAD: """
            /p/<session>
        """,
    },
    "form": {
        "public": """
            /in
            /in/pin
            /in/device
            /out
            /devices/out
            /devices/known
        """,
        "its own": """
            /s/<session>/do/<command>
        """,
        Action.MARK_ATTENDANCE: """
            /s/<session>/scan
        """,
        Action.ACCREDIT: """
            /s/<session>/desk/people/import
            /s/<session>/desk/badges
            /s/<session>/rehearsal
            /s/<session>/screens
        """,
        Action.MANAGE_DOCUMENTS: """
            /s/<session>/papers
            /s/<session>/papers/<paper>
        """,
        Action.SET_UP: """
            /s/<session>/desk/new
        """,
    },
    "download": {
        Action.DOWNLOAD: """
            /s/<session>/documents/es.docx
            /s/<session>/documents/en.docx
            /s/<session>/documents/bilingual.docx
            /p/<session>/es.docx
            /p/<session>/en.docx
            /p/<session>/bilingual.docx
            /p/<session>/<document>
        """,
        Action.READ_DRAFT: """
            /s/<session>/closed-draft/es.docx
            /s/<session>/closed-draft/en.docx
            /s/<session>/closed-draft/bilingual.docx
        """,
        Action.SEE_DOCUMENTS: """
            /s/<session>/documents/<document>
        """,
    },
    "message": {
        Action.KNOW: """
            join
        """,
        "its own": """
            command
        """,
        "signed in": """
            beat
        """,
        Action.READ_DRAFT: """
            draft.open
            draft.lease
            draft.sync
            draft.update
            draft.presence
        """,
    },
    "told": {
        "its own": """
            event
            fragment
        """,
        "signed in": """
            bye
            language
        """,
        Action.READ_DRAFT: """
            draft.updates
            draft.presence
            draft.rights
        """,
    },
    "command": {
        Action.KNOW: """
            roster.ask
            attendance.arrive
            attendance.leave
            person.language
            floor.withdraw
        """,
        Action.SPEAK: """
            floor.ask
        """,
        Action.MANAGE_FLOOR: """
            floor.recognise
            floor.pause
            floor.resume
            floor.extend
            floor.end
            floor.add
            floor.line_up
            floor.move_up
            floor.close_list
            floor.open_list
        """,
        Action.MANAGE_SITTING: """
            sitting.open
            sitting.suspend
            sitting.resume
            sitting.close
            room.put
            room.withdraw
            gavel.take
            gavel.hand
            gavel.lay_down
            screen.page
            session.quorum
        """,
        Action.MANAGE_DOOR: """
            door.close
            door.announce
            door.recall
            door.open
            roster.verify
            roster.admit
            roster.remove
            draft.start_closed
        """,
        Action.MANAGE_AGENDA: """
            agenda.add
            agenda.retitle
            agenda.reserve
            agenda.issue
            agenda.move
            agenda.amend
            agenda.remove
            agenda.copy
        """,
        Action.ADVANCE_AGENDA: """
            agenda.advance
            agenda.finish
            agenda.reopen
        """,
        Action.MARK_ATTENDANCE: """
            attendance.mark
            attendance.scan
        """,
        Action.ACCREDIT: """
            session.amend
            session.settings
            screen.rename
            screen.serve
            screen.withdraw
            people.add
            people.change
            people.withdraw
        """,
        Action.GIVE_GRANTS: """
            grant.give
            grant.withdraw
            gavel.delegate
        """,
        Action.EDIT_DRAFT: """
            paragraph.add
            paragraph.paste
            paragraph.indent
            paragraph.outdent
            paragraph.move
            paragraph.delete
            paragraph.split
            paragraph.undo
        """,
        Action.MARK_PARAGRAPH: """
            paragraph.mark
        """,
        Action.DECIDE: """
            paragraph.decide
            decision.undo
        """,
        Action.ADOPT: """
            paragraph.adopt
            draft.adopt
        """,
        Action.MANAGE_DOCUMENTS: """
            paper.describe
            paper.withdraw
            document.prepare
            document.cancel
        """,
        Action.PUBLISH: """
            document.publish
        """,
    },
    "event": {
        Action.KNOW: """
            sitting.changed
            documents.changed
            rehearsal.changed
            session.amended
        """,
        Action.MANAGE_DOOR: """
            roster.changed
        """,
        Action.SEE_AGENDA: """
            agenda.changed
        """,
        Action.ATTEND: """
            attendance.changed
            floor.changed
            door.announced
            session.chosen
        """,
        Action.MARK_ATTENDANCE: """
            gavel.changed
        """,
        Action.ACCREDIT: """
            people.changed
        """,
        Action.MANAGE_DOCUMENTS: """
            assembly.changed
        """,
        Action.READ_DRAFT: """
            draft.changed
            paragraph.edited
            closed_text.changed
        """,
        Action.SEE_ROOM_TEXT: """
            room.changed
            screen.turned
        """,
        Action.SEE_POSITIONS: """
            decision.recorded
        """,
    },
    "topic": {
        Action.KNOW: """
            sitting
            documents
            closed_text
            rehearsal
        """,
        Action.SEE_AGENDA: """
            agenda
            screen
        """,
        Action.ATTEND: """
            attendance
            floor
            soon
        """,
        Action.READ_DRAFT: """
            draft
        """,
        Action.SEE_ROOM_TEXT: """
            room
        """,
        Action.MANAGE_SITTING: """
            delegations
        """,
        Action.MANAGE_AGENDA: """
            programme
        """,
        Action.ADOPT: """
            closed_draft
        """,
        Action.MARK_ATTENDANCE: """
            gavel
            quorum
        """,
        Action.ACCREDIT: """
            people
            screens
            connections
            meeting
        """,
        Action.MANAGE_DOOR: """
            door
        """,
        Action.MANAGE_DOCUMENTS: """
            papers
            checks
            assembly
            publication
            readers
        """,
    },
    "update": {
        Action.EDIT_DRAFT: """
            insert|es
            delete|es
            insert|en
            delete|en
        """,
    },
}
"""Kind of door and what it needs: which doors. A door that is not here, or needs something else, fails."""


def test_every_door_of_the_application_has_its_row_here_and_needs_what_the_row_says(house):
    found = {}
    for door in house.app.inventory():
        found.setdefault(door.kind, {}).setdefault(door.needs, set()).add(
            door.name.replace(" ", "|")
        )
    assert found == {
        kind: {needs: set(names.split()) for needs, names in rows.items()}
        for kind, rows in ROWS.items()
    }


def test_no_event_crosses_the_wire_but_the_drafts_structure(house):
    assert [door.name for door in house.doors("event") if door.crosses] == ["draft.changed"]


def test_the_doors_of_the_closed_parts_text_are_marked_as_such(house):
    behind = {door.name for door in house.app.inventory() if door.behind}
    named = ("closed-draft", "closed-text", "closed_draft")
    assert behind == {
        door.name for door in house.app.inventory() if any(each in door.name for each in named)
    }
    assert len(behind) == 6


def test_nothing_is_told_that_is_not_in_the_inventory(house):
    with pytest.raises(LookupError, match="new"):
        house.app.publisher.lines.send("new", {}, [])
    assert {door.name for door in house.doors("told")} == set(TOLD)


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


def address(door, session):
    """A door of a session as it is asked for: an imitation of somebody, looking at the text."""
    return (
        door.name.replace("<session>", session)
        .replace("<who>", "head")
        .replace("<page>", "draft")
        .replace("<person>", HEAD)
    )


def expected_status(house, state, role, door):
    if door.name.endswith("<document>") or door.name.startswith("/p/"):
        return 404  # none here, nothing published; where there is: tests/web/test_papers.py
    if door.behind:
        return 404  # none has been begun here; where one has: tests/test_closed_draft.py
    if door.kind == "download":
        # A draft still: to download it is to read the draft.
        return 200 if house.may(role, Action.KNOW) and house.may(role, Action.READ_DRAFT) else 404
    if door.needs != guard.PUBLIC and not house.may(role, door.needs):
        return 404
    if "/badge" in door.name and role == NOBODY:
        return 404  # whoever is not accredited has none
    if door.name.endswith("/door"):
        return 423 if role in SHUT_OUT[state] else 204
    return 200


@pytest.mark.parametrize("state", STATES)
def test_a_page_opens_for_whom_the_table_allows_it_and_for_nobody_else(house, state):
    house.sit(state)
    readers = iter(role for role in ROLES if house.may(role, Action.READ_DRAFT))
    assembled = {next(readers, "")}  # one file is like another: it is assembled once a sitting
    for door in house.doors("page", "download"):
        if "<session>" not in door.name:
            continue
        for role in ROLES:
            expected = expected_status(house, state, role, door)
            if door.kind == "download" and expected == 200 and role not in assembled:
                continue
            status, _ = house.open(role, address(door, house.session))
            assert status == expected, (state, role, door.name)


OUTSIDE = {"observer-organisation", "observer-country", "rrocm", GUEST}
SHUT_OUT = {
    "open": set(),
    "members": OUTSIDE,
    "unverified": set(ROLES) - {NOBODY, "chair"},
    # The Secretariat is on the roster, and yet is invited item by item: without a grant it stays out.
    "verified": set(ROLES) - {NOBODY, "chair", HEAD, COMPANION, "interpreter"},
}
"""Whom the door of each sitting keeps out, by hand. Who is not signed in is not even told of it."""


@pytest.mark.parametrize("state", STATES)
def test_the_door_keeps_out_by_hand(house, state):
    house.sit(state)
    assert {role for role in ROLES if house.shut_out(role)} == SHUT_OUT[state]
    for role in ROLES:
        _, page = house.open(role, f"/s/{house.session}/")
        assert (b'data-page="closed"' in page) is (role in SHUT_OUT[state]), role


ANYBODY = (1, 0, 0, 0, 1, 1, 0)
READER = (1, 1, 0, 0, 1, 1, 1)
OPENED_BY = {
    #                      home  draft chair desk  files screen  ES document (a draft still)
    "chair":                 (1, 1, 1, 1, 1, 1, 1),
    "secretariat":           (1, 1, 0, 1, 1, 1, 1),
    "drafting-can":          READER,
    "drafting-mex":          READER,
    "drafting-slv":          READER,
    "delegate-hnd":          READER,
    HEAD:                    READER,
    COMPANION:               READER,
    STAFF:                   READER,
    LEAVE:                   READER,
    "observer-organisation": ANYBODY,
    "observer-country":      ANYBODY,
    "rrocm":                 ANYBODY,
    GUEST:                   ANYBODY,
    "interpreter":           ANYBODY,
    "projector":             ANYBODY,
    NOBODY:                  ANYBODY,
}  # fmt: skip
"""What each opens in an open sitting, and among members only: the door changes what the pages hold."""
BEHIND = dict.fromkeys(ROLES, ANYBODY) | {
    "chair": (1, 1, 1, 1, 1, 1, 1),
    "secretariat": (1, 0, 0, 1, 1, 1, 0),
}
BY_HAND = {
    "open": OPENED_BY,
    "members": OPENED_BY,
    "unverified": BEHIND,
    "verified": BEHIND | {HEAD: READER, COMPANION: READER},
}
PATHS = ("", "draft", "chair", "desk", "documents", "screen", "documents/es.docx")


@pytest.mark.parametrize("state", STATES)
def test_who_opens_what_by_hand(house, state):
    house.sit(state)
    found = {
        role: tuple(int(house.open(role, f"/s/{house.session}/{path}")[0] == 200) for path in PATHS)
        for role in ROLES
    }
    assert found == BY_HAND[state]


OTHER, NOWHERE = "red-otra-2018", "red-nada-2018"


@pytest.fixture
def other(house):
    """A session that is there, and nobody's of this house."""
    held = sessions.session(house.desk.store, house.session)
    create_session(house.desk, replace(held, id=OTHER, body="network_consular"), (), clock())


@pytest.mark.usefixtures("other")
def test_a_forbidden_page_answers_as_one_that_is_not_there(house):
    doors = [door for door in house.doors("page", "form", "download") if "<session>" in door.name]
    for role in ROLES:
        for door in doors:
            if door.needs == "its own":
                continue
            post = {} if door.kind == "form" else None
            there, nowhere = (
                house.open(role, address(door, session), post=post) for session in (OTHER, NOWHERE)
            )
            as_there = nowhere[1].replace(NOWHERE.encode(), OTHER.encode())
            assert there == (there[0], as_there), (role, door)
            assert there[0] == nowhere[0] == (200 if door.needs == guard.PUBLIC else 404), (
                role,
                door,
            )


@pytest.mark.usefixtures("other")
def test_a_forbidden_command_answers_as_in_a_session_that_is_not_there(house):
    for name in contract.COMMANDS:
        values = values_for(house, name)
        for role in ROLES:
            there, nowhere = (
                house.open(role, f"/s/{session}/do/{name}", post=values)
                for session in (OTHER, NOWHERE)
            )
            assert there == nowhere, (role, name)


# Every command, for everybody ----------------------------------------------------------------


def values_for(house, name):
    """Values of the right types that name nothing there is: who may, is told that."""
    values = {}
    hints = contract.types_of(contract.COMMANDS[name])
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


@pytest.mark.parametrize("state", STATES)
def test_a_command_is_refused_to_whom_the_table_does_not_allow_it(house, state):
    house.sit(state)
    before = house.desk.store.last_seq(house.session)
    for name, command in contract.COMMANDS.items():
        values = values_for(house, name)
        for role in ROLES:
            if not house.may(role, command.needs):
                status, _ = house.open(role, f"/s/{house.session}/do/{name}", post=values)
                # A form that cannot be understood is refused as such, to everybody alike.
                assert status in (400, 404), (state, role, name)
    assert house.desk.store.last_seq(house.session) == before


CONDUCT = (
    "sitting.open",
    "sitting.close",
    "agenda.advance",
    "agenda.finish",
    "floor.recognise",
    "gavel.take",
)
PREPARE = ("agenda.add", "agenda.move", "agenda.reserve", "attendance.mark")
NEVER = (
    "door.close",
    "roster.verify",
    "draft.adopt",
    "paragraph.adopt",
    "grant.give",
    "gavel.delegate",
)


def test_the_chair_conducts_and_the_secretariat_only_while_that_is_delegated(house):
    def allowed(name):
        return {role for role in ROLES if house.may(role, contract.COMMANDS[name].needs)}

    for delegated in (False, True, False):
        if allowed("gavel.take") != ({"chair", "secretariat"} if delegated else {"chair"}):
            house.room.do("chair", "gavel.delegate", on=delegated)
        for name in CONDUCT:
            assert allowed(name) == ({"chair", "secretariat"} if delegated else {"chair"}), name
        for name in PREPARE:
            assert allowed(name) == {"chair", "secretariat"}, name
        for name in NEVER:
            assert allowed(name) == {"chair"}, name
        path = f"/s/{house.session}/chair"
        assert house.open("secretariat", path)[0] == (200 if delegated else 404)


def test_only_the_chair_adopts_and_gives_grants(house):
    for name in ("paragraph.adopt", "draft.adopt", "grant.give", "grant.withdraw"):
        allowed = {role for role in ROLES if house.may(role, contract.COMMANDS[name].needs)}
        assert allowed == {"chair"}


def test_only_the_drafting_group_changes_the_structure(house):
    drafters = WRITERS | {LEAVE}
    for name, command in contract.COMMANDS.items():
        if command.needs is Action.EDIT_DRAFT:
            assert {role for role in ROLES if house.may(role, command.needs)} == drafters, name


# Every topic, for everybody ------------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
def test_a_topic_is_read_only_for_whom_the_table_allows_it(house, state):
    house.sit(state)
    for topic, known in TOPICS.items():
        for role in ROLES:
            now = clock()
            viewer = viewer_of(house.desk, house.session, house.people.get(role), now)
            model = read_topic(house.desk, house.session, topic, viewer, now)
            expected = house.may(role, known.needs)
            if topic == "sitting" and role == NOBODY:
                expected = False  # the hours of the room would tell when its door is closed
            if known.behind:
                expected = False  # none has been begun here: tests/test_closed_draft.py
            assert (model is not None) == expected, (state, role, topic)


IN_THE_ROOM = {
    # Who may be told of the sitting, the agenda, the room, the draft; by hand.
    "open": {
        Action.SEE_AGENDA: set(ROLES) - {"observer-country", "rrocm", GUEST, NOBODY},
        Action.ATTEND: set(ROLES) - {"observer-country", "rrocm", GUEST, NOBODY},
        Action.READ_DRAFT: {role for role, opened in OPENED_BY.items() if opened[1]},
        Action.MANAGE_DOOR: {"chair"},
    },
    "members": {
        Action.SEE_AGENDA: set(ROLES) - SHUT_OUT["members"] - {NOBODY},
        Action.ATTEND: set(ROLES) - SHUT_OUT["members"] - {NOBODY},
        Action.READ_DRAFT: {role for role, opened in OPENED_BY.items() if opened[1]},
        Action.MANAGE_DOOR: {"chair"},
    },
    "unverified": {
        Action.SEE_AGENDA: {"chair"},
        Action.ATTEND: {"chair"},
        Action.READ_DRAFT: {"chair"},
        Action.MANAGE_DOOR: {"chair"},
    },
    "verified": {
        Action.SEE_AGENDA: {"chair", HEAD, COMPANION},
        Action.ATTEND: {"chair", HEAD, COMPANION, "interpreter"},
        Action.READ_DRAFT: {"chair", HEAD, COMPANION},
        Action.MANAGE_DOOR: {"chair"},
    },
}


@pytest.mark.parametrize("state", STATES)
def test_an_event_reaches_whom_the_table_allows_it_inside_the_door_and_nobody_else(house, state):
    publisher = house.app.publisher
    for role, person in house.people.items():
        connection = Connection(role, "", person)
        publisher.enter(connection)
        publisher.show(connection, house.session, ("agenda",))
    house.sit(state)
    for door in house.doors("event", "told", "topic"):
        if not isinstance(door.needs, Action):
            continue
        draft = house.room.draft if door.needs is Action.READ_DRAFT else None
        heard = {each.sid for each in publisher.audience(house.session, door.needs, draft=draft)}
        allowed = {role for role in house.people if house.may(role, door.needs)}
        assert heard == allowed - SHUT_OUT[state], (state, door)
        if door.needs in IN_THE_ROOM[state]:
            assert heard == IN_THE_ROOM[state][door.needs], (state, door)


# Every kind of update, for everybody ---------------------------------------------------------

WRITERS = {
    "chair", "secretariat", "drafting-can", "drafting-mex", "drafting-slv", STAFF,
}  # fmt: skip
BOTH = {"es", "en"}
WRITES = {
    "open": dict.fromkeys(WRITERS, BOTH) | {LEAVE: {"en"}},
    "members": dict.fromkeys(WRITERS, BOTH) | {LEAVE: {"en"}},
    "unverified": {"chair": BOTH},
    "verified": {"chair": BOTH, HEAD: BOTH},
}
"""Who writes which language of the draft, by hand: behind the door the roster's heads hold the pen."""


def send_update(house, role, paragraph, door):
    """Send one update of a kind as somebody's editor would; True if it is stored."""
    person, live = house.people.get(role), house.desk.drafts
    with house.desk.store.transaction(NOW) as tx:
        client = drafts.lease_clients(tx, house.room.draft, person=person or NOBODY, tab="t")[0]
    doc = pycrdt.Doc(client_id=client)
    text = {each: doc.get(each, type=pycrdt.Text) for each in ("es", "en")}[door.language]
    doc.apply_update(live.diff(paragraph, b"\x00"))
    updates = []
    subscription = doc.observe(lambda event: updates.append(event.update))
    if door.name.startswith("insert"):
        text.insert(0, "x")
    else:
        del text[0:1]
    doc.unobserve(subscription)
    before = live.texts(paragraph)
    writing = Writing(house.room.draft, paragraph, person or "", client, updates[0], "sid")
    live.submit(writing)
    live.flush(NOW)
    try:
        writing.wait()
    except ActError as refusal:
        code = refusal.code
    else:
        code = ""
    # Behind the door it is a refusal for a while: the words are kept for their author.
    assert (code == "door.closed") is house.shut_out(role), role
    given_back = ("access.denied", "draft.read_only", "paragraph.other_language")
    assert code in ("", "door.closed", *given_back)
    assert (live.texts(paragraph) != before) is (not code)
    return not code


@pytest.mark.parametrize("state", STATES)
def test_an_update_is_stored_for_whoever_holds_the_pen_of_that_language_and_refused_to_others(
    house, state
):
    house.sit(state)
    paragraph = next(row.id for row in house.room.rows() if row.state == "proposed")
    for door in house.doors("update"):
        for role in ROLES:
            stored = send_update(house, role, paragraph, door)
            assert stored == (door.language in WRITES[state].get(role, ())), (state, role, door)


# What the pages hold -------------------------------------------------------------------------


def test_no_page_an_observer_opens_holds_a_word_of_the_draft(house):
    words = _words(house)
    for role in ("observer-organisation", "observer-country", "rrocm", "projector", NOBODY):
        for path in PATHS:
            _, body = house.open(role, f"/s/{house.session}/{path}")
            assert not [each for each in words if each.encode() in body], (role, path)


@pytest.mark.parametrize("state", ["unverified", "verified"])
def test_no_page_of_whom_the_door_keeps_out_holds_a_word_of_what_is_behind(house, state):
    titles = {"title_es": "CANARIO cerrado", "title_en": "CANARY closed"}
    house.room.do("chair", "agenda.add", mode="closed", **titles)
    house.sit(state)
    words = [*_words(house), "CANARIO", "CANARY"]
    pages = [door for door in house.doors("page") if "<session>" in door.name]
    found = set()
    for role in ROLES:
        for door in pages:
            _, body = house.open(role, address(door, house.session))
            if [each for each in words if each.encode() in body]:
                found.add(role)
    # Who is in the room does find them: the words are the right ones.
    assert found == set(ROLES) - SHUT_OUT[state] - {NOBODY, "interpreter"}


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


MODES = ("open", "members")
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
    chair.do("attendance.mark", delegation="BLZ", present=False)
    expected = HEARD[mode]
    sockets = {role: served.enter(role, *TOPICS) for role in expected}
    draft = served.draft()
    for role in READERS:
        assert sockets[role].ask("draft.open", {"draft": draft, "tab": "t"})["ok"]
    section = served.query("select id from section where draft = ?", draft)[0][0]
    op = f"{mode:o<26}"
    assert chair.do("agenda.add", title_es="Nuevo", title_en="New")["ok"]
    assert chair.do("attendance.mark", delegation="BLZ", present=True)["ok"]
    assert sockets["drafting-can"].do("paragraph.add", draft=draft, op=op, section=section)["ok"]
    given = chair.do(
        "grant.give", person=served.person("observer-country"), right="speak", reason="Invitado"
    )
    assert chair.do("grant.withdraw", grant=given["grant"])["ok"]
    # One after the other has been seen: of two changes at once a page is sent what has come of them.
    for shown, name in enumerate(("sitting.suspend", "sitting.resume"), start=1):
        assert chair.do(name)["ok"]
        for opened in sockets.values():
            assert opened.wait(lambda opened=opened, n=shown: len(_shown(opened, "sitting")) == n)
    for role, opened in sockets.items():
        heard = {values[0]["topic"] for values in opened.heard("fragment")}
        assert (
            heard - {"documents", "door", "screens", "connections", "programme", "gavel"}
            == expected[role]
        ), (
            mode,
            role,
        )
        assert not heard & {"screens", "connections", "programme", "gavel", "quorum"} or role in (
            "chair",
            "secretariat",
        ), (mode, role)
        events = {values[0]["name"] for values in opened.heard("event")}
        assert events == ({"draft.changed"} if role in READERS else set()), (mode, role)
        opened.close()
    assert mode == "open" or chair.do("door.open")["ok"]


@pytest.mark.parametrize("mode", ["members", "closed"])
def test_whom_the_door_keeps_out_has_no_line_at_all(served, mode):
    chair = served.connect(served.sign_in("chair"))
    facts = {"session": served.session, "page": "home"}
    shown = chair.ask("join", facts | {"topics": ["door"]})["fragments"]["door"]
    lists = set(re.findall("[0-9a-f]{32}", shown))  # of those who would be cut off, mode by mode
    assert any(chair.do("door.close", mode=mode, seen=seen)["ok"] for seen in lists)
    outside = OUTSIDE | {"projector"} if mode == "members" else set(DEMO_ROLES) - {"chair"}
    facts["topics"] = ["sitting"]
    opened = {role: served.connect(served.sign_in(role)) for role in DEMO_ROLES if role in outside}
    for role, socket in opened.items():
        answer = socket.ask("join", facts)
        assert (answer["ok"], answer["code"]) == (False, "door.closed"), role
    assert chair.do("door.open")["ok"]
    for socket in opened.values():
        assert socket.ask("join", facts)["ok"]
        socket.close()


def _shown(opened, topic):
    return [values for values in opened.heard("fragment") if values[0]["topic"] == topic]


ROOM = {"sitting", "agenda", "attendance"}
DRAFTER = ROOM | {"draft"}
INSIDE = {
    "chair": DRAFTER | {"people", "papers", "checks", "delegations", "quorum"},
    "secretariat": DRAFTER | {"people", "papers", "checks", "quorum"},
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


@pytest.fixture(scope="module")
def elsewhere(served):
    """The draft of another session this desk holds, of which nobody here is."""
    what = ("--body", "network_consular", "--ppt", "PAN", "--city", "Panamá")
    when = ("--starts", "2018-06-02", "--ends", "2018-06-04", "--zone", "America/Panama")
    assert "agenda items" in served.run("session", OTHER, *what, *when)
    return served.query("select id from draft where session = ?", OTHER)[0][0]


@pytest.mark.parametrize("role", DEMO_ROLES)
def test_a_session_that_is_not_ones_own_answers_a_socket_as_one_that_is_not_there(
    served, elsewhere, role
):
    opened = served.connect(served.sign_in(role))
    facts = {"page": "home", "topics": []}
    absent = opened.ask("join", {"session": NOWHERE, **facts})
    assert (absent["ok"], absent["code"]) == (False, "session.unknown")
    assert opened.ask("join", {"session": OTHER, **facts}) == absent
    assert opened.ask("join", {"session": served.session, **facts})["ok"]
    foreign = opened.ask("draft.open", {"draft": elsewhere, "tab": "t"})
    assert foreign == opened.ask("draft.open", {"draft": "nowhere", "tab": "t"})
    opened.close()
