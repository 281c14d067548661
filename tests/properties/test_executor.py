"""Properties of executing and resuming, on random plans with the real executor and an in-memory store.

A run that dies anywhere ends like one that did not, and completed tasks run again zero times; after any edit exactly
the edited tasks and those that read them run.
"""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from planc_runtime.executor import Shared
from planc_runtime.store.lease import this_process
from planc_schemas.compiled import CompiledPlan
from planc_schemas.events import Event
from planc_schemas.ports import ModelRequest, TaskError
from tests.support.random_plans import random_plans
from tests.support.running import Bench, FakeModels

SEEDS = st.integers(0, 2**32)


def instance_of(request: ModelRequest) -> str:
    return (request.idempotency_key or "").split(":")[1]


def unreliable(seed: int, chance: float) -> FakeModels:
    """Fails for some instances, always the same ones."""

    def script(request: ModelRequest) -> str | TaskError:
        instance = instance_of(request)
        if random.Random(f"{seed} {instance}").random() < chance:
            return TaskError("tool_error", f"{instance} broke")
        return f"{instance} of {seed}"

    return FakeModels(script)


def left_by_a_death(plan: CompiledPlan, events: list[Event], bench: Bench) -> None:
    """The run `dead` with only these events in its journal."""
    journal = bench.store.create("dead", plan, "", this_process())
    journal.append([Event(event.type, event.instance, event.data, at=event.at) for event in events])
    journal.close()


@given(random_plans(), SEEDS, st.floats(0, 1), st.sampled_from([None, 1, 2]))
@settings(max_examples=150, deadline=None)
def test_a_run_that_dies_anywhere_ends_the_same_and_repeats_nothing(
    plan: CompiledPlan, seed: int, cut: float, places: int | None
) -> None:
    """Also where what goes on has to wait for room: `places` are those of all model calls."""
    whole = Bench(models=unreliable(seed, 0.25))
    result = whole.run(plan)
    events = whole.events(result.run_id)
    kept = events[: 1 + int((len(events) - 1) * cut)]
    bench = Bench(models=unreliable(seed, 0.25))
    left_by_a_death(plan, kept, bench)
    resumed = bench.resume("dead", shared=Shared(concurrency=places))
    assert (resumed.status, resumed.outputs) == (result.status, result.outputs)
    done = {event.instance for event in kept if event.type == "task_finished"}
    assert not done & {instance_of(request) for request in bench.models.requests}
    attempts = [request.idempotency_key for request in bench.models.requests]
    assert len(set(attempts)) == len(attempts), "each attempt is made once"
    assert final(bench.events("dead")) == final(events)


def final(events: list[Event]) -> dict[str, object]:
    """The last word about every instance."""
    words: dict[str, object] = {}
    for event in events:
        if event.type in ("task_finished", "task_reused"):
            words[event.instance or ""] = event.data["output"]
        elif event.type in ("task_failed", "task_skipped"):
            words[event.instance or ""] = event.type
    return words


@given(random_plans(rules=False), SEEDS, st.data(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_after_an_edit_exactly_the_edited_tasks_and_their_readers_run(
    plan: CompiledPlan, seed: int, data: st.DataObject, new_run: bool
) -> None:
    """Whether the edited plan goes on with the run or is a new run that takes kept results; and it is said before."""
    bench = Bench(models=unreliable(seed, 0.0))
    first = bench.run(plan, reuse=True)
    bench.models.requests.clear()
    edited = data.draw(st.sets(st.sampled_from([task.id for task in plan.tasks]), min_size=1, max_size=2))
    tasks = tuple(replace(task, meaning="edited") if task.id in edited else task for task in plan.tasks)
    after = replace(plan, digest="edited", tasks=tasks)
    told = bench.told(after, None if new_run else first.run_id)
    if new_run:
        bench.run(after, reuse=True)
    else:
        bench.resume(first.run_id, after, reuse=True)
    touched = set(edited)
    for task in plan.tasks:  # in file order, which is an order of the graph
        if touched & {*task.reads, *task.soft_reads}:
            touched.add(task.id)
    expected = {task.id for task in plan.tasks if task.work.kind == "prompt" and task.id in touched}
    assert {instance_of(request) for request in bench.models.requests} == expected
    assert {step.instance for step in told if step.action == "reused"}.isdisjoint(expected)


@given(random_plans(), SEEDS)
@settings(max_examples=60, deadline=None)
def test_the_same_plan_again_reuses_every_result(plan: CompiledPlan, seed: int) -> None:
    bench = Bench(models=unreliable(seed, 0.0))
    first = bench.run(plan, reuse=True)
    calls = len(bench.models.requests)
    second = bench.run(plan, reuse=True)
    assert (second.status, second.outputs) == (first.status, first.outputs)
    assert len(bench.models.requests) == calls
