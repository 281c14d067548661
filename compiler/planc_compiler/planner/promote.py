"""Values that stand in the goal become inputs, so that the same plan serves the next topic.

Only arguments of tools, and only when the goal says them word for word; an argument that decides a right (a path, a
host, a command) stays a constant, because rights must be readable from the plan.
"""

from __future__ import annotations

import re
from typing import Any

from planc_schemas.plan import AnyTask, ToolTask
from planc_schemas.ports import ToolSpec
from planc_schemas.values import Json

from .catalogue import Selection
from .references import expression

_KEPT = ("type", "description", "minimum", "maximum", "minLength", "maxLength", "enum")
MIN_WORDS_LENGTH = 4


def promote(
    tasks: dict[str, AnyTask], goal: str, tools: Selection
) -> tuple[dict[str, AnyTask], dict[str, str | dict[str, Any]]]:
    """The tasks with `${{ inputs.NAME }}` where a value was said in the goal, and those inputs with their defaults."""
    inputs: dict[str, str | dict[str, Any]] = {}
    changed: dict[str, AnyTask] = {}
    for name, task in tasks.items():
        changed[name] = task
        spec = tools.get(task.tool) if isinstance(task, ToolTask) else None
        if not isinstance(task, ToolTask) or spec is None:
            continue
        given = dict(task.with_)
        for argument, value in task.with_.items():
            if _is_said(value, goal) and not _decides_a_right(argument, spec):
                key = _input_name(argument, name, value, inputs)
                inputs[key] = _schema(spec, argument, value)
                given[argument] = expression(f"inputs.{key}")
        changed[name] = task.model_copy(update={"with_": given})
    return changed, inputs


def _is_said(value: Json, goal: str) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return False
    if isinstance(value, int):
        return len(re.findall(rf"(?<![\w.]){value}(?![\w.]*\w)", goal)) == 1
    return len(value) >= MIN_WORDS_LENGTH and "${{" not in value and goal.lower().count(value.lower()) == 1


def _decides_a_right(argument: str, spec: ToolSpec) -> bool:
    return any(f"{{{argument}}}" in effect for effect in spec.effects)


def _input_name(argument: str, task: str, value: Json, inputs: dict[str, Any]) -> str:
    known = inputs.get(argument)
    if known is None or (isinstance(known, dict) and known.get("default") == value):
        return argument
    return f"{task}_{argument}"


def _schema(spec: ToolSpec, argument: str, value: Json) -> dict[str, Any]:
    declared = spec.arguments.get("properties", {}).get(argument, {})
    kept = {key: declared[key] for key in _KEPT if key in declared}
    return {"type": "integer" if isinstance(value, int) else "string", **kept, "default": value}
