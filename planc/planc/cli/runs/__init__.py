"""`planc runs`: the runs of this folder."""

from __future__ import annotations

import click

from ..group import LazyGroup
from ..table import Entry

TABLE = {
    "ls": Entry("ls", "", "List runs, the newest first."),
    "show": Entry("show", "", "Show a run: its tasks, their results, what it used."),
    "events": Entry("events", "", "Print a run's events; with --follow, as they come."),
    "export": Entry("export", "", "Write a run as JSON lines that stand on their own."),
    "rm": Entry("rm", "", "Remove runs."),
    "gc": Entry("gc", "", "Remove old finished runs."),
}


@click.group("runs", cls=LazyGroup, package=__name__, table=TABLE)
def command() -> None:
    """List, show, export and remove the runs of this folder (.planc, or --store).

    RUN is the beginning of a run's id, or `last` for the newest.
    """
