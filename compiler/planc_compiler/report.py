"""Collects a file's diagnostics: places in the tree become spans, codes bring their severity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from planc_schemas.codes import REGISTER
from planc_schemas.diagnostics import NOWHERE, Diagnostic, Edit, Fix, Label, Span

from .expressions import Code, Fault
from .nearest import nearest_or_part
from .node import Node
from .source import Source

MAX_OF_ONE_CODE = 100
"""Diagnostics of one code that are kept; nobody reads more, and a hostile file must not cost more."""
MAX_SUGGESTIONS = 50
"""Searches for the nearest of many names in one file."""


class Place(NamedTuple):
    """A node, or a stretch of a scalar's value when `start` and `end` are given."""

    node: Node
    start: int = -1
    end: int = -1

    @staticmethod
    def of(node: Node, code: Code) -> Place:
        """The whole expression `code` in its scalar."""
        return Place(node, code.start, code.end)

    @staticmethod
    def spot(node: Node, code: Code) -> Place:
        """The name in `code` that an error points at."""
        return Place(node, *code.spot)


class Report:
    """The diagnostics of one file, `known` ones of earlier passes first. Messages are the passes' own."""

    def __init__(self, source: Source, known: Sequence[Diagnostic] = ()) -> None:
        self.source = source
        self.diagnostics: list[Diagnostic] = list(known)
        self.found: Counter[str] = Counter()
        self._suggestions = 0

    def nearest(self, name: str, known: Iterable[str]) -> str | None:
        """The known name that was probably meant; None when too many were asked for."""
        self._suggestions += 1
        return nearest_or_part(name, known) if self._suggestions <= MAX_SUGGESTIONS else None

    def is_full(self, code: str) -> bool:
        """Would another diagnostic of this code be left out? Then costly checks for it need not be made."""
        return self.found[code] >= MAX_OF_ONE_CODE

    def span(self, place: Place | None) -> Span:
        if place is None:
            return NOWHERE
        if place.start < 0:
            return place.node.span
        return self.source.span_in(place.node, place.start, place.end)

    def label(self, place: Place | None, text: str = "") -> Label:
        return Label(self.source.file, self.span(place), text)

    def edit(self, place: Place, text: str) -> Edit:
        return Edit(self.source.file, self.span(place), text)

    def add(
        self,
        code: str,
        message: str,
        place: Place | None,
        *,
        label: str = "",
        also: Sequence[tuple[Place, str]] = (),
        help: str = "",
        fix: tuple[str, Place, str] | None = None,
        safe: bool = False,
        task: str | None = None,
    ) -> None:
        """One problem at `place`; `fix` is (title, what to replace, by what)."""
        self.found[code] += 1
        if self.found[code] > MAX_OF_ONE_CODE:
            return
        fixes = () if fix is None else (Fix(fix[0], (self.edit(fix[1], fix[2]),), safe),)
        labels = (self.label(place, label), *(self.label(other, text) for other, text in also))
        severity = REGISTER[code].severity
        self.diagnostics.append(
            Diagnostic(code, message, labels, severity, (help,) if help else (), fixes=fixes, task=task)
        )

    def fault(self, node: Node, fault: Fault, task: str | None) -> None:
        """A problem inside a scalar, as the expression reader found it."""
        fix = fault.fix
        self.add(
            fault.code,
            fault.message,
            Place(node, fault.start, fault.end),
            label=fault.label,
            help=fault.help,
            fix=None if fix is None else (fix.title, Place(node, fix.start, fix.end), fix.text),
            safe=fix is not None and fix.safe,
            task=task,
        )
