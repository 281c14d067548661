"""`planc report RUN -o FILE`: one run as one HTML file."""

from __future__ import annotations

from pathlib import Path

import click

from planc_runtime.extras import install

from .console import data, say
from .errors import Exit, Stop
from .options import STORE


@click.command("report")
@click.argument("run", default="last")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file [default: RUN.html].")
@click.option("--force", is_flag=True, help="Overwrite the file.")
@STORE
def command(run: str, output: Path | None, force: bool, store: str | None) -> None:
    """Write a run as one self-contained HTML page: graph, timeline, prompts, outputs, history.

    It needs no server and no network, for CI artefacts and e-mail.
    """
    import time

    from planc.project import Project

    try:
        from planc.serving.report import report
    except ImportError as error:
        raise Stop(Exit.CONFIGURATION, f"the page is not installed ({error.name})", install("serve")) from None

    kept = Project.here(store=store).store
    run_id = kept.resolve(run)
    path = output or Path(f"{run_id}.html")
    if path.exists() and not force:
        raise Stop(Exit.USAGE, f"{path} exists", "choose another file with -o, or overwrite it with --force")
    path.write_text(report(kept, run_id, time.time()), encoding="utf-8")
    say(f"wrote {path.stat().st_size / 1000:.0f} kB")
    data(str(path))
