"""A checked plan for the reader: stages, estimate with its basis, rights."""

from __future__ import annotations

from collections.abc import Mapping

from planc.escape import one_line
from planc_compiler.review.estimate import Estimate, Range, TaskEstimate
from planc_compiler.review.structure import describe, stages
from planc_schemas.compiled import CompiledPlan, CompiledTask
from planc_schemas.values import Json

from . import ranges


def plan_report(plan: CompiledPlan, estimate: Estimate, *, why: bool = False) -> str:
    """Stages with their tasks, the envelope of a run, and the rights; with `why` the basis of every number."""
    tasks = {task.id: task for task in plan.tasks}
    lines = [f"{one_line(plan.name)}  {one_line(plan.file)}".rstrip()]
    if plan.goal:
        lines.append(f"goal: {one_line(plan.goal)}")
    lines += ["", *_stage_lines(stages(plan), tasks, estimate), "", *envelope(plan, estimate)]
    if why:
        lines += ["", "where the numbers come from:"]
        lines += [f"  {task.id}: {'; '.join(task.basis) or 'no model call'}" for task in estimate.tasks.values()]
    return "\n".join(lines)


def envelope(plan: CompiledPlan, estimate: Estimate) -> list[str]:
    """What a run will take and touch, in three lines."""
    calls = ranges.count(estimate.calls)
    noun = "model call" if calls == "1" else "model calls"
    cost = ranges.cost(estimate)
    head = f"{calls} {noun}"
    if estimate.most_calls > estimate.calls.high:
        head += f" (at most {estimate.most_calls:.0f} with retries)"
    path = " → ".join(estimate.critical_path)
    rights = ", ".join(plan.rights) or "none"
    if not estimate.calls.high:
        cost = "no cost"
    sums = [head, ranges.tokens(estimate.tokens), cost, ranges.seconds(estimate.seconds)]
    return [
        "  ".join(sums),
        f"critical path: {one_line(path, 300)}",
        f"rights: {one_line(rights, 300)}    digest {plan.digest[:12]}",
    ]


def plan_report_json(plan: CompiledPlan, estimate: Estimate) -> dict[str, Json]:
    return {
        "name": plan.name,
        "file": plan.file,
        "goal": plan.goal,
        "digest": plan.digest,
        "rights": list(plan.rights),
        "inputs": plan.inputs,
        "stages": stages(plan),
        "critical_path": list(estimate.critical_path),
        "estimate": {
            "calls": _pair(estimate.calls),
            "most_calls": estimate.most_calls,
            "tokens": _pair(estimate.tokens),
            "usd": None if estimate.usd is None else _pair(estimate.usd),
            "seconds": _pair(estimate.seconds),
        },
        "tasks": [
            {
                "id": task.id,
                "kind": task.work.kind,
                "waits_for": list(task.waits_for),
                "calls": _pair(estimate.tasks[task.id].calls),
                "seconds": _pair(estimate.tasks[task.id].seconds),
                "basis": list(estimate.tasks[task.id].basis),
            }
            for task in plan.tasks
        ],
    }


def _stage_lines(plan_stages: list[list[str]], tasks: Mapping[str, CompiledTask], estimate: Estimate) -> list[str]:
    width = max(len(task_id) for task_id in tasks)
    lines: list[str] = []
    for number, stage in enumerate(plan_stages, start=1):
        for position, task_id in enumerate(stage):
            head = f"stage {number}" if position == 0 else ""
            task, cost = tasks[task_id], estimate.tasks[task_id]
            reads = f"after {one_line(', '.join(task.waits_for), 60)}" if task.waits_for else ""
            what = f"{one_line(describe(task), 40):<40}"
            lines.append(f"{head:<9} {task_id:<{width}}  {what}  {_task_numbers(cost)}  {reads}".rstrip())
    return lines


def _task_numbers(cost: TaskEstimate) -> str:
    calls = (
        f"{ranges.count(cost.calls)} call{'' if ranges.count(cost.calls) == '1' else 's'}" if cost.calls.high else ""
    )
    return f"{ranges.seconds(cost.seconds):>16}  {calls:>12}"


def _pair(value: Range) -> list[float]:
    return [round(value.low, 6), round(value.high, 6)]
