"""The shape of a plan's graph: stages for people, the heaviest path through it, and one line about each task."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from graphlib import TopologicalSorter

from planc_schemas.compiled import AgentWork, CompiledPlan, CompiledTask, PlanWork, ToolWork


def order(plan: CompiledPlan) -> list[str]:
    """Task ids, every task after all it waits for; ties in file order."""
    position = {task.id: index for index, task in enumerate(plan.tasks)}
    sorter = TopologicalSorter({task.id: task.waits_for for task in plan.tasks})
    sorter.prepare()
    result: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=position.__getitem__)
        result.extend(ready)
        sorter.done(*ready)
    return result


def stages(plan: CompiledPlan) -> list[list[str]]:
    """Task ids by the length of the longest chain before them; a stage could start together.

    For the reader only: the executor knows no stages, a task starts when its own inputs are there.
    """
    level: dict[str, int] = {}
    tasks = {task.id: task for task in plan.tasks}
    for task_id in order(plan):
        level[task_id] = 1 + max((level[upstream] for upstream in tasks[task_id].waits_for), default=-1)
    result: list[list[str]] = [[] for _ in range(max(level.values(), default=-1) + 1)]
    for task in plan.tasks:
        result[level[task.id]].append(task.id)
    return result


def critical_path(plan: CompiledPlan, weight: Mapping[str, float]) -> tuple[tuple[str, ...], float]:
    """The heaviest chain of tasks and its total weight (the unit is the weights'), by dynamic programming."""
    tasks = {task.id: task for task in plan.tasks}
    total: dict[str, float] = {}
    before: dict[str, str | None] = {}
    for task_id in order(plan):
        previous = max(tasks[task_id].waits_for, key=lambda upstream: (total[upstream], upstream), default=None)
        before[task_id] = previous
        total[task_id] = weight.get(task_id, 0.0) + (total[previous] if previous is not None else 0.0)
    if not total:
        return (), 0.0
    last: str | None = max(total, key=lambda task_id: (total[task_id], task_id))
    length = total[last] if last is not None else 0.0
    path: list[str] = []
    while last is not None:
        path.append(last)
        last = before[last]
    return tuple(reversed(path)), length


def import_path(plan: CompiledPlan, path: str) -> str:
    """An imported plan by its path from the folder of `plan`: the same wherever that folder is and one looks from."""
    return posixpath.relpath(path, posixpath.dirname(plan.file) or ".")


def describe(task: CompiledTask) -> str:
    """What a task is in a few words: `tool arxiv_search`, `prompt fast, each paper`, `agent with 3 tools`."""
    work = task.work
    if isinstance(work, ToolWork):
        text = f"tool {work.tool}"
    elif isinstance(work, PlanWork):
        text = f"plan {work.path}"
    elif isinstance(work, AgentWork):
        has = [f"{len(work.tools)} tool{'' if len(work.tools) == 1 else 's'}"] if work.tools else []
        has += ["a memory"] if work.memory is not None else []
        text = f"agent with {' and '.join(has)}" if has else "agent"
    else:
        alias = getattr(getattr(work, "model", None), "alias", "")
        text = f"{work.kind} {alias}".strip()
    if task.foreach is not None:
        text += f", each {task.foreach.name}"
    if task.repeat is not None:
        text += f", up to {task.repeat.max} times"
    if task.condition is not None:
        text += ", if …"
    return text
