"""`planc diff A B` and `planc diff REVISION -- FILE`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from .console import data, data_json
from .errors import Exit, Stop
from .options import TOOLS


@click.command("diff", context_settings={"ignore_unknown_options": False})
@click.argument("before")
@click.argument("after", required=False, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
@click.option("--exit-code", is_flag=True, help="Exit with 1 when the plans differ in meaning.")
@TOOLS
def command(before: str, after: Path | None, form: str, exit_code: bool, tools: Sequence[str]) -> None:
    """Show what AFTER changes in meaning against BEFORE: tasks, prompts, rights, calls, cost, what runs again.

    BEFORE is a plan file, or a git revision: `planc diff HEAD~1 -- plans/review.plan.yaml`.
    """
    from planc.estimates.comparing import compare_files
    from planc.files.plans import compile_file
    from planc.files.revisions import compile_revision
    from planc.project import Project
    from planc.reports.diff import diff_json, diff_markdown, diff_text
    from planc_compiler.render.drawing import draw
    from planc_compiler.render.mermaid import mermaid

    project = Project.here(tools=tools)
    if after is None:
        raise Stop(Exit.USAGE, "name two plan files, or a revision and a file", "planc diff HEAD~1 -- FILE")

    is_file = Path(before).is_file()
    old_file = compile_file(Path(before), project.tools) if is_file else compile_revision(before, after, project.tools)
    new_file = compile_file(after, project.tools)
    diff = compare_files(project, old_file, new_file)
    if form == "json":
        data_json(diff_json(diff))
    elif form == "markdown":
        data(diff_markdown(diff, after.as_posix(), mermaid(draw(new_file.plan()))))
    else:
        data(diff_text(diff))
    if exit_code and not diff.empty:
        raise Stop(Exit.FAILED)
