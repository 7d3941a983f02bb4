"""A screen's way in as its browser meets it, and the Secretariat's page."""

import re

CODE = re.compile(r'class="typed">([0-9A-Z]{3}-[0-9A-Z]{3})<')


def shown_code(screen):
    page = screen.get("/screen")
    assert page.status_code == 200
    return CODE.search(page.text)[1]


def enrol(desk, code, **form):
    form = {"code": code, "name": "Sala B", "audience": "members"} | form
    return desk.post(f"/s/{desk.session}/screens", **form)


def test_a_screen_goes_from_its_code_to_the_room_without_a_hand(visit):
    screen, desk = visit(None), visit("secretariat")
    code = shown_code(screen)
    assert screen.get("/screen/state").status_code == 204
    assert shown_code(screen) == code
    assert enrol(desk, code).status_code == 303
    assert screen.get("/screen/state").status_code == 205
    collected = screen.get("/screen")
    assert (collected.status_code, collected.headers["Location"]) == (303, "/screen")
    kept = collected.headers.getlist("Set-Cookie")
    assert all("HttpOnly" in each and "SameSite=Strict" in each for each in kept)
    to_room = screen.get("/screen")
    assert to_room.headers["Location"] == f"/s/{desk.session}/screen"
    assert 'data-page="screen"' in screen.page("screen").text
    assert "Sala B" in desk.page("screens").text


def test_another_browser_has_another_code_and_nothing_of_the_first_ones(visit):
    screen, other, desk = visit(None), visit(None), visit("secretariat")
    code = shown_code(screen)
    assert shown_code(other) != code
    enrol(desk, code)
    assert other.get("/screen/state").status_code == 204
    assert other.get("/screen").status_code == 200


def test_a_browser_that_does_not_wait_is_told_to_come_again(visit):
    assert visit(None).get("/screen/state").status_code == 205


def test_a_scanned_code_takes_who_may_enrol_to_where_it_is_confirmed(visit):
    code = shown_code(visit(None))
    for role, there in (("secretariat", True), ("chair", True), ("delegate-hnd", False)):
        answer = visit(role).get(f"/screen/{code}")
        place = answer.headers["Location"]
        assert place.endswith(f"/screens?code={code.replace('-', '')}") is there, role
        assert there or place == "/"
    assert visit(None).get(f"/screen/{code}").headers["Location"] == "/"
    desk = visit("secretariat")
    assert f'value="{code}"' in desk.page(f"screens?code={code}").text
    assert 'value=""' in desk.page("screens?code=<b>").text


def test_a_wrong_code_is_said_beside_the_field_and_what_was_typed_stays(visit):
    desk = visit("secretariat")
    answer = enrol(desk, "AAAAAA", name="Sala de prensa")
    assert answer.status_code == 400
    assert "Ninguna pantalla espera con ese código" in answer.text
    assert 'value="AAAAAA"' in answer.text
    assert 'value="Sala de prensa"' in answer.text
    for _ in range(30):
        last = enrol(desk, "AAAAAA")
    assert last.status_code == 429


def test_a_withdrawn_screen_is_at_its_beginning_again(visit, room):
    screen, desk = visit(None), visit("secretariat")
    enrol(desk, shown_code(screen))
    screen.get("/screen")
    ids = re.findall(r'id="screen-([0-9a-z]+)" data-state', desk.page("screens").text)
    actor = room.desk.authority.actor
    named = next(each for each in ids if actor(room.session, each).name == "Sala B")
    assert desk.do("screen.withdraw", screen=named, _back="list_screens").status_code == 303
    assert CODE.search(screen.get("/screen").text)
    assert "Sala B" not in desk.page("screens").text
