"""A task's schema as a provider's strict structured output accepts it, and the answer back in the task's own form.

Strict mode takes a subset of JSON Schema: the root is an object, every object is closed, every property is required,
and only some keywords are known (https://platform.openai.com/docs/guides/structured-outputs#supported-schemas).
So on the way out an optional property becomes a required nullable one, `oneOf` becomes `anyOf`, a root that is no
object is put into one, and a bound that the provider does not know becomes a sentence in the description; on the way
back the nulls that mean "left out" are dropped. The answer is then checked against the schema of the task itself, so
nothing is lost.
"""

from __future__ import annotations

from dataclasses import dataclass

from planc_schemas.validate import json_type, resolve_reference, validate
from planc_schemas.values import Json, JsonSchema

WRAPPER = "answer"
"""The property that holds the value when the schema's root is no object."""

MAX_PROPERTIES = 5_000
MAX_NESTING = 10
MAX_ENUM_VALUES = 1_000
MAX_NAME_CHARACTERS = 120_000

_FORMATS = ("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid")
_SAME = ("description", "enum", "pattern", "minItems", "maxItems")
_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_TOLD = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minProperties": "at least {} members",
    "maxProperties": "at most {} members",
    "uniqueItems": "no item twice",
}
"""Keywords outside the subset that can be said in words; the answer is checked against them afterwards."""
_IGNORED = ("title", "default", "examples", "$schema", "$comment", "$id", "deprecated", "readOnly", "writeOnly")
_STRUCTURE = ("type", "properties", "required", "additionalProperties", "items", "anyOf", "oneOf", "const", "$defs")
_KNOWN = {*_SAME, *_NUMBERS, *_TOLD, *_IGNORED, *_STRUCTURE, "format", "definitions"}


class NotStrict(ValueError):
    """The schema cannot be said in the strict subset; the message says where and why."""


@dataclass(frozen=True, slots=True)
class SentSchema:
    """A schema as it goes to the provider. `strict` is false when it had to be sent as it is."""

    schema: JsonSchema
    strict: bool
    wrapped: bool


def to_sent(schema: JsonSchema) -> SentSchema:
    """The schema to send for a task's schema: in the strict subset if that is possible, else unchanged."""
    wrapped = needs_wrapper(schema)
    whole = _wrap(schema) if wrapped else schema
    try:
        return SentSchema(to_strict(whole), True, wrapped)
    except NotStrict:
        return SentSchema(whole, False, wrapped)


def needs_wrapper(schema: JsonSchema) -> bool:
    """A provider's structured output is an object; every other root goes into the property `answer`."""
    target = resolve_reference(schema["$ref"], schema) if "$ref" in schema else schema
    return target is None or target.get("type") != "object"


def _wrap(schema: JsonSchema) -> JsonSchema:
    inner = {name: value for name, value in schema.items() if name not in ("$defs", "definitions", "$schema")}
    outer: JsonSchema = {
        "type": "object",
        "properties": {WRAPPER: inner},
        "required": [WRAPPER],
        "additionalProperties": False,
    }
    return outer | {name: schema[name] for name in ("$defs", "definitions") if name in schema}


def to_strict(schema: JsonSchema) -> JsonSchema:
    """`schema` in the strict subset. Raises NotStrict for what cannot be said there."""
    if needs_wrapper(schema) or "anyOf" in schema or "oneOf" in schema:
        raise NotStrict("$: the root must be an object")
    converter = _Converter(schema)
    strict = converter.convert(schema, "$", 1)
    for name in ("$defs", "definitions"):
        if name in schema:
            strict[name] = {key: converter.convert(child, f"$.{name}.{key}", 1) for key, child in schema[name].items()}
    converter.check_size()
    return strict


def problems(schema: JsonSchema) -> list[str]:
    """Why a provider's strict mode would refuse `schema` as it stands; empty if it would not. Asks nobody."""
    try:
        strict = to_strict(schema)
    except NotStrict as error:
        return [str(error)]
    return [] if strict == schema else _differences(schema, strict, "$")


class _Converter:
    def __init__(self, root: JsonSchema) -> None:
        self.root = root
        self.properties = 0
        self.enum_values = 0
        self.characters = 0

    def convert(self, schema: Json, path: str, depth: int) -> JsonSchema:
        if not isinstance(schema, dict) or not schema:
            raise NotStrict(f"{path}: any value is allowed here; strict mode wants a type")
        if depth > MAX_NESTING:
            raise NotStrict(f"{path}: nested deeper than {MAX_NESTING} levels")
        if "$ref" in schema:
            return self._reference(schema, path)
        unknown = sorted(set(schema) - _KNOWN)
        if unknown:
            raise NotStrict(f"{path}: strict mode does not know `{unknown[0]}`")
        if "anyOf" in schema or "oneOf" in schema:
            return self._alternatives(schema, path, depth)
        types = _types(schema, path)
        result: JsonSchema = {"type": types[0] if len(types) == 1 else types}
        result |= {name: schema[name] for name in _SAME if name in schema}
        if "const" in schema:
            result["enum"] = [schema["const"]]
        if "number" in types or "integer" in types:
            result |= {name: schema[name] for name in _NUMBERS if name in schema}
        if schema.get("format") in _FORMATS:
            result["format"] = schema["format"]
        if "array" in types:
            result["items"] = self.convert(schema.get("items"), f"{path}[]", depth + 1)
        if "object" in types:
            result |= self._object(schema, path, depth)
        self._count(result)
        return _tell(result, schema)

    def _reference(self, schema: JsonSchema, path: str) -> JsonSchema:
        if set(schema) - {"$ref", "$defs", "definitions", *_IGNORED, "description"}:
            raise NotStrict(f"{path}: strict mode allows nothing beside `$ref`")
        if resolve_reference(schema["$ref"], self.root) is None:
            raise NotStrict(f"{path}: `{schema['$ref']}` is not in this schema")
        return {"$ref": schema["$ref"]}

    def _alternatives(self, schema: JsonSchema, path: str, depth: int) -> JsonSchema:
        beside = set(schema) - {"anyOf", "oneOf", "description", *_IGNORED}
        if beside:
            raise NotStrict(f"{path}: `{sorted(beside)[0]}` beside alternatives")
        options = schema.get("anyOf") or schema.get("oneOf") or ()
        result: JsonSchema = {"anyOf": [self.convert(option, path, depth + 1) for option in options]}
        return result | {name: schema[name] for name in ("description",) if name in schema}

    def _object(self, schema: JsonSchema, path: str, depth: int) -> JsonSchema:
        properties = schema.get("properties")
        if schema.get("additionalProperties", False) is not False:
            raise NotStrict(f"{path}: the object is open (`additionalProperties`)")
        if properties is None:
            raise NotStrict(f"{path}: the object has no `properties`")
        required = schema.get("required", ())
        children = {name: self.convert(child, f"{path}.{name}", depth + 1) for name, child in properties.items()}
        self.properties += len(children)
        self.characters += sum(len(name) for name in children)
        return {
            "properties": {name: child if name in required else _nullable(child) for name, child in children.items()},
            "required": list(properties),
            "additionalProperties": False,
        }

    def _count(self, schema: JsonSchema) -> None:
        values = schema.get("enum", ())
        self.enum_values += len(values)
        self.characters += sum(len(value) for value in values if isinstance(value, str))

    def check_size(self) -> None:
        for count, limit, what in (
            (self.properties, MAX_PROPERTIES, "properties"),
            (self.enum_values, MAX_ENUM_VALUES, "enum values"),
            (self.characters, MAX_NAME_CHARACTERS, "characters of names and enum values"),
        ):
            if count > limit:
                raise NotStrict(f"$: {count} {what}, strict mode takes at most {limit}")


def _types(schema: JsonSchema, path: str) -> list[str]:
    named = schema.get("type")
    if named is not None:
        return list(named) if isinstance(named, list) else [named]
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if values:
        return sorted({json_type(value) for value in values})
    for keyword, name in (("properties", "object"), ("items", "array")):
        if keyword in schema:
            return [name]
    raise NotStrict(f"{path}: no `type`")


def _tell(result: JsonSchema, schema: JsonSchema) -> JsonSchema:
    told = [words.format(schema[name]) for name, words in _TOLD.items() if schema.get(name)]
    if told:
        before = f"{result['description']} " if result.get("description") else ""
        result["description"] = f"{before}({', '.join(told)})"
    return result


def _nullable(schema: JsonSchema) -> JsonSchema:
    if "anyOf" in schema:
        options = schema["anyOf"]
        return schema if {"type": "null"} in options else {**schema, "anyOf": [*options, {"type": "null"}]}
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if "null" in types:
        return schema
    result = {**schema, "type": [*types, "null"]}
    if "enum" in schema:
        result["enum"] = [*schema["enum"], None]
    return result


def _differences(schema: Json, strict: Json, path: str) -> list[str]:
    if not isinstance(schema, dict) or not isinstance(strict, dict):
        return [] if schema == strict else [f"{path}: must be {strict!r}"]
    found = [f"{path}: `{name}` is not accepted" for name in sorted(set(schema) - set(strict))]
    for name, value in strict.items():
        if name not in schema:
            found.append(f"{path}: `{name}` is missing")
        else:
            found += _differences(schema[name], value, f"{path}.{name}")
    return found


def from_sent(value: Json, schema: JsonSchema) -> Json:
    """An answer in the task's own form: out of the wrapper, without the nulls that mean "left out"."""
    if needs_wrapper(schema) and isinstance(value, dict) and set(value) == {WRAPPER}:
        inner = _without_nulls(value[WRAPPER], schema, schema, 0)
        if not validate(inner, schema):
            return inner
        if validate(value, schema):
            return inner
    return _without_nulls(value, schema, schema, 0)


def _without_nulls(value: Json, schema: Json, root: JsonSchema, depth: int) -> Json:
    if not isinstance(schema, dict) or not isinstance(value, dict | list) or depth > MAX_NESTING * 4:
        return value
    if "$ref" in schema:
        return _without_nulls(value, resolve_reference(schema["$ref"], root), root, depth + 1)
    for option in schema.get("anyOf") or schema.get("oneOf") or ():
        candidate = _without_nulls(value, option, root, depth + 1)
        if not validate(candidate, _with_definitions(option, root)):
            return candidate
    if isinstance(value, list):
        return [_without_nulls(item, schema.get("items"), root, depth + 1) for item in value]
    properties = schema.get("properties", {})
    required = schema.get("required", ())
    return {
        name: _without_nulls(member, properties.get(name), root, depth + 1)
        for name, member in value.items()
        if not (
            member is None
            and name in properties
            and name not in required
            and validate(None, _with_definitions(properties[name], root))
        )
    }


def _with_definitions(schema: Json, root: JsonSchema) -> JsonSchema:
    if not isinstance(schema, dict):
        return {} if schema else {"not": {}}
    return schema | {name: root[name] for name in ("$defs", "definitions") if name in root}
