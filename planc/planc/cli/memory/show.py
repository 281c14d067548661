"""`planc memory show MEMORY [WORDS]`."""

from __future__ import annotations

import click

from ..console import data_json, say, table
from ..options import JSON, STORE
from .known import known_memory


@click.command("show")
@click.argument("memory")
@click.argument("words", nargs=-1)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most this many.")
@STORE
@JSON
def command(memory: str, words: tuple[str, ...], limit: int, store: str | None, as_json: bool) -> None:
    """Show what a memory holds, the newest first; with WORDS what an agent would recall by them, the best first."""
    from planc.project import Project
    from planc.reports.words import local_time

    notes = Project.here(store=store).store.notes()
    found = notes.find(known_memory(notes, memory), " ".join(words), limit)
    if as_json:
        data_json([{"text": each.text, "at": each.at, "run": each.run_id, "task": each.instance} for each in found])
    elif not found:
        say("nothing is found by these words")
    else:
        table(
            ((local_time(each.at), each.run_id, each.instance, each.text) for each in found),
            header=("WHEN", "RUN", "TASK", "WHAT"),
        )
