"""What the loopback endpoint may answer: values for good answers and for every way a provider misbehaves.

A reply knows how to put itself on the wire (`send`); the server in `endpoint.py` decides which one is due.
Wire format: OpenAI Chat Completions, https://platform.openai.com/docs/api-reference/chat (objects
`chat.completion` and `chat.completion.chunk`; a stream is server-sent events that end with `data: [DONE]`).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.support.exchange import JSON, Exchange


class Reply(Protocol):
    """One answer to one request."""

    def send(self, exchange: Exchange) -> None: ...


def completion(request: dict[str, Any], message: dict[str, Any], finish: str, cached_tokens: int = 0) -> dict[str, Any]:
    """A whole `chat.completion` object; tokens are characters / 4, so that they are predictable."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": request.get("model", "scripted"),
        "choices": [{"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}],
        "usage": usage(request, message, cached_tokens),
    }


def usage(request: dict[str, Any], message: dict[str, Any], cached_tokens: int) -> dict[str, Any]:
    given = sum(len(str(m.get("content") or "")) for m in request.get("messages", [])) // 4
    written = len(str(message.get("content") or message.get("tool_calls") or "")) // 4
    return {
        "prompt_tokens": given,
        "completion_tokens": written,
        "total_tokens": given + written,
        "prompt_tokens_details": {"cached_tokens": cached_tokens},
    }


def chunks(request: dict[str, Any], message: dict[str, Any], finish: str, cached_tokens: int = 0) -> list[bytes]:
    """The same answer as server-sent events: one a word, one a tool call, the finish reason, the usage."""
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    text = message.get("content") or ""
    deltas += [{"content": piece} for piece in _words(text)]
    if message.get("refusal"):
        deltas.append({"refusal": message["refusal"]})
    for index, call in enumerate(message.get("tool_calls") or ()):
        deltas.append({"tool_calls": [{"index": index, **call, "function": {**call["function"], "arguments": ""}}]})
        for piece in _words(call["function"]["arguments"]):
            deltas.append({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    head = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": request.get("model", "scripted"),
    }
    events = [{**head, "choices": [{"index": 0, "delta": d, "finish_reason": None}]} for d in deltas]
    events.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    if (request.get("stream_options") or {}).get("include_usage"):
        events.append({**head, "choices": [], "usage": usage(request, message, cached_tokens)})
    return [event(e) for e in events] + [b"data: [DONE]\n\n"]


def event(data: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(data).encode() + b"\n\n"


def _words(text: str) -> list[str]:
    words = text.split(" ")
    return [word if i == 0 else " " + word for i, word in enumerate(words)] if text else []


@dataclass(frozen=True)
class Answer:
    """A good answer: text, tool calls, a refusal, or a finish reason that says it was cut."""

    text: str | None = None
    tool_calls: tuple[tuple[str, Any], ...] = ()
    """(name, arguments): arguments as a value, or as the raw text a careless model wrote."""
    refusal: str | None = None
    finish: str | None = None
    cached_tokens: int = 0

    def message(self) -> tuple[dict[str, Any], str]:
        message: dict[str, Any] = {"content": self.text, "refusal": self.refusal}
        if self.tool_calls:
            message["tool_calls"] = [
                {
                    "id": f"call_{index}",
                    "type": "function",
                    "function": {"name": name, "arguments": args if isinstance(args, str) else json.dumps(args)},
                }
                for index, (name, args) in enumerate(self.tool_calls)
            ]
        return message, self.finish or ("tool_calls" if self.tool_calls else "stop")

    def send(self, exchange: Exchange) -> None:
        message, finish = self.message()
        if exchange.request.streaming:
            exchange.stream(chunks(exchange.request.body, message, finish, self.cached_tokens))
        else:
            exchange.send_json(completion(exchange.request.body, message, finish, self.cached_tokens))


def text(words: str, **more: Any) -> Answer:
    return Answer(words, **more)


def data(value: Any) -> Answer:
    """A structured answer: `value` as JSON text."""
    return Answer(json.dumps(value))


def tool_call(name: str, arguments: Any) -> Answer:
    return Answer(tool_calls=((name, arguments),))


@dataclass(frozen=True)
class Error:
    """An error status with the usual error body, such as `Error(429, headers={"Retry-After": "2"})`."""

    status: int
    message: str = "scripted error"
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, exchange: Exchange) -> None:
        body = {"error": {"message": self.message, "type": "scripted", "param": None, "code": self.code}}
        exchange.send_json(body, self.status, self.headers)


@dataclass(frozen=True)
class Raw:
    """Exactly these bytes: malformed JSON, invalid UTF-8, a page of HTML, an object without choices."""

    body: bytes
    content_type: str = JSON
    status: int = 200

    def send(self, exchange: Exchange) -> None:
        exchange.send(self.body, self.status, self.content_type)


def empty_choices() -> Raw:
    return Raw(b'{"id":"x","object":"chat.completion","created":0,"model":"m","choices":[]}')


def null_choices() -> Raw:
    return Raw(b'{"id":"x","object":"chat.completion","created":0,"model":"m","choices":null}')


@dataclass(frozen=True)
class Cut:
    """The connection breaks after `after` bytes of the body (the headers promised all of it)."""

    reply: Answer
    after: int = 40

    def send(self, exchange: Exchange) -> None:
        message, finish = self.reply.message()
        request = exchange.request
        if request.streaming:
            exchange.stream(chunks(request.body, message, finish)[: max(1, self.after // 10)], complete=False)
            return
        body = json.dumps(completion(request.body, message, finish)).encode()
        exchange.head(200, JSON, {"Content-Length": str(len(body))})
        exchange.write(body[: self.after])
        exchange.close()


@dataclass(frozen=True)
class StreamError:
    """A stream that turns into an error object after some good pieces."""

    before: str = "good so far"
    message: str = "scripted error in the stream"

    def send(self, exchange: Exchange) -> None:
        pieces = chunks(exchange.request.body, {"content": self.before}, "stop")[:2]
        exchange.stream([*pieces, event({"error": {"message": self.message, "type": "server_error", "code": None}})])


@dataclass(frozen=True)
class Reset:
    """The connection is closed without a byte of answer."""

    def send(self, exchange: Exchange) -> None:
        exchange.close()


@dataclass(frozen=True)
class Hang:
    """No byte until the client goes away or the endpoint is closed; sets `Request.gone` when the client did."""

    def send(self, exchange: Exchange) -> None:
        exchange.wait_for_client_to_leave()
        exchange.close()


@dataclass(frozen=True)
class Drip:
    """The answer, `piece` bytes every `every` seconds: alive for any read timeout, too slow for a deadline."""

    reply: Answer
    every: float = 0.05
    piece: int = 1

    def send(self, exchange: Exchange) -> None:
        message, finish = self.reply.message()
        body = json.dumps(completion(exchange.request.body, message, finish)).encode()
        exchange.head(200, JSON, {"Content-Length": str(len(body))})
        for start in range(0, len(body), self.piece):
            if not exchange.write(body[start : start + self.piece]) or exchange.endpoint_closes(self.every):
                return


@dataclass(frozen=True)
class Held:
    """The reply, once `gate` is set: for tests that look at what happens meanwhile."""

    reply: Reply
    gate: threading.Event

    def send(self, exchange: Exchange) -> None:
        exchange.wait_for(self.gate)
        self.reply.send(exchange)


@dataclass(frozen=True)
class Paused:
    """A streamed answer that stops before the words `before` until `gate` is set: what comes first has arrived."""

    reply: Answer
    before: str
    gate: threading.Event
    paused: threading.Event = field(default_factory=threading.Event)
    """Set when the first part is on its way."""

    def send(self, exchange: Exchange) -> None:
        message, finish = self.reply.message()
        written = message["content"]
        first = written[: written.index(self.before)]
        pieces = chunks(exchange.request.body, message, finish)
        count = len(first.split(" "))

        def events() -> Iterator[bytes]:
            yield from pieces[:count]
            self.paused.set()
            exchange.wait_for(self.gate)
            yield from pieces[count:]

        exchange.stream(events())
