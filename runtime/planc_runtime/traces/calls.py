"""Model calls and tool calls as names and attributes of their spans, by the conventions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeAlias

from planc_schemas.ports import Message, ModelAnswer, ModelRequest, Usage
from planc_schemas.values import Json

from . import names
from .seen import SeenModelCall, SeenToolCall

Attributes: TypeAlias = dict[str, str | int | float | bool | list[str]]
Mask: TypeAlias = Callable[[Json], Json]
"""Takes the values of secrets out of what leaves the process."""


def model_span(call: SeenModelCall, content: Mask | None) -> tuple[str, Attributes]:
    """Span name and attributes; with `content` (what masks it) also what was said."""
    choice, answer = call.request.choice, call.answer
    model = call.model.partition(" ")[0]  # `gpt-5-mini at api.example`
    attributes: Attributes = {
        names.OPERATION: names.CHAT,
        names.PROVIDER: choice.provider or names.PROTOCOL,
        names.REQUEST_MODEL: model,
        names.OUTPUT_TYPE: "text" if call.request.schema is None else "json",
        **usage_attributes(call.usage),
    }
    settings = {
        names.REQUEST_TEMPERATURE: choice.temperature,
        names.REQUEST_TOP_P: choice.top_p,
        names.REQUEST_MAX_TOKENS: choice.max_tokens,
        names.REQUEST_SEED: choice.seed,
    }
    attributes |= {name: value for name, value in settings.items() if value is not None}
    if answer is not None:
        attributes[names.RESPONSE_MODEL] = answer.model
        attributes[names.FINISH_REASONS] = [answer.finish_reason]
    if content is not None:
        attributes |= _said(call.request, answer, content)
    return f"{names.CHAT} {model}", attributes


def tool_span(call: SeenToolCall, content: Mask | None) -> tuple[str, Attributes]:
    """Span name and attributes; with `content` (what masks it) also arguments and result."""
    remote = call.tool is not None and call.tool.from_mcp
    attributes: Attributes = {
        names.OPERATION: names.EXECUTE_TOOL,
        names.TOOL_NAME: call.name,
        names.TOOL_TYPE: "extension" if remote else "function",
        names.TOOL_CALL_ID: call.key,
    }
    if call.tool is not None and call.tool.description:
        attributes[names.TOOL_DESCRIPTION] = call.tool.description
    if content is not None:
        attributes[names.TOOL_ARGUMENTS] = _text(content(dict(call.arguments)))
        if not call.error:
            attributes[names.TOOL_RESULT] = _text(content(call.result))
    return f"{names.EXECUTE_TOOL} {call.name}", attributes


def usage_attributes(usage: Usage) -> Attributes:
    attributes: Attributes = {names.INPUT_TOKENS: usage.input_tokens, names.OUTPUT_TOKENS: usage.output_tokens}
    if usage.cached_tokens:
        attributes[names.CACHED_TOKENS] = usage.cached_tokens
    if usage.usd is not None:
        attributes[names.USD] = usage.usd
    return attributes


def _said(request: ModelRequest, answer: ModelAnswer | None, content: Mask) -> Attributes:
    system = [_words(message.content) for message in request.messages if message.role == "system"]
    spoken = [_message(message) for message in request.messages if message.role != "system"]
    found: Attributes = {names.INPUT_MESSAGES: _text(content(spoken))}
    if system:
        found[names.SYSTEM_INSTRUCTIONS] = _text(content(system))
    if answer is not None:
        told = _message(Message("assistant", answer.text, answer.tool_calls))
        found[names.OUTPUT_MESSAGES] = _text(content([{**told, "finish_reason": answer.finish_reason}]))
    return found


def _message(message: Message) -> dict[str, Json]:
    if message.role == "tool":
        part = {"type": "tool_call_response", "id": message.tool_call_id, "response": message.content}
        return {"role": "tool", "parts": [part]}
    parts = [_words(message.content)] if message.content else []
    parts += [
        {"type": "tool_call", "id": call.id, "name": call.name, "arguments": call.arguments}
        for call in message.tool_calls
    ]
    return {"role": message.role, "parts": parts}


def _words(text: str) -> dict[str, Json]:
    return {"type": "text", "content": text}


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)
