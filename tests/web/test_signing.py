"""The door as a browser meets it: codes, PINs and devices on pages, cookies, forms of other origins,
and what every answer carries."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from conftest import NOW

from session_app.app import create_app
from session_app.config import ROOT, Settings
from session_app.services.authority import CONSOLE
from session_app.services.desk import clock
from session_app.services.people import accredit
from session_app.services.setup import create_session
from session_app.services.signing import issue_badge
from session_app.store import people, sessions, signing
from session_app.web.documents import SANDBOX
from session_app.web.guard import CSP

URL = "http://127.0.0.1:8000"
ANDROID = "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0"


@pytest.fixture
def issue(room):
    """A real badge: `issue("chair")`."""

    def make(role, *, anew=False):
        holder = room.person[role]
        return issue_badge(room.desk, room.session, holder, person=CONSOLE, now=clock(), anew=anew)

    return make


def step_of(page):
    return re.search(r'name="step" value="([^"]+)"', page.text)[1]


def sign_in(visitor, badge):
    answer = visitor.post("/in", code=badge.typed)
    if badge.pin:
        answer = visitor.post("/in/pin", step=step_of(answer), pin=badge.pin)
    return answer


def is_in(visitor):
    return visitor.get("/devices").status_code == 200


def cookie_of(answer):
    return answer.headers["Set-Cookie"].partition("=")[2].partition(";")[0]


# The steps -----------------------------------------------------------------------------------


def test_a_typed_code_opens_the_meeting(visit, issue):
    delegate = visit(None)
    answer = delegate.post("/in", code=f" {issue('delegate-hnd').typed.lower()} ")
    assert answer.status_code == 303
    assert is_in(delegate)


def test_a_typed_code_in_a_links_place_is_not_looked_up(visit, issue):
    badge = issue("delegate-hnd")
    for code in (badge.typed, badge.typed.replace("-", "").lower()):
        assert visit(None).get(f"/in/{code}").status_code == 400
    assert visit(None).get(f"/in/{badge.link}").status_code == 200


def test_the_page_of_the_pin_names_the_holder_and_nothing_else_of_them(visit, issue, room):
    stranger = visit(None)
    page = stranger.post("/in", code=issue("drafting-can").typed)
    name = next(each.name for each in room.roles if each.role == "drafting-can")
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert name in page.text
    for other in ("CAN", "Canad", room.session, room.person["drafting-can"], "2017"):
        assert other not in page.text
    assert stranger.page("draft").status_code == 404


def test_a_wrong_pin_says_how_many_tries_are_left_and_then_how_long_to_wait(visit, issue):
    badge, chair = issue("chair"), visit(None)
    step = step_of(chair.post("/in", code=badge.link))
    wrong = f"{(int(badge.pin) + 1) % 10**6:06}"
    statuses = [chair.post("/in/pin", step=step, pin=wrong).status_code for _ in range(6)]
    assert statuses == [400] * 4 + [429] * 2
    assert chair.post("/in/pin", step=step, pin=badge.pin).status_code == 429
    assert "PIN" in chair.post("/in/pin", step=step, pin="seis").text


@pytest.mark.parametrize("path", ["/in/pin", "/in/device"])
def test_a_step_that_has_not_begun_leads_back_to_the_code(visit, issue, path):
    badge, stranger = issue("chair"), visit(None)
    for step in ("", "x", "\x00", "a" * 100_000):
        answer = stranger.post(path, step=step, pin=badge.pin)
        assert answer.status_code == 400
        assert 'name="code"' in answer.text
        assert "Set-Cookie" not in answer.headers


def test_a_step_once_used_is_used_up(visit, issue):
    badge, chair = issue("chair"), visit(None)
    step = step_of(chair.post("/in", code=badge.link))
    assert chair.post("/in/pin", step=step, pin=badge.pin).status_code == 303
    assert chair.post("/in/pin", step=step, pin=badge.pin).status_code == 400


def test_too_many_wrong_codes_say_how_long_to_wait_and_that_links_work(visit, issue):
    stranger = visit(None)
    answers = [stranger.post("/in", code="22222222") for _ in range(31)]
    assert [each.status_code for each in answers] == [400] * 30 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert "QR" in answers[-1].text
    badge = issue("delegate-hnd")
    assert stranger.post("/in", code=badge.typed).status_code == 429
    assert stranger.post("/in", code=badge.link).status_code == 303


def test_a_code_opens_the_sessions_of_its_holder_and_no_other(visit, room):
    other = "red-consular-2018"
    held = sessions.session(room.desk.store, room.session)
    create_session(room.desk, replace(held, id=other, body="network_consular"), (), clock())
    listed = "name,delegation,capacity\nInés Coto,CRI,delegate\n"
    accredit(room.desk, other, listed.encode(), person=CONSOLE, now=clock())
    (holder,) = people.accredited(room.desk.store, other)
    badge = issue_badge(room.desk, other, holder.person, person=CONSOLE, now=clock())
    visitor = visit(None)
    visitor.post("/in", code=badge.typed)
    assert visitor.get("/").headers["Location"] == f"/s/{other}/"
    assert visitor.get(f"/s/{other}/draft").status_code == 200
    nobody = visit(None)
    for page in ("", "draft", "documents", "desk/people"):
        theirs, public = visitor.page(page), nobody.page(page)
        assert theirs.status_code == public.status_code


def test_an_error_is_said_in_both_languages(visit):
    page = visit(None).post("/in", code="22222222").text
    assert "Ningún gafete válido" in page
    assert "No badge in use" in page


def test_a_form_without_its_field_or_with_a_file_in_it_is_a_sentence(visit):
    stranger = visit(None)
    for path in ("/in", "/in/pin", "/in/device"):
        assert stranger.post(path).status_code == 400
        assert stranger.post(path, other="x").status_code == 400


# Devices -------------------------------------------------------------------------------------


def test_a_third_device_is_asked_about_and_the_others_are_told(visit, issue):
    badge = issue("delegate-hnd")
    phone, laptop, tablet = visit(None), visit(None), visit(None)
    for each in (phone, laptop):
        assert sign_in(each, badge).status_code == 303
    tablet.client.environ_base["HTTP_USER_AGENT"] = ANDROID
    asked = tablet.post("/in", code=badge.link)
    assert asked.status_code == 200
    assert is_in(phone)
    assert tablet.post("/in/device", step=step_of(asked)).status_code == 303
    assert not is_in(phone)
    assert "Firefox · Android" in phone.get("/").text
    assert "Firefox · Android" in laptop.page().text
    assert laptop.post("/devices/known").status_code == 303
    assert "Firefox · Android" not in laptop.page().text
    assert "Firefox · Android" in laptop.get("/devices").text


def test_my_devices_lists_mine_and_signs_them_out(visit, issue):
    badge = issue("chair")
    here, there, other = visit(None), visit(None), visit("delegate-hnd")
    for each in (here, there):
        sign_in(each, badge)
    logins = re.findall(r'name="login" value="([^"]+)"', here.get("/devices").text)
    assert len(logins) == 2
    assert other.post("/devices/out", login=logins[1]).status_code == 404
    assert here.post("/devices/out", login=logins[1]).headers["Location"] == "/devices"
    assert (is_in(here), is_in(there)) == (True, False)
    sign_in(there, badge)
    answer = here.post("/devices/out")
    assert answer.headers["Location"] == "/"
    assert "Clear-Site-Data" in answer.headers
    assert (is_in(here), is_in(there)) == (False, False)


def test_nobody_has_devices(visit):
    for path in ("/devices/out", "/devices/known"):
        assert visit(None).post(path).status_code == 404
    assert visit(None).get("/devices").status_code == 404


def test_the_secretariat_issues_a_lost_badge_anew(visit, issue, room):
    desk, holder, lost = visit("secretariat"), visit(None), issue("drafting-can")
    assert sign_in(holder, lost).status_code == 303
    listed = desk.page(f"desk/people/{room.person['drafting-can']}").text
    form = re.search(
        rf'<form[^>]*action="([^"]+)">(?:(?!</form>).)*{room.person["drafting-can"]}'
        r'(?:(?!</form>).)*name="anew" value="true"',
        listed,
    )
    sheet = desk.post(form[1], person=room.person["drafting-can"], anew="true").text
    assert not is_in(holder)
    assert visit(None).post("/in", code=lost.typed).status_code == 400
    typed, pin = re.findall(r"<code>([^<]+)</code>", sheet)
    answer = visit(None).post("/in", code=typed)
    assert visit(None).post("/in/pin", step=step_of(answer), pin=pin).status_code == 303


def test_the_sheet_of_badges_has_a_pin_for_who_needs_one_only(visit, room):
    everybody = [each.person for each in people.accredited(room.desk.store, room.session)]
    sheet = visit("secretariat").post(f"/s/{room.session}/desk/badges", person=everybody).text
    badges = re.findall(r'<li class="badge card".*?</li>', sheet, re.DOTALL)
    assert len(badges) == 40
    assert all(re.search(r"<code>\w{4}-\w{4}</code>", each) for each in badges)
    assert not any(re.search(r"<code>\d{6}</code>", each) for each in badges)
    with_pin = re.findall(r'<li class="pin">.*?</li>', sheet, re.DOTALL)
    assert 10 < len(with_pin) < 30
    assert all(re.search(r"<code>\d{6}</code>", each) for each in with_pin)


# Cookies -------------------------------------------------------------------------------------


def test_each_sign_in_has_a_new_secret_and_takes_none_that_it_is_given(visit, issue):
    badge, visitor = issue("delegate-hnd"), visit(None)
    visitor.client.set_cookie("login", "chosen-by-somebody-else", domain="127.0.0.1")
    secrets = [cookie_of(sign_in(visitor, badge)) for _ in range(3)]
    assert len({*secrets, "chosen-by-somebody-else"}) == 4
    assert all(len(each) >= 43 for each in secrets)
    thief = visit(None)
    for old in ("chosen-by-somebody-else", *secrets[:2]):
        thief.client.set_cookie("login", old, domain="127.0.0.1")
        assert not is_in(thief)


def test_a_cookie_says_how_it_may_travel(room, desk, tmp_path, issue):
    host = "sala.example.org"
    for secure, name, flags in (
        (True, "__Host-login", {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"}),
        (False, "login", {"HttpOnly", "Path=/", "SameSite=Strict"}),
    ):
        settings = Settings(data=tmp_path, static=ROOT / "static", hosts=(host,), secure=secure)
        client = create_app(settings, desk).flask.test_client()
        origin = f"{'https' if secure else 'http'}://{host}"
        answer = client.post(
            "/in",
            base_url=origin,
            data={"code": issue("delegate-hnd", anew=True).link},
            headers={"Origin": origin},
        )
        first, *others = answer.headers["Set-Cookie"].split("; ")
        assert first.startswith(f"{name}=")
        assert {each for each in others if not each.startswith(("Expires", "Max-Age"))} == flags
        assert "Max-Age=604800" in others
        assert ("Strict-Transport-Security" in answer.headers) is secure


def test_a_login_ends_after_a_week_whatever_the_browser_keeps(visit, issue, room):
    visitor = visit(None)
    sign_in(visitor, issue("delegate-hnd"))
    week = datetime.now(UTC) - timedelta(days=7)
    with room.desk.store.transaction(NOW) as tx:
        tx.execute("update login set at = ?", (week.isoformat(timespec="milliseconds"),))
    assert not is_in(visitor)


def test_a_clock_set_back_an_hour_signs_nobody_out(visit, issue, monkeypatch):
    visitor = visit(None)
    sign_in(visitor, issue("delegate-hnd"))
    earlier = lambda: clock() - timedelta(hours=1)  # noqa: E731
    for module in ("guard", "signing", "pages"):
        monkeypatch.setattr(f"session_app.web.{module}.clock", earlier)
    assert is_in(visitor)
    sign_in(visitor, issue("delegate-hnd"))
    assert is_in(visitor)


# Forms of other origins ----------------------------------------------------------------------


def forms(app, room):
    """Every address that takes a form, as the application itself lists them."""
    fill = {"session": room.session, "command": "agenda.advance", "paper": "nothing"}
    for rule in app.flask.url_map.iter_rules():
        if rule.methods & {"POST", "PUT", "PATCH", "DELETE"}:
            assert rule.arguments <= fill.keys(), f"say how {rule.rule} is filled in"
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda found: fill[found[1]], rule.rule)


FOREIGN = (
    None, "", "null", "http://evil.example", "https://127.0.0.1:8000", "http://127.0.0.1",
    "http://127.0.0.1:8000.evil.example", "http://evil.example#127.0.0.1:8000",
    "http://user@127.0.0.1:8000", "http://127.0.0.1:8000/", "127.0.0.1:8000",
)  # fmt: skip


def test_no_form_of_another_origin_is_taken_anywhere(app, room, visit, issue):
    paths = sorted(forms(app, room))
    assert len(paths) >= 9
    state = "select (select max(seq) from act), (select count(*) from login), (select count(*) from badge)"
    for role in ("chair", "secretariat"):
        visitor, badge = visit(role), issue("delegate-hnd")
        before = tuple(room.desk.store.one(state))
        for path in paths:
            for origin in FOREIGN:
                headers = {} if origin is None else {"Origin": origin}
                fields = {"code": badge.link, "person": room.person["chair"]}
                answer = visitor.client.post(path, base_url=URL, data=fields, headers=headers)
                assert answer.status_code == 404, (path, origin)
        assert tuple(room.desk.store.one(state)) == before
        assert is_in(visitor)


@pytest.mark.slow
def test_our_own_forms_are_taken(app, room, visit, issue):
    taken = set()
    for path in sorted(forms(app, room), key=lambda path: path == "/out"):
        for role in ("chair", "secretariat"):
            answer = visit(role).post(path, code=issue("delegate-hnd", anew=True).link)
            if answer.status_code != 404:
                taken.add(path)
    assert taken == set(forms(app, room))


def test_a_page_that_is_got_changes_nothing(app, room, visit, issue):
    badge = issue("chair")
    fill = {"session": room.session, "layout": "es", "code": badge.link, "filename": "mark.svg"}
    fill |= {"who": "observer_country", "page": "documents", "role": "chair", "document": "x"}
    fill |= {"person": room.person["interpreter"], "language": "en"}
    tables = ("login", "badge", "accreditation", "permission", "event")
    count = "select " + ", ".join(f"(select count(*) from {each})" for each in tables)
    visitor = visit("secretariat")
    before = tuple(room.desk.store.one(count))
    for rule in app.flask.url_map.iter_rules():
        if "GET" in rule.methods:
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: fill[found[1]], rule.rule)
            visitor.get(path).close()
    assert tuple(room.desk.store.one(count)) == before


# What every answer carries -------------------------------------------------------------------


class Inline(HTMLParser):
    """Finds what a page would have to allow inline, or from elsewhere."""

    def __init__(self):
        super().__init__()
        self.found = []
        self._script = False

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        # A block of JSON is not run.
        self._script = tag == "script" and values.get("type") != "application/json"
        if tag in ("style", "base", "iframe", "object", "embed") or (
            self._script and not values.get("src")
        ):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.found.append(name)
            if name in ("src", "href", "action", "formaction", "srcset") and not re.match(
                r"/(?!/)|#|\.$|data:image/svg\+xml|http://127\.0\.0\.1:8000/in/|mailto:",
                value or "",
            ):
                self.found.append(f"{name}={value}")
            if value and value.strip().lower().startswith(("javascript:", "data:text")):
                self.found.append(value)

    def handle_data(self, data):
        if self._script and data.strip():
            self.found.append(data)


def answers(app, room, visit, issue):
    """Every page as somebody gets it, and every kind of refusal, with its address."""
    fill = {"session": room.session, "layout": "es", "filename": "css/base.css", "language": "es"}
    fill |= {"person": room.person["interpreter"]}
    fill |= {"who": "observer_country", "page": "documents", "role": "chair", "document": "x"}
    fill |= {"person": room.person["interpreter"]}
    for role in (None, "chair", "secretariat", "delegate-hnd", "observer-country", "projector"):
        visitor = visit(role)
        for rule in app.flask.url_map.iter_rules():
            if "GET" in rule.methods:
                badge = issue("chair") if "code" in rule.arguments else None
                known = fill | {"code": badge.link if badge else ""}
                path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found, known=known: known[found[1]], rule.rule)  # fmt: skip
                yield path, visitor.get(path)
        for path in ("/nothing", "/s/none/", f"/s/{room.session}/nothing", "/in/x", "/devices"):
            yield path, visitor.get(path)
        yield "PUT", visitor.client.put("/in", base_url=URL, headers={"Origin": URL})
        yield "GET", visitor.get("/out")
        yield "other origin", visitor.client.post("/out", base_url=URL)
        yield "bad command", visitor.do("agenda.destroy")
        yield "too large", visitor.post("/in", code="x" * 3_000_000)
    stranger, badge = visit(None), issue("chair")
    asked = stranger.post("/in", code=badge.link)
    yield "PIN", asked
    yield "wrong PIN", stranger.post("/in/pin", step=step_of(asked), pin="x")
    yield "wrong code", stranger.post("/in", code="22222222")
    for _ in range(2):
        sign_in(visit(None), badge)
    yield "device", sign_in(stranger, badge)
    yield (
        "badges",
        visit("secretariat").post(f"/s/{room.session}/desk/badges", person=room.person["chair"]),
    )
    yield "import", visit("secretariat").post(f"/s/{room.session}/desk/people/import")


@pytest.mark.slow
def test_no_page_holds_anything_inline_or_from_elsewhere(app, room, visit, issue):
    pages = 0
    for name, answer in answers(app, room, visit, issue):
        answer.close()
        if answer.mimetype == "text/html" and answer.data:
            read = Inline()
            read.feed(answer.text)
            assert read.found == [], name
            pages += 1
    assert pages > 100


@pytest.mark.slow
def test_every_answer_but_the_static_files_is_kept_nowhere_and_runs_nothing_foreign(
    app, room, visit, issue
):
    seen = set()
    for name, answer in answers(app, room, visit, issue):
        answer.close()
        seen.add(answer.status_code)
        if not name.startswith("/static/"):
            assert answer.headers["Cache-Control"] == "no-store", name
            assert "ETag" not in answer.headers, name
        assert answer.headers["X-Content-Type-Options"] == "nosniff", name
        assert answer.headers["Content-Security-Policy"] in (CSP, SANDBOX), name
        assert answer.headers["Referrer-Policy"] == "same-origin", name
    assert {200, 302, 400, 404, 413} <= seen


def test_no_template_and_no_script_of_ours_needs_anything_inline():
    templates = list((ROOT / "session_app" / "web" / "templates").rglob("*.html"))
    assert len(templates) > 20
    for template in templates:
        text = template.read_text(encoding="utf-8")
        assert not re.search(
            r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*(\ssrc=|application/json))",
            text,
        )
    assert "unsafe" not in CSP
    assert CSP.startswith("default-src 'none'")


def test_a_newcomer_is_told_of_by_name_of_ours_and_not_by_the_devices_own_words(visit, issue):
    badge, first, second = issue("delegate-hnd"), visit(None), visit(None)
    sign_in(first, badge)
    second.client.environ_base["HTTP_USER_AGENT"] = "<b>Firefox</b> on <i>Windows</i>"
    sign_in(second, badge)
    assert "Firefox · Windows" in first.page().text
    assert "<b>Firefox</b>" not in first.page().text


def test_a_login_of_a_person_no_longer_accredited_opens_no_meeting(visit, issue, room):
    visitor = visit(None)
    sign_in(visitor, issue("delegate-hnd"))
    with room.desk.store.transaction(clock()) as tx:
        tx.execute("delete from accreditation where person = ?", (room.person["delegate-hnd"],))
        tx.change_authority()
    assert visitor.get("/").status_code == 200
    assert visitor.get("/devices").status_code == 200
    assert visitor.page("draft").status_code == 404
    assert signing.logins(room.desk.store, room.person["delegate-hnd"], clock())
