"""What the record says of a day's work, and what it never says."""

from __future__ import annotations

import contextlib
import hashlib
import json

import pytest
from conftest import CRM, NOW

from session_app.domain import contract
from session_app.domain.errors import ActError, Conflict, Forbidden, NotFound
from session_app.services.acts import HANDLERS
from session_app.services.adoption import digest, read_standing
from session_app.services.console import call_assemble
from session_app.services.desk import perform
from session_app.services.importing import import_draft, read_source
from session_app.services.issuing import read_file
from session_app.services.people import accredit
from session_app.store import record, signing

CANARY = "kanarienvogel"


def entries(room, **where: object) -> list[dict[str, object]]:
    """The entries of the record with these values, oldest first, what they keep unfolded."""
    rows = [dict(row) for row in room.desk.store.all("select * from act order by seq")]
    for row in rows:
        row["detail"] = json.loads(row["detail"])
    return [row for row in rows if all(row[name] == value for name, value in where.items())]


def last(room) -> dict[str, object]:
    return entries(room)[-1]


def refused(room, role: str, name: str, **values: object) -> dict[str, object]:
    with pytest.raises(ActError):
        room.do(role, name, **values)
    return last(room)


def read(room, role: str, layout: str = "es") -> bytes:
    return read_file(room.desk, room.session, layout, person=room.person[role], clock=lambda: NOW)


def close_the_door(room) -> None:
    room.do("chair", "sitting.close")
    room.do("chair", "sitting.open", mode="closed")


# What is entered -----------------------------------------------------------------------------


def test_an_act_is_entered_with_who_in_which_capacity_what_and_on_what(room) -> None:
    row = room.rows()[0].id
    room.do("chair", "paragraph.mark", paragraph=row, state="agreed")
    entry = last(room)
    assert (entry["person"], entry["capacity"], entry["delegation"]) == (
        room.person["chair"],
        "chair",
        "SLV",
    )
    assert (entry["act"], entry["subject"], entry["outcome"]) == ("paragraph.mark", row, "done")
    assert entry["detail"] == {"state": "agreed", "draft": room.draft}
    assert (entry["session"], entry["at"]) == (room.session, "2017-06-21T20:33:00.000+00:00")


def test_a_refusal_is_entered_with_its_reason_and_as_whom(room) -> None:
    entry = refused(room, "observer-country", "agenda.advance")
    assert (entry["outcome"], entry["capacity"], entry["delegation"]) == (
        "access.no_rule",
        "observer",
        "COL",
    )
    assert refused(room, "chair", "sitting.resume")["outcome"] == "sitting.not_suspended"


def test_what_is_chosen_is_kept_and_what_is_typed_is_not(room) -> None:
    made = room.do("chair", "agenda.add", title_es=CANARY, title_en=CANARY, slot="RROCM")
    assert (last(room)["subject"], last(room)["detail"]) == ("", {"mode": "open"})
    room.do("chair", "agenda.retitle", item=made["item"], title_es=CANARY, title_en=CANARY)
    assert (last(room)["subject"], last(room)["detail"]) == (made["item"], {})
    room.do("chair", "attendance.mark", delegation="CAN", present=False)
    assert (last(room)["subject"], last(room)["detail"]) == ("CAN", {"present": False})


def test_an_exception_of_the_presidency_is_kept_with_its_reason(room) -> None:
    holder = room.person["interpreter"]
    room.do("chair", "grant.give", person=holder, right="speak", reason="Por acuerdo")
    assert last(room)["detail"] == {"right": "speak", "reason": "Por acuerdo"}
    close_the_door(room)
    room.do("chair", "roster.admit", person=holder, reason="Interpreta")
    assert (last(room)["subject"], last(room)["detail"]) == (holder, {"reason": "Interpreta"})
    assert last(room)["closed"] == 1


def test_text_sent_in_the_place_of_a_name_is_not_entered(room) -> None:
    for value in (f"{CANARY} con texto", f"={CANARY}()", "x" * 65, "\ud800", "a\x00b", ""):
        entry = refused(room, "chair", "paragraph.mark", paragraph=value, state="agreed")
        assert entry["subject"] == ""
    assert not [row for row in entries(room) if CANARY in str(row)]


def test_a_refusal_in_a_session_that_is_not_there_names_no_session(room) -> None:
    with pytest.raises(NotFound):
        perform(
            room.desk,
            HANDLERS,
            session=f"{CANARY}-2018",
            person=room.person["chair"],
            command=contract.parse("agenda.advance", {}),
            now=NOW,
        )
    assert (last(room)["session"], last(room)["outcome"]) == ("", "session.unknown")
    assert (last(room)["capacity"], last(room)["delegation"]) == ("", "")


def test_who_is_not_signed_in_leaves_no_trace(room) -> None:
    before = entries(room)
    with pytest.raises(Forbidden):
        perform(
            room.desk,
            HANDLERS,
            session=room.session,
            person=None,
            command=contract.parse("agenda.advance", {}),
            now=NOW,
        )
    assert entries(room) == before


def test_a_download_is_entered_with_what_was_sent(room) -> None:
    content = read(room, "delegate-hnd")
    entry = last(room)
    assert (entry["act"], entry["subject"], entry["delegation"]) == (
        "document.download",
        "es",
        "HND",
    )
    assert entry["detail"] == {"adopted": False, "sha256": hashlib.sha256(content).hexdigest()}


def test_a_download_that_is_refused_is_entered_too(room) -> None:
    for role, layout in (("rrocm", "es"), ("chair", "no-such")):
        with pytest.raises(NotFound):
            read(room, role, layout)
        entry = last(room)
        assert (entry["act"], entry["subject"], entry["outcome"]) == (
            "document.download",
            layout,
            "document.unknown",
        )


def test_a_file_is_not_sent_once_its_reader_may_no_longer_have_it(room, monkeypatch) -> None:
    moments = iter((NOW, NOW, NOW))

    def assembled(work):
        content = work()
        close_the_door(room)
        return content

    monkeypatch.setattr(room.desk, "apart", assembled)
    with pytest.raises(NotFound):
        read_file(
            room.desk,
            room.session,
            "es",
            person=room.person["delegate-hnd"],
            clock=lambda: next(moments),
        )
    assert last(room)["outcome"] == "document.unknown"


def test_an_adoption_enters_each_text_and_each_file_by_its_hash(room) -> None:
    standing = read_standing(room.desk, room.draft)
    room.do("chair", "draft.adopt", digest=standing.digest, override="Así lo decidió la sala")
    adopted = entries(room, act="paragraph.adopted")
    texts = standing.texts
    assert {row["subject"]: row["detail"]["digest"] for row in adopted} == {
        row.id: digest(texts[row.id]) for row in standing.rows
    }
    issued = {
        row["subject"]: row["detail"]["sha256"] for row in entries(room, act="document.issue")
    }
    for layout in ("es", "en", "bilingual"):
        assert issued[layout] == hashlib.sha256(read(room, "chair", layout)).hexdigest()
        assert last(room)["detail"] == {"adopted": True, "sha256": issued[layout]}
    assert entries(room, act="draft.adopt")[-1]["subject"] == room.draft


def test_imports_and_acts_at_the_machine_are_entered_with_their_counts(room) -> None:
    lists = (CRM / "demo" / "people.csv").read_bytes()
    accredit(room.desk, room.session, lists, person=room.person["secretariat"], now=NOW)
    assert last(room)["detail"] == {"added": 0, "updated": 40}
    content = call_assemble(room.desk, session=room.session, layout="en", version="clean")
    entry = last(room)
    assert (entry["person"], entry["delegation"], entry["subject"]) == ("console", "ST", "en")
    assert entry["detail"]["sha256"] == hashlib.sha256(content).hexdigest()
    source = read_source("a.txt", b"CONCLUSIONES\n1. Uno\n", "es")
    with pytest.raises(Conflict):
        import_draft(room.desk, room.session, source, person=room.person["secretariat"], now=NOW)
    assert (last(room)["act"], last(room)["outcome"]) == (
        "draft.import",
        "import.other_structure",
    )


def test_on_a_full_disk_a_refusal_is_the_same_and_nothing_is_sent_unrecorded(room) -> None:
    store = room.desk.store
    store.all("pragma wal_checkpoint(truncate)")
    (pages,) = store.one("pragma page_count")
    store.one(f"pragma max_page_count = {pages}")
    before = len(entries(room))
    sent = read_until_refused(room)
    assert len(entries(room)) == before + sent
    with pytest.raises(Conflict, match=r"store\.unavailable"):
        read(room, "chair")
    for _ in range(50):
        with pytest.raises(Forbidden, match=r"access\.no_rule"):
            room.do("rrocm", "agenda.advance")
        with pytest.raises(NotFound):
            read(room, "rrocm")
    assert len(entries(room)) < before + sent + 100
    assert record.verify(store) is None


def read_until_refused(room) -> int:
    """Download until the disk is full; how many were sent."""
    sent = 0
    with contextlib.suppress(Conflict):
        while sent < 2_000:
            read(room, "chair")
            sent += 1
    return sent


# What is closed ------------------------------------------------------------------------------


def test_what_is_done_behind_the_door_is_closed_and_the_door_itself_is_not(room) -> None:
    close_the_door(room)
    room.do("chair", "agenda.advance")
    room.do("chair", "sitting.suspend")
    room.do("chair", "sitting.resume")
    room.do("chair", "sitting.close")
    room.do("chair", "sitting.open")
    room.do("chair", "agenda.advance")
    assert [(row["act"], row["closed"]) for row in entries(room)][-8:] == [
        ("sitting.close", 0),
        ("sitting.open", 0),
        ("agenda.advance", 1),
        ("sitting.suspend", 1),
        ("sitting.resume", 1),
        ("sitting.close", 0),
        ("sitting.open", 0),
        ("agenda.advance", 0),
    ]


def test_a_knock_at_the_closed_door_is_closed_whoever_knocks(room) -> None:
    close_the_door(room)
    for role in ("observer-country", "secretariat", "chair"):
        assert refused(room, role, "agenda.add", title_es="", title_en="")["closed"] == 1
    with pytest.raises(NotFound):
        read(room, "rrocm")
    assert last(room)["closed"] == 1


def test_what_somebody_outside_does_meanwhile_is_open(room) -> None:
    close_the_door(room)
    lists = (CRM / "demo" / "people.csv").read_bytes()
    accredit(room.desk, room.session, lists, person=room.person["secretariat"], now=NOW)
    assert last(room)["closed"] == 0


def test_a_members_sitting_has_an_open_record(room) -> None:
    room.do("chair", "sitting.close")
    room.do("chair", "sitting.open", mode="members")
    room.do("chair", "agenda.advance")
    assert last(room)["closed"] == 0


# What it never says --------------------------------------------------------------------------


def test_no_text_no_title_and_no_secret_of_a_whole_day_is_in_the_record(room) -> None:
    desk, store = room.desk, room.desk.store
    secrets = []
    section = room.rows()[0].section
    made = room.do("chair", "agenda.add", title_es=f"{CANARY} uno", title_en=f"{CANARY} one")
    room.do(
        "chair", "agenda.retitle", item=made["item"], title_es=f"{CANARY} a", title_en=f"{CANARY}"
    )
    new = room.do("drafting-can", "paragraph.add", section=section)["paragraph"]
    pasted = [{"kind": "item", "text": f"{CANARY} pegado", "label": f"{CANARY}"}]
    room.do("drafting-can", "paragraph.paste", section=section, language="es", paragraphs=pasted)
    with desk.drafts.lock, store.transaction(NOW) as tx:
        desk.drafts.write(
            tx, room.draft, new, {"es": f"{CANARY} [texto]", "en": CANARY}, person="x"
        )
    room.do("drafting-can", "paragraph.split", paragraph=new, language="es", at=5)
    room.do("chair", "paragraph.mark", paragraph=new, state="agreed")
    close_the_door(room)
    room.do("chair", "agenda.add", title_es=f"{CANARY} cerrado", title_en=f"{CANARY} closed")
    for role in ("chair", "rrocm", "drafting-can"):
        for name, values in (
            ("agenda.add", {"title_es": CANARY * 200, "title_en": CANARY}),
            ("paragraph.adopt", {"paragraph": f"{CANARY} {CANARY}", "digest": CANARY}),
            ("grant.withdraw", {"grant": f"{CANARY} {CANARY}"}),
        ):
            with contextlib.suppress(ActError):
                room.do(role, name, **values)
    room.do("chair", "sitting.close")
    room.do("chair", "sitting.open")
    with store.transaction(NOW) as tx:
        code = signing.issue_badge(tx, room.person["chair"])
        token = signing.open_login(tx, room.person["chair"])
        secrets += [code, token, hashlib.sha256(code.encode()).hexdigest()]
    read(room, "chair")
    standing = read_standing(desk, room.draft)
    room.do("chair", "draft.adopt", digest=standing.digest, override="La sala")
    told = "\n".join(str(tuple(row)) for row in store.all("select * from act"))
    texts = [text for row in standing.texts.values() for text in row.values() if len(text) > 20]
    assert len(texts) > 50
    assert "paragraph.split" in told
    for secret in (CANARY, *secrets, *texts):
        assert secret not in told, secret
    assert record.verify(store) is None
