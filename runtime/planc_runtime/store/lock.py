"""An exclusive lock on a file that the operating system gives back when the process dies.

flock(2), because it belongs to the open file: two executors inside one process exclude each other too, and closing
another descriptor of the file does not drop it (as it would with fcntl record locks).
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class FileLock:
    """`acquire` returns whether it got the lock; `release` gives it back."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Never waits. Raises FileNotFoundError when the file's folder is gone, and other OSErrors."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            held = self._is_current(descriptor)
        except BlockingIOError:
            held = False
        except BaseException:
            os.close(descriptor)
            raise
        if held:
            self._descriptor = descriptor
        else:
            os.close(descriptor)
        return held

    def _is_current(self, descriptor: int) -> bool:
        """Whether the path still names the file that was locked: the run may have been removed in between."""
        mine = os.fstat(descriptor)
        there = self._path.stat()
        return (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino)

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
