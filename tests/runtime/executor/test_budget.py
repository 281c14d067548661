"""Budgets: a run stops before it overspends, loses nothing, and goes on with a higher limit."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planc_runtime.store.lease import this_process
from planc_schemas.compiled import ModelChoice, RunLimits
from planc_schemas.events import Event
from planc_schemas.ports import ModelAnswer, ModelRequest, Usage
from tests.support.compiling import plan_of
from tests.support.running import Bench, FakeModels

CHAIN = """
limits: {%s}
tasks:
  a: {prompt: one, max_tokens: 20}
  b: {prompt: "two ${{ tasks.a.output }}", max_tokens: 20}
  c: {prompt: "three ${{ tasks.b.output }}", max_tokens: 20}
outputs: {c: "${{ tasks.c.output }}"}
"""


def cents(choice: ModelChoice, input_tokens: int, output_tokens: int) -> float:
    return 0.01


def test_calls_are_limited_and_the_run_goes_on_with_more() -> None:
    bench = Bench()
    plan = plan_of(CHAIN % "calls: 2")
    stopped = bench.run(plan)
    assert (stopped.status, stopped.usage.calls, len(bench.models.requests)) == ("budget", 2, 2)
    assert stopped.error is not None
    assert (stopped.error.kind, stopped.error.code) == ("budget", "R204")
    assert "calls: 2 of 2 made" in stopped.error.message
    assert stopped.failures == ()
    again = bench.resume(stopped.run_id, limits=RunLimits(calls=3))
    assert (again.status, again.usage.calls) == ("succeeded", 3)
    assert bench.models.prompts == ["one", "two answer to one", "three answer to two answer to one"]


def test_calls_under_way_are_counted_before_they_end() -> None:
    async def slow(request: ModelRequest) -> str:
        await asyncio.sleep(1)
        return "ok"

    bench = Bench(models=FakeModels(slow))
    plan = plan_of(f"limits: {{calls: 3}}\ntasks:\n  a: {{foreach: {{in: {list(range(8))}, as: n}}, prompt: x}}\n")
    result = bench.run(plan)
    assert (result.status, len(bench.models.requests)) == ("budget", 3)
    assert bench.story(result.run_id).count("task_interrupted a[3]") == 1


def test_tokens_are_reserved_at_their_most() -> None:
    bench = Bench()
    # A call needs at most 4 + 20 and uses 15: a third would need 30 + 27.
    result = bench.run(plan_of(CHAIN % "tokens: 50"))
    assert (result.status, len(bench.models.requests)) == ("budget", 2)
    assert result.error is not None
    assert "tokens: 30 of 50 used" in result.error.message


def test_dollars_are_reserved_by_price() -> None:
    bench = Bench()
    plan = plan_of(CHAIN % "usd: 0.025")
    result = bench.run(plan, price=cents)
    assert (result.status, len(bench.models.requests), result.usage.usd) == ("budget", 2, pytest.approx(0.02))


def test_an_unknown_price_is_refused_under_a_limit_in_dollars_unless_told() -> None:
    bench = Bench()
    plan = plan_of(CHAIN % "usd: 0.025")
    refused = bench.run(plan)
    assert (refused.status, bench.models.requests) == ("budget", [])
    assert refused.error is not None
    assert "nobody knows the price of `the default model`" in refused.error.message
    told = bench.resume(refused.run_id, allow_unpriced=True)
    assert (told.status, len(bench.models.requests)) == ("succeeded", 3)


def test_time_is_a_limit_too_over_all_parts_of_a_run() -> None:
    async def slow(request: ModelRequest) -> str:
        await asyncio.sleep(40)
        return "ok"

    bench = Bench(models=FakeModels(slow))
    result = bench.run(plan_of(CHAIN % "time: 60s"))
    assert result.status == "budget"
    assert result.error is not None
    assert "time of 60 s is over" in result.error.message
    assert [prompt.split()[0] for prompt in bench.models.prompts] == ["one", "two"]


def test_a_limit_of_a_sub_plan_fails_its_task_and_not_the_run() -> None:
    inner = (
        "version: 1\nname: inner\nlimits: {calls: 1}\ntasks:\n  a: {prompt: x}\n"
        '  b: {prompt: "${{ tasks.a.output }}"}\noutputs: {b: "${{ tasks.b.output }}"}\n'
    )
    bench = Bench()
    result = bench.run(
        plan_of("tasks:\n  sub: {plan: inner.plan.yaml}\n  other: {prompt: y, needs: []}\n", {"inner.plan.yaml": inner})
    )
    assert result.status == "failed"
    assert [each.instance for each in result.failures] == ["sub/b", "sub"]
    assert result.failures[0].error.kind == "budget"
    assert sorted(bench.models.prompts) == ["x", "y"]


def writes(lengths: list[int]) -> FakeModels:
    """A model whose answers are this long, one after the other, unless it is told to stop earlier."""

    async def script(request: ModelRequest) -> ModelAnswer:
        await asyncio.sleep(len(models.requests) % 3)
        wanted = lengths[(len(models.requests) - 1) % len(lengths)]
        most = request.choice.max_tokens or request.cap or wanted
        length = min(wanted, most)
        usage = Usage(len(request.messages[-1].content.encode()) // 3, length, 0, 0.00001 * length, 1)
        return ModelAnswer("text", "fake", usage, finish_reason="stop" if length == wanted else "length")

    models = FakeModels(script)
    return models


def by_length(choice: ModelChoice, input_tokens: int, output_tokens: int) -> float:
    return 0.00001 * output_tokens


@given(
    st.lists(st.integers(1, 30_000), min_size=1, max_size=12),
    st.integers(1, 20),
    st.integers(200, 60_000),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_answers_of_unknown_length_never_overspend_however_many_run_at_once(
    lengths: list[int], places: int, limit: int, dollars: bool
) -> None:
    """No task says `max_tokens`; a run that is stopped goes on with a higher limit and loses nothing."""
    bench = Bench(models=writes(lengths))
    plan = plan_of(
        f"limits: {{concurrency: {places}}}\ntasks:\n"
        f"  a: {{foreach: {{in: {list(range(len(lengths)))}, as: n}}, prompt: 'n ${{{{ n }}}}'}}\n"
    )
    limits = RunLimits(usd=0.00001 * limit) if dollars else RunLimits(tokens=limit)
    result = bench.run(plan, price=by_length, limits=limits)
    assert result.status in ("succeeded", "budget")
    usage = result.usage
    if dollars:
        assert (usage.usd or 0.0) <= 0.00001 * limit + 1e-9
    else:
        assert usage.input_tokens + usage.output_tokens <= limit
    done = bench.resume(result.run_id, price=by_length, limits=RunLimits(usd=100.0, tokens=10_000_000))
    assert done.status == "succeeded"
    finished = [event.instance for event in bench.events(result.run_id) if event.type == "task_finished"]
    assert sorted(finished) == sorted(f"a[{n}]" for n in range(len(lengths)))


def test_an_answer_that_the_budget_cut_is_none() -> None:
    bench = Bench(models=writes([3_000]))
    plan = plan_of("tasks:\n  a: {prompt: x}\noutputs: {a: '${{ tasks.a.output }}'}\n")
    stopped = bench.run(plan, limits=RunLimits(tokens=2_500))
    assert stopped.status == "budget"
    assert stopped.error is not None
    assert "the answer was cut after 2496 tokens" in stopped.error.message
    assert "max_tokens" in stopped.error.help
    assert bench.resume(stopped.run_id, limits=RunLimits(tokens=9_000)).outputs == {"a": "text"}


def test_a_small_budget_is_used_one_after_the_other_rather_than_cut() -> None:
    bench = Bench(models=writes([700]))
    plan = plan_of(f"tasks:\n  a: {{foreach: {{in: {list(range(6))}, as: n}}, prompt: x}}\n")
    assert bench.run(plan, limits=RunLimits(tokens=5_500)).status == "succeeded"


def test_what_priced_calls_cost_is_not_forgotten_because_others_have_no_price() -> None:
    def half(choice: ModelChoice, input_tokens: int, output_tokens: int) -> float:
        return 0.01

    async def script(request: ModelRequest) -> ModelAnswer:
        usd = None if request.messages[-1].content == "one" else 0.01
        return ModelAnswer("x", "fake", Usage(1, 1, 0, usd, 1))

    bench = Bench(models=FakeModels(script))
    plan = plan_of(CHAIN % "usd: 0.015")
    stopped = bench.run(plan, price=half, allow_unpriced=True)
    assert (stopped.status, len(bench.models.requests)) == ("budget", 2)
    assert bench.resume(stopped.run_id, price=half).status == "budget"
    assert len(bench.models.requests) == 2


def test_calls_under_way_when_the_process_died_count_as_made() -> None:
    """Three were let go, nobody knows what came of two: three more would be more than the run may have."""
    bench = Bench()
    plan = plan_of("tasks:\n" + "".join(f"  {name}: {{prompt: {name}, max_tokens: 20}}\n" for name in "abcd"))
    asked = {"prompt": "a"}
    journal = bench.store.create("dead", plan, "", this_process())
    started = {"plan_digest": plan.digest, "inputs": {}, "asked": {"limits": {"calls": 4}}}
    usage = Usage(5, 10, 0, 0.01, 1).to_json()
    journal.append(
        [
            Event("run_started", None, started),
            *(Event("task_started", each, {"attempt": 1, "fingerprint": each, "request": asked}) for each in "abc"),
            Event("task_finished", "a", {"attempt": 1, "fingerprint": "a", "output": "x", "usage": usage}),
        ]
    )
    journal.close()
    result = bench.resume("dead")
    assert (result.status, result.usage.calls, len(bench.models.requests)) == ("budget", 4, 1)
    done = bench.resume("dead", limits=RunLimits(calls=6))
    assert (done.status, done.usage.calls) == ("succeeded", 6)
