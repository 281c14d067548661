"""What is wrong, where, why and what to do: one object for terminal, CI formats, REST API and repair prompt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

Severity: TypeAlias = Literal["error", "warning", "info"]


class Span(NamedTuple):
    """A stretch of a text: 1-based lines and columns, columns count code points, the end is exclusive.

    `Span(10, 13, 10, 18)` is columns 13 to 17 of line 10.
    """

    line: int
    column: int
    end_line: int
    end_column: int


NOWHERE = Span(0, 0, 0, 0)
"""For a diagnostic about a whole file (it cannot be read, it is too large)."""


@dataclass(frozen=True, slots=True)
class Label:
    """A place with what is to be said about it. The first label of a diagnostic is its primary one."""

    file: str
    span: Span
    text: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `span` of `file` by `text`."""

    file: str
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A repair that a machine can make. `safe`: `check --fix` and the planner apply it without asking."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem. `code` is in the register (`planc_schemas.codes`); `labels[0]` is where it is.

    `task` is the id of the task it belongs to, when it belongs to one.
    """

    code: str
    message: str
    labels: tuple[Label, ...]
    severity: Severity = "error"
    help: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    task: str | None = None

    @property
    def place(self) -> Label:
        return self.labels[0]

    def sort_key(self) -> tuple[str, Span, str, str]:
        """Order for people: by file, then by position, then by code."""
        return (self.place.file, self.place.span, self.code, self.message)


def has_errors(diagnostics: list[Diagnostic]) -> bool:
    return any(diagnostic.severity == "error" for diagnostic in diagnostics)
