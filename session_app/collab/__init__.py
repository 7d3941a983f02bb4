"""The only door to pycrdt: the gate every update passes, and the live document of one paragraph."""

from .gate import Limits, Rejected, clean, units
from .paragraph import Broken, ParagraphDoc, Trial, index_of_unit, merge

__all__ = [
    "Broken",
    "Limits",
    "ParagraphDoc",
    "Rejected",
    "Trial",
    "clean",
    "index_of_unit",
    "merge",
    "units",
]
