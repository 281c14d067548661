"""How a long fetch goes: a bar on a terminal, a line every tenth in a pipe."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TextIO

from planc.escape import one_line
from planc_runtime.models.embedded.progress import Progress

WIDTH = 30
REDRAW_SECONDS = 0.1
MEGABYTE = 1_000_000


class FetchReporter:
    """Called with each `Progress`, in any thread. A context manager: the last line is ended with it."""

    def __init__(self, out: TextIO, *, live: bool) -> None:
        self._out = out
        self._live = live
        self._drawn = 0.0
        self._step = ""
        self._tenth = -1
        self._open = False

    def __enter__(self) -> FetchReporter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_line()

    def __call__(self, progress: Progress) -> None:
        if self._live:
            self._redraw(progress)
        else:
            self._report(progress)

    def _redraw(self, progress: Progress) -> None:
        now = time.monotonic()
        if progress.step == self._step and progress.done < progress.total and now - self._drawn < REDRAW_SECONDS:
            return
        if _subject(progress.step) != _subject(self._step):
            self._end_line()
        self._drawn, self._step = now, progress.step
        share = min(1.0, progress.done / progress.total) if progress.total else 0.0
        bar = "█" * round(share * WIDTH) + "░" * (WIDTH - round(share * WIDTH))
        self._out.write(f"\r\x1b[K{bar} {share:4.0%}  {_amount(progress)}  {one_line(progress.step, 60)}")
        self._out.flush()
        self._open = True

    def _report(self, progress: Progress) -> None:
        tenth = progress.done * 10 // progress.total if progress.total else 0
        if _subject(progress.step) == _subject(self._step) and tenth <= self._tenth:
            return
        self._step, self._tenth = progress.step, tenth
        self._out.write(f"{one_line(progress.step)}: {_amount(progress)}\n")
        self._out.flush()

    def _end_line(self) -> None:
        if self._open:
            self._out.write("\n")
            self._out.flush()
            self._open = False


def _subject(step: str) -> str:
    """`package index: part 3 of 22` → `package index`: steps of one subject share a bar."""
    return step.partition(":")[0]


def _amount(progress: Progress) -> str:
    if not progress.total:
        return f"{progress.done / MEGABYTE:.0f} MB"
    return f"{progress.done / MEGABYTE:.0f} of {progress.total / MEGABYTE:.0f} MB"
