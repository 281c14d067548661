"""Types of values between tasks: what JSON Schemas say, as far as references and operators need it.

A type is a set of JSON kinds with the type of items and fields. It never claims more than is known: `ANY` has all
kinds, and an error is reported only where *no* value of the type could be right.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from planc_schemas.validate import json_type, resolve_reference
from planc_schemas.values import Json, JsonSchema

ALL = frozenset({"string", "integer", "number", "boolean", "null", "array", "object"})
_MAX_DEPTH = 12
"""Levels of a schema that are looked at; deeper (or recursive) ones are taken for anything."""
_MAX_UNION_DEPTH = 3
_MAX_UNION_FIELDS = 200
"""Types share parts, so that a walk over two of them at once could take exponential time."""
_NAMES = {"array": "list"}


@dataclass(frozen=True, slots=True)
class Type:
    """`item` is the type of a list's items, `fields` those of an object's members that are known.

    An object is `closed` when a member that is not in `fields` is a mistake: its schema lists properties and does not
    say that there are others. (JSON Schema would allow others; then nothing could ever be said about a wrong name.)
    """

    kinds: frozenset[str] = ALL
    item: Type | None = None
    fields: dict[str, Type] = field(default_factory=dict)
    closed: bool = False
    required: frozenset[str] = frozenset()
    rest: Type | None = None
    """Type of the members that are not in `fields`, when it is known."""

    def may_be(self, *kinds: str) -> bool:
        """Could a value of this type be one of these kinds? A number may be an integer and the other way round."""
        wanted = set(kinds)
        if wanted & {"number", "integer"}:
            wanted |= {"number", "integer"}
        return not self.kinds or bool(self.kinds & wanted)

    def member(self, name: str) -> Type | None:
        """The type of the member `name`; None when an object of this type has no such member."""
        if "object" not in self.kinds:
            return None
        if name in self.fields:
            return self.fields[name]
        return None if self.closed else self.rest or ANY

    def items(self) -> Type:
        """The type of the items of a list (of the characters of a text)."""
        if "array" in self.kinds:
            return self.item or ANY
        return STRING if self.kinds == {"string"} else ANY

    def only(self, kinds: frozenset[str]) -> Type:
        """The part of the type that has these kinds."""
        return _with_kinds(self, self.kinds & kinds)

    def without_null(self) -> Type:
        return _with_kinds(self, self.kinds - {"null"}) if self.kinds != {"null"} else self

    def or_null(self) -> Type:
        return _with_kinds(self, self.kinds | {"null"})

    def describe(self) -> str:
        """For messages: `string`, `list of string`, `integer or null`, `anything`."""
        if self.kinds >= ALL:
            return "anything"
        words = []
        for kind in sorted(self.kinds, key=lambda kind: (kind == "null", kind)):
            word = _NAMES.get(kind, kind)
            if kind == "array" and self.item is not None and self.item.kinds < ALL:
                word = f"list of {self.item.describe()}"
            words.append(word)
        return " or ".join(words) or "nothing"


def _with_kinds(type_: Type, kinds: frozenset[str]) -> Type:
    return Type(kinds, type_.item, type_.fields, type_.closed, type_.required, type_.rest)


ANY = Type()
STRING = Type(frozenset({"string"}))
INTEGER = Type(frozenset({"integer"}))
NUMBER = Type(frozenset({"number"}))
BOOLEAN = Type(frozenset({"boolean"}))
NULL = Type(frozenset({"null"}))


def list_of(item: Type | None) -> Type:
    return Type(frozenset({"array"}), item=item)


def record(fields: dict[str, Type]) -> Type:
    """An object with exactly these members."""
    return Type(frozenset({"object"}), fields=fields, closed=True, required=frozenset(fields))


def union(left: Type, right: Type, depth: int = 0) -> Type:
    """Either of two types. What only one of them knows about members is kept, as long as it is no claim too many."""
    if left is right or left.kinds >= ALL:
        return left
    if right.kinds >= ALL:
        return right
    if depth > _MAX_UNION_DEPTH or len(left.fields) + len(right.fields) > _MAX_UNION_FIELDS:
        return Type(left.kinds | right.kinds)
    both_objects = "object" in left.kinds and "object" in right.kinds
    both_lists = "array" in left.kinds and "array" in right.kinds
    if both_objects:
        fields = {
            name: union(left.fields.get(name, ANY), right.fields.get(name, ANY), depth + 1)
            for name in {**left.fields, **right.fields}
        }
        closed, required = left.closed and right.closed, left.required & right.required
        rest = None
    else:
        owner = left if "object" in left.kinds else right
        fields, closed, required, rest = owner.fields, owner.closed, owner.required, owner.rest
    if both_lists:
        item = union(left.item, right.item, depth + 1) if left.item is not None and right.item is not None else None
    else:
        item = left.item or right.item
    return Type(left.kinds | right.kinds, item, fields, closed, required, rest)


def of_value(value: Json, depth: int = 0) -> Type:
    """The type of a constant."""
    kind = json_type(value)
    if kind == "array":
        item: Type | None = None
        for element in value[:100] if depth < _MAX_DEPTH else ():
            found = of_value(element, depth + 1)
            item = found if item is None else union(item, found)
        return list_of(item if len(value) <= 100 else None)
    if kind == "object":
        if depth >= _MAX_DEPTH:
            return Type(frozenset({"object"}))
        return record({name: of_value(member, depth + 1) for name, member in value.items()})
    return Type(frozenset({kind}))


def of_schema(schema: JsonSchema) -> Type:
    """What a JSON Schema says about its values."""
    return _SchemaReader(schema).read(schema, 0)


class _SchemaReader:
    """Each `$ref` is read once; within itself it is anything."""

    def __init__(self, root: JsonSchema) -> None:
        self.root = root
        self.references: dict[str, Type] = {}

    def read(self, schema: Any, depth: int) -> Type:
        if not isinstance(schema, dict) or depth > _MAX_DEPTH:
            return ANY
        reference = schema.get("$ref")
        if isinstance(reference, str):
            if reference not in self.references:
                self.references[reference] = ANY
                self.references[reference] = self.read(resolve_reference(reference, self.root), depth + 1)
            return self.references[reference]
        options = schema.get("anyOf") or schema.get("oneOf")
        if options:
            result = self.read(options[0], depth + 1)
            for option in options[1:]:
                result = union(result, self.read(option, depth + 1))
            return result
        if len(schema.get("allOf", ())) == 1:
            return self.read(schema["allOf"][0], depth + 1)
        if "allOf" in schema or "not" in schema:
            return ANY
        return self.plain(schema, depth)

    def plain(self, schema: JsonSchema, depth: int) -> Type:
        kinds = _kinds(schema)
        item = self.read(schema["items"], depth + 1) if "array" in kinds and "items" in schema else None
        if "object" not in kinds:
            return Type(kinds, item)
        extra = schema.get("additionalProperties")
        fields = {name: self.read(member, depth + 1) for name, member in schema.get("properties", {}).items()}
        closed = extra is False or (bool(fields) and extra is None)
        rest = self.read(extra, depth + 1) if isinstance(extra, dict) else None
        return Type(kinds, item, fields, closed, frozenset(schema.get("required", ())), rest)


def _kinds(schema: JsonSchema) -> frozenset[str]:
    declared = schema.get("type")
    if isinstance(declared, str):
        return frozenset({declared})
    if isinstance(declared, list):
        return frozenset(declared)
    if "const" in schema:
        return frozenset({json_type(schema["const"])})
    if schema.get("enum"):
        return frozenset(json_type(value) for value in schema["enum"])
    if "properties" in schema:
        return frozenset({"object"})
    return frozenset({"array"}) if "items" in schema else ALL
