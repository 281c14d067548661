"""One point that `planc doctor` looks at, and what an endpoint can do, found out by asking it."""

from __future__ import annotations

from dataclasses import dataclass

from planc_schemas.compiled import ModelChoice
from planc_schemas.ports import Message, ModelAnswer, ModelRequest, TaskFailure, ToolSpec
from planc_schemas.values import JsonSchema

from .endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class Check:
    """`name` is what was looked at, `message` what was seen, `help` what to do when it is not `ok`."""

    name: str
    ok: bool
    message: str
    help: str = ""


_MAX_TOKENS = 300
"""Enough for models that reason before they answer two words."""
_NUMBER: JsonSchema = {
    "type": "object",
    "properties": {"number": {"type": "integer"}},
    "required": ["number"],
    "additionalProperties": False,
}
_CLOCK = ToolSpec(
    name="clock",
    description="Tells the time of day in a city.",
    arguments={
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
)


async def check_endpoint(endpoint: Endpoint, model: str | None = None) -> list[Check]:
    """Asks an endpoint for its models and for three short answers: text, JSON, a tool call.

    Costs a few hundred tokens. Stops at the first failure that makes the rest pointless; raises nothing.
    """
    listed = await _listed(endpoint)
    text, failed = await _asked(endpoint, model, "text", _request("Answer with the word yes."))
    checks = [listed, text]
    if failed:
        return checks
    for name, request in (
        ("structured", _request("Which number is three?", schema=_NUMBER)),
        ("tools", _request("What time is it in Ulm? Use the tool.", tools=(_CLOCK,))),
    ):
        checks.append((await _asked(endpoint, model, name, request))[0])
    return checks


async def _listed(endpoint: Endpoint) -> Check:
    try:
        names = sorted(await endpoint.models())
    except TaskFailure as failed:
        return Check("models", False, failed.error.message, failed.error.help)
    shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    return Check("models", True, shown or "none listed")


def _request(prompt: str, *, schema: JsonSchema | None = None, tools: tuple[ToolSpec, ...] = ()) -> ModelRequest:
    choice = ModelChoice(max_tokens=_MAX_TOKENS)
    return ModelRequest((Message("user", prompt),), choice, schema=schema, tools=tools)


async def _asked(endpoint: Endpoint, model: str | None, name: str, request: ModelRequest) -> tuple[Check, bool]:
    try:
        answer = await endpoint.model(model).answer(request)
    except TaskFailure as failed:
        return Check(name, False, failed.error.message, failed.error.help), True
    return Check(name, True, _seen(request, answer)), False


def _seen(request: ModelRequest, answer: ModelAnswer) -> str:
    if request.schema is not None:
        return f"by {answer.structured_by}"
    if request.tools:
        return "called" if answer.tool_calls else "offered, but not called"
    return f"{answer.model} answered with {answer.usage.output_tokens} tokens"
