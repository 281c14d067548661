"""`planc runs ls`."""

from __future__ import annotations

import click

from planc.counted import counted

from ..console import data_json, say, table
from ..options import JSON, STORE


@click.command("ls")
@click.option("--name", help="Only runs of the plan of this name.")
@click.option("--status", multiple=True, help="Only runs of this status, such as failed; repeatable.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="At most this many.")
@STORE
@JSON
def command(name: str | None, status: tuple[str, ...], limit: int, store: str | None, as_json: bool) -> None:
    """List runs, the newest first."""
    from planc.project import Project
    from planc.reports.runs import run_as_json, run_row, statuses
    from planc_runtime.store.base import RunFilter
    from planc_runtime.store.runid import shorten

    kept = Project.here(store=store).store
    every = kept.runs()
    short = shorten(run.run_id for run in every)
    found = kept.runs(RunFilter(name=name, statuses=statuses(status), limit=limit))
    if as_json:
        data_json([run_as_json(run) for run in found])
        return
    if not found:
        say("no runs here" + (" that match" if every else "; `planc execute PLAN` makes one"))
        return
    table((run_row(run, short) for run in found), header=("RUN", "STATUS", "PLAN", "STARTED", "TOOK", "USED"))
    if len(found) == limit < len(every):
        say(f"{counted(len(every), 'run')} in all; --limit shows more")
