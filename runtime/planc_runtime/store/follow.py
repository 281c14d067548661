"""Events of a run as they are committed, by whatever process: for `runs events --follow` and server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from planc_schemas.events import Event

from .base import Store

INTERVAL: Final = 0.1
"""Seconds between looks at a journal. A look at one where nothing happened costs some 20 µs."""
BATCH: Final = 1000


async def follow(
    store: Store,
    run_id: str,
    after: int = 0,
    *,
    interval: float = INTERVAL,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> AsyncIterator[list[Event]]:
    """Batches of events with `seq > after`, in order, without a gap; ends when the run is finished or nobody executes
    it any more. Spilled members stay references. Raises StoreError.
    """
    reader = store.reader(run_id)
    try:
        while True:
            # Looked at before reading: what a holder wrote last is read before its end is believed.
            alive = reader.holder() is not None
            while events := reader.read(after, limit=BATCH):
                after = events[-1].seq
                yield events
            if not alive:
                return
            await sleep(interval)
    finally:
        reader.close()
