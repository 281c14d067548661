"""Politeness towards a public service: one request at a time, and not too often."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary


class Pace:
    """At most one turn at a time, and at least `interval` seconds between the starts of two turns.

    `now` (seconds, never going back) and `sleep` are the clock. One object may serve several event loops of a
    process: the interval holds across them, one at a time within each.
    """

    def __init__(
        self,
        interval: float,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._interval = interval
        self._now = now
        self._sleep = sleep
        self._next = 0.0
        self._locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Waits for the turn; whoever waits first goes first. A cancelled waiter takes no turn."""
        async with self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
            wait = self._next - self._now()
            if wait > 0:
                await self._sleep(wait)
            self._next = self._now() + self._interval
            yield
