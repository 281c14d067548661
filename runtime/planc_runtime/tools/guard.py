"""Ends the commands of a planc that was killed.

SIGKILL leaves nobody behind who could end the commands that were running. So the first command starts a guard: a small
process that is told over a pipe which process groups run, and that kills those that are left when the pipe ends. The
pipe ends when planc does, however it does. (A command that was being started in that very moment may remain.)
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import cache
from typing import Final

_PROGRAM: Final = """
import os, signal, sys
groups = set()
for line in sys.stdin:
    (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
for group in groups:
    try:
        os.killpg(group, signal.SIGKILL)
    except OSError:
        pass
"""


def watch(group: int) -> None:
    """This process group runs now."""
    _tell(b"+%d\n" % group)


def release(group: int) -> None:
    """This process group has ended."""
    _tell(b"-%d\n" % group)


def _tell(line: bytes) -> None:
    with suppress(OSError):  # without a guard commands run all the same
        os.write(_guard(os.getpid()), line)


@cache
def _guard(pid: int) -> int:
    """The pipe to the guard of this process (a forked one gets its own), which is started when it is needed first."""
    reading, writing = os.pipe()
    nothing = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    try:
        os.posix_spawn(
            sys.executable,
            [sys.executable, "-I", "-S", "-c", _PROGRAM],
            {},
            file_actions=[
                (os.POSIX_SPAWN_DUP2, source, to) for source, to in ((reading, 0), (nothing, 1), (nothing, 2))
            ],
            setpgroup=0,
        )
    finally:
        os.close(reading)
        os.close(nothing)
    return writing
