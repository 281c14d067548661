"""`planc export PLAN --to argo|mermaid|dot|svg|json`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from .console import data, data_json, say
from .options import TOOLS

FORMS = ("argo", "mermaid", "dot", "svg", "json")


@click.command("export")
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--to", "form", type=click.Choice(FORMS), required=True, help="What to make of it.")
@click.option("--image", default="planc:latest", show_default=True, help="Container image of the tasks (argo).")
@TOOLS
def command(plan: Path, form: str, image: str, tools: Sequence[str]) -> None:
    """Write a plan in another system's form, to stdout; what has no equal there is listed on stderr."""
    from planc.files.exchange import drawing_json
    from planc.files.plans import compile_file
    from planc.project import Project
    from planc_compiler.canonical.emit import emit, tree_of
    from planc_compiler.exchange.argo import export_argo
    from planc_compiler.render import dot, drawing, mermaid, svg

    project = Project.here(tools=tools)
    compiled = compile_file(plan, project.tools, folder=project.folder).plan()
    drawn = drawing.draw(compiled)
    if form == "argo":
        exported = export_argo(compiled, image)
        for line in exported.dropped:
            say(f"not carried over: {line}")
        data(emit(tree_of(exported.document)).rstrip("\n"))
    elif form == "json":
        data_json(drawing_json(drawn))
    else:
        writers = {"mermaid": mermaid.mermaid, "dot": dot.dot, "svg": svg.svg}
        data(writers[form](drawn).rstrip("\n"))
