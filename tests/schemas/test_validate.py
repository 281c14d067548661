from __future__ import annotations

from typing import Any

import pytest

from planc_schemas.validate import MAX_PROBLEMS, json_type, validate

BOOK = {
    "type": "object",
    "properties": {"title": {"type": "string", "minLength": 1}, "year": {"type": "integer"}},
    "required": ["title"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        (1, {}),
        (1, {"type": "number"}),
        (1.0, {"type": "integer"}),
        (None, {"type": ["string", "null"]}),
        ({"title": "a", "year": 3}, BOOK),
        ([1, "a"], {"prefixItems": [{"type": "integer"}], "items": {"type": "string"}}),
        ("b", {"enum": ["a", "b"]}),
        (3, {"anyOf": [{"type": "string"}, {"minimum": 3}]}),
        ({"x": 1}, {"additionalProperties": {"type": "integer"}}),
        (0.3, {"multipleOf": 0.1}),
        ("abc", {"pattern": "b"}),
        ({"child": {"child": {}}}, {"type": "object", "properties": {"child": {"$ref": "#"}}}),
    ],
)
def test_values_that_satisfy(value: Any, schema: dict[str, Any]) -> None:
    assert validate(value, schema) == []


@pytest.mark.parametrize(
    ("value", "schema", "problem"),
    [
        (True, {"type": "integer"}, "$ must be integer, not boolean"),
        (1.5, {"type": "integer"}, "$ must be integer, not number"),
        (1, {"type": ["string", "null"]}, "$ must be string or null, not integer"),
        ({}, BOOK, "$ lacks `title`"),
        ({"title": ""}, BOOK, "$.title has 0 characters, at least 1 are needed"),
        ({"title": "a", "pages": 1}, BOOK, "$.pages is not expected"),
        ([1, "a"], {"items": {"type": "integer"}}, "$[1] must be integer, not string"),
        ("c", {"enum": ["a", "b"]}, '$ is "c", but must be one of "a", "b"'),
        (1, {"const": True}, "$ is 1, but must be true"),
        (412, {"maximum": 200}, "$ is 412, but must be at most 200"),
        (1, {"exclusiveMinimum": 1}, "$ is 1, but must be more than 1"),
        (5, {"multipleOf": 2}, "$ is 5, which is no multiple of 2"),
        ([1, 1], {"uniqueItems": True}, "$ has an item twice"),
        ([], {"minItems": 1}, "$ has 0 items, at least 1 are needed"),
        ("a", {"pattern": "^b"}, "$ does not match /^b/"),
        (1, {"anyOf": [{"type": "string"}, {"type": "null"}]}, "$ fits none of its alternatives"),
        ({"title": 1}, {"anyOf": [BOOK, {"type": "null"}]}, "$.title must be string, not integer"),
        (1, {"oneOf": [{"type": "integer"}, {"minimum": 0}]}, "$ fits 2 of its alternatives; it must fit exactly one"),
        (1, {"not": {"type": "integer"}}, "$ is excluded"),
        ({"a": 1}, {"$ref": "#/$defs/T", "$defs": {"T": {"required": ["b"]}}}, "$ lacks `b`"),
    ],
)
def test_values_that_do_not(value: Any, schema: dict[str, Any], problem: str) -> None:
    assert [str(found) for found in validate(value, schema)] == [problem]


def test_all_problems_up_to_a_limit() -> None:
    assert len(validate([1] * 5, {"items": {"type": "string"}})) == 5
    assert len(validate([1] * 500, {"items": {"type": "string"}})) == MAX_PROBLEMS


def test_a_reference_to_itself_ends() -> None:
    assert [problem.message for problem in validate(1, {"$ref": "#"})] == ["is nested too deeply"]


def test_alternatives_that_refer_to_themselves_end() -> None:
    schema = {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}
    assert [problem.message for problem in validate([1], schema)] == ["takes too many steps to check"]


def test_a_large_value_may_take_many_steps() -> None:
    assert validate([{"a": index} for index in range(50_000)], {"items": {"properties": {"a": {"minimum": 0}}}}) == []


def test_patterns_can_be_left_out() -> None:
    assert validate("a", {"pattern": "^b"}, patterns=False) == []


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"),
        (True, "boolean"),
        (1, "integer"),
        (2.0, "integer"),
        (2.5, "number"),
        ([], "array"),
        ({}, "object"),
    ],
)
def test_types(value: Any, name: str) -> None:
    assert json_type(value) == name
