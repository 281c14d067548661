"""The JSON Schema of plan files, generated from the models; `plan.v1.schema.json` beside this file is its text.

Write the file anew after a change of the models with `python -m planc_schemas.json_schema`; a test compares.

It is made for editors: every field has a line of help, and a task is checked by its own kind only (`if` it has the key
of a kind, `then` that kind's schema), because "does not match any of 7 schemas" helps nobody.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from . import plan as models
from .field_help import HELP, help_for
from .plan import TASK_MODELS, VERSION, Plan
from .values import JsonSchema

FILE = Path(__file__).with_name(f"plan.v{VERSION}.schema.json")


def plan_json_schema() -> JsonSchema:
    """JSON Schema 2020-12 of a plan file: its shape, not the meaning of the expressions inside."""
    schema = Plan.model_json_schema(by_alias=True, mode="validation")
    definitions: dict[str, JsonSchema] = schema.pop("$defs")
    for name, definition in [*definitions.items(), ("Plan", schema)]:
        _describe(definition, getattr(models, name))
    for field in schema["properties"].values():
        if "patternProperties" in field:
            field["additionalProperties"] = False  # a bad id is not simply unchecked
    definitions["Task"] = _task()
    schema["properties"]["tasks"] = {**schema["properties"]["tasks"], **_tasks(schema)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"planc plan, version {VERSION}",
        **{name: value for name, value in schema.items() if name != "title"},
        "$defs": dict(sorted(definitions.items())),
    }


def _describe(definition: JsonSchema, model: type[BaseModel]) -> None:
    """Help for every field; titles and null defaults, which say nothing, go."""
    definition.pop("title", None)
    if model in TASK_MODELS.values():
        definition["title"] = f"{model.kind} task"  # type: ignore[attr-defined]  # a Task, which has a kind
    for field, schema in definition["properties"].items():
        schema.pop("title", None)
        if schema.get("default", ...) is None:
            del schema["default"]
        words = help_for(model, field)
        if words is not None:
            schema["description"] = words


def _tasks(schema: JsonSchema) -> dict[str, Any]:
    """`tasks`: the key pattern stays, each value is a Task."""
    tasks = schema["properties"]["tasks"]
    return {"patternProperties": {pattern: {"$ref": "#/$defs/Task"} for pattern in tasks["patternProperties"]}}


def _task() -> JsonSchema:
    """A task: exactly one kind, and the fields of that kind."""
    return {
        "description": "Exactly one of: " + ", ".join(TASK_MODELS) + ".",
        "type": "object",
        "properties": {kind: {"description": HELP[model.__name__][kind]} for kind, model in TASK_MODELS.items()},
        "oneOf": [_having(kind) for kind in TASK_MODELS],
        "not": _having("foreach", "repeat"),
        "allOf": [
            {"if": _having(kind), "then": {"$ref": f"#/$defs/{model.__name__}"}} for kind, model in TASK_MODELS.items()
        ],
    }


def _having(*keys: str) -> JsonSchema:
    """A mapping with these keys. (`required` alone holds for everything that is no mapping.)"""
    return {"type": "object", "required": list(keys)}


def plan_json_schema_text() -> str:
    """The text of the schema file."""
    return json.dumps(plan_json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(plan_json_schema_text(), encoding="utf-8")
