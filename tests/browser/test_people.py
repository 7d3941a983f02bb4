"""The Secretariat accredits a meeting: a messy list in four steps, corrected in place, and its badges."""

import csv
import io
import re

import pytest
from playwright.sync_api import expect

from session_app.domain.sheet import fold

pytestmark = [pytest.mark.browser, pytest.mark.slow]

COUNTRIES = ("Belice", "Guatemala", "Nicaragua", "Panamá", "México")


def messy(prefix: str) -> bytes:
    """58 rows as a spreadsheet in Spanish saves them: Windows' letters, semicolons, a name on two lines.
    Six are wrong: in lines 6, 16, 26, 36, 46 and 56 of the list."""
    rows = [
        [f"{prefix} {n:02}", COUNTRIES[n % 5], "Delegación", f"{fold(prefix)}{n}@ejemplo.org"]
        for n in range(58)
    ]
    rows[4][1] = "Rep. Dominicana"
    rows[14] = list(rows[13])
    rows[24][2] = ""
    rows[34][1] = "Ministerio de Gobernación"
    rows[44][3] = "sin correo"
    rows[54][0] = ""
    written = io.StringIO()
    table = csv.writer(written, delimiter=";", lineterminator="\r\n")
    table.writerow(["Nombre", "País u organismo", "Función", "Correo electrónico"])
    table.writerows(rows)
    return written.getvalue().encode("cp1252")


def send(page, content: bytes, name: str = "acreditacion.csv") -> None:
    page.locator("#file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    page.locator("form.dropping .primary").click()
    page.locator("form.columns .primary").click()
    page.locator("#figure-ready").wait_for()


def figures(page):
    return page.locator("#figure-ready").inner_text(), page.locator("#figure-wrong").inner_text()


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_messy_list_is_imported_in_four_steps_and_its_badges_are_printed(
    enter, desk, language, tmp_path
) -> None:
    prefix = f"Persona {language}"
    secretariat = enter("secretariat").speak(language).go("desk/people")
    secretariat.wait_online()
    before = desk.query("select count(*) from accreditation where session = ?", desk.session)[0][0]
    page = secretariat.page
    page.locator("main header .primary").click()
    send(page, messy(prefix))
    assert figures(page) == ("52", "6")

    # Three are mended in place: one with the suggestion, one typed, one left out.
    page.locator("#row-6 button[name=fix]").first.click()
    expect(page.locator("#figure-wrong")).to_have_text("5")
    page.locator("#row-16 button[name=skip]").click()
    expect(page.locator("#figure-wrong")).to_have_text("4")
    page.reload()
    expect(page.locator("#figure-wrong")).to_have_text("4")
    secretariat.wait_online()
    page.locator("#cell-26-capacity").fill("Jefatura")
    page.keyboard.press("Tab")
    expect(page.locator("#figure-ready")).to_have_text("54")
    assert page.locator("#cell-36-delegation").get_attribute("aria-invalid") == "true"
    page.locator("#row-16 button[name=skip]").click()  # in again, with its own name
    expect(page.locator("#figure-wrong")).to_have_text("4")
    page.locator("#row-16 .edit").click()
    page.locator("#cell-16-name").fill(f"{prefix} otra")
    page.locator("#cell-16-email").fill("")
    page.keyboard.press("Enter")
    expect(page.locator("#figure-ready")).to_have_text("55")

    page.locator("main footer .primary").click()
    confirm = page.locator("main footer button.primary")
    expect(confirm).to_contain_text(re.compile("55.*3"))
    confirm.click()
    page.locator("#done-title").wait_for()
    now = desk.query("select count(*) from accreditation where session = ?", desk.session)[0][0]
    assert now == before + 55
    page.get_by_role("link", name=re.compile("Retomar|Resume")).click()
    assert figures(page) == ("0", "3")

    secretariat.go("desk/badges?which=unprinted&delegation=DOM")
    shown = page.locator("li.card").count()
    assert shown >= 1
    page.locator("button[value=paper]").click()
    expect(page.locator(".badge")).to_have_count(shown)
    code = page.locator(".badge", has_text=f"{prefix} 04").locator("code").inner_text()
    assert re.fullmatch(r"\w{4}-\w{4}", code)
    expect(page.locator("#print")).to_be_visible()
    printed = page.pdf(prefer_css_page_size=True)
    sheets = -(-shown // 4) + page.locator(".pins").count()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == sheets
    box = re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", printed)
    assert [round(float(side)) for side in box.groups()] == [595, 842], "an A4"
    assert desk.ask("/in", form={"code": code}).status == 303
    secretariat.go("desk/people/import?step=file")
    page.locator(".pending form button").click()
    page.locator("#live-people").wait_for()


def test_a_badge_takes_exactly_a_quarter_of_an_a4(enter) -> None:
    page = enter("secretariat").go("desk/badges?delegation=SLV").page
    page.locator("button[value=paper]").click()
    page.locator(".sheet").first.wait_for()
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})
    millimetre = 96 / 25.4
    boxes = [each.bounding_box() for each in page.locator(".badge").all()]
    assert len(boxes) == 5
    assert {round(box["width"] / millimetre, 1) for box in boxes} == {105.0}
    assert {round(box["height"] / millimetre, 1) for box in boxes} == {148.5}
    for card in page.locator(".badge").all():
        assert card.evaluate("card => card.scrollHeight <= card.clientHeight + 1"), "cut off"
    assert page.locator(".printing > header").is_hidden()


def test_what_is_typed_while_the_line_is_lost_is_sent_when_it_is_back(enter, desk) -> None:
    secretariat = enter("secretariat").expect_an_outage().speak("es").go("desk/people/import")
    page = secretariat.page
    send(page, messy("Persona sin línea"))
    secretariat.wait_online()
    secretariat.context.set_offline(True)
    page.locator("#cell-6-delegation").fill("República Dominicana")
    page.keyboard.press("Tab")
    expect(page.locator("#import-said")).to_be_visible()
    assert page.locator("#cell-6-delegation").input_value() == "República Dominicana"
    assert page.locator("#figure-wrong").inner_text() == "6"
    secretariat.context.set_offline(False)
    expect(page.locator("#figure-wrong")).to_have_text("5")
    expect(page.locator("#import-said")).to_be_hidden()
    secretariat.go("desk/people/import?step=file")
    page.locator(".pending form button").click()
    page.locator("#live-people").wait_for()


def test_somebody_withdrawn_is_out_on_every_device_at_once(enter, desk) -> None:
    delegate = enter("delegate-hnd").go()
    delegate.wait_online()
    secretariat = enter("secretariat").speak("es").go("desk/people")
    secretariat.page.locator(f"#person-{desk.person('delegate-hnd')} th a").click()
    secretariat.page.locator("#withdraw-reason").fill("Dejó la delegación")
    secretariat.page.locator(".ending button").click()
    secretariat.page.locator("#live-people").wait_for()
    expect(secretariat.page.locator(f"#person-{desk.person('delegate-hnd')}")).to_have_count(0)
    delegate.page.wait_for_url(lambda url: f"/s/{desk.session}/" not in url)
