"""Properties of the machine, on random plans with random failures.

Any order of ends that the graph allows gives the same final state; the fold of a run's events is its state; a run
that is cut off anywhere and folded goes on to the same end, and starts nothing again that was done.
"""

from __future__ import annotations

import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from planc_runtime.machine import Instance, Machine
from planc_schemas.compiled import CompiledPlan
from planc_schemas.events import Event
from planc_schemas.values import Json
from tests.support.driving import Driver, Work, failure
from tests.support.random_plans import random_plans

SEEDS = st.integers(0, 2**32)


def unreliable(seed: int) -> Work:
    """Fails for some instances, always the same ones."""

    def work(instance: Instance, machine: Machine) -> Json:
        if random.Random(f"{seed} {instance.id}").random() < 0.3:
            raise failure(f"{instance.id} broke")
        return f"{instance.id} of {seed}"

    return work


def run(plan: CompiledPlan, seed: int, order: int) -> Driver:
    chance = random.Random(order)
    return Driver(plan, unreliable(seed)).run(choose=chance.randrange)


@given(random_plans(), SEEDS, SEEDS, SEEDS)
@settings(max_examples=120, deadline=None)
def test_every_order_of_ends_gives_the_same_final_state(plan: CompiledPlan, seed: int, one: int, other: int) -> None:
    first, second = run(plan, seed, one), run(plan, seed, other)
    assert first.machine.finished
    assert second.machine.finished
    assert first.state() == second.state()
    assert first.machine.end() == second.machine.end()


@given(random_plans(), SEEDS, SEEDS)
@settings(max_examples=80, deadline=None)
def test_the_fold_of_the_events_is_the_state(plan: CompiledPlan, seed: int, order: int) -> None:
    live = run(plan, seed, order)
    folded = Machine(plan, {}, "run")
    folded.apply_all(live.events)
    assert folded.finished
    assert folded.decisions() == []
    assert folded.pop_ready() is None
    assert {node.id: (node.status, node.output, node.errors) for node in folded.nodes()} == live.state()


@given(random_plans(), SEEDS, SEEDS, st.floats(0, 1))
@settings(max_examples=120, deadline=None)
def test_a_run_cut_off_anywhere_ends_the_same_and_repeats_nothing(
    plan: CompiledPlan, seed: int, order: int, cut: float
) -> None:
    whole = run(plan, seed, order)
    kept = whole.events[: int(len(whole.events) * cut)]
    resumed = Driver(plan, unreliable(seed))
    for event in kept:
        resumed.machine.apply(event)
    resumed.events.extend(kept)
    for instance in resumed.machine.unfinished():
        resumed.emit("task_interrupted", instance.id, {"attempt": instance.attempt})
    ready = list(iter(resumed.machine.pop_ready, None))
    assert len({instance.id for instance in ready}) == len(ready), "one that has to wait stands there once"
    for instance in ready:
        resumed.machine.push_ready(instance)
    resumed.run()
    assert resumed.state() == whole.state()
    ended = [event for event in kept if event.type in ("task_finished", "task_failed")]
    assert not {event.instance for event in ended} & set(resumed.started)
    results = Counter(event.instance for event in resumed.events if _is_result(event))
    assert set(results.values()) <= {1}


def _is_result(event: Event) -> bool:
    return event.type in ("task_finished", "task_failed", "task_skipped")
