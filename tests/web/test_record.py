"""The record as its readers get it: in words, only what is theirs, and safe in a spreadsheet."""

from __future__ import annotations

import ast
import csv
import io
import json
from datetime import timedelta
from itertools import pairwise

import pytest
from conftest import NOW
from lxml import html

from session_app.config import ROOT
from session_app.domain import contract
from session_app.domain.contract import COMMANDS
from session_app.domain.errors import ActError
from session_app.i18n import read_catalogue
from session_app.services.adoption import read_standing
from session_app.store import record, sessions
from session_app.store.record import Entry, Sight
from session_app.views.record import ACTS
from session_app.views.table import as_cell

EVERYBODY = ("drafting-can", "delegate-hnd", "observer-organisation", "observer-country", "rrocm",
             "interpreter", "projector", None)  # fmt: skip


def page(visitor, query: str = "") -> html.HtmlElement:
    answer = visitor.page(f"record{query}")
    assert answer.status_code == 200
    return html.fromstring(answer.text)


def rows(root: html.HtmlElement) -> list[list[str]]:
    """The cells of the entries that are shown, newest first."""
    found = root.xpath("//table/tbody/tr[not(@class)]")
    return [[" ".join(cell.text_content().split()) for cell in row] for row in found]


def table(visitor) -> list[list[str]]:
    answer = visitor.page("record.csv")
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def refuse(room, role: str, name: str, **values: object) -> None:
    with pytest.raises(ActError):
        room.do(role, name, **values)


# The page ------------------------------------------------------------------------------------


def test_an_entry_reads_as_a_sentence_in_the_readers_language(room, visit) -> None:
    paragraph = room.rows()[3].id
    room.do("chair", "paragraph.mark", paragraph=paragraph, state="bracketed")
    refuse(room, "observer-country", "agenda.advance")
    newest, marked = rows(page(visit("chair")))[1:3]
    assert newest[3:] == ["Pasa al punto siguiente de la agenda", "",
        "Rechazado: No hay regla que lo permita. Consulte a la Secretaría Técnica."]  # fmt: skip
    assert marked[1] == "14:33:00"
    assert marked[2] == "Beatriz Menjívar SLV Presidencia"
    assert marked[3:] == [
        "Registra el estado de un párrafo",
        "Conclusión 2 b) Entre corchetes",
        "Hecho",
    ]
    room.do("chair", "person.language", language="en")
    newest = rows(page(visit("chair")))[1]
    assert newest[3:] == ["Chooses the language of the screen", "English", "Done"]


def test_it_opens_for_chair_and_secretariat_and_for_nobody_else(visit) -> None:
    for role in ("chair", "secretariat"):
        assert visit(role).page("record").status_code == 200
        assert "/record" in visit(role).page("desk").text
    for role in EVERYBODY:
        for path in ("record", "record.csv", "record?check"):
            assert visit(role).page(path).status_code == 404


def test_a_page_has_a_hundred_entries_and_leads_on_to_the_older_ones(desk, room, visit) -> None:
    with desk.store.transaction(NOW) as tx:
        for _ in range(250):
            tx.record(session=room.session, person=room.person["chair"], act="agenda.advance",
                      subject="")  # fmt: skip
    visitor = visit("chair")
    total = int(rows(page(visitor))[0][0])
    shown = []
    for number in (1, 2, 3):
        entries = rows(page(visitor, f"?page={number}"))
        assert len(entries) == 100 if number < 3 else entries
        shown += [int(each[0]) for each in entries]
    assert shown == list(range(total, total - len(shown), -1))
    older = page(visitor).xpath("//a[@rel='next']/@href")
    assert [href.endswith("page=2") for href in older] == [True]
    assert not page(visitor).xpath("//a[@rel='prev']")


@pytest.mark.parametrize("number", ["0", "-1", "99999999999999999999", "x", "", "١", "2'--"])
def test_a_page_that_cannot_be_is_the_first_or_the_last(visit, number) -> None:
    assert rows(page(visit("chair"), f"?page={number}"))


def test_it_can_be_read_by_person_and_by_act(room, visit) -> None:
    room.do("chair", "agenda.advance")
    refuse(room, "rrocm", "agenda.advance")
    refuse(room, "rrocm", "sitting.close")
    visitor = visit("chair")
    both = rows(page(visitor, "?act=agenda.advance"))
    assert {each[3] for each in both} == {"Pasa al punto siguiente de la agenda"}
    assert [each[0] for each in both] == ["2", "1"]
    theirs = rows(page(visitor, f"?person={room.person['rrocm']}&act="))
    assert len({each[2] for each in theirs}) == 1
    only = page(visitor, f"?person={room.person['rrocm']}&act=agenda.advance")
    assert len(rows(only)) == 1
    assert only.xpath("//select[@id='act']/option[@selected]/@value") == ["agenda.advance"]
    assert rows(page(visitor, "?person='%20or%201=1--")) == []


def test_a_name_is_text_and_not_a_part_of_the_page(desk, room, visit) -> None:
    with desk.store.transaction(NOW) as tx:
        tx.execute(
            "update person set name = ? where id = ?",
            ("<script>x()</script><b>Ana", room.person["drafting-can"]),
        )
    refuse(room, "drafting-can", "agenda.advance")
    answer = visit("chair").page("record")
    assert "<script>x()" not in answer.text
    assert "&lt;script&gt;x()" in answer.text


def test_every_act_and_every_choice_has_its_words_in_both_languages() -> None:
    spoken = set(entered_in_the_sources()) | set(COMMANDS)
    assert spoken - set(ACTS) == set()
    for language in ("es", "en"):
        catalogue = read_catalogue(language)
        assert {f"ui.act.{name}" for name in ACTS} <= catalogue.keys()
        for command in COMMANDS.values():
            hints = contract.types_of(command)
            for field in (name for name, hint in hints.items() if hint is bool):
                assert {f"ui.record.{field}.yes", f"ui.record.{field}.no"} <= catalogue.keys(), (
                    field
                )


POSITIONAL = ("record_by", "enter_everywhere")
"""What enters an act that is named among its plain arguments."""


def entered_in_the_sources() -> list[str]:
    """The names of acts that are written out where something is entered in the record."""
    found = []
    for source in (ROOT / "session_app").rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else getattr(node.func, "id", "")
            )
            if called in ("acting", "enter", "record", *POSITIONAL):
                given = [each.value for each in node.keywords if each.arg in ("name", "act")]
                given += node.args if called in ("record", *POSITIONAL) else []
                for each in given:
                    words = (each.body, each.orelse) if isinstance(each, ast.IfExp) else (each,)
                    found += [
                        word.value
                        for word in words
                        if isinstance(word, ast.Constant) and isinstance(word.value, str)
                    ]
    assert {"draft.import", "people.accredit", "document.issue", "session.create"} <= set(found)
    return [name for name in found if "." in name]


def test_nothing_of_a_real_day_is_left_without_words(desk, room, visit) -> None:
    room.do("chair", "agenda.advance")
    room.do("chair", "attendance.mark", delegation="CAN", present=False)
    given = room.do(
        "chair", "grant.give", person=room.person["interpreter"], right="speak", reason="Sí"
    )
    room.do("chair", "grant.withdraw", grant=given["grant"])
    new = room.do("drafting-can", "paragraph.add", section=room.rows()[0].section)
    room.do("drafting-can", "paragraph.delete", paragraph=new["paragraph"])
    visit("chair").page("documents/es.docx")
    unknown = [read_catalogue(language)["unknown"] for language in ("es", "en")]
    text = visit("chair").page("record").text
    assert not [each for each in unknown if each in text]
    assert "motivo: Sí" in text
    assert "CAN ausente" in " ".join(html.fromstring(text).text_content().split())


# The check -----------------------------------------------------------------------------------


def test_the_page_says_whether_the_record_is_whole(desk, room, visit) -> None:
    assert "El registro está íntegro" in visit("chair").page("record?check").text
    assert "El registro está íntegro" not in visit("chair").page("record").text
    desk.store.all("drop trigger act_is_final")
    desk.store.all("update act set outcome = 'done!' where seq = 2")
    assert (
        "La entrada 2 del registro no está como se escribió"
        in visit("chair").page("record?check").text
    )
    told = visit("secretariat").page("record?check").text
    assert "El registro no está íntegro" in told
    assert "La entrada 2" not in told


# The closed part -----------------------------------------------------------------------------


def sit_behind_the_door(room, *acts: tuple[str, str, dict[str, object]]) -> None:
    room.do("chair", "sitting.close")
    room.do("chair", "sitting.open", mode="closed")
    for role, name, values in acts:
        try:
            room.do(role, name, **values)
        except ActError:
            assert role != "chair"
    room.do("chair", "sitting.close")
    room.do("chair", "sitting.open")


QUIET: tuple = ()
BUSY = (
    ("chair", "agenda.advance", {}),
    ("chair", "agenda.add", {"title_es": "Secreto", "title_en": "Secret", "mode": "closed"}),
    ("rrocm", "agenda.advance", {}),
    ("observer-country", "sitting.close", {}),
    ("chair", "sitting.suspend", {"resumes_at": "15:30"}),
    ("chair", "sitting.resume", {}),
)


@pytest.mark.parametrize("acts", [QUIET, BUSY])
def test_the_chair_reads_what_was_done_behind_the_door(room, visit, acts) -> None:
    sit_behind_the_door(room, *acts)
    visitor = visit("chair")
    shown = page(visitor)
    assert len(shown.xpath("//tbody//th/small")) == len(acts)
    assert record.head(room.desk.store).hash in shown.text_content()


def test_who_was_off_the_roster_reads_the_same_whatever_went_on_inside(room) -> None:
    room.do("chair", "gavel.take", seen="")
    sight = Sight(room.session, room.person["secretariat"], everything=False)
    told: list[list[Entry]] = [record.entries(room.desk.store, sight, limit=1000)]
    for acts in (QUIET, BUSY, QUIET, BUSY * 3):
        sit_behind_the_door(room, *acts)
        told.append(record.entries(room.desk.store, sight, limit=1000))
    new = [after[: len(after) - len(before)] for before, after in pairwise(told)]
    assert [each.act for each in new[0]] == ["sitting.open", "sitting.close"] * 2
    assert new == [new[0]] * 4


def test_the_shown_entries_are_numbered_by_themselves_and_without_gaps(room, visit) -> None:
    sit_behind_the_door(room, *BUSY)
    visitor = visit("secretariat")
    numbers = [int(row[0]) for row in table(visitor)[1:]]
    assert numbers == list(range(1, len(numbers) + 1))
    shown = [int(row[0]) for row in rows(page(visitor))]
    assert shown == sorted(shown, reverse=True)
    assert shown[-1] == 1 or len(shown) == 100


def test_no_hash_and_no_count_of_the_whole_reaches_who_sees_a_part(room, visit) -> None:
    sit_behind_the_door(room, *BUSY)
    visitor = visit("secretariat")
    told = visitor.page("record?check").text + visitor.page("record.csv").text
    hashes = [row["hash"] for row in room.desk.store.all("select hash from act")]
    assert not [each for each in hashes if each in told]
    total = record.head(room.desk.store).entries
    assert f"{total} entradas" not in told
    assert "Secreto" not in told


def test_one_reads_of_ones_own_knocks_and_of_nobody_elses(room, visit) -> None:
    sit_behind_the_door(
        room,
        ("secretariat", "agenda.advance", {}),
        ("rrocm", "agenda.advance", {}),
    )
    refused = [row for row in table(visit("secretariat")) if row[-1].startswith("Rechazado")]
    assert len(refused) == 1
    refused = [row for row in table(visit("chair")) if row[-1].startswith("Rechazado")]
    assert len(refused) == 2


def test_ones_own_knock_does_not_say_whether_anything_was_behind_it(room, visit) -> None:
    made = room.do("chair", "agenda.add", title_es="Secreto", title_en="Secret", mode="closed")
    given = room.do("chair", "grant.give", person=room.person["interpreter"], right="attend",
                    reason="Sí", item=made["item"])  # fmt: skip
    for item in (made["item"], "z" * 26):
        refuse(room, "secretariat", "agenda.finish", item=item)
    for grant in (given["grant"], "z" * 26):
        refuse(room, "secretariat", "grant.withdraw", grant=grant)
    kept = {made["item"]: "?", given["grant"]: "?", "z" * 26: "?"}
    shown = [[kept.get(cell, cell) for cell in row[2:]] for row in rows(page(visit("secretariat")))]
    # Newest first, behind one's own signing in.
    assert shown[1] == shown[2]
    assert shown[3] == shown[4]
    marks = page(visit("secretariat")).xpath("//tbody//th/small")
    assert marks == []


def test_an_adoption_says_who_was_there_how_that_was_known_and_what_the_quorum_was(
    room, visit
) -> None:
    room.do("chair", "session.quorum", members=10)
    standing = read_standing(room.desk, room.draft)
    room.do("chair", "draft.adopt", digest=standing.digest, override="Así lo acuerda la sala")
    shown = page(visit("chair")).xpath("//tbody")[0].text_content()
    assert "CAN (a mano), CRI (a mano)" in shown
    assert "quórum de 10" in shown


def test_what_is_about_something_that_is_closed_now_is_closed_with_it(room, visit) -> None:
    made = room.do("secretariat", "agenda.add", title_es="Uno más", title_en="One more")
    room.do("chair", "agenda.finish", item=made["item"])
    finished = "Da por concluido un punto"
    assert finished in visit("secretariat").page("record").text
    room.do("chair", "agenda.reserve", item=made["item"], mode="closed")
    entries = table(visit("secretariat"))
    assert not [row for row in entries if finished in row]
    assert not [row for row in entries if "Fija la modalidad de un punto" in row]
    assert [row for row in table(visit("chair")) if finished in row]
    held = [tuple(row) for row in room.desk.store.all(
        "select act, closed from act where act like 'agenda.%' order by seq")]  # fmt: skip
    assert held[-3:] == [("agenda.add", 0), ("agenda.finish", 0), ("agenda.reserve", 1)]


def test_the_roster_is_closed_in_the_record_even_before_the_door_is(room, visit) -> None:
    refuse(room, "secretariat", "roster.verify")
    refuse(room, "drafting-mex", "roster.ask")
    held = room.desk.store.all("select closed from act where act like 'roster.%'")
    assert [row["closed"] for row in held] == [1, 1]
    mine = [row for row in table(visit("secretariat")) if "sala" in row[6]]
    assert [row[6] for row in mine] == ["Da la sala por verificada"]


# The table -----------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_is_a_formula_to_a_spreadsheet(first: str) -> None:
    assert as_cell(f"{first}cmd|' /C calc'!A0") == f"'{first}cmd|' /C calc'!A0"
    assert as_cell("Ana") == "Ana"
    assert as_cell("") == ""


@pytest.mark.parametrize("text", ["Ana;=1+1", "Ana; @x", 'Ana;"=1+1"', "Ana;'+1"])
def test_no_cell_becomes_one_that_begins_a_formula_where_semicolons_part_them(text):
    assert as_cell(text).split(";")[1].startswith("'")
    assert as_cell("a; b") == "a; b"


def test_a_name_that_looks_like_a_formula_is_text_in_the_table(desk, room, visit) -> None:
    with desk.store.transaction(NOW) as tx:
        tx.execute(
            "update person set name = ? where id = ?",
            ('=HYPERLINK("http://x","y"),"', room.person["drafting-can"]),
        )
    refuse(room, "drafting-can", "agenda.advance")
    row = table(visit("chair"))[-3]
    assert row[3] == '\'=HYPERLINK("http://x","y"),"'
    assert row[6] == "Pasa al punto siguiente de la agenda"


def test_the_table_holds_every_entry_in_its_order_and_its_download_is_the_last(room, visit) -> None:
    visitor = visit("chair")
    found = table(visitor)
    assert found[0][:4] == ["N.º", "Día", "Hora", "Persona"]
    assert found[-1][6] == "Descarga el registro"
    total = record.head(room.desk.store).entries
    assert len(found) == total + 1
    assert visitor.page("record.csv").headers["Content-Disposition"].endswith('-registro.csv"')


def test_a_table_ends_where_its_reader_is_shut_out(desk, room, app, visit) -> None:
    with desk.store.transaction(NOW) as tx:
        for _ in range(2_000):
            tx.record(session=room.session, person="console", act="agenda.advance", subject="")
    visitor = visit("secretariat")
    answer = visitor.client.get(
        f"/s/{room.session}/record.csv", base_url="http://127.0.0.1:8000", buffered=False
    )
    pieces = answer.iter_encoded()
    first = next(pieces) + next(pieces)
    room.do("chair", "sitting.close")
    room.do("chair", "sitting.open", mode="closed")
    rest = b"".join(pieces)
    assert first.count(b"\n") > 400
    assert rest == b""


def test_the_page_of_a_long_record_is_read_in_no_time(desk, room, visit) -> None:
    with desk.store.transaction(NOW - timedelta(hours=1)) as tx:
        for number in range(5_000):
            tx.record(session=room.session, person=room.person["chair"], act="agenda.advance",
                      subject=str(number), detail=json.loads('{"language": "es"}'))  # fmt: skip
    assert len(rows(page(visit("chair"), "?page=50"))) == 100
    assert sessions.session_ids(desk.store) == [room.session]


# At the doors --------------------------------------------------------------------------------


def test_a_page_that_is_not_open_to_somebody_is_entered_once_in_a_while(desk, room, visit) -> None:
    visitor = visit("rrocm")
    for _ in range(3):
        for path in ("draft", "chair", "record"):
            assert visitor.page(path).status_code == 404
    visit(None).page("draft")
    held = desk.store.all("select person, detail, outcome from act where act = 'access.refuse'")
    assert [(row["person"], json.loads(row["detail"])["door"]) for row in held] == [
        (room.person["rrocm"], door) for door in ("draft", "chair", "record")
    ]
    shown = rows(page(visit("chair"), "?act=access.refuse"))
    assert [each[4] for each in shown] == ["lugar: record", "lugar: chair", "lugar: draft"]


def test_a_page_that_is_tried_while_the_door_is_closed_is_a_knock(desk, room, visit) -> None:
    room.do("chair", "sitting.close")
    room.do("chair", "sitting.open", mode="closed")
    visit("secretariat").page("draft")
    held = desk.store.all("select closed from act where act = 'access.refuse'")
    assert [row["closed"] for row in held] == [1]
