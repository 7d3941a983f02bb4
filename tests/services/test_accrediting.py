"""An import in steps: nothing counts before it is confirmed, and nobody is ever removed by it."""

from datetime import timedelta

import pytest
from conftest import NOW

from session_app.domain.errors import Conflict, Forbidden, Invalid, NotFound
from session_app.services import accrediting
from session_app.services.people import accredit
from session_app.store import imports, people

LIST = """nombre;pais_org;cargo;correo
Ana Nueva;Canadá;Delegado;ana@can.example
Eva Castillo;Rep. Dominicana;Jefatura;eva@dom.example
Luz Castillo;Rep. Dominicana;Delegada;
Ana Nueva;Canadá;Delegado;ana@can.example
N. Pineda;RROCM;;
"""


class Importer:
    """Somebody of the Secretariat with a list."""

    def __init__(self, room, role="secretariat"):
        self.room, self.desk, self.session = room, room.desk, room.session
        self.person = room.person[role]
        self.who = {"person": self.person, "now": NOW}

    def stage(self, content=LIST, name="C:\\Listas\\acreditación.csv"):
        accrediting.stage(self.desk, self.session, name, content.encode(), **self.who)

    def columns(self, *columns, **fixed):
        accrediting.choose_columns(self.desk, self.session, columns, fixed, **self.who)

    def correct(self, line, everywhere=None, **texts):
        accrediting.correct_row(
            self.desk, self.session, line, texts, everywhere=everywhere, **self.who
        )

    def skip(self, line, skipped=True):
        accrediting.skip_row(self.desk, self.session, line, skipped=skipped, **self.who)

    def read(self, now=NOW):
        return accrediting.read_staged(self.desk, self.session, self.person, now)

    def confirm(self, seen=None):
        return accrediting.confirm(self.desk, self.session, seen or self.read().seen, **self.who)

    def standings(self):
        return {each.line: each.standing for each in self.read().rows}

    def names(self):
        return {each.name for each in people.accredited(self.desk.store, self.session)}


@pytest.fixture
def importer(room):
    return Importer(room)


def test_a_list_is_imported_in_steps_and_what_is_left_can_be_taken_up_later(importer):
    importer.stage()
    held = importer.read().held
    assert (held.file, held.columns) == (
        "acreditación.csv",
        ("name", "delegation", "capacity", "email"),
    )
    assert importer.standings() == {2: "new", 3: "wrong", 4: "wrong", 5: "wrong", 6: "wrong"}
    before = importer.names()
    importer.correct(3, everywhere="delegation", delegation="República Dominicana")
    importer.skip(5)
    assert importer.standings() == {2: "new", 3: "new", 4: "new", 5: "skipped", 6: "wrong"}
    assert importer.names() == before, "nothing counts before it is confirmed"
    assert importer.confirm() == (3, 0, 1)
    assert importer.names() == before | {"Ana Nueva", "Eva Castillo", "Luz Castillo"}
    assert importer.standings() == {5: "skipped", 6: "wrong"}
    importer.correct(6, capacity="Sociedad civil")
    assert importer.confirm() == (1, 0, 0)
    assert "N. Pineda" in importer.names()


def test_a_list_survives_a_desk_that_starts_anew(importer):
    importer.stage()
    importer.correct(6, capacity="Sociedad civil")
    again = imports.find(importer.desk.store, importer.session, importer.person, NOW)
    assert again.rows[-1].edits == {"capacity": "Sociedad civil"}


def test_two_people_of_the_secretariat_do_not_get_into_each_others_list(room):
    one, other = Importer(room), Importer(room, "chair")
    one.stage()
    assert other.read() is None
    other.stage("name,delegation,capacity\nOtra,CAN,delegate\n")
    assert len(one.read().rows) == 5
    with pytest.raises(NotFound, match=r"people\.no_row"):
        other.correct(6, capacity="head")
    other.confirm()
    assert len(one.read().rows) == 5


def test_what_a_colleague_has_changed_meanwhile_is_looked_at_again_before_it_is_imported(room):
    importer, colleague = Importer(room), Importer(room, "chair")
    importer.stage()
    seen = importer.read().seen
    colleague.stage("name,delegation,capacity,email\nAna Nueva,CAN,head,ana@can.example\n")
    colleague.confirm()
    before = people.accredited(room.desk.store, room.session)
    with pytest.raises(Conflict, match=r"people\.list_changed"):
        importer.confirm(seen)
    assert people.accredited(room.desk.store, room.session) == before
    assert importer.standings()[2] == "changed"


def test_a_list_with_nothing_ready_imports_nothing(importer):
    importer.stage("name,delegation,capacity\nX,Nowhere,head\n")
    with pytest.raises(Conflict, match=r"people\.nothing_ready"):
        importer.confirm()
    accrediting.discard(importer.desk, importer.session, **importer.who)
    with pytest.raises(Conflict, match=r"people\.no_list"):
        importer.confirm("x")


def test_columns_are_chosen_and_something_may_hold_for_everybody(importer):
    importer.stage("Persona;Nota\nAna Nueva;hola\nEva Nueva;adiós\n")
    assert importer.read().held.columns == ("name", None)
    importer.columns(
        "name", "", delegation="Honduras", capacity="Delegado o delegada", language="en"
    )
    assert importer.standings() == {2: "new", 3: "new"}
    importer.confirm()
    held = {each.name: each for each in people.accredited(importer.desk.store, importer.session)}
    assert (held["Ana Nueva"].delegation, held["Ana Nueva"].language) == ("HND", "en")


@pytest.mark.parametrize(
    ("columns", "fixed", "code"),
    [
        (("name", "name"), {}, "people.chosen_twice"),
        (("", "delegation"), {"capacity": "head"}, "people.choose_name"),
        (("name", ""), {"capacity": "head"}, "people.choose_delegation"),
        (("name", "delegation"), {"capacity": " "}, "people.choose_capacity"),
        (("name",), {}, "message.malformed"),
        (("name", "shoes"), {}, "message.malformed"),
    ],
)
def test_columns_that_cannot_be_are_refused_and_the_choice_of_before_stands(
    importer, columns, fixed, code
):
    importer.stage("Persona;País\nAna Nueva;HND\n")
    before = importer.read().held.columns
    with pytest.raises(Invalid) as refusal:
        importer.columns(*columns, **fixed)
    assert refusal.value.code == code
    assert importer.read().held.columns == before


def test_names_in_two_columns_are_put_together(importer):
    importer.stage("Nombres;Apellidos;País;Calidad\nAna María;Paz Luz;HND;delegate\n")
    (row,) = importer.read().rows
    assert row.accreditation.name == "Ana María Paz Luz"


def test_what_is_typed_back_as_it_was_is_no_correction(importer):
    importer.stage()
    importer.correct(3, delegation="CAN")
    importer.correct(3, delegation="Rep. Dominicana")
    assert importer.read().held.rows[1].edits == {}


def test_a_file_that_is_no_list_leaves_the_list_of_before(importer):
    importer.stage()
    with pytest.raises(Invalid, match=r"people\.bad_list"):
        importer.stage("PK\x03\x04")
    assert len(importer.read().rows) == 5


def test_only_who_accredits_brings_lists_in(room):
    for role in ("drafting-can", "observer-organisation", "interpreter"):
        with pytest.raises(Forbidden):
            Importer(room, role).stage()


def test_a_list_that_nobody_touches_is_gone_after_a_month(importer):
    importer.stage()
    later = NOW + imports.KEPT_FOR
    assert importer.read(later - timedelta(seconds=1)) is not None
    assert importer.read(later) is None
    with importer.desk.store.transaction(later) as tx:
        imports.stage(tx, importer.session, importer.room.person["chair"], file="x", headings=["name"], columns=["name"], rows=[])  # fmt: skip
    assert importer.desk.store.one("select count(*) from import_row")[0] == 0


def test_the_record_holds_the_import_with_its_counts_and_no_names(importer):
    importer.stage()
    importer.confirm()
    entry = importer.desk.store.one("select * from act order by seq desc limit 1")
    assert (entry["act"], entry["outcome"]) == ("people.accredit", "done")
    assert entry["detail"] == '{"added": 1, "updated": 0, "left": 4}'


def test_an_import_by_steps_and_one_in_one_go_come_to_the_same(importer):
    content = "name,delegation,capacity,email,drafting\nAna Nueva,HND,head,ana@x.org,no\n"
    importer.stage(content)
    importer.confirm()
    assert accredit(importer.desk, importer.session, content.encode(), **importer.who) == (0, 1)
    importer.stage(content)
    assert importer.standings() == {2: "same"}


def test_a_long_cell_is_told_where_it_stands_and_can_be_shortened(importer):
    importer.stage(f"name,delegation,capacity\n{'x' * 5000},CAN,delegate\n")
    (row,) = importer.read().rows
    assert row.problems[0].code == "people.cell_too_long"
    importer.correct(2, name="Ana Nueva")
    assert importer.standings() == {2: "new"}
