"""What crosses a socket is refused unless it is exactly what the contract says."""

import pytest
from cases import of_each

from session_app.domain import contract
from session_app.domain.errors import Invalid

MOVE = {"draft": "d", "op": "o", "paragraph": "p", "direction": "up"}


def test_a_command_is_made_from_plain_values():
    command = contract.parse("paragraph.move", MOVE)
    assert command == contract.MoveParagraph("d", "o", "p", "up")


@of_each("name, values, code", [
    ("paragraph.fly", MOVE, "command.unknown"),
    ("paragraph.move", {**MOVE, "x": 1}, "command.unknown_field"),
    ("paragraph.move", {"draft": "d"}, "command.missing_field"),
    ("paragraph.move", {**MOVE, "direction": "sideways"}, "command.bad_field"),
    ("paragraph.move", {**MOVE, "direction": ["up"]}, "command.bad_field"),
    ("paragraph.move", {**MOVE, "paragraph": None}, "command.bad_field"),
    ("paragraph.move", {**MOVE, "paragraph": 7}, "command.bad_field"),
    ("paragraph.move", {**MOVE, "paragraph": "x" * 20_001}, "command.bad_field"),
    ("attendance.mark", {"delegation": "CAN", "present": 1}, "command.bad_field"),
    ("paragraph.split", {"draft": "d", "op": "o", "paragraph": "p", "language": "es", "at": True}, "command.bad_field"),
    ("paragraph.paste", {"draft": "d", "op": "o", "section": "s", "language": "fr", "paragraphs": []}, "command.bad_field"),
    ("paragraph.paste", {"draft": "d", "op": "o", "section": "s", "language": "es", "paragraphs": [{"kind": "item"}]}, "command.missing_field"),
    ("paragraph.paste", {"draft": "d", "op": "o", "section": "s", "language": "es", "paragraphs": [1]}, "command.bad_field"),
    ("paragraph.paste", {"draft": "d", "op": "o", "section": "s", "language": "es", "paragraphs": [{"kind": "item", "text": "x"}] * 401}, "command.bad_field"),
])  # fmt: skip
def test_anything_else_is_refused_by_name(name, values, code):
    with pytest.raises(Invalid, match=code):
        contract.parse(name, values)


def test_half_a_character_is_left_out_wherever_it_stands():
    move = contract.parse("paragraph.move", {**MOVE, "paragraph": "\ud800p\udfff1"})
    assert move.paragraph == "p1"
    whole = contract.parse("paragraph.move", {**MOVE, "paragraph": "\U0001f600"})
    assert whole.paragraph == "\U0001f600"


def test_an_optional_field_may_be_left_out_or_empty():
    assert contract.parse("agenda.advance", {}) == contract.parse("agenda.advance", {"item": None})


def test_every_command_and_event_says_what_it_is_and_what_it_needs():
    for each in (*contract.COMMANDS.values(), *contract.EVENTS.values()):
        assert each.__doc__
        assert each.needs
