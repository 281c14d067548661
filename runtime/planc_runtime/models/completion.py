"""What an endpoint said, read from the bytes or the chunks it sent and from nothing else.

The wire objects are checked here with our own lenient models (`chat.completion` and `chat.completion.chunk`,
https://platform.openai.com/docs/api-reference/chat): the client library builds its objects without checking them, so
that a body without choices, or one that is no object at all, would come out as if it were an answer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from planc_schemas.ports import ToolCall, Usage

from .storable import storable

MAX_BODY_BYTES = 64 * 1024 * 1024
"""A longer answer is broken off: no plan may hold it anyway, and a broken server must not fill the memory."""


class NotACompletion(ValueError):
    """The endpoint answered, but not with what the protocol says; the message says what came instead."""


class Broken(ConnectionError):
    """The stream ended before the answer did."""


@dataclass(slots=True)
class Said:
    """An endpoint's answer, whole, before it is judged. `usage` is None when the endpoint did not count."""

    text: str = ""
    refusal: str = ""
    calls: list[ToolCall] = field(default_factory=list)
    finish: str | None = None
    model: str | None = None
    usage: Usage | None = None


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Function(_Wire):
    name: str | None = None
    arguments: str | dict[str, Any] | None = None


class _Call(_Wire):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _Message(_Wire):
    content: str | list[Any] | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(_Wire):
    message: _Message
    finish_reason: str | None = None


class _Completion(_Wire):
    choices: list[_Choice] | None = None
    model: str | None = None
    usage: Any = None
    error: Any = None


class _Delta(_Wire):
    delta: _Message | None = None
    finish_reason: str | None = None


class _Chunk(_Wire):
    choices: list[_Delta] | None = None
    model: str | None = None
    usage: Any = None


class _Cached(_Wire):
    cached_tokens: int | None = None


class _Usage(_Wire):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: _Cached | None = None


def read_body(body: bytes, content_type: str) -> Said:
    """The answer in a whole body. Raises NotACompletion."""
    try:
        completion = _completion(body)
    except ValidationError as error:
        raise NotACompletion(_what_came(body, content_type, error)) from None
    if completion.error:
        raise NotACompletion(f"an error instead of an answer: {_error_text(completion.error)}")
    if not completion.choices:
        raise NotACompletion("an answer without choices")
    choice = completion.choices[0]
    message = choice.message
    return Said(
        text=_text(message.content),
        refusal=message.refusal or "",
        calls=[_tool_call(call, index) for index, call in enumerate(message.tool_calls or ())],
        finish=choice.finish_reason,
        model=completion.model,
        usage=_usage(completion.usage),
    )


def _completion(body: bytes) -> _Completion:
    try:
        return _Completion.model_validate_json(body)
    except ValidationError:
        if b"\\ud" not in body.lower():
            raise
    try:  # half of a surrogate pair: Python reads it, and it is replaced before it goes on
        return _Completion.model_validate(storable(json.loads(body)))
    except (ValueError, RecursionError):
        return _Completion.model_validate_json(body)


class Assembly:
    """Puts the chunks of a streamed answer together."""

    def __init__(self) -> None:
        self._said = Said()
        self._texts: list[str] = []
        self._refusals: list[str] = []
        self._calls: dict[int, list[str]] = {}
        """index → id, name, then the pieces of the arguments"""
        self._size = 0

    def add(self, chunk: object) -> str:
        """Takes one chunk; gives the text in it. Raises NotACompletion."""
        try:
            read = _Chunk.model_validate(storable(chunk))
        except ValidationError as error:
            raise NotACompletion(f"a chunk that is no chat completion ({_first(error)})") from None
        self._said.model = read.model or self._said.model
        self._said.usage = _usage(read.usage) or self._said.usage
        if not read.choices:
            return ""
        choice = read.choices[0]
        self._said.finish = choice.finish_reason or self._said.finish
        return self._take(choice.delta) if choice.delta is not None else ""

    def _take(self, delta: _Message) -> str:
        text = _text(delta.content)
        self._texts.append(text)
        self._refusals.append(delta.refusal or "")
        self._size += len(text)
        for position, call in enumerate(delta.tool_calls or ()):
            index = call.index if call.index is not None else position
            parts = self._calls.setdefault(index, ["", ""])
            parts[0] = call.id or parts[0]
            if call.function is not None:
                parts[1] = call.function.name or parts[1]
                parts.append(_arguments(call.function.arguments))
                self._size += len(parts[-1])
        if self._size > MAX_BODY_BYTES:
            raise NotACompletion(f"more than {MAX_BODY_BYTES} characters")
        return text

    def finished(self) -> Said:
        """The whole answer. Raises Broken when the stream ended without a finish reason."""
        said = self._said
        if said.finish is None:
            raise Broken("the stream ended before the answer did")
        said.text = "".join(self._texts)
        said.refusal = "".join(self._refusals)
        said.calls = [
            ToolCall(parts[0] or f"call_{index}", parts[1], "".join(parts[2:]))
            for index, parts in sorted(self._calls.items())
        ]
        return said


def _text(content: str | list[Any] | None) -> str:
    """Text of a message's content, which may be a list of parts."""
    if isinstance(content, list):
        content = "".join(part.get("text") or "" for part in content if isinstance(part, dict))
    return content or ""


def _tool_call(call: _Call, index: int) -> ToolCall:
    function = call.function or _Function()
    return ToolCall(call.id or f"call_{index}", function.name or "", _arguments(function.arguments))


def _arguments(arguments: str | dict[str, Any] | None) -> str:
    return json.dumps(arguments) if isinstance(arguments, dict) else arguments or ""


def _usage(raw: Any) -> Usage | None:
    """Counts that are no counts are as good as none: an answer does not fail for them."""
    try:
        usage = _Usage.model_validate(raw)
    except ValidationError:
        return None
    cached = (usage.prompt_tokens_details.cached_tokens or 0) if usage.prompt_tokens_details else 0
    return Usage(max(usage.prompt_tokens, 0), max(usage.completion_tokens, 0), max(cached, 0), calls=1)


def _error_text(error: Any) -> str:
    message = error.get("message") if isinstance(error, dict) else None
    return str(message or error)[:300]


def _what_came(body: bytes, content_type: str, error: ValidationError) -> str:
    if not body.strip():
        return "an empty body"
    kind = content_type.partition(";")[0].strip() or "no content type"
    start = body[:60].decode("utf-8", "replace")
    return f"what is no chat completion ({_first(error)}; {kind}; it begins {start!r})"


def _first(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(step) for step in problem["loc"])
    return f"{where}: {problem['msg']}" if where else problem["msg"]
