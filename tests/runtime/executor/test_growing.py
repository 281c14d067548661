"""A run that begins before its plan is complete: what is added is executed, what comes out otherwise is put right."""

from __future__ import annotations

import asyncio

import pytest

from planc_runtime.budget import NOTHING
from planc_runtime.executor.growing import GrowingExecution, begin_growing
from planc_runtime.executor.options import RunResult
from planc_runtime.machine import MachineError
from planc_runtime.recover import RecoveryError, recover
from planc_schemas.compiled import CompiledPlan
from planc_schemas.ports import ModelRequest, TaskError, Usage
from tests.support.compiling import plan_of
from tests.support.running import Bench, FakeModels
from tests.support.virtual_time import run_virtual

A = "tasks:\n  a: {prompt: first}\n"
B = "  b: {prompt: other}\n"
REST = "  c: {prompt: 'third ${{ tasks.a.output }} ${{ tasks.b.output }}'}\noutputs: {c: '${{ tasks.c.output }}'}\n"
FIRST, SECOND, WHOLE = plan_of(A), plan_of(A + B), plan_of(A + B + REST)
PLANNED = Usage(100, 50, 0, 0.5, 2)


async def growing(bench: Bench, plan: CompiledPlan = FIRST, **options: object) -> GrowingExecution:
    return await begin_growing(plan, {}, bench.environment(**options), run_id="r")


async def grown(bench: Bench) -> RunResult:
    execution = await growing(bench)
    run = asyncio.create_task(execution.run())
    await asyncio.sleep(1)
    assert bench.models.prompts == ["first"] and not run.done()  # its plan is done, and it waits for the rest
    execution.grow(SECOND, "second", {})
    await asyncio.sleep(1)
    assert bench.models.prompts == ["first", "other"]
    execution.grow(WHOLE, "whole", {}, complete=True, usage=PLANNED, planning={"model": "someone"})
    return await run


def test_tasks_join_a_run_and_are_executed_as_they_come() -> None:
    bench = Bench()
    result = run_virtual(grown(bench))
    assert (result.status, result.outputs) == ("succeeded", {"c": "answer to third answer to first answer to other"})
    assert bench.story("r") == [
        "run_started",
        "task_started a",
        "task_finished a",
        "plan_grown",
        "task_started b",
        "task_finished b",
        "plan_grown",
        "task_started c",
        "task_finished c",
        "run_finished",
    ]


def test_the_run_keeps_its_plan_and_how_it_was_made() -> None:
    bench = Bench()
    result = run_virtual(grown(bench))
    assert (result.usage.calls, result.usage.input_tokens) == (3 + 2, 30 + 100)
    summary = bench.store.summary("r")
    assert (summary.plan_digest, summary.usage["calls"]) == (WHOLE.digest, 5)
    assert [kept.text for kept in bench.store.plans("r")] == ["", "second", "whole"]
    last = [event for event in bench.events("r") if event.type == "plan_grown"][-1]
    assert (last.data["planning"], last.data["complete"]) == ({"model": "someone"}, True)


def test_its_journal_gives_the_same_state() -> None:
    bench = Bench()
    result = run_virtual(grown(bench))
    plans = {kept.digest: (kept.plan, kept.text) for kept in bench.store.plans("r")}
    events = bench.store.read("r", whole=True)
    for end in range(1, len(events) + 1):  # it may have died after any of them
        state = recover("r", events[:end], plans)
        assert state.machine.growing == (end < 7)
        assert state.machine.finished == (end >= 9)
    assert (state.text, state.usage, state.machine.end().outputs) == ("whole", result.usage, result.outputs)


def test_a_run_that_died_before_its_plan_was_complete_is_not_resumed_without_one() -> None:
    bench = Bench()

    async def die() -> None:
        run = asyncio.create_task((await growing(bench)).run())
        await asyncio.sleep(1)
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)

    run_virtual(die())
    with pytest.raises(RecoveryError) as caught:
        bench.resume("r")
    assert caught.value.code == "R004"
    assert bench.resume("r", WHOLE).status == "succeeded"
    assert bench.models.prompts == ["first", "other", "third answer to first answer to other"]


def test_without_a_plan_in_the_end_the_run_is_withdrawn() -> None:
    bench = Bench(FakeModels(_for_ever))

    async def run() -> RunResult:
        execution = await growing(bench)
        running = asyncio.create_task(execution.run())
        await asyncio.sleep(1)
        execution.withdraw(TaskError("invalid_output", "the plan did not pass its check", "R310"))
        return await running

    result = run_virtual(run())
    assert (result.status, result.outputs, result.error and result.error.code) == ("cancelled", {}, "R310")
    assert bench.story("r") == ["run_started", "task_started a", "run_finished"]


def test_a_plan_that_came_out_otherwise_keeps_what_it_has_in_common() -> None:
    bench = Bench(FakeModels(lambda request: _for_ever(request) if _said(request) == "other" else "done"))
    otherwise = plan_of(A + B.replace("other", "another") + REST)

    async def run() -> RunResult:
        execution = await growing(bench, SECOND)
        running = asyncio.create_task(execution.run())
        await asyncio.sleep(1)
        assert execution.changed_in(WHOLE) == [] and execution.changed_in(otherwise) == ["b"]
        with pytest.raises(MachineError):
            execution.grow(otherwise, "", {}, complete=True)
        execution.set_aside(["b"], "the plan came out otherwise")
        return await running

    left = run_virtual(run())
    assert (left.status, left.reason) == ("interrupted", "the plan came out otherwise")
    result = bench.resume("r", otherwise, PLANNED)
    assert result.status == "succeeded"
    assert bench.models.prompts == ["first", "other", "another", "third done done"]


def test_nothing_more_of_it_is_started_when_its_budget_is_spent() -> None:
    bench = Bench()

    async def run() -> RunResult:
        execution = await growing(bench, limits=plan_of("limits: {calls: 2}\n" + A).limits)
        running = asyncio.create_task(execution.run())
        await asyncio.sleep(1)
        execution.grow(WHOLE, "", {}, complete=True, usage=PLANNED)
        return await running

    result = run_virtual(run())
    assert (result.status, bench.models.prompts) == ("budget", ["first"])


def test_a_plan_that_is_complete_from_the_start_is_a_run_like_any_other() -> None:
    bench = Bench()

    async def run() -> RunResult:
        execution = await growing(bench, WHOLE)
        execution.grow(WHOLE, "whole", {}, complete=True, usage=NOTHING)
        return await execution.run()

    assert run_virtual(run()).status == "succeeded"
    assert len(bench.store.plans("r")) == 1


async def _for_ever(request: ModelRequest) -> str:
    await asyncio.Event().wait()
    return "never"


def _said(request: ModelRequest) -> str:
    return request.messages[-1].content
