"""A call of a model or a tool as the run saw it: what a trace is told besides the journal's events.

The journal says what a task came to, not when each of its calls began and ended. So whoever makes a call reports it
when it is over, however it ended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from planc_schemas.ports import ModelAnswer, ModelRequest, ToolSpec, Usage
from planc_schemas.values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCall:
    """`instance` made the call ("" for planning a run again). Times are seconds since the epoch; `error` is the kind of
    what went wrong, "cancelled" for a call that was cut off, "" for none."""

    instance: str
    began: float
    ended: float
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenModelCall(SeenCall):
    """`model` is what a person calls the model (`ports.Model.name`); `usage` is what was counted for the call, also
    when there is no `answer`."""

    model: str
    request: ModelRequest
    usage: Usage
    answer: ModelAnswer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenToolCall(SeenCall):
    """`tool` is None for one that is not installed; `key` is the call's idempotency key."""

    name: str
    arguments: Mapping[str, Json]
    key: str
    tool: ToolSpec | None = None
    result: Json = None


OnCall: TypeAlias = Callable[[SeenModelCall | SeenToolCall], None]
"""Hears every call of a run when it is over. Must not block; what it raises is ignored."""
