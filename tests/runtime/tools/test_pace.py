"""Politeness, on a clock of the test's own."""

from __future__ import annotations

import asyncio

import pytest

from planc_runtime.tools.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.time = 100.0

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds
        await asyncio.sleep(0)


def test_turns_are_apart_and_one_at_a_time() -> None:
    clock = Clock()
    pace = Pace(3.0, clock.now, clock.sleep)
    starts: list[float] = []
    inside: list[int] = []

    async def visit() -> None:
        async with pace.turn():
            starts.append(clock.time)
            inside.append(1)
            assert len(inside) == 1
            await asyncio.sleep(0)
            inside.pop()

    async def main() -> None:
        await asyncio.gather(*(visit() for _ in range(4)))

    asyncio.run(main())
    assert starts == [100.0, 103.0, 106.0, 109.0]
    asyncio.run(visit())
    assert starts[-1] == 112.0, "the interval holds across event loops"


def test_after_a_long_pause_nobody_waits() -> None:
    clock = Clock()
    pace = Pace(3.0, clock.now, clock.sleep)

    async def main() -> None:
        async with pace.turn():
            clock.time += 50
        async with pace.turn():
            assert clock.time == 150.0

    asyncio.run(main())


def test_a_failed_turn_frees_the_next() -> None:
    clock = Clock()
    pace = Pace(3.0, clock.now, clock.sleep)

    async def main() -> None:
        with pytest.raises(ValueError):
            async with pace.turn():
                raise ValueError
        async with pace.turn():
            assert clock.time == 103.0

    asyncio.run(main())
