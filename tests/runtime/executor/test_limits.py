"""Concurrency, rates and deadlines, on a virtual clock: every figure is exact."""

from __future__ import annotations

import asyncio

import pytest

from planc_schemas.ports import ModelRequest, TaskError
from planc_schemas.values import Json
from tests.support.compiling import plan_of
from tests.support.running import Bench, FakeModels, FakeTools


class Gauge:
    """Counts how many calls are under way at once."""

    def __init__(self, seconds: float = 1.0) -> None:
        self.seconds = seconds
        self.now = 0
        self.most = 0

    async def _pass(self) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.now -= 1

    async def model(self, request: ModelRequest) -> str:
        await self._pass()
        return "ok"

    async def tool(self, **arguments: Json) -> Json:
        await self._pass()
        return 1


def many(kind: str = "prompt: x", limits: str = "") -> str:
    return f"{limits}\ntasks:\n  each:\n    foreach: {{in: {list(range(12))}, as: n}}\n    {kind}\n"


def test_no_more_tasks_run_at_once_than_the_plan_allows() -> None:
    gauge = Gauge()
    Bench(models=FakeModels(gauge.model)).run(plan_of(many(limits="limits: {concurrency: 5}")))
    assert gauge.most == 5


def test_as_many_run_at_once_as_are_allowed_however_many_begin_in_a_turn() -> None:
    """In memory a turn begins a hundred; none of these ends before 250 of them run."""
    asked: list[str] = []
    all_run = asyncio.Event()

    async def meet(request: ModelRequest) -> str:
        asked.append(request.messages[-1].content)
        if len(asked) == 250:
            all_run.set()
        await all_run.wait()
        return "ok"

    each = "{foreach: {in: '${{ inputs.n }}', as: n}, prompt: 'number ${{ n }}'}"
    plan = plan_of(f"inputs: {{n: {{type: array}}}}\nlimits: {{concurrency: 250}}\ntasks:\n  each: {each}\n")
    assert Bench(models=FakeModels(meet)).run(plan, {"n": list(range(300))}).status == "succeeded"
    assert set(asked[:250]) == {f"number {number}" for number in range(250)}


def test_a_limit_of_one_model_leaves_the_others_alone() -> None:
    gauge = Gauge()
    bench = Bench(models=FakeModels(gauge.model))
    plan = plan_of(
        "models: {fast: {model: m}}\nlimits: {models: {fast: {concurrency: 2}}}\ntasks:\n"
        f"  a: {{foreach: {{in: {list(range(6))}, as: n}}, prompt: limited, model: fast}}\n"
        "  b: {foreach: {in: [1, 2, 3], as: n}, prompt: free}\n"
    )
    bench.run(plan)
    assert gauge.most == 5
    assert sorted(at for at, prompt in zip(bench.models.at, bench.models.prompts, strict=True) if prompt == "free") == [
        0.0,
        0.0,
        0.0,
    ]
    assert [at for at, prompt in zip(bench.models.at, bench.models.prompts, strict=True) if prompt == "limited"] == [
        0.0,
        0.0,
        1.0,
        1.0,
        2.0,
        2.0,
    ]


def test_a_limit_of_one_tool_holds_its_calls_back() -> None:
    gauge = Gauge()
    bench = Bench(tools=FakeTools({"word_count": gauge.tool}))
    limits = "limits: {tools: {word_count: {concurrency: 3}}}"
    bench.run(plan_of(many("tool: word_count\n    with: {text: x}", limits)))
    assert gauge.most == 3


def test_requests_a_minute_are_counted_exactly() -> None:
    bench = Bench()
    plan = plan_of(
        "models: {fast: {model: m}}\nlimits: {models: {fast: {rpm: 4}}}\ntasks:\n"
        f"  a: {{foreach: {{in: {list(range(10))}, as: n}}, prompt: x, model: fast}}\n"
    )
    assert bench.run(plan).status == "succeeded"
    assert bench.models.at == pytest.approx([0.0] * 4 + [60.0] * 4 + [120.0] * 2, abs=0.01)


def test_tokens_a_minute_hold_calls_back_by_what_was_really_used() -> None:
    bench = Bench()
    plan = plan_of(
        "models: {fast: {model: m, max_tokens: 80}}\nlimits: {models: {fast: {tpm: 100}}}\ntasks:\n"
        "  a: {foreach: {in: [1, 2, 3], as: n, max_concurrency: 1}, prompt: x, model: fast}\n"
    )
    assert bench.run(plan).status == "succeeded"
    # Each call needs 84 at most and uses 15: 15 + 84 fit within 100, 30 + 84 do not.
    assert bench.models.at == pytest.approx([0.0, 0.0, 60.0], abs=0.01)


def test_after_a_429_calls_pause_as_asked_and_then_go_on_fewer_at_once() -> None:
    gauge = Gauge()
    first = True

    async def script(request: ModelRequest) -> str | TaskError:
        nonlocal first
        if first:
            first = False
            return TaskError("rate_limit", "slow down", "R502", retry_after=30.0)
        await gauge.model(request)
        return "ok"

    bench = Bench(models=FakeModels(script))
    plan = plan_of(many("retry: {max_attempts: 3, retry_on: [rate_limit]}\n    prompt: x", "limits: {concurrency: 4}"))
    result = bench.run(plan)
    assert result.status == "succeeded"
    later = [at for at in bench.models.at if at > 0]
    assert min(later) >= 30.0
    assert len(bench.models.requests) == 13


def test_models_of_one_endpoint_learn_from_each_others_429() -> None:
    async def script(request: ModelRequest) -> str | TaskError:
        if request.choice.alias == "fast" and bench.models.at[-1] == 0.0:
            return TaskError("rate_limit", "slow down", "R502", retry_after=20.0)
        await asyncio.sleep(1.0)
        return "ok"

    bench = Bench(models=FakeModels(script))
    plan = plan_of(
        "models: {fast: {model: m}, best: {model: n}}\ntasks:\n"
        "  a: {prompt: first, model: fast, retry: {max_attempts: 2, retry_on: [rate_limit]}}\n"
        "  b: {foreach: {in: [1, 2, 3], max_concurrency: 1}, prompt: other, model: best}\n"
    )
    assert bench.run(plan).status == "succeeded"
    at = [at for at, prompt in zip(bench.models.at, bench.models.prompts, strict=True) if prompt == "other"]
    assert at[0] == 0.0
    assert at[1] >= 20.0


def test_a_task_starts_when_what_it_waits_for_is_done_and_not_when_others_are() -> None:
    async def script(request: ModelRequest) -> str:
        await asyncio.sleep({"slow": 100.0}.get(request.messages[-1].content, 1.0))
        return "ok"

    bench = Bench(models=FakeModels(script))
    plan = plan_of(
        "tasks:\n  slow: {prompt: slow}\n  quick: {prompt: quick}\n"
        "  next: {prompt: next, needs: [quick]}\n  last: {prompt: last, needs: [next]}\n"
    )
    assert bench.run(plan).status == "succeeded"
    started = dict(zip(bench.models.prompts, bench.models.at, strict=True))
    assert started == pytest.approx({"slow": 0.0, "quick": 0.0, "next": 1.0, "last": 2.0}, abs=0.01)


def test_an_attempt_ends_at_its_deadline() -> None:
    bench = Bench(models=FakeModels(Gauge(seconds=100.0).model))
    result = bench.run(plan_of("tasks:\n  a: {prompt: x, timeout: 30s}\n"))
    error = result.failures[0].error
    assert (error.kind, error.code, error.message) == ("timeout", "R201", "the attempt did not end within 30s")


def test_a_deadline_is_for_each_attempt() -> None:
    bench = Bench(models=FakeModels(Gauge(seconds=100.0).model))
    plan = plan_of(
        "tasks:\n  a: {prompt: x, timeout: 30s, retry: {max_attempts: 3, initial_delay: 10s, retry_on: [timeout]}}\n"
    )
    bench.run(plan)
    assert bench.models.at == pytest.approx([0.0, 40.0, 90.0], abs=0.01)


def test_fail_fast_does_not_wait_for_what_waits_at_a_limit_or_for_its_next_try() -> None:
    def script(request: ModelRequest) -> str | TaskError:
        words = request.messages[-1].content
        kinds = {"again": "server_error", "bad": "auth"}
        return TaskError(kinds[words], "no") if words in kinds else "ok"  # type: ignore[arg-type]

    bench = Bench(models=FakeModels(script))
    plan = plan_of(
        "models: {fast: {model: m}}\nlimits: {models: {fast: {rpm: 1}}}\ntasks:\n"
        "  again: {prompt: again, retry: {max_attempts: 9, initial_delay: 60s, retry_on: [server_error]}}\n"
        "  parked: {foreach: {in: [1, 2, 3], as: n}, prompt: x, model: fast}\n"
        "  bad: {prompt: bad}\n"
    )
    result = bench.run(plan, fail_fast=True)
    assert result.status == "failed"
    assert max(bench.models.at) == 0.0
    story = bench.story(result.run_id)
    assert "task_skipped again" in story
    assert "task_skipped parked" in story
