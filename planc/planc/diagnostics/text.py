"""Diagnostics for a terminal, in the form of ARCHITECTURE.md: the line, carets under the place, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from planc_schemas.codes import REGISTER
from planc_schemas.diagnostics import Diagnostic, Label, Severity

from ..escape import visible
from .cells import Line

_COLOURS: dict[Severity, str] = {"error": "1;31", "warning": "1;33", "info": "1;36"}
_GUTTER, _SECOND = "1;34", "1;34"
_LEAD = 24
"""Columns that are left of the place when a long line is cut."""


def render_text(
    diagnostics: Sequence[Diagnostic], sources: Mapping[str, str], *, colour: bool = False, width: int = 120
) -> str:
    """All diagnostics, an empty line between two. Lines of the file longer than `width` are cut around the place."""
    lines = {file: text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n") for file, text in sources.items()}
    painter = _Painter(lines, colour, max(width, 40))
    return "\n\n".join("\n".join(painter.diagnostic(diagnostic)) for diagnostic in diagnostics)


class _Painter:
    def __init__(self, sources: Mapping[str, list[str]], colour: bool, width: int) -> None:
        self.sources = sources
        self.colour = colour
        self.width = width

    def paint(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.colour and text else text

    def diagnostic(self, diagnostic: Diagnostic) -> Iterator[str]:
        entry = REGISTER.get(diagnostic.code)
        name = f"{diagnostic.code} {entry.slug}" if entry else diagnostic.code
        style = _COLOURS[diagnostic.severity]
        head = self.paint(f"{diagnostic.severity}[{name}]", style)
        yield head + self.paint(f": {_line(diagnostic.message)}", "1")
        gutter = max((len(str(label.span.line)) for label in diagnostic.labels if label.span.line), default=1)
        for number, group in enumerate(_by_file(diagnostic.labels)):
            yield from self.file(group, diagnostic.place, gutter, number == 0, style)
        margin = " " * (gutter + 1)
        for text in diagnostic.help:
            yield f"{margin}{self.paint('=', _GUTTER)} help: {_line(text)}"
        yield f"{margin}{self.paint('=', _GUTTER)} note: {_note(diagnostic, entry is not None)}"

    def file(self, labels: list[Label], primary: Label, gutter: int, first: bool, style: str) -> Iterator[str]:
        """The places in one file: its name, and every line with the marks below it."""
        start = labels[0]
        arrow = "-->" if first else ":::"
        where = f":{start.span.line}:{start.span.column}" if start.span.line else ""
        yield f"{' ' * gutter}{self.paint(arrow, _GUTTER)} {_line(start.file)}{where}"
        source = self.sources.get(start.file)
        numbers = sorted({label.span.line for label in labels})
        if source is None or numbers[0] < 1 or numbers[-1] > len(source):
            return
        bar = self.paint("|", _GUTTER)
        yield f"{' ' * gutter} {bar}"
        before = numbers[0] - 1
        for number in numbers:
            if number > before + 2:
                yield self.paint("...", _GUTTER)
            elif number == before + 2:
                yield from self.source_line(source, number - 1, [], primary, gutter, style)
            here = [label for label in labels if label.span.line == number]
            yield from self.source_line(source, number, here, primary, gutter, style)
            before = number

    def source_line(
        self, source: list[str], number: int, labels: list[Label], primary: Label, gutter: int, style: str
    ) -> Iterator[str]:
        """A line of the file, and a line of marks for each of its labels."""
        text = source[number - 1]
        line, bar = Line(text), self.paint("|", _GUTTER)
        marks = [(label, line.at(label.span.column - 1), line.at(_end(label, text))) for label in labels]
        first, last = _window(line, marks[0][1] if marks else 0, self.width - gutter - 3)
        shown = ("…" if first else "") + line.cut(first, last) + ("…" if last < line.starts[-1] else "")
        yield f"{self.paint(str(number).rjust(gutter), _GUTTER)} {bar} {shown}".rstrip()
        for label, begin, end in marks:
            begin, end = min(max(begin, first), last), min(max(end, first), last)
            sign, paint = ("^", style) if label is primary else ("-", _SECOND)
            signs = sign * max(1, end - begin)
            said = f" {_line(label.text)}" if label.text else ""
            pad = " " * (begin - first + (1 if first else 0))
            yield f"{' ' * gutter} {bar} {pad}{self.paint(signs + said, paint)}"


def _line(text: str) -> str:
    """One line, with invisible characters made visible."""
    return visible(text).replace("\n", "\\n").replace("\t", " ")


def _by_file(labels: Sequence[Label]) -> list[list[Label]]:
    """The labels of each file, the primary one's first."""
    files = list(dict.fromkeys(label.file for label in labels))
    return [[label for label in labels if label.file == file] for file in files]


def _end(label: Label, text: str) -> int:
    """Index in the line where the marks end: a place of several lines is marked to the end of its first one."""
    span = label.span
    return span.end_column - 1 if span.end_line == span.line else max(len(text), span.column)


def _window(line: Line, begin: int, width: int) -> tuple[int, int]:
    """The columns of the line that are shown."""
    total = line.starts[-1]
    if total <= width:
        return 0, total + 1
    first = max(0, min(begin - _LEAD, total - width + 2))
    if begin < width * 2 // 3:
        first = 0
    return first, first + width - 2


def _note(diagnostic: Diagnostic, known: bool) -> str:
    notes = [f"`planc explain {diagnostic.code}`"] if known else []
    if any(fix.safe for fix in diagnostic.fixes):
        notes.append("`planc check --fix` repairs it")
    return ", ".join(notes) or "this code is not in the register"
