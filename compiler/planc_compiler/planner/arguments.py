"""A tool's drafted arguments, all of them texts, as the values that its schema wants."""

from __future__ import annotations

import json
import shlex

from planc_schemas.ports import ToolSpec
from planc_schemas.values import Json, JsonSchema

from ..kinds import Type, of_schema
from .references import Reference, as_text, expression, find, replace
from .steps import Step, Steps

_TRUE = ("true", "yes", "on")
_FALSE = ("false", "no", "off")


def arguments_of(step: Step, steps: Steps) -> dict[str, Json]:
    """The `with` of a tool step. What cannot be converted stays text, and the compiler says what is wrong with it."""
    spec = step.spec
    if spec is None:  # a tool that nobody knows: the compiler says so
        return dict(step.draft.arguments())
    properties = spec.arguments.get("properties", {})
    return {
        name: _value(value, properties.get(name, {}), name, step, steps)
        for name, value in step.draft.arguments().items()
        if value or name in spec.arguments.get("required", ())
    }


def _value(text: str, schema: JsonSchema, name: str, step: Step, steps: Steps) -> Json:
    references = list(find(text, step, steps))
    if not references:
        return _literal(text, of_schema(schema), name, step.spec)
    if len(references) == 1 and text.strip() == text[references[0].start : references[0].end]:
        return _whole(references[0], of_schema(schema))
    return replace(text, references, as_text)


def _whole(reference: Reference, wanted: Type) -> str:
    """One reference that is the whole value keeps its type, unless a text is wanted and it is none."""
    if wanted.kinds == {"string"} and not reference.type.kinds >= {"string"}:
        return as_text(reference)
    return expression(reference.path)


def _literal(text: str, wanted: Type, name: str, spec: ToolSpec | None) -> Json:
    if wanted.may_be("string"):
        return text
    if wanted.may_be("integer", "number"):
        return _number(text)
    if wanted.may_be("boolean") and text.strip().lower() in (*_TRUE, *_FALSE):
        return text.strip().lower() in _TRUE
    if wanted.may_be("array") and not text.lstrip().startswith("["):
        return _list(text, is_command=spec is not None and f"run:{{{name}}}" in spec.effects)
    return _json(text)


def _number(text: str) -> Json:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


def _list(text: str, *, is_command: bool) -> Json:
    if not is_command:
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        return shlex.split(text)
    except ValueError:
        return text


def _json(text: str) -> Json:
    try:
        return json.loads(text)
    except ValueError:
        return text
