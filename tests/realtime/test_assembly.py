"""Preparing three hundred paragraphs on a served desk: the chair's acts do not wait for it."""

from __future__ import annotations

import time

import pytest
from desk_process import running_desk

PARAGRAPHS = 300
HELD_UP = 0.1
"""Seconds: more than this anybody notices."""
TEXT = "Agradecer a la Secretaría Técnica el informe presentado, y pedirle que lo actualice. " * 6


@pytest.mark.slow
def test_the_chairs_acts_are_answered_while_three_hundred_paragraphs_are_prepared(tmp_path):
    with running_desk(tmp_path) as desk:
        chair, writer = desk.enter("chair"), desk.enter("drafting-can")
        secretariat = desk.enter("secretariat", "assembly")
        draft = desk.draft()
        section = desk.query("select id from section where draft = ?", draft)[0][0]
        for language in ("es", "en"):
            answer = writer.do(
                "paragraph.paste",
                draft=draft,
                op=f"{language:o<26}",
                section=section,
                language=language,
                paragraphs=[{"kind": "item", "text": TEXT} for _ in range(PARAGRAPHS // 2)],
            )
            assert answer["ok"], answer
        assert chair.do("attendance.mark", delegation="BLZ", present=True)["ok"]
        idle = [_mark(chair, place) for place in range(20)]
        assert secretariat.do("document.prepare", draft=draft)["ok"]
        during = []
        while not desk.query("select 1 from prepared_file where draft = ?", draft):
            during.append(_mark(chair, len(during)))
        said = [values[0]["html"] for values in secretariat.heard("fragment")]
        assert any('data-state="running"' in each for each in said if "live-assembly" in each)
        assert len(during) >= 3
        print(
            f"idle {sorted(idle)[10] * 1000:.1f} ms, max {max(idle) * 1000:.1f};"
            f" during {sorted(during)[len(during) // 2] * 1000:.1f} ms, max {max(during) * 1000:.1f},"
            f" {len(during)} acts"
        )
        assert max(during) < HELD_UP


def _mark(chair, place):
    began = time.monotonic()
    assert chair.do("attendance.mark", delegation="BLZ", present=place % 2 == 0)["ok"]
    return time.monotonic() - began
