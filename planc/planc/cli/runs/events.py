"""`planc runs events RUN`."""

from __future__ import annotations

import click

from ..console import data
from ..options import STORE


@click.command("events")
@click.argument("run", default="last")
@click.option("--follow", is_flag=True, help="Go on until the run ends.")
@click.option("--after", type=click.IntRange(0), default=0, metavar="SEQ", help="Only events after this number.")
@STORE
def command(run: str, follow: bool, after: int, store: str | None) -> None:
    """Print a run's events as JSON lines; with --follow, as they come."""
    import asyncio
    import json

    from planc.project import Project
    from planc_runtime.store.follow import follow as followed
    from planc_schemas.events import Event

    kept = Project.here(store=store).store
    run_id = kept.resolve(run)

    def write(events: list[Event]) -> None:
        for event in events:
            line = {"seq": event.seq, "at": event.at, "type": event.type, "instance": event.instance}
            data(json.dumps({**line, "data": event.data}))

    async def write_all() -> None:
        async for batch in followed(kept, run_id, after):
            write(batch)

    if follow:
        asyncio.run(write_all())
    else:
        write(kept.read(run_id, after))
