"""`ask`: a person answers; the run waits, without a process if need be."""

from __future__ import annotations

from planc_schemas.compiled import AskWork, CompiledTask
from planc_schemas.values import Json, digest

from ..evaluate import Scope, render
from .base import Outcome, Question, TaskContext


class AskKind:
    """Renders the question; the answer is given later, validated against the task's `output` (default: a text)."""

    def render(self, task: CompiledTask, scope: Scope) -> Json:
        assert isinstance(task.work, AskWork)
        return {"question": render(task.work.text, scope)}

    async def run(self, rendered: Json, context: TaskContext) -> Outcome:
        schema = context.task.output or {"type": "string"}
        timeout = context.task.timeout
        return Question(
            text=rendered["question"],
            schema=schema,
            digest=digest([context.run_id, context.instance, rendered["question"], schema]),
            expires_at=context.now() + timeout if timeout is not None else None,
        )
