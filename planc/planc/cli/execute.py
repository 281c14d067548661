"""`planc execute PLAN`: run a plan."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import click

from .console import say
from .errors import Exit, Stop
from .flags import RunFlags, run_options
from .options import MODEL, SIZE, STORE, TOOLS, Size


@click.command("execute")
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("-i", "--input", "inputs", multiple=True, metavar="NAME=VALUE", help="An input; @FILE reads a file.")
@click.option("--only", multiple=True, metavar="TASK", help="Run TASK and what it needs, nothing else; repeatable.")
@click.option("--from", "start", multiple=True, metavar="TASK", help="Run TASK and all after it again; repeatable.")
@click.option("--dry-run", is_flag=True, help="Say what would be reused and what would run; run nothing.")
@click.option("--record", type=click.Path(path_type=Path), metavar="FILE", help="Write all calls to a cassette.")
@click.option(
    "--replay", "recorded", type=click.Path(path_type=Path), metavar="FILE", help="Answer all calls from a cassette."
)
@click.option(
    "--replan",
    type=click.IntRange(0, 10),
    default=0,
    show_default=True,
    metavar="N",
    help="When the run fails, have the plan mended and go on, at most N times.",
)
@click.option("--locked", is_flag=True, help="Refuse unless the plan is just what `planc approve` approved.")
@click.option("--web", is_flag=True, help="Open the live page beside it: watch, answer, cancel there.")
@MODEL
@SIZE
@TOOLS
@STORE
@run_options
def command(
    plan: Path,
    inputs: Sequence[str],
    only: Sequence[str],
    start: Sequence[str],
    dry_run: bool,
    record: Path | None,
    recorded: Path | None,
    replan: int,
    locked: bool,
    web: bool,
    model: str | None,
    size: Size | None,
    tools: Sequence[str],
    store: str | None,
    flags: RunFlags,
) -> None:
    """Run a plan; results of earlier runs are reused where nothing that decides them changed.

    The outputs go to stdout. A run that was interrupted or failed goes on with `planc resume`.

    With --replan the planner is shown what failed. Its plan is held to the tools, rights and budget of yours and shown
    as a diff; what is done stays done. Your file is not touched: `planc runs show RUN --plan` prints the new plan.
    """
    from dataclasses import replace

    from planc.files.plans import compile_file
    from planc.project import Project
    from planc.runs.inputs import read_inputs
    from planc.runs.selection import downstream
    from planc.runs.selection import only as part_of

    from .conduct import known_tasks, run_plan, say_what_would_run

    project = Project.here(model=model, store=store, tools=tools, size=size)
    file = compile_file(plan, project.tools, folder=project.folder)
    compiled = file.plan()
    if locked:
        from planc.files.approvals import require_approval

        require_approval(plan, compiled, project.tools)
    values = read_inputs(inputs, compiled.inputs, project.folder)
    flags = replace(
        flags, fresh=(*known_tasks(compiled, flags.fresh), *downstream(compiled, known_tasks(compiled, start)))
    )
    if only:
        compiled = part_of(compiled, known_tasks(compiled, only))
    for note in project.notes:
        say(f"note: {note}")
    if dry_run:
        say_what_would_run(project, compiled, values, flags)
        return
    mended = None
    if replan:
        from .mending import mender

        mended = mender(project, file, replan, alone=not (only or record or recorded or locked), plain=flags.plain)
    beside = _page(web, record, recorded, replan)
    tapes = {"record": record, "recorded": recorded}
    run_plan(project, compiled, values, flags, text=file.text, mended=mended, beside=beside, **tapes)


def _page(
    web: bool, record: Path | None, recorded: Path | None, replan: int
) -> Callable[..., Coroutine[None, None, Any]] | None:
    """What executes the plan with the page beside it, if that is wanted."""
    if not web:
        return None
    if record or recorded or replan:
        raise Stop(Exit.USAGE, "--web does not go with --record, --replay and --replan")
    from .webpage import run_with_page

    return run_with_page
