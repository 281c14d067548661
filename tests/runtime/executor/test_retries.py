"""Failed attempts: how many follow, when, and what is journalled about them."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from planc_schemas.ports import ErrorKind, ModelRequest, TaskError
from tests.support.compiling import plan_of
from tests.support.running import Bench, FakeModels

RETRY = "tasks:\n  a:\n    prompt: x\n    retry: {max_attempts: 4, initial_delay: 2s, backoff: 3, max_delay: 10s%s}\n"


def always(kind: ErrorKind, retry_after: float | None = None) -> FakeModels:
    return FakeModels(lambda request: TaskError(kind, "no", "R502", retry_after=retry_after))


def test_delays_grow_to_their_limit_and_n_attempts_make_n_requests() -> None:
    bench = Bench(models=always("server_error"))
    result = bench.run(plan_of(RETRY % ", retry_on: [server_error]"))
    assert bench.models.at == pytest.approx([0.0, 2.0, 8.0, 18.0], abs=0.01)
    assert [event.type for event in bench.events(result.run_id)][2::2] == ["attempt_failed"] * 3 + ["task_failed"]
    assert [event.data.get("retry_in") for event in bench.events(result.run_id)][2:8:2] == [2.0, 6.0, 10.0]


@pytest.mark.parametrize("kind", ["auth", "bad_request", "refused", "denied"])
def test_what_another_try_cannot_help_is_never_tried_again(kind: ErrorKind) -> None:
    bench = Bench(models=always(kind))
    bench.run(plan_of(RETRY % ", retry_on: [any]"))
    assert len(bench.models.requests) == 1


def test_a_kind_that_retry_on_does_not_name_is_not_tried_again() -> None:
    bench = Bench(models=always("timeout"))
    bench.run(plan_of(RETRY % ", retry_on: [server_error]"))
    assert len(bench.models.requests) == 1


def test_retry_after_is_obeyed_even_beyond_the_largest_delay() -> None:
    bench = Bench(models=always("rate_limit", retry_after=45.0))
    bench.run(plan_of(RETRY % ", retry_on: [rate_limit]"))
    assert bench.models.at == pytest.approx([0.0, 45.0, 90.0, 135.0], abs=0.01)


def test_an_attempt_that_succeeds_ends_the_tries() -> None:
    def script(request: ModelRequest) -> str | TaskError:
        return "ok" if len(bench.models.requests) == 3 else TaskError("connection", "reset", "R501")

    bench = Bench(models=FakeModels(script))
    result = bench.run(plan_of(RETRY % ", retry_on: [connection]"))
    assert (result.status, len(bench.models.requests)) == ("succeeded", 3)
    assert [request.idempotency_key for request in bench.models.requests] == [
        f"{result.run_id}:a:{n}" for n in (1, 2, 3)
    ]


def test_what_waits_for_its_next_try_takes_no_place() -> None:
    plan = plan_of(
        "limits: {concurrency: 1}\ntasks:\n"
        "  a: {prompt: bad, retry: {max_attempts: 2, initial_delay: 60s, retry_on: [server_error]}}\n"
        "  b: {prompt: good}\n"
    )
    bench = Bench(
        models=FakeModels(lambda r: TaskError("server_error", "no") if r.messages[-1].content == "bad" else "ok")
    )
    bench.run(plan)
    assert list(zip(bench.models.prompts, bench.models.at, strict=True)) == [("bad", 0.0), ("good", 0.0), ("bad", 60.0)]


def test_failed_calls_that_may_have_been_billed_count_as_used() -> None:
    bench = Bench(models=always("timeout"))
    result = bench.run(plan_of("tasks:\n  a: {prompt: x, max_tokens: 50}\n"))
    assert (result.usage.calls, result.usage.output_tokens) == (1, 50)
    bench = Bench(models=always("auth"))
    result = bench.run(plan_of("tasks:\n  a: {prompt: x, max_tokens: 50}\n"))
    assert (result.usage.calls, result.usage.output_tokens) == (1, 0)


def test_a_run_with_two_of_five_calls_failing_ends_all_right() -> None:
    chance = random.Random(7)
    kinds: list[ErrorKind] = ["timeout", "rate_limit", "server_error", "connection", "invalid_output"]

    def script(request: ModelRequest) -> str | TaskError:
        if chance.random() < 0.4:
            return TaskError(chance.choice(kinds), "faulty", "R502", retry_after=chance.choice([None, 3.0]))
        return "ok"

    bench = Bench(models=FakeModels(script))
    items = list(range(200))
    plan = plan_of(
        f"limits: {{concurrency: 8}}\ntasks:\n  a:\n    foreach: {{in: {items}, as: n}}\n"
        "    prompt: 'do ${{ n }}'\n"
        "    retry: {max_attempts: 20, retry_on: [any]}\noutputs: {a: '${{ tasks.a.output }}'}\n"
    )
    result = bench.run(plan)
    assert (result.status, result.outputs["a"]) == ("succeeded", ["ok"] * 200)
    attempts = Counter(bench.models.prompts)
    assert sum(attempts.values()) == result.usage.calls
    assert max(attempts.values()) <= 20
