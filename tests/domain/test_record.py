"""The chain of the record: what is sealed, and which entry is the first that does not fit."""

from __future__ import annotations

from itertools import product

from cases import of_each

from session_app.domain.record import COLUMNS, START, Chain, Flaw, Head, is_hash, seal

Written = tuple[tuple[bytes, ...], bytes]


def chain(count: int) -> list[Written]:
    """A sound record of so many entries."""
    entries, previous = [], START
    for number in range(1, count + 1):
        columns = (b"%d" % number, *(b"%s %d" % (name.encode(), number) for name in COLUMNS[1:]))
        previous = seal(previous, columns)
        entries.append((columns, previous.encode()))
    return entries


def end(entries: list[Written], *, head: Head | None = None, wanted: str | None = None):
    followed = Chain(wanted)
    followed.follow(entries)
    last = entries[-1][1].decode() if entries else START
    return followed.end(head or Head(len(entries), last), None)


def test_a_sound_record_has_no_flaw_however_long_it_is() -> None:
    for count in (0, 1, 2, 50):
        assert end(chain(count)) is None


def test_a_head_printed_earlier_is_found_in_a_record_that_has_grown() -> None:
    entries = chain(9)
    for _, written in entries:
        assert end(entries, wanted=written.decode()) is None
    assert end(entries, wanted=START) is None


def test_a_record_written_anew_does_not_hold_the_head_of_the_old_one() -> None:
    # Every seal of it is right, which is all a chain can show by itself.
    printed = chain(9)[5][1].decode()
    other, previous = [], START
    for columns, _ in chain(9):
        changed = (*columns[:2], b"somebody else", *columns[3:])
        previous = seal(previous, changed)
        other.append((changed, previous.encode()))
    assert end(other) is None
    assert end(other, wanted=printed) == Flaw("record.not_in_chain", {"head": printed})


@of_each("column", range(len(COLUMNS)))
def test_an_entry_changed_in_any_column_is_named(column: int) -> None:
    entries = chain(5)
    columns, written = entries[2]
    entries[2] = ((*columns[:column], columns[column] + b".", *columns[column + 1 :]), written)
    flaw = end(entries)
    assert flaw is not None
    assert flaw.params["entry"] == ("3." if column == 0 else 3)


def test_the_flaw_that_is_named_is_the_first() -> None:
    entries = chain(6)
    for at in (4, 2):
        entries[at] = ((*entries[at][0][:-1], b"x"), entries[at][1])
    assert end(entries) == Flaw("record.changed", {"entry": 3})


def test_entries_taken_out_are_missed_wherever_they_stood() -> None:
    whole = chain(5)
    head = Head(5, whole[-1][1].decode())
    for at in range(5):
        assert end(whole[:at] + whole[at + 1 :], head=head) == Flaw(
            "record.missing", {"entry": at + 1}
        )
        assert end(whole[:at], head=head) == Flaw("record.missing", {"entry": at + 1})


def test_an_entry_behind_the_head_is_foreign() -> None:
    entries = chain(4)
    followed = Chain()
    followed.follow(entries[:3])
    assert followed.end(Head(3, entries[2][1].decode()), 4) == Flaw("record.foreign", {"entry": 4})


def test_an_entry_numbered_twice_or_by_no_number_is_foreign() -> None:
    entries = chain(4)
    for number in (b"2", b"0", b"-1", b"two", b"\xff"):
        strange = ((number, *entries[2][0][1:]), entries[2][1])
        flaw = end([*entries[:2], strange, *entries[3:]])
        assert flaw is not None
        assert flaw.code == "record.foreign"


def test_a_head_that_was_changed_alone_shows() -> None:
    entries = chain(4)
    assert end(entries, head=Head(4, entries[2][1].decode())) == Flaw(
        "record.other_head", {"entry": 4}
    )


def test_no_two_divisions_of_the_same_bytes_among_columns_are_sealed_alike() -> None:
    alphabet = (b"", b"1", b":", b",", b"1:", b"1:1,", b"-", b"-,", None)
    seals = {seal(START, three) for three in product(alphabet, repeat=3)}
    assert len(seals) == len(alphabet) ** 3


def test_the_hash_of_an_entry_depends_on_all_that_went_before() -> None:
    columns = chain(1)[0][0]
    assert seal(START, columns) != seal("1" * 64, columns)


def test_what_is_written_today_is_read_the_same_in_ten_years() -> None:
    # Sealed once, by hand: sha256 over netstrings. A change here unseals every record there is.
    columns = (b"1", b"grcm", "Ñandú".encode(), b"", None)
    assert seal(START, columns) == (
        "6b897976c4c0c166cda7a04d342a5eea02b676f5bb0cfbf8b7b0d383b71fd787"
    )
    assert is_hash(START)
    assert not is_hash(START.upper() + "x")
