"""The door as pages show it: the chair's list, the notice of who is kept out, what still works outside."""

from __future__ import annotations

import pytest
from conftest import NOW
from lxml import html

from session_app.services.door import preview_closing
from session_app.store import sessions
from session_app.views.live import render_topic

OUT = ["observer-organisation", "observer-country", "rrocm", "interpreter", "secretariat"]
LATE = "delegate-hnd"


def close(room, mode="closed"):
    seen = preview_closing(room.desk, room.session, mode, NOW).seen
    return room.do("chair", "door.close", mode=mode, seen=seen)


def topic(room, role, name):
    shown = render_topic(room.desk, room.session, room.person[role], name, NOW)
    assert shown, name
    return html.fragment_fromstring(shown)


def words(element):
    return " ".join(element.text_content().split())


def page(visitor, name=""):
    answer = visitor.page(name)
    assert answer.status_code == 200, name
    return html.document_fromstring(answer.text)


def test_the_chair_reads_who_is_cut_off_above_a_button_that_repeats_the_number(room):
    door = topic(room, "chair", "door")
    for form in door.xpath(".//form[contains(@action, 'door.close')]"):
        companions = form.xpath("string(.//*[@name='companions']/@value)")
        closing = preview_closing(
            room.desk,
            room.session,
            form.xpath("string(.//*[@name='mode']/@value)"),
            NOW,
            companions=int(companions) if companions else None,
        )
        (cut,) = form.find_class("cut")
        assert all(each.name in words(cut) for each in closing.cut_off)
        assert not any(each.name in words(cut) for each in closing.stays)
        assert form.xpath("string(.//*[@name='seen']/@value)") == closing.seen
        screens = sum(each.capacity == "screen" for each in closing.cut_off)
        count = len(closing.cut_off) - screens
        button = words(form.xpath(".//button[not(@type)]")[0])
        assert button.startswith(f"Cerrar la puerta: {count} personas y {screens} pantalla")
    assert len(door.xpath(".//dialog//form[contains(@action, 'door.close')]")) == 3


def test_who_is_online_comes_first_and_the_pages_are_counted(room):
    room.desk.connected = lambda session: {room.person["rrocm"]: 2, room.person["projector"]: 1}
    door = topic(room, "chair", "door")
    rows = door.xpath(".//form[@id='way-closed-1']//div[@class='cut']//li")
    assert [each.findtext("abbr") for each in rows][:2] == ["RROCM", "ST"]
    assert "(2 páginas)" in words(rows[0])
    assert "1 persona y 1 pantalla" in words(door.find_class("doorbox")[0])


def test_the_room_is_listed_for_verification_and_a_late_arrival_is_let_in_with_one_tap(room, visit):
    close(room)
    assert "por verificar" in words(topic(room, "chair", "door").find_class("hall")[0])
    assert visit(LATE).do("roster.ask").status_code == 303
    (waiting,) = topic(room, "chair", "door").xpath(".//div[@class='waiting']//li")
    admit, send_away = waiting.xpath(".//form")
    assert admit.get("action").endswith("roster.admit")
    assert not admit.xpath(".//input[@type='text']")
    assert send_away.get("action").endswith("roster.remove")
    room.do("chair", "roster.verify")
    room.do("chair", "roster.admit", person=room.person[LATE])
    door = topic(room, "chair", "door")
    assert not door.xpath(".//form[contains(@action, 'roster.verify')]")
    assert door.xpath(f".//dialog[@id='hall-list']//li[@id='roster-{room.person[LATE]}']")


def test_somebody_who_enters_by_exception_only_is_asked_for_with_a_reason(room, visit):
    close(room)
    visit("interpreter").do("roster.ask")
    (reason,) = topic(room, "chair", "door").xpath(".//div[@class='waiting']//input[@type='text']")
    assert (reason.get("name"), reason.get("required")) == ("reason", "")
    others = topic(room, "chair", "door").xpath(".//select[@id='admit-person']/option")
    assert any(each.text.endswith("solo por excepción") for each in others)
    assert not any("Sauvage" in each.text for each in others)


@pytest.mark.parametrize("role", OUT)
def test_who_is_kept_out_reads_why_in_both_languages_and_nothing_of_the_room(room, visit, role):
    item = next(
        each for each in sessions.agenda(room.desk.store, room.session) if each.state == "current"
    )
    visitor = visit(role)
    close(room)
    shown = page(visitor)
    (notice,) = shown.find_class("door-notice")
    assert notice.get("role") == "alert"
    for language, since in (("es", "Desde las "), ("en", "Since ")):
        assert since in words(notice.xpath(f".//div[@lang='{language}']")[0])
    text = html.tostring(shown, encoding="unicode")
    assert item.title_es not in text
    assert item.title_en not in text
    assert "/socket.io" not in text
    assert "live.js" not in text


def test_the_notice_names_ones_own_accreditation(room, visit):
    close(room)
    said = {role: words(page(visit(role)).find_class("door-notice")[0]) for role in OUT}
    assert "Su acreditación, organismo observador, no incluye" in said["observer-organisation"]
    assert "Your accreditation, observer country, does not" in said["observer-country"]
    assert "Su acreditación, RROCM, no incluye" in said["rrocm"]
    assert "Usted no figura en la lista de la sala" in said["interpreter"]


def test_only_who_could_be_let_in_can_ask_and_then_waits(room, visit):
    late, observer = visit(LATE), visit("observer-country")
    close(room)
    assert not page(observer).xpath("//form[contains(@action, 'roster.ask')]")
    (asks,) = page(late).xpath("//form[contains(@action, 'roster.ask')]")
    assert late.post(asks.get("action")).status_code == 303
    waiting = page(late)
    assert "Ha pedido entrar" in words(waiting)
    assert not waiting.xpath("//form[contains(@action, 'roster.ask')]")


def test_the_door_is_asked_without_a_line_and_says_only_how_one_stands_oneself(room, visit):
    late, observer = visit(LATE), visit("observer-country")
    assert late.page("door").status_code == 204
    close(room)
    late.do("roster.ask")
    assert (late.page("door").status_code, late.page("door").text) == (423, "waiting")
    assert (observer.page("door").status_code, observer.page("door").text) == (423, "")
    room.do("chair", "door.open")
    assert observer.page("door").status_code == 204


def test_the_general_notice_says_the_same_to_everybody_whatever_happens(room, visit):
    visitors = [visit(each) for each in ("chair", "rrocm", None)]
    before = {each.page("closed").text for each in visitors}
    close(room)
    after = {each.page("closed").text for each in visitors}
    elsewhere = {each.get("/s/no-such-session/closed").text for each in visitors}
    assert len(before | after | elsewhere) == 1


def test_a_page_that_stays_of_use_outside_is_one_of_plain_forms(room, visit):
    desk = visit("secretariat")
    close(room)
    shown = page(desk, "desk/people")
    assert not shown.xpath("//script")
    assert shown.xpath("//form[contains(@action, '/people.add')]")
    assert "La puerta está cerrada para usted" in words(shown)
    assert not page(desk, "documents").xpath("//script")


def test_a_screen_outside_has_nothing_on_it_but_that(room, visit):
    screen = visit("projector")
    close(room)
    shown = page(screen, "screen")
    assert not shown.xpath("//*[@data-live]")
    (said,) = shown.xpath("//section")
    assert "Sesión a puerta cerrada Closed session" in words(said)


def test_members_are_told_of_a_members_sitting_in_its_own_words(room, visit):
    observer = visit("observer-organisation")
    close(room, "members")
    assert "la reunión continúa solo con los miembros" in words(page(observer))


def test_an_authorisation_says_what_it_is_for_and_one_for_a_closed_item_is_for_its_roster(room):
    item = sessions.agenda(room.desk.store, room.session)[7]
    person = room.person["observer-organisation"]
    room.do("chair", "agenda.reserve", item=item.id, mode="closed")
    given = {"person": person, "reason": "Presenta su informe", "item": item.id}
    room.do("chair", "grant.give", right="attend", until="2017-06-22T15:30", **given)
    (told,) = topic(room, "chair", "people").find_class("grant")
    assert "Punto C1 · hasta el 22 de junio de 2017, 15:30" in words(told)
    assert topic(room, "secretariat", "people").find_class("grant") == []


def test_a_closed_item_is_marked_for_the_chair_and_one_line_for_the_others(room):
    items = sessions.agenda(room.desk.store, room.session)
    for item in items[7:9]:
        room.do("chair", "agenda.reserve", item=item.id, mode="closed")
    room.do("chair", "agenda.reserve", item=items[6].id, mode="open", slot="RROCM")
    shown = [words(each) for each in topic(room, "chair", "agenda").xpath(".//ol/li/span")]
    assert "C1" in shown
    assert "C2" in shown
    observer = topic(room, "observer-organisation", "agenda")
    (closed,) = observer.xpath(".//ol/li[@data-mode='closed']")
    assert words(closed) == "Punto a puerta cerrada Closed-door item"
    assert "Espacio de RROCM" in words(observer)
    assert "Agenda preliminar" in words(observer)
