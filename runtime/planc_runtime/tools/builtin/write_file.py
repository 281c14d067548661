"""The tool `write_file`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from ..context import ToolContext
from ..declare import tool
from ..paths import write_bytes


class Written(TypedDict):
    path: Annotated[str, Field(description="absolute path of the file")]
    bytes: int


@tool(effects=("write:{path}",))
def write_file(
    path: Annotated[str, "path of the file, absolute or relative to the working folder; missing folders are made"],
    text: Annotated[str, "the whole content"],
    overwrite: Annotated[bool, "replace a file that exists; otherwise that is an error"] = True,
    *,
    context: ToolContext,
) -> Written:
    """Writes a text file (UTF-8), as a whole or not at all."""
    content = text.encode()
    place = write_bytes(path, content, context.grants, "tool `write_file`", overwrite=overwrite)
    return {"path": str(place), "bytes": len(content)}
