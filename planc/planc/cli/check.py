"""`planc check PATHS…`: every problem of plan files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from shutil import get_terminal_size

import click

from planc.counted import counted

from .console import coloured_out, data, say
from .errors import Exit, Stop
from .options import TOOLS

FORMATS = ("text", "json", "github", "sarif")


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="How to report.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--fix", is_flag=True, help="Make the repairs that are safe, then check again.")
@click.option("--strict", is_flag=True, help="Warnings fail the check too.")
@TOOLS
def command(paths: Sequence[Path], form: str, as_json: bool, fix: bool, strict: bool, tools: Sequence[str]) -> None:
    """Find every problem of plan files.

    PATHS are files, or folders with *.plan.yaml files below them (default: here). Nothing of a plan is run.
    """
    from planc.diagnostics import render
    from planc.files.plans import compile_file, find_plans
    from planc.project import Project
    from planc_schemas.diagnostics import has_errors

    project = Project.here(tools=tools)
    found = find_plans(paths or (Path(),))
    if not found:
        raise Stop(
            Exit.USAGE, "there are no plan files here", "plan files end in .plan.yaml; `planc init` writes a first one"
        )
    files = [compile_file(path, project.tools, folder=project.folder) for path in found]
    if fix:
        from planc.files.fixes import fix_file

        files = [fix_file(file, project, say) for file in files]
    # A sub-plan that is checked by itself too has its problems once.
    diagnostics = list(dict.fromkeys(diagnostic for file in files for diagnostic in file.diagnostics))
    sources = {name: text for file in files for name, text in file.sources.items()}
    form = "json" if as_json else form
    width = get_terminal_size((120, 24)).columns
    report = render(form, diagnostics, sources, colour=coloured_out(), width=width)
    if report:
        data(report, shown=form == "text")
    errors = sum(diagnostic.severity == "error" for diagnostic in diagnostics)
    warnings = sum(diagnostic.severity == "warning" for diagnostic in diagnostics)
    for note in project.notes if errors else ():  # a tool that was left out may be what is missing
        say(f"note: {note}")
    say(summary(len(files), errors, warnings))
    if has_errors(diagnostics) or (strict and warnings):
        raise Stop(Exit.INVALID)


def summary(files: int, errors: int, warnings: int) -> str:
    """`2 plans checked: 1 error, 3 warnings`."""
    plans = f"{counted(files, 'plan')} checked"
    if not errors and not warnings:
        return f"{plans}: no problem"
    counts = [counted(errors, "error")] if errors else []
    counts += [counted(warnings, "warning")] if warnings else []
    return f"{plans}: {', '.join(counts)}"
