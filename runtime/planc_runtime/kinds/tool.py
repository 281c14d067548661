"""`tool`: one tool call, no model."""

from __future__ import annotations

from planc_schemas.compiled import CompiledTask, ToolWork
from planc_schemas.values import Json

from ..evaluate import Scope, build
from .base import Done, Outcome, TaskContext
from .results import conforming


class ToolKind:
    """Builds the arguments and calls. Arguments, rights, time and result are checked where all tools are called."""

    def render(self, task: CompiledTask, scope: Scope) -> Json:
        assert isinstance(task.work, ToolWork)
        return build(task.work.arguments, scope, "with")

    async def run(self, rendered: Json, context: TaskContext) -> Outcome:
        work = context.task.work
        assert isinstance(work, ToolWork)
        result = await context.call_tool(work.tool, rendered, work.definition)
        return Done(conforming(result, context.task))
