"""Canonical form of a text that people wrote: fields in order, one style, comments kept."""

from __future__ import annotations

from planc_schemas.diagnostics import Diagnostic, has_errors

from .canonical.comments import collect
from .canonical.emit import emit
from .source import read
from .upgrade import upgrade


class NotAPlan(ValueError):
    """The text cannot be read; `diagnostics` says why."""

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        first = next(d for d in diagnostics if d.severity == "error")
        super().__init__(f"{first.code}: {first.message}")
        self.diagnostics = diagnostics


def format_text(text: str | bytes, file: str = "") -> str:
    """The canonical form of a plan's text. Formatting it again changes nothing; what it means never changes.

    Raises NotAPlan if it is no YAML that a plan may be made of (P0 errors). Errors of shape do not matter here.
    """
    source = read(text, file)
    if source.root is None or has_errors(source.diagnostics):
        raise NotAPlan(source.diagnostics)
    return emit(source.root, collect(source.text, source.root))


def migrate_text(text: str | bytes, file: str = "") -> str:
    """The canonical form of a plan of any older version, as a plan of this version, comments kept.

    Raises NotAPlan if it cannot be read or is of a newer version.
    """
    source = upgrade(read(text, file))
    if source.root is None or has_errors(source.diagnostics):
        raise NotAPlan(source.diagnostics)
    return emit(source.root, collect(source.text, source.root))
