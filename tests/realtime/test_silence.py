"""Nothing of a closed part leaves the room: proved on the wire, with marked strings and everybody listening.

One person of each category and kind, accredited or not, keeps every byte they are sent while the door of
a session closes and opens under load. What each may hear, and when, is `may_hear` below; nothing else.
"""

from __future__ import annotations

import contextlib
import csv
import io
import random
import re
import threading
import time
from collections import Counter
from typing import get_args, get_type_hints

import pytest
from conftest import open_on
from desk_process import Refused, running_desk
from realtime.wiretap import (
    CANARY,
    STEM,
    Canaries,
    Hand,
    Person,
    sign_in_everybody,
)

from session_app.app import create_app
from session_app.config import Settings
from session_app.domain import contract
from session_app.domain.documents import LAYOUTS
from session_app.domain.drafting import LANGUAGES
from session_app.store.database import new_id
from session_app.views.live import TOPICS

pytestmark = [pytest.mark.slow, pytest.mark.longest]

OTHER_SESSION = "red-otra-2018"
MORE_PEOPLE = (
    ("Ulises Zavala", "MEX", "head", "es", ""),
    ("Óscar Arias", "CRI", "companion", "es", ""),
)
INSIDERS = {
    "chair": "Beatriz Menjívar",
    "head of Costa Rica": "María Solano",
    "companion of Costa Rica": "Daniela Vargas",
    "head of Mexico": "Raúl Fuentes",
}
LATE = "delegate let in late, and sent out again"
MEMBERS_OUTSIDE = {
    "second head of Mexico": "Ulises Zavala",
    "second companion of Costa Rica": "Óscar Arias",
    "drafting representative": "Anjali Singh",
    "delegate": "Christian Roy",
    "staff of the PPT": "Óscar Quintanilla",
    "Technical Secretariat": "Laura Rivas",
}
"""Off the roster, and readers of the draft in an open sitting."""
OUTSIDE = MEMBERS_OUTSIDE | {
    "observer country": "Camila Restrepo",
    "observer organisation": "Ingrid Sauvage",
    "RROCM": "Nelson Pineda",
    "guest of another organisation": "Elena Brandt",
    "interpreter": "Joaquín Varela",
    "second interpreter": "Margaret Doyle",
    "screen for members": "Pantalla de la sala de redacción",
    "screen for observers": "Pantalla de la sala plenaria",
}
STRANGER, NOBODY = "accredited elsewhere", "nobody signed in"

# What may be heard --------------------------------------------------------------------------

TEXT = {"text", "para"}
"""Words and paragraphs of the session's own draft: once the door is open, for who may read the draft."""
PEOPLE = {"name"}
"""Who has been accredited meanwhile: for who accredits, at any time."""


def may_hear(person: str, kind: str, is_open: bool) -> bool:
    """Whether somebody outside may hear what a field of this kind held behind the door; `is_open` says
    whether the door has been opened since. What is for those on the roster alone (titles of closed
    items, reasons, grants given behind the door, hours of a suspension, who was let in) stays so."""
    if kind in TEXT:
        return is_open and person in MEMBERS_OUTSIDE
    return kind in PEOPLE and person == "Technical Secretariat"


# The house ----------------------------------------------------------------------------------


class House:
    """A desk that serves the demonstration, with everybody there is listening to it."""

    def __init__(self, desk, tmp_path, seed):
        self.desk, self.seed = desk, seed
        self.random = random.Random(seed)
        self.canaries = Canaries()
        self.draft = desk.draft()
        self._accredit(tmp_path)
        cookies = self._sign_in()
        self.insiders = {role: Person(desk, role, cookies[name]) for role, name in INSIDERS.items()}
        self.outsiders = {role: Person(desk, role, cookies[name]) for role, name in OUTSIDE.items()}
        self.outsiders[STRANGER] = Person(desk, STRANGER, cookies["Nora Ajena"])
        self.outsiders[NOBODY] = Person(desk, NOBODY)
        self.late = Person(desk, LATE, cookies["Tomás Andino"])
        self.ids = {
            name: person
            for person, name in desk.query(
                "select p.id, p.name from person p join accreditation a on a.person = p.id"
                " where a.session = ?",
                desk.session,
            )
        }
        self.pages, self.commands, self.messages = inventory(tmp_path, desk.session)
        self.gavel = self.insiders["chair"].join(("door",), way="gavel")
        self.part = 0  # the closed part under way, or the last one
        self.is_closed = False  # from the chair's ack of the closing to the opening
        self.is_verified = False
        self.opened = {}  # part -> when its door was about to be opened
        self._numbers = iter(range(10**9))
        self.items, self.paragraphs = [], []
        self.closed_draft = None

    def _accredit(self, tmp_path):
        listed = io.StringIO()
        write = csv.writer(listed)
        write.writerow(("name", "delegation", "capacity", "language", "drafting"))
        write.writerows(MORE_PEOPLE)
        (tmp_path / "people.csv").write_text(listed.getvalue())
        self.desk.run("accredit", self.desk.session, tmp_path / "people.csv")
        self.desk.run(
            "session", OTHER_SESSION, *("--body", "grcm", "--ppt", "PAN", "--city", "Panamá"),
            *("--starts", "2018-01-10", "--ends", "2018-01-12", "--zone", "America/Panama"),
        )  # fmt: skip
        (tmp_path / "other.csv").write_text("name,delegation,capacity\nNora Ajena,PAN,delegate\n")
        self.desk.run("accredit", OTHER_SESSION, tmp_path / "other.csv")

    def _sign_in(self):
        return sign_in_everybody(self.desk, OTHER_SESSION) | sign_in_everybody(
            self.desk, self.desk.session
        )

    def do(self, name, **values):
        """Have the chair give a command; it must succeed."""
        answer = self.gavel.do(name, **values)
        assert answer["ok"], (name, values, answer)
        return answer

    def mark(self, kind):
        return self.canaries.make(kind, self.part)

    def word(self):
        """What an insider types: a marked word only behind the verified door."""
        return self.mark("text") if self.is_verified else self.open_word()

    def open_word(self):
        return f"abierto{next(self._numbers)}"

    # The door

    def close(self):
        self.part += 1
        self.desk.close_door(self.gavel)
        self.is_closed = True

    def verify(self):
        self.do("roster.verify")
        self.is_verified = True

    def open(self):
        """Open the door, when nobody outside is in the middle of asking something."""
        self.is_verified = False
        turns = [each.turn for each in self.outsiders.values()]
        for each in turns:
            each.acquire()
        self.is_closed = False
        self.opened[self.part] = time.monotonic()
        self.do("door.open")
        for each in turns:
            each.release()

    # What is done behind it

    def add_item(self):
        titles = {"title_es": self.mark("titl"), "title_en": self.mark("titl")}
        item = self.do("agenda.add", mode="closed", **titles)["item"]
        self.canaries.note("item", self.part, item)
        self.items.append(item)
        return item

    def look(self):
        """The chair looks at the page anew: on a busy machine what follows soon is pushed as one."""
        assert self.insiders["chair"].get(f"/s/{self.desk.session}/chair").status == 200

    def take_items(self):
        """Take closed items, rename and reorder them, and leave the agenda as it was."""
        (before,) = self.desk.query(
            "select id from agenda_item where session = ? and state = 'current'", self.desk.session
        )
        first, second = self.add_item(), self.add_item()
        self.look()
        self.do("agenda.advance", item=first)
        self.do(
            "agenda.retitle", item=second, title_es=self.mark("titl"), title_en=self.mark("titl")
        )
        self.do("agenda.move", item=second, direction="up")
        self.do("agenda.move", item=second, direction="down")
        self.do("agenda.finish", item=first)
        self.do("agenda.advance", item=before[0])
        self.do("agenda.reopen", item=first)

    def suspend(self):
        # A time that no clock of the meeting shows meanwhile.
        at = f"{(time.gmtime().tm_hour + 3) % 24:02}:{self.part * 2 + 7:02}"
        self.canaries.note("hour", self.part, at)
        self.do("sitting.suspend", resumes_at=at)
        self.look()
        self.do("sitting.resume")

    def let_in_by_exception(self):
        person = self.ids["Andrés Monge"]
        self.do("roster.admit", person=person, reason=self.mark("exce"))
        self.look()
        self.do("roster.remove", person=person)

    def let_in_late(self):
        """A delegate asks, is let in, hears, and is sent out: nothing of what comes then is theirs."""
        person, home = self.ids["Tomás Andino"], f"/s/{self.desk.session}/"
        assert self.late.post(f"{home}do/roster.ask", {}).status == 303
        self.do("roster.admit", person=person)
        page = self.late.join(("agenda", "attendance", "sitting"), draft=self.draft)
        assert STEM.encode() in self.late.get(home).body
        self.do("roster.remove", person=person)
        told = len(self.late.tape.heard)
        for path in (home, f"{home}screen", f"{home}documents"):
            self.late.get(path)
        word = self.mark("titl")
        self.do("agenda.retitle", item=self.items[-1], title_es=word, title_en=word)
        assert page.wait_closed(1)
        after = self.late.tape.heard[told:]
        assert not [each for each in after if STEM.encode() in each.content and each.way != "page"]
        assert not [each for each in after if word.encode() in each.content]

    def give_grants(self):
        person = self.ids["Margaret Doyle"]
        for right in ("read_draft", "speak"):
            grant = self.do("grant.give", person=person, right=right, reason=self.mark("gran"))[
                "grant"
            ]
            self.canaries.note("gran", self.part, grant)
            self.read_people()
            self.do("grant.withdraw", grant=grant)
        item = self.items[-1]
        given = self.do(
            "grant.give", person=person, right="speak", reason=self.mark("gran"), item=item
        )
        self.canaries.note("gran", self.part, given["grant"])
        self.read_people()

    def read_people(self):
        """The chair looks at the list: what is withdrawn at once may never be pushed to a page."""
        assert self.insiders["chair"].get(f"/s/{self.desk.session}/desk").status == 200

    def hold_the_floor(self):
        """One head speaks, another still waits when the door opens."""
        for role in ("head of Costa Rica", "head of Mexico"):
            answer = self.insiders[role].post(f"/s/{self.desk.session}/do/floor.ask", {})
            assert answer.status == 303, answer.body
            if role == "head of Costa Rica":
                self.do("floor.recognise")
                self.do("floor.extend", seconds=30)
                self.do("floor.end")

    def write_closed_text(self):
        """The closed part's own text: begun once, and a word more at each time."""
        if self.closed_draft is None:
            self.do("draft.start_closed")
            (found,) = self.desk.query(
                "select id from draft where session = ? and closed", self.desk.session
            )
            self.closed_draft = str(found[0])
            self.canaries.note("clos", self.part, self.closed_draft)
            self.insiders["chair"].join(draft=self.closed_draft, way="closed draft")
        section = self.desk.query("select id from section where draft = ?", self.closed_draft)[0][0]
        self.canaries.note("clos", self.part, section)
        pasted = self.do(
            "paragraph.paste",
            draft=self.closed_draft,
            op=new_id(),
            section=section,
            language="en",
            paragraphs=[{"kind": "item", "text": self.mark("clos")}],
        )
        self.canaries.note("clos", self.part, *pasted["paragraphs"])

    def mark_attendance(self):
        for present in (False, True, False, True):
            self.do("attendance.mark", delegation="CAN", present=present)

    def accredit(self):
        """The Secretariat, outside, accredits somebody; the name is for it and the chair."""
        name = self.mark("name")
        values = {"full_name": name, "delegation": "PAN", "capacity": "delegate"}
        secretariat = self.outsiders["Technical Secretariat"]
        with secretariat.turn:
            answer = secretariat.post(f"/s/{self.desk.session}/do/people.add", values)
        assert answer.status == 303, answer.status

    def change_structure(self):
        section = self.desk.query("select id from section where draft = ?", self.draft)[0][0]
        added = self.do("paragraph.add", draft=self.draft, op=new_id(), section=section)
        pasted = self.do(
            "paragraph.paste",
            draft=self.draft,
            op=new_id(),
            section=section,
            language="es",
            paragraphs=[{"kind": "item", "text": self.mark("text")}],
        )
        self.paragraphs += [added["paragraph"], *pasted["paragraphs"]]
        self.canaries.note("para", self.part, added["paragraph"], *pasted["paragraphs"])
        self.do("paragraph.delete", draft=self.draft, op=new_id(), paragraph=added["paragraph"])

    def look_around(self):
        """The chair looks at every page there is, and takes the drafts along as Word files."""
        for path in self.pages:
            self.insiders["chair"].get(path)

    def be_busy(self, *, everything=True):
        """All that can be done behind the door, or what falls out of the hat; in any order."""
        acts = [
            self.suspend,
            self.let_in_by_exception,
            self.let_in_late,
            self.give_grants,
            self.hold_the_floor,
            self.write_closed_text,
            self.mark_attendance,
            self.accredit,
            self.change_structure,
        ]
        self.random.shuffle(acts)
        self.take_items()
        for act in acts if everything else acts[:4]:
            act()


# What there is to be asked, from the application's own lists ----------------------------------

FILL = {
    "session": lambda session: (session,),
    "layout": lambda session: LAYOUTS,
    "code": lambda session: ("a" * 26,),
    "filename": lambda session: ("js/pages/home.js",),
    "who": lambda session: ("head", "observer_country"),
    "page": lambda session: ("documents", "draft"),
    "person": lambda session: ("a" * 26,),
    "document": lambda session: ("a" * 26,),
    "role": lambda session: ("delegate",),
    "language": lambda session: LANGUAGES,
}
NOT_POSTED = {"/out", "/devices/out", "/in", "/in/pin", "/in/device", "/devices/known"}
"""Forms of one's own login: what they do is not of a session."""


def inventory(tmp_path, session):
    """Every address that can be got, every command and every message of a socket."""
    opened = open_on(tmp_path / "inventory")
    app = create_app(Settings(data=tmp_path / "inventory", port=80, hosts=("localhost",)), opened)
    pages = []
    for rule in app.flask.url_map.iter_rules():
        if "GET" in rule.methods:
            paths = [rule.rule]
            for argument in rule.arguments:
                paths = [
                    re.sub(rf"<(path:)?{argument}>", value, path)
                    for path in paths
                    for value in FILL[argument](session)
                ]
            pages += paths
    messages = tuple(app.gateway.doors)
    opened.store.close()
    return pages, tuple(contract.COMMANDS), messages


ALWAYS_ALLOWED = {"person.language", "roster.ask"}
"""Commands about oneself that one may give in front of a closed door, too."""


class Curious(threading.Thread):
    """Somebody outside who asks for everything, at any time, by every way there is."""

    def __init__(self, house, person):
        super().__init__(daemon=True)
        self.house, self.person = house, person
        self.random = random.Random(f"{house.seed}/{person.name}")
        self.over = threading.Event()
        self.trouble = None
        self.sockets = []
        self.asked = Counter()

    def run(self):
        try:
            while not self.over.wait(self.random.uniform(0.0, 0.4)):
                with self.person.turn, contextlib.suppress(Refused):
                    self.random.choice(
                        (self.open_page, self.give_command, self.speak, self.open_socket)
                    )()
        except BaseException as trouble:
            self.trouble = trouble
            raise

    def open_page(self):
        self.asked["page"] += 1
        self.person.get(self.random.choice(self.house.pages))

    def give_command(self):
        """In an open sitting only who conducts nothing tries commands: the others' would be done."""
        may_try = self.house.is_closed or self.person.name not in MEMBERS_OUTSIDE
        if may_try:
            self.asked["command"] += 1
            name = self.random.choice(self.house.commands)
            if name.startswith("people."):
                return  # who accredits does so at any time, and would send the others away
            values = self.values_of(name)
            answer = self.person.post(f"/s/{self.house.desk.session}/do/{name}", values)
            assert answer.status != 303 or name in ALWAYS_ALLOWED, (self.person.name, name, values)

    def open_socket(self):
        self.asked["join"] += 1
        try:
            draft = self.house.draft if self.random.random() < 0.7 else ""
            self.sockets.append(self.person.join(self.random.sample([*TOPICS], 3), draft=draft))
        except Refused:
            pass

    def speak(self):
        """A message of a socket that is open: joined before the door closed, or never."""
        self.sockets = [each for each in self.sockets if not each.closed.is_set()]
        if len(self.sockets) > 4:
            self.sockets.pop(0).close()
        if not self.sockets or self.random.random() < 0.2:
            try:
                self.sockets.append(self.person.connect())
            except Refused:
                return
        self.asked["message"] += 1
        opened = self.random.choice(self.sockets)
        name = self.random.choice(self.house.messages)
        if name == "command" and not self.house.is_closed and self.person.name in MEMBERS_OUTSIDE:
            return
        with contextlib.suppress(Refused):
            opened.ask_whole(name, *self.message(name), seconds=5)

    def message(self, name):
        house = self.house
        paragraph = self.paragraph()
        of_draft = {"draft": house.draft, "tab": "t"}
        command = self.random.choice(house.commands)
        return {
            "join": ({"session": house.desk.session, "topics": [*TOPICS]},),
            "command": ({"name": command, "values": self.typed(command)},),
            "beat": ({},),
            "draft.open": (of_draft | {"texts": True},),
            "draft.lease": (of_draft,),
            "draft.presence": (of_draft,),
            "draft.sync": ({**of_draft, "ids": [paragraph], "lens": [1]}, b"\0"),
            "draft.update": ({**of_draft, "paragraph": paragraph, "client": 1}, b"\0\0"),
        }[name]

    def paragraph(self):
        house = self.house
        return house.paragraphs[0] if house.is_closed and house.paragraphs else "nothing"

    def typed(self, name):
        """Values of a command. Behind the door they name what really is there: knowing its id must not
        help. In an open sitting they do not: what one names oneself would stand in the open record."""
        hints, values = get_type_hints(contract.COMMANDS[name]), {}
        item = self.house.items[0] if self.house.is_closed and self.house.items else "nothing"
        people = [*self.house.ids.values()]
        known = {
            "draft": self.house.draft,
            "op": new_id(),
            "item": item,
            "paragraph": self.paragraph(),
            "person": self.random.choice(people),
        }
        for field, hint in hints.items():
            if field in ("name", "needs"):
                continue
            options = get_args(hint)
            if field in known:
                values[field] = known[field]
            elif hint is bool:
                values[field] = True
            elif hint is int:
                values[field] = 0
            elif options and all(isinstance(each, str) for each in options):
                values[field] = options[0]
            elif hint is str:
                values[field] = "nothing"
        return values

    def values_of(self, name):
        values = self.typed(name)
        return {
            field: str(value).lower() if value is True else str(value)
            for field, value in values.items()
        }


# Judging ------------------------------------------------------------------------------------


def leaks(house, person):
    """What somebody outside was sent that they may not hear."""
    found = {}
    named = {
        *house.items[:1],
        *house.paragraphs[:1],
    }  # `Curious` tells: it comes back in their record
    for heard, word in person.tape.canaries():
        if word in named:
            continue
        if (match := CANARY.fullmatch(word.encode())) is not None:
            kind, part = match[1].decode(), int(match[2])
        elif word in house.canaries.planted:
            kind, part = house.canaries.planted[word].kind, house.canaries.planted[word].part
        elif word.startswith(STEM):
            kind, part = "hidden", house.part
        else:
            continue
        opened = house.opened.get(part)
        if not may_hear(person.name, kind, opened is not None and heard.at >= opened):
            found.setdefault((kind, part, word), heard.way)
    return found


def hours_heard(house, person):
    """The hours of suspensions, which are too short to be marked, in what somebody was sent."""
    hours = [each.word for each in house.canaries.planted.values() if each.kind == "hour"]
    # A moment of a header has seconds, too.
    known = re.compile(
        rb"(?<![0-9:])(?:" + b"|".join(each.encode() for each in hours) + rb")(?![0-9:])"
    )
    return {match.decode() for each in person.tape.heard for match in known.findall(each.content)}


def never_heard(house, unsure):
    """What no insider was sent: the control that the fields hold it, and that we would hear it."""
    heard = set()
    for person in house.insiders.values():
        heard |= {word for _, word in person.tape.canaries()} | hours_heard(house, person)
    return {
        word: each.kind
        for word, each in house.canaries.planted.items()
        if word not in heard and word not in unsure
    }


def play(house, closings, seconds):
    """A session whose door closes and opens so many times, everybody asking and writing all the while."""
    hands = [
        Hand(house.insiders[role], house.draft, house.word, house.seed)
        for role in ("head of Costa Rica", "head of Mexico")
    ]
    hands += [
        Hand(house.outsiders[role], house.draft, house.open_word, house.seed)
        for role in ("drafting representative", "staff of the PPT")
    ]
    curious = [Curious(house, each) for each in house.outsiders.values()]
    page = house.insiders["chair"].join(TOPICS, draft=house.draft)
    for person in house.outsiders.values():
        for path in house.pages:
            person.get(path)
    for each in (*hands, *curious):
        each.start()
    try:
        for _ in range(closings):
            time.sleep(seconds * 0.3)
            house.close()
            time.sleep(house.random.uniform(0, 0.2))
            house.verify()
            time.sleep(seconds * 0.3)
            house.be_busy(everything=house.part == 1)
            if house.part % 5 == 1:
                house.look_around()
            time.sleep(seconds * 0.3)
            house.open()
    finally:
        for each in (*curious, *hands):
            each.over.set()
    for each in (*curious, *hands):
        each.join(20)
    for person in house.outsiders.values():
        for path in house.pages:
            person.get(path)
    time.sleep(0.5)
    assert not page.closed.is_set(), "the chair's page, which hears everything, has lost its line"
    page.close()
    assert not [each.trouble for each in (*curious, *hands) if each.trouble]
    return hands, curious


def judge(house, hands):
    unsure = {word for each in hands for word in (*each.refused, *each.unsure)}
    found = {name: leaks(house, person) for name, person in house.outsiders.items()}
    assert {name: each for name, each in found.items() if each} == {}
    assert {name: hours_heard(house, person) for name, person in house.outsiders.items()} == {
        name: set() for name in house.outsiders
    }
    assert never_heard(house, unsure) == {}
    assert STEM not in house.desk.log.read_text()


@pytest.mark.parametrize(("closings", "seconds"), [(3, 1.0), (20, 2.0)], ids=["short", "full"])
def test_nothing_of_a_closed_part_reaches_anybody_outside(tmp_path, closings, seconds):
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    with running_desk(tmp_path / "desk") as desk:
        house = House(desk, tmp_path, seed)
        began = time.monotonic()
        hands, curious = play(house, closings, seconds)
        print(f"played {time.monotonic() - began:.1f} s")
        judge(house, hands)
        print(
            f"{len(house.canaries.planted)} canaries, "
            f"{sum(len(each.stored) for each in hands)} words stored; outside "
            f"{sum((each.asked for each in curious), Counter())}, "
            f"{sum(len(each.tape.heard) for each in house.outsiders.values())} answers and frames, "
            f"{sum(len(h.content) for p in house.outsiders.values() for h in p.tape.heard)} bytes;"
            f" judged {time.monotonic() - began:.1f} s"
        )


# The same, whatever happens ------------------------------------------------------------------

CLOCK = re.compile(rb"\b[0-2][0-9]:[0-5][0-9]\b")
DATE = re.compile(rb"^Date: .*$", re.MULTILINE)
SITTING = re.compile(rb'<section data-live="sitting".*?</section>', re.DOTALL)
"""What is public of a closed part once it is over: that there was another sitting, and since when."""
NOW = re.compile(rb'"now":[0-9]+')
MARK = re.compile(rb'(?<=": ")[0-9a-f]{16}(?=")')
"""Of a fragment that stands whole in the same page, its hour included: that is what is compared."""


def public(content, *, is_open=False):
    """What was sent, without what changes by itself: the hour, and in the open the sitting's number."""
    content = NOW.sub(b"", CLOCK.sub(b"--:--", DATE.sub(b"", MARK.sub(b"", content))))
    return (
        SITTING.sub(b"", content.replace(b'\\"', b'"').replace(b"\\n", b"\n"))
        if is_open
        else content
    )


NEW_AT_EACH_LOOK = re.compile(r"/s/[^/]+/badge(/code)?|/screen(/state)?")
"""Addresses whose answers are never twice the same: codes of the minute, signed for their holder, or
drawn for a screen that waits."""


def comparable(pages):
    return [each for each in pages if not NEW_AT_EACH_LOOK.fullmatch(each)]


class Outside:
    """Everybody outside, doing the same in each sitting, and what they are sent for it."""

    def __init__(self, house):
        self.house = house
        self.everybody = house.outsiders
        self.pages, self.sockets = {}, {}

    def come(self):
        """Open pages, before the door is closed."""
        for name, person in self.everybody.items():
            if name != NOBODY:
                self.pages[name] = person.join(TOPICS, way="page")
        self.since = time.monotonic()

    def ask(self):
        """Every address and every message, behind the closed door, by a tab that has come back."""
        for name, person in self.everybody.items():
            for path in comparable(self.house.pages):
                person.get(path)
            if name == NOBODY:
                continue
            opened = self.sockets.get(name) or person.connect("came back")
            self.sockets[name] = opened
            asked = Curious(self.house, person)
            if name != STRANGER:  # to whom nothing is closed: a page of theirs stays open
                for message in self.house.messages:
                    if message != "command":
                        opened.ask_whole(message, *asked.message(message))

    def transcript(self, *, is_open=False):
        """By person and way: what they were sent, in order. Pings, and the name of a line, are left out."""
        found = {}
        for name, person in self.everybody.items():
            heard = found[name] = {}
            for each in person.tape.heard:
                if (
                    each.at >= self.since
                    and each.content != b"2"
                    and not each.content.startswith(b"0{")
                ):
                    content = each.content if each.content[:2] != b"40" else b"40"
                    heard.setdefault(each.way, []).append(public(content, is_open=is_open))
        return found

    def look(self):
        """The pages of an open sitting, and a new tab, of who never reads the draft."""
        self.everybody = {
            name: each for name, each in self.house.outsiders.items() if name not in MEMBERS_OUTSIDE
        }
        self.since = time.monotonic()
        for name, person in self.everybody.items():
            for path in comparable(self.house.pages):
                person.get(path)
            if name != NOBODY:
                person.join(TOPICS, way="page").close()
        return self.transcript(is_open=True)

    def leave(self):
        for each in (*self.pages.values(), *self.sockets.values()):
            each.close()


def sit_behind_the_door(house, *, busy):
    """One closed sitting; what everybody outside was sent meanwhile, and what they see after it."""
    outside = Outside(house)
    hands = [
        Hand(house.insiders[role], house.draft, house.word, house.seed)
        for role in ("head of Costa Rica", "head of Mexico")
    ]
    outside.come()
    house.close()
    house.verify()
    outside.ask()
    if busy:
        for each in hands:
            each.start()
        house.take_items()
        for act in (
            house.suspend,
            house.let_in_by_exception,
            house.let_in_late,
            house.give_grants,
            house.hold_the_floor,
            house.write_closed_text,
            house.mark_attendance,
            house.change_structure,
        ):
            act()
        for each in hands:
            each.over.set()
            each.join(20)
        assert sum(len(each.stored) for each in hands) > 10
    outside.ask()
    time.sleep(0.5)
    closed = outside.transcript()
    house.open()
    outside.leave()
    return closed, outside.look()


def test_who_is_outside_is_sent_the_same_whether_much_or_nothing_happens_inside(tmp_path):
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    with running_desk(tmp_path / "desk") as desk:
        house = House(desk, tmp_path, seed)
        house.close()
        house.verify()
        house.take_items()  # from now on there is a closed part in the agenda
        house.open()
        quiet, before = sit_behind_the_door(house, busy=False)
        busy, after = sit_behind_the_door(house, busy=True)
        assert sum(len(each) for heard in quiet.values() for each in heard.values()) > 500
        assert differences(quiet, busy) == []
        assert differences(before, after) == []


def differences(one, other):
    """Where two transcripts differ: who, by what way, and the first bytes that do."""
    found = []
    for name in one:
        for way in sorted(one[name].keys() | other[name].keys()):
            first, second = one[name].get(way, []), other[name].get(way, [])
            if first != second:
                at = next(
                    (n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), None
                )
                shown = (len(first), len(second)) if at is None else apart(first[at], second[at])
                found.append((name, way, shown))
    return found


def apart(first, second):
    at = next(
        (n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b),
        min(len(first), len(second)),
    )
    return first[max(0, at - 60) : at + 120], second[max(0, at - 60) : at + 120]
