"""`planc memory ls`."""

from __future__ import annotations

import click

from ..console import data_json, say, table
from ..options import JSON, STORE


@click.command("ls")
@STORE
@JSON
def command(store: str | None, as_json: bool) -> None:
    """List the memories of this folder: how much each holds, and since when."""
    from planc.project import Project
    from planc.reports.words import local_time

    found = Project.here(store=store).store.notes().scopes()
    if as_json:
        data_json([{"memory": each.scope, "entries": each.entries, "newest": each.newest} for each in found])
    elif not found:
        say("no agent has remembered anything beyond its run yet")
    else:
        table(
            ((each.scope, str(each.entries), local_time(each.newest)) for each in found),
            header=("MEMORY", "ENTRIES", "NEWEST"),
        )
