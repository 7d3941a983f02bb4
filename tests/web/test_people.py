"""The Secretariat's list of people, and importing one in steps, as plain forms."""

import io
from urllib.parse import unquote

import lxml.html
import pytest

from session_app.config import ROOT
from session_app.domain.sheet import read_lines
from session_app.store import people

LIST = """nombre;pais_org;cargo;correo
Ana Nueva;Canadá;Delegado;ana@can.example
Eva Castillo;Rep. Dominicana;Jefatura;eva@dom.example
Luz Castillo;Rep. Dominicana;Delegada;
Ana Nueva;Canadá;Delegado;ana@can.example
N. Pineda;RROCM;;
"""


class Desk:
    """The Secretariat at its desk, without script."""

    def __init__(self, visitor, room):
        self.visitor, self.room = visitor, room
        self.where = f"/s/{room.session}/desk/people/import"

    def post(self, act, **form):
        return self.visitor.post(self.where, act=act, **form)

    def send(self, content=LIST, name="acreditacion.csv", encoding="cp1252"):
        return self.post("file", file=(io.BytesIO(content.encode(encoding)), name))

    def see(self, step=None, **query):
        query |= {"step": step} if step else {}
        answer = self.visitor.get(f"{self.where}?" + "&".join(f"{k}={v}" for k, v in query.items()))
        assert answer.status_code == 200
        return lxml.html.fromstring(answer.text)

    def choose(self, page=None):
        page = self.see("columns") if page is None else page
        chosen = [each.value or "" for each in page.xpath("//select[@name='column']")]
        return self.post("columns", column=chosen)

    def names(self):
        return {each.name for each in people.accredited(self.room.desk.store, self.room.session)}


@pytest.fixture
def at(visit, room):
    return Desk(visit("secretariat"), room)


def said(node):
    return " ".join(node.text_content().split())


def test_a_list_is_imported_in_four_steps_with_plain_forms(at):
    assert at.send().headers["Location"].endswith("step=columns")
    page = at.see("columns")
    assert [each.value for each in page.xpath("//select[@name='column']")] == [
        *("name", "delegation", "capacity", "email"),
    ]
    assert at.choose(page).headers["Location"].endswith("step=review")
    page = at.see("review")
    figures = [each.text for each in page.xpath("//section[@class='figs']//b")]
    assert figures == ["5", "1", "4", "0"]
    row = page.xpath("//tr[@id='row-3']")[0]
    assert "Delegación no reconocida." in said(row)
    assert "¿República Dominicana? Usar en las 2 filas" in said(row)
    assert at.post("row", line="3", fix_all="delegation=República Dominicana").status_code == 303
    assert at.post("row", line="5", skip="yes").status_code == 303
    page = at.see("review")
    assert [each.text for each in page.xpath("//section[@class='figs']//b")] == ["5", "3", "1", "0"]
    page = at.see("confirm")
    button = page.xpath("//main//button[contains(., 'Importar')]")[0]
    assert said(button) == "Importar 3 y dejar 1 pendiente"
    seen = page.xpath("//input[@name='seen']")[0].value
    before = at.names()
    assert at.post("confirm", seen=seen).headers["Location"].endswith("step=done")
    assert at.names() == before | {"Ana Nueva", "Eva Castillo", "Luz Castillo"}
    assert "3 filas importadas" in said(at.see("done"))
    assert "1 fila de acreditacion.csv espera" in at.visitor.page("desk/people").text
    at.post("row", line="6", capacity="Sociedad civil")
    at.post("confirm", seen=at.see("confirm").xpath("//input[@name='seen']")[0].value)
    assert "N. Pineda" in at.names()
    assert "acreditacion.csv" not in at.visitor.page("desk/people").text


def test_enter_in_a_cell_keeps_what_is_typed_and_takes_no_suggestion(at):
    at.send()
    at.choose()
    page = at.see("review")
    form = page.xpath("//tr[@id='row-3']//form")[0]
    assert form.xpath(".//button")[0].get("name") == "save"
    cell = page.xpath("//input[@form='row-form-3']")[0]
    assert cell.get("aria-invalid") == "true"
    assert cell.get("value") == "Rep. Dominicana"
    at.post("row", line="3", save="yes", delegation="Guatemala")
    assert "Guatemala" in said(at.see("review", all="yes").xpath("//tr[@id='row-3']")[0])


def test_every_cell_of_a_ready_row_can_be_corrected_too(at):
    at.send()
    at.choose()
    page = at.see("review")
    link = page.xpath("//tr[@id='row-2']//a")[0].get("href")
    assert "edit=2" in link
    page = at.see("review", edit="2")
    names = [each.get("name") for each in page.xpath("//input[@form='row-form-2']")]
    assert names == ["name", "delegation", "capacity", "email"]


def test_what_changes_somebody_is_said_in_words_before_it_is_done(at, room):
    held = next(
        each
        for each in people.accredited(room.desk.store, room.session)
        if each.person == room.person["delegate-hnd"]
    )
    at.send(
        f"nombre,delegacion,calidad,correo\n{held.name},HND,Acompañante,{held.email}\n",
        encoding="utf-8",
    )
    at.choose()
    assert "Cambia la calidad" in said(at.see("review").xpath("//tr[@id='row-2']")[0])
    page = at.see("confirm")
    assert "1 persona cambia" in said(page)
    assert "Quiénes cambian" in said(page)


def test_what_a_refused_file_says_names_the_line_and_the_remedy(at):
    answer = at.post("file", file=(io.BytesIO(b"PK\x03\x04..."), "lista.xlsx"))
    assert answer.status_code == 400
    assert "Guardar como" in answer.text
    assert at.post("file").status_code == 400
    answer = at.post("file", file=(io.BytesIO(b'name\n"Ana\n'), "lista.csv"))
    assert "Línea 2" in answer.text
    # Written by hand: the client would leave a file of its own open.
    part = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    form = part % (b"act", b"file") + part % (b'file"; filename="lista.csv', b"Ana\n" * 600_000)
    url = "http://127.0.0.1:8000"
    answer = at.visitor.client.post(
        at.where, base_url=url, data=form + b"--x--\r\n", headers={"Origin": url},
        content_type="multipart/form-data; boundary=x",
    )  # fmt: skip
    assert answer.status_code == 400
    assert "pasa de 2 MB" in answer.text
    assert 'type="file"' in answer.text, "on the page it was sent from"


def test_steps_that_cannot_be_are_led_back_or_refused(at):
    assert at.see("confirm").xpath("//input[@type='file']")
    at.send()
    assert at.see("review").xpath("//select[@name='column']"), "columns come before the review"
    at.choose()
    assert at.post("confirm", seen="old").status_code == 400
    assert at.post("row", line="99", name="X").status_code == 400
    assert at.post("row", line="x").status_code == 400
    assert at.post("columns", column=["", "", "", ""]).status_code == 400
    assert at.post("nonsense").status_code == 400
    assert at.post("discard").status_code == 303
    assert at.see("review").xpath("//input[@type='file']")


def test_the_script_gets_the_step_alone(at, app):
    at.send()
    at.choose()
    client, url = at.visitor.client, "http://127.0.0.1:8000"
    headers = {"Origin": url, "X-Part": "import"}
    form = {"act": "row", "line": "6", "capacity": "Sociedad civil"}
    answer = client.post(at.where, base_url=url, data=form, headers=headers)
    assert (answer.status_code, answer.headers["X-Part"]) == (200, "import")
    assert answer.text.lstrip().startswith('<div id="live-import"')
    assert 'id="row-6"' in answer.text


def test_a_large_list_shows_its_first_rows_and_says_how_many_follow(at):
    lines = "".join(f"Persona {n};Nada;;\n" for n in range(300))
    at.send("nombre;pais;funcion;correo\n" + lines)
    at.choose()
    page = at.see("review")
    assert len(page.xpath("//tr[@class='fixrow']")) == 60
    assert "y 240 más" in said(page)


def test_nobody_else_brings_a_list_in_or_sees_one(visit, room, at):
    at.send()
    for role in ("delegate-hnd", "observer-country", None):
        other = Desk(visit(role), room)
        assert other.send().status_code == 404
        assert other.visitor.get(other.where).status_code == 404
    chair = Desk(visit("chair"), room)
    assert "Ana Nueva" not in said(chair.see("review"))


def test_the_templates_offered_are_lists_that_are_read():
    for name in ("acreditacion.csv", "accreditation.csv"):
        content = (ROOT / "static" / "lists" / name).read_bytes()
        (line, headings) = read_lines(content)[0]
        assert (line, len(headings)) == (1, 7)


# One person ----------------------------------------------------------------------------------


def test_a_person_is_added_corrected_and_withdrawn_with_plain_forms(at, room):
    desk = at.visitor
    form = {"full_name": "Nora Paz", "delegation": "HND", "capacity": "head", "language": "es"}
    assert desk.do("people.add", **form, _back="desk_people").status_code == 303
    nora = next(e for e in people.accredited(room.desk.store, room.session) if e.name == "Nora Paz")
    page = lxml.html.fromstring(desk.page(f"desk/people/{nora.person}").text)
    (correct,) = page.xpath("//form[contains(@action, 'people.change')]")
    values = dict(correct.form_values()) | {"email": "nora@hnd.example", "drafting": ""}
    del values["drafting"]
    assert desk.do("people.change", **values).headers["Location"].endswith("/desk/people")
    assert "nora@hnd.example" in desk.page(f"desk/people/{nora.person}").text
    gone = desk.do("people.withdraw", person=nora.person, reason="Error", _back="desk_people")
    assert gone.headers["Location"].endswith("/desk/people")
    assert desk.page(f"desk/people/{nora.person}").status_code == 404


def test_the_form_of_a_person_holds_what_is_known_of_them(at, room):
    for each in people.accredited(room.desk.store, room.session):
        page = lxml.html.fromstring(at.visitor.page(f"desk/people/{each.person}").text)
        (form,) = page.xpath("//form[contains(@action, 'people.change')]")
        values = dict(form.form_values())
        assert values["full_name"] == each.name
        assert values["capacity"] == each.capacity
        assert values.get("drafting") == ("true" if each.drafting else None)


# Badges --------------------------------------------------------------------------------------


def cards(page):
    return [
        said(each.xpath("./p[@class='name']")[0])
        for each in page.xpath("//li[contains(@class, 'card')]")
    ]


def badges(at, query=""):
    return lxml.html.fromstring(at.visitor.page(f"desk/badges{query}").text)


def chosen(page):
    return [each.value for each in page.xpath("//form[@class='issue']/input[@name='person']")]


def hand_out(at, persons, **form):
    answer = at.visitor.post(f"/s/{at.room.session}/desk/badges", person=persons, **form)
    assert answer.status_code == 200
    return lxml.html.fromstring(answer.text)


def test_badges_are_chosen_by_group_delegation_and_whether_they_are_printed(at, room):
    assert len(cards(badges(at))) == 40
    canada = badges(at, "?delegation=CAN")
    assert len(cards(canada)) == 3
    assert len(cards(badges(at, "?group=secretariat"))) == 3
    assert len(cards(badges(at, "?group=observer&delegation=CAN"))) == 0
    hand_out(at, chosen(canada)[:2], form="paper")
    left = badges(at, "?delegation=CAN&which=unprinted")
    assert len(cards(left)) == 1
    assert not left.xpath("//*[@id='replaces']")
    assert "2 personas" in said(badges(at, "?delegation=CAN").xpath("//*[@id='replaces']")[0])


def test_four_badges_stand_on_a_sheet_and_the_button_says_how_many_it_takes(at):
    page = badges(at)
    assert "Preparar 40 gafetes · 10 hojas" in said(page.xpath("//form[@class='issue']")[0])
    sheet = hand_out(at, chosen(page), form="paper")
    assert [len(each.xpath("./li")) for each in sheet.xpath("//ul[@class='sheet']")] == [4] * 10


def test_a_badge_says_the_group_by_a_word_and_an_edge_in_both_languages(at, room):
    sheet = hand_out(at, [room.person["observer-organisation"], room.person["chair"]], form="paper")
    observer, chair = sheet.xpath("//li[contains(@class, 'badge')]")
    assert observer.get("data-group") == "observer"
    assert said(observer.xpath("./p[@class='group']")[0]) == "Observador · Observer"
    assert "Presidencia · Chair" in said(chair)
    assert chair.xpath(".//img")[0].get("alt")


def test_a_badge_printed_anew_ends_the_printed_one_and_leaves_the_invitation(at, room, visit):
    person = room.person["delegate-hnd"]
    code = lambda page: page.xpath("//p[@class='link']/a")[0].text[-26:]  # noqa: E731
    first = code(hand_out(at, [person], form="paper"))
    mail = hand_out(at, [person], form="mail").xpath("//a[starts-with(@href, 'mailto:')]")[0]
    invited = unquote(mail.get("href")).split("/in/")[1][:26]
    second = code(hand_out(at, [person], form="paper"))
    outcomes = {each: visit(None).post("/in", code=each).status_code for each in (first, second, invited)}  # fmt: skip
    assert outcomes == {first: 400, second: 303, invited: 303}
    hand_out(at, [person], anew="true")
    assert visit(None).post("/in", code=invited).status_code == 400


def test_an_invitation_is_in_its_readers_language_and_holds_no_pin(at, room):
    persons = [room.person["drafting-can"], room.person["delegate-hnd"]]
    page = hand_out(at, persons, form="mail")
    english, spanish = (
        unquote(each.get("href")) for each in page.xpath("//a[starts-with(@href, 'mailto:')]")
    )
    assert english.startswith("mailto:a.singh@can.example.org?subject=Access to the")
    assert "subject=Acceso a la reunión: Grupo Regional de Consulta" in spanish
    assert "/in/" in english
    pins = [each.text for each in page.xpath("//code")]
    assert len(pins) == 1, "only who drafts has a PIN"
    assert pins[0] not in english
    assert "PIN" in english
    assert "PIN" not in spanish


def test_who_has_no_address_gets_no_invitation(at, room):
    at.visitor.do("people.add", full_name="Sin Correo", delegation="HND", capacity="delegate")
    nobody = next(
        e for e in people.accredited(room.desk.store, room.session) if e.name == "Sin Correo"
    )
    page = hand_out(at, [nobody.person], form="mail")
    assert "Nadie de esta selección tiene correo" in said(page)
    assert not at.visitor.page(f"desk/people/{nobody.person}").text.count('value="mail"')


def test_a_badge_for_somebody_who_is_not_there_is_refused(at):
    answer = at.visitor.post(f"/s/{at.room.session}/desk/badges", person="nobody")
    assert answer.status_code == 404
