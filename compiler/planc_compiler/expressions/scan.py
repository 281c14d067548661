"""Finds `${{ … }}` and `{% … %}` in a text. Strings and brackets inside an expression are skipped, so `}}` in them
does not end it. There is no escape: a literal `${{` is written `${{ "${{" }}`, and a literal `{%` `${{ "{%" }}`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .code import Fault

_OPEN_DATA = re.compile(r"\$\{\{")
_OPEN_TEXT = re.compile(r"\$\{\{|\{%")
_INSIDE = re.compile(r"""\"(?:[^"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|%\}|[{}]""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text. `inner` is what stands between the delimiters of a put or a tag."""

    kind: Literal["text", "put", "tag"]
    start: int
    end: int
    inner: tuple[int, int] = (0, 0)


def scan(text: str, tags: bool) -> Iterator[Piece | Fault]:
    """The pieces of `text` in order, without gaps; with `tags`, `{% … %}` counts too.

    An opening that is never closed is a Fault, and ends the scan.
    """
    opening = _OPEN_TEXT if tags else _OPEN_DATA
    position = 0
    while (match := opening.search(text, position)) is not None:
        if match.start() > position:
            yield Piece("text", position, match.start())
        is_put = match.group() == "${{"
        end = _end_of(text, match.end(), is_put)
        if end is None:
            closing = "}}" if is_put else "%}"
            message = f"this `{match.group()}` is never closed by `{closing}`"
            yield Fault("P210", message, match.start(), match.end(), f"no `{closing}` follows")
            return
        yield Piece("put" if is_put else "tag", match.start(), end, (match.end(), end - 2))
        position = end
    if position < len(text):
        yield Piece("text", position, len(text))


def _end_of(text: str, position: int, is_put: bool) -> int | None:
    """Offset behind the closing delimiter, or None."""
    depth = 0
    search = position
    while (match := _INSIDE.search(text, search)) is not None:
        found = match.group()
        search = match.end()
        if found == "{":
            depth += 1
        elif found == "}":
            if depth > 0:
                depth -= 1
            elif is_put and text.startswith("}", search):
                return search + 1
        elif found == "%}" and not is_put:
            return search
        elif found == "%}":
            search = match.start() + 1  # a remainder sign before a bracket: look at the bracket again
    return None
