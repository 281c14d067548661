"""`planc resume RUN`: go on with a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from .console import data, data_json, say
from .errors import Exit, Stop
from .flags import RunFlags, run_options
from .options import MODEL, SIZE, STORE, TOOLS, Size


@click.command("resume")
@click.argument("run", default="last")
@click.option(
    "--plan", type=click.Path(path_type=Path), help="Go on with this edited plan file [default: the run's own]."
)
@click.option("--original", is_flag=True, help="Go on with the plan as the run had it, even if its file was edited.")
@click.option("--dry-run", is_flag=True, help="Say what would be reused and what would run; run nothing.")
@MODEL
@SIZE
@TOOLS
@STORE
@run_options
def command(
    run: str,
    plan: Path | None,
    original: bool,
    dry_run: bool,
    model: str | None,
    size: Size | None,
    tools: Sequence[str],
    store: str | None,
    flags: RunFlags,
) -> None:
    """Go on with a run that was interrupted or failed, or that waits for more budget.

    RUN is the beginning of its id, or `last`. What is recorded as completed does not run again. When the plan file has
    been edited since, the run goes on with the edited plan: only what changed runs, and what reads it.
    """
    import asyncio
    from dataclasses import replace

    from planc.project import Project
    from planc.reports.preview import preview_json, preview_text
    from planc.runs.resuming import plan_to_resume
    from planc.runs.running import preview_run
    from planc_runtime.executor.options import Options

    from .conduct import known_tasks, resume_plan

    project = Project.here(model=model, store=store, tools=tools, size=size)
    run_id = project.store.resolve(run)
    chosen = plan_to_resume(project, run_id, plan, original=original)
    flags = replace(flags, fresh=tuple(known_tasks(chosen.plan, flags.fresh)))
    for note in (*project.notes, *chosen.notes):
        say(f"note: {note}")
    if dry_run:
        options = Options(fresh=frozenset(flags.fresh), reuse=not flags.no_reuse)
        steps = asyncio.run(preview_run(project, run_id, options, chosen.edit))
        data_json(preview_json(steps)) if flags.as_json else data(preview_text(steps, chosen.plan))
        return
    if chosen.edit is None and not flags.fresh and project.store.summary(run_id).status == "succeeded":
        raise Stop(Exit.OK, f"run {run_id} has succeeded: nothing to do")
    resume_plan(project, run_id, chosen.plan, flags, chosen.edit)
