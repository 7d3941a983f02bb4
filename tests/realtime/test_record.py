"""Who is refused at a socket's door is entered in the record, once in a while."""

import json

import pytest
from desk_process import running_desk

pytestmark = pytest.mark.slow


def test_messages_that_are_refused_for_want_of_access_are_entered(tmp_path):
    with running_desk(tmp_path / "desk") as desk:
        outsider, drafter = desk.enter("rrocm"), desk.enter("drafting-can")
        for _ in range(3):
            assert not outsider.ask("draft.open", {"draft": desk.draft(), "tab": "t"})["ok"]
            assert not outsider.ask("draft.lease", {"draft": desk.draft()})["ok"]
        assert not outsider.do("agenda.advance")["ok"]
        opened = drafter.ask("draft.open", {"draft": desk.draft(), "tab": "t"})
        update = {"draft": desk.draft(), "paragraph": opened["draft"]["rows"][0]["id"], "client": 7}
        assert not drafter.ask("draft.update", update, b"\x00\x00")["ok"]
        found = desk.query(
            "select person, act, outcome, detail from act where outcome <> 'done' order by seq"
        )
        entered = [(row[0], row[1], row[2], json.loads(row[3]).get("door", "")) for row in found]
        rrocm, canada = desk.person("rrocm"), desk.person("drafting-can")
        assert entered == [
            (rrocm, "access.refuse", "access.denied", "draft.open"),
            (rrocm, "access.refuse", "access.denied", "draft.lease"),
            (rrocm, "agenda.advance", "access.no_rule", ""),
            (canada, "access.refuse", "update.rejected", "draft.update"),
        ]
        assert "the record is whole" in desk.run("verify")
        outsider.close()
        drafter.close()
