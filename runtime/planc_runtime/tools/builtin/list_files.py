"""The tool `list_files`."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from ..context import ToolContext
from ..declare import tool
from ..paths import entries
from ..results import tool_failure


class File(TypedDict):
    path: Annotated[str, Field(description="relative to the listed folder")]
    type: Literal["file", "folder"]
    size: Annotated[int, Field(description="bytes; 0 for a folder")]


@tool(effects=("read:{path}",))
def list_files(
    path: Annotated[str, "the folder"] = ".",
    pattern: Annotated[str, "only paths that match, such as *.md"] = "*",
    recursive: bool = False,
    limit: Annotated[int, Field(ge=1, le=10_000, description="more entries are an error")] = 1_000,
    *,
    context: ToolContext,
) -> list[File]:
    """Lists a folder: files and folders, sorted by path. Symbolic links are left out."""
    found, more = entries(path, context.grants, "tool `list_files`", recursive=recursive, limit=limit)
    if more:
        message = f"{path} has more than {limit} entries; name a folder further down or a larger `limit`"
        raise tool_failure("R405", message)
    return [
        {"path": entry.path, "type": "folder" if entry.folder else "file", "size": entry.size}
        for entry in found
        if fnmatch(entry.path, pattern) or fnmatch(entry.path.rpartition("/")[2], pattern)
    ]
