"""Canonical YAML from a plan model: what the planner and the importers save."""

from __future__ import annotations

from typing import Any

from planc_schemas.plan import Plan
from planc_schemas.values import Json

from .canonical.emit import emit, tree_of

SCHEMA = "../schemas/planc_schemas/plan.v1.schema.json"
"""Where editors find the JSON Schema, from a folder of plans beside `schemas`."""

MODELINE = "# yaml-language-server: $schema="

_PROSE = ("goal", "description", "prompt", "system", "agent", "ask")


def write_plan(plan: Plan, schema: str = SCHEMA) -> str:
    """The canonical text of `plan`: the same plan gives the same bytes, and reading them gives the same plan.

    Settings that have their default value are left out. Blanks at the ends of lines are stripped from what people
    read (goals, descriptions, prompts), where they mean nothing and cannot be seen; data is written as it is.
    `schema` is the address in the first line, for editors; without one there is no such line.
    Raises ValueError for numbers that JSON does not have.
    """
    data: dict[str, Json] = plan.model_dump(by_alias=True, exclude_defaults=True)
    data = {"version": plan.version, "name": plan.name, **_tidy(data)}
    data["tasks"] = {name: _tidy(task) for name, task in data["tasks"].items()}
    text = emit(tree_of(data))
    return f"{MODELINE}{schema}\n{text}" if schema else text


def _tidy(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: _stripped(value) if key in _PROSE else value for key, value in fields.items()}


def _stripped(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    return "\n".join(line.rstrip(" ") for line in text.split("\n"))
