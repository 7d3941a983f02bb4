"""The closed part's own text at real browsers: its roster writes in it, nobody else meets a word of it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from browser.accessible import FINGER, Inspector
from playwright.sync_api import expect

from session_app.store.database import new_id

pytestmark = pytest.mark.browser

HEAD = "Julie Tremblay"
BEHIND, AFTER, BEFORE = ("GUACAMAYA", "OROPENDOLA"), "TLACUACHE", "CENZONTLE"
"""Words that stand nowhere else: behind the door, in the closed text after it, and before it."""
TO_ADOPT = ("AJOLOTE", "COLIBRI")
"""The same, of the paragraphs the chair adopts."""
LOCKED = "status of 423"
"""What a browser notes when the notice asks whether the door is open yet."""
COUNT_KEPT = """
  window.kept = [];
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (value, key) {
    window.kept.push(value.draft);
    return put.call(this, value, key);
  };
"""
ON_THE_DISK = """async () => {
  for (const { name } of await indexedDB.databases()) {
    const opened = await new Promise((resolve) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
    });
    for (const store of opened.objectStoreNames) {
      const found = await new Promise((resolve) => {
        const request = opened.transaction(store).objectStore(store).getAll();
        request.onsuccess = () => resolve(request.result);
      });
      if (found.length) return found.length;
    }
  }
  return localStorage.length + sessionStorage.length + (await caches.keys()).length;
}"""


@pytest.fixture
def head(enter, desk):
    """A head of delegation, who has no part in the drafting group."""
    printed = desk.run("badges", desk.session, "--base", desk.url)
    found = next(line for line in printed.splitlines() if HEAD in line)
    desk.codes["head"] = re.search(r"/in/([A-Za-z0-9_-]+)", found)[1]
    return enter("head").expect(LOCKED)


def open_closed(person):
    person.go("closed-draft")
    person.page.locator("#grid:not([aria-busy])").wait_for()
    return person


def colour_of_bar(person):
    script = "getComputedStyle(document.querySelector('header.bar')).backgroundColor"
    return person.page.evaluate(script)


def test_the_chair_and_a_head_write_in_it_and_a_delegate_never_meets_a_word_of_it(
    enter, desk, head
) -> None:
    gavel = desk.enter("chair")
    chair = enter("chair")
    mex = enter("drafting-mex", through=desk.line).expect("status of 404").expect(LOCKED)
    for person in (chair, head, mex):
        person.context.add_init_script(COUNT_KEPT)
    mex.open_draft()
    item = next(row["id"] for row in mex.rows() if row["kind"] == "item")
    mex.write(item, "es").dictate(f" {BEFORE}").wait_saved()
    assert mex.page.evaluate("window.kept")  # with the door open, words are kept till they are sent

    # The door closes: the delegate's editor holds nothing any more, and the chair begins a text of its own.
    chair.open_draft()
    plain = colour_of_bar(chair)
    expect(chair.page.locator("#standing")).to_be_hidden()
    desk.close_door(gavel)
    mex.page.wait_for_url("**/closed")
    expect(mex.page.locator("h1")).to_be_visible()
    assert BEFORE not in mex.source()
    expect(chair.page.locator("#standing")).to_be_visible()
    chair.wait(lambda: colour_of_bar(chair) != plain)
    chair.write(item, "es").dictate(f" {AFTER}").wait_saved()
    assert chair.page.evaluate("window.kept") == []  # the outcome text, behind the door
    assert gavel.do("roster.verify")["ok"]
    chair.go().page.locator("#live-closed_text form button").click()
    chair.page.locator("#live-closed_text a[href$='/closed-draft']").click()
    chair.page.locator("#grid:not([aria-busy])").wait_for()
    expect(chair.page.locator("#standing")).to_have_text("Texto a puerta cerrada")
    chair.wait(lambda: colour_of_bar(chair) != plain)
    open_closed(head)
    chair.page.locator("#grid button").first.click()  # write the first paragraph
    # Empty, it has no size of its own.
    chair.page.locator("#grid .ProseMirror:focus").wait_for(state="attached")
    chair.dictate(BEHIND[0]).wait_saved()
    head.wait(lambda: any(BEHIND[0] in row["es"] for row in head.rows()))
    row = head.rows()[0]["id"]
    head.cell(row, "en").click()
    head.cell(row, "en").locator(".ProseMirror:focus").wait_for(state="attached")
    head.dictate(BEHIND[1]).wait_saved()
    chair.wait(lambda: chair.text(row, "en") == BEHIND[1])

    # The door opens: the delegate is back by themselves, to the other text alone.
    assert gavel.do("door.open")["ok"]
    mex.page.wait_for_url(re.compile(r"/s/[^/]+/$"))
    assert mex.page.locator("#live-closed_text").inner_html().strip() == ""
    assert mex.page.locator("a[href*='closed-draft']").count() == 0
    mex.open_draft()
    head.write(row, "en").dictate(f" {BEHIND[0]}").wait_saved()
    chair.wait(lambda: BEHIND[0] in chair.text(row, "en"))
    expect(head.page.locator("#standing")).to_be_visible()
    assert not desk.line.carried("closed-draft")
    said = []
    for place in ("closed-draft", "nowhere"):
        answer = mex.page.goto(f"{mex.url}/s/{desk.session}/{place}")
        assert answer is not None
        assert answer.status == 404
        said.append(mex.page.locator("main").inner_text())
    assert said[0] == said[1]
    assert not any(desk.line.carried(word) for word in BEHIND)
    assert desk.line.carried(AFTER)  # what was written in the outcome text opens with the door

    # Nothing of it is on a device, and who leaves the roster holds nothing of it.
    for person in (chair, head):
        assert person.page.evaluate("window.kept") == []
        assert person.page.evaluate(ON_THE_DISK) == 0
    who = desk.query("select id from person where name = ?", HEAD)[0][0]
    assert gavel.do("roster.remove", person=who)["ok"]
    head.page.wait_for_url(re.compile(r"/s/[^/]+/$"))  # by way of the notice, as the door is open
    expect(head.page.locator("#live-agenda")).to_be_visible()
    assert not [word for word in BEHIND if word in head.source()]
    gavel.close()


def decide(chair, inspector, paragraph):
    """Put a paragraph before the room, agree it, and adopt it in spite of an empty English text."""
    page = chair.page
    page.locator("#pick").select_option(f"p-{paragraph}")
    row, dialog = page.locator(f"#p-{paragraph}"), page.locator(f"#adopt-{paragraph}")
    row.locator(".put").tap()
    expect(page.locator("#live-room")).to_have_attribute("data-paragraph", paragraph)
    chair.let_read()
    page.locator("#live-room .result button.primary").tap()
    page.locator("#live-room .st-ok").wait_for()
    inspector.look(page, "the closed text before the room", least=FINGER, themes=True)
    page.locator("#live-room [data-view=all]").tap()
    expect(row).to_have_attribute("data-state", "agreed")
    inspector.look(page, "the closed text before the chair", least=FINGER, themes=True)
    row.locator("[data-opens]").tap()
    dialog.locator("textarea").fill("En español solamente")
    dialog.locator(".acts button:not([data-closes])").tap()
    expect(row).to_have_attribute("data-state", "adopted")
    expect(row).to_contain_text("En español solamente")


def test_the_chair_adopts_it_behind_the_door_and_its_roster_alone_has_the_word_files(
    enter, desk, head
) -> None:
    inspector = Inspector(desk)
    gavel = desk.enter("chair")
    tablet = {"viewport": {"width": 1024, "height": 768}, "has_touch": True}
    chair = enter("chair", reduced_motion="reduce", **tablet).speak("es")
    mex = enter("drafting-mex", through=desk.line).expect("status of 404").expect(LOCKED)
    outcome = "select id, state from paragraph where draft = ? order by position"
    before = desk.query(outcome, desk.draft())
    desk.close_door(gavel)
    assert gavel.do("roster.verify")["ok"]
    gavel.do("draft.start_closed")  # if it has not been begun yet: there is one in a session
    draft, section = desk.query(
        "select draft.id, section.id from draft join section on section.draft = draft.id"
        " where closed order by section.position"
    )[0]
    words = [{"kind": "item", "text": each} for each in TO_ADOPT]
    where = {"draft": draft, "section": section, "language": "es"}
    made = gavel.do("paragraph.paste", op=new_id(), paragraphs=words, **where)
    assert made["ok"], made

    # From the outcome text to the closed one, and it follows what is written in it.
    chair.go("chair#all").page.locator("nav.texts a[href*='/closed-text']").tap()
    chair.page.locator(".stepped #live-closed_draft").wait_for()
    assert chair.page.locator("#live-draft").count() == 0
    open_closed(head).write(made["paragraphs"][1], "es").dictate(" VIVO").wait_saved()
    chair.page.locator("#pick").select_option(f"p-{made['paragraphs'][1]}")
    text = chair.page.locator(f"#p-{made['paragraphs'][1]} [lang=es]")
    expect(text).to_have_text(f"{TO_ADOPT[1]} VIVO")
    decide(chair, inspector, made["paragraphs"][0])

    chair.page.locator("[data-opens=adopt]").tap()
    chair.page.locator("#adopt textarea").fill("En bloque")
    inspector.look(chair.page, "the adoption of the closed text", least=FINGER)
    chair.page.locator("#adopt .acts button:not([data-closes])").tap()
    expect(chair.page.locator(".whole .adoption")).to_contain_text("En bloque")
    assert not inspector.faults, "\n".join(inspector.faults)
    states = desk.query("select distinct state from paragraph where draft = ?", draft)
    assert [state for (state,) in states] == ["adopted"]
    assert desk.query(outcome, desk.draft()) == before

    # Its files: for the roster behind the door and after it, and for nobody else.
    files = {layout: f"closed-draft/{layout}.docx" for layout in ("es", "en", "bilingual")}
    for behind in (True, False):
        if not behind:
            assert gavel.do("door.open")["ok"]
            mex.page.wait_for_url(re.compile(r"/s/[^/]+/$"))
        for person in (chair, head):
            person.go()
            for layout, path in files.items():
                with person.page.expect_download() as download:
                    person.page.locator(f"#closed-file-{layout} a").click()
                content = Path(download.value.path()).read_bytes()
                (held,) = desk.query(
                    "select sha256 from document where draft = ? and layout = ?", draft, layout
                )
                assert hashlib.sha256(content).hexdigest() == held[0], (person.role, path)
    mex.go("documents").page.locator("#file-es").wait_for()
    assert mex.page.locator("a[href*='/closed-']").count() == 0
    told = (*TO_ADOPT, draft, *made["paragraphs"])
    for path in (*files.values(), "closed-text"):
        answer = mex.page.goto(f"{mex.url}/s/{desk.session}/{path}")
        assert answer is not None
        assert answer.status == 404, path
    assert not [word for word in told if desk.line.carried(word)]
    for person in (chair, head):
        assert person.page.evaluate(ON_THE_DISK) == 0
    gavel.close()
