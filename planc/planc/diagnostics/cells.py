"""How text looks on a terminal: what each character is shown as, and how many columns that takes."""

from __future__ import annotations

import unicodedata

from ..escape import visible

TAB = "    "
_JOINER = "\u200d"


def shown(character: str) -> str:
    """What a character of a plan is shown as: tabs as four blanks, invisible ones as escapes, others as they are."""
    return TAB if character == "\t" else visible(character).replace("\r", "\\x0d")


def columns(text: str) -> int:
    """Columns that `text` takes: two for wide and full-width characters (Unicode UAX 11), none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me") or character == _JOINER:
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


class Line:
    """A line as it is shown. `at(n)` is the column (from 0) where its n-th character (from 0) begins."""

    def __init__(self, text: str) -> None:
        self.pieces = [shown(character) for character in text]
        self.starts = [0]
        for piece in self.pieces:
            self.starts.append(self.starts[-1] + columns(piece))

    def at(self, number: int) -> int:
        """Behind the last character for numbers past the end, one column for each further character."""
        beyond = max(0, number - len(self.pieces))
        return self.starts[min(number, len(self.pieces))] + beyond

    def cut(self, first: int, last: int) -> str:
        """The characters that fit between two columns."""
        kept = []
        for piece, start, end in zip(self.pieces, self.starts, self.starts[1:], strict=False):
            if start >= first and end <= last:
                kept.append(piece)
            elif end > first and start < last:
                kept.append(" " * (min(end, last) - max(start, first)))
        return "".join(kept)
