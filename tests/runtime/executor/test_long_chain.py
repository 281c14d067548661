"""A chain of 10,000 tasks: executed, left half-way by a process that died, resumed, edited, reused."""

from __future__ import annotations

from dataclasses import replace

from planc_runtime.store.lease import this_process
from planc_schemas.events import Event
from tests.runtime.machine.test_machine import chain
from tests.support.running import Bench, FakeModels

LENGTH = 10_000


def test_a_chain_of_10_000_tasks_is_executed_resumed_and_edited() -> None:
    plan = chain(LENGTH, prompts=True)
    bench = Bench(models=FakeModels(lambda request: "x"))
    whole = bench.run(plan, reuse=True)
    assert (whole.status, len(bench.models.requests)) == ("succeeded", LENGTH)
    events = bench.events(whole.run_id)

    left = Bench(models=FakeModels(lambda request: "x"))
    journal = left.store.create("dead", plan, "", this_process())
    journal.append([Event(each.type, each.instance, each.data, at=each.at) for each in events[: LENGTH + 1]])
    journal.close()
    resumed = left.resume("dead")
    assert resumed.status == "succeeded"
    assert len(left.models.requests) == LENGTH // 2

    bench.models.requests.clear()
    last = plan.tasks[-1]
    edited = replace(plan, digest="edited", tasks=(*plan.tasks[:-1], replace(last, meaning="edited")))
    assert bench.run(edited, reuse=True).status == "succeeded"
    assert len(bench.models.requests) == 1
