"""`planc import FILE`: a plan from another system's file."""

from __future__ import annotations

from pathlib import Path

import click

from .console import data, say
from .errors import Exit, Stop


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "form", type=click.Choice(["promptflow", "jobs"]), help="Its kind [default: found out].")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the plan to this file instead of stdout.")
@click.option("--force", is_flag=True, help="Overwrite the output file.")
def command(file: Path, form: str | None, output: Path | None, force: bool) -> None:
    """Make a plan of a promptflow `flow.dag.yaml` or a GitHub-Actions-like job graph.

    What has no equal in a plan is listed, never dropped silently.
    """
    from planc.files.exchange import import_file
    from planc.project import Project
    from planc_compiler.exchange.imported import CannotImport

    if output is not None and output.exists() and not force:
        raise Stop(Exit.USAGE, f"{output} exists", "choose another file, or overwrite it with --force")
    try:
        result = import_file(file, form, Project.here().tools)
    except CannotImport as error:
        raise Stop(Exit.INVALID, f"{file} cannot be imported: {error}") from None
    for line in result.dropped:
        say(f"not carried over: {line}")
    if output is None:
        data(result.text.rstrip("\n"))
    else:
        output.write_text(result.text, encoding="utf-8")
        say(f"wrote {output}")
    for problem in result.problems:
        say(f"to do by hand: {problem}")
