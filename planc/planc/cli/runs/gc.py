"""`planc runs gc`."""

from __future__ import annotations

import click

from planc.counted import counted

from ..console import data_json, say
from ..errors import Exit, Stop
from ..options import JSON, STORE


@click.command("gc")
@click.option("--keep", type=click.IntRange(0), metavar="N", help="Keep the newest N runs.")
@click.option("--older-than", metavar="AGE", help="Remove runs that finished longer ago, such as 30d.")
@click.option("--unfinished", is_flag=True, help="Also runs that could still be resumed.")
@click.option("--dry-run", is_flag=True, help="Say which runs would be removed; remove none.")
@STORE
@JSON
def command(
    keep: int | None, older_than: str | None, unfinished: bool, dry_run: bool, store: str | None, as_json: bool
) -> None:
    """Remove old finished runs. Results that they kept can then no longer be reused."""
    import time

    from planc.project import Project
    from planc_runtime.store.base import Retention
    from planc_runtime.store.retention import superfluous
    from planc_schemas.values import parse_duration

    if keep is None and older_than is None:
        raise Stop(Exit.USAGE, "nothing says what may go", "give --keep N, --older-than AGE, or both")
    try:
        age = parse_duration(older_than) if older_than else None
    except ValueError as error:
        raise Stop(Exit.USAGE, f"--older-than: {error}") from None
    retention = Retention(keep=keep, max_age=age, unfinished=unfinished)
    kept = Project.here(store=store).store
    if dry_run:
        doomed = [run.run_id for run in superfluous(kept.runs(), retention, time.time())]
        data_json({"would_remove": doomed}) if as_json else say(
            "\n".join([*doomed, f"{counted(len(doomed), 'run')} would go"])
        )
        return
    report = kept.gc(retention, time.time())
    if as_json:
        data_json({"removed": list(report.removed), "bytes_freed": report.bytes_freed})
    else:
        say(f"removed {counted(len(report.removed), 'run')}, {report.bytes_freed / 1e6:.1f} MB")
