"""A page that shows the whole text follows the writers without being buried under it."""

from __future__ import annotations

import time

import pycrdt
import pytest
from desk_process import running_desk

pytestmark = pytest.mark.slow

KEYS = 60


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with running_desk(tmp_path_factory.mktemp("desk")) as running:
        yield running


def shown(page):
    return [values[0]["html"] for values in page.heard("fragment") if values[0]["topic"] == "draft"]


def test_the_chairs_page_is_sent_the_whole_text_once_a_second_however_fast_others_write(served):
    chair = served.enter("chair", "draft")
    writer, draft = served.enter("drafting-can"), served.draft()
    opened = writer.ask("draft.open", {"draft": draft, "tab": "t"})
    paragraph = next(row["id"] for row in opened["draft"]["rows"] if row["state"] == "proposed")
    client = opened["clients"][0]
    doc = pycrdt.Doc(client_id=client)
    text = doc.get("es", type=pycrdt.Text)
    asked = {"draft": draft, "ids": [paragraph], "lens": [1]}
    doc.apply_update(writer.ask_whole("draft.sync", asked, b"\0")[1])
    began = time.monotonic()
    for key in range(KEYS):
        before = doc.get_state()
        text.insert(0, f"tecla{key} ")
        values = {"draft": draft, "paragraph": paragraph, "client": client}
        assert writer.ask("draft.update", values, doc.get_update(before))["ok"]
        if not key:
            assert chair.wait(lambda: shown(chair), 1), "the first change comes at once"
        time.sleep(0.02)
    last = f"tecla{KEYS - 1} "
    assert chair.wait(lambda: last in (shown(chair) or [""])[-1], 3), "the last word comes too"
    assert len(shown(chair)) <= (time.monotonic() - began) + 2
