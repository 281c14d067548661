"""`planc memory forget MEMORY`."""

from __future__ import annotations

import click

from planc.counted import counted

from ..console import say
from ..options import STORE
from .known import known_memory


@click.command("forget")
@click.argument("memory")
@STORE
def command(memory: str, store: str | None) -> None:
    """Empty a memory. Runs keep what their agents recalled: it stands in their journals."""
    from planc.project import Project

    notes = Project.here(store=store).store.notes()
    count = notes.forget(known_memory(notes, memory))
    say(f"forgot {counted(count, 'entry')} of {memory}")
