"""Tool calls for models that cannot make them: the next step is asked for as JSON by a schema.

Small local models write a tool call as text or not at all when tools are offered the protocol's way. Constrained by a
schema they choose: `{"step": {"tool": name, "arguments": {…}}}` or `{"step": {"answer": …}}`. A request with tools
becomes one with such a schema, and its answer becomes one with tool calls, so that nobody else needs to know.

The smallest models make an answer up rather than look it up. For them (`look_up`) the answer is not among the choices
before a tool was called, as long as there is one that changes nothing; and what they write as an answer within JSON is
often broken, so they are asked for it once more in plain words (`in_words`).
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from planc_schemas.ports import Message, ModelAnswer, ModelRequest, ToolCall
from planc_schemas.values import Json, JsonSchema, canonical_json

_TEXT: JsonSchema = {"type": "string"}
_SHORT: JsonSchema = {"type": "string", "maxLength": 300}
"""For an answer that is asked for once more in plain words."""
_IN_WORDS = "Answer in one or two sentences. Use the facts above."
_LOOK_UP = (
    "You answer with the help of tools. You know no facts yourself and you cannot calculate: look every fact up and "
    "let every calculation be done by a tool, one after the other, before you answer.\n"
)


def with_schema(request: ModelRequest, *, look_up: bool = False) -> ModelRequest:
    """The request without tools, with the schema of one step and the tools told in the system message."""
    names = {call.id: call.name for message in request.messages for call in message.tool_calls}
    messages = [_message(message, names) for message in request.messages]
    told = Message("system", _told(request, look_up=look_up))
    if messages and messages[0].role == "system":
        told = Message("system", f"{messages[0].content}\n\n{told.content}")
        messages = messages[1:]
    return replace(
        request, messages=(told, *messages), tools=(), schema=_step_schema(request, look_up=look_up), schema_name="step"
    )


def with_calls(answer: ModelAnswer, request: ModelRequest) -> ModelAnswer:
    """The answer to the request as it was before `with_schema`."""
    step = answer.data["step"]
    if "tool" in step:
        number = sum(len(message.tool_calls) for message in request.messages)
        call = ToolCall(f"call_{number}", step["tool"], json.dumps(step["arguments"], ensure_ascii=False))
        return replace(answer, text="", data=None, tool_calls=(call,), finish_reason="tool_calls", structured_by=None)
    value = step["answer"]
    text = value if isinstance(value, str) else canonical_json(value)
    structured = answer.structured_by if request.schema is not None else None
    return replace(answer, text=text, data=value if request.schema is not None else None, structured_by=structured)


def in_words(request: ModelRequest) -> ModelRequest:
    """The request for the answer in plain words, to a model that has chosen to give it: the question and what was
    found, without the tools and the steps."""
    results = {message.tool_call_id: message.content for message in request.messages if message.role == "tool"}
    calls = [call for message in request.messages for call in message.tool_calls]
    found = "\n".join(f"{call.name}({call.arguments}) = {results.get(call.id, '')}" for call in calls)
    asked = "\n\n".join(message.content for message in request.messages if message.role == "user")
    parts = [asked, *([f"Facts:\n{found}"] if found else []), _IN_WORDS if found else ""]
    system = [message for message in request.messages if message.role == "system"]
    spoken = Message("user", "\n\n".join(part for part in parts if part))
    return replace(request, messages=(*system, spoken), tools=())


def _message(message: Message, names: dict[str, str]) -> Message:
    if message.role == "tool":
        return Message("user", f"Result of {names.get(message.tool_call_id or '', 'the tool')}:\n{message.content}")
    if message.tool_calls:
        steps = [_step_text(call) for call in message.tool_calls]
        return Message(message.role, "\n".join([message.content, *steps] if message.content else steps))
    return message


def _step_text(call: ToolCall) -> str:
    try:
        arguments: Json = json.loads(call.arguments)
    except (ValueError, RecursionError):
        arguments = call.arguments
    return json.dumps({"step": {"tool": call.name, "arguments": arguments}}, ensure_ascii=False)


def _told(request: ModelRequest, *, look_up: bool) -> str:
    tools = "\n".join(
        f"- {tool.name}: {tool.description} Arguments: {canonical_json(tool.arguments)}" for tool in request.tools
    )
    return (
        f"{_LOOK_UP if look_up else 'Work in steps. '}"
        "Each of your messages is one step as a JSON object, either a tool call\n"
        '{"step": {"tool": "NAME", "arguments": {…}}}\n'
        "whose result you are then told, or, once the results hold all that is asked for, the final answer\n"
        '{"step": {"answer": …}}\n'
        f"Never call a tool again with the same arguments. The tools:\n{tools}"
    )


def _step_schema(request: ModelRequest, *, look_up: bool) -> JsonSchema:
    definitions: dict[str, Json] = {}
    options: list[JsonSchema] = [
        _closed(
            tool={"type": "string", "enum": [tool.name]},
            arguments=_hoisted(tool.arguments, f"t{number}", definitions),
        )
        for number, tool in enumerate(request.tools)
    ]
    if not (look_up and _nothing_was_looked_up(request)):
        words = _SHORT if look_up else _TEXT
        wanted = words if request.schema is None else _hoisted(request.schema, "answer", definitions)
        options.append(_closed(answer=wanted))
    schema = _closed(step={"anyOf": options})
    return schema | {"$defs": definitions} if definitions else schema


def _nothing_was_looked_up(request: ModelRequest) -> bool:
    """No tool was called yet, though there is one whose call does no harm."""
    called = any(message.tool_calls for message in request.messages)
    return not called and any(not tool.changes_world and tool.name != "remember" for tool in request.tools)


def _closed(**properties: JsonSchema) -> JsonSchema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _hoisted(schema: JsonSchema, prefix: str, definitions: dict[str, Json]) -> JsonSchema:
    """`schema` for use inside another: its definitions move to the root under names of their own."""
    for keyword in ("$defs", "definitions"):
        for name, child in schema.get(keyword, {}).items():
            definitions[f"{prefix}_{name}"] = _renamed(child, prefix)
    moved = _renamed({name: value for name, value in schema.items() if name not in ("$defs", "definitions")}, prefix)
    assert isinstance(moved, dict)
    return moved


def _renamed(value: Any, prefix: str) -> Any:
    if isinstance(value, list):
        return [_renamed(item, prefix) for item in value]
    if not isinstance(value, dict):
        return value
    result = {name: _renamed(child, prefix) for name, child in value.items()}
    reference = value.get("$ref")
    if isinstance(reference, str):
        result["$ref"] = f"#/$defs/{prefix}_{reference.rpartition('/')[2]}"
    return result
