"""Parts of a plan: what `--only` runs, and what `--from` runs again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from planc_schemas.compiled import CompiledPlan
from planc_schemas.values import digest


def only(plan: CompiledPlan, tasks: Iterable[str]) -> CompiledPlan:
    """The plan of `tasks` and everything they wait for; its outputs are theirs, by task id.

    It has a digest of its own: a run of it is not a run of the whole plan, but results are kept by fingerprint, so
    that either takes from the other.
    """
    wanted = sorted(set(tasks))
    kept = _closure(wanted, {task.id: task.waits_for for task in plan.tasks})
    return replace(
        plan,
        digest=digest([plan.digest, "only", *wanted]),
        tasks=tuple(task for task in plan.tasks if task.id in kept),
        outputs={task_id: ["expr", ["task", task_id, "output"]] for task_id in wanted},
    )


def downstream(plan: CompiledPlan, tasks: Iterable[str]) -> frozenset[str]:
    """`tasks` and everything that waits for them, however far away."""
    readers: dict[str, list[str]] = {task.id: [] for task in plan.tasks}
    for task in plan.tasks:
        for upstream in task.waits_for:
            readers[upstream].append(task.id)
    return frozenset(_closure(tasks, readers))


def _closure(start: Iterable[str], neighbours: Mapping[str, Iterable[str]]) -> set[str]:
    found: set[str] = set()
    stack = list(start)
    while stack:
        task_id = stack.pop()
        if task_id not in found:
            found.add(task_id)
            stack.extend(neighbours[task_id])
    return found
