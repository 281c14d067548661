"""Which schemas go to the engine as a grammar."""

from __future__ import annotations

from typing import Any

import pytest

from planc_runtime.models.embedded.grammar import with_grammar


def asked(schema: dict[str, Any]) -> dict[str, Any]:
    form = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}
    return {"model": "m", "response_format": form}


@pytest.mark.parametrize(
    "part",
    [
        {"type": "number", "minimum": 0},
        {"type": ["number", "null"], "exclusiveMaximum": 1},
        {"type": "integer", "multipleOf": 5},
        {"type": "array", "prefixItems": [{"type": "string"}]},
        {"allOf": [{"type": "string"}]},
    ],
)
def test_keywords_that_need_a_grammar(part: dict[str, Any]) -> None:
    arguments = with_grammar(asked({"type": "object", "properties": {"a": part}}))
    assert "response_format" not in arguments
    assert arguments["extra_body"]["grammar"].startswith("%llguidance {}\nstart: %json {")


@pytest.mark.parametrize(
    "part",
    [
        {"type": "integer", "minimum": 0},
        {"enum": [{"allOf": []}]},
        {"type": "array", "uniqueItems": True, "items": {"type": "number", "minimum": 0}},
        {"not": {"multipleOf": 5}},
    ],
)
def test_schemas_that_stay(part: dict[str, Any]) -> None:
    arguments = asked({"type": "object", "properties": {"a": part}})
    assert with_grammar(arguments) == arguments


def test_requests_without_a_schema() -> None:
    assert with_grammar({"model": "m"}) == {"model": "m"}
