"""A run's events some at a time: a large run is read without all of it in memory at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from planc_schemas.events import Event

from .base import Reader

PAGE: Final = 1_000
"""Events in memory at a time."""


def pages(reader: Reader, last: int) -> Iterator[Event]:
    """The events up to number `last`, in order and whole. Raises what `Reader.read` raises."""
    after = 0
    while after < last:
        page = reader.read(after, whole=True, limit=min(PAGE, last - after))
        if not page:  # removed meanwhile
            return
        after = page[-1].seq
        yield from page
