"""Code with positions: the JSON lists of planc_schemas.expressions, each knowing where in the text it was written.

`Code` is a list, so what the passes check is what the runtime runs; positions ride along and are lost in JSON.
Offsets count code points in the scalar's value, not in the file: `Source.span_in` translates them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

BAD = "bad"
"""Head of a node that was refused: it has been reported, and later passes take it for anything."""

MAX_CODE_DEPTH = 60
"""Nesting of operators in one expression; code is nested lists, and JSON readers bound their nesting."""


class Code(list[Any]):
    """An expression node. `start` and `end` are its extent; `spot` is the name in it that an error points at
    (a member's key, a filter's name), and the whole node if there is none."""

    __slots__ = ("end", "spot_end", "spot_start", "start")

    def __init__(self, form: list[Any], start: int, end: int, spot: tuple[int, int] | None = None) -> None:
        super().__init__(form)
        self.start = start
        self.end = end
        self.spot_start, self.spot_end = spot or (start, end)

    @property
    def spot(self) -> tuple[int, int]:
        return (self.spot_start, self.spot_end)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Replace the text from `start` to `end` by `text`."""

    title: str
    start: int
    end: int
    text: str
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """A problem inside one scalar, in offsets of its value; `code` is a diagnostic's code."""

    code: str
    message: str
    start: int
    end: int
    label: str = ""
    help: str = ""
    fix: Suggestion | None = None


def children(code: list[Any]) -> Iterator[Code]:
    """The expressions directly inside an expression, in reading order."""
    head = code[0]
    if head in ("get", "not", "neg", "pos"):
        yield code[1]
    elif head in ("at", "and", "or"):
        yield code[1]
        yield code[2]
    elif head == "bin":
        yield code[2]
        yield code[3]
    elif head == "list":
        yield from code[1]
    elif head == "object":
        yield from (value for _, value in code[1])
    elif head == "cmp":
        yield code[1]
        yield from (operand for _, operand in code[2])
    elif head == "cond":
        yield from code[1:]
    elif head in ("filter", "test"):
        yield code[2]
        yield from code[3]
        if head == "filter":
            yield from code[4].values()


def walk(code: Code) -> Iterator[Code]:
    """The expression and all expressions inside it, outermost first."""
    stack = [code]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(list(children(node))))


def text_expressions(text: list[Any]) -> Iterator[Code]:
    """The outermost expressions of a text's segments, tags included, in reading order."""
    for segment in text:
        if isinstance(segment, str):
            continue
        if segment[0] == "put":
            yield segment[1]
        elif segment[0] == "if":
            for condition, body in segment[1]:
                yield condition
                yield from text_expressions(body)
            yield from text_expressions(segment[2])
        else:
            yield segment[2]
            yield from text_expressions(segment[3])
            yield from text_expressions(segment[4])
