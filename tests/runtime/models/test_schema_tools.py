"""Tool calls by a schema, for models that cannot make them the protocol's way."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from planc_runtime.models.abilities import Abilities
from planc_runtime.models.base import ProviderConfig
from planc_runtime.models.endpoint import Endpoint as Client
from planc_runtime.models.schema_tools import with_schema
from planc_schemas.ports import Message, ModelAnswer, ModelRequest, ToolCall, ToolSpec
from planc_schemas.validate import validate
from tests.runtime.models.helpers import ask, fail, request
from tests.support.endpoint import Endpoint
from tests.support.exchange import Request
from tests.support.replies import Error, Reply, data, text

ADD = ToolSpec(
    name="add",
    description="Adds numbers",
    arguments={
        "type": "object",
        "properties": {"numbers": {"type": "array", "items": {"$ref": "#/$defs/N"}}},
        "required": ["numbers"],
        "additionalProperties": False,
        "$defs": {"N": {"type": "number"}},
    },
)
TOTAL = {
    "type": "object",
    "properties": {"total": {"type": "number"}},
    "required": ["total"],
    "additionalProperties": False,
}


def endpoint_of(step: dict[str, object]) -> Endpoint:
    """An endpoint that refuses `tools` and answers with `step`."""

    def reply(asked: Request) -> Reply:
        if "tools" in asked.body:
            return Error(400, "This model does not support tools")
        return data({"step": step})

    return Endpoint(reply)


def test_a_step_becomes_a_tool_call() -> None:
    with endpoint_of({"tool": "add", "arguments": {"numbers": [1, 2]}}) as endpoint:
        answer = ask(endpoint, request("1 + 2?", tools=(ADD,)))
        sent = endpoint.requests[-1]
    assert answer.tool_calls == (ToolCall("call_0", "add", '{"numbers": [1, 2]}'),)
    assert (answer.finish_reason, answer.text, answer.data) == ("tool_calls", "", None)
    assert "Adds numbers" in sent.messages[0]["content"]
    assert sent.schema is not None
    assert validate({"step": {"tool": "add", "arguments": {"numbers": [1]}}}, sent.schema) == []
    assert validate({"step": {"tool": "add", "arguments": {"numbers": ["1"]}}}, sent.schema) != []


def test_the_conversation_is_told_in_steps() -> None:
    messages = (
        Message("system", "Be exact."),
        Message("user", "1 + 2?"),
        Message("assistant", "", (ToolCall("call_0", "add", '{"numbers": [1, 2]}'),)),
        Message("tool", "3", tool_call_id="call_0"),
    )
    with endpoint_of({"answer": "It is 3."}) as endpoint:
        answer = ask(endpoint, ModelRequest(messages, tools=(ADD,)))
        sent = endpoint.requests[-1].messages
    assert (answer.text, answer.tool_calls, answer.data) == ("It is 3.", (), None)
    assert sent[0]["content"].startswith("Be exact.")
    assert json.loads(sent[2]["content"]) == {"step": {"tool": "add", "arguments": {"numbers": [1, 2]}}}
    assert sent[3] == {"role": "user", "content": "Result of add:\n3"}


def test_a_final_answer_with_a_schema() -> None:
    told: list[str] = []
    with endpoint_of({"answer": {"total": 3}}) as endpoint:
        answer = ask(endpoint, request("1 + 2?", tools=(ADD,), schema=TOTAL), on_text=told.append)
    assert (answer.data, answer.structured_by) == ({"total": 3}, "json_schema")
    assert told == ['{"total":3}']


def test_a_model_that_does_not_look_things_up_must_call_a_tool_before_it_answers() -> None:
    answer = {"step": {"answer": "3"}}
    asked = request("1 + 2?", tools=(ADD,))
    first = with_schema(asked, look_up=True)
    assert first.schema is not None and validate(answer, first.schema) != []
    assert "You know no facts yourself" in first.messages[0].content
    call = Message("assistant", "", (ToolCall("call_0", "add", '{"numbers": [1, 2]}'),))
    then = with_schema(replace(asked, messages=(*asked.messages, call)), look_up=True)
    assert then.schema is not None and validate(answer, then.schema) == []
    harmful = with_schema(replace(asked, tools=(replace(ADD, changes_world=True),)), look_up=True)
    assert harmful.schema is not None and validate(answer, harmful.schema) == [], "nobody is made to change the world"
    trusted = with_schema(asked)
    assert trusted.schema is not None and validate(answer, trusted.schema) == []


def test_it_is_asked_for_its_answer_once_more_in_plain_words() -> None:
    called = Message("assistant", "", (ToolCall("call_0", "add", '{"numbers": [1, 2]}'),))
    messages = (Message("system", "Be exact."), Message("user", "1 + 2?"), called, Message("tool", "3", (), "call_0"))

    def reply(asked: Request) -> Reply:
        return data({"step": {"answer": ":3"}}) if asked.schema else text("It is 3.")

    async def main(url: str) -> ModelAnswer:
        small = Abilities(native_tools=False, looks_up=False)
        client = Client(ProviderConfig(name="loopback", base_url=url, models=("m",)), abilities=small)
        try:
            return await client.model(None).answer(ModelRequest(messages, tools=(ADD,)))
        finally:
            await client.close()

    with Endpoint(reply) as endpoint:
        answer = asyncio.run(main(endpoint.base_url))
        sent = endpoint.requests[-1]
    assert (answer.text, answer.usage.calls, len(endpoint.requests)) == ("It is 3.", 1, 2)
    assert answer.usage.output_tokens > len("It is 3.") // 4, "what both took is counted"
    assert [message["role"] for message in sent.messages] == ["system", "user"]
    assert sent.prompt.startswith('1 + 2?\n\nFacts:\nadd({"numbers": [1, 2]}) = 3\n\nAnswer')


def test_what_the_endpoint_refused_is_remembered() -> None:
    with endpoint_of({"answer": "3"}) as endpoint:
        ask(endpoint, request("1 + 2?", tools=(ADD,)))
        assert ["tools" in asked.body for asked in endpoint.requests] == [True, False]


def test_a_step_with_wrong_arguments_is_an_invalid_output() -> None:
    with endpoint_of({"tool": "add", "arguments": {"numbers": ["one"]}}) as endpoint:
        assert fail(endpoint, request(tools=(ADD,))).kind == "invalid_output"


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", "max_tokens"),
        ("Unrecognized request argument supplied: stream_options", "stream_options"),
        ("Extra inputs are not permitted: tools.0.function.strict", "strict"),
    ],
)
def test_fields_that_an_endpoint_does_not_know_are_left_out(message: str, field: str) -> None:
    def reply(asked: Request) -> Reply:
        return Error(400, message) if f'"{field}"' in json.dumps(asked.body) else text("Hello")

    with Endpoint(reply) as endpoint:
        asked = request(max_tokens=5, tools=(ADD,))
        assert ask(endpoint, asked, on_text=lambda _: None).text == "Hello"
        assert len(endpoint.requests) == 2
