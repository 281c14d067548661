"""Word by word changes of two short texts, for a diff that shows `-in 80 words +in 120 words`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_TOKENS = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that both have ("same"), only the old one ("removed") or only the new one ("added")."""

    kind: Literal["same", "removed", "added"]
    text: str


def word_diff(before: str, after: str) -> list[Piece]:
    """The pieces from which both texts can be read: same + removed is `before`, same + added is `after`."""
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    return list(_merged(_pieces(old, new)))


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(old[i1:i2]))
            continue
        if i2 > i1:
            yield Piece("removed", "".join(old[i1:i2]))
        if j2 > j1:
            yield Piece("added", "".join(new[j1:j2]))


def _merged(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """A lone blank between two changes reads better inside them: `-in 80 words`, not three crumbs."""
    removed = added = ""
    for piece in pieces:
        if piece.kind == "removed":
            removed += piece.text
        elif piece.kind == "added":
            added += piece.text
        elif piece.text.isspace() and (removed or added) and "\n" not in piece.text:
            removed += piece.text
            added += piece.text
        else:
            yield from _changed(removed, added)
            removed = added = ""
            yield piece
    yield from _changed(removed, added)


def _changed(removed: str, added: str) -> Iterator[Piece]:
    tail = ""
    while removed and added and removed[-1] == added[-1] and removed[-1].isspace():
        tail, removed, added = removed[-1] + tail, removed[:-1], added[:-1]
    if removed:
        yield Piece("removed", removed)
    if added:
        yield Piece("added", added)
    if tail:
        yield Piece("same", tail)
