"""Numbers of things."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """`1 call`, `3 calls`, `1,200 characters`, `2 entries`: the number with its noun, given in the singular."""
    if count != 1:
        noun = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{count:,} {noun}"
