"""Runs of one process under limits they have in common, on a virtual clock: every figure is exact."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planc_runtime.executor import RunResult, Shared, StopSignal
from planc_schemas.compiled import CompiledPlan
from planc_schemas.ports import ModelRequest, TaskError
from tests.support.compiling import plan_of
from tests.support.goals import ScriptedPlanner
from tests.support.running import Bench, FakeModels
from tests.support.virtual_time import run_virtual


class Gauge:
    """Answers after `seconds`; counts the calls under way, and notes when each prompt was answered."""

    def __init__(self, seconds: float = 1.0) -> None:
        self.seconds = seconds
        self.now = 0
        self.most = 0
        self.ended: dict[str, float] = {}

    async def __call__(self, request: ModelRequest) -> str:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.now -= 1
        self.ended[request.messages[-1].content] = asyncio.get_running_loop().time() - 1000.0
        return "ok"


def prompts(name: str, count: int, head: str = "") -> CompiledPlan:
    each = f'  each: {{foreach: {{in: {list(range(count))}, as: n}}, prompt: "{name} ${{{{ n }}}}"}}\n'
    return plan_of(f"{head}\ntasks:\n{each}")


def together(bench: Bench, plans: Sequence[CompiledPlan], shared: Shared) -> list[RunResult]:
    async def go() -> list[RunResult]:
        async with asyncio.timeout(100_000):
            return await asyncio.gather(*(bench.execute(plan, shared=shared) for plan in plans))

    return run_virtual(go())


def test_no_more_calls_are_under_way_than_all_runs_may_have() -> None:
    gauge = Gauge()
    bench = Bench(models=FakeModels(gauge))
    results = together(bench, [prompts(name, 7) for name in "abc"], Shared(concurrency=4))
    assert [result.status for result in results] == ["succeeded"] * 3
    assert gauge.most == 4


def test_a_large_run_does_not_keep_a_small_one_waiting() -> None:
    gauge = Gauge()
    bench = Bench(models=FakeModels(gauge))
    together(bench, [prompts("large", 40), prompts("small", 3)], Shared(concurrency=2))
    small = max(at for prompt, at in gauge.ended.items() if prompt.startswith("small"))
    assert small <= 6.0
    assert max(gauge.ended.values()) == pytest.approx(22.0)


def test_requests_a_minute_are_those_of_all_runs() -> None:
    bench = Bench()
    together(bench, [prompts("a", 3), prompts("b", 3)], Shared(rpm=2))
    assert bench.models.at == pytest.approx([0.0, 0.0, 60.0, 60.0, 120.0, 120.0], abs=0.01)


def test_what_one_run_learns_from_a_429_holds_for_the_others() -> None:
    def script(request: ModelRequest) -> str | TaskError:
        first = request.messages[-1].content == "a 0" and len(bench.models.requests) == 1
        return TaskError("rate_limit", "slow down", "R502", retry_after=30.0) if first else "ok"

    bench = Bench(models=FakeModels(script))
    again = plan_of('tasks: {a: {prompt: "a 0", retry: {max_attempts: 2, retry_on: [rate_limit]}}}\n')
    results = together(bench, [again, prompts("b", 3, "limits: {concurrency: 1}")], Shared(concurrency=1))
    assert [result.status for result in results] == ["succeeded"] * 2
    assert sorted(bench.models.at)[0] == 0.0
    assert min(at for at in bench.models.at if at > 0) == pytest.approx(30.0)


def test_a_goal_is_planned_within_the_limit_too() -> None:
    """A goal holds no place while its subtasks run, so its own calls take one each."""
    gauge = Gauge()
    bench = Bench(models=FakeModels(gauge))
    plans = [plan_of("tasks: {g: {goal: Do it}}\n"), prompts("a", 4)]

    async def go() -> None:
        shared = Shared(concurrency=1)
        decompose = ScriptedPlanner(["tasks: {x: {prompt: within}}\noutputs: {x: hi}\n"])
        await asyncio.gather(*(bench.execute(plan, shared=shared, decompose=decompose) for plan in plans))

    run_virtual(go())
    assert gauge.most == 1
    assert "within" in gauge.ended


@given(
    st.lists(
        st.tuples(st.integers(1, 6), st.integers(1, 4), st.floats(0.5, 30), st.booleans()), min_size=2, max_size=5
    ),
    st.integers(1, 3),
)
@settings(max_examples=80, deadline=None)
def test_runs_that_are_stopped_leave_their_room_to_the_others(
    runs: list[tuple[int, int, float, bool]], places: int
) -> None:
    """Some runs are cancelled at some moment; the others end, and no room is lost."""
    gauge = Gauge()
    bench = Bench(models=FakeModels(gauge))
    shared = Shared(concurrency=places)

    async def one(index: int, tasks: int, own: int, at: float, stops: bool) -> RunResult:
        stop = StopSignal()
        if stops:
            asyncio.get_running_loop().call_later(at, lambda: stop.request(kind="cancelled", drain_seconds=0.0))
        plan = prompts(f"run {index}", tasks, f"limits: {{concurrency: {own}}}")
        return await bench.execute(plan, shared=shared, stop=stop)

    async def go() -> list[RunResult]:
        async with asyncio.timeout(100_000):
            return await asyncio.gather(*(one(index, *run) for index, run in enumerate(runs)))

    results = run_virtual(go())
    for (*_, stops), result in zip(runs, results, strict=True):
        assert result.status in (("succeeded", "cancelled") if stops else ("succeeded",))
    assert gauge.most <= places
    assert max(gauge.ended.values(), default=0.0) <= sum(tasks for tasks, *_ in runs), "places were not left empty"
