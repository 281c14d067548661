"""The whole executor against an endpoint that misbehaves, over real connections: how many requests it makes of it."""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter

import pytest

from planc_runtime.executor import Environment, Options, RunResult, execute
from planc_runtime.models.base import ModelsConfig, ProviderConfig
from planc_runtime.models.configured import ConfiguredModels
from planc_runtime.store.memory import MemoryStore
from planc_schemas.compiled import CompiledPlan
from tests.support.compiling import plan_of
from tests.support.endpoint import Endpoint
from tests.support.exchange import Request
from tests.support.replies import Cut, Drip, Error, Hang, Raw, Reply, Reset, empty_choices, null_choices, text
from tests.support.running import FakeTools

RETRY = "retry: {max_attempts: %d, initial_delay: 1ms, max_delay: 20ms, retry_on: [any]}"
FAULTS: dict[str, Reply] = {
    "500": Error(500),
    "503 with Retry-After": Error(503, headers={"retry-after-ms": "5"}),
    "429 with Retry-After": Error(429, headers={"Retry-After": "0"}),
    "429 with a wait in ms": Error(429, headers={"retry-after-ms": "10"}),
    "a reset": Reset(),
    "a cut body": Cut(text("an answer that never comes whole")),
    "malformed JSON": Raw(b'{"id": "x", "choi'),
    "invalid UTF-8": Raw(b'{"id": "\xff\xfe"}'),
    "another content type": Raw(b"<html>Welcome</html>", "text/html"),
    "empty choices": empty_choices(),
    "null choices": null_choices(),
    "an empty answer": text(""),
}
TASKS = 200


def run(endpoint: Endpoint, plan: CompiledPlan) -> RunResult:
    async def main() -> RunResult:
        provider = ProviderConfig(name="loopback", base_url=endpoint.base_url, models=("m",))
        models = ConfiguredModels(ModelsConfig(providers=(provider,)))
        try:
            return await execute(plan, {}, Environment(MemoryStore(), models, FakeTools(), Options()))
        finally:
            await models.close()

    return asyncio.run(main())


def one_task(attempts: int, more: str = "") -> CompiledPlan:
    return plan_of(f"tasks:\n  a:\n    prompt: x\n    {RETRY % attempts}\n{more}")


def error_kind(result: RunResult) -> str:
    (failure,) = result.failures
    return failure.error.kind


@pytest.mark.parametrize("reply", FAULTS.values(), ids=FAULTS.keys())
def test_n_retries_are_n_plus_1_requests(reply: Reply) -> None:
    with Endpoint(reply) as endpoint:
        result = run(endpoint, one_task(3))
        assert (result.status, len(endpoint.requests), result.usage.calls) == ("failed", 3, 3)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_what_another_try_cannot_help_is_asked_once(status: int) -> None:
    with Endpoint(Error(status, "no")) as endpoint:
        result = run(endpoint, one_task(5))
        assert (result.status, len(endpoint.requests), result.usage.calls) == ("failed", 1, 1)


@pytest.mark.parametrize("reply", [Hang(), Drip(text("never whole"), every=0.05)], ids=["a hang", "a slow drip"])
def test_a_hang_ends_at_the_deadline_of_each_attempt(reply: Reply) -> None:
    with Endpoint(reply) as endpoint:
        result = run(endpoint, one_task(2, "    timeout: 500ms\n"))
        assert (result.status, error_kind(result), result.usage.calls) == ("failed", "timeout", 2)
        assert len(endpoint.requests) <= 2  # on a busy machine the deadline may come before the request
        assert all(request.gone.wait(120) for request in endpoint.requests)


def test_a_429_that_names_no_time_is_waited_for() -> None:
    with Endpoint([Error(429), text("at last")]) as endpoint:
        result = run(endpoint, one_task(2, "outputs: {a: '${{ tasks.a.output }}'}\n"))
        assert (result.status, result.outputs, len(endpoint.requests)) == ("succeeded", {"a": "at last"}, 2)


def test_200_tasks_of_which_two_of_five_calls_fail_end_all_right() -> None:
    """Every kind of fault, hangs among them, at random but the same every time; at most 12 attempts a task."""
    chance, lock = random.Random(11), threading.Lock()
    faults = [*FAULTS.values(), Hang()]
    faulty = 0

    def script(request: Request) -> Reply:
        nonlocal faulty
        with lock:
            if chance.random() < 0.4:
                faulty += 1
                return chance.choice(faults)
        return text(f"done {request.prompt}")

    plan = plan_of(
        f"limits: {{concurrency: 24}}\ntasks:\n  a:\n    foreach: {{in: {list(range(TASKS))}, as: n}}\n"
        f"    prompt: 'do ${{{{ n }}}}'\n    timeout: 10s\n    {RETRY % 12}\n"
        "outputs: {a: '${{ tasks.a.output }}'}\n"
    )
    with Endpoint(script) as endpoint:
        result = run(endpoint, plan)
        asked = Counter(request.prompt for request in endpoint.requests)
    assert result.status == "succeeded", result.failures[:3]
    assert result.outputs["a"] == [f"done do {n}" for n in range(TASKS)]
    assert len(asked) == TASKS and max(asked.values()) <= 12
    assert asked.total() == result.usage.calls
    assert asked.total() >= TASKS + faulty and faulty > TASKS / 3
    print(f"{faulty} of {asked.total()} calls failed, {TASKS} tasks ended all right")
