from __future__ import annotations

from typing import Any

import pytest

from planc_compiler.kinds import ALL, ANY, of_schema, of_value, union

TEXT = {"type": "string"}
BOOK = {"type": "object", "properties": {"title": TEXT, "year": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({}, "anything"),
        (TEXT, "string"),
        ({"type": ["string", "null"]}, "string or null"),
        ({"anyOf": [TEXT, {"type": "null"}]}, "string or null"),
        ({"type": "array", "items": TEXT}, "list of string"),
        ({"type": "array"}, "list"),
        ({"enum": ["a", 1]}, "integer or string"),
        ({"const": True}, "boolean"),
        ({"properties": {}}, "object"),
        ({"allOf": [TEXT]}, "string"),
        ({"allOf": [TEXT, {}]}, "anything"),
        ({"$ref": "#/$defs/T", "$defs": {"T": TEXT}}, "string"),
        ({"$ref": "#/$defs/Missing"}, "anything"),
    ],
)
def test_what_a_schema_says(schema: dict[str, Any], words: str) -> None:
    assert of_schema(schema).describe() == words


def test_members_of_objects() -> None:
    closed = of_schema(BOOK)
    assert closed.member("title") == of_schema(TEXT)
    assert closed.member("titel") is None
    opened = of_schema({**BOOK, "additionalProperties": True})
    assert opened.member("titel") == ANY
    mapped = of_schema({"type": "object", "additionalProperties": TEXT})
    assert mapped.member("any") == of_schema(TEXT)


def test_a_recursive_schema_ends() -> None:
    tree = {"type": "object", "properties": {"child": {"$ref": "#"}, "next": {"$ref": "#"}}}
    child = of_schema(tree).member("child")
    assert child is not None and child.kinds == {"object"}


def test_references_that_fan_out_are_read_once() -> None:
    wide = {f"p{index}": {"$ref": "#/$defs/d1"} for index in range(20)}
    definitions = {
        f"d{level}": {
            "type": "object",
            "properties": {f"p{index}": {"$ref": f"#/$defs/d{level + 1}"} for index in range(20)},
        }
        for level in range(1, 10)
    }
    found = of_schema({"type": "object", "properties": wide, "$defs": {**definitions, "d10": TEXT}})
    assert found.kinds == {"object"}


def test_a_union_claims_no_more_than_both_sides() -> None:
    first, second = of_value({"a": 1, "b": "x"}), of_value({"a": "y"})
    both = union(first, second)
    member = both.member("a")
    assert member is not None and member.kinds == {"integer", "string"}
    assert both.member("c") is None and both.required == {"a"}
    assert union(first, ANY).kinds == ALL


def test_values() -> None:
    assert of_value([1, "a", None]).describe() == "list of integer or string or null"
    assert of_value({"a": [1]}).member("a") == of_value([1])
    assert of_value(1.5).describe() == "number"
