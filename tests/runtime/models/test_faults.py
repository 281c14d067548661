"""Every way an endpoint misbehaves, over a real connection: one typed failure, one request, words that help."""

from __future__ import annotations

import pytest

from planc_runtime.models.base import Price
from planc_schemas.codes import REGISTER
from planc_schemas.ports import ErrorKind, TaskFailure, Usage
from tests.runtime.models.helpers import ask, config, fail, request
from tests.support.endpoint import Endpoint
from tests.support.replies import (
    Answer,
    Cut,
    Error,
    Raw,
    Reply,
    Reset,
    StreamError,
    empty_choices,
    null_choices,
    text,
    tool_call,
)

OBJECT = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}
SSE = "text/event-stream"

BODIES: list[tuple[str, Reply, ErrorKind]] = [
    ("malformed JSON", Raw(b'{"id": "x", "choi'), "server_error"),
    ("invalid UTF-8", Raw(b'{"id": "\xff\xfe"}'), "server_error"),
    ("a web page", Raw(b"<html>Welcome</html>", "text/html"), "server_error"),
    ("plain text", Raw(b"hello", "text/plain"), "server_error"),
    ("an empty body", Raw(b""), "server_error"),
    ("a list", Raw(b"[1, 2]"), "server_error"),
    ("null", Raw(b"null"), "server_error"),
    ("a bare string", Raw(b'"str"'), "server_error"),
    ("no choices", empty_choices(), "server_error"),
    ("null choices", null_choices(), "server_error"),
    ("choices that are none", Raw(b'{"choices": "abc"}'), "server_error"),
    ("a null message", Raw(b'{"choices": [{"message": null, "finish_reason": "stop"}]}'), "server_error"),
    ("an error with status 200", Raw(b'{"error": {"message": "overloaded"}}'), "server_error"),
    ("a hundred thousand brackets", Raw(b"[" * 100_000), "server_error"),
    ("a body that breaks off", Cut(text("hello")), "connection"),
    ("a reset", Reset(), "connection"),
]
STREAMS: list[tuple[str, Reply, ErrorKind]] = [
    ("malformed JSON", Raw(b"data: {bad\n\n", SSE), "server_error"),
    ("invalid UTF-8", Raw(b'data: {"a": "\xff"}\n\n', SSE), "server_error"),
    ("an event that is a number", Raw(b"data: 12\n\n", SSE), "server_error"),
    ("a web page", Raw(b"<html>Welcome</html>", "text/html"), "server_error"),
    ("an error in the middle", StreamError(), "server_error"),
    ("no event at all", Raw(b"", SSE), "connection"),
    ("null choices and done", Raw(b'data: {"choices": null}\n\ndata: [DONE]\n\n', SSE), "connection"),
    ("no finish reason", Raw(b'data: {"choices": [{"index": 0, "delta": {"content": "x"}}]}\n\n', SSE), "connection"),
    ("a stream that breaks off", Cut(text("hello you there")), "connection"),
    ("a reset", Reset(), "connection"),
]
STATUSES: list[tuple[int, ErrorKind]] = [
    (400, "bad_request"),
    (401, "auth"),
    (403, "auth"),
    (404, "bad_request"),
    (408, "timeout"),
    (409, "server_error"),
    (413, "bad_request"),
    (422, "bad_request"),
    (429, "rate_limit"),
    (500, "server_error"),
    (502, "server_error"),
    (503, "server_error"),
    (529, "server_error"),
]


@pytest.mark.parametrize(("reply", "kind"), [c[1:] for c in BODIES], ids=[c[0] for c in BODIES])
def test_bodies(reply: Reply, kind: ErrorKind) -> None:
    with Endpoint(reply) as endpoint:
        error = fail(endpoint, request())
    assert error.kind == kind
    assert len(endpoint.requests) == 1
    assert error.code in REGISTER and error.message and error.help


@pytest.mark.parametrize(("reply", "kind"), [c[1:] for c in STREAMS], ids=[c[0] for c in STREAMS])
def test_streams(reply: Reply, kind: ErrorKind) -> None:
    with Endpoint(reply) as endpoint:
        error = fail(endpoint, request(), on_text=lambda _: None)
    assert error.kind == kind
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize(("status", "kind"), STATUSES)
def test_statuses(status: int, kind: ErrorKind) -> None:
    with Endpoint(Error(status, "the provider's words")) as endpoint:
        error = fail(endpoint, request())
    assert (error.kind, error.retry_after) == (kind, None)
    assert "the provider's words" in error.message and str(status) in error.message
    assert len(endpoint.requests) == 1
    assert error.code in REGISTER


def test_a_web_page_with_an_error_status() -> None:
    with Endpoint(Raw(b"<html>502 Bad Gateway</html>", "text/html", 502)) as endpoint:
        assert fail(endpoint, request()).kind == "server_error"


@pytest.mark.parametrize(
    ("headers", "seconds"), [({"Retry-After": "7"}, 7), ({"retry-after-ms": "250"}, 0.25), ({}, None)]
)
def test_the_wait_that_a_429_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    with Endpoint(Error(429, headers=headers)) as endpoint:
        assert fail(endpoint, request()).retry_after == seconds


def test_the_wait_that_a_503_asks_for() -> None:
    with Endpoint(Error(503, headers={"Retry-After": "3"})) as endpoint:
        assert fail(endpoint, request()).retry_after == 3


def test_an_empty_account_is_not_tried_again() -> None:
    with Endpoint(Error(429, "You exceeded your current quota", "insufficient_quota")) as endpoint:
        error = fail(endpoint, request())
    assert error.kind == "bad_request" and "quota" in error.help


def test_a_prompt_that_is_too_long() -> None:
    with Endpoint(Error(400, "maximum context length is 8192 tokens", "context_length_exceeded")) as endpoint:
        error = fail(endpoint, request())
    assert error.kind == "bad_request" and "too long" in error.help


def test_a_redirect_is_not_followed() -> None:
    with Endpoint() as other, Endpoint(Error(307, headers={"Location": other.base_url})) as endpoint:
        error = fail(endpoint, request())
        assert other.requests == []
    assert error.kind == "bad_request" and other.base_url in error.help


def test_a_wrong_key_is_named_but_not_shown() -> None:
    with Endpoint(Error(401, "Incorrect API key provided: key-1234")) as endpoint:
        error = fail(endpoint, request())
    assert error.kind == "auth"
    assert "key-1234" not in error.message and "•••" in error.message


def test_nobody_listens() -> None:
    with Endpoint() as endpoint:
        pass
    error = fail(endpoint, request())
    assert (error.kind, error.code) == ("connection", "R501")
    assert config(endpoint).base_url in error.message and "planc doctor" in error.help


def test_a_refusal() -> None:
    with Endpoint(Answer(refusal="I can't help with that.")) as endpoint:
        error = fail(endpoint, request())
        streamed = fail(endpoint, request(), on_text=lambda _: None)
    assert error.kind == streamed.kind == "refused"
    assert "I can't help with that." in error.message


def test_a_content_filter() -> None:
    with Endpoint([Answer("half", finish="content_filter"), Error(400, "filtered", "content_filter")]) as endpoint:
        assert fail(endpoint, request()).kind == "refused"
        assert fail(endpoint, request()).kind == "refused"


def test_an_answer_cut_by_the_limit() -> None:
    cut = Answer('{"n": 1', finish="length")
    with Endpoint(cut) as endpoint:
        assert ask(endpoint, request()).finish_reason == "length"
        error = fail(endpoint, request(schema=OBJECT))
    assert error.kind == "invalid_output" and "max_tokens" in error.help


def test_a_tool_call_cut_by_the_limit() -> None:
    call = tool_call("f", '{"n": 1')
    with Endpoint(Answer(tool_calls=call.tool_calls, finish="length")) as endpoint:
        assert fail(endpoint, request()).kind == "invalid_output"


def test_an_empty_answer() -> None:
    with Endpoint([text(""), Answer("", finish="length")]) as endpoint:
        assert fail(endpoint, request()).kind == "invalid_output"
        assert "reasoning" in fail(endpoint, request()).message


@pytest.mark.parametrize("words", ["no JSON here", '{"n": "three"}', '{"m": 3}', "[1]", '{"n": NaN}', ""])
def test_an_answer_that_does_not_match(words: str) -> None:
    with Endpoint(text(words)) as endpoint:
        error = fail(endpoint, request(schema=OBJECT))
    assert (error.kind, error.code) == ("invalid_output", "R301")


def test_an_answer_that_cannot_be_used_is_paid_for_all_the_same() -> None:
    with Endpoint(text("eight letters")) as endpoint, pytest.raises(TaskFailure) as caught:
        ask(endpoint, request("1234", schema=OBJECT), prices={"m": Price(1_000_000, 2_000_000)})
    assert caught.value.usage == Usage(input_tokens=1, output_tokens=3, usd=7, calls=1)
    with Endpoint(Error(500)) as endpoint, pytest.raises(TaskFailure) as caught:
        ask(endpoint, request())
    assert caught.value.usage is None


def test_several_models_and_none_chosen() -> None:
    with Endpoint(models=("a", "b")) as endpoint:
        error = fail(endpoint, request(), model=None)
    assert error.code == "R508" and "a, b" in error.message
