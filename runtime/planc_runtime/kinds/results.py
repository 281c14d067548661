"""Checks on what a task gives: its schema and its size."""

from __future__ import annotations

from planc_schemas.compiled import CompiledTask
from planc_schemas.ports import TaskError, TaskFailure
from planc_schemas.validate import validate
from planc_schemas.values import MAX_OUTPUT_BYTES, Json

_SHOWN = 5


def conforming(output: Json, task: CompiledTask) -> Json:
    """The output, if it matches the task's `output` schema. Raises TaskFailure (invalid_output, R301)."""
    if task.output is None:
        return output
    problems = [str(problem) for problem in validate(output, task.output)]
    if problems:
        more = f" (and {len(problems) - _SHOWN} more)" if len(problems) > _SHOWN else ""
        message = f"output does not match its schema: {'; '.join(problems[:_SHOWN])}{more}"
        raise TaskFailure(TaskError("invalid_output", message, "R301"))
    return output


def bounded_text(text: str) -> str:
    """The text, if it is not too large to be an output. Raises TaskFailure (invalid_output, R302)."""
    if len(text) > MAX_OUTPUT_BYTES // 4 and len(text.encode("utf-8", "surrogatepass")) > MAX_OUTPUT_BYTES:
        message = f"the answer has more than {MAX_OUTPUT_BYTES // (1024 * 1024)} MB"
        raise TaskFailure(TaskError("invalid_output", message, "R302", "set `max_tokens`"))
    return text
