"""Runs a plan through the real machine on a virtual clock: no process, no waiting, exact times.

Only the work is pretended (a task takes the time it is given); what starts when is the machine's decision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush
from math import inf

from planc_runtime.machine import Machine
from planc_schemas.compiled import CompiledPlan, CompiledTask, ToolWork
from planc_schemas.events import Event


def graph_plan(depends_on: Sequence[Sequence[int]]) -> CompiledPlan:
    """A plan whose task `t<i>` waits for `t<j>` for every j of `depends_on[i]` (0-based)."""
    tasks = tuple(
        CompiledTask(
            id=f"t{number}",
            meaning=str(number),
            work=ToolWork(tool="work", arguments=["const", {}]),
            waits_for=tuple(sorted(f"t{upstream}" for upstream in upstreams)),
            needs=tuple(sorted(f"t{upstream}" for upstream in upstreams)),
        )
        for number, upstreams in enumerate(depends_on)
    )
    return CompiledPlan(name="graph", digest="", tasks=tasks)


def makespan(
    plan: CompiledPlan,
    durations: Mapping[str, float],
    workers: float = inf,
    *,
    known: Mapping[str, float] | None = None,
) -> float:
    """When the last task ends, in the unit of `durations`, if at most `workers` tasks run at once. `known` is what
    the machine is told of the durations, all of them by default."""
    machine = Machine(plan, {}, "run", durations=durations if known is None else known)
    machine.apply(Event("run_started", None, {"inputs": {}}))
    running: list[tuple[float, str]] = []
    now = 0.0
    while not machine.finished:
        for event in machine.decisions():
            machine.apply(event)
        while len(running) < workers and (instance := machine.pop_ready()) is not None:
            machine.apply(Event("task_started", instance.id, {"attempt": 1, "fingerprint": ""}))
            heappush(running, (now + durations[instance.id], instance.id))
        if not running:
            break
        now, done = heappop(running)
        machine.apply(Event("task_finished", done, {"attempt": 1, "fingerprint": "", "output": None}))
    assert machine.finished, "the graph was not worked off"
    return now
