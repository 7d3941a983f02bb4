"""Names, titles, reasons, words, codes and file names that are code elsewhere: text wherever they show.

Each payload would leave an element or an attribute of the name `xss` behind, begin a formula in a
spreadsheet, end a part of a Word file, or turn the reading direction. Everything that can be typed is
filled with them; then every page, fragment, table and Word file is read as its reader reads it.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
import zipfile
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from lxml import etree

from session_app.app import create_app
from session_app.config import ROOT, Settings
from session_app.domain.accreditation import MAX_CELL
from session_app.domain.errors import ActError, Invalid
from session_app.domain.text import UNWELCOME, is_clean
from session_app.services.authority import CONSOLE
from session_app.services.console import CALLS
from session_app.services.desk import clock
from session_app.services.people import accredit
from session_app.store import drafts, people, signing
from session_app.views.live import TOPICS, render_topic

URL = "http://127.0.0.1:8000"
MARKUP = (
    "<xss>",
    '"><xss>',
    "'><xss>",
    '" xss="1',
    "' xss='1",
    "`xss`",
    "</script><xss>",
    "</textarea></title></style><xss>",
    "--><xss>",
    "]]><xss>",
    "<img src=x onerror=xss()>",
    "<svg/onload=xss()>",
    "<a href='javascript:xss()'>xss</a>",
    "javascript:xss()",
    "&lt;xss&gt;&#60;xss&#62;",
    "<w:r><w:t>xss</w:t></w:r>",
    "</w:t></w:r></w:p><w:p><xss/>",
    "{{ 7*7 }}{% xss %}${xss}#{xss}",
    "%s%n{0.__class__}xss",
    "\\u003cxss\\u003e",
    "xss' or 1=1; drop table person; --",
)
FORMULAS = ("=xss()", "+xss", "-xss", "@xss", "=HYPERLINK(\"http://xss\")", "=cmd|' /C xss'!A0")  # fmt: skip
INVISIBLE = (
    "xss\u202egnp.exe",
    "\u2066xss\u2069",
    "xss\u200b",
    "xss\x00",
    "x\x0b\x0css",
    "xss\uffff",
    "\ufeffxss",
    "xss\ud800",
    "xss\U000e0041",
)
EVERYTHING = (*MARKUP, *FORMULAS, *INVISIBLE)
LOOKING = ("chair", "secretariat", "drafting-mex", "delegate-hnd", "observer-country", "projector")


class Markup(HTMLParser):
    """The elements and attributes of a page, as a browser finds them; what they should not be."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        if tag.startswith("xss") or (tag == "script" and "src" not in known | _data(known)):
            self.wrong.append(f"<{tag}>")
        for name, value in attrs:
            address = name in ("href", "src", "action", "formaction", "xlink:href")
            if name.startswith("on") or "xss" in name or name == "style":
                self.wrong.append(f"{tag} {name}")
            elif address and re.match(r"\s*(javascript|vbscript|data:text)", value or "", re.I):
                self.wrong.append(f"{tag} {name}={value}")

    def handle_data(self, data):
        self.text += data


def _data(known):
    """What makes a script no script: it holds data."""
    return {"src": ""} if known.get("type") == "application/json" else {}


class House:
    """The demonstration's pages, and a login for each role."""

    def __init__(self, room, tmp_path):
        self.room, self.desk, self.session = room, room.desk, room.session
        settings = Settings(data=tmp_path / "data", static=ROOT / "static")
        self.flask = create_app(settings, room.desk).flask
        self.cookies = {}
        for role, person in room.person.items():
            with room.desk.store.transaction(clock()) as tx:
                self.cookies[role] = signing.open_login(tx, person)

    def ask(self, role, path, *, post=None):
        client = self.flask.test_client(use_cookies=False)
        headers = {"Origin": URL, "Cookie": f"login={self.cookies.get(role, '')}"}
        if post is None:
            return client.get(path, base_url=URL, headers=headers)
        return client.post(path, base_url=URL, data=post, headers=headers)

    def pages(self):
        """Every page that can be got, by everybody who looks."""
        for rule in self.flask.url_map.iter_rules():
            path = rule.rule.replace("<session>", self.session)
            if "GET" in rule.methods and "<" not in path and "static" not in path:
                for role in (*LOOKING, "nobody"):
                    answer = self.ask(role, path)
                    if answer.mimetype == "text/html":
                        yield f"{role} {path}", answer.text

    def fragments(self):
        for topic in TOPICS:
            for role in LOOKING:
                shown = render_topic(
                    self.desk, self.session, self.room.person[role], topic, clock()
                )
                if shown is not None:
                    yield f"{role} {topic}", shown

    def fill(self, payloads):
        """Put each payload wherever something can be typed; what may be refused, may."""
        room = self.room
        item = room.do("chair", "agenda.add", title_es="uno", title_en="one")["item"]
        row = room.rows()[0]
        for number, each in enumerate(payloads):
            for title in (each, f"Punto {each}"):
                self.try_to("chair", "agenda.add", title_es=title, title_en=title)
            self.try_to("chair", "agenda.retitle", item=item, title_es=each, title_en=each)
            self.try_to("chair", "sitting.suspend", resumes_at=each)
            leave = {"person": room.person["interpreter"], "right": "read_draft", "reason": each}
            given = self.try_to("chair", "grant.give", **leave)
            if given and number + 1 < len(payloads):
                room.do("chair", "grant.withdraw", grant=given["grant"])
            pasted = [{"kind": "item", "text": each, "label": each}]
            self.try_to(
                "drafting-mex",
                "paragraph.paste",
                section=row.section,
                after=row.id,
                language=("es", "en")[number % 2],
                paragraphs=pasted,
            )
            self.accredit(each, "GTM", "delegate")
            self.accredit(f"Ana {each}", "GTM", "delegate")
            self.accredit(f"Invitada {number}", each, "guest")

    def try_to(self, role, name, **values):
        with contextlib.suppress(ActError, UnicodeEncodeError):
            return self.room.do(role, name, **values)
        return None

    def accredit(self, name, delegation, capacity):
        written = io.StringIO()
        table = csv.writer(written)
        table.writerow(("name", "delegation", "capacity"))
        table.writerow((name, delegation, capacity))
        try:
            accredit(
                self.desk,
                self.session,
                written.getvalue().encode("utf-8", "surrogatepass"),
                person=CONSOLE,
                now=clock(),
            )
        except Invalid:
            return False
        return True


@pytest.fixture
def house(room, tmp_path):
    return House(room, tmp_path)


@pytest.mark.slow
def test_no_page_and_no_fragment_holds_anybodys_words_as_markup(house) -> None:
    house.fill(EVERYTHING)
    shown = 0
    for where, page in (*house.pages(), *house.fragments()):
        read = Markup(page)
        assert read.wrong == [], where
        unseen = UNWELCOME.findall(re.sub("[\r\n\t]", "", read.text))
        assert unseen == [], where
        shown += "<xss>" in read.text
    assert shown > 10, "the payloads are not to be seen: nothing was proved"


@pytest.mark.slow
def test_no_refusal_repeats_anybodys_words_as_markup(house) -> None:
    for each in MARKUP:
        word = quote(each, safe="")
        for path in (f"/{word}", f"/s/{word}/", f"/in/{word}", f"/s/{house.session}/{word}"):
            assert Markup(house.ask("chair", path).text).wrong == [], path
        for name in ("person", "act", "page", "check"):
            page = house.ask("secretariat", f"/s/{house.session}/record?{name}={word}").text
            assert Markup(page).wrong == [], name
        for command in ("agenda.add", "sitting.suspend", "grant.give", each.replace("/", "")):
            form = {"title_es": each, "resumes_at": each, "person": each, each: each, "right": each}
            path = f"/s/{house.session}/do/{quote(command, safe='')}"
            assert Markup(house.ask("chair", path, post=form).text).wrong == [], command
        content = f"name,delegation,{each}\n{each},{each},{each}\n".encode()
        form = {"file": (io.BytesIO(content), f"{each}.csv")}
        page = house.ask(
            "secretariat", f"/s/{house.session}/desk/people/import", post={"act": "file"} | form
        )
        assert page.status_code in (303, 400)
        assert Markup(page.text).wrong == []
        for form in ({"code": each}, {"code": each, "pin": each}):
            assert Markup(house.ask(None, "/in", post=form).text).wrong == []


def test_no_cell_of_the_record_is_a_formula(house) -> None:
    house.fill(EVERYTHING)
    table = (
        house.ask("secretariat", f"/s/{house.session}/record.csv").get_data().decode("utf-8-sig")
    )
    rows = list(csv.reader(io.StringIO(table)))
    cells = [cell for row in rows for cell in row]
    assert len({len(row) for row in rows}) == 1, "a text has broken its row"
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    assert [cell for cell in cells if "=xss()" in cell], "no formula came into the record"


def test_a_word_file_holds_anybodys_words_as_words(house) -> None:
    before = {name: _parts(house, name) for name in ("es", "en", "bilingual")}
    house.fill(EVERYTHING)
    seen = ""
    for layout, known in before.items():
        parts = _parts(house, layout)
        assert parts.keys() == known.keys()
        for name, part in parts.items():
            assert not [each for each in _names(part) if "xss" in each], name
            if not name.endswith(".rels"):
                continue
            assert _targets(part) == _targets(known[name]), name
        document = etree.fromstring(parts["word/document.xml"])
        seen += "".join(document.itertext())
        properties = parts["docProps/core.xml"].decode()
        assert "xss" not in properties
    assert is_clean(seen.replace("\n", ""))
    for each in MARKUP:
        assert each in seen, each


def _parts(house, layout):
    content = CALLS["assemble"](
        house.desk, session=house.session, layout=layout, version="bracketed"
    )
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def _names(part):
    """The names of all elements and attributes of a part."""
    for each in etree.fromstring(part).iter(etree.Element):
        yield str(each.tag)
        yield from map(str, each.attrib)


def _targets(part):
    return {each.get("Target") for each in etree.fromstring(part)}


def test_names_and_codes_that_deceive_a_reader_or_a_spreadsheet_are_not_entered(house) -> None:
    for each in (*FORMULAS, *INVISIBLE):
        assert not house.accredit(each, "GTM", "delegate"), ascii(each)
    for each in EVERYTHING:
        assert not house.accredit("Persona", each, "guest"), ascii(each)
    everybody = people.accredited(house.desk.store, house.session)
    assert all(is_clean(each.name) and is_clean(each.delegation) for each in everybody)


def test_what_is_typed_is_bounded_in_length(house, room) -> None:
    assert house.accredit("n" * MAX_CELL, "GTM", "delegate")
    assert not house.accredit("n" * (MAX_CELL + 1), "GTM", "delegate")
    assert not house.accredit("Persona", "G" * 13, "guest")
    for length in (301, 20_000, 20_001):
        with pytest.raises(Invalid):
            room.do("chair", "agenda.add", title_es="t" * length, title_en="t")
    grant = {"person": room.person["interpreter"], "right": "read_draft"}
    room.do("chair", "grant.give", reason="r" * 20_000, **grant)
    with pytest.raises(Invalid):
        room.do("chair", "grant.give", reason="r" * 20_001, **grant)
    reasons = room.desk.store.all("select max(length(reason)) from permission")
    assert reasons[0][0] <= 500
    assert room.desk.store.all("select max(length(detail)) from act")[0][0] < 3_000


def test_words_of_a_draft_are_stored_as_a_reader_sees_them(house, room) -> None:
    house.fill(EVERYTHING)
    texts = [
        text
        for row in drafts.rows(room.desk.store, room.draft)
        for text in room.desk.drafts.texts(row.id).values()
    ]
    assert all(is_clean(each) for each in texts)
    assert "<xss>" in texts
