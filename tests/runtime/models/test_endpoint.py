"""Good answers of a real loopback endpoint; only the words of the answers are scripted."""

from __future__ import annotations

import asyncio
import json

import pytest

from planc_runtime.models.base import Price
from planc_runtime.models.endpoint import EndpointModel
from planc_schemas.ports import Message, ModelAnswer, ToolCall, ToolSpec
from tests.runtime.models.helpers import ask, fail, request, with_model
from tests.support.endpoint import Endpoint
from tests.support.exchange import Exchange, Request
from tests.support.replies import Answer, Drip, Error, Hang, Raw, Reply, data, text, tool_call

WEATHER = ToolSpec(
    name="weather.now",
    description="Weather of a city",
    arguments={
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"type": "string"}},
        "required": ["city"],
    },
)


def test_text_usage_and_model() -> None:
    with Endpoint([text("Hello there", cached_tokens=1)]) as endpoint:
        answer = ask(endpoint, request("Say hello", temperature=0.5, max_tokens=9, seed=3), prices={"m": Price(1, 2)})
    assert (answer.text, answer.model, answer.finish_reason, answer.data) == ("Hello there", "m", "stop", None)
    usage = answer.usage
    assert (usage.input_tokens, usage.output_tokens, usage.cached_tokens, usage.calls) == (2, 2, 1, 1)
    assert usage.usd == pytest.approx((2 * 1 + 2 * 2) / 1_000_000)
    sent = endpoint.requests[0].body
    assert sent["messages"] == [{"role": "user", "content": "Say hello"}]
    assert (sent["temperature"], sent["max_tokens"], sent["seed"]) == (0.5, 9, 3)
    assert "top_p" not in sent and "stream" not in sent
    assert endpoint.requests[0].headers["authorization"] == "Bearer key-1234"


def test_streamed_text_is_told_as_it_comes() -> None:
    pieces: list[str] = []
    with Endpoint([text("one two three", cached_tokens=2)]) as endpoint:
        answer = ask(endpoint, request(), on_text=pieces.append)
    assert pieces == ["one", " two", " three"]
    assert answer.text == "one two three"
    assert answer.usage.output_tokens == 3 and answer.usage.cached_tokens == 2


def test_a_server_that_does_not_stream_is_heard_all_the_same() -> None:
    body = {"choices": [{"message": {"content": "whole"}, "finish_reason": "stop"}]}
    pieces: list[str] = []
    with Endpoint([Raw(json.dumps(body).encode())]) as endpoint:
        answer = ask(endpoint, request(), on_text=pieces.append)
    assert (answer.text, pieces) == ("whole", ["whole"])


def test_a_streamed_tool_call_is_put_together() -> None:
    with Endpoint([tool_call("weather_now", {"city": "Ulm", "unit": None})]) as endpoint:
        answer = ask(endpoint, request(tools=(WEATHER,)), on_text=lambda _: None)
    assert answer.tool_calls == (ToolCall("call_0", "weather.now", '{"city": "Ulm"}'),)


def test_tools_are_offered_under_names_that_providers_accept() -> None:
    conversation = (
        Message("user", "Weather?"),
        Message("assistant", "", (ToolCall("c1", "weather.now", '{"city": "Ulm"}'),)),
        Message("tool", "sunny", tool_call_id="c1"),
    )
    with Endpoint([text("Sunny.")]) as endpoint:
        asked = request(tools=(WEATHER,))
        answer = ask(endpoint, type(asked)(conversation, asked.choice, tools=asked.tools))
    sent = endpoint.requests[0].body
    assert sent["tools"][0]["function"]["name"] == "weather_now"
    assert sent["tools"][0]["function"]["strict"] is True
    assert sent["messages"][1]["tool_calls"][0]["function"]["name"] == "weather_now"
    assert sent["messages"][2] == {"role": "tool", "content": "sunny", "tool_call_id": "c1"}
    assert answer.text == "Sunny."


def test_headers_and_idempotency_key_are_sent_and_the_environment_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Inherited: secret")
    with Endpoint([text("Hello")]) as endpoint:
        ask(endpoint, request(idempotency_key="run:task:1"), headers={"X-Team": "blue"})
    headers = endpoint.requests[0].headers
    assert (headers["idempotency-key"], headers["x-team"]) == ("run:task:1", "blue")
    assert "openai-organization" not in headers and "x-inherited" not in headers


def test_the_only_model_of_an_endpoint_needs_no_name() -> None:
    with Endpoint([text("Hello")]) as endpoint:
        answer = ask(endpoint, request(), model=None)
    assert answer.model == "scripted"
    assert endpoint.requests[0].body["model"] == "scripted"


def test_cancelling_the_task_cancels_the_request() -> None:
    with Endpoint(Hang()) as endpoint:

        async def cancelled(model: EndpointModel) -> None:
            task = asyncio.create_task(model.answer(request()))
            await asyncio.to_thread(endpoint.wait_for_requests, 1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        with_model(endpoint, cancelled)
        assert endpoint.requests[0].gone.wait(120), "the request went on after its task was cancelled"


def test_a_slow_drip_ends_at_the_deadline() -> None:
    with Endpoint(Drip(text("never whole"), every=0.02)) as endpoint:

        async def run(model: EndpointModel) -> None:
            task = asyncio.create_task(model.answer(request()))
            await asyncio.to_thread(endpoint.wait_for_requests, 1)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await task

        with_model(endpoint, run)
        assert endpoint.requests[0].gone.wait(120)


def test_a_deadline_ends_a_stream_in_the_middle() -> None:
    heard = asyncio.Event()

    with Endpoint(_Stalled()) as endpoint:

        async def run(model: EndpointModel) -> None:
            task = asyncio.create_task(model.answer(request(), on_text=lambda _: heard.set()))
            await heard.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        with_model(endpoint, run)
        assert endpoint.requests[0].gone.wait(120)


class _Stalled:
    """A stream that begins and then says nothing more."""

    def send(self, exchange: Exchange) -> None:
        exchange.head(200, "text/event-stream", {"Transfer-Encoding": "chunked"})
        event = b'data: {"choices":[{"index":0,"delta":{"content":"begun"}}]}\n\n'
        exchange.write(b"%x\r\n%s\r\n" % (len(event), event))
        exchange.wait_for_client_to_leave()


def test_a_model_can_be_used_from_one_event_loop_after_another() -> None:
    with Endpoint(text("Hello")) as endpoint:
        assert ask(endpoint, request()).text == ask(endpoint, request()).text == "Hello"


def test_an_endpoint_that_does_not_count_is_estimated_and_unpriced() -> None:
    body = b'{"choices":[{"message":{"content":"12345678"},"finish_reason":"stop"}],"usage":{"prompt_tokens":"many"}}'
    with Endpoint([Raw(body)]) as endpoint:
        answer = ask(endpoint, request("123456789"), prices={"m": Price(1, 1)})
    assert (answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.usd) == (3, 2, None)


def test_parts_and_lone_surrogates_in_the_text() -> None:
    body = b'{"choices":[{"message":{"content":[{"type":"text","text":"a\\ud800b"}]},"finish_reason":"stop"}]}'
    with Endpoint([Raw(body)]) as endpoint:
        assert ask(endpoint, request()).text == "a\ufffdb"


def test_a_good_call_is_one_request_and_a_failed_one_too() -> None:
    with Endpoint(Error(500)) as endpoint:
        fail(endpoint, request())
        assert len(endpoint.requests) == 1


def test_many_calls_at_once_share_one_client() -> None:
    async def run(model: EndpointModel) -> list[ModelAnswer]:
        return await asyncio.gather(*(model.answer(request(f"number {i}")) for i in range(40)))

    with Endpoint(lambda asked: Answer(asked.prompt)) as endpoint:
        answers = with_model(endpoint, run)
    assert [answer.text for answer in answers] == [f"number {i}" for i in range(40)]


def test_a_structured_answer_is_asked_for_strictly_and_checked() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}, "why": {"type": "string"}}, "required": ["n"]}
    with Endpoint([data({"n": 3, "why": None})]) as endpoint:
        answer = ask(endpoint, request(schema=schema))
    assert (answer.data, answer.structured_by) == ({"n": 3}, "json_schema")
    sent = endpoint.requests[0].body["response_format"]["json_schema"]
    assert sent["strict"] is True and sent["schema"]["required"] == ["n", "why"]


def test_what_a_budget_leaves_is_told_unless_the_task_says_more_and_an_endpoint_may_know_less() -> None:
    def script(asked: Request) -> Reply:
        limit = asked.body.get("max_tokens")
        if limit is not None and limit > 4096:
            return Error(400, f"max_tokens is too large: {limit}. This model supports at most 4096 completion tokens")
        return text("Hello")

    with Endpoint(script) as endpoint:

        async def twice(model: EndpointModel) -> None:
            await model.answer(request(cap=700))
            await model.answer(request(cap=32_000))
            await model.answer(request(cap=32_000))
            await model.answer(request(max_tokens=50, cap=32_000))

        with_model(endpoint, twice)
    assert [each.body["max_tokens"] for each in endpoint.requests] == [700, 32_000, 4096, 4096, 50]
