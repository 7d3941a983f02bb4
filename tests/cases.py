"""Sentences that hold of a table of cases: one test asks all of them, and names those that fail.

As `pytest.mark.parametrize`, where the cases are many and small: a test each would cost more than what it asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from inspect import signature

import pytest

Sentence = Callable[..., None]


def hold(sentence: Sentence, cases: Mapping[str, Mapping[str, object]], **given: object) -> None:
    """Ask a sentence of every case. What fails is shown of the first, with the names of all that do."""
    __tracebackhide__ = True
    failed: dict[str, Exception] = {}
    for name, values in cases.items():
        try:
            sentence(**values, **given)
        except Exception as failure:
            failed[name] = failure
    if failed:
        named = ", ".join(failed)
        raise AssertionError(f"{len(failed)} of {len(cases)}: {named}") from failed[
            next(iter(failed))
        ]


def of_each(
    names: str, cases: Mapping[str, object] | Iterable[object]
) -> Callable[[Sentence], Sentence]:
    """Make one test that holds a sentence of every case; what `names` does not name are fixtures."""
    table = _table(names, cases)

    def ask(sentence: Sentence) -> Sentence:
        def test(**given: object) -> None:
            __tracebackhide__ = True
            hold(sentence, table, **given)

        return _test_of(sentence, names, test)

    return ask


def of_each_by(
    group: str, names: str, cases: Mapping[str, Mapping[str, object]]
) -> Callable[[Sentence], Sentence]:
    """Make such a test for each group of cases; the sentence is told which group it is."""
    tables = {each: _table(names, held) for each, held in cases.items()}

    def ask(sentence: Sentence) -> Sentence:
        def test(**given: object) -> None:
            __tracebackhide__ = True
            hold(sentence, tables[str(given[group])], **given)

        return pytest.mark.parametrize(group, tables)(_test_of(sentence, names, test))

    return ask


def _test_of(sentence: Sentence, names: str, test: Sentence) -> Sentence:
    """The test as pytest is to see it: under the sentence's name, with the fixtures it asks for."""
    asked = signature(sentence)
    wanted = [each for name, each in asked.parameters.items() if name not in names.split(", ")]
    shown = wraps(sentence)(test)
    shown.__signature__ = asked.replace(parameters=wanted)  # type: ignore[attr-defined]
    return shown


def _table(
    names: str, cases: Mapping[str, object] | Iterable[object]
) -> dict[str, dict[str, object]]:
    """The cases by name, those without one by their place and the beginning of their values."""
    listed = (
        cases.items()
        if isinstance(cases, Mapping)
        else ((f"{place} {each!r:.70}", each) for place, each in enumerate(cases))
    )
    known = names.split(", ")
    table: dict[str, dict[str, object]] = {}
    for name, values in listed:
        held = values if len(known) > 1 else (values,)
        table[name] = dict(zip(known, held, strict=True))  # type: ignore[call-overload]
    assert table, "a sentence is asked of no case"
    return table
