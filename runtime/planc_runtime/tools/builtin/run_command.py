"""The tool `run_command`."""

from __future__ import annotations

import os
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from ..context import ToolContext
from ..declare import tool
from ..processes import run, scrubbed
from ..results import tool_failure

_TAIL = 1_000


class CommandResult(TypedDict):
    exit_code: Annotated[int, Field(description="0 is success; negative: ended by that signal")]
    stdout: str
    stderr: str
    truncated: Annotated[bool, Field(description="more than max_bytes were written; the rest was thrown away")]


@tool(effects=("run:{command}", "env:{env}"))
async def run_command(
    command: Annotated[list[str], Field(min_length=1, description="program and arguments, one item each; no shell")],
    input: Annotated[str, "text for the command's standard input"] = "",
    env: Annotated[list[str] | None, "names of environment variables to pass on"] = None,
    check: Annotated[bool, "an exit code other than 0 is an error"] = True,
    max_bytes: Annotated[int, Field(ge=0, le=5_000_000, description="kept of each output")] = 1_000_000,
    *,
    context: ToolContext,
) -> CommandResult:
    """Runs a command in the working folder and returns what it wrote."""
    finished = await run(
        command,
        folder=context.folder,
        environment=scrubbed(os.environ, env or ()),
        stdin=input.encode(),
        max_bytes=max_bytes,
    )
    masker = context.secrets.masker
    clean = masker.mask_start if finished.truncated else masker.mask
    output, errors = clean(finished.output), clean(finished.errors)
    if check and finished.status != 0:
        words = (errors.strip() or output.strip())[-_TAIL:]
        raise tool_failure("R414", f"{command[0]} ended with status {finished.status}: {words}")
    return {
        "exit_code": finished.status,
        "stdout": output,
        "stderr": errors,
        "truncated": finished.truncated,
    }
