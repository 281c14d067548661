"""The `planc` command on a terminal of its own: what is shown can be waited for, and answered."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

from tests.support.cli import clean_environment

_STYLE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
PATIENCE = 120.0


class Terminal:
    """A context manager; the process is ended with it. stdout is a pipe, the terminal is stdin and stderr."""

    def __init__(self, *arguments: str, folder: Path, **environment: str) -> None:
        self._own, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "planc", *arguments],
            cwd=folder,
            env=clean_environment(folder, TERM="xterm", **environment),
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=theirs,
            text=True,
        )
        os.close(theirs)
        self.shown = ""
        self._written = b""
        self._read = 0

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()
        os.close(self._own)

    def expect(self, words: str) -> str:
        """Waits until the words are shown (after what was waited for before). AssertionError when they never are."""
        until = time.monotonic() + PATIENCE
        while (place := self.shown.find(words, self._read)) < 0:
            assert self._more(until), f"{words!r} was not shown, but: {self.shown}"
        self._read = place + len(words)
        return self.shown

    def enter(self, line: str) -> None:
        os.write(self._own, f"{line}\n".encode())

    def end(self) -> tuple[int, str]:
        """Exit code and stdout, when the command has ended."""
        until = time.monotonic() + PATIENCE
        while self._more(until):
            pass
        stdout, _ = self._process.communicate(timeout=PATIENCE)
        return self._process.returncode, stdout

    def _more(self, until: float) -> bool:
        """Reads on; False at the end of what is shown, or when patience is."""
        readable, _, _ = select.select([self._own], [], [], max(0.0, until - time.monotonic()))
        try:
            piece = os.read(self._own, 65_536) if readable else b""
        except OSError:  # Linux's way to say that nobody holds the other end
            piece = b""
        self._written += piece
        # As a whole: a piece may end within a letter or within a change of style.
        self.shown = _STYLE.sub("", self._written.decode("utf-8", "replace"))
        return bool(piece)
