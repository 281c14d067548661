"""`planc runs rm RUN…`."""

from __future__ import annotations

import click

from ..console import say
from ..options import STORE


@click.command("rm")
@click.argument("runs", nargs=-1, required=True)
@STORE
def command(runs: tuple[str, ...], store: str | None) -> None:
    """Remove runs with all they kept. A run that is being executed is refused."""
    from planc.project import Project

    kept = Project.here(store=store).store
    for run_id in [kept.resolve(run) for run in runs]:
        kept.remove(run_id)
        say(f"removed {run_id}")
