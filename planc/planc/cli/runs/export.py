"""`planc runs export RUN`."""

from __future__ import annotations

from pathlib import Path

import click

from ..console import say
from ..options import STORE


@click.command("export")
@click.argument("run", default="last")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file instead of stdout.")
@STORE
def command(run: str, output: Path | None, store: str | None) -> None:
    """Write a run as JSON lines that stand on their own: plans first, then every event, whole."""
    from planc.project import Project

    kept = Project.here(store=store).store
    run_id = kept.resolve(run)
    if output is None:
        for line in kept.export(run_id):
            click.echo(line, nl=False)
        return
    with output.open("w", encoding="utf-8") as file:
        file.writelines(kept.export(run_id))
    say(f"wrote {output}")
