"""`planc plan GOAL`: a goal becomes a plan file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from .console import data, data_json, say
from .errors import Exit, Stop
from .options import MODEL, SIZE, TOOLS, Size
from .planflags import PlanFlags, plan_options


@click.command("plan")
@click.argument("goal", nargs=-1, required=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the plan to this file [default: stdout].")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@plan_options
@MODEL
@SIZE
@TOOLS
@click.option("--json", "as_json", is_flag=True, help="Print the plan with how it came about as JSON.")
def command(
    goal: Sequence[str],
    output: Path | None,
    force: bool,
    flags: PlanFlags,
    model: str | None,
    size: Size | None,
    tools: Sequence[str],
    as_json: bool,
) -> None:
    """Turn a GOAL into a plan file: words, @FILE, or - for stdin.

    The model writes a draft; the draft is checked, repaired and written as YAML. Nothing of it is run. A goal that a
    saved plan (in this folder or in plans/) was made for, up to its inputs, is answered by that plan.
    """
    from planc.project import Project
    from planc.reports.planned import planned_json

    from .planflow import draft_plan, flags_for, goal_of, planner_options, show_plan
    from .reviseflow import revise_file
    from .savedflow import explain_planning, offer_saved

    if output is not None and output.exists() and not force:
        raise Stop(Exit.USAGE, f"{output} is there already", "name another file, or write over it with --force")
    if flags.revise is not None and flags.settings_of_the_plan:
        raise Stop(
            Exit.USAGE, f"{flags.settings_of_the_plan} is for new plans", f"it stands in {flags.revise}: edit it"
        )
    project = Project.here(model=model, tools=tools, size=size)
    words, options = goal_of(goal), planner_options(flags, output or flags.revise)
    if flags.explain:
        explain_planning(project, words, options)
    if flags.revise is not None:
        file, planning = revise_file(project, flags.revise, words, options, output)
    else:
        if not (flags.anew or flags.constrained) and offer_saved(project, words, output, as_json=as_json):
            return
        file, planning = draft_plan(project, words, output, options)
    if as_json:
        data_json(planned_json(planning))
    elif output is None and flags.revise is None:
        data(file.text.rstrip("\n"))
    show_plan(project, file)
    if output is not None or flags.revise is not None:
        say(f"next: planc execute {file.name}{flags_for(file.plan())}")
