"""Answers handed to the process that executes a run: files in the run's folder `inbox/`, a letter each.

Only that process writes the journal. Whoever answers from elsewhere leaves a letter, keeps its file locked for as long
as it waits, and reads in the journal what came of it; the executing process removes each letter that it has dealt
with. The lock dies with its process, so a letter that nobody waits for counts for nothing and is removed too: what a
killed process left behind, and what a tool of the plan wrote there with its right to write files.

Nothing is synced: a letter is worth something only while both processes live.
"""

from __future__ import annotations

import fcntl
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Final

from planc_schemas.values import MAX_OUTPUT_BYTES

from .connection import spoken

_NAME: Final = re.compile(r"[0-9a-f]{32}")
_AT_ONCE: Final = 100
"""Letters of one look, so that a folder full of files takes no longer than this."""


class FileMailbox:
    """See `base.Mailbox`. Touches nothing before the first letter."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def post(self, name: str, text: bytes) -> FileLetter:
        with spoken(self._folder):
            self._folder.mkdir(mode=0o700, exist_ok=True)
            with self._opened() as folder:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
                letter = FileLetter(self, name, os.open(name, flags, 0o600, dir_fd=folder))
            try:
                letter.write(text)
            except BaseException:
                letter.withdraw()
                raise
        return letter

    def names(self) -> list[str]:
        with suppress(OSError), self._opened() as folder, os.scandir(folder) as entries:
            letters = (entry.name for entry in entries if _NAME.fullmatch(entry.name))
            return list(islice(letters, _AT_ONCE))
        return []

    def read(self, name: str) -> bytes | None:
        # Not blocking: what stands there may be a pipe.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with (
            suppress(OSError),
            self._opened() as folder,
            os.fdopen(os.open(name, flags, dir_fd=folder), "rb") as file,
        ):
            if stat.S_ISREG(os.fstat(file.fileno()).st_mode) and _is_locked(file.fileno()):
                text = file.read(MAX_OUTPUT_BYTES + 1)
                return text if len(text) <= MAX_OUTPUT_BYTES else None
        return None

    def remove(self, name: str) -> None:
        with suppress(OSError), self._opened() as folder:
            os.unlink(name, dir_fd=folder)

    @contextmanager
    def _opened(self) -> Iterator[int]:
        """The folder itself, never what a link in its place leads to."""
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


class FileLetter:
    """See `base.Letter`; its file stays locked until it is withdrawn."""

    def __init__(self, mailbox: FileMailbox, name: str, descriptor: int) -> None:
        self._mailbox = mailbox
        self._name = name
        self._descriptor = descriptor

    def write(self, text: bytes) -> None:
        """Raises OSError. (Who looks before the lock is there takes the letter for an orphan: it is gone then.)"""
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        with os.fdopen(self._descriptor, "wb", closefd=False) as file:
            file.write(text)

    @property
    def is_gone(self) -> bool:
        return os.fstat(self._descriptor).st_nlink == 0

    def withdraw(self) -> None:
        self._mailbox.remove(self._name)
        os.close(self._descriptor)


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False
