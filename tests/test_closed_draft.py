"""The closed part's own text: at every door, whatever the sitting, for its roster and for nobody else."""

from __future__ import annotations

import hashlib
import re

import pytest
from conftest import NOW
from desk_process import running_desk
from test_doors import House

from session_app.config import ROOT
from session_app.domain import contract
from session_app.domain.access import Action
from session_app.domain.drafting import Row, State
from session_app.domain.errors import ActError, Conflict, Forbidden, NotFound
from session_app.services.adoption import digest_of_draft, read_standing
from session_app.services.authority import CONSOLE
from session_app.services.demo import DEMO_ROLES
from session_app.services.desk import clock
from session_app.services.door import preview_closing
from session_app.services.issuing import list_files, read_file
from session_app.store import drafts, people
from session_app.store.database import new_id
from session_app.views.live import TOPICS, render_topic

CANARY = "GUACAMAYA"
BY_NAME = {"head-cri": "María Solano", "head-mex": "Raúl Fuentes"}
INSIDE = {"chair", "head-cri", "head-mex"}
MODES = ("open", "members", "closed")
OUTSIDE = (
    *("secretariat", "drafting-can", "drafting-slv", "delegate-hnd", "interpreter", "projector"),
    *("observer-organisation", "observer-country", "rrocm", "nobody"),
)


class Room:
    """The demonstration behind its door once, with a roster and a text of the closed part."""

    def __init__(self, room):
        self.room, self.desk, self.session = room, room.desk, room.session
        by_name = {
            each.name: each.person for each in people.accredited(self.desk.store, self.session)
        }
        room.person |= {role: by_name[name] for role, name in BY_NAME.items()}
        self.sit("closed")
        room.do("chair", "roster.verify")
        room.do("chair", "draft.start_closed")
        self.draft = drafts.draft_of(self.desk.store, self.session, closed=True).id
        self.section = drafts.sections(self.desk.store, self.draft)[0].id
        pasted = [{"kind": "item", "text": CANARY}]
        self.do(
            "head-cri", "paragraph.paste", section=self.section, language="es", paragraphs=pasted
        )

    def sit(self, mode):
        """Bring the sitting into a mode, with the same roster."""
        if mode == "open":
            return self.room.do("chair", "door.open")
        seen = preview_closing(self.desk, self.session, mode, NOW).seen
        self.room.do("chair", "door.close", mode=mode, seen=seen)
        return None

    def do(self, role, name, **values):
        fields = contract.COMMANDS[name].__dataclass_fields__
        return self.room.do(
            role, name, **({"draft": self.draft} if "draft" in fields else {}), **values
        )

    def may(self, role, action=Action.READ_DRAFT):
        person = self.room.person.get(role)
        authority = self.desk.authority
        return bool(authority.may(self.session, person, action, NOW, draft=self.draft))

    def readers(self):
        return {role for role in (*self.room.person, "nobody") if self.may(role)}

    def shown(self, role, topic):
        return (
            render_topic(self.desk, self.session, self.room.person.get(role), topic, clock()) or ""
        )


@pytest.fixture
def closed(room):
    return Room(room)


def enter(closed, mode):
    """Go on in a mode, behind a verified door where it is closed."""
    if mode != "closed":
        closed.sit("open")
    if mode == "members":
        closed.sit("members")


# Who has it ----------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_its_roster_has_it_whatever_the_sitting_and_nobody_else_ever(closed, mode):
    enter(closed, mode)
    assert closed.readers() == INSIDE
    authority = closed.desk.authority
    assert not authority.may(closed.session, CONSOLE, Action.READ_DRAFT, NOW, draft=closed.draft)


def test_behind_a_door_that_is_not_verified_the_chair_alone_has_it(closed):
    closed.sit("open")
    closed.sit("closed")
    assert closed.readers() == {"chair"}


def test_who_is_taken_off_the_roster_loses_it_at_once(closed):
    closed.sit("open")
    closed.room.do("chair", "roster.remove", person=closed.room.person["head-mex"])
    assert closed.readers() == INSIDE - {"head-mex"}


def test_the_outcome_text_opens_with_the_door_as_before(closed):
    authority, session = closed.desk.authority, closed.session
    reads = lambda role: bool(  # noqa: E731
        authority.may(session, closed.room.person[role], Action.READ_DRAFT, NOW)
    )
    assert not reads("drafting-can")
    closed.sit("open")
    assert reads("drafting-can")


# It is begun by one act ----------------------------------------------------------------------


def test_it_is_begun_once_and_by_the_chair_alone(room):
    for role in ("secretariat", "drafting-slv", "delegate-hnd", "observer-country"):
        with pytest.raises(Forbidden):
            room.do(role, "draft.start_closed")
    assert drafts.draft_of(room.desk.store, room.session, closed=True) is None
    room.do("chair", "draft.start_closed")
    held = drafts.draft_of(room.desk.store, room.session, closed=True)
    outcome = drafts.sections(room.desk.store, room.draft)
    assert [each.key for each in drafts.sections(room.desk.store, held.id)] == [
        each.key for each in outcome
    ]
    with pytest.raises(Conflict, match=r"draft\.closed_begun"):
        room.do("chair", "draft.start_closed")
    assert drafts.draft_of(room.desk.store, room.session).id == room.draft


def test_a_closed_door_begins_none(room):
    seen = preview_closing(room.desk, room.session, "closed", NOW).seen
    room.do("chair", "door.close", mode="closed", seen=seen)
    room.do("chair", "roster.verify")
    assert room.desk.authority.closed_draft(room.session) is None


# Every command on it -------------------------------------------------------------------------


ON_A_DRAFT = tuple(
    name
    for name, command in contract.COMMANDS.items()
    if "draft" in command.__dataclass_fields__ and name != "grant.give"
)


def values_for(closed, name, draft):
    """Values that name nothing there is but the draft."""
    values = {"draft": draft}
    hints = contract.types_of(contract.COMMANDS[name])
    for field, hint in hints.items():
        options = contract.get_args(hint)
        if field == "op":
            values[field] = new_id()
        elif field == "paragraphs":
            values[field] = [{"kind": "item", "text": "x"}]
        elif field not in values and hint in (str, int, bool):
            values[field] = {str: "nothing", int: 1, bool: False}[hint]
        elif field not in values and options and all(isinstance(each, str) for each in options):
            values[field] = options[0]
    return values


def refusal(closed, role, name, draft, **changed):
    with pytest.raises(ActError) as refused:
        closed.room.do(role, name, **(values_for(closed, name, draft) | changed))
    return type(refused.value), refused.value.code, refused.value.params


@pytest.mark.parametrize("mode", MODES)
def test_to_whoever_is_off_its_roster_it_answers_as_a_draft_that_is_not_there(closed, mode):
    enter(closed, mode)
    before = closed.desk.store.last_seq(closed.session)
    for name in ON_A_DRAFT:
        for role in OUTSIDE[:-1]:
            found = refusal(closed, role, name, closed.draft)
            assert found == refusal(closed, role, name, "nowhere"), (mode, role, name)
            if "op" in contract.COMMANDS[name].__dataclass_fields__:
                there = refusal(closed, role, name, closed.draft, op="?")
                assert there == refusal(closed, role, name, "nowhere", op="?"), (mode, role, name)
    assert closed.desk.store.last_seq(closed.session) == before


@pytest.mark.parametrize("mode", MODES)
def test_its_roster_writes_in_it_whatever_the_sitting(closed, mode):
    enter(closed, mode)
    made = closed.do("head-mex", "paragraph.add", section=closed.section)
    closed.do("head-mex", "paragraph.move", paragraph=made["paragraph"], direction="down")
    closed.do("head-mex", "paragraph.indent", paragraph=made["paragraph"])
    closed.do("head-mex", "paragraph.delete", paragraph=made["paragraph"])
    for paragraph in (row.id for row in closed.room.rows()):  # of the other text
        with pytest.raises(Conflict, match=r"paragraph\.gone"):
            closed.do("head-mex", "paragraph.delete", paragraph=paragraph)


# Its files -----------------------------------------------------------------------------------


def adopt(closed):
    row = drafts.rows(closed.desk.store, closed.draft)[0]
    closed.do("chair", "paragraph.mark", paragraph=row.id, state="agreed")
    assert drafts.rows(closed.desk.store, closed.draft)[0].state is State.AGREED
    digest = read_standing(closed.desk, closed.draft).digest
    closed.do("chair", "draft.adopt", digest=digest, override="En español solamente")


def read(closed, role, layout="es"):
    person = closed.room.person.get(role, role)
    return read_file(
        closed.desk, closed.session, layout, person=person, clock=lambda: NOW, closed=True
    )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("adopted", [False, True])
def test_its_word_files_are_had_by_its_roster_alone(closed, mode, adopted):
    if adopted:
        adopt(closed)
    enter(closed, mode)
    for role in INSIDE:
        assert read(closed, role).startswith(b"PK"), role
    for role in (*OUTSIDE[:-1], CONSOLE):
        with pytest.raises(NotFound):
            read(closed, role)
    with pytest.raises(NotFound):
        read(closed, "chair", "nothing")


def test_its_adoption_changes_nothing_of_the_other_text(closed):
    before = list_files(closed.desk, closed.session)
    adopt(closed)
    assert list_files(closed.desk, closed.session) == before
    assert drafts.draft_of(closed.desk.store, closed.session).adopted is None
    files = list_files(closed.desk, closed.session, closed=True)
    assert [each.adopted for each in files] == [True] * 3
    content = read(closed, "chair", "bilingual")
    assert hashlib.sha256(content).hexdigest() == files[2].sha256
    with pytest.raises(Conflict, match=r"draft\.adopted"):
        closed.do("head-cri", "paragraph.add", section=closed.section)


def test_the_adopted_outcome_stays_public_when_a_closed_text_is_issued(closed):
    closed.sit("open")
    digest = read_standing(closed.desk, closed.room.draft).digest
    closed.room.do("chair", "draft.adopt", digest=digest, override="En bloque")
    with closed.desk.store.transaction(NOW) as tx:
        tx.execute("update document set class = 'public'")
        tx.change_authority()
    adopt(closed)
    observer, authority = closed.room.person["observer-country"], closed.desk.authority
    assert authority.may(closed.session, observer, Action.DOWNLOAD, NOW)
    assert [each.name for each in list_files(closed.desk, closed.session)] == [
        f"{closed.session}-{layout}.docx" for layout in ("es", "en", "bilingual")
    ]


# Its record ----------------------------------------------------------------------------------


def test_what_is_done_to_it_is_recorded_for_its_roster_alone(closed):
    closed.sit("open")
    first = closed.desk.store.one("select max(seq) as seq from act")["seq"]
    closed.do("chair", "paragraph.add", section=closed.section)
    refusal(closed, "drafting-can", "paragraph.add", closed.draft)
    adopt(closed)
    read(closed, "head-cri")
    with pytest.raises(NotFound):
        read(closed, "secretariat")
    with pytest.raises(Conflict):
        closed.room.do("chair", "draft.start_closed")
    acts = closed.desk.store.all("select act, closed from act where seq > ?", (first,))
    assert {row["act"] for row in acts} >= {"paragraph.add", "draft.adopt", "document.issue"}
    assert [row["act"] for row in acts if not row["closed"]] == []
    begun = closed.desk.store.one("select closed from act where act = 'draft.start_closed'")
    assert begun["closed"]


# Every page and fragment ---------------------------------------------------------------------


@pytest.fixture
def house(closed, tmp_path):
    """The pages, with a login for everybody."""
    made = House(closed.room, tmp_path / "house")
    made.closed = closed
    return made


PATHS = ("closed-draft", *(f"closed-draft/{layout}.docx" for layout in ("es", "en", "bilingual")))


@pytest.mark.parametrize("mode", MODES)
def test_its_pages_open_for_its_roster_and_are_not_there_for_anybody_else(house, mode):
    enter(house.closed, mode)
    for path in PATHS:
        opened = {role for role in (*house.people, "nobody") if _get(house, role, path)[0] == 200}
        assert opened == INSIDE, (mode, path)
        for role in {*house.people, "nobody"} - INSIDE:
            there = _get(house, role, path)
            assert there == _get(house, role, "closed-drafts"), (mode, role, path)
    for role in INSIDE:  # the text itself is in the page, before any script
        assert CANARY in _get(house, role, "closed-draft")[1].decode()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("adopted", [False, True])
def test_the_page_to_adopt_it_is_the_chairs_and_is_not_there_for_anybody_else(house, mode, adopted):
    if adopted:
        adopt(house.closed)
    enter(house.closed, mode)
    status, page = _get(house, "chair", "closed-text")
    assert status == 200
    assert CANARY in page.decode()
    assert (b"/do/draft.adopt" in page) is not adopted
    for role in {*house.people, "nobody"} - {"chair"}:
        there = _get(house, role, "closed-text")
        assert there == _get(house, role, "closed-texts"), (mode, role)
        assert house.closed.shown(role, "closed_draft") == "", (mode, role)
        for path in ("", "chair"):
            assert b"/closed-text" not in _get(house, role, path)[1], (mode, role, path)


def test_before_it_is_begun_its_page_is_not_there_and_the_chairs_does_not_offer_it(room, tmp_path):
    house = House(room, tmp_path / "house")
    assert _get(house, "chair", "closed-text") == _get(house, "chair", "closed-texts")
    assert b"/closed-text" not in _get(house, "chair", "chair")[1]
    assert render_topic(room.desk, room.session, room.person["chair"], "closed_draft", NOW) is None


def test_the_chair_has_one_of_the_two_texts_on_a_page_and_goes_from_one_to_the_other(house):
    outcome = [row.id for row in house.closed.room.rows()]
    open_text, closed_text = (
        _get(house, "chair", path)[1].decode() for path in ("chair", "closed-text")
    )
    assert all(f"p-{id}" in open_text and f"p-{id}" not in closed_text for id in outcome)
    assert all(f"p-{id}" in closed_text for id in _ids(house.closed))
    assert CANARY not in open_text
    for page in (open_text, closed_text):
        assert f'href="/s/{house.session}/chair"' in page
        assert f'href="/s/{house.session}/closed-text#all"' in page
        assert page.count('class="paragraphs"') == 1


def test_it_is_adopted_from_its_page_without_script_too(house):
    row, standing = _ids(house.closed)[0], read_standing(house.closed.desk, house.closed.draft)
    values = {"draft": house.closed.draft, "override": "En bloque", "_back": "closed_text"}
    path = f"/s/{house.session}/do/draft.adopt"
    for role in sorted({*house.people} - {"chair"}):
        house.open(role, path, post=values | {"digest": standing.digest})
        assert drafts.draft(house.closed.desk.store, house.closed.draft).adopted is None, role
    assert house.open("chair", path, post=values | {"digest": standing.digest})[0] == 303
    assert drafts.adopted_texts(house.closed.desk.store, house.closed.draft).keys() == {row}
    assert drafts.draft(house.closed.desk.store, house.closed.room.draft).adopted is None


def _get(house, role, path):
    status, body = house.open(role, f"/s/{house.session}/{path}")
    return status, body


@pytest.mark.parametrize("mode", MODES)
def test_no_page_or_fragment_of_anybody_else_tells_of_it(house, mode):
    enter(house.closed, mode)
    adopt(house.closed)
    told = (
        CANARY,
        "closed-draft",
        "/closed-text",
        house.closed.draft,
        "start_closed",
        *_ids(house.closed),
    )
    for role in {*house.people, "nobody"} - INSIDE:
        pages = [
            _get(house, role, path)[1].decode()
            for path in ("", "draft", "documents", "desk/documents")
        ]
        pages += [house.closed.shown(role, topic) for topic in TOPICS]
        for word in told:
            assert not [each for each in pages if word in each], (mode, role, word)
    for role in INSIDE:
        page = _get(house, role, "")[1].decode()
        assert page.count(f'href="/s/{house.session}/closed-draft') == 5, role  # 3 files, 2 links


def _ids(closed):
    return [row.id for row in drafts.rows(closed.desk.store, closed.draft)]


def test_the_chair_begins_it_from_the_room_and_nobody_else_is_offered_to(room, tmp_path):
    house = House(room, tmp_path / "house")
    offered = {
        role
        for role in house.people
        if b"do/draft.start_closed" in house.open(role, f"/s/{room.session}/")[1]
    }
    assert offered == {"chair"}
    answer = house.open("chair", f"/s/{room.session}/do/draft.start_closed", post={"_back": "home"})
    assert answer[0] == 303
    assert b"do/draft.start_closed" not in house.open("chair", f"/s/{room.session}/")[1]


@pytest.mark.parametrize("mode", MODES)
def test_what_others_are_shown_is_the_same_whatever_happens_in_it(closed, mode):
    enter(closed, mode)
    before = _everything(closed)
    closed.do("head-cri", "paragraph.add", section=closed.section)
    adopt(closed)
    after = _everything(closed)
    assert after == before


def _everything(closed):
    """Every fragment of everybody who is off the roster."""
    shown = {}
    for role in OUTSIDE:
        person = closed.room.person.get(role)
        for topic in TOPICS:
            shown[role, topic] = render_topic(closed.desk, closed.session, person, topic, NOW)
    return shown


# Every message of a socket -------------------------------------------------------------------


class Conference:
    """A desk on the wire, behind whose door a text of the closed part has been begun."""

    def __init__(self, served):
        self.served = served
        self.chair = served.enter("chair")
        self.closed = False
        self.sit(closed=True)
        assert self.chair.do("draft.start_closed")["ok"]
        found = served.query("select id from draft where closed = 1")
        self.draft = str(found[0][0])
        self.section = str(
            served.query("select id from section where draft = ? order by position", self.draft)[0][
                0
            ]
        )
        self.paragraph = self.write()

    def sit(self, *, closed):
        """Bring the sitting behind its door or before it, with the same roster."""
        if closed and not self.closed:
            self.served.close_door(self.chair)
            assert self.chair.do("roster.verify")["ok"]
        elif self.closed and not closed:
            assert self.chair.do("door.open")["ok"]
        self.closed = closed
        self.chair.do("roster.admit", person=self.served.person("delegate-hnd"))

    def write(self):
        op = new_id()
        pasted = [{"kind": "item", "text": CANARY}]
        values = {"section": self.section, "language": "es", "paragraphs": pasted}
        made = self.chair.do("paragraph.paste", draft=self.draft, op=op, **values)
        assert made["ok"], made
        return made["paragraphs"][0]

    def digest(self):
        """Of the text as the chair has it: each paragraph the same word, in Spanish."""
        found = self.served.query(
            "select id, section, kind from paragraph where draft = ? order by position", self.draft
        )
        rows = tuple(Row(id, section, kind) for id, section, kind in found)
        return digest_of_draft(rows, {row.id: {"es": CANARY, "en": ""} for row in rows})


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with running_desk(tmp_path_factory.mktemp("desk")) as running:
        yield running


@pytest.fixture(scope="module")
def conference(served):
    return Conference(served)


def messages(draft, paragraph):
    """Every message that names a draft, with values a true editor would send."""
    return {
        "draft.open": ({"draft": draft, "tab": "t"},),
        "draft.lease": ({"draft": draft},),
        "draft.sync": ({"draft": draft, "ids": [paragraph], "lens": [1]}, b"\x00"),
        "draft.presence": (
            {"draft": draft, "paragraph": paragraph, "language": "es", "anchor": 0, "head": 0},
        ),
        "draft.update": ({"draft": draft, "paragraph": paragraph, "client": 1}, b"\x00\x00"),
    }


def test_every_message_that_names_a_draft_is_tried(served, tmp_path):
    page = (ROOT / "docs" / "reference" / "realtime.md").read_text()
    named = set(re.findall(r"^\| `(draft\.\w+) \{draft[^|]*\| `draft:read`", page, re.M))
    assert named == messages("", "").keys()


def test_behind_the_door_its_roster_has_every_message_answered(conference):
    conference.sit(closed=True)
    inside = conference.served.enter("delegate-hnd")
    for name, values in messages(conference.draft, conference.paragraph).items():
        answer = inside.ask_whole(name, *values)
        if name == "draft.update":  # may read, and not write
            assert answer[0]["code"] == "draft.read_only"
        else:
            assert answer[0]["ok"], (name, answer)
        if name == "draft.open":
            assert answer[0]["off_device"] is True
    assert any(CANARY.encode() in frame for frame in inside.frames)
    inside.close()


COUNTS = re.compile(b'"topic":"(connections|screens)"')


def test_with_the_door_open_nobody_off_its_roster_hears_of_it_and_its_roster_hears_all(conference):
    served, chair = conference.served, conference.chair
    conference.sit(closed=False)
    # Who is connected is news by itself, at the pace of people's coming and going.
    outside = {
        role: served.enter(role, *(TOPICS.keys() - {"connections", "screens"}))
        for role in DEMO_ROLES
        if role not in ("chair", "delegate-hnd")
    }
    inside = served.enter("delegate-hnd", "closed_text")
    opened = inside.ask("draft.open", {"draft": conference.draft, "tab": "t"})
    assert opened["ok"]
    assert opened["off_device"] is True
    for role, socket in outside.items():
        known = messages(conference.draft, conference.paragraph)
        unknown = messages("nowhere", conference.paragraph)
        for name, values in known.items():
            assert socket.ask_whole(name, *values) == socket.ask_whole(name, *unknown[name]), role
    before = {role: len(socket.frames) for role, socket in outside.items()}
    conference.write()
    assert inside.wait(lambda: inside.heard("draft.updates"))
    assert inside.wait(lambda: inside.heard("event"))
    adopted = chair.do(
        "draft.adopt", draft=conference.draft, digest=conference.digest(), override="En bloque"
    )
    assert adopted["ok"], adopted
    assert inside.wait(lambda: "<code>" in str(inside.heard("fragment")))  # the files have a hash
    for role, socket in outside.items():
        socket.ask("beat", {})  # whatever was on its way has come
        heard = [frame for frame in socket.frames[before[role] :] if not frame.startswith(b"43")]
        # Who has come is counted about once a second, and told to who minds connections and screens.
        told = [frame for frame in heard if not COUNTS.search(frame)]
        assert [frame for frame in told if frame != b"2"] == [], role
        socket.close()
    inside.close()


def test_who_is_taken_off_the_roster_is_sent_away_from_it_at_once(conference):
    served, chair = conference.served, conference.chair
    conference.sit(closed=False)
    inside = served.enter("delegate-hnd")
    assert inside.ask("draft.open", {"draft": conference.draft, "tab": "t"})["ok"]
    assert chair.do("roster.remove", person=served.person("delegate-hnd"))["ok"]
    assert inside.wait(lambda: inside.heard("bye") == [[{"reason": "closed"}]])
    assert inside.wait_closed()
    conference.sit(closed=True)  # which has them on the roster again
