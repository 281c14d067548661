"""`planc promote RUN TASK`: the plan that was made for a goal becomes a file."""

from __future__ import annotations

from pathlib import Path

import click

from .console import data, say
from .errors import Exit, Stop
from .options import STORE, TOOLS


@click.command("promote")
@click.argument("run")
@click.argument("task")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The new file [default: TASK.plan.yaml].")
@click.option("--dry-run", is_flag=True, help="Show the change; write nothing.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@TOOLS
@STORE
def command(
    run: str, task: str, output: Path | None, dry_run: bool, force: bool, tools: tuple[str, ...], store: str | None
) -> None:
    """Keep the plan that RUN made for the goal TASK: write it as a file, and use it in the run's plan file.

    The task says `plan:` instead of `goal:` from then on, so that its plan is reviewed like any other and no longer
    made anew in every run. Inputs of the new plan that had the value of an expression of the goal are given that
    expression. The change in meaning is shown.
    """
    from planc.estimates.comparing import compare_files
    from planc.planners.promoting import promotion
    from planc.project import Project
    from planc.reports.diff import diff_text

    project = Project.here(store=store, tools=tools)
    made = promotion(project, project.store.resolve(run), task, output)
    if Path(made.part.name).exists() and not force and not dry_run:
        raise Stop(Exit.USAGE, f"{made.part.name} is there already", "name another with -o, or say --force")
    data(diff_text(compare_files(project, made.before, made.after)))
    for expression in made.frozen:
        say(f"note: {expression} stands in {made.part.name} as the run had it; make it an input where it should vary")
    if dry_run:
        data(made.part.text.rstrip())
        return
    made.save()
    say(f"wrote {made.part.name}")
    say(f"changed {made.after.name}: `{task.rpartition('/')[2].partition('[')[0]}` uses it")
