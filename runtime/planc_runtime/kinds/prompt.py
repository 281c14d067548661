"""`prompt`: one model call."""

from __future__ import annotations

from planc_schemas.compiled import CompiledTask, PromptWork
from planc_schemas.ports import Message, ModelRequest, TaskError, TaskFailure
from planc_schemas.values import Json

from ..evaluate import Scope, render
from .base import Done, Outcome, TaskContext
from .results import bounded_text, conforming


class PromptKind:
    """Renders the texts, asks once. The output is the answer's text, or its data when the task has a schema."""

    def render(self, task: CompiledTask, scope: Scope) -> Json:
        assert isinstance(task.work, PromptWork)
        rendered: dict[str, Json] = {}
        if task.work.system is not None:
            rendered["system"] = render(task.work.system, scope, "system")
        rendered["prompt"] = render(task.work.prompt, scope, "prompt")
        return rendered

    async def run(self, rendered: Json, context: TaskContext) -> Outcome:
        answer = await context.ask_model(prompt_request(rendered, context))
        if answer.finish_reason == "length":
            help_ = "raise `max_tokens`, or ask for less"
            raise TaskFailure(TaskError("invalid_output", "the answer was cut off at `max_tokens`", "R303", help_))
        if context.task.output is None:
            return Done(bounded_text(answer.text))
        return Done(conforming(answer.data, context.task))


def prompt_request(rendered: Json, context: TaskContext) -> ModelRequest:
    """The call of a prompt. What is the same for all instances of a task comes first (the system text), so that a
    provider's prefix cache can serve it."""
    work, task = context.task.work, context.task
    assert isinstance(work, PromptWork)
    messages = [Message("system", rendered["system"])] if "system" in rendered else []
    messages.append(Message("user", rendered["prompt"]))
    return ModelRequest(
        tuple(messages),
        work.model,
        schema=task.output,
        schema_name=task.id,
        idempotency_key=context.idempotency_key,
    )
