"""The schemas that models are held to stay within what strict structured output accepts, checked without a provider.

Limits of https://platform.openai.com/docs/guides/structured-outputs ("Supported schemas"), the stricter of those that
were published: all fields required, no open objects, 5 levels of nesting, 100 properties, 500 enum values, 15,000
characters of names and enum values.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from planc_compiler.planner import PlannerOptions, draft_schema
from planc_compiler.planner.catalogue import SHOWN
from planc_compiler.planner.revise import edit_schema
from planc_schemas.values import JsonSchema
from tests.support.answers import strict_problem

TOOLS = [f"a_tool_with_a_rather_long_name_{number:02}" for number in range(SHOWN)]
SCHEMAS = {
    "draft": draft_schema(TOOLS, 200, full=True),
    "small draft": draft_schema(TOOLS[:4], 10, full=False, bounded=True),
    "edit": edit_schema(TOOLS, PlannerOptions()),
    "small edit": edit_schema(TOOLS[:4], PlannerOptions(compact=True)),
}
UNSUPPORTED = {
    "oneOf",
    "allOf",
    "not",
    "if",
    "default",
    "dependentRequired",
    "patternProperties",
    "unevaluatedProperties",
}


def parts(schema: JsonSchema, depth: int = 1) -> Iterator[tuple[JsonSchema, int]]:
    yield schema, depth
    for child in [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]:
        yield from parts(child, depth + (schema.get("type") == "object"))


@pytest.mark.parametrize("name", SCHEMAS)
def test_strict_structured_output_accepts_it(name: str) -> None:
    schema: Any = SCHEMAS[name]
    assert schema["type"] == "object" and strict_problem(schema) == ""
    found = list(parts(schema))
    assert max(depth for _, depth in found) <= 5
    assert not any(UNSUPPORTED & set(part) for part, _ in found)
    names = [key for part, _ in found for key in part.get("properties", {})]
    values = [value for part, _ in found for value in part.get("enum", [])]
    assert len(names) <= 100 and len(values) <= 500
    assert sum(map(len, [*names, *values])) <= 15_000
    assert all(isinstance(part.get("type"), str) for part, _ in found)  # no unions
