"""Asking for JSON three ways, and reading what comes."""

from __future__ import annotations

import json

import pytest

from planc_runtime.models.endpoint import EndpointModel
from planc_runtime.models.structured import InvalidAnswer, parse
from planc_schemas.ports import ModelAnswer
from planc_schemas.values import Json, JsonSchema
from tests.runtime.models.helpers import ask, fail, request, with_model
from tests.support.endpoint import Endpoint
from tests.support.exchange import Request
from tests.support.replies import Answer, Error, Reply, data, text

OBJECT: JsonSchema = {
    "type": "object",
    "properties": {"n": {"type": "integer"}},
    "required": ["n"],
    "additionalProperties": False,
}
LIST: JsonSchema = {"type": "array", "items": {"type": "string"}, "minItems": 1}


@pytest.mark.parametrize(
    "words",
    [
        '{"n": 3}',
        '  {"n": 3}\n',
        'Here you are:\n```json\n{"n": 3}\n```\nAnything else?',
        '```\n{"n": 3}',
        'The answer is {"n": 3}, I think.',
        'First ```python\nx = [\n``` and then ```json\n{"n": 3}\n```',
    ],
)
def test_json_in_a_text(words: str) -> None:
    assert parse(words, OBJECT) == {"n": 3}


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("", "empty"),
        ("three", "not JSON"),
        ('{"n": "3"}', "$.n must be integer"),
        ("{}", "lacks `n`"),
        ('{"n": Infinity}', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("9" * 5_000, "not JSON"),
    ],
)
def test_text_that_is_not_the_json_asked_for(words: str, problem: str) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        parse(words, OBJECT)
    assert problem in str(caught.value)


def test_many_problems_are_told_shortly() -> None:
    with pytest.raises(InvalidAnswer) as caught:
        parse(json.dumps([1] * 12), LIST)
    assert len(caught.value.problems) == 6 and caught.value.problems[-1] == "and 7 more"


@pytest.mark.parametrize("words", ['["a"]', '{"answer": ["a"]}', '```json\n["a"]\n```'])
def test_a_root_that_is_no_object_comes_out_of_its_wrapper(words: str) -> None:
    assert parse(words, LIST) == ["a"]


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert parse(r'["\ud83d"]', LIST) == ["\ufffd"]


def test_a_list_is_asked_for_inside_an_object() -> None:
    with Endpoint([data({"answer": ["a", "b"]})]) as endpoint:
        answer = ask(endpoint, request(schema=LIST))
    assert answer.data == ["a", "b"]
    assert endpoint.requests[0].schema["properties"]["answer"]["items"] == {"type": "string"}  # type: ignore[index]


def test_an_open_object_is_asked_for_without_strict() -> None:
    with Endpoint([data({"x": 1})]) as endpoint:
        assert ask(endpoint, request(schema={"type": "object"})).data == {"x": 1}
    assert endpoint.requests[0].body["response_format"]["json_schema"]["strict"] is False


@pytest.mark.parametrize(
    ("understood", "way", "refused"),
    [(("json_object", "text"), "json_object", 1), ((), "text", 2)],
)
def test_a_way_that_is_refused_is_not_tried_again(understood: tuple[str, ...], way: str, refused: int) -> None:
    def reply(asked: Request) -> Reply:
        system = asked.messages[0]
        assert system["role"] == "system" and '"integer"' in system["content"], "the schema must be told"
        return Answer('{"n": 3}') if asked.structured_by else text('```json\n{"n": 3}\n```')

    async def twice(model: EndpointModel) -> list[ModelAnswer]:
        return [await model.answer(request(schema=OBJECT)) for _ in range(2)]

    with Endpoint(reply, structured=understood) as endpoint:
        answers = with_model(endpoint, twice)
        assert len(endpoint.requests) == refused + 2
    assert [(a.data, a.structured_by) for a in answers] == [({"n": 3}, way)] * 2


def test_a_schema_that_is_refused_does_not_change_the_way_of_others() -> None:
    def reply(asked: Request) -> Reply:
        if asked.structured_by == "json_schema" and "pattern" in json.dumps(asked.schema):
            return Error(400, "Invalid schema for response_format 'answer': pattern not supported")
        return data({"n": 3}) if asked.prompt == "plain" else data({"s": "abc"})

    difficult = {"type": "object", "properties": {"s": {"type": "string", "pattern": "(?=a)"}}, "required": ["s"]}

    async def both(model: EndpointModel) -> list[Json]:
        first = await model.answer(request("hard", schema=difficult))
        second = await model.answer(request("plain", schema=OBJECT))
        return [first.structured_by, second.structured_by]

    with Endpoint(reply) as endpoint:
        assert with_model(endpoint, both) == ["json_object", "json_schema"]


def test_an_endpoint_that_ignores_the_format_is_read_all_the_same() -> None:
    with Endpoint([text('Sure!\n```json\n{"n": 3}\n```')]) as endpoint:
        assert ask(endpoint, request(schema=OBJECT)).data == {"n": 3}


def test_a_streamed_structured_answer() -> None:
    with Endpoint([data({"n": 3})]) as endpoint:
        pieces: list[str] = []
        assert ask(endpoint, request(schema=OBJECT), on_text=pieces.append).data == {"n": 3}
        assert "".join(pieces) == '{"n": 3}'


def test_other_refusals_are_no_reason_to_ask_differently() -> None:
    with Endpoint(Error(400, "temperature must be at most 2")) as endpoint:
        assert fail(endpoint, request(schema=OBJECT)).kind == "bad_request"
        assert len(endpoint.requests) == 1
