"""A page without its line, at a real browser over the desk's own HTTPS: what it says, keeps, and does not keep."""

import re
import shutil
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from browser.conftest import QUIET
from browser.people import look, wait
from playwright.sync_api import expect
from secure_desk import SESSION, SecureDesk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.openssl]

STORED = """async () => {
  // Words stand in bytes: the updates of a text.
  const legible = (_, value) => ArrayBuffer.isView(value) ? new TextDecoder().decode(value) : value;
  const found = {caches: [], words: "", databases: [], local: {...localStorage}, session: {...sessionStorage}};
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) {
      const answer = await (await caches.open(name)).match(request);
      found.caches.push(new URL(request.url).pathname);
      found.words += request.url + await answer.text();
    }
  }
  for (const {name} of await indexedDB.databases()) {
    found.databases.push(await new Promise((resolve) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => {
        const database = opening.result, all = [];
        const names = [...database.objectStoreNames];
        if (!names.length) { database.close(); return resolve([]); }
        const reading = database.transaction(names);
        for (const each of names) reading.objectStore(each).getAll().onsuccess = (event) => all.push(...event.target.result);
        reading.oncomplete = () => { database.close(); resolve(all.map((each) => JSON.stringify(each, legible))); };
      };
    }));
  }
  return found;
}"""
KEPT_UNSENT, BEHIND, CUT_OFF = "CENZONTLE", "GUACAMAYA", "OROPENDOLA"
"""Words that stand nowhere else: of the text with the door open, and behind it on the line and without one."""
SAVED = re.compile(r"\d\d:\d\d:\d\d$")
KEPT = "async () => { await navigator.serviceWorker.ready; return (await caches.keys()).length; }"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    served = SecureDesk(tmp_path_factory.mktemp("tls"))
    yield served
    served.stop()


@pytest.fixture
def phone(chromium, desk, tmp_path):
    """A phone whose browser takes the desk's certificate, signed in; workers start on no other terms."""
    with_certificate = [*QUIET, "--ignore-certificate-errors"]
    browser = chromium.browser_type.launch(
        executable_path=shutil.which("chromium"), args=with_certificate
    )
    context = browser.new_context(
        base_url=f"https://127.0.0.1:{desk.port}",
        locale="es-SV",
        timezone_id="Asia/Tokyo",  # a device brought from far away: hours are the room's all the same
        viewport={"width": 390, "height": 844},
    )
    yield context
    browser.close()


def enter(context, desk, name):
    page = context.new_page()
    page.goto("/")
    _, typed, pin = desk.badges[name]
    page.get_by_role("textbox").fill(typed)
    page.keyboard.press("Enter")
    if pin:
        page.locator("#pin").fill(pin)
        page.keyboard.press("Enter")
    page.wait_for_url(f"**/s/{SESSION}/**")
    assert page.evaluate(KEPT) == 1
    return page


def test_a_reload_without_a_line_says_so_and_returns_by_itself(phone, desk):
    page = enter(phone, desk, "Christian Roy")
    expect(page.locator("#connection .word")).to_have_text("Live")
    phone.set_offline(True)
    strip = page.locator("#offline")
    expect(strip).to_be_visible()
    expect(strip).to_contain_text("Offline since")
    expect(strip).to_contain_text("Data as of")
    hours = re.findall(r"\d\d:\d\d", strip.inner_text())
    now = datetime.now(ZoneInfo("America/El_Salvador"))
    assert {*hours} <= {f"{now - timedelta(minutes=each):%H:%M}" for each in range(3)}
    expect(strip.get_by_role("button", name="Retry")).to_be_visible()
    page.reload()
    expect(page.locator("h1")).to_have_text("Sin conexión con el servidor de la sala")
    assert page.locator("h2[lang=en], [lang=en] h2").inner_text().startswith("No connection")
    assert "San Salvador" not in page.content()
    page.goto("/guide/delegate?lang=en")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("[data-page=guide]")).to_be_visible()
    page.goto(f"/s/{SESSION}/")
    phone.set_offline(False)
    expect(page.locator("#connection .word")).to_have_text("Live")


def test_a_device_keeps_what_a_stranger_may_see_and_nothing_of_a_session(phone, desk):
    page = enter(phone, desk, "Beatriz Menjívar")
    for place in ("chair", "draft", "documents", ""):
        page.goto(f"/s/{SESSION}/{place}")
        page.wait_for_load_state()
    stored = page.evaluate(STORED)
    assert "/offline" in stored["caches"]
    assert any(each.endswith("/js/pages/draft.js") for each in stored["caches"])
    assert not [each for each in stored["caches"] if each.startswith("/s/")]
    for secret in (SESSION, "Beatriz", "Menjívar"):
        assert secret not in stored["words"]
        assert secret not in str(stored["databases"])
        assert secret not in str([stored["local"], stored["session"]])


def test_who_signs_out_leaves_nothing_on_the_device(phone, desk):
    page = enter(phone, desk, "Christian Roy")
    page.evaluate("localStorage.setItem('canary', 'x')")
    page.locator("details.me summary").click()
    page.locator("form[action='/out'] button").click()
    expect(page.locator("#code")).to_be_visible()
    assert page.evaluate("localStorage.getItem('canary')") is None
    assert page.evaluate(STORED)["databases"] in ([], [[]])


def write(page, place):
    """Open a text and stand in its first paragraph, which is begun if there is none."""
    page.goto(f"/s/{SESSION}/{place}")
    page.locator("#grid:not([aria-busy])").wait_for()
    page.locator("#grid button").first.click()
    # Empty, it has no size of its own.
    page.locator("#grid .ProseMirror:focus").wait_for(state="attached")


def test_words_written_behind_a_closed_door_are_on_no_device(phone, desk):
    chair = desk.sign_in("Beatriz Menjívar")
    word = "#connection .word"

    def do(command, **values):
        answer, page = desk.ask(f"/s/{SESSION}/do/{command}", values, cookie=chair)
        assert answer.status == 303, page

    # With the door open what is not sent yet is kept: this is how it is found.
    delegate = phone.browser.new_context(base_url=f"https://127.0.0.1:{desk.port}")
    page = enter(delegate, desk, "Anjali Singh")
    write(page, "draft")
    delegate.set_offline(True)
    page.keyboard.insert_text(KEPT_UNSENT)
    expect(page.locator("#offline")).to_be_visible()
    wait(page, lambda: KEPT_UNSENT in str(page.evaluate(STORED)["databases"]))
    delegate.close()

    shown = desk.ask(f"/s/{SESSION}/chair", cookie=chair)[1]
    way = r'name="mode" value="closed"[^<]*<input[^>]*name="seen" value="([0-9a-f]+)"'
    do("door.close", mode="closed", seen=re.search(way, shown)[1])
    do("roster.verify")
    do("draft.start_closed")
    page = enter(phone, desk, "Julie Tremblay")
    person = page.locator("html").get_attribute("data-person")

    def assert_nothing_is_kept(where):
        stored = look(page, lambda: page.evaluate(STORED))
        assert "/offline" in stored["caches"]
        assert not [each for each in (BEHIND, CUT_OFF) if each in str(stored)], where

    write(page, "closed-draft")
    page.keyboard.insert_text(BEHIND)
    expect(page.locator(word)).to_have_text(SAVED)
    assert_nothing_is_kept("on the line")
    phone.set_offline(True)
    page.keyboard.insert_text(f" {CUT_OFF}")
    expect(page.locator("#offline")).to_be_visible()
    assert_nothing_is_kept("without a line")
    phone.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()
    expect(page.locator(word)).to_have_text(SAVED)
    expect(page.locator("#grid")).to_contain_text(f"{BEHIND} {CUT_OFF}")

    # Sent out of the room: the desk says goodbye, and the page goes.
    do("roster.remove", person=person)
    page.wait_for_url(f"**/s/{SESSION}/")
    page.locator(".door-notice").wait_for()
    assert_nothing_is_kept("sent away")
    do("door.open")
    page.locator("#live-agenda").wait_for()
    assert_nothing_is_kept("with the door open again")
