"""The closed part's own text at real browsers: its roster writes in it, nobody else meets a word of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

HEAD = "Julie Tremblay"
BEHIND, AFTER, BEFORE = ("GUACAMAYA", "OROPENDOLA"), "TLACUACHE", "CENZONTLE"
"""Words that stand nowhere else: behind the door, in the closed text after it, and before it."""
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
    assert BEFORE not in mex.page.content()
    expect(chair.page.locator("#standing")).to_be_visible()
    assert colour_of_bar(chair) != plain
    chair.write(item, "es").dictate(f" {AFTER}").wait_saved()
    assert chair.page.evaluate("window.kept") == []  # the outcome text, behind the door
    assert gavel.do("roster.verify")["ok"]
    chair.go().page.locator("#live-closed_text form button").click()
    chair.page.locator("#live-closed_text a[href$='/closed-draft']").click()
    chair.page.locator("#grid:not([aria-busy])").wait_for()
    expect(chair.page.locator("#standing")).to_have_text("Texto a puerta cerrada")
    assert colour_of_bar(chair) != plain
    open_closed(head)
    chair.page.locator("#grid button").first.click()  # write the first paragraph
    chair.dictate(BEHIND[0]).wait_saved()
    head.wait(lambda: any(BEHIND[0] in row["es"] for row in head.rows()))
    row = head.rows()[0]["id"]
    head.cell(row, "en").click()
    head.dictate(BEHIND[1]).wait_saved()
    chair.wait(lambda: chair.text(row, "en") == BEHIND[1])

    # The door opens: the delegate is back by themselves, to the other text alone.
    assert gavel.do("door.open")["ok"]
    mex.page.wait_for_url(re.compile(r"/s/[^/]+/$"), timeout=15_000)
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
    assert not [word for word in BEHIND if word in head.page.content()]
    gavel.close()
