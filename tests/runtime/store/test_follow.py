"""Following a run while another journal writes it."""

from __future__ import annotations

import asyncio

from planc_runtime.store.base import Store
from planc_runtime.store.follow import BATCH, follow
from planc_runtime.store.lease import this_process
from tests.support.journals import begin, complete, run_finished, task_finished

ME = this_process()


def test_everything_comes_once_in_order_and_it_ends_with_the_run(store: Store) -> None:
    journal = begin(store, "R1", ME)
    waits = 0

    async def write_meanwhile(_: float) -> None:
        """Stands for the time that passes between two looks."""
        nonlocal waits
        waits += 1
        journal.append([task_finished(f"t{waits}_{n}", n) for n in range(waits)])
        if waits == 5:
            journal.append([run_finished()])
            journal.close()
        else:
            journal.commit()

    async def collect() -> list[int]:
        return [event.seq async for batch in follow(store, "R1", after=1, sleep=write_meanwhile) for event in batch]

    assert asyncio.run(collect()) == list(range(2, 18))
    assert waits == 5


def test_a_finished_run_comes_in_batches_and_ends(store: Store) -> None:
    complete(store, "R1", ME, *(task_finished(f"t{n}", n) for n in range(BATCH + 5)))

    async def collect() -> list[int]:
        return [len(batch) async for batch in follow(store, "R1")]

    assert asyncio.run(collect()) == [BATCH, 7]
