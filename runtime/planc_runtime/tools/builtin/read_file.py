"""The tool `read_file`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ..context import ToolContext
from ..declare import tool
from ..paths import read_bytes
from ..results import tool_failure

MAX_BYTES = 5_000_000


@tool(effects=("read:{path}",))
def read_file(
    path: Annotated[str, "path of the file, absolute or relative to the working folder"],
    max_bytes: Annotated[int, Field(ge=1, le=MAX_BYTES, description="larger files are an error")] = 1_000_000,
    *,
    context: ToolContext,
) -> str:
    """Reads a text file (UTF-8) and returns its text."""
    content = read_bytes(path, context.grants, "tool `read_file`", max_bytes)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"{path} is not UTF-8 text (byte {error.start})"
        raise tool_failure("R404", message) from None
