"""The record as it lies on the disk: sealed as it is entered, and every tampering is seen."""

from __future__ import annotations

import contextlib
import random
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from conftest import NOW
from sqlite_utils import Database as SqliteUtils

from session_app.domain.errors import ActError
from session_app.domain.record import START, Head
from session_app.store import record
from session_app.store.database import Database
from session_app.store.migrations import STEPS, migrate

TEXTS = ("session", "person", "capacity", "delegation", "at", "act", "subject", "outcome", "detail",
         "hash")  # fmt: skip


def work_for_a_while(room) -> None:
    """Some acts of different people on different things, and some refusals."""
    room.do("chair", "agenda.advance")
    section = room.rows()[0].section
    for role in ("drafting-can", "drafting-mex"):
        made = room.do(role, "paragraph.add", section=section)
        room.do("chair", "paragraph.mark", paragraph=made["paragraph"], state="agreed")
    for code in ("BLZ", "CAN", "CRI"):
        room.do("secretariat", "attendance.mark", delegation=code, present=False)
    for role in ("observer-country", "rrocm", "secretariat"):
        with contextlib.suppress(ActError):
            room.do(
                role, "grant.give", person=room.person["interpreter"], right="speak", reason="ñ"
            )
    room.do("chair", "sitting.suspend", resumes_at="15:30")
    room.do("chair", "sitting.resume")


@pytest.fixture
def opened(desk, room) -> Iterator[sqlite3.Connection]:
    """The store after some work, in the hands of somebody who has taken its triggers away."""
    work_for_a_while(room)
    for name in ("act_is_kept", "act_is_final", "record_head_is_kept"):
        desk.store.all(f"drop trigger {name}")
    hand = sqlite3.connect(desk.store.folder / "session.db", isolation_level=None)
    hand.execute("pragma synchronous = off")
    yield hand
    hand.close()


def acts(hand: sqlite3.Connection) -> int:
    count: int = hand.execute("select count(*) from act").fetchone()[0]
    return count


def put_byte(value: bytes, chance: random.Random) -> bytes:
    """The value with one byte exchanged for another; an empty one gets its first."""
    at = chance.randrange(max(1, len(value)))
    other = bytes([chance.choice([each for each in range(256) if each != (value or b"\0")[0]])])
    while value and other == value[at : at + 1]:
        other = bytes([chance.randrange(256)])
    return value[:at] + other + value[at + 1 :]


def change_text(hand: sqlite3.Connection, chance: random.Random) -> None:
    seq, column = chance.randint(1, acts(hand)), chance.choice(TEXTS)
    (value,) = hand.execute(
        f"select cast({column} as blob) from act where seq = ?", (seq,)
    ).fetchone()
    hand.execute(
        f"update act set {column} = cast(? as text) where seq = ?", (put_byte(value, chance), seq)
    )


def change_number(hand: sqlite3.Connection, chance: random.Random) -> None:
    seq, count = chance.randint(1, acts(hand)), acts(hand)
    if chance.random() < 0.5:
        hand.execute("update act set closed = 1 - closed where seq = ?", (seq,))
    else:
        elsewhere = chance.choice((0, -seq, count + chance.randint(1, 255), -(2**63), 2**63 - 1))
        hand.execute("update act set seq = ? where seq = ?", (elsewhere, seq))


def change_head(hand: sqlite3.Connection, chance: random.Random) -> None:
    if chance.random() < 0.5:
        by = chance.choice((-1, 1, 256, -256))
        hand.execute("update record_head set entries = entries + ?", (by,))
    else:
        (value,) = hand.execute("select cast(hash as blob) from record_head").fetchone()
        hand.execute("update record_head set hash = cast(? as text)", (put_byte(value, chance),))


def delete(hand: sqlite3.Connection, chance: random.Random) -> None:
    seq = chance.randint(1, acts(hand))
    hand.execute("delete from act where seq = ?", (seq,))
    if chance.random() < 0.5:  # and close the gap
        for later in range(seq + 1, acts(hand) + 2):
            hand.execute("update act set seq = seq - 1 where seq = ?", (later,))


def delete_and_lower_the_count(hand: sqlite3.Connection, chance: random.Random) -> None:
    delete(hand, chance)
    hand.execute("update record_head set entries = entries - 1")


def swap(hand: sqlite3.Connection, chance: random.Random) -> None:
    one, other = chance.sample(range(1, acts(hand) + 1), 2)
    if chance.random() < 0.5:
        hand.execute("update act set seq = -1 where seq = ?", (one,))
        hand.execute("update act set seq = ? where seq = ?", (one, other))
        hand.execute("update act set seq = ? where seq = -1", (other,))
        return
    for column in TEXTS[:-1]:  # what they say, not their hashes
        values = dict(
            hand.execute(f"select seq, {column} from act where seq in (?, ?)", (one, other))
        )
        hand.execute(f"update act set {column} = ? where seq = ?", (values[other], one))
        hand.execute(f"update act set {column} = ? where seq = ?", (values[one], other))


def insert(hand: sqlite3.Connection, chance: random.Random) -> None:
    """A copy of an entry at any place, the later ones moved on; or behind the last."""
    count = acts(hand)
    at = chance.randint(1, count + 1)
    for later in range(count, at - 1, -1):
        hand.execute("update act set seq = seq + 1 where seq = ?", (later,))
    source = chance.choice([each for each in range(1, count + 2) if each != at])
    hand.execute(
        "insert into act select ?, session, person, capacity, delegation, at, act, subject, outcome, detail,"
        " closed, hash from act where seq = ?",
        (at, source),
    )
    if chance.random() < 0.5:
        hand.execute("update record_head set entries = entries + 1")


def truncate(hand: sqlite3.Connection, chance: random.Random) -> None:
    keep = chance.randrange(acts(hand))
    hand.execute("delete from act where seq > ?", (keep,))
    if chance.random() < 0.5:
        hand.execute("update record_head set entries = ?", (keep,))


def truncate_in_front(hand: sqlite3.Connection, chance: random.Random) -> None:
    hand.execute("delete from act where seq <= ?", (chance.randint(1, acts(hand)),))


TAMPERINGS: tuple[Callable[[sqlite3.Connection, random.Random], None], ...] = (
    change_text, change_text, change_text, change_number, change_head, delete,
    delete_and_lower_the_count, swap, insert, truncate, truncate_in_front,
)  # fmt: skip


def tamper(store: Database, hand: sqlite3.Connection, times: int) -> None:
    """So many tamperings, each on the sound record, each by a chance of its own."""
    for number in range(times):
        chance = random.Random(number)
        how = chance.choice(TAMPERINGS)
        before, bytes_before = contents(hand), contents(hand, bytes)
        hand.execute("begin")
        how(hand, chance)
        hand.execute("commit")
        assert contents(hand, bytes) != bytes_before, (number, how)
        flaw = record.verify(store)
        assert flaw is not None, f"unseen: {how.__name__}, chance {number}"
        restore(hand, before)
    assert record.verify(store) is None


def contents(hand: sqlite3.Connection, text: type = str) -> dict[str, list[tuple]]:
    """Both tables; as bytes where a text may no longer be one."""
    hand.text_factory = text
    found = {
        table: hand.execute(f"select * from {table}").fetchall() for table in ("act", "record_head")
    }
    hand.text_factory = str
    return found


def restore(hand: sqlite3.Connection, before: dict[str, list[tuple]]) -> None:
    hand.execute("begin")
    for table, rows in before.items():
        hand.execute(f"delete from {table}")
        places = ", ".join("?" * len(rows[0]))
        hand.executemany(f"insert into {table} values ({places})", rows)
    hand.execute("commit")


def test_a_thousand_tamperings_with_the_record_are_all_seen(desk, opened) -> None:
    tamper(desk.store, opened, 1_000)


def test_the_last_entry_is_as_well_kept_as_any(desk, opened) -> None:
    last = acts(opened)
    opened.execute("update act set outcome = 'done.' where seq = ?", (last,))
    assert record.verify(desk.store).params == {"entry": last}
    opened.execute("delete from act where seq = ?", (last,))
    assert record.verify(desk.store).params == {"entry": last}


def test_a_record_without_its_head_is_not_taken_for_whole(desk, opened) -> None:
    opened.execute("delete from record_head")
    assert record.verify(desk.store).code == "record.no_head"
    assert record.head(desk.store) is None


def test_a_damaged_page_is_a_flaw_and_not_a_failure(desk, opened) -> None:
    (page,) = opened.execute("select rootpage from sqlite_master where name = 'act'").fetchone()
    (size,) = opened.execute("pragma page_size").fetchone()
    opened.execute("pragma wal_checkpoint(truncate)")
    with (desk.store.folder / "session.db").open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    opened.execute("update session set ppt = ppt")  # so that what is held in memory is read anew
    assert record.verify(desk.store).code == "record.unreadable"


# The sound record ----------------------------------------------------------------------------


def test_acts_are_sealed_as_they_are_entered(desk, room) -> None:
    before = record.head(desk.store)
    work_for_a_while(room)
    after = record.head(desk.store)
    assert record.verify(desk.store) is None
    assert record.verify(desk.store, before.hash) is None
    assert after.entries == before.entries + 14
    assert after.hash != before.hash


def test_an_empty_record_is_whole(tmp_path) -> None:
    store = Database(tmp_path / "new")
    assert record.head(store) == Head(0, START)
    assert record.verify(store) is None
    store.close()


def test_neither_the_record_nor_its_head_is_shortened_while_the_triggers_stand(desk, room) -> None:
    for statement in ("delete from act", "update act set act = 'x'", "delete from record_head"):
        with pytest.raises(sqlite3.IntegrityError, match="the record is kept"):
            desk.store.all(statement)


def test_acts_entered_while_it_is_checked_are_no_flaw(desk, room) -> None:
    with desk.store.transaction(NOW) as tx:
        for number in range(5_000):
            tx.record(session="s", person="p", act="a", subject=str(number))
    ended = threading.Event()

    def work() -> None:
        for number in range(60):
            with desk.store.transaction(NOW + timedelta(seconds=number)) as tx:
                tx.record(session="s", person="p", act="a", subject="")
        ended.set()

    thread = threading.Thread(target=work)
    thread.start()
    rounds = 0
    while not ended.is_set():
        assert record.verify(desk.store) is None
        rounds += 1
    thread.join()
    assert rounds > 0
    assert record.verify(desk.store) is None


@pytest.mark.slow
def test_a_hundred_thousand_acts_are_checked_in_seconds(desk, room) -> None:
    with desk.store.transaction(NOW) as tx:
        for number in range(100_000):
            tx.record(
                session=room.session, person="p", act="agenda.advance", subject=str(number),
                detail={"language": "es"},
            )  # fmt: skip
    begun = time.process_time()
    assert record.verify(desk.store) is None
    assert time.process_time() - begun < 10


# Stores of before ----------------------------------------------------------------------------


def test_the_acts_of_a_released_store_are_chained_as_they_stand(tmp_path) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    old = sqlite3.connect(folder / "session.db", isolation_level=None)
    STEPS[0](SqliteUtils(old))
    old.execute("pragma user_version = 1")
    told = '{"capacity": "chair", "delegation": "SLV"}'
    for seq, outcome, detail in ((1, "done", told), (2, "access.denied", "{}"), (5, "done", "{}")):
        old.execute(
            "insert into act values (?, 's', 'p', '2017-06-21T20:33:00.000+00:00', 'agenda.advance', 'Ñ', ?, ?)",
            (seq, outcome, detail),
        )
    old.close()

    store = Database(folder)
    rows = store.all("select seq, capacity, delegation, outcome, detail, closed from act")
    assert [tuple(row) for row in rows] == [
        (1, "chair", "SLV", "done", "{}", 0),
        (2, "", "", "access.denied", "{}", 0),
        (3, "", "", "done", "{}", 0),
    ]
    assert record.verify(store) is None
    assert record.head(store).entries == 3
    with store.transaction(NOW) as tx:
        tx.record(session="s", person="p", act="a", subject="")
    assert record.verify(store) is None
    with pytest.raises(sqlite3.IntegrityError, match="the record is kept"):
        store.all("delete from act")
    store.close()


def test_a_released_store_without_acts_is_brought_up_too(tmp_path) -> None:
    old = sqlite3.connect(tmp_path / "session.db", isolation_level=None)
    STEPS[0](SqliteUtils(old))
    old.execute("pragma user_version = 1")
    migrate(SqliteUtils(old))
    assert old.execute("select entries, hash from record_head").fetchall() == [(0, START)]
    old.close()


def test_a_copy_of_the_store_holds_the_same_chain(desk, room, tmp_path) -> None:
    work_for_a_while(room)
    desk.store.all("pragma wal_checkpoint(truncate)")
    folder = tmp_path / "copy"
    folder.mkdir()
    shutil.copy(desk.store.folder / "session.db", folder)
    copy = Database(folder)
    assert record.head(copy) == record.head(desk.store)
    assert record.verify(copy, record.head(desk.store).hash) is None
    copy.close()
