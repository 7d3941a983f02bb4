"""Categories follow from delegation and capacity; a list of accreditations is right or refused."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cases import of_each

from session_app.domain.accreditation import MAX_CELL, AccreditationLine, read_accreditations
from session_app.domain.errors import Invalid
from session_app.domain.forum import Forum, read_forum
from session_app.domain.people import (
    Capacity,
    Category,
    Grant,
    categorize,
    check_representatives,
)
from session_app.domain.sheet import MAX_LINES, Problem

CRM = Path(__file__).parents[2] / "agendas" / "crm" / "forum.toml"
HEADER = "name,delegation,capacity,email,language,drafting\n"


@pytest.fixture(scope="module")
def forum() -> Forum:
    return read_forum(tomllib.loads(CRM.read_text(encoding="utf-8")), file="forum.toml")


def problems(content: str | bytes, forum: Forum, *, ppt: str | None = None) -> list[Problem]:
    with pytest.raises(Invalid) as caught:
        read_accreditations(content, forum, ppt=ppt)
    assert caught.value.code == "people.bad_list"
    found = caught.value.params["problems"]
    assert isinstance(found, tuple)
    assert caught.value.params["count"] == len(found)
    return list(found)


def codes(
    content: str | bytes, forum: Forum, *, ppt: str | None = None
) -> list[tuple[int, str, str]]:
    return [(each.line, each.column, each.code) for each in problems(content, forum, ppt=ppt)]


# Categories ----------------------------------------------------------------------------------


@of_each(
    "delegation, capacity, category",
    [
        ("SLV", Capacity.CHAIR, Category.PPT_CHAIR),
        ("SLV", Capacity.PPT_STAFF, Category.PPT_STAFF),
        ("SLV", Capacity.HEAD, Category.HEAD),
        ("CAN", Capacity.HEAD, Category.HEAD),
        ("CAN", Capacity.DELEGATE, Category.DELEGATE),
        ("CAN", Capacity.COMPANION, Category.DELEGATE),
        ("CAN", Capacity.DRAFTING_REPRESENTATIVE, Category.DELEGATE),
        ("ST", Capacity.STAFF, Category.ST),
        ("PER", Capacity.OBSERVER, Category.OBSERVER_COUNTRY),
        ("PER", Capacity.HEAD, Category.OBSERVER_COUNTRY),
        ("PER", Capacity.GUEST, Category.GUEST),
        ("OIM", Capacity.OBSERVER, Category.OBSERVER_ORGANISATION),
        ("RROCM", Capacity.RROCM, Category.RROCM),
        ("CICR", Capacity.GUEST, Category.GUEST),
        ("ST", Capacity.INTERPRETER, Category.INTERPRETER),
        ("ST", Capacity.TECHNICAL, Category.INTERPRETER),
        ("ST", Capacity.SCREEN, Category.INTERPRETER),
    ],
)
def test_the_category_follows_from_delegation_and_capacity(
    forum: Forum, delegation: str, capacity: Capacity, category: Category
) -> None:
    assert categorize(forum, delegation, capacity, "SLV") is category


def test_who_hands_the_presidency_over_is_a_delegate_from_then_on(forum: Forum) -> None:
    assert categorize(forum, "SLV", Capacity.CHAIR, "PAN") is Category.DELEGATE
    assert categorize(forum, "SLV", Capacity.PPT_STAFF, "PAN") is Category.DELEGATE


@of_each(
    "delegation, capacity",
    [
        ("OIM", Capacity.CHAIR),
        ("CAN", Capacity.STAFF),
        ("CAN", Capacity.GUEST),
        ("PER", Capacity.DRAFTING_REPRESENTATIVE),
        ("RROCM", Capacity.CHAIR),
        ("CICR", Capacity.HEAD),
        ("ST", Capacity.HEAD),
    ],
)
def test_a_capacity_a_delegation_cannot_send_is_nobody(
    forum: Forum, delegation: str, capacity: Capacity
) -> None:
    assert categorize(forum, delegation, capacity, "OIM") is Category.PUBLIC


def test_a_grant_is_in_force_from_its_gift_to_its_withdrawal() -> None:
    given = datetime(2017, 6, 20, 9, tzinfo=UTC)
    hour = timedelta(hours=1)
    grant = Grant("g", "p", "attend", "invited", "chair", given, given + hour)
    assert [grant.in_force(given + hour * n) for n in (-1, 0, 1)] == [False, True, False]
    assert Grant("g", "p", "attend", "invited", "chair", given).in_force(given + hour * 1000)


# Lists that are right ------------------------------------------------------------------------


def test_a_list_of_accreditations_is_read(forum: Forum) -> None:
    lines = read_accreditations(
        HEADER
        + "Ana Pérez,SLV,chair,ana@ejemplo.sv,es,\n"
        + "John Smith,CAN,delegate,John@Example.ca,en,yes\n",
        forum,
        ppt="SLV",
    )
    assert lines == [
        AccreditationLine(2, "Ana Pérez", "SLV", Capacity.CHAIR, "ana@ejemplo.sv", "es", False),
        AccreditationLine(3, "John Smith", "CAN", Capacity.DELEGATE, "john@example.ca", "en", True),
    ]


def test_a_spanish_header_with_semicolons_and_a_byte_order_mark_is_read_too(forum: Forum) -> None:
    content = (
        "\ufeffNombre;Delegación;Calidad;Correo;Idioma;Redacción\r\n"
        "María Núñez;México;Jefa de delegación;;español;sí\r\n"
        "Pantalla de sala;ST;pantalla;;;\r\n"
    ).encode()
    head, screen = read_accreditations(content, forum)
    assert (head.delegation, head.capacity, head.drafting) == ("MEX", Capacity.HEAD, True)
    assert head.name == "María Núñez"
    assert (screen.capacity, screen.audience) == (Capacity.SCREEN, "observers")


def test_a_name_with_a_comma_stands_in_quotes(forum: Forum) -> None:
    (line,) = read_accreditations('name,delegation,capacity\n"Smith, John",CAN,head\n', forum)
    assert line.name == "Smith, John"


def test_a_drafting_representative_drafts_without_a_second_word(forum: Forum) -> None:
    (line,) = read_accreditations(
        "name,delegation,capacity\nJ. Smith,CAN,drafting_representative\n", forum
    )
    assert line.drafting


def test_a_guest_comes_from_an_organisation_the_forum_does_not_list(forum: Forum) -> None:
    (line,) = read_accreditations("name,delegation,capacity\nA. Guest,CICR,invitado\n", forum)
    assert (line.delegation, line.capacity) == ("CICR", Capacity.GUEST)


def test_empty_lines_and_a_spreadsheets_empty_columns_do_no_harm(forum: Forum) -> None:
    content = "name,delegation,capacity,,\n\nJ. Smith,CAN,head,,\n,,,,\n"
    assert len(read_accreditations(content, forum)) == 1


def test_an_accent_typed_in_two_parts_is_the_same_name(forum: Forum) -> None:
    (line,) = read_accreditations("name,delegation,capacity\nPe\u0301rez,SLV,head\n", forum)
    assert line.name == "P\u00e9rez"


def test_a_person_is_known_by_address_or_by_name_and_delegation(forum: Forum) -> None:
    with_address, without = read_accreditations(
        HEADER + "J. Smith,CAN,head,j@example.ca,en,\nA. Paz,HND,delegate,,,\n", forum
    )
    assert with_address.identity == ("j@example.ca",)
    assert without.identity == ("A. Paz", "HND")


def test_the_accreditations_of_the_demonstration_are_right(forum: Forum) -> None:
    content = (CRM.parent / "demo" / "people.csv").read_bytes()
    lines = read_accreditations(content, forum, ppt="SLV")
    check_representatives([(line.delegation, line.name) for line in lines if line.drafting])
    categories = {categorize(forum, line.delegation, line.capacity, "SLV") for line in lines}
    assert categories == set(Category) - {Category.PUBLIC}


# Lists that are refused ----------------------------------------------------------------------


def test_every_mistake_of_a_list_is_reported_by_line_and_column(forum: Forum) -> None:
    content = (
        "nombre,delegacion,calidad,correo,idioma,redaccion\n"
        ",SLV,chair,,,\n"
        "B,ZZZ,delegate,,,\n"
        "C,CAN,emperor,,,\n"
        "D,CAN,delegate,not an address,,\n"
        "E,CAN,delegate,,fr,\n"
        "F,CAN,delegate,,,perhaps\n"
        "G,CAN,staff,,,\n"
        "H,PER,observer,,,yes\n"
    )
    assert codes(content, forum) == [
        (2, "nombre", "people.no_name"),
        (3, "delegacion", "people.unknown_delegation"),
        (4, "calidad", "people.unknown_word"),
        (5, "correo", "people.bad_email"),
        (6, "idioma", "people.unknown_word"),
        (7, "redaccion", "people.unknown_word"),
        (8, "calidad", "people.wrong_capacity"),
        (9, "redaccion", "people.cannot_draft"),
    ]


def test_a_country_names_one_representative_to_the_drafting_group(forum: Forum) -> None:
    """S002 B L34."""
    content = HEADER + "A,CAN,head,,,yes\nB,MEX,delegate,,,yes\nC,CAN,delegate,,,yes\n"
    (problem,) = problems(content, forum)
    assert (problem.line, problem.code) == (4, "people.second_representative")
    assert problem.params == {"delegation": "CAN", "first": "A", "second": "C"}


def test_a_second_representative_is_refused_across_lists_too() -> None:
    check_representatives([("CAN", "A"), ("MEX", "B")])
    with pytest.raises(Invalid) as caught:
        check_representatives([("CAN", "A"), ("MEX", "B"), ("CAN", "C")])
    assert caught.value.code == "people.second_representative"


def test_only_the_presidency_sends_the_chair(forum: Forum) -> None:
    content = HEADER + "A,CAN,chair,,,\n"
    assert codes(content, forum, ppt="SLV") == [(2, "capacity", "people.not_the_presidency")]


@of_each("sign", ["=", "+", "-", "@"])
def test_a_cell_that_looks_like_a_formula_is_refused(forum: Forum, sign: str) -> None:
    content = HEADER + f'"{sign}HYPERLINK(""http://x"")",CAN,head,,,\n'
    assert codes(content, forum) == [(2, "name", "people.formula")]


def test_the_same_person_twice_is_refused(forum: Forum) -> None:
    content = HEADER + "A,CAN,head,a@b.ca,,\nB,CAN,delegate,A@B.ca,,\n"
    (problem,) = problems(content, forum)
    assert (problem.line, problem.code, problem.params) == (3, "people.person_twice", {"first": 2})


def test_a_guest_of_an_unlisted_organisation_needs_a_code_of_capitals(forum: Forum) -> None:
    content = HEADER + "A,Cruz Roja,guest,,,\n"
    assert codes(content, forum) == [(2, "delegation", "people.unknown_delegation")]


@of_each(
    "content, expected",
    [
        ("", (1, "", "people.no_header")),
        ("\n \n", (1, "", "people.no_header")),
        (HEADER, (1, "", "people.no_lines")),
        ("name,delegation\nA,CAN\n", (1, "capacity", "people.missing_column")),
        ("name,delegation,capacity,shoe size\n", (1, "shoe size", "people.unknown_column")),
        ("name,nombre,delegation,capacity\n", (1, "nombre", "people.column_twice")),
        (HEADER + "A,CAN\n", (2, "", "people.wrong_cells")),
        (HEADER + "A,CAN,head,,,,,more\n", (2, "", "people.wrong_cells")),
        (HEADER + '"A,CAN,head,,,\n', (2, "", "people.not_csv")),
        (HEADER + "A" * 200_000 + ",CAN,head,,,\n", (2, "", "people.not_csv")),
        (HEADER + "A" * (MAX_CELL + 1) + ",CAN,head,,,\n", (2, "name", "people.cell_too_long")),
        (HEADER + "A\x00B,CAN,head,,,\n", (2, "name", "people.control_character")),
        (HEADER + "A\u202eB,CAN,head,,,\n", (2, "name", "people.control_character")),
        (HEADER.encode() + b"Jos\xc3\xa9 Mar\xeda,CAN,head,,,\n", (2, "", "people.not_utf8")),
        (HEADER.encode() + b"Mar\x81a,CAN,head,,,\n", (2, "", "people.not_utf8")),
        (b"PK\x03\x04[Content_Types].xml", (0, "", "people.is_spreadsheet")),
        (b"%PDF-1.7", (0, "", "people.is_pdf")),
        (b"a" * 2_000_001, (0, "", "people.file_too_large")),
    ],
)
def test_what_is_not_such_a_list_is_refused(
    forum: Forum, content: str | bytes, expected: tuple[int, str, str]
) -> None:
    assert codes(content, forum) == [expected]


def test_a_list_beyond_any_meeting_is_refused(forum: Forum) -> None:
    content = HEADER + "".join(f"A{n},CAN,delegate,,,\n" for n in range(MAX_LINES + 1))
    assert codes(content, forum) == [(MAX_LINES + 2, "", "people.list_too_long")]
