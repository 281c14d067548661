"""Pass 1: bytes → a tree of nodes with positions, by strict YAML 1.2 rules (P0 codes).

text       bytes → text: UTF-8, size, characters that no editor shows
events     the YAML parser's events → Node tree; what plans do not use is refused there
scalars    plain scalars → values, by the YAML 1.2 core schema
syntax     the parser's complaints in our words
positions  offsets in a scalar's value → places in the file
"""

from __future__ import annotations

from dataclasses import dataclass, field

from planc_schemas.collector import paused
from planc_schemas.diagnostics import NOWHERE, Diagnostic, Label, Span

from ..node import Node
from . import events, text
from .positions import Positions


@dataclass(slots=True)
class Source:
    """A plan file that was read. `root` is None when there is no tree to work on; `text` has `\\n` line ends."""

    file: str
    text: str
    root: Node | None
    diagnostics: list[Diagnostic]
    _positions: Positions | None = field(default=None, repr=False, compare=False)

    def span_in(self, node: Node, start: int, end: int) -> Span:
        """The place in the file of `node.value[start:end]`, for a scalar of any style.

        An escape (`\\n`, `''`) counts as the characters it is written with. A node that does not stand in the file as
        it is (`written` is False) gives its whole span.
        """
        if not node.written or node.span == NOWHERE or not isinstance(node.value, str):
            return node.span
        if self._positions is None:
            self._positions = Positions(self.text)
        return self._positions.span_in(node, start, end)

    def one_line(self, node: Node) -> str | None:
        """What stands in the file for a node that is on one line, in braces, brackets or quotes if it has any."""
        line, column, end_line, end_column = node.span
        if not node.written or line < 1 or line != end_line:
            return None
        text = self.text.split("\n", line)[line - 1]
        return text[column - 1 : end_column - 1]

    def label(self, node: Node, words: str = "") -> Label:
        """A label of this file at `node`."""
        return Label(self.file, node.span, words)


def read(data: bytes | str, file: str) -> Source:
    """Reads a plan file. Never raises: what is wrong is in `diagnostics`, all of it as far as it can be found.

    `file` is the name that diagnostics show. Limits: planc_schemas.values MAX_PLAN_BYTES, MAX_DEPTH, MAX_NODES.
    """
    decoded, diagnostics = text.decode(data, file)
    if decoded is None:
        return Source(file, "", None, diagnostics)
    with paused():
        root, found = events.build(text.harmless(decoded), file)
    if diagnostics:
        found = [syntax for syntax in found if not _follows(syntax, diagnostics)]
    return Source(file, decoded, root, sorted(diagnostics + found, key=Diagnostic.sort_key))


def _follows(syntax: Diagnostic, characters: list[Diagnostic]) -> bool:
    """Whether a complaint about syntax is only the consequence of a character that was replaced before it."""
    return syntax.code == "P005" and any(d.place.span.line <= syntax.place.span.line for d in characters)
