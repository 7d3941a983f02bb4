"""The store: one writer, durable commits, events only after them, a log that is kept."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from session_app.domain.contract import DocumentsChanged
from session_app.domain.errors import Conflict
from session_app.store.database import Database, new_id

NOW = datetime(2017, 6, 21, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    opened = Database(tmp_path / "data")
    yield opened
    opened.close()


def test_it_is_durable_and_holds_its_references(store):
    values = {
        each: store.one(f"pragma {each}")[0]
        for each in ("journal_mode", "synchronous", "foreign_keys")
    }
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_failed_transaction_leaves_nothing_and_tells_nobody(store):
    told = []
    store.listen(told.append)

    def fail():
        with store.transaction(NOW) as tx:
            tx.record(session="s", person="p", act="a", subject="")
            tx.announce("s", DocumentsChanged())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.all("select * from act") == []
    assert store.last_seq("s") == 0
    assert told == []


def test_events_are_told_after_the_commit_in_their_order(store):
    seen = []
    store.listen(
        lambda committed: seen.extend((each.seq, store.last_seq("s")) for each in committed.events)
    )
    with store.transaction(NOW) as tx:
        tx.announce("s", DocumentsChanged())
        tx.announce("s", DocumentsChanged())
    assert seen == [(1, 2), (2, 2)]


def test_a_second_process_cannot_write(store):
    script = f"from session_app.store.database import Database; from pathlib import Path; Database(Path({str(store.folder)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert "store.in_use" in done.stderr


def test_its_folder_is_for_its_owner_only(store):
    assert oct(os.stat(store.folder).st_mode & 0o777) == "0o700"


def test_opened_again_it_is_as_it_was(tmp_path):
    first = Database(tmp_path / "d")
    with first.transaction(NOW) as tx:
        tx.record(session="s", person="p", act="a", subject="x")
    first.close()
    again = Database(tmp_path / "d")
    assert [row["act"] for row in again.all("select act from act")] == ["a"]
    assert again.check() == []
    again.close()


def test_the_record_is_neither_changed_nor_shortened(store):
    with store.transaction(NOW) as tx:
        tx.record(session="s", person="p", act="a", subject="x")
    for statement in ("update act set act = 'b'", "delete from act"):
        with pytest.raises(Exception, match="the record is kept"), store.transaction(NOW) as tx:
            tx.execute(statement)


def test_ids_cannot_be_guessed():
    assert len({new_id() for _ in range(1000)}) == 1000
    assert all(len(new_id()) == 26 for _ in range(10))


def test_a_store_in_use_says_so(store):
    with pytest.raises(Conflict, match="store.in_use"):
        Database(store.folder)
