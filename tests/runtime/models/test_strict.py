"""Schemas in the strict subset and answers back in their own form; the loopback endpoint's own check is the witness."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planc_runtime.models.strict import NotStrict, from_sent, problems, to_sent, to_strict
from planc_schemas.validate import validate
from planc_schemas.values import JsonSchema
from tests.support.answers import instance_of, strict_problem


def closed(required: list[str] | None = None, **properties: Any) -> JsonSchema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else required,
        "additionalProperties": False,
    }


TEXT: JsonSchema = {"type": "string"}


def test_a_strict_schema_stays_as_it_is() -> None:
    schema = closed(a=TEXT, b={"type": "array", "items": closed(c={"type": "integer"}), "maxItems": 3})
    assert to_strict(schema) == schema
    assert problems(schema) == []


def test_optional_properties_become_nullable() -> None:
    schema = {"type": "object", "properties": {"a": TEXT, "b": TEXT, "c": {"enum": ["x"]}}, "required": ["a"]}
    strict = to_strict(schema)
    assert strict["required"] == ["a", "b", "c"]
    assert strict["additionalProperties"] is False
    assert strict["properties"]["b"] == {"type": ["string", "null"]}
    assert strict["properties"]["c"] == {"type": ["string", "null"], "enum": ["x", None]}


def test_unknown_bounds_are_told_in_words() -> None:
    strict = to_strict(closed(a={"type": "string", "maxLength": 200, "description": "A title."}))
    assert strict["properties"]["a"] == {"type": "string", "description": "A title. (at most 200 characters)"}


def test_const_default_title_and_one_of() -> None:
    schema = closed(
        a={"const": "x"}, b={"type": "integer", "default": 1, "title": "B"}, c={"oneOf": [TEXT, {"type": "null"}]}
    )
    strict = to_strict(schema)["properties"]
    assert strict["a"] == {"type": "string", "enum": ["x"]}
    assert strict["b"] == {"type": "integer"}
    assert strict["c"] == {"anyOf": [TEXT, {"type": "null"}]}


def test_references_stay_and_their_targets_are_converted() -> None:
    schema = closed([], t={"$ref": "#/$defs/T"}) | {
        "$defs": {"T": {"type": "object", "properties": {"u": {"$ref": "#/$defs/T"}}}}
    }
    strict = to_strict(schema)
    assert strict["properties"]["t"] == {"anyOf": [{"$ref": "#/$defs/T"}, {"type": "null"}]}
    assert strict["$defs"]["T"]["required"] == ["u"]


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": "object"}, "no `properties`"),
        (closed(a={"type": "object", "additionalProperties": TEXT}), "open"),
        (closed(a={}), "any value"),
        (closed(a={"type": "array"}), "any value"),
        (closed(a={"type": "array", "prefixItems": [TEXT], "items": TEXT}), "prefixItems"),
        (closed(a={"allOf": [TEXT]}), "allOf"),
        (closed(a={"$ref": "#/$defs/gone"}), "not in this schema"),
        ({"type": "array", "items": TEXT}, "root"),
        ({"type": "object", "properties": {f"p{i}": TEXT for i in range(5001)}}, "5001 properties"),
        (closed(a={"type": "string", "enum": [str(i) for i in range(1001)]}), "1001 enum values"),
    ],
)
def test_what_cannot_be_said_strictly(schema: JsonSchema, reason: str) -> None:
    with pytest.raises(NotStrict) as caught:
        to_strict(schema)
    assert reason in str(caught.value)
    assert not to_sent(schema).strict or to_sent(schema).wrapped


def test_nesting_is_bounded() -> None:
    schema = TEXT
    for _ in range(11):
        schema = closed(a=schema)
    with pytest.raises(NotStrict, match="deeper than 10"):
        to_strict(schema)


def test_problems_name_the_place() -> None:
    found = problems({"type": "object", "properties": {"a": {"type": "string", "minLength": 1}}, "required": []})
    assert any("$.properties.a: `minLength`" in problem for problem in found)
    assert any("`additionalProperties` is missing" in problem for problem in found)


def test_nulls_that_mean_left_out_are_dropped_everywhere() -> None:
    item = {"type": "object", "properties": {"a": TEXT, "b": {"type": ["string", "null"]}}}
    schema = {"type": "object", "properties": {"list": {"type": "array", "items": item}, "x": {"anyOf": [item, TEXT]}}}
    sent = {"list": [{"a": None, "b": None}], "x": {"a": None, "b": "c"}}
    assert from_sent(sent, schema) == {"list": [{"b": None}], "x": {"b": "c"}}


def test_a_wrong_null_stays_so_that_it_is_reported() -> None:
    schema = closed(a=TEXT)
    assert from_sent({"a": None}, schema) == {"a": None}


_leaves = st.sampled_from(
    [TEXT, {"type": "integer", "minimum": 2}, {"type": "boolean"}, {"enum": ["x", "y"]}, {"type": ["number", "null"]}]
)


def _bigger(children: st.SearchStrategy[JsonSchema]) -> st.SearchStrategy[JsonSchema]:
    objects = st.dictionaries(st.sampled_from("abcd"), children, min_size=1, max_size=3).flatmap(
        lambda properties: st.lists(st.sampled_from(sorted(properties)), unique=True).map(
            lambda required: {"type": "object", "properties": properties, "required": required}
        )
    )
    lists = children.map(lambda child: {"type": "array", "items": child, "minItems": 1})
    return st.one_of(objects, lists)


@given(st.recursive(_leaves, _bigger, max_leaves=6))
def test_every_answer_to_a_sent_schema_comes_back_valid(schema: JsonSchema) -> None:
    sent = to_sent(schema)
    assert sent.strict and strict_problem(sent.schema) == ""
    answer = instance_of(sent.schema)
    assert validate(from_sent(answer, schema), schema) == []
    assert validate(from_sent(_all_null(answer, sent.schema), schema), schema) == []


def _all_null(value: Any, schema: JsonSchema) -> Any:
    """The answer with a null wherever the sent schema allows one."""
    types = schema.get("type", [])
    if "null" in types:
        return None
    if isinstance(value, dict):
        return {name: _all_null(member, schema["properties"][name]) for name, member in value.items()}
    return [_all_null(item, schema["items"]) for item in value] if isinstance(value, list) else value
