"""The clock of the machine jumps, forwards and backwards, while a run goes on: order, waits and limits do not."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from planc_runtime.clock import Clock
from planc_schemas.compiled import RunLimits
from planc_schemas.ports import ModelRequest, TaskError
from tests.support.compiling import plan_of
from tests.support.running import Bench, FakeModels

PLAN = """
limits: {time: 60s}
tasks:
  a: {prompt: one, retry: {max_attempts: 3, initial_delay: 4s, backoff: 1, jitter: false, retry_on: [server_error]}}
  b: {foreach: {in: "${{ [1, 2, 3] }}", as: n}, prompt: "${{ tasks.a.output }} ${{ n }}"}
outputs: {b: "${{ tasks.b.output }}"}
"""
DAY = 86_400.0


def twice_unavailable(request: ModelRequest) -> str | TaskError:
    return TaskError("server_error", "no") if request.idempotency_key.endswith((":a:1", ":a:2")) else "ok"


def jumping(seed: int) -> Callable[[], float]:
    chance = random.Random(seed)
    return lambda: 1_800_000_000.0 + chance.uniform(-2 * DAY, 2 * DAY)


@pytest.mark.parametrize("seed", range(5))
def test_a_jumping_clock_changes_nothing_but_the_times_told(seed: int) -> None:
    bench = Bench(models=FakeModels(twice_unavailable))
    result = bench.run(plan_of(PLAN), clock=Clock(now=jumping(seed), random=lambda: 1.0))
    assert (result.status, result.outputs) == ("succeeded", {"b": ["ok"] * 3})
    assert bench.models.at[:3] == pytest.approx([0.0, 4.0, 8.0], abs=0.01)
    events = bench.events(result.run_id)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert max(event.at for event in events) - min(event.at for event in events) > DAY


@pytest.mark.parametrize("jump", [-30 * DAY, 30 * DAY])
def test_a_run_is_resumed_after_the_clock_was_set(jump: float) -> None:
    """Days between two parts are no time that the run was executed, and no wait gets longer by them."""
    bench = Bench(models=FakeModels(twice_unavailable))
    clock = Clock(now=lambda: 1_800_000_000.0, random=lambda: 1.0)
    stopped = bench.run(plan_of(PLAN.replace("60s", "3s")), clock=clock)
    assert stopped.status == "budget"
    later = Clock(now=lambda: 1_800_000_000.0 + jump, random=lambda: 1.0)
    bench.models.at.clear()
    done = bench.resume(stopped.run_id, clock=later, limits=RunLimits(time=60.0))
    assert done.status == "succeeded"
    assert bench.models.at[0] <= 4.01
