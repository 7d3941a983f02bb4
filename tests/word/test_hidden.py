"""Nothing travels in a Word file but what is printed: no names, no marks of revision, no paths."""

from __future__ import annotations

import io
import re
import zipfile

import pycrdt
import pytest
from conftest import NOW
from docx import Document
from lxml import etree
from word.san_salvador import ROOT, W, parts

from session_app.domain.contract import MAX_TEXT
from session_app.domain.documents import LAYOUTS, VERSIONS
from session_app.domain.errors import ActError, Conflict, Invalid
from session_app.services.adoption import read_standing
from session_app.services.authority import CONSOLE
from session_app.services.console import call_session
from session_app.services.importing import import_draft, read_source
from session_app.services.issuing import assemble_now
from session_app.services.live import Writing
from session_app.store import documents, drafts, people

CANARY = "Kanarienvogel"
ALLOWED = {
    "[Content_Types].xml",
    "_rels/.rels",
    "docProps/app.xml",
    "docProps/core.xml",
    "word/document.xml",
    "word/_rels/document.xml.rels",
    "word/fontTable.xml",
    "word/footer1.xml",
    "word/header1.xml",
    "word/numbering.xml",
    "word/settings.xml",
    "word/styles.xml",
}
"""Every part a file may have."""
REVISIONS = {
    f"{W}{name}"
    for name in (
        "ins", "del", "delText", "delInstrText", "moveFrom", "moveTo", "moveFromRangeStart",
        "moveToRangeStart", "rPrChange", "pPrChange", "sectPrChange", "tblPrChange", "trPrChange",
        "tcPrChange", "cellIns", "cellDel", "comment", "commentRangeStart", "commentRangeEnd",
        "commentReference", "annotationRef", "vanish", "specVanish", "webHidden", "rsid", "rsids",
        "rsidRoot", "trackRevisions", "docVars", "attachedTemplate", "mailMerge", "customXml",
    )
}  # fmt: skip
"""Elements of WordprocessingML that hide, mark who changed what, or lead out of the file (ECMA-376
part 1, 17.13 and 17.15)."""
WHO = frozenset({"author", "initials", "date", "userId"})
PATHS = re.compile(rb"(?i)/home/|/root/|/tmp/|/work/|/srv/|/usr/|/Users/|[a-z]:\\|file:|\.dotx?\b")


def every_file(room) -> dict[str, bytes]:
    """The session's document in every layout and version, as a draft and as issued."""
    found = {
        f"{layout} {version}": assemble_now(room.desk, room.session, layout, version)
        for layout in LAYOUTS
        for version in VERSIONS
    }
    for each in documents.issued(room.desk.store, room.draft):
        found[f"{each.layout} issued"] = documents.content(room.desk.store, each.id)
    return found


def adopt(room) -> None:
    digest = read_standing(room.desk, room.draft).digest
    room.do("chair", "draft.adopt", digest=digest, override=f"{CANARY} lo decidió")


@pytest.fixture
def files(room) -> dict[str, bytes]:
    """All of them, in a session whose people and acts are canaries."""
    with room.desk.store.transaction(NOW) as tx:
        for number, each in enumerate(people.accredited(room.desk.store, room.session)):
            tx.execute(
                "update person set name = ?, email = ? where id = ?",
                (f"{CANARY} {number}", f"{CANARY.lower()}{number}@example.org", each.person),
            )
        tx.change_authority()
    room.do("chair", "grant.give", person=room.person["interpreter"], right="speak", reason=CANARY)
    room.do("chair", "agenda.add", title_es=CANARY, title_en=CANARY)
    paragraph = room.rows()[2].id
    with room.desk.drafts.lock, room.desk.store.transaction(NOW) as tx:
        texts = {"es": "Dicho y desdicho [aquí]", "en": "Said and unsaid [here]"}
        room.desk.drafts.write(tx, room.draft, paragraph, texts, person=room.person["chair"])
        last = {"es": "Dicho [aquí]", "en": "Said [here]"}
        room.desk.drafts.write(tx, room.draft, paragraph, last, person=room.person["chair"])
    found = every_file(room)
    adopt(room)
    return found | {f"adopted {name}": content for name, content in every_file(room).items()}


def test_a_file_has_the_parts_that_are_allowed_and_no_other(files) -> None:
    assert len(files) == 2 * len(LAYOUTS) * len(VERSIONS) + len(LAYOUTS)
    for name, content in files.items():
        assert parts(content).keys() == ALLOWED, name
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            assert package.comment == b""
            assert not [each.filename for each in package.infolist() if each.comment or each.extra]


def hidden_in(content: bytes) -> set[str]:
    """What a file holds that is not printed: marks of revision, comments, hidden text, who and when."""
    found = set()
    for data in parts(content).values():
        if not data.startswith(b"<"):
            continue  # a picture
        for element in etree.fromstring(data).iter():
            if not isinstance(element.tag, str):
                found.add("a comment of XML")
                continue
            names = [etree.QName(key).localname for key in element.attrib]
            found |= {name for name in names if name.startswith("rsid") or name in WHO}
            found |= {element.tag} & REVISIONS
    return {each.removeprefix(W) for each in found}


def test_a_file_holds_no_revision_no_comment_and_nothing_hidden(files) -> None:
    assert {name: hidden_in(content) for name, content in files.items() if hidden_in(content)} == {}


def test_what_is_hidden_would_be_found() -> None:
    document = Document()
    run = document.add_paragraph("Dicho").add_run(" oculto")
    run.font.hidden = True
    document.add_comment(run, text="¿Así?", author="Ana", initials="A")
    struck = etree.SubElement(document.paragraphs[0]._p, f"{W}del", {f"{W}author": "Ana"})
    struck.set(f"{W}rsidDel", "00AB12CD")
    file = io.BytesIO()
    document.save(file)
    told = {"vanish", "comment", "commentReference", "del", "author", "initials", "rsidDel"}
    assert told <= hidden_in(file.getvalue())
    assert parts(file.getvalue()).keys() - ALLOWED
    assert PATHS.search(rb'<a href="C:\\Users\\ana\\borrador.docx">')


def test_words_that_were_struck_are_not_in_the_file(files) -> None:
    for name, content in files.items():
        for part, data in parts(content).items():
            assert b"desdicho" not in data, f"{name} {part}"
            assert b"unsaid" not in data, f"{name} {part}"


def test_no_name_of_a_person_and_no_reason_is_in_any_part(files) -> None:
    for name, content in files.items():
        for part, data in parts(content).items():
            assert CANARY.lower().encode() not in data.lower(), f"{name} {part}"
            assert b"example.org" not in data, f"{name} {part}"


def test_no_path_of_a_machine_is_in_any_part(files) -> None:
    for name, content in files.items():
        for part, data in parts(content).items():
            own = re.sub(rb'(Target|PartName)="[^":]*"', b"", data)
            assert not PATHS.search(own), f"{name} {part}"
            assert str(ROOT).encode() not in data
        for relations in ("_rels/.rels", "word/_rels/document.xml.rels"):
            for relation in etree.fromstring(parts(content)[relations]):
                assert relation.get("TargetMode") is None, name
                target = relation.get("Target").removeprefix("/")
                assert {target, f"word/{target}"} & ALLOWED, f"{name} {target}"


def test_its_author_is_the_body(files, room) -> None:
    names = set(room.desk.forum.bodies["grcm"].name.values())
    for name, content in files.items():
        properties = Document(io.BytesIO(content)).core_properties
        assert properties.author in names, name
        assert properties.last_modified_by in ("", properties.author), name
        for empty in ("comments", "keywords", "category", "subject", "content_status"):
            assert getattr(properties, empty) == "", (name, empty)
        app = parts(content)["docProps/app.xml"]
        told = {etree.QName(each).localname for each in etree.fromstring(app)}
        assert not told & {"Company", "Manager", "Template", "HyperlinkBase", "TotalTime"}, name


# Text that no file can hold ------------------------------------------------------------------

HOSTILE = ("\x00", "\x0b", "\uffff", "\ufdd0", "\U0001ffff", "\ud800", "\udfff", "\u202e", "\x1b")


def assert_every_file_can_be_read(room) -> None:
    for row in room.rows():
        for text in room.desk.drafts.texts(row.id).values():
            assert not [each for each in HOSTILE if each in text]
    for name, content in every_file(room).items():
        for part, data in parts(content).items():
            etree.fromstring(data)
            assert not [
                each
                for each in HOSTILE
                if each.encode("utf-8", "surrogatepass") in data and each != "\x00"
            ], f"{name} {part}"


@pytest.mark.parametrize("unwelcome", HOSTILE)
def test_an_update_that_holds_it_is_refused(room, unwelcome) -> None:
    paragraph = next(row for row in room.rows() if row.state == "proposed").id
    before = room.desk.drafts.texts(paragraph)
    with room.desk.store.transaction(NOW) as tx:
        client = drafts.lease_clients(tx, room.draft, person=room.person["drafting-can"], tab="t")[
            0
        ]
    doc = pycrdt.Doc(client_id=client)
    text = doc.get("es", type=pycrdt.Text)
    doc.apply_update(room.desk.drafts.diff(paragraph, b"\x00"))
    state = doc.get_state()
    raw = unwelcome.encode("utf-8", "surrogatepass")
    text.insert(0, "a" + "@" * len(raw) + "b")  # pycrdt itself cannot write half a character
    update = doc.get_update(state).replace(b"@" * len(raw), raw)
    writing = Writing(room.draft, paragraph, room.person["drafting-can"], client, update, "sid")
    room.desk.drafts.submit(writing)
    room.desk.drafts.flush(NOW)
    with pytest.raises(ActError):
        writing.wait()
    assert room.desk.drafts.texts(paragraph) == before
    assert_every_file_can_be_read(room)


def test_a_paste_that_holds_it_is_cleaned(room) -> None:
    section = room.rows()[0].section
    mixed = "".join(f"a{each}b " for each in HOSTILE)
    pasted = [{"kind": "item", "text": mixed, "label": f"{each}{each})"} for each in HOSTILE]
    made = room.do(
        "drafting-can", "paragraph.paste", section=section, language="es", paragraphs=pasted
    )
    for new in made["paragraphs"]:
        assert set(room.desk.drafts.texts(new)["es"]) == {"a", "b", " "}
    assert_every_file_can_be_read(room)


@pytest.mark.parametrize("unwelcome", HOSTILE)
def test_a_text_file_that_holds_it_is_cleaned_or_refused(room, unwelcome) -> None:
    other = call_session(
        room.desk, folder=str(ROOT / "agendas" / "crm"), id="otra-2018", body="grcm", ppt="SLV",
        city="San Salvador", starts="2018-06-20", ends="2018-06-22", zone="America/El_Salvador",
    )["session"]  # fmt: skip
    content = f"CONCLUSIONES\n1. Uno{unwelcome}dos.\n2. Tres.\n".encode("utf-8", "surrogatepass")
    try:
        draft = import_draft(
            room.desk, other, read_source("a.txt", content, "es"), person=CONSOLE, now=NOW
        )
    except Invalid:
        assert unwelcome in "\x00\ud800\udfff"
        return
    first = drafts.rows(room.desk.store, draft)[0].id
    assert unwelcome not in room.desk.drafts.texts(first)["es"]
    for layout in LAYOUTS:
        Document(io.BytesIO(assemble_now(room.desk, other, layout, "clean")))


def test_a_word_file_that_holds_it_is_refused(room) -> None:
    for unwelcome in (b"\x00", b"\x0b", b"\xef\xbf\xbf", b"\xed\xa0\x80", b"&#0;", b"&#xFFFF;"):
        document = Document()
        document.add_paragraph("CONCLUSIONES")
        document.add_paragraph("1. Uno@@dos.")
        target = io.BytesIO()
        document.save(target)
        broken = io.BytesIO()
        with zipfile.ZipFile(broken, "w") as package:
            for name, data in parts(target.getvalue()).items():
                package.writestr(name, data.replace(b"@@", unwelcome))
        with pytest.raises(Invalid, match=r"import\.damaged"):
            read_source("a.docx", broken.getvalue(), "es")


def test_no_half_of_a_character_is_split_off(room) -> None:
    paragraph = next(row for row in room.rows() if row.state == "proposed").id
    with room.desk.drafts.lock, room.desk.store.transaction(NOW) as tx:
        room.desk.drafts.write(tx, room.draft, paragraph, {"es": "uno 😀 dos"}, person="x")
    with pytest.raises(Conflict, match=r"paragraph\.bad_offset"):
        room.do("drafting-can", "paragraph.split", paragraph=paragraph, language="es", at=5)
    room.do("drafting-can", "paragraph.split", paragraph=paragraph, language="es", at=6)
    assert_every_file_can_be_read(room)


@pytest.mark.parametrize("length", [3, MAX_TEXT])
def test_text_of_nothing_but_such_characters_is_no_text(room, length) -> None:
    section = room.rows()[0].section
    pasted = [{"kind": "item", "text": "\x0b\x00\ud800" * (length // 3), "label": None}]
    made = room.do(
        "drafting-can", "paragraph.paste", section=section, language="es", paragraphs=pasted
    )
    assert room.desk.drafts.texts(made["paragraphs"][0])["es"].strip() == ""
    assert_every_file_can_be_read(room)
