"""A store that fails: the run stops, its tasks are cancelled, what was committed stays, and resume goes on."""

from __future__ import annotations

import asyncio

import pytest

from planc_runtime.store.errors import LeaseLost, StoreError, StoreFull, StoreIOError
from planc_runtime.store.memory import MemoryJournal
from planc_schemas.ports import ModelRequest
from tests.support.compiling import plan_of
from tests.support.running import Bench, FakeModels
from tests.support.virtual_time import run_virtual

PLAN = """
tasks:
  a: {prompt: a}
  slow: {prompt: slow}
  b: {prompt: "b ${{ tasks.a.output }}"}
"""


class Model:
    def __init__(self) -> None:
        self.cancelled: list[str] = []

    async def __call__(self, request: ModelRequest) -> str:
        word = request.messages[-1].content
        try:
            await asyncio.sleep(30.0 if word == "slow" else 1.0)
        except asyncio.CancelledError:
            self.cancelled.append(word)
            raise
        return word


@pytest.mark.parametrize("error", [StoreFull("no space"), StoreIOError("the disk"), LeaseLost("taken over")])
def test_a_commit_that_fails_ends_the_run_and_cancels_its_calls(
    error: StoreError, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Model()
    bench = Bench(models=FakeModels(model))
    commit, count = MemoryJournal.commit, 0

    def failing(journal: MemoryJournal) -> None:
        nonlocal count
        count += 1
        if count == 3:  # run_started, the starts, then the result of `a`
            journal._buffer.rows.clear()
            raise error
        commit(journal)

    with monkeypatch.context() as patch:
        patch.setattr(MemoryJournal, "commit", failing)
        with pytest.raises(type(error)):
            bench.run(plan_of(PLAN))
    assert model.cancelled == ["slow"]
    run_id = bench.store.resolve("last")
    assert "task_finished a" not in bench.story(run_id)
    assert bench.models.prompts == ["a", "slow"]


def test_losing_the_lease_while_waiting_ends_the_run() -> None:
    model = Model()
    bench = Bench(models=FakeModels(model))

    async def go() -> None:
        task = asyncio.create_task(bench.execute(plan_of(PLAN)))
        await asyncio.sleep(5.0)
        run = bench.store._runs[bench.store.resolve("last")]
        run.lease = run.lease.__class__(run.lease.fence + 1, run.lease.holder, 0.0, 0.0)
        with pytest.raises(LeaseLost):
            await task

    run_virtual(go())
    assert "slow" in model.cancelled
