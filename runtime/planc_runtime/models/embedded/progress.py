"""What a long fetch tells while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Progress:
    """`step` in words (`package index: part 3 of 22`); `done` of `total` bytes, which belong to this step's bar."""

    step: str
    done: int
    total: int


OnProgress: TypeAlias = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """Tells nobody."""
