"""Pages, forms, downloads: what each visitor gets, and that the rest is simply not there."""

import io
import re
import zipfile

import pytest
from lxml import html

from session_app.app import create_app
from session_app.config import ROOT, Settings
from session_app.services.adoption import read_standing
from session_app.services.structure import read_structure
from session_app.store import sessions
from session_app.views.drafting import AT_ONCE
from session_app.web.guard import HostGuard

INSIDERS = ["chair", "secretariat", "drafting-can", "delegate-hnd"]
OUTSIDERS = ["observer-organisation", "observer-country", "rrocm", "projector", "interpreter"]


def test_a_badges_link_shows_a_button_and_only_the_button_signs_in(visit, room):
    code = room.roles[0].code
    stranger = visit(None)
    for _ in range(2):
        shown = stranger.get(f"/in/{code}")
        assert shown.status_code == 200
        assert room.roles[0].name in shown.text
        assert "Set-Cookie" not in shown.headers
    cookie = stranger.post("/in", code=code).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert stranger.page().status_code == 200


@pytest.mark.parametrize("code", ["", "x", "a" * 26, "' or 1=1 --"])
def test_a_wrong_code_is_one_sentence(visit, code):
    answer = visit(None).post("/in", code=code)
    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers


def test_signing_out_ends_the_login_everywhere_it_was_copied(visit):
    chair = visit("chair")
    cookie = chair.client.get_cookie("login", domain="127.0.0.1").value
    chair.post("/out")
    thief = visit(None)
    thief.client.set_cookie("login", cookie, domain="127.0.0.1")
    assert thief.page("chair").status_code == 404


@pytest.mark.parametrize("page", ["chair", "desk", "desk/people", "draft", "documents/es.docx"])
def test_nobody_signed_in_gets_nothing_of_the_session(visit, page):
    there = visit(None).page(page)
    nowhere = visit(None).get(f"/s/no-such-session/{page}")
    assert there.status_code == nowhere.status_code == 404
    assert there.text == nowhere.text


@pytest.mark.parametrize("role", OUTSIDERS)
@pytest.mark.parametrize(
    "page", ["chair", "desk", "draft", "documents/es.docx", "documents/bilingual.docx"]
)
def test_outsiders_find_no_draft_and_no_desk(visit, role, page):
    visitor = visit(role)
    refused, absent = visitor.page(page), visitor.page("nothing-of-that-name")
    assert refused.status_code == absent.status_code == 404
    assert refused.text == absent.text


@pytest.mark.parametrize("role", OUTSIDERS)
def test_an_outsiders_pages_hold_no_word_of_the_draft(visit, room, role):
    words = [text[:40] for row in room.rows() for text in room.desk.drafts.texts(row.id).values()]
    for page in ("", "documents", "screen"):
        shown = visit(role).page(page).text
        assert not [each for each in words if each in shown]


def test_the_drafting_page_brings_the_beginning_of_the_text_as_it_stands(visit, room):
    structure = read_structure(room.desk.store, room.draft, room.desk.drafts.style)
    page = html.fromstring(visit("drafting-can").page("draft").data)
    served = page.xpath('//div[@id="served"]//div[contains(@class, "gut")]/..')
    assert len(served) == min(len(structure.rows), AT_ONCE)
    for shown, row in zip(served, structure.rows, strict=False):
        label, *texts = shown.xpath('.//*[@class="n" or @class="plain"]')
        assert label.text_content() == getattr(row, f"label_{page.get('lang')}")
        said = {each.getparent().get("lang"): each.text_content() for each in texts}
        assert said == room.desk.drafts.texts(row.id)


@pytest.mark.parametrize("role", INSIDERS)
def test_members_read_the_draft_as_a_word_file(visit, role):
    answer = visit(role).page("documents/bilingual.docx")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as package:
        assert "Recibir y aceptar" in package.read("word/document.xml").decode()


def test_the_final_file_is_the_issued_one_and_stays_with_the_entitled(visit, room):
    standing = read_standing(room.desk, room.draft)
    room.do("chair", "draft.adopt", digest=standing.digest, override="Consenso")
    files = {visit(role).page("documents/es.docx").data for role in INSIDERS}
    assert len(files) == 1
    assert visit("observer-organisation").page("documents/es.docx").status_code == 404


def test_an_act_works_as_a_plain_form_without_any_script(visit, room):
    def states():
        return [str(item.state) for item in sessions.agenda(room.desk.store, room.session)]

    before = states()
    answer = visit("chair").do("agenda.advance", _back="chair")
    assert answer.headers["Location"].endswith("/chair")
    assert states() != before
    marked = visit("secretariat").do("attendance.mark", delegation="BLZ", present="true")
    assert marked.status_code == 303
    assert "BLZ" in sessions.present(room.desk.store, room.session)


def test_an_act_leads_back_to_the_page_it_stands_on_and_nowhere_else(visit, room):
    chair = visit("chair")
    templates = ROOT / "session_app" / "web" / "templates"
    said = "".join(each.read_text(encoding="utf-8") for each in templates.rglob("*.html"))
    pages = set(re.findall(r'(?:name="_back" value|back)="([a-z_]+)"', said))
    assert {"chair", "home", "desk_meeting"} < pages
    home = f"/s/{room.session}/"
    for page in sorted(pages - {"home"}):
        answer = chair.do("person.language", language="es", _back=page)
        assert (answer.status_code, answer.headers["Location"] != home) == (303, True), page
    for page in ("act", "entrance", "static", "imitated_page", "//evil.example", "found"):
        answer = chair.do("person.language", language="es", _back=page)
        assert (answer.status_code, answer.headers["Location"]) == (303, home), page


def test_a_refused_act_says_why_and_an_act_one_may_not_do_is_not_there(visit):
    assert visit("chair").do("sitting.resume").status_code == 409
    assert visit("chair").do("agenda.add", title_es="x").status_code == 400
    assert visit("delegate-hnd").do("agenda.advance").status_code == 404
    assert visit("chair").do("agenda.destroy").status_code == 400


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:9000"])
def test_a_form_of_another_origin_is_refused(visit, room, origin):
    chair = visit("chair")
    before = sessions.agenda(room.desk.store, room.session)
    answer = chair.client.post(
        f"/s/{room.session}/do/agenda.advance",
        base_url="http://127.0.0.1:8000",
        headers={} if origin is None else {"Origin": origin},
    )
    assert answer.status_code == 404
    assert sessions.agenda(room.desk.store, room.session) == before


def test_the_desk_answers_only_to_its_own_names():
    guard = HostGuard(lambda environ, start: [b"in"], ["127.0.0.1:8000"])

    def ask(host):
        environ = {"HTTP_HOST": host, "PATH_INFO": "/socket.io/"}
        return b"".join(guard(environ, lambda *_: None))

    assert ask("127.0.0.1:8000") == b"in"
    for host in ("evil.example", "127.0.0.1:80", ""):
        assert b"does not answer" in ask(host)


def test_answers_are_not_kept_and_run_no_foreign_script(visit):
    for page in ("", "chair", "documents/es.docx"):
        headers = visit("chair").page(page).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "unsafe" not in headers["Content-Security-Policy"]


@pytest.mark.parametrize(("page", "role"), [
    ("", "chair"), ("", "delegate-hnd"), ("", "observer-country"), ("", "rrocm"), ("chair", "chair"),
    ("desk", "secretariat"), ("desk/meeting", "secretariat"),
    ("desk/people", "secretariat"), ("desk/badges", "secretariat"), ("desk/documents", "secretariat"), ("draft", "drafting-can"),
    ("draft", "delegate-hnd"), ("documents", "delegate-hnd"), ("screen", "projector"),
    ("closed", "observer-country"),
])  # fmt: skip
def test_every_page_is_whole_in_both_languages_and_without_inline_code(visit, page, role):
    for language in ("es", "en"):
        visitor = visit(role)
        visitor.do("person.language", language=language)
        answer = visitor.page(page)
        assert answer.status_code == 200
        assert f'<html lang="{language}"' in answer.text
        assert " style=" not in answer.text
        assert " onclick=" not in answer.text
        assert answer.text.count("<h1") == 1


def test_the_secretariat_prints_a_link_and_a_lost_one_is_ended(visit, room):
    desk = visit("secretariat")
    lost = next(each.code for each in room.roles if each.role == "drafting-can")
    page = desk.post(
        f"/s/{room.session}/desk/badges", person=room.person["drafting-can"], anew="true"
    )
    code = page.text.split("/in/")[1][:26]
    assert visit(None).post("/in", code=lost).status_code == 400
    found = visit(None)
    step = re.search(r'name="step" value="([^"]+)"', found.post("/in", code=code).text)[1]
    pin = re.search(r"<code>(\d{6})</code>", page.text)[1]
    assert found.post("/in/pin", step=step, pin=pin).status_code == 303


def test_a_printed_link_is_of_the_kind_people_reach_the_desk_by(room, desk, tmp_path):
    host = "sala.example.org"
    settings = Settings(data=tmp_path / "data", static=ROOT / "static", hosts=(host,), secure=True)
    client = create_app(settings, desk).flask.test_client()
    headers = {"Origin": f"https://{host}"}
    code = next(each.code for each in room.roles if each.role == "secretariat")
    signed_in = client.post("/in", base_url=f"http://{host}", data={"code": code}, headers=headers)
    cookie = signed_in.headers["Set-Cookie"].partition(";")[0]
    assert cookie.startswith("__Host-login=")
    page = client.post(
        f"/s/{room.session}/desk/badges",
        base_url=f"http://{host}",  # as the TLS in front of the desk passes it on
        data={"person": room.person["chair"]},
        headers=headers | {"Cookie": cookie},
    )
    assert f"https://{host}/in/" in page.text
    assert f"http://{host}" not in page.text
