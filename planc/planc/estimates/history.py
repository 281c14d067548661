"""What earlier runs of a plan took, task by task: better than any assumption about the next one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from planc_compiler.review.estimate import Recorded
from planc_runtime.store.base import RunFilter, Store
from planc_runtime.store.errors import StoreError
from planc_schemas.compiled import CompiledPlan
from planc_schemas.events import Event

RUNS = 5
"""So many of the newest finished runs are looked at."""
EVENTS = 20_000
"""Longer runs are not read for an estimate."""


@dataclass(slots=True)
class _Samples:
    """What was seen of one task: of each instance that finished, and how many instances a run had."""

    seconds: list[float] = field(default_factory=list)
    input_tokens: list[float] = field(default_factory=list)
    output_tokens: list[float] = field(default_factory=list)
    instances: list[float] = field(default_factory=list)

    def recorded(self) -> Recorded:
        return Recorded(
            seconds=median(self.seconds),
            input_tokens=median(self.input_tokens),
            output_tokens=median(self.output_tokens),
            instances=median(self.instances or [1]),
        )


def history_of(store: Store, plan: CompiledPlan) -> dict[str, Recorded]:
    """Medians by task id over the newest runs of plans with this plan's name; {} where there are none.

    A task counts as the same when its id and its kind are. Reused results are left out: they took no time.
    """
    samples: defaultdict[str, _Samples] = defaultdict(_Samples)
    kinds = {task.id: task.work.kind for task in plan.tasks}
    try:
        runs = store.runs(RunFilter(name=plan.name, statuses=frozenset({"succeeded", "failed"}), limit=RUNS))
        for run in runs:
            if run.problem is not None or run.last_seq > EVENTS:
                continue
            ran = {task.id: task.work.kind for task in store.plans(run.run_id)[-1].plan.tasks}
            same = {task_id for task_id, kind in ran.items() if kinds.get(task_id) == kind}
            _collect(store.read(run.run_id), same, samples)
    except StoreError:  # an estimate is no reason to stop: whatever is wrong is told when the runs are used
        return {}
    return {task_id: seen.recorded() for task_id, seen in samples.items() if seen.seconds}


def seconds_of(history: dict[str, Recorded]) -> dict[str, float]:
    """Seconds by task id, as the scheduler takes them to find the critical path."""
    return {task_id: recorded.seconds for task_id, recorded in history.items()}


def _collect(events: Iterable[Event], tasks: set[str], samples: defaultdict[str, _Samples]) -> None:
    started: dict[str, float] = {}
    for event in events:
        if event.instance is None or event.instance.partition("[")[0] not in tasks:
            continue
        seen = samples[event.instance.partition("[")[0]]
        if event.type == "task_started":
            started[event.instance] = event.at
        elif event.type == "task_expanded":
            seen.instances.append(event.data["count"])
        elif event.type == "task_finished" and event.instance in started:
            usage = event.data.get("usage") or {}
            seen.seconds.append(max(0.0, event.at - started.pop(event.instance)))
            seen.input_tokens.append(usage.get("input_tokens", 0))
            seen.output_tokens.append(usage.get("output_tokens", 0))
