"""Tables to take along, which no spreadsheet mistakes for formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence


def write_csv(rows: Sequence[Sequence[str]]) -> str:
    """Rows as CSV; no cell is a formula to a spreadsheet: one that could be begins with an apostrophe."""
    written = io.StringIO()
    csv.writer(written).writerows([[as_cell(each) for each in row] for row in rows])
    return written.getvalue()


_FORMULA_WITHIN = re.compile(r""";(?=[\s"']*[=+@-])""")
"""Where a spreadsheet in Spanish begins the next cell, by whatever sign stands between them, with a formula."""


def as_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula (OWASP, CSV injection), nor what it parts it into: in
    Spanish it parts cells by semicolons."""
    text = _FORMULA_WITHIN.sub(";'", text)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else text
