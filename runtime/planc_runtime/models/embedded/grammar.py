"""Schemas that the engine keeps only as a grammar.

The engine's `response_format: json_schema` was seen to ignore some keywords; the same schema as a grammar of
llguidance (https://github.com/guidance-ai/llguidance, built into the engine) keeps them. Other keywords make the
grammar fail, and then the engine writes anything, so such schemas stay with `json_schema`. Whatever was ignored is
caught when the answer is checked.
"""

from __future__ import annotations

import json
from typing import Any

from planc_schemas.values import Json

_NEEDS_GRAMMAR = frozenset({"prefixItems", "allOf", "multipleOf"})
_BREAKS_GRAMMAR = frozenset({"uniqueItems", "not", "contains", "propertyNames", "if", "dependentRequired"})
_BOUNDS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
_DATA = frozenset({"enum", "const", "default", "examples"})


def with_grammar(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a request with its schema as a grammar where the engine needs that, else as they are."""
    schema = (arguments.get("response_format") or {}).get("json_schema", {}).get("schema")
    if schema is None or not _needs_grammar(schema):
        return arguments
    rest = {name: value for name, value in arguments.items() if name != "response_format"}
    return rest | {"extra_body": {"grammar": f"%llguidance {{}}\nstart: %json {json.dumps(schema)}"}}


def _needs_grammar(schema: Json) -> bool:
    parts = list(_parts(schema))
    if any(not _BREAKS_GRAMMAR.isdisjoint(part) for part in parts):
        return False
    return any(not _NEEDS_GRAMMAR.isdisjoint(part) or _bounds_a_fraction(part) for part in parts)


def _bounds_a_fraction(schema: dict[str, Json]) -> bool:
    types = schema.get("type")
    return not _BOUNDS.isdisjoint(schema) and ("number" in types if isinstance(types, list) else types == "number")


def _parts(schema: Json) -> list[dict[str, Json]]:
    """The schema and all schemas in it (names of properties count as keywords, which errs on the safe side)."""
    if isinstance(schema, list):
        return [part for item in schema for part in _parts(item)]
    if not isinstance(schema, dict):
        return []
    inner = [part for name, child in schema.items() if name not in _DATA for part in _parts(child)]
    return [schema, *inner]
