"""Word files: the only door to docx and lxml."""

from .assemble import Parts, assemble, compose_parts, write_file
from .compare import compare
from .template import STYLES, open_template

__all__ = [
    "STYLES",
    "Parts",
    "assemble",
    "compare",
    "compose_parts",
    "open_template",
    "write_file",
]
