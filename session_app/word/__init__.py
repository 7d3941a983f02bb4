"""Word files: the only door to docx and lxml."""

from .assemble import assemble
from .template import STYLES, open_template

__all__ = ["STYLES", "assemble", "open_template"]
