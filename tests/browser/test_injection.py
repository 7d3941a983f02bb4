"""What people type is text on every screen: nothing of it runs, and the browser has nothing to report."""

from __future__ import annotations

import pytest
from browser.people import Person
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CODE = (
    "<img src=x onerror=xss=1>",
    "<script>xss=1</script>",
    "\"><svg onload=xss=1>",
    "<a href=javascript:xss=1>xss</a>",
    "</script><script>xss=1</script>",
    "{{xss=1}}<iframe srcdoc='<script>parent.xss=1</script>'></iframe>",
)  # fmt: skip
PLACES = {
    "chair": ("", "chair", "draft", "record", "documents"),
    "secretariat": ("desk", "desk/meeting", "desk/people", "record", "screen"),
    "drafting-mex": ("", "draft"),
    "delegate-hnd": ("",),
    "observer-country": ("", "screen"),
}


def test_what_people_type_runs_on_no_screen(enter, desk, tmp_path) -> None:
    heard: list[str] = []

    def attend(role: str) -> Person:
        person = enter(role)
        person.page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
        person.page.on("request", lambda asked: heard.append(asked.url))
        return person

    names = tmp_path / "names.csv"
    lines = [f'"{each.replace(chr(34), chr(34) * 2)}",GTM,delegate' for each in CODE]
    names.write_text("\n".join(["name,delegation,capacity", *lines]))
    desk.run("accredit", desk.session, names)
    people = {role: attend(role) for role in PLACES}
    watching = people["delegate-hnd"].go()
    writer = people["drafting-mex"].open_draft()
    reader = people["chair"].open_draft()
    chair = desk.enter("chair")
    for each in CODE:
        assert chair.do("agenda.add", title_es=each, title_en=each)["ok"]
    expect(watching.page.locator("main")).to_contain_text(CODE[-1])
    first = next(row["id"] for row in writer.rows() if row["kind"] == "item")
    writer.write(first, "es").type(f" {CODE[0]} {CODE[1]}").wait_saved()
    reader.wait(lambda: CODE[1] in reader.text(first, "es"))
    for role, places in PLACES.items():
        for place in places:
            people[role].go(place)
            people[role].page.wait_for_timeout(300)
            assert people[role].page.evaluate("typeof xss") == "undefined", (role, place)
    expect(people["secretariat"].go("desk/people").page.locator("main")).to_contain_text(CODE[0])
    assert [each for each in heard if each.endswith("/x") or not each.startswith("http")] == []
