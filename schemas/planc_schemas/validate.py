"""Does a JSON value satisfy a JSON Schema? One implementation for inputs, arguments, defaults and structured outputs.

The subset is docs/language.md's: type, enum, const, properties, required, additionalProperties, items, prefixItems,
anyOf, oneOf, allOf, not, $ref within the schema, and the bounds of numbers, texts, lists and objects. Semantics are
JSON Schema 2020-12 (https://json-schema.org/draft/2020-12/json-schema-validation); `format` is an annotation.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .values import Json, JsonSchema, canonical_json

MAX_PROBLEMS = 20
MAX_DEPTH = 200
"""Nesting of value and references together; a reference that points at itself ends here."""
STEPS_AT_LEAST = 20_000
STEPS_A_VALUE = 100
"""Schemas looked at, for each value inside the value: alternatives that refer to themselves would take exponential
time."""


@dataclass(frozen=True, slots=True)
class SchemaProblem:
    """`path` leads to the value that is wrong (keys and indexes from the root); `message` says what is wrong."""

    path: tuple[str | int, ...]
    message: str

    def __str__(self) -> str:
        steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return f"${steps} {self.message}"


def validate(value: Json, schema: JsonSchema, *, patterns: bool = True) -> list[SchemaProblem]:
    """What is wrong with `value`, at most MAX_PROBLEMS; an empty list means that it satisfies `schema`.

    `patterns=False` skips `pattern`: a regular expression of an untrusted schema may take exponential time.
    """
    problems: list[SchemaProblem] = []
    try:
        steps = STEPS_AT_LEAST + STEPS_A_VALUE * _count(value)
        for problem in _Validator(schema, patterns, steps).check(value, schema, (), 0):
            problems.append(problem)
            if len(problems) == MAX_PROBLEMS:
                break
    except _TooManySteps:
        problems.append(SchemaProblem((), "takes too many steps to check"))
    return problems


def json_type(value: Json) -> str:
    """The JSON Schema type of a value; a whole number is "integer" even when it is a float."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def resolve_reference(reference: str, root: JsonSchema) -> JsonSchema | None:
    """The schema that `#/$defs/name` points at within `root`, or None."""
    if not reference.startswith("#"):
        return None
    target: Json = root
    for part in reference[1:].strip("/").split("/") if reference.strip("#/") else []:
        part = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(target, dict) or part not in target:
            return None
        target = target[part]
    return target if isinstance(target, dict) else None


_Path = tuple[str | int, ...]
_Problems = Iterator[SchemaProblem]


class _TooManySteps(Exception):
    """The schema asks for more work than the value is worth."""


def _count(value: Json) -> int:
    """Values inside a value, itself included."""
    count = 0
    stack = [value]
    while stack:
        inner = stack.pop()
        count += 1
        if isinstance(inner, dict):
            stack.extend(inner.values())
        elif isinstance(inner, list):
            stack.extend(inner)
    return count


class _Validator:
    def __init__(self, root: JsonSchema, patterns: bool, steps: int) -> None:
        self.root = root
        self.patterns = patterns
        self.steps = steps

    def check(self, value: Json, schema: Json, path: _Path, depth: int) -> _Problems:
        self.steps -= 1
        if self.steps < 0:
            raise _TooManySteps
        if schema is True:
            return
        if schema is False:
            yield SchemaProblem(path, "is not allowed")
            return
        if depth > MAX_DEPTH:
            yield SchemaProblem(path, "is nested too deeply")
            return
        reference = schema.get("$ref")
        if isinstance(reference, str):
            target = resolve_reference(reference, self.root)
            if target is not None:
                yield from self.check(value, target, path, depth + 1)
        wanted = schema.get("type")
        if wanted is not None and not _has_type(value, wanted):
            names = " or ".join(wanted) if isinstance(wanted, list) else wanted
            yield SchemaProblem(path, f"must be {names}, not {json_type(value)}")
            return
        yield from _constants(value, schema, path)
        yield from self._combinations(value, schema, path, depth)
        if isinstance(value, dict):
            yield from self._object(value, schema, path, depth)
        elif isinstance(value, list):
            yield from self._list(value, schema, path, depth)
        elif isinstance(value, str):
            yield from self._text(value, schema, path)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield from _number(value, schema, path)

    def _holds(self, value: Json, schema: Json, path: _Path, depth: int) -> bool:
        return next(self.check(value, schema, path, depth + 1), None) is None

    def _combinations(self, value: Json, schema: JsonSchema, path: _Path, depth: int) -> _Problems:
        for part in schema.get("allOf", ()):
            yield from self.check(value, part, path, depth + 1)
        options = schema.get("anyOf")
        if options and not any(self._holds(value, option, path, depth) for option in options):
            same_type = [o for o in options if isinstance(o, dict) and _has_type(value, o.get("type", []))]
            if len(same_type) == 1:  # the alternative that was meant says more than "none fits"
                yield from self.check(value, same_type[0], path, depth + 1)
            else:
                yield SchemaProblem(path, "fits none of its alternatives")
        options = schema.get("oneOf")
        if options:
            fitting = sum(self._holds(value, option, path, depth) for option in options)
            if fitting != 1:
                yield SchemaProblem(path, f"fits {fitting} of its alternatives; it must fit exactly one")
        if "not" in schema and self._holds(value, schema["not"], path, depth):
            yield SchemaProblem(path, "is excluded")

    def _object(self, value: dict[str, Json], schema: JsonSchema, path: _Path, depth: int) -> _Problems:
        properties = schema.get("properties", {})
        for name in schema.get("required", ()):
            if name not in value:
                yield SchemaProblem(path, f"lacks `{name}`")
        extra = schema.get("additionalProperties", True)
        for name, member in value.items():
            if name in properties:
                yield from self.check(member, properties[name], (*path, name), depth + 1)
            elif extra is False:
                yield SchemaProblem((*path, name), "is not expected")
            elif extra is not True:
                yield from self.check(member, extra, (*path, name), depth + 1)
        yield from _bounds(len(value), schema, "Properties", "members", path)

    def _list(self, value: list[Json], schema: JsonSchema, path: _Path, depth: int) -> _Problems:
        first = schema.get("prefixItems", ())
        rest = schema.get("items", True)
        for index, item in enumerate(value):
            yield from self.check(item, first[index] if index < len(first) else rest, (*path, index), depth + 1)
        yield from _bounds(len(value), schema, "Items", "items", path)
        if schema.get("uniqueItems") and len({canonical_json(item) for item in value}) < len(value):
            yield SchemaProblem(path, "has an item twice")

    def _text(self, value: str, schema: JsonSchema, path: _Path) -> _Problems:
        yield from _bounds(len(value), schema, "Length", "characters", path)
        pattern = schema.get("pattern")
        if self.patterns and pattern is not None and re.search(pattern, value) is None:
            yield SchemaProblem(path, f"does not match /{pattern}/")


def _has_type(value: Json, wanted: Json) -> bool:
    actual = json_type(value)
    names = wanted if isinstance(wanted, list) else [wanted]
    return actual in names or (actual == "integer" and "number" in names)


def _constants(value: Json, schema: JsonSchema, path: _Path) -> _Problems:
    allowed = schema.get("enum")
    if allowed is not None and not any(_same(value, option) for option in allowed):
        shown = ", ".join(canonical_json(option) for option in allowed[:10])
        yield SchemaProblem(path, f"is {_short(value)}, but must be one of {shown}{', …' if len(allowed) > 10 else ''}")
    if "const" in schema and not _same(value, schema["const"]):
        yield SchemaProblem(path, f"is {_short(value)}, but must be {_short(schema['const'])}")


def _same(left: Json, right: Json) -> bool:
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


_LIMITS: tuple[tuple[str, str, Callable[[float, float], bool]], ...] = (
    ("minimum", "at least", lambda value, limit: value < limit),
    ("maximum", "at most", lambda value, limit: value > limit),
    ("exclusiveMinimum", "more than", lambda value, limit: value <= limit),
    ("exclusiveMaximum", "less than", lambda value, limit: value >= limit),
)


def _number(value: float, schema: JsonSchema, path: _Path) -> _Problems:
    for keyword, words, violated in _LIMITS:
        limit = schema.get(keyword)
        if limit is not None and violated(value, limit):
            yield SchemaProblem(path, f"is {value}, but must be {words} {limit}")
    step = schema.get("multipleOf")
    if step and not _is_multiple(value, step):
        yield SchemaProblem(path, f"is {value}, which is no multiple of {step}")


def _is_multiple(value: float, step: float) -> bool:
    if isinstance(value, int) and isinstance(step, int):
        return value % step == 0
    return math.isclose(math.remainder(value, step), 0, abs_tol=1e-9 * step)


def _bounds(count: int, schema: JsonSchema, suffix: str, what: str, path: _Path) -> _Problems:
    least, most = schema.get(f"min{suffix}"), schema.get(f"max{suffix}")
    if least is not None and count < least:
        yield SchemaProblem(path, f"has {count} {what}, at least {least} are needed")
    if most is not None and count > most:
        yield SchemaProblem(path, f"has {count} {what}, at most {most} are allowed")


def _short(value: Json) -> str:
    text = canonical_json(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
