"""A tool that leaves a mark outside of planc each time it is called: a file whose name stands in $MARKS grows a line.

The mark is made by one write to a file opened for appending, so it survives the process being killed a moment later.
The call whose mark is $MARK_HELD does not end before there is a file $MARKS.go: whoever stops or kills the process then
finds it at work, however slow either of them is.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import planc


@planc.tool
async def mark(name: str) -> str:
    """Leaves a mark and gives its name back, after $MARK_SECONDS seconds of work (none when it is not set).

    Args:
        name: What the mark says.
    """
    descriptor = os.open(os.environ["MARKS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, f"{name}\n".encode())
    finally:
        os.close(descriptor)
    await asyncio.sleep(float(os.environ.get("MARK_SECONDS", "0")))
    while _is_held(name):  # noqa: ASYNC110  # another process says when it may end
        await asyncio.sleep(0.01)
    return name


def _is_held(name: str) -> bool:
    return name == os.environ.get("MARK_HELD") and not Path(f"{os.environ['MARKS']}.go").exists()


def marks(file: Path) -> list[str]:
    """The marks made so far, in order."""
    return file.read_text().splitlines() if file.exists() else []
