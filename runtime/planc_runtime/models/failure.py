"""What goes wrong with models, as TaskFailures with their codes."""

from __future__ import annotations

from planc_schemas.ports import ErrorKind, TaskError, TaskFailure, Usage

CODES: dict[ErrorKind, str] = {
    "invalid_output": "R301",
    "connection": "R501",
    "timeout": "R502",
    "rate_limit": "R503",
    "server_error": "R504",
    "auth": "R505",
    "bad_request": "R506",
    "refused": "R507",
}
"""The run-time code of each kind of failure of a model call; see planc_schemas.codes.models."""


def failure(
    kind: ErrorKind,
    message: str,
    help: str = "",
    retry_after: float | None = None,
    *,
    code: str | None = None,
    usage: Usage | None = None,
) -> TaskFailure:
    """A TaskFailure with the code that belongs to its kind, unless another is given."""
    return TaskFailure(TaskError(kind, message, code or CODES.get(kind, "R301"), help, retry_after), usage)
