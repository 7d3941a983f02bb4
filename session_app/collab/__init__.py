"""The only door to pycrdt: the gate every update passes, and the live document of one paragraph."""

from .gate import Limits, Rejected
from .paragraph import Broken, ParagraphDoc, Trial, merge

__all__ = ["Broken", "Limits", "ParagraphDoc", "Rejected", "Trial", "merge"]
