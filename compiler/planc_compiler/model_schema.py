"""The models' JSON Schema, walked along a place in a plan: what may stand there, and in which order."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeAlias

from pydantic import BaseModel

from planc_schemas.plan import Duration, Model

Schema: TypeAlias = dict[str, Any]
Path: TypeAlias = tuple[str | int, ...]


class _Durations(Model):
    duration: Duration


@cache
def schema_of(model: type[BaseModel]) -> Schema:
    """The JSON Schema of a model, by the names that stand in the file."""
    return model.model_json_schema(by_alias=True)


@cache
def _duration_pattern() -> str:
    return str(schema_of(_Durations)["properties"]["duration"]["pattern"])


def is_duration(branch: Schema) -> bool:
    return branch.get("pattern") == _duration_pattern()


def branches(model: type[BaseModel], path: Path) -> list[Schema]:
    """The alternatives that a value at `path` below `model` has, without null and without references."""
    root = schema_of(model)
    found = _flat(root, root)
    for step in path:
        children = [child for branch in found if (child := _child(branch, step)) is not None]
        found = [flat for child in children for flat in _flat(child, root)]
    return [branch for branch in found if branch.get("type") != "null"]


def _flat(schema: Schema, root: Schema) -> list[Schema]:
    if "$ref" in schema:
        return _flat(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root)
    if "anyOf" in schema:
        return [flat for branch in schema["anyOf"] for flat in _flat(branch, root)]
    return [schema]


def _child(schema: Schema, step: str | int) -> Schema | None:
    if isinstance(step, int):
        return schema.get("items")
    properties: dict[str, Schema] = schema.get("properties", {})
    if step in properties:
        return properties[step]
    patterns: dict[str, Schema] = schema.get("patternProperties", {})
    others = schema.get("additionalProperties")
    found = [*patterns.values(), *([others] if isinstance(others, dict) else [])]
    return found[0] if found else None


def properties_of(alternatives: list[Schema]) -> list[str]:
    """The keys that a mapping here may have, in the order of the model's fields."""
    return [key for branch in alternatives for key in branch.get("properties", {})]


def choices_of(alternatives: list[Schema]) -> list[str]:
    """The texts that a value here may be, when only some are allowed."""
    found: list[Any] = []
    for branch in alternatives:
        found.extend(branch.get("enum", []))
        if "const" in branch:
            found.append(branch["const"])
    return [choice for choice in found if isinstance(choice, str)]


def takes(alternatives: list[Schema], type_name: str) -> bool:
    """Whether one of the alternatives is of this JSON Schema type."""
    return any(branch.get("type") == type_name for branch in alternatives)
