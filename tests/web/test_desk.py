"""The Secretariat's desk: its sections, and what it shows of who is there."""

from __future__ import annotations

import lxml.html
import pytest
from conftest import NOW

from session_app.services.desk import Reach
from session_app.services.door import preview_closing

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
