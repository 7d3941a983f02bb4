"""From a paper for observers to the public page: who is shown what, on their own devices."""

from __future__ import annotations

import io
import re

import pytest
from browser.accessible import Inspector
from docx import Document
from office import office
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LAPTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
TABLET = {"width": 1180, "height": 820}
PAPER = office("docx")
TROIKA = "Informe de la Troika"


def look(desk, page, where):
    """What is wrong with a page for somebody who uses it otherwise: nothing."""
    inspector = Inspector(desk)
    inspector.look(page, where)
    assert inspector.faults == []


def hand_out(person, *circles):
    """Fill in the desk's form and send it."""
    page = person.go("desk/documents").page
    form = page.locator("#new-paper")
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    page.locator("#title-es-new").fill(TROIKA)
    page.locator("#title-en-new").fill("Troika report")
    # What is refused is said in the form, and what was typed stays; what is too large is not even sent.
    person.expected.append(re.compile("400"))
    for content, said in ((b"MZ...", "Word"), (b"%PDF-" + bytes(7_000_000), "6 MB")):
        file = {"name": "Año.docx", "mimeType": "text/plain", "buffer": content}
        page.locator("#file-es-new").set_input_files(file)
        form.locator("button.primary").click()
        expect(form.locator(".refusal")).to_contain_text(said)
        expect(page.locator("#title-es-new")).to_have_value(TROIKA)
    file = {"name": "Año.docx", "mimeType": "text/plain", "buffer": PAPER}
    page.locator("#file-es-new").set_input_files(file)
    for circle in circles:
        page.locator(f"#{circle}-new").check()
    form.locator("button.primary").click()
    page.locator("#live-papers .paper").first.wait_for()


def saved(page, link):
    """The bytes a link saves."""
    with page.expect_download() as download:
        link.click()
    return download.value.path().read_bytes()


def test_a_paper_reaches_those_it_is_for_while_they_look_and_nobody_else(enter, desk):
    secretariat = enter("secretariat", viewport=LAPTOP)
    delegate = enter("delegate-hnd", viewport=PHONE).go("documents")
    organisation = enter("observer-organisation", viewport=PHONE).go("documents")
    country = enter("observer-country", viewport=PHONE).go("documents")
    for each in (delegate, organisation, country):
        each.wait_online()
    hand_out(secretariat, "observer_organisations")
    for each in (delegate, organisation):
        each.page.locator("#live-documents .paper-group .paper").wait_for()
    link = delegate.page.locator("#live-documents .paper-group a.btn")
    assert saved(delegate.page, link) == PAPER
    assert country.page.locator("#live-documents .paper").count() == 0
    form = secretariat.page.locator("form[action$='paper.withdraw'] button")
    form.click()
    for each in (delegate, organisation):
        each.page.locator("#live-documents .paper-group").wait_for(state="detached")
    look(desk, secretariat.page, "desk documents")


def test_files_are_prepared_step_by_step_and_who_cancels_keeps_the_earlier_ones(enter, desk):
    secretariat = enter("secretariat", viewport=LAPTOP).speak("es").go("desk/documents")
    page = secretariat.page
    secretariat.wait_online()
    prepare = page.locator("form[action$='document.prepare'] button")
    prepare.click()
    page.locator("#live-assembly[data-state=done]").wait_for()
    expect(page.locator("#live-assembly .steps [data-state=done]")).to_have_count(5)
    bar = page.locator("#live-assembly progress")
    expect(bar).to_have_attribute("aria-valuetext", "Paso 5 de 5, 100 por ciento")
    expect(page.locator("#live-documents .paper-title").first).to_contain_text("Rev. 1")
    # Cancel is tapped as soon as it is there. On a busy machine the files may be ready before: then once more.
    lengthen(desk)
    page.evaluate(
        """() => new MutationObserver(() =>
            document.querySelector("form[action$='document.cancel'] button:not([disabled])")?.click()
        ).observe(document.body, { subtree: true, childList: true, attributes: true })"""
    )
    title = page.locator("#live-documents .paper-title").first
    cancelled = page.locator("#live-assembly[data-state=cancelled]")
    for revision in range(1, 10):
        prepare.click()
        ready = page.locator("#live-documents .paper-title", has_text=f"Rev. {revision + 1}")
        cancelled.or_(ready).first.wait_for()
        if cancelled.count():
            break
    expect(cancelled).to_be_visible()
    expect(title).to_contain_text(f"Rev. {revision}")
    look(desk, page, "preparation cancelled")


def lengthen(desk):
    """As many paragraphs as a document takes, pasted as a person would."""
    section = desk.query("select id from section where draft = ?", desk.draft())[0][0]
    canada = desk.enter("drafting-can")
    for time in "ab":
        answer = canada.do(
            "paragraph.paste",
            draft=desk.draft(),
            op=f"longer{time}" * 4,
            section=section,
            language="es",
            paragraphs=[
                {"kind": "item", "text": "Agradecer el informe. " * 40} for _ in range(270)
            ],
        )
        assert answer["ok"], answer
    canada.close()


def test_the_adopted_document_is_published_by_the_chair_and_anybody_downloads_it(
    enter, desk, chromium
):
    public = chromium.new_context(accept_downloads=True)
    stranger = public.new_page()
    address = f"http://127.0.0.1:{desk.port}/p/{desk.session}"
    assert stranger.goto(address).status == 404
    chair = enter("chair", viewport=TABLET).speak("es").go("chair")
    publish = chair.page.locator("#live-publication button").first
    assert publish.is_disabled()
    observer = enter("observer-organisation", viewport=PHONE).go("documents")
    room = desk.enter("chair")
    shown = room.ask("join", {"session": desk.session, "page": "chair", "topics": ["draft"]})[
        "fragments"
    ]["draft"]
    digest = re.findall(r'name="digest" value="([0-9a-f]{64})"', shown)
    assert any(
        room.do("draft.adopt", draft=desk.draft(), digest=each, override="En bloque")["ok"]
        for each in reversed(digest)
    )
    chair.page.locator("#live-publication button[data-opens]").click()
    chair.page.locator("#publish button.primary").click()
    chair.page.locator("#live-publication .published").wait_for()
    observer.page.locator("#live-documents .files a").first.wait_for()
    assert stranger.goto(address).status == 200
    look(desk, stranger, "public page")
    content = saved(stranger, stranger.locator("#file-es a"))
    said = [each.text for each in Document(io.BytesIO(content)).paragraphs]
    assert any(each.startswith("Agradecer") for each in said)

    # The device keeps it, dated: without a line the waiting page leads there, and the files are had.
    kept = f"""async () => {{
      for (const name of await caches.keys())
        if (await (await caches.open(name)).match("/p/{desk.session}/bilingual.docx")) return true;
      return false;
    }}"""
    while not stranger.evaluate(kept):
        stranger.wait_for_timeout(100)
    public.set_offline(True)
    stranger.goto(f"http://127.0.0.1:{desk.port}/")
    stranger.locator("#public a[href$=es]").click()
    expect(stranger.locator(".notice.kept")).to_contain_text("Copia guardada en este equipo")
    assert stranger.locator("[data-page=published] h1").inner_text() == "Documentos públicos"
    assert saved(stranger, stranger.locator("#file-es a")) == content
    public.close()
    public.close()
