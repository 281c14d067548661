"""A ModelRequest as the arguments of a Chat Completions request."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from planc_schemas.ports import Message, ModelRequest, StructuredBy, ToolCall, ToolSpec
from planc_schemas.values import Json

from .abilities import Abilities, limit_of
from .strict import NotStrict, from_sent, to_strict
from .structured import instructions, response_format

_NAME = re.compile(r"[^a-zA-Z0-9_-]")
_NAME_LENGTH = 64


def arguments(request: ModelRequest, model: str, abilities: Abilities, way: StructuredBy) -> dict[str, Any]:
    """Keyword arguments for `chat.completions.create`, without `stream`."""
    names = wire_names(request.tools)
    choice = request.choice
    settings = {
        "temperature": choice.temperature,
        "top_p": choice.top_p,
        "seed": choice.seed,
        "reasoning_effort": choice.reasoning_effort,
        abilities.limit_name: limit_of(request, abilities),
        "stop": list(request.stop) or None,
        "response_format": response_format(request, way),
        "tools": [_tool(tool, names[tool.name], abilities.strict_tools) for tool in request.tools] or None,
    }
    result: dict[str, Any] = {"model": model, "messages": _messages(request, way, names)}
    result |= {name: value for name, value in settings.items() if value is not None}
    if request.idempotency_key is not None:
        result["extra_headers"] = {"Idempotency-Key": request.idempotency_key}
    return result


def _messages(request: ModelRequest, way: StructuredBy, names: dict[str, str]) -> list[dict[str, Any]]:
    messages = [_message(message, names) for message in request.messages]
    told = instructions(request.schema, way) if request.schema is not None else None
    if told is None:
        return messages
    if messages and messages[0]["role"] == "system":
        messages[0] = {**messages[0], "content": f"{messages[0]['content']}\n\n{told}"}
        return messages
    return [{"role": "system", "content": told}, *messages]


def _message(message: Message, names: dict[str, str]) -> dict[str, Any]:
    if message.role == "tool":
        return {"role": "tool", "content": message.content, "tool_call_id": message.tool_call_id or ""}
    if not message.tool_calls:
        return {"role": message.role, "content": message.content}
    calls = [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": names.get(call.name, _safe(call.name)), "arguments": call.arguments},
        }
        for call in message.tool_calls
    ]
    return {"role": message.role, "content": message.content or None, "tool_calls": calls}


def _tool(tool: ToolSpec, name: str, strict_allowed: bool) -> dict[str, Any]:
    function: dict[str, Any] = {"name": name, "description": tool.description, "parameters": tool.arguments}
    if strict_allowed:
        with suppress(NotStrict):
            function |= {"parameters": to_strict(tool.arguments), "strict": True}
    return {"type": "function", "function": function}


def wire_names(tools: Iterable[ToolSpec]) -> dict[str, str]:
    """Our tool names → names a provider accepts (letters, digits, _ and -, at most 64), each one once."""
    names: dict[str, str] = {}
    for tool in tools:
        safe = base = _safe(tool.name)
        number = 1
        while safe in names.values():
            number += 1
            safe = f"{base[: _NAME_LENGTH - 4]}_{number}"
        names[tool.name] = safe
    return names


def _safe(name: str) -> str:
    return _NAME.sub("_", name)[:_NAME_LENGTH] or "tool"


def own_calls(calls: Iterable[ToolCall], request: ModelRequest, strict: bool) -> tuple[ToolCall, ...]:
    """A model's calls with our tool names, and without the nulls that strict mode made out of left-out arguments."""
    tools = {name: tool for tool in request.tools for name in (wire_names(request.tools)[tool.name],)}
    result = []
    for call in calls:
        tool = tools.get(call.name)
        if tool is None:
            result.append(call)
            continue
        text = _given_arguments(call.arguments, tool) if strict else call.arguments
        result.append(ToolCall(call.id, tool.name, text))
    return tuple(result)


def _given_arguments(text: str, tool: ToolSpec) -> str:
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):
        return text
    given = from_sent(value, tool.arguments)
    return text if given == value else json.dumps(given, ensure_ascii=False)
