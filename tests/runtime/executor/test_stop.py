"""Stopping: nothing further starts, what runs may end, then it is cancelled; always resumable."""

from __future__ import annotations

import asyncio

import pytest

from planc_runtime.executor import RunResult, StopSignal
from planc_schemas.compiled import CompiledPlan
from planc_schemas.ports import ModelRequest
from tests.support.compiling import plan_of
from tests.support.running import Bench, FakeModels
from tests.support.virtual_time import run_virtual

PLAN = """
tasks:
  quick: {prompt: quick}
  slow: {prompt: slow}
  after: {prompt: "${{ tasks.quick.output }}"}
outputs: {after: "${{ tasks.after.output }}"}
"""


class Timed:
    """Answers after as many seconds as the prompt's word says; notes who was cancelled."""

    def __init__(self) -> None:
        self.cancelled: list[str] = []

    async def __call__(self, request: ModelRequest) -> str:
        word = request.messages[-1].content
        try:
            await asyncio.sleep({"quick": 1.0, "slow": 100.0}.get(word, 5.0))
        except asyncio.CancelledError:
            self.cancelled.append(word)
            raise
        return f"{word} done"


def stopped(bench: Bench, plan: CompiledPlan, *at: float, kind: str = "interrupted", drain: float = 10.0) -> RunResult:
    """Runs the plan, asking it to stop at these seconds."""
    stop = StopSignal()

    async def go() -> RunResult:
        loop = asyncio.get_running_loop()
        for seconds in at:
            loop.call_later(seconds, lambda: stop.request("SIGINT", kind=kind, drain_seconds=drain))  # type: ignore[arg-type]
        return await bench.execute(plan, stop=stop)

    return run_virtual(go())


def test_what_runs_is_given_time_and_then_cancelled() -> None:
    model = Timed()
    bench = Bench(models=FakeModels(model))
    result = stopped(bench, plan_of(PLAN), 0.5)
    assert (result.status, result.reason) == ("interrupted", "SIGINT")
    assert model.cancelled == ["slow"]
    story = bench.story(result.run_id)
    assert story[-2:] == ["task_finished quick", "run_interrupted"]
    assert "task_started after" not in story


def test_asking_twice_cancels_at_once() -> None:
    model = Timed()
    bench = Bench(models=FakeModels(model))
    stopped(bench, plan_of(PLAN), 0.3, 0.6)
    assert sorted(model.cancelled) == ["quick", "slow"]


def test_a_stopped_run_goes_on_where_it_was() -> None:
    bench = Bench(models=FakeModels(Timed()))
    result = stopped(bench, plan_of(PLAN), 2.0)
    assert "task_finished quick" in bench.story(result.run_id)
    done = bench.resume(result.run_id)
    assert (done.status, done.outputs) == ("succeeded", {"after": "quick done done"})
    assert bench.models.prompts.count("quick") == 1
    assert bench.models.prompts.count("slow") == 2
    story = bench.story(result.run_id)
    assert story[story.index("run_interrupted") :][:3] == ["run_interrupted", "task_interrupted slow", "run_resumed"]


def test_a_cancelled_run_says_so() -> None:
    bench = Bench(models=FakeModels(Timed()))
    result = stopped(bench, plan_of(PLAN), 0.5, kind="cancelled", drain=0.0)
    assert result.status == "cancelled"
    assert bench.events(result.run_id)[-1].data["status"] == "cancelled"


def test_a_stop_that_was_asked_before_the_start_starts_nothing() -> None:
    stop = StopSignal()
    stop.request("early")
    bench = Bench()
    result = bench.run(plan_of(PLAN), stop=stop)
    assert (result.status, bench.models.requests) == ("interrupted", [])


def test_cancelling_the_awaiting_task_stops_its_attempts_and_gives_the_lease_back() -> None:
    model = Timed()
    bench = Bench(models=FakeModels(model))

    async def go() -> None:
        task = asyncio.create_task(bench.execute(plan_of(PLAN)))
        await asyncio.sleep(0.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run_virtual(go())
    assert sorted(model.cancelled) == ["quick", "slow"]
    run_id = bench.store.resolve("last")
    assert bench.store.holder(run_id) is None
    assert bench.resume(run_id).status == "succeeded"
