"""`${{ … }}` and `{% … %}`: found (scan), parsed (grammar, paths), checked and translated to code (translate).

The inside of `${{ … }}` is Jinja2's expression grammar; nothing of it is ever compiled or evaluated here.
"""

from __future__ import annotations

from .code import BAD, Code, Fault, Suggestion, children, text_expressions, walk
from .data import NodeFaults, data_leaves, read_data
from .parse import parse_expression
from .template import RESERVED, read_text

__all__ = [
    "BAD",
    "RESERVED",
    "Code",
    "Fault",
    "NodeFaults",
    "Suggestion",
    "children",
    "data_leaves",
    "parse_expression",
    "read_data",
    "read_text",
    "text_expressions",
    "walk",
]
