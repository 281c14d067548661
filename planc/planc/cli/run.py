"""`planc run GOAL`: plan and execute in one go."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from .errors import Exit, Stop
from .flags import RunFlags, run_options
from .options import MODEL, SIZE, STORE, TOOLS, Size


@click.command("run")
@click.argument("goal", nargs=-1, required=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The plan file [default: GOAL.plan.yaml].")
@click.option("-i", "--input", "inputs", multiple=True, metavar="NAME=VALUE", help="An input; @FILE reads a file.")
@click.option("--force", is_flag=True, help="Write over a plan file that is there.")
@click.option("--anew", is_flag=True, help="Plan even if a saved plan serves this goal.")
@MODEL
@SIZE
@TOOLS
@STORE
@run_options
def command(
    goal: Sequence[str],
    output: Path | None,
    inputs: Sequence[str],
    force: bool,
    anew: bool,
    model: str | None,
    size: Size | None,
    tools: Sequence[str],
    store: str | None,
    flags: RunFlags,
) -> None:
    """Plan a GOAL and execute the plan in one go. The plan is saved as a file all the same.

    Tasks that change nothing begin while the plan is still being written; if no valid plan comes of it, they are
    cancelled. A goal that a saved plan was made for (in this folder or in plans/), up to its inputs, is executed by
    that plan. Rights are granted as for `planc execute`: on a terminal a missing one is asked for when the plan is
    known.
    """
    from planc.project import Project

    from .planflow import goal_of
    from .runflow import run_goal
    from .savedflow import run_saved

    project = Project.here(model=model, store=store, tools=tools, size=size)
    words = goal_of(goal)
    path = output or Path(f"{_slug(words)}.plan.yaml")
    taken = output is not None and output.exists()
    if not (anew or force or taken) and run_saved(project, words, output, inputs, flags):
        return
    if path.exists() and not force:
        raise Stop(Exit.USAGE, f"{path} is there already", f"run it: planc execute {path}", "or plan anew with --force")
    run_goal(project, words, path, flags, inputs)


def _slug(goal: str) -> str:
    """A file name of the goal's first words."""
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in goal.lower()).split()
    return "-".join(words[:5])[:60] or "planned"
