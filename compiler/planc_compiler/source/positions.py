"""Offsets in a scalar's value → places in the file.

The value of a scalar differs from its text: quotes, escapes, folded lines, indentation. The text is read once more by
the same rules (YAML 1.2.2, sections 7.3 and 8.1) into *runs*: stretches where the value is a copy of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from planc_schemas.diagnostics import Span

from ..node import Node

_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_HEADER = re.compile(r"[|>]([-+0-9]*)[^\n]*")


class Runs:
    """Where the characters of a value stand: `starts[i]` in the value is `places[i]` in the text, and so on."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.places: list[int] = []
        self.length = 0

    def add(self, place: int, length: int) -> None:
        """The next `length` characters of the value are a copy of the text from `place` on."""
        if length > 0:
            self.starts.append(self.length)
            self.places.append(place)
            self.length += length

    def place(self, offset: int) -> int:
        run = bisect_right(self.starts, offset) - 1
        if run < 0:
            return self.places[0] if self.places else -1
        return self.places[run] + offset - self.starts[run]


class Positions:
    """The places of one text. Runs of a scalar are kept, so that many questions about one long text stay linear."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.line_starts = [0] + [match.end() for match in re.finditer("\n", text)]
        self.kept: tuple[Node, Runs] | None = None

    def index(self, line: int, column: int) -> int:
        return min(self.line_starts[line - 1] + column - 1, len(self.text))

    def point(self, index: int) -> tuple[int, int]:
        line = bisect_right(self.line_starts, index)
        return line, index - self.line_starts[line - 1] + 1

    def span_in(self, node: Node, start: int, end: int) -> Span:
        runs = self.runs(node)
        if not runs.places:
            return node.span
        begin = runs.place(max(0, min(start, runs.length)))
        stop = runs.place(max(0, min(end, runs.length)) - 1) + 1 if end > start else begin
        stop = self.escape_end(node, stop)
        return Span(*self.point(begin), *self.point(max(begin, stop)))

    def escape_end(self, node: Node, stop: int) -> int:
        """Behind the whole escape whose first character is the one before `stop`."""
        if node.style == "double" and self.text[stop - 1] == "\\":
            match = _ESCAPE.match(self.text, stop - 1)
            return match.end() if match else stop
        if node.style == "single" and self.text[stop - 1 : stop + 1] == "''":
            return stop + 1
        return stop

    def runs(self, node: Node) -> Runs:
        if self.kept is None or self.kept[0] is not node:
            begin = self.index(node.span.line, node.span.column)
            end = self.index(node.span.end_line, node.span.end_column)
            runs = Runs()
            if node.style in ("literal", "folded"):
                _block(self.text, begin, end, node, runs)
            else:
                _flow(self.text, begin, end, node, runs)
            self.kept = (node, runs)
        return self.kept[1]


def _flow(text: str, begin: int, end: int, node: Node, runs: Runs) -> None:
    """Plain and quoted scalars: copies, escapes, and line breaks that fold."""
    if node.style != "plain":
        begin, end = begin + 1, end - 1
    place = begin
    stops = re.compile({"plain": r"[ ]*\n\s*", "single": r"[ ]*\n\s*|''", "double": r"[ ]*\n\s*|\\"}[node.style])
    while place < end:
        match = stops.search(text, place, end)
        if match is None:
            runs.add(place, end - place)
            return
        runs.add(place, match.start() - place)
        place = _stop(text, match, end, runs)


def _stop(text: str, match: re.Match[str], end: int, runs: Runs) -> int:
    """Takes an escape or a fold; returns where the text goes on."""
    found = match.group()
    if found == "''":
        runs.add(match.start(), 1)
        return match.end()
    if found == "\\":
        return _escape(text, match.start(), end, runs)
    breaks = found.count("\n")
    _breaks(match.start() + found.index("\n"), max(1, breaks - 1), runs)
    return match.end()


def _escape(text: str, place: int, end: int, runs: Runs) -> int:
    match = _ESCAPE.match(text, place, end)
    if match is None:
        return end
    if match.group() != "\\\n":
        runs.add(place, 1)
        return match.end()
    following = match.end()  # an escaped line break: only empty lines behind it count
    stop = following
    while stop < end and text[stop] in " \n":
        stop += 1
    _breaks(place, text.count("\n", following, stop), runs)
    return stop


def _breaks(place: int, count: int, runs: Runs) -> None:
    for _ in range(count):
        runs.add(place, 1)


def _block(text: str, begin: int, end: int, node: Node, runs: Runs) -> None:
    """Literal and folded scalars: every line of content is a run; what stands between them follows from the value."""
    header = _HEADER.match(text, begin)
    if header is None or not isinstance(node.value, str):
        return
    value, place = node.value, header.end() + 1
    indent = _indent(text[place:end]) - _indent(value)
    offset = _separators(value, 0, place, runs)
    while place < end and offset < len(value):
        line_end = text.find("\n", place, end)
        line_end = end if line_end < 0 else line_end
        content = text[place + indent : line_end]
        if content:
            if not value.startswith(content, offset):
                return
            runs.add(place + indent, len(content))
            offset = _separators(value, offset + len(content), line_end, runs)
        place = line_end + 1


def _separators(value: str, offset: int, place: int, runs: Runs) -> int:
    """One folded blank, or all line breaks before the next line of content."""
    stop = offset
    while stop < len(value) and value[stop] == "\n":
        stop += 1
    if stop == offset and offset and value[offset : offset + 1] == " ":
        stop += 1
    _breaks(place, stop - offset, runs)
    return stop


def _indent(text: str) -> int:
    """Blanks before the first character of the first line that is not empty."""
    match = re.search(r"^( *)[^ \n]", text, re.MULTILINE)
    return len(match.group(1)) if match else 0
