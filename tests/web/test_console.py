"""The Secretariat's questions: why somebody can see something, and what the desk looks like to others."""

from __future__ import annotations

import re
from html import unescape
from typing import get_args

import pytest
from conftest import NOW

from session_app.domain.access import (
    ANY_BODY,
    BODIES,
    CLOSED_DOOR,
    CONDITIONS,
    DRAFTING_GROUP,
    Action,
    Category,
)
from session_app.domain.drafting import LANGUAGES
from session_app.domain.explanation import Fact
from session_app.i18n import read_catalogue
from session_app.services.door import preview_closing
from session_app.services.inspection import Kind
from session_app.store import people
from session_app.web.console import PAGES

ACTING = re.compile(r"<form|<button|<input|<dialog|<script|data-act|download>|formaction", re.I)
LINKS = re.compile(r'(?:href|action|src)="([^"]*)"')
AS = {
    # Who in the demonstration is of a category, without grants and off the roster.
    Category.DELEGATE: "delegate-hnd",
    Category.OBSERVER_COUNTRY: "observer-country",
    Category.OBSERVER_ORGANISATION: "observer-organisation",
    Category.RROCM: "rrocm",
    Category.INTERPRETER: "interpreter",
    Category.PUBLIC: None,
}


def close(room, mode="closed"):
    seen = preview_closing(room.desk, room.session, mode, NOW).seen
    room.do("chair", "door.close", mode=mode, seen=seen)


def main_of(answer):
    """What a page shows: its main part, without the acts its reader may do and the addresses."""
    body = unescape(answer.text)
    found = re.search(r"<main.*?</main>", body, re.S)
    assert found, body[:400]
    text = re.sub(r'\bhref="[^"]*"', "", found[0])
    return re.sub(r"\s+", " ", text)


def see_as(visitor, who, page=""):
    return visitor.page(f"as/{who}/{page}")


# See as ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["open", "members", "closed"])
def test_every_page_of_every_category_opens_shows_who_is_imitated_and_acts_nowhere(
    visit, room, mode
):
    if mode != "open":
        close(room, mode)
    for role in ("secretariat", "chair"):
        visitor = visit(role)
        for who in (*Category, "MEX.head", "CAN.drafting_representative", "ST.screen"):
            for page in ("", *PAGES, "doors"):
                answer = see_as(visitor, who, page)
                assert answer.status_code == 200, (role, who, page)
                banner = re.search(r'<aside class="seen".*?</aside>', answer.text, re.S)
                assert banner, (role, who, page)
                assert not ACTING.findall(answer.text), (role, who, page)
                for link in LINKS.findall(answer.text):
                    inside = link.startswith((f"/s/{room.session}/as/{who}/", "/static/", "#", "."))
                    assert inside or link == f"/s/{room.session}/as", (who, page, link)


@pytest.mark.parametrize("mode", ["open", "members", "closed"])
@pytest.mark.parametrize("page", ["", "documents", "screen"])
def test_what_is_shown_is_what_somebody_of_the_category_is_shown(visit, room, mode, page):
    if mode != "open":
        close(room, mode)
    secretariat = visit("secretariat")
    for category, role in AS.items():
        # But for the acts: nobody asks to be let in from an imitation.
        really = re.sub(
            r'<details class="more".*?</details>|<form.*?</form>|<div class="seg .*?</div>',
            "",
            main_of(visit(role).page(page)),
            flags=re.S,
        )
        assert _words(main_of(see_as(secretariat, category, page))) == _words(really), category


def _words(html):
    return re.sub(r"<[^>]+>", " ", html).split()


def test_whoever_reads_the_draft_reads_it_in_the_imitation_and_nobody_else(visit, room):
    words = max((room.desk.drafts.texts(row.id)["es"] for row in room.rows()), key=len)
    readers = {
        Category.HEAD,
        Category.DELEGATE,
        Category.PPT_CHAIR,
        Category.PPT_STAFF,
        Category.ST,
    }
    secretariat = visit("secretariat")
    shown = {
        category
        for category in Category
        if words in unescape(see_as(secretariat, category, "draft").text)
    }
    assert shown == readers


def test_the_notice_before_the_door_closes_stands_over_an_imitation_too(visit):
    secretariat = visit("secretariat")
    announced = 'id="live-soon" class="soon"'
    assert announced not in see_as(secretariat, Category.HEAD, "").text
    visit("chair").do("door.announce", seconds="120")
    assert announced in see_as(secretariat, Category.HEAD, "").text
    assert announced not in see_as(secretariat, Category.PUBLIC, "").text


def test_nobody_learns_a_closed_part_by_pretending(visit, room):
    room.do("chair", "agenda.add", title_es="CANARIO", title_en="CANARY", mode="closed")
    secretariat, chair = visit("secretariat"), visit("chair")

    def finds(visitor, who):
        pages = (*PAGES, "doors")
        return any("CANAR" in see_as(visitor, who, page).text for page in pages)

    everybody = (*Category, "SLV.chair", "MEX.head", "SLV.ppt_staff")
    assert not [who for who in everybody if finds(secretariat, who)]
    # The chair, who sees it, sees it as the chair alone: the others are off the roster.
    assert [who for who in everybody if finds(chair, who)] == [Category.PPT_CHAIR, "SLV.chair"]
    close(room)
    assert not [who for who in everybody if finds(secretariat, who)]
    words = max((room.desk.drafts.texts(row.id)["es"] for row in room.rows()), key=len)
    for who in everybody:
        assert words not in unescape(see_as(secretariat, who, "draft").text), who


def test_a_closed_run_has_as_little_in_it_for_the_secretariat_as_for_the_one_imitated(visit, room):
    room.do("chair", "agenda.add", title_es="Uno", title_en="One", mode="closed")
    secretariat = visit("secretariat")
    agenda = main_of(see_as(secretariat, Category.OBSERVER_ORGANISATION, "agenda"))
    assert 'data-state="" data-mode="closed"' in agenda  # that it exists
    agenda = main_of(see_as(secretariat, Category.HEAD, "agenda"))
    assert 'data-state="pending" data-mode="closed"' in agenda  # and when
    agenda = main_of(see_as(secretariat, Category.PPT_CHAIR, "agenda"))
    assert (
        'data-state="pending" data-mode="closed"' in agenda
    )  # no more than the Secretariat itself


def test_who_is_kept_out_sees_the_closed_notice_in_the_imitation_too(visit, room):
    close(room, "members")
    secretariat = visit("secretariat")
    assert 'data-page="closed"' in see_as(secretariat, Category.RROCM).text
    assert 'data-page="home"' in see_as(secretariat, Category.HEAD).text
    room.do("chair", "door.open")
    close(room)
    for category in set(Category) - {Category.PUBLIC}:
        assert 'data-page="closed"' in see_as(secretariat, category).text


def test_the_table_of_doors_answers_every_door_of_the_inventory_as_the_doors_do(visit, room, app):
    secretariat = visit("secretariat")
    doors = {f"{d.kind} {d.name}": d for d in app.inventory() if isinstance(d.needs, Action)}
    row = re.compile(r'<tr data-door="([^"]+)" data-answer="(\w+)">')
    for category, role in AS.items():
        page = see_as(secretariat, category, "doors").text
        answers = {unescape(name): answer for name, answer in row.findall(page)}
        assert answers.keys() == doors.keys()
        person = room.person.get(role)
        for name, answer in answers.items():
            if doors[name].behind:
                assert answer == "withheld"  # the Secretariat is not on that roster
                continue
            needs = doors[name].needs
            needs = Action.READ_DRAFT if needs is Action.DOWNLOAD else needs  # a draft still
            allowed = room.desk.authority.may(room.session, person, needs, NOW)
            assert (answer == "yes") is bool(allowed), (category, name)


def test_behind_a_closed_door_the_table_withholds_what_hangs_on_the_room(visit, room):
    close(room)
    page = see_as(visit("secretariat"), Category.HEAD, "doors").text
    answers = re.findall(r'data-door="([^"]+)" data-answer="(\w+)"', page)
    told = {name for name, answer in answers if answer != "withheld"}
    assert "topic agenda" not in told
    assert "topic draft" not in told
    assert {"topic sitting", "topic people", "page /s/&lt;session&gt;/desk"} <= told
    room.do("chair", "roster.verify")
    chairs = see_as(visit("chair"), Category.HEAD, "doors").text
    assert "withheld" not in chairs


def test_the_closed_parts_text_is_answered_for_to_its_roster_alone_whatever_the_sitting(
    visit, room
):
    everybody = {
        each.name: each.person for each in people.accredited(room.desk.store, room.session)
    }
    on_it, off_it = everybody["María Solano"], room.person["delegate-hnd"]
    room.do("chair", "roster.admit", person=on_it)
    close(room)
    room.do("chair", "roster.verify")
    room.do("chair", "door.open")
    secretariat, chair = visit("secretariat"), visit("chair")
    for thing in ("page /s/<session>/closed-draft", "download /s/<session>/closed-draft/es.docx"):
        pages = {
            ask(secretariat, each, thing).text.count("data-answer") for each in (on_it, off_it)
        }
        assert pages == {0}
        assert said(ask(chair, on_it, thing))[0] == "yes"
        answer, text = said(ask(chair, off_it, thing))
        assert answer == "no"
        assert "lista de la sesión a puerta cerrada" in text
        assert "sesión sea abierta" not in text


@pytest.mark.parametrize("who", ["nobody", "MEX.chair", "XXX.head", "..", "MEX.", ".head", "head."])
def test_whom_nobody_is_cannot_be_imitated(visit, who):
    assert see_as(visit("secretariat"), who, "documents").status_code == 404


def test_the_imitation_is_read_only_by_its_addresses_too(visit, room):
    secretariat = visit("secretariat")
    base = f"/s/{room.session}/as/observer_country"
    for path in ("", "/", "/documents", "/do/agenda.advance", "/desk/people/import"):
        assert secretariat.post(base + path).status_code in (404, 405), path
    assert secretariat.get(f"{base}/documents/es.docx").status_code == 404
    assert secretariat.get(f"{base}/chair").status_code == 404


@pytest.mark.parametrize("role", ["delegate-hnd", "observer-country", "interpreter", None])
def test_nobody_else_finds_these_pages(visit, role):
    visitor = visit(role)
    absent = visitor.page("nothing-of-that-name")
    for path in ("why", "as", "as/head/", "as/head/draft", "as/head/doors", "as/nobody/draft"):
        refused = visitor.page(path)
        assert (refused.status_code, refused.text) == (404, absent.text), path


def test_the_secretariats_page_leads_to_both(visit, room):
    page = visit("secretariat").page("desk").text
    for name in ("why", "as"):
        assert f'href="/s/{room.session}/{name}"' in page
    choice = visit("secretariat").page("as").text
    for who in (*Category, "MEX.head", "COL.observer"):
        assert f'href="/s/{room.session}/as/{who}/"' in choice


def test_the_banner_says_as_whom_in_both_languages(visit):
    secretariat = visit("secretariat")
    for language in ("es", "en"):
        secretariat.do("person.language", language=language)
        page = see_as(secretariat, Category.OBSERVER_COUNTRY).text
        assert "como: país observador" in page
        assert "seen by: observer country" in page
        assert f'<html lang="{language}"' in page


# Why can they see this? -----------------------------------------------------------------------


def ask(visitor, person, thing):
    return visitor.client.get(
        f"/s/{visitor.session}/why",
        query_string={"person": person, "thing": thing},
        base_url="http://127.0.0.1:8000",
    )


def said(answer):
    """The answer and the sentences under it."""
    found = re.search(r'<section class="panel answer".*?</section>', answer.text, re.S)
    assert found, answer.text[-2000:]
    return re.search(r'data-answer="(\w+)"', found[0])[1], unescape(found[0])


@pytest.mark.slow
def test_every_action_and_every_door_is_answered_for_everybody_as_the_doors_do(visit, room, app):
    secretariat = visit("secretariat")
    doors = [d for d in app.inventory() if isinstance(d.needs, Action) and not d.behind]
    things = [*((str(a), a) for a in Action), *((f"{d.kind} {d.name}", d.needs) for d in doors)]
    for role in ("chair", "drafting-can", "observer-country", "rrocm", "interpreter"):
        for thing, needs in things if role == "drafting-can" else things[:: len(things) // 25]:
            answer, _ = said(ask(secretariat, room.person[role], thing))
            asked = Action.READ_DRAFT if needs is Action.DOWNLOAD else needs
            allowed = room.desk.authority.may(room.session, room.person[role], asked, NOW)
            assert (answer == "yes") is bool(allowed), (role, thing)


@pytest.mark.parametrize("language", ["es", "en"])
def test_an_answer_gives_its_reason_and_its_source_in_the_readers_language(visit, room, language):
    secretariat = visit("secretariat")
    secretariat.do("person.language", language=language)
    person = room.person["delegate-hnd"]
    answer, text = said(ask(secretariat, person, "draft:edit"))
    assert answer == "no"
    assert "S002 B L34" in text
    words = {"es": "Grupo de Redacción", "en": "Drafting Group"}
    assert words[language] in text
    answer, text = said(ask(secretariat, person, "draft:read"))
    assert answer == "yes"


def test_a_grant_that_decides_is_named_with_who_gave_it_and_why(visit, room):
    secretariat, person = visit("secretariat"), room.person["interpreter"]
    _, text = said(ask(secretariat, person, "draft:read"))
    assert "Leer el borrador" in text  # what would allow it
    room.do("chair", "grant.give", person=person, right="read_draft", reason="Traduce el anexo")
    answer, text = said(ask(secretariat, person, "draft:read"))
    assert answer == "yes"
    assert "Traduce el anexo" in text
    assert room.desk.authority.actor(room.session, room.person["chair"]).name in text


def test_whom_the_door_keeps_out_is_told_nothing_that_hangs_on_the_room(visit, room):
    close(room)
    room.do("chair", "roster.verify")
    secretariat, chair = visit("secretariat"), visit("chair")
    everybody = {
        each.name: each.person for each in people.accredited(room.desk.store, room.session)
    }
    on_it, off_it = everybody["María Solano"], room.person["delegate-hnd"]
    for thing in (
        "sitting:attend",
        "agenda:see",
        "draft:read",
        "topic agenda",
        "document:download",
    ):
        withheld = [ask(secretariat, each, thing).text for each in (on_it, off_it)]
        assert all('id="answer"' in page for page in withheld)
        first, second = (
            re.search(r'<p class="notice warn".*?</p>', page, re.S)[0] for page in withheld
        )
        assert first == second
        assert "data-answer" not in withheld[0]
    assert said(ask(secretariat, off_it, "people:accredit"))[0] == "no"
    assert said(ask(secretariat, off_it, "session:know"))[0] == "yes"
    answer, text = said(ask(chair, on_it, "agenda:see"))
    assert (answer, "lista de la sesión a puerta cerrada" in text) == ("yes", True)
    answer, text = said(ask(chair, off_it, "agenda:see"))
    assert (answer, "lista de la sesión a puerta cerrada" in text) == ("no", True)


def test_a_question_that_makes_no_sense_has_no_answer_and_does_no_harm(visit, room):
    secretariat = visit("secretariat")
    person = room.person["chair"]
    for thing in ("", "nothing", "draft:nothing", "page <script>", "x" * 5000):
        answer = ask(secretariat, person, thing)
        assert answer.status_code == 200
        assert 'id="answer"' not in answer.text
        assert "<script>" not in answer.text
    assert ask(secretariat, "nobody", "draft:read").status_code == 404


def test_everything_that_can_be_asked_about_has_its_words_in_both_languages():
    codes = {
        *(f"ui.action.{each}" for each in Action),
        *(f"ui.category.{each}" for each in Category),
        *(f"ui.door.{each}" for each in get_args(Kind)),
        *(f"ui.lines.{each}" for each in (*BODIES, CLOSED_DOOR, DRAFTING_GROUP, ANY_BODY)),
        *(f"ui.as.page.{each}" for each in PAGES),
        *(f"ui.why.opens.{each}" for each in get_args(Fact) if each != "setting"),
        *(f"ui.why.decides.{each}" for each in get_args(Fact) if each not in ("setting", "mode")),
        *(reason for _, reason in CONDITIONS.values()),
    }
    for language in LANGUAGES:
        assert codes <= read_catalogue(language).keys()
