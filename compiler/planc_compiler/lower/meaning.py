"""Digests over meaning: what decides a task's result, and what a plan says. Order of tasks, comments, formatting,
descriptions and positions do not count."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any

from planc_schemas.compiled import CompiledPlan, CompiledTask, GoalWork, ModelChoice, RunLimits, Work
from planc_schemas.values import Json, JsonSchema, digest

_NO_MEANING = frozenset({"id", "span", "slots", "waits_for", "reads", "soft_reads"})
"""Of a task, for a plan's digest: positions, and what follows from the expressions."""
_BUDGET = frozenset({"calls", "tokens", "usd", "time"})


def task_meaning(
    work: Work, output: JsonSchema | None, definitions: tuple[str, ...], sub_plan: CompiledPlan | None
) -> str:
    """Digest of everything that decides the result besides data (see CompiledTask.meaning).

    `definitions` are the digests of the tools it names. A model's alias counts only when nothing is known of the model
    behind it; a sub-plan counts by its digest.
    """
    parts = {**members(work), "definitions": definitions}
    if sub_plan is not None:
        parts["path"] = sub_plan.digest
    for name in ("effects", "definition"):  # the one follows from definition and arguments, the other is there twice
        parts.pop(name, None)
    if isinstance(work, GoalWork):  # a goal is not planned again because it may now spend more
        parts["limits"] = {name: value for name, value in work.limits.items() if name not in _BUDGET}
    return digest([parts, output])


def plan_digest(plan: CompiledPlan) -> str:
    """Digest of a plan's meaning; sub-plans and tool definitions count through their tasks' meanings."""
    tasks = {task.id: _task(task) for task in plan.tasks}
    return digest([plan.format, plan.name, plan.inputs, tasks, plan.outputs, members(plan.limits)])


def _task(task: CompiledTask) -> dict[str, Json]:
    parts = {name: getattr(task, name) for name in _names(CompiledTask) if name not in _NO_MEANING}
    work = parts.pop("work")  # in `meaning`
    if isinstance(work, GoalWork):
        parts["goal_limits"] = work.limits
    for name in ("foreach", "repeat", "retry", "on_error"):
        parts[name] = members(parts[name]) if parts[name] is not None else None
    return parts


def members(value: Any) -> dict[str, Json]:
    """A value's fields that differ from their defaults, as JSON: a new field with a default changes no digest."""
    if isinstance(value, RunLimits):
        return {name: part for name, part in _all(value).items() if part not in (None, {})}
    parts = _all(value)
    model = parts.get("model")
    if isinstance(model, ModelChoice):
        choice = {name: part for name, part in _all(model).items() if part is not None}
        if model.model is not None:
            choice.pop("alias")
        parts["model"] = choice
    return {name: part for name, part in parts.items() if part is not None}


def _all(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in _names(value.__class__)}


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
