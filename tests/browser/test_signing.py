"""Badges at real browsers, over the desk's own HTTPS: codes, PINs, devices, and pages that end."""

import re

import pytest
from playwright.sync_api import expect
from secure_desk import SESSION, SecureDesk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.openssl]

ENTRANCE = re.compile(r":\d+/$")
CHAIR, DELEGATE = "Beatriz Menjívar", "Christian Roy"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    served = SecureDesk(tmp_path_factory.mktemp("tls"))
    yield served
    served.stop()


@pytest.fixture
def open_browser(chromium, desk):
    """A browser of somebody's own, at the desk's door; what it complains of fails the test."""
    opened, complaints = [], []

    def make(**options):
        # A browser has no worker of a server whose certificate it does not know.
        context = chromium.new_context(
            ignore_https_errors=True,
            service_workers="block",
            base_url=f"https://127.0.0.1:{desk.port}",
            **options,
        )
        context.on("console", lambda said: said.type == "error" and complaints.append(said.text))
        context.on("weberror", lambda said: complaints.append(str(said.error)))
        opened.append(context)
        page = context.new_page()
        page.goto("/")
        return page

    yield make
    for each in opened:
        each.close()
    # That a code is wrong or a page no longer there is an answer, which browsers note as well.
    assert [each for each in complaints if "Failed to load resource" not in each] == []


def type_code(page, code):
    page.get_by_role("textbox").fill(code)
    page.keyboard.press("Enter")


def enter(page, badge):
    _, typed, pin = badge
    type_code(page, typed)
    if pin:
        page.locator("#pin").fill(pin)
        page.keyboard.press("Enter")
    page.wait_for_url(f"**/s/{SESSION}/**")


def test_a_chair_types_the_code_and_the_pin_and_the_page_is_live(desk, open_browser):
    page = open_browser(locale="es-SV")
    link, _, pin = desk.badges[CHAIR]
    type_code(page, "2222-2222")
    expect(page.get_by_role("alert")).to_contain_text("Ningún gafete válido")
    type_code(page, f"https://sala.example.org/in/{link}")
    expect(page.get_by_role("heading", name=CHAIR)).to_be_visible()
    page.locator("#pin").fill("000000" if pin != "000000" else "000001")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Quedan 4 intentos")
    page.locator("#pin").fill(pin)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/s/{SESSION}/**")
    page.goto(f"/s/{SESSION}/chair")
    expect(page.locator("#connection")).to_contain_text("En línea")
    assert page.evaluate("document.cookie") == ""


def test_a_further_device_asks_and_the_oldest_leaves_its_page_by_itself(desk, open_browser):
    badge = desk.badges[DELEGATE]
    first, second, third = open_browser(), open_browser(), open_browser(locale="en-GB")
    for page in (first, second):
        enter(page, badge)
    expect(first.locator("#connection .word")).not_to_be_empty()
    type_code(third, badge[1])
    expect(third.get_by_role("heading", name="This badge is already in use")).to_be_visible()
    expect(third.get_by_text("Chrome · Linux").first).to_be_visible()
    third.get_by_role("button", name="Use this device").click()
    third.wait_for_url(f"**/s/{SESSION}/**")
    first.wait_for_url(ENTRANCE)
    expect(first.get_by_role("status")).to_contain_text("Chrome · Linux")
    second.reload()
    expect(second.locator(".newcomer")).to_be_visible()
    second.locator(".newcomer").get_by_role("button").click()
    second.wait_for_url(f"**/s/{SESSION}/**")
    expect(second.locator(".newcomer")).to_have_count(0)
    third.goto("/devices")
    third.get_by_role("button", name="Sign out everywhere").click()
    second.wait_for_url(ENTRANCE)
    for page in (second, third):
        assert page.goto("/devices").status == 404
