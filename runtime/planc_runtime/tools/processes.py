"""Child processes: no shell, a scrubbed environment, a process group that ends with the call, bounded output."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from planc_schemas.ports import TaskError, TaskFailure

from . import guard

PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR")
"""What every child sees of our environment; anything else needs a grant."""
_GRACE = 2.0


@dataclass(frozen=True, slots=True)
class Finished:
    """How a child ended. `status` is its exit status, negative for the signal that ended it.

    `truncated`: more than `max_bytes` came on one of the channels; the rest was thrown away.
    """

    status: int
    output: str
    errors: str
    truncated: bool


def scrubbed(environment: Mapping[str, str], granted: Sequence[str] = ()) -> dict[str, str]:
    """The environment of a child: PASSED_ON and the granted names, as far as they are set."""
    return {name: environment[name] for name in (*PASSED_ON, *granted) if name in environment}


async def run(
    command: Sequence[str], *, folder: Path, environment: Mapping[str, str], stdin: bytes, max_bytes: int
) -> Finished:
    """Runs a command to its end, which is the end of everything it started.

    When this is cancelled, the whole process group is ended before it returns; when this process is killed, the guard
    ends it. (A process that leaves the group on purpose, with setsid, escapes.) Raises TaskFailure (tool_error, R414)
    when the command cannot be started.
    """
    loop = asyncio.get_running_loop()
    child = _Child(loop, max_bytes)
    try:
        transport, _ = await loop.subprocess_exec(
            lambda: child, *command, cwd=folder, env=dict(environment), start_new_session=True
        )
    except (OSError, ValueError) as error:
        raise TaskFailure(TaskError("tool_error", f"{command[0]}: cannot be started: {error}", "R414")) from None
    try:
        _feed(transport, stdin)
        await asyncio.shield(child.exited)
    finally:
        await asyncio.shield(_end(transport, child))
    return Finished(transport.get_returncode() or 0, child.text(1), child.text(2), child.truncated)


class _Child(asyncio.SubprocessProtocol):
    """Keeps the first `limit` bytes of each output and reads the rest away.

    `exited` is done when the command has ended, `closed` when nobody holds its pipes any more. (asyncio's own
    `Process.wait` would wait for both, and so for whatever the command left in the background.)
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, limit: int) -> None:
        self.exited: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[None] = loop.create_future()
        self.truncated = False
        self._limit = limit
        self._kept = {1: bytearray(), 2: bytearray()}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.SubprocessTransport)
        guard.watch(transport.get_pid())

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        room = self._limit - len(self._kept[fd])
        self._kept[fd] += data[:room]
        self.truncated = self.truncated or len(data) > room

    def process_exited(self) -> None:
        self.exited.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set_result(None)

    def text(self, fd: int) -> str:
        return self._kept[fd].decode("utf-8", "replace")


def _feed(transport: asyncio.SubprocessTransport, data: bytes) -> None:
    pipe = transport.get_pipe_transport(0)
    if isinstance(pipe, asyncio.WriteTransport):
        pipe.write(data)
        pipe.close()


async def _end(transport: asyncio.SubprocessTransport, child: _Child) -> None:
    """Ends what is left of the group: politely while the command runs, then for good; then closes the pipes."""
    group = transport.get_pid()
    if not child.exited.done():
        _signal(group, signal.SIGTERM)
        await asyncio.wait([child.exited], timeout=_GRACE)
    _signal(group, signal.SIGKILL)
    guard.release(group)
    await child.exited
    await asyncio.wait([child.closed], timeout=_GRACE)
    transport.close()


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
