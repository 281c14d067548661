"""JSON out of a model's text: the three ways to ask for it, and the reading of what came.

The ways, best first: `json_schema` (the provider constrains the answer), `json_object` (the provider guarantees JSON,
the schema stands in the instructions), `text` (the schema stands in the instructions, the JSON in a fenced block).
Whatever the way, the answer is read with `parse` and checked against the task's schema.
"""

from __future__ import annotations

import json
import re
from typing import Any

from planc_schemas.ports import ModelRequest, StructuredBy
from planc_schemas.validate import validate
from planc_schemas.values import Json, JsonSchema, canonical_json

from .storable import storable
from .strict import from_sent, to_sent

WAYS: tuple[StructuredBy, ...] = ("json_schema", "json_object", "text")
"""Best first; a provider that refuses one is asked by the next."""

_FENCE = re.compile(r"```[a-zA-Z]*[ \t]*\n(.*?)(?:\n[ \t]*```|\Z)", re.DOTALL)
_SHOWN_PROBLEMS = 5


class InvalidAnswer(ValueError):
    """The text is not JSON, or the JSON does not match the schema; `problems` says where and why."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def response_format(request: ModelRequest, way: StructuredBy) -> dict[str, Any] | None:
    """The request's `response_format` for a way of asking, or None."""
    if request.schema is None or way == "text":
        return None
    if way == "json_object":
        return {"type": "json_object"}
    sent = to_sent(request.schema)
    return {
        "type": "json_schema",
        "json_schema": {"name": request.schema_name, "schema": sent.schema, "strict": sent.strict},
    }


def instructions(schema: JsonSchema, way: StructuredBy) -> str | None:
    """What the messages must say for a way of asking; None when the provider is told by `response_format`."""
    if way == "json_schema":
        return None
    shape = canonical_json(to_sent(schema).schema if way == "json_object" else schema)
    if way == "json_object":
        return f"Answer with one JSON object and nothing else. It must match this JSON Schema:\n{shape}"
    return (
        "Answer with one JSON value in a fenced code block (```json … ```) and nothing else. "
        f"It must match this JSON Schema:\n{shape}"
    )


def parse(text: str, schema: JsonSchema) -> Json:
    """The JSON value in `text`, checked against `schema`. Raises InvalidAnswer."""
    value = from_sent(read_json(text), schema)
    problems = [str(problem) for problem in validate(value, schema)]
    if problems:
        more = [f"and {len(problems) - _SHOWN_PROBLEMS} more"] if len(problems) > _SHOWN_PROBLEMS else []
        raise InvalidAnswer(problems[:_SHOWN_PROBLEMS] + more)
    return value


def read_json(text: str) -> Json:
    """The JSON value in a model's text: the whole text, a fenced block, or the first object or list in it.

    Raises InvalidAnswer when there is none. NaN and infinities are no JSON (RFC 8259).
    """
    stripped = text.strip()
    candidates = [stripped, *(match.group(1) for match in _FENCE.finditer(text))]
    for candidate in candidates:
        try:
            return storable(json.loads(candidate, parse_constant=_no_constant))
        except (ValueError, RecursionError):
            continue
    start = re.search(r"[{\[]", stripped)
    if start is not None:
        try:
            value, _ = json.JSONDecoder(parse_constant=_no_constant).raw_decode(stripped, start.start())
        except (ValueError, RecursionError):
            pass
        else:
            return storable(value)
    raise InvalidAnswer([_no_json(stripped)])


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is not JSON")


def _no_json(text: str) -> str:
    if not text:
        return "the answer is empty"
    shown = text if len(text) <= 80 else f"{text[:79]}…"
    return f"the answer is not JSON: {shown!r}"
