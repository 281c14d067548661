"""One recorded call: which task instance made it, what it asked, what came of it. Plain JSON inside."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal, TypeAlias

from planc_schemas.ports import Message, ModelAnswer, ModelRequest, TaskError, ToolCall, Usage
from planc_schemas.values import Json, digest

Source: TypeAlias = Literal["model", "tool"]


@dataclass(frozen=True, slots=True)
class Recording:
    """`request` is what `model_request` or `tool_request` give; `outcome` is {"answer"}, {"result"} or {"error"}."""

    instance: str
    source: Source
    request: Json
    outcome: dict[str, Json]

    @property
    def key(self) -> str:
        return key_of(self.instance, self.source, self.request)

    @property
    def failed(self) -> bool:
        return "error" in self.outcome


def key_of(instance: str, source: Source, request: Json) -> str:
    """The name of a request of a task instance: equal requests have equal names, whatever run makes them."""
    return digest([instance, source, request])


def model_request(request: ModelRequest) -> dict[str, Json]:
    """What decides an answer. Left out: the idempotency key, which names one run."""
    choice = request.choice
    settings = {
        "model": choice.alias or choice.model,
        "provider": choice.provider,
        "temperature": choice.temperature,
        "max_tokens": choice.max_tokens,
        "top_p": choice.top_p,
        "seed": choice.seed,
        "reasoning_effort": choice.reasoning_effort,
    }
    data: dict[str, Json] = {"messages": [_message(message) for message in request.messages]}
    data |= {name: value for name, value in settings.items() if value is not None}
    if request.schema is not None:
        data["schema"] = request.schema
    if request.tools:
        data["tools"] = [tool.name for tool in request.tools]
    if request.stop:
        data["stop"] = list(request.stop)
    return data


def _message(message: Message) -> dict[str, Json]:
    data: dict[str, Json] = {message.role: message.content}
    if message.tool_calls:
        data["calls"] = [_tool_call(call) for call in message.tool_calls]
    if message.tool_call_id is not None:
        data["answers"] = message.tool_call_id
    return data


def _tool_call(call: ToolCall) -> dict[str, Json]:
    return {"id": call.id, "tool": call.name, "arguments": call.arguments}


def tool_request(name: str, arguments: Json) -> dict[str, Json]:
    return {"tool": name, "arguments": arguments}


def answered(answer: ModelAnswer) -> dict[str, Json]:
    """An answer as JSON. The text of a structured answer is left out where the data says the same."""
    data: dict[str, Json] = {"model": answer.model}
    if answer.data is not None:
        data["data"] = answer.data
    if answer.data is None or _parsed(answer.text) != answer.data:
        data["text"] = answer.text
    if answer.tool_calls:
        data["calls"] = [_tool_call(call) for call in answer.tool_calls]
    if answer.finish_reason != "stop":
        data["finish_reason"] = answer.finish_reason
    if answer.structured_by is not None:
        data["structured_by"] = answer.structured_by
    data["usage"] = {name: value for name, value in answer.usage.to_json().items() if value}
    return {"answer": data}


def answer_of(data: dict[str, Json]) -> ModelAnswer:
    """The answer that `answered` wrote. Raises KeyError, TypeError for anything else."""
    value = data.get("data")
    text = data["text"] if "text" in data else json.dumps(value, ensure_ascii=False)
    return ModelAnswer(
        text=text,
        model=data["model"],
        usage=Usage(**data.get("usage", {})),
        data=value,
        tool_calls=tuple(ToolCall(call["id"], call["tool"], call["arguments"]) for call in data.get("calls", ())),
        finish_reason=data.get("finish_reason", "stop"),
        structured_by=data.get("structured_by"),
    )


def failed(error: TaskError) -> dict[str, Json]:
    return {"error": error.to_json()}


def _parsed(text: str) -> Json:
    try:
        return json.loads(text)
    except ValueError:
        return None
