"""A table that redraws itself while a run goes on, for terminals. Imports rich: only imported when used."""

from __future__ import annotations

import time
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from planc.escape import one_line
from planc.reports.board import Board, Row
from planc.reports.words import duration, marks_for, progress_of, spent
from planc_schemas.compiled import CompiledPlan, RunLimits
from planc_schemas.events import Event

STYLES = {"running": "cyan", "retrying": "yellow", "waiting": "magenta", "succeeded": "green", "failed": "red"}
REFRESH_PER_SECOND = 8
ROOM_FOR_OTHERS = 6
"""Lines of the terminal that the table leaves free."""


class LiveReporter:
    """Shows one line a task; when the terminal is too low, those that run or failed and the newest others."""

    def __init__(self, plan: CompiledPlan, out: TextIO, limits: RunLimits | None = None) -> None:
        """`limits` of the run, where they are not the plan's own."""
        self._board = Board(plan)
        self._limits = limits or plan.limits
        self._note = ""
        self._console = Console(file=out, highlight=False)
        self._marks = marks_for(getattr(out, "encoding", None))
        self._live = Live(
            console=self._console, refresh_per_second=REFRESH_PER_SECOND, get_renderable=self._table, transient=False
        )

    def __enter__(self) -> LiveReporter:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def prime(self, events: list[Event]) -> None:
        """Takes in what happened before, without a word."""
        self._board.apply_all(events)

    def note(self, text: str) -> None:
        """A word below the table, in place of the one before."""
        self._note = text

    def tick(self, now: float) -> None:
        """Nothing to do: the table moves by itself."""

    def hear(self, events: list[Event]) -> None:
        """Called with each batch of committed events, in order."""
        self._board.apply_all(events)

    def _table(self) -> Table:
        now = time.time()
        table = Table.grid(padding=(0, 2))
        for _ in range(3):
            table.add_column(no_wrap=True)
        table.add_column()  # gives way when the terminal is narrow: the names of the tasks stay whole
        rows = self._shown()
        for row in rows:
            style = STYLES.get(row.state, "dim")
            table.add_row(
                Text(self._marks[row.state], style),
                Text(_name(row), "" if style == "dim" else style),
                Text(_took(row, now), "dim"),
                Text(progress_of(row, now), no_wrap=True, overflow="ellipsis"),
            )
        hidden = len(self._rows()) - len(rows)
        elapsed = duration(now - self._board.started) if self._board.started is not None else ""
        more = f"{hidden} more tasks  " if hidden else ""
        used = f"{more}{spent(self._board.totals, self._limits)}"
        table.add_row("", Text(""), Text(elapsed, "dim"), Text(used, "dim"))
        if self._note:
            table.add_row("", "", "", Text(one_line(self._note), "yellow"))
        return table

    def _rows(self) -> list[Row]:
        """The plan's tasks, those of a sub-plan below the task that has it for as long as it is not done."""
        rows: list[Row] = []
        for row in self._board.rows.values():
            rows.append(row)
            if row.state != "succeeded":
                rows += row.subtasks.values()
        return rows

    def _shown(self) -> list[Row]:
        rows = self._rows()
        room = max(3, self._console.size.height - ROOM_FOR_OTHERS)
        if len(rows) <= room:
            return rows
        order = {"failed": 0, "running": 1, "retrying": 1, "waiting": 1, "succeeded": 2, "skipped": 3, "pending": 4}
        chosen = sorted(rows, key=lambda row: (order[row.state], -(row.ended or 0)))[:room]
        keep = {row.id for row in chosen}
        return [row for row in rows if row.id in keep]

    def close(self) -> str:
        """The sums, for the last line."""
        return spent(self._board.totals)


def _name(row: Row) -> str:
    """A subtask's own name, further in."""
    return "  " * row.id.count("/") + one_line(row.id.rpartition("/")[2])


def _took(row: Row, now: float) -> str:
    if row.seconds is not None and row.complete:
        return "" if row.reused == row.done and row.done else duration(row.seconds)
    return duration(now - row.started) if row.started is not None else ""
