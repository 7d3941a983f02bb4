"""Networks that die, tabs that close and a server that falls, in the middle of a sentence."""

from __future__ import annotations

import pytest
from browser.people import agreed_rows, type_together
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
BACK_WITHIN = 6_000
"""Milliseconds from the network's return until a page is on the line again."""


@pytest.fixture
def items(enter) -> list[str]:
    reader = enter("secretariat").open_draft()
    rows = reader.rows()
    reader.leave()
    return [row["id"] for row in rows if row["kind"] == "item"]


def test_words_typed_without_a_network_outlive_their_tab(enter, desk, items) -> None:
    mex = enter("drafting-mex", through=desk.line).expect_an_outage().speak("es").open_draft()
    can = enter("drafting-can").open_draft()
    before = {id: mex.row(id) for id in items}
    mex.write(items[0], "es").type(" Guardado.").wait_saved()

    desk.line.swallow()
    mex.type(" SIN RED")
    mex.write(items[1], "en").type(" NO NETWORK")
    word = mex.page.locator("#connection .word")
    expect(word).to_have_text("Sin conexión · 2 cambios sin enviar")
    expect(mex.page.locator("#offline")).to_contain_text("2 cambios quedan guardados")
    mex.page.close()

    desk.line.cut()
    desk.line.carry()
    mex.page = mex.context.new_page()
    mex.open_draft().wait_saved()
    rows = {row["id"]: row for row in agreed_rows(mex, can)}
    assert rows[items[0]]["es"] == f"{before[items[0]]['es']} Guardado. SIN RED"
    assert rows[items[1]]["en"] == f"{before[items[1]]['en']} NO NETWORK"
    mex.open_draft().wait_online()
    assert agreed_rows(mex, can) == list(rows.values())


def test_a_server_killed_while_people_type_has_what_it_acknowledged_and_gets_the_rest(
    enter, desk, items
) -> None:
    can, mex = (
        enter(f"drafting-{code}").expect_an_outage().open_draft() for code in ("can", "mex")
    )
    id = items[2]
    before = can.row(id)
    can.write(id, "es").type(" ACKNOWLEDGED").wait_saved()
    mex.write(id, "en").type(" ACUSADO").wait_saved()
    type_together((can, " not yet"), (mex, " aún no"))
    desk.kill()
    can.type(" while it is down")
    mex.type(" mientras está caído")
    desk.start()
    expect(can.page.locator("#offline")).to_be_hidden(timeout=BACK_WITHIN)
    can.type(" and after")
    for person in (can, mex):
        person.wait_saved()
    row = next(row for row in agreed_rows(can, mex) if row["id"] == id)
    assert row["es"] == f"{before['es']} ACKNOWLEDGED not yet while it is down and after"
    assert row["en"] == f"{before['en']} ACUSADO aún no mientras está caído"


def test_an_edit_refused_after_an_outage_is_given_back_to_its_author(enter, desk, items) -> None:
    can = enter("drafting-can", through=desk.line).expect_an_outage().speak("es").open_draft()
    chair = enter("chair").go("chair#all")
    adopted, free = items[4], items[5]
    before = {id: can.row(id) for id in (adopted, free)}
    desk.line.swallow()
    can.write(adopted, "es").type(" DEMASIADO TARDE")
    can.write(free, "es").type(" A TIEMPO")
    expect(can.page.locator("#connection .word")).to_contain_text("2 cambios")

    chair.page.locator("#pick").select_option(f"p-{adopted}")
    paragraph = chair.page.locator(f"#p-{adopted}")
    paragraph.locator(".put").click()
    expect(chair.page.locator("#live-room")).to_have_attribute("data-paragraph", adopted)
    chair.let_read()
    chair.page.locator("#live-room .result button").first.click()
    chair.page.locator("#live-room .undo").wait_for()
    chair.page.locator("#live-room [data-view=all]").click()
    expect(paragraph).to_have_attribute("data-state", "agreed")
    paragraph.get_by_role("button", name="Adoptar el párrafo").click()
    paragraph.locator("dialog .primary").click()
    expect(paragraph).to_have_attribute("data-state", "adopted")

    desk.line.carry()
    expect(can.page.locator("#offline")).to_be_hidden(timeout=BACK_WITHIN)
    expect(can.page.locator("#side article")).to_contain_text("DEMASIADO TARDE")
    can.wait_text(adopted, "es", before[adopted]["es"])
    can.wait_saved()
    mex = enter("drafting-mex").open_draft()
    rows = {row["id"]: row for row in agreed_rows(can, mex)}
    assert rows[adopted] == before[adopted]
    assert rows[free]["es"] == f"{before[free]['es']} A TIEMPO"

    can.context.grant_permissions(["clipboard-read", "clipboard-write"])
    can.page.locator("#side").get_by_role("button", name="Copiar el texto").click()
    can.wait(lambda: "DEMASIADO TARDE" in can.clipboard())
    can.write(free, "en").dictate(" Still here.").wait_saved()
    assert agreed_rows(can, mex)
