"""The tools `remember` and `recall`: what an agent keeps for later turns, later tasks or later runs.

They work only for a task whose plan declares `memory`. What is recalled is data: it is told to the model as a tool's
result and is never rendered or parsed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from planc_schemas.ports import TaskError, TaskFailure

from ..context import Memory, ToolContext
from ..declare import tool


class Remembered(TypedDict):
    text: str
    at: Annotated[str, Field(description="when it was remembered, in UTC")]
    by: Annotated[str, Field(description="the task that remembered it")]


@tool(cacheable=False, changes_world=False)
def remember(
    text: Annotated[str, Field(min_length=1, description="what to keep, in one or two sentences")],
    *,
    context: ToolContext,
) -> str:
    """Keeps a fact for later. Only what will be useful again; it can be found with `recall`."""
    memory = _memory(context, "remember")
    if len(text) > memory.max_entry_chars:
        message = f"the text has {len(text)} characters; at most {memory.max_entry_chars} are kept"
        raise TaskFailure(TaskError("bad_request", message, "R805", "remember the point, not the page"))
    memory.remember(context.secrets.masker.mask(text), context.idempotency_key)
    return "remembered"


@tool(cacheable=False)
def recall(
    query: Annotated[str, "words to look for; empty for the newest entries"] = "",
    limit: Annotated[int, Field(ge=1, le=50)] = 10,
    *,
    context: ToolContext,
) -> list[Remembered]:
    """Finds what was remembered before, the best match first."""
    found = _memory(context, "recall").recall(query, limit)
    return [{"text": memo.text, "at": _shown(memo.at), "by": memo.instance} for memo in found]


def _memory(context: ToolContext, name: str) -> Memory:
    if context.memory is None:
        message = f"tool `{name}`: the plan does not give this task a memory"
        raise TaskFailure(
            TaskError("denied", message, "R804", "write `memory: run` or `memory: plan` in an agent task")
        )
    if context.memory.right is not None:
        context.grants.require(context.memory.right, f"tool `{name}`")
    return context.memory


def _shown(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
