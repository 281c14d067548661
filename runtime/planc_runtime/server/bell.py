"""Waking any number of readers without a lost wake-up."""

from __future__ import annotations

import asyncio


class Bell:
    """Rings for everybody who waits. A reader remembers `rung` before it looks and waits for a later ring, so that
    a ring between looking and waiting is not lost, whoever else waits."""

    def __init__(self) -> None:
        self.rung = 0
        self._event = asyncio.Event()

    def ring(self) -> None:
        self.rung += 1
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self, seen: int, seconds: float) -> bool:
        """True once it rang after `seen`; False when `seconds` passed without a ring."""
        if self.rung != seen:
            return True
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        return True
