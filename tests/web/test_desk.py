"""The Secretariat's desk: its sections, and what it shows of who is there."""

from __future__ import annotations

import csv
import io
import re

import lxml.html
import pytest
from conftest import CRM, NOW

from session_app.services.desk import Reach
from session_app.services.door import preview_closing
from session_app.services.rehearsal import begin_rehearsal
from session_app.services.setup import digest_of
from session_app.store import sessions

SECTIONS = ("desk", "desk/meeting", "desk/people", "desk/badges", "desk/documents")


def read(visitor, name):
    answer = visitor.page(name)
    assert answer.status_code == 200, name
    return lxml.html.fromstring(answer.text)


def words(element):
    return " ".join(element.text_content().split())


def close(room):
    seen = preview_closing(room.desk, room.session, "closed", NOW).seen
    room.do("chair", "door.close", mode="closed", seen=seen)


@pytest.mark.parametrize("name", [*SECTIONS, "record", "why", "as"])
def test_every_section_of_the_desk_leads_to_all_others_and_says_which_it_is(visit, name):
    page = read(visit("secretariat"), name)
    links = page.xpath("//nav[contains(@class, 'sections')]//a")
    session = links[0].get("href").split("/")[2]
    assert [each.get("href") for each in links if each.get("aria-current")] == [
        f"/s/{session}/{name}"
    ]
    assert {f"/s/{session}/{each}" for each in SECTIONS} <= {each.get("href") for each in links}


def test_the_desk_counts_people_badges_and_who_is_connected_but_no_screen(visit, room):
    watching = (room.person["chair"], room.person["projector"])
    room.desk.connected = lambda session: dict.fromkeys(watching, 1)
    room.desk.reach = lambda session: dict.fromkeys(watching, Reach(("Firefox · Windows",)))
    page = read(visit("secretariat"), "desk")
    assert page.get_element_by_id("count-secretariat").text == "1"
    assert words(page.find_class("figures")[0]).startswith("personas conectadas1 de 38")
    assert "pantallas en línea1 de 2" in words(page.find_class("figures")[0])
    assert "Portátil" in words(page.get_element_by_id(f"reached-{watching[0]}"))
    assert "Belice" in words(page.find_class("alerts")[0])


def test_behind_a_closed_door_the_desk_outside_shows_nobodys_coming_or_going(visit, room):
    desk = visit("secretariat")
    pages = []
    close(room)
    for there in ({}, dict.fromkeys(room.person.values(), Reach(("Safari · iPad",), cuts=9))):
        room.desk.connected = lambda session, there=there: dict.fromkeys(there, 1)
        room.desk.reach = lambda session, there=there: there
        pages.append([desk.page(name).text for name in SECTIONS])
    assert pages[0] == pages[1]
    shown = read(desk, "desk")
    assert not shown.xpath("//*[starts-with(@id, 'reached-') and @id != 'reached-title']")
    assert not shown.xpath("//*[@id='count-secretariat']")
    assert "Las conexiones vuelven al abrirse la puerta" in words(shown)


PLAN = {
    "body": "network_consular",
    "starts": "2018-05-14",
    "ends": "2018-05-15",
    "city_es": "Ciudad de Panamá",
    "city_en": "Panama City",
    "country": "PAN",
    "ppt": "PAN",
    "zone": "America/Panama",
}
MADE = "network-consular-ciudad-de-panama-2018"


def test_the_secretariat_sets_up_a_session_from_the_model_agenda_and_is_in_it_at_once(visit, room):
    desk = visit("secretariat")
    assert 'href="/s/' + room.session + '/desk/new"' in desk.page("desk/meeting").text
    made = desk.post(f"/s/{room.session}/desk/new", **PLAN)
    assert (made.status_code, made.location) == (303, f"/s/{MADE}/desk/meeting")
    page = desk.get(made.location)
    assert page.status_code == 200
    assert len(sessions.agenda(room.desk.store, MADE)) > 3
    entry = room.desk.store.one("select person, act from act order by seq desc limit 1")
    assert tuple(entry) == (room.person["secretariat"], "session.create")
    # From one to the other, for who is in both and nobody else.
    assert f'href="/s/{MADE}/"' in desk.page().text
    assert f'href="/s/{room.session}/"' in page.text
    assert MADE not in visit("chair").page().text
    assert visit("chair").get(f"/s/{MADE}/desk").status_code == 404


def test_each_mistake_stands_at_its_field_and_nothing_typed_is_lost(visit, room):
    desk, where = visit("secretariat"), f"/s/{room.session}/desk/new"
    wrong = {"ends": "2018-05-01", "city_en": "", "ppt": "XXX", "zone": "Mars/Base", "id": "Ñ"}
    answer = desk.post(where, **(PLAN | wrong))
    assert answer.status_code == 400
    page = lxml.html.fromstring(answer.text)
    said = {each.get("id"): words(each) for each in page.find_class("err")}
    assert said.keys() == {f"{field}-wrong" for field in wrong}
    assert "terminaría antes de comenzar" in said["ends-wrong"]
    for field, value in (PLAN | wrong).items():
        control = page.get_element_by_id(field)
        kept = control.get("value") if control.tag == "input" else control.value
        if field != "ppt":
            assert kept == value, field
        assert (control.get("aria-invalid") == "true") is (field in wrong), field
    assert len(sessions.session_ids(room.desk.store)) == 1
    assert desk.post(where, **PLAN).status_code == 303
    again = lxml.html.fromstring(desk.post(where, **PLAN).text)
    assert "Ya existe una reunión llamada" in words(again.get_element_by_id("id-wrong"))


def test_an_agenda_is_copied_as_one_sees_it_and_none_of_it_has_begun(visit, room):
    items = sessions.agenda(room.desk.store, room.session)
    room.do("chair", "agenda.reserve", item=items[-1].id, mode="closed", minutes=4)
    room.do("chair", "agenda.reserve", item=items[0].id, mode="members", minutes=7)
    desk = visit("secretariat")
    assert desk.post(f"/s/{room.session}/desk/new", agenda=room.session, **PLAN).status_code == 303
    copied = sessions.agenda(room.desk.store, MADE)
    assert [each.title_es for each in copied] == [each.title_es for each in items[:-1]]
    assert (copied[0].mode, copied[0].minutes) == ("members", 7)
    assert {(each.state, each.begun) for each in copied} == {("pending", False)}
    elsewhere = desk.post(
        f"/s/{room.session}/desk/new", agenda="nowhere", **(PLAN | {"id": "otra"})
    )
    assert elsewhere.status_code == 400


def test_only_the_secretariat_sets_up_another_session(visit, room):
    for role in ("chair", "delegate-hnd", "interpreter", None):
        visitor = visit(role)
        assert visitor.page("desk/new").status_code == 404, role
        assert visitor.post(f"/s/{room.session}/desk/new", **PLAN).status_code == 404, role
    assert len(sessions.session_ids(room.desk.store)) == 1


def table(visitor):
    answer = visitor.page("desk/attendance.csv")
    assert answer.status_code == 200
    assert answer.get_data().startswith(b"\xef\xbb\xbf")
    assert re.search(r"-(asistencia|attendance)\.csv", answer.headers["Content-Disposition"])
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def test_the_attendance_is_a_table_of_people_and_how_their_delegation_came_to_be_present(
    visit, room
):
    with room.desk.store.transaction(NOW) as tx:
        tx.execute("update person set name = '=1+1' where id = ?", (room.person["drafting-can"],))
    room.do("secretariat", "attendance.mark", delegation="BLZ", present=True)
    desk = visit("secretariat")
    title, *rows = table(desk)
    assert title[0] == "Código"
    by_name = {each[2]: each for each in rows}
    assert "'=1+1" in by_name
    mine = by_name[next(each.name for each in room.roles if each.role == "secretariat")]
    assert mine[4]
    assert by_name["'=1+1"][5:7] == ["sí", "a mano"]
    assert ("attendance.download", "done") in room.record()
    for role in ("delegate-hnd", "observer-country", None):
        assert visit(role).page("desk/attendance.csv").status_code == 404


def test_of_a_closed_sitting_the_attendance_tells_only_its_roster_when_and_how(visit, room):
    visitors = {role: visit(role) for role in ("chair", "secretariat")}
    close(room)
    room.do("chair", "roster.verify")
    room.do("chair", "attendance.mark", delegation="CAN", present=True)
    assert visitors["secretariat"].page("desk/attendance.csv").status_code == 404
    room.do("chair", "door.open")
    told = {
        role: next(each[6] for each in table(visitor) if each[0] == "CAN")
        for role, visitor in visitors.items()
    }
    assert told["secretariat"] == ""
    assert told["chair"] in ("a mano", "")


def test_who_takes_part_is_what_the_access_table_answers_for_this_body(visit, room):
    page = read(visit("secretariat"), "desk/meeting")

    def part(category):
        return [words(each) for each in page.xpath(f"//tr[@data-category='{category}']/td")]

    assert part("head") == ["Sí", "Sí", "Quien la delegación designe", "Jefatura y 1"]
    assert part("observer_organisation")[0] == "Sí"
    assert part("observer_organisation")[2:] == ["No", "No"]
    assert part("rrocm") == ["En su punto", "En su punto", "No", "No"]
    assert part("observer_country")[2:] == ["No", "No"]
    before = part("rrocm")
    close(room)
    page = read(visit("secretariat"), "desk/meeting")
    assert part("rrocm") == before


def test_the_facts_change_while_nothing_depends_on_them(visit, room):
    desk = visit("secretariat")
    assert desk.post(f"/s/{room.session}/desk/new", **PLAN).status_code == 303
    facts = {
        "city_es": "Panamá", "city_en": "Panama City", "country": "PAN", "starts": "2018-05-15",
        "ends": "2018-05-16", "ppt": "CRI", "zone": "America/Costa_Rica",
    }  # fmt: skip

    def amend(session, **changed):
        held = sessions.session(room.desk.store, session)
        path = f"/s/{session}/do/session.amend"
        return desk.post(path, **{"seen": digest_of(held), **facts, **changed})

    assert amend(MADE).status_code == 303
    held = sessions.session(room.desk.store, MADE)
    assert (held.ppt, held.city["es"], held.starts.day) == ("CRI", "Panamá", 15)
    assert held.zone == "America/Costa_Rica"
    assert amend(MADE, zone="Mars/Base").status_code == 400
    assert amend(MADE, seen="old").status_code == 409
    assert amend(MADE, ends="2018-05-01").status_code == 400
    assert amend(MADE, country="XXX").status_code == 400
    # A sitting has been opened here: who presides and the clock stay, the days may still change.
    here = sessions.session(room.desk.store, room.session)
    mine = {
        "city_es": "Suchitoto", "city_en": "Suchitoto", "country": "SLV",
        "starts": here.starts.isoformat(), "ends": here.ends.isoformat(), "zone": here.zone,
    }  # fmt: skip
    assert amend(room.session, **mine, ppt="CRI").status_code == 409
    assert amend(room.session, **{**mine, "zone": "America/Panama"}, ppt="SLV").status_code == 409
    assert amend(room.session, **mine, ppt="SLV").status_code == 303
    assert (
        visit("delegate-hnd")
        .post(f"/s/{room.session}/do/session.amend", **facts, seen="")
        .status_code
        == 404
    )


def test_the_settings_of_a_session_say_what_the_forum_has_and_take_a_choice(visit, room):
    desk = visit("secretariat")
    page = read(desk, "desk/meeting")
    first = page.get_element_by_id("minutes_members").xpath("option")[0]
    assert (first.get("value"), first.text) == ("", "Según el foro: 3 minutos")
    assert "Quórum (de 11 miembros) sin fijar" in words(page.find_class("fixed")[0])
    seen = page.xpath("//form[contains(@action, 'session.settings')]/input[@name='seen']/@value")
    where = f"/s/{room.session}/do/session.settings"
    chosen = {"minutes_members": "5", "minutes_others": "", "companions": "2", "order": ""}
    assert desk.post(where, seen=seen[0], **chosen).status_code == 303
    page = read(desk, "desk/meeting")
    assert page.get_element_by_id("minutes_members").value == "5"
    assert page.get_element_by_id("order").value == ""
    assert "Jefatura y 2" in words(page.xpath("//tr[@data-category='head']")[0])
    assert "5 para miembros y 5 para los demás" in words(page.get_element_by_id("live-programme"))
    assert desk.post(where, seen=seen[0], **chosen).status_code == 409


def test_whoever_presides_fixes_the_quorum_where_the_session_is_set_up(visit, room):
    chair = visit("chair")
    field = read(chair, "desk/meeting").get_element_by_id("quorum-members")
    assert [each.text for each in field][:2] == ["Según el foro: sin fijar", "sin fijar"]
    assert (
        chair.post(
            f"/s/{room.session}/do/session.quorum", members="7", _back="desk_meeting"
        ).status_code
        == 303
    )
    assert read(chair, "desk/meeting").get_element_by_id("quorum-members").value == "7"
    assert "7 miembros" in words(read(visit("secretariat"), "desk/meeting").find_class("fixed")[0])


def copy(visitor, session, source):
    return visitor.post(f"/s/{session}/do/agenda.copy", source=source, _back="desk_meeting")


def test_another_sessions_agenda_is_appended_as_one_sees_it_while_nothing_has_begun(visit, room):
    items = sessions.agenda(room.desk.store, room.session)
    room.do("chair", "agenda.reserve", item=items[-1].id, mode="closed", minutes=4)
    desk = visit("secretariat")
    assert desk.post(f"/s/{room.session}/desk/new", **PLAN).status_code == 303
    own = sessions.agenda(room.desk.store, MADE)
    page = lxml.html.fromstring(desk.get(f"/s/{MADE}/desk/meeting").text)
    assert [each.get("value") for each in page.get_element_by_id("copy-from")] == [room.session]
    assert copy(desk, MADE, room.session).status_code == 303
    now = sessions.agenda(room.desk.store, MADE)
    assert now[: len(own)] == own
    assert [each.title_es for each in now[len(own) :]] == [each.title_es for each in items[:-1]]
    assert {(each.state, each.begun) for each in now} == {("pending", False)}
    # Not from itself, nor from what one is not in, nor into what has begun.
    for source in (MADE, "nowhere"):
        assert copy(desk, MADE, source).status_code == 404
    assert copy(desk, room.session, MADE).status_code == 409
    assert "copy-agenda" not in desk.page("desk/meeting").text
    assert copy(visit("delegate-hnd"), MADE, room.session).status_code == 404
    assert sessions.agenda(room.desk.store, MADE) == now


def test_nothing_is_set_up_from_a_rehearsal_nor_copied_from_one(visit, room):
    person = room.person["secretariat"]
    rehearsal = begin_rehearsal(room.desk, room.session, CRM, person=person, now=NOW)
    desk = visit("secretariat")
    assert "desk/new" not in desk.get(f"/s/{rehearsal}/desk/meeting").text
    for answer in (
        desk.get(f"/s/{rehearsal}/desk/new"),
        desk.post(f"/s/{rehearsal}/desk/new", **PLAN),
    ):
        assert answer.status_code == 409
        assert "Desde un ensayo no se prepara otra reunión" in answer.text
    here = f"/s/{room.session}/desk/new"
    assert rehearsal not in desk.get(here).text.split("<main")[1]
    assert desk.post(here, agenda=rehearsal, **PLAN).status_code == 400
    assert desk.post(here, **PLAN).status_code == 303
    assert copy(desk, MADE, rehearsal).status_code == 404
    menu = read(desk, "").find_class("other")
    marked = {each.get("href"): words(each).startswith("Ensayo:") for each in menu}
    assert marked == {f"/s/{MADE}/": False, f"/s/{rehearsal}/": True}
