"""Lists as they really come, and what a review of one finds before anything is entered."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from cases import of_each

from session_app.domain.accreditation import (
    CAPACITY_WORDS,
    RowReader,
    guess_columns,
    read_accreditations,
    suggest_delegations,
)
from session_app.domain.errors import Invalid
from session_app.domain.forum import Forum, read_forum
from session_app.domain.people import Capacity
from session_app.domain.review import Fix, Held, RowTexts, digest, review, suggest
from session_app.domain.sheet import fold, read_sheet
from session_app.i18n import translate

CRM = Path(__file__).parents[2] / "agendas" / "crm" / "forum.toml"


@pytest.fixture(scope="module")
def forum() -> Forum:
    return read_forum(tomllib.loads(CRM.read_text(encoding="utf-8")), file="forum.toml")


# Files ---------------------------------------------------------------------------------------

LIST = (
    "Nombre;País u organismo;Función\nMaría Solís;Costa Rica;Jefatura\nJosé Peña;OIM;Observador\n"
)


@of_each(
    "content",
    [
        LIST.encode(),
        LIST.encode("utf-8-sig"),
        LIST.encode("cp1252"),
        LIST.replace(";", ",").encode(),
        LIST.replace(";", "\t").encode("utf-16"),
        LIST.replace("\n", "\r\n").encode("cp1252"),
        b"sep=;\r\n" + LIST.encode("cp1252"),
        b"\n;;\n" + LIST.encode(),
        ("Reunión del GRCM;;\nSan Salvador, 20 de junio;;\n" + LIST).encode(),
        LIST.replace("María Solís", '"María\nSolís"').encode(),
        LIST.replace("María Solís", "  María\xa0Solís ").encode(),
        LIST.replace("Jefatura", "Jefatura;;;").encode(),
    ],
)
def test_a_list_of_any_spreadsheet_is_read(content: bytes, forum: Forum) -> None:
    sheet = read_sheet(content)
    assert sheet.headings[:3] == ("Nombre", "País u organismo", "Función")
    assert [cells[:3] for _, cells in sheet.rows] == [
        ("María Solís", "Costa Rica", "Jefatura"),
        ("José Peña", "OIM", "Observador"),
    ]
    assert guess_columns(sheet, forum)[:3] == ("name", "delegation", "capacity")


def test_a_list_without_headings_loses_nobody(forum: Forum) -> None:
    sheet = read_sheet("jose@x.example,José Peña,OIM,Observador\neva@x.example,Eva,HND,Delegada\n")
    assert (sheet.line, len(sheet.rows)) == (0, 2)
    assert guess_columns(sheet, forum) == (None, "name", "delegation", "capacity")


def test_a_word_that_is_not_known_is_offered_the_words_of_its_own_column(forum: Forum) -> None:
    lines = rows("Ana,CAN,Ministra,", "Eva,MEX,Delegada,")
    strange = RowTexts(lines[1].line, {**lines[1].texts, "language": "francés"})
    found = review([lines[0], strange], forum, ppt="SLV", body="grcm", held=(), companions=1)
    offered = [[fix.field for fix in suggest(each, forum, ppt="SLV")] for each in found]
    assert offered == [["capacity"] * 4, ["language"] * 2]


def test_rows_of_other_lengths_are_filled_up_and_lose_nothing() -> None:
    sheet = read_sheet(b"name,delegation\nA\nB,CAN,head,more\n")
    assert sheet.headings == ("name", "delegation", "", "")
    assert sheet.rows == ((2, ("A", "", "", "")), (3, ("B", "CAN", "head", "more")))


def test_a_quoted_line_break_does_not_move_the_numbers_of_the_lines() -> None:
    sheet = read_sheet(b'name,delegation\n"Ana\nPaz",CAN\nEva,MEX\n')
    assert [line for line, _ in sheet.rows] == [3, 4]


@of_each(
    "content, code",
    [
        (b"PK\x03\x04xl/workbook.xml", "people.is_spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "people.is_spreadsheet"),
        (b"name,delegation\n", "people.no_lines"),
        (b",".join(b"x" for _ in range(80)) + b"\n" + b"a,b\n", "people.too_many_columns"),
        (b"\xff\xfea", "people.not_utf8"),
        (b'sep="\nname\nA\n', "people.not_csv"),
    ],
)
def test_a_file_that_is_no_list_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_sheet(content)
    (problem,) = caught.value.params["problems"]  # type: ignore[misc]
    assert problem.code == code


# Columns -------------------------------------------------------------------------------------


@of_each(
    "headings, row, expected",
    [
        ("nombre,pais_org,cargo,correo,idioma", "A,CAN,Jefatura,,EN", "name delegation capacity email language"),
        ("Full name,Country,Role,Email", "A,Canada,head,", "name delegation capacity email"),
        ("Nombres,Apellidos,País,Cargo,Calidad", "A,B,CAN,Directora,head", "name surname delegation rank capacity"),
        ("N.º,Nombre *,Delegación:,Función", "1,A,CAN,head", "- name delegation capacity"),
        ("Nombre,Procedencia,En la reunión", "A,Costa Rica,Jefatura", "name delegation capacity"),
        ("Nombre,Nombre,Delegación,Calidad", "A,B,CAN,head", "name - delegation capacity"),
        ("a,b,c", "x,y,z", "- - -"),
    ],
)  # fmt: skip
def test_columns_are_guessed_from_headings_in_both_languages_and_from_their_cells(
    headings: str, row: str, expected: str, forum: Forum
) -> None:
    found = guess_columns(read_sheet(f"{headings}\n{row}\n"), forum)
    assert " ".join(each or "-" for each in found) == expected


# Words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_capacity_is_understood_as_the_interface_writes_it(language) -> None:
    for capacity in Capacity:
        assert CAPACITY_WORDS[fold(translate(f"ui.capacity.{capacity}", language))] is capacity


@of_each(
    "text, code",
    [
        ("república dominicana", "DOM"),
        ("Dominican Republic", "DOM"),
        ("IOM", "OIM"),
        ("Organización Internacional para las Migraciones", "OIM"),
        ("unhcr", "ACNUR"),
        ("RNCOM", "RROCM"),
        ("CELADE", "CEPAL"),
        ("Secretaría Técnica", "ST"),
    ],
)
def test_a_delegation_is_known_by_its_code_names_and_acronyms(
    text: str, code: str, forum: Forum
) -> None:
    assert RowReader(forum).code_of(text) == code


@of_each(
    "text, code",
    [
        ("Rep. Dominicana", "DOM"),
        ("R. Dominicana", "DOM"),
        ("Estados Unidos", "USA"),
        ("EE.UU.", "USA"),
        ("EUA", "USA"),
        ("Salvador", "SLV"),
        ("Mejico", "MEX"),
        ("Hondras", "HND"),
        ("Organización para las Migraciones", "OIM"),
        ("CRI - Costa Rica", "CRI"),
    ],
)
def test_the_nearest_delegation_is_suggested_first(text: str, code: str, forum: Forum) -> None:
    assert RowReader(forum).code_of(text) is None
    assert suggest_delegations(text, forum)[0] == code


@of_each("text", ["", "…", "Ministerio de Gobernación", "Francia", "xyzzy"])
def test_what_is_like_no_delegation_gets_no_suggestion(text: str, forum: Forum) -> None:
    assert suggest_delegations(text, forum) == ()


def test_head_and_drafting_in_one_cell_are_both_understood(forum: Forum) -> None:
    (line,) = read_accreditations('name,delegation,capacity\nA,CRI,"Jefatura, redacción"\n', forum)
    assert (line.capacity, line.drafting) == (Capacity.HEAD, True)
    with pytest.raises(Invalid):
        read_accreditations('name,delegation,capacity\nA,CRI,"Jefatura, Delegación"\n', forum)


# Review --------------------------------------------------------------------------------------


def rows(*lines: str, fields: str = "name delegation capacity email") -> list[RowTexts]:
    names = fields.split()
    return [
        RowTexts(number, dict(zip(names, line.split(","), strict=True)))
        for number, line in enumerate(lines, start=2)
    ]


def look(forum: Forum, *lines: str, held=(), body="grcm", fields="name delegation capacity email"):
    return review(rows(*lines, fields=fields), forum, ppt="SLV", body=body, held=held, companions=1)


ANA = Held("p1", "Ana Paz", "ana@x.org", True, "HND", Capacity.DELEGATE, rank="Directora")
EVA = Held("p2", "Eva Luz", None, True, "HND", Capacity.DELEGATE, drafting=True)
ELSEWHERE = Held("p3", "Luz Sol", "luz@x.org")


def test_a_row_is_new_changes_somebody_or_changes_nothing(forum: Forum) -> None:
    found = look(
        forum,
        "Ana Paz,HND,head,ana@x.org",
        "Eva Luz,HND,delegate,",
        "Luz Sol,MEX,delegate,luz@x.org",
        "Paz Mar,MEX,delegate,",
        held=(ANA, EVA, ELSEWHERE),
    )
    assert [(each.standing, each.person, each.changes) for each in found] == [
        ("changed", "p1", ("capacity",)),
        ("same", "p2", ()),
        ("new", "p3", ()),
        ("new", None, ()),
    ]


def test_what_the_list_does_not_speak_of_stays_as_it_is(forum: Forum) -> None:
    ana, eva = look(forum, "Ana Paz,HND,delegate,", "Eva Luz,HND,delegate,", held=(ANA, EVA))
    assert (ana.standing, ana.accreditation.rank) == ("same", "Directora")
    assert (eva.standing, eva.accreditation.drafting) == ("same", True)


def test_who_changes_capacity_leaves_the_drafting_group_unless_the_list_says_otherwise(
    forum: Forum,
) -> None:
    (eva,) = look(forum, "Eva Luz,HND,companion,", held=(EVA,))
    assert eva.changes == ("capacity", "drafting")


def test_every_row_says_for_itself_what_is_wrong_and_the_others_are_ready(forum: Forum) -> None:
    found = look(
        forum,
        "S. Castillo,Rep. Dominicana,Jefatura,",
        "A. Singh,Canadá,Redacción,a@x.org",
        "A. Singh,Canadá,Redacción,a@x.org",
        "N. Pineda,RROCM,,",
        "Bueno,MEX,head,no address",
    )
    codes = [each.problems[0].code if each.problems else "" for each in found]
    assert codes == [
        "people.unknown_delegation",
        "",
        "people.person_twice",
        "people.no_capacity",
        "people.bad_email",
    ]
    fixes = [suggest(each, forum, ppt="SLV") for each in found]
    problem = look(forum, "Ana,ST,Jefatura,")[0].problems[0]
    assert "Jefatura de delegación. Para esta delegación: Secretaría Técnica, Intérprete" in (
        translate(problem.code, "es", **problem.params)
    )
    assert fixes[0][0] == Fix("delegation", "DOM")
    assert fixes[1] == ()
    assert fixes[2] == (Fix("skip", "yes"),)
    assert Fix("capacity", "rrocm") in fixes[3]
    assert fixes[4] == (Fix("email", ""),)


def test_a_row_left_out_is_in_nobodys_way(forum: Forum) -> None:
    lines = rows("A. Singh,CAN,Redacción,a@x.org", "A. Singh,CAN,Redacción,a@x.org")
    skipped = [RowTexts(lines[0].line, lines[0].texts, skipped=True), lines[1]]
    found = review(skipped, forum, ppt="SLV", body="grcm", held=(), companions=1)
    assert [each.standing for each in found] == ["skipped", "new"]


def test_two_rows_of_one_person_by_different_roads_are_seen(forum: Forum) -> None:
    found = look(forum, "Ana María Paz,HND,head,ana@x.org", "Ana Paz,HND,delegate,", held=(ANA,))
    assert [each.standing for each in found] == ["changed", "wrong"]
    assert found[1].problems[0].params == {"first": 2}


def test_the_drafting_groups_place_is_counted_with_those_already_there(forum: Forum) -> None:
    (row,) = look(forum, "Paz Mar,HND,Redacción,", held=(EVA,))
    assert (row.standing, row.problems[0].code) == ("wrong", "people.second_representative")
    assert row.problems[0].params == {"delegation": "HND", "first": "Eva Luz", "second": "Paz Mar"}
    assert suggest(row, forum, ppt="SLV") == (Fix("capacity", "delegate"),)


def test_a_place_given_up_by_one_row_is_free_for_another(forum: Forum) -> None:
    fields = "name delegation capacity drafting"
    found = look(
        forum, "Eva Luz,HND,delegate,no", "Paz Mar,HND,delegate,yes", held=(EVA,), fields=fields
    )
    assert [each.standing for each in found] == ["changed", "new"]


def test_a_fourth_representative_of_the_rrocm_is_told_so_at_its_row(forum: Forum) -> None:
    held = [Held(f"r{n}", f"R{n}", None, True, "RROCM", Capacity.RROCM) for n in range(2)]
    found = look(forum, "A,RROCM,rrocm,", "B,RROCM,rrocm,", held=held, body="adhoc_crm_rrocm")
    assert [each.standing for each in found] == ["new", "wrong"]
    assert found[1].problems[0].code == "people.civil_society_quota"
    assert found[1].problems[0].params["names"] == ("R0", "R1", "A", "B")
    free = look(forum, "A,RROCM,rrocm,", "B,RROCM,rrocm,", held=held, body="grcm")
    assert [each.standing for each in free] == ["new", "new"]


def test_a_second_head_and_more_companions_than_enter_are_noted_and_no_error(forum: Forum) -> None:
    found = look(
        forum, "A,CAN,head,", "B,CAN,head,", "C,CAN,companion,", "D,CAN,companion,", "E,CAN,companion,"
    )  # fmt: skip
    assert all(each.is_ready for each in found)
    noted = [[note.code for note in each.notes] for each in found]
    assert noted[:2] == [[], ["people.second_head"]]
    assert noted[2:] == [["people.many_companions"] if n else [] for n in range(3)]


def test_the_digest_changes_with_what_would_be_imported_and_with_nothing_else(
    forum: Forum,
) -> None:
    lines = ("Ana Paz,HND,head,ana@x.org", "B,nowhere,head,")
    before = look(forum, *lines, held=(ANA,))
    assert digest(before) == digest(look(forum, *lines, held=(ANA, EVA)))
    assert digest(before) != digest(look(forum, *lines, held=()))
    assert digest(before) != digest(look(forum, "Ana Paz,HND,companion,ana@x.org", held=(ANA,)))
