"""`planc show PLAN`: stages, estimate and rights, or the graph in another form."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from planc_schemas.compiled import CompiledPlan

from .console import data, data_json, say
from .options import JSON, TOOLS

DRAWINGS = ("mermaid", "dot", "svg")


@click.command("show")
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("-i", "--input", "inputs", multiple=True, metavar="NAME=VALUE", help="Estimate with this input.")
@click.option("--why", is_flag=True, help="Say where every number of the estimate comes from.")
@click.option("--as", "form", type=click.Choice(DRAWINGS), help="Draw the graph instead.")
@TOOLS
@JSON
def command(
    plan: Path, inputs: Sequence[str], why: bool, form: str | None, tools: Sequence[str], as_json: bool
) -> None:
    """Show stages, estimate and rights of a plan."""
    from planc.estimates.estimating import estimate_plan
    from planc.files.plans import compile_file
    from planc.project import Project
    from planc.reports.plan import plan_report, plan_report_json
    from planc.runs.inputs import read_inputs

    project = Project.here(tools=tools)
    file = compile_file(plan, project.tools, folder=project.folder)
    compiled = file.plan()
    if form is not None:
        data(_drawing(form, compiled))
        return
    values = read_inputs(inputs, compiled.inputs, project.folder, partial=True)
    result = estimate_plan(project, compiled, values)
    if as_json:
        data_json(plan_report_json(compiled, result))
    else:
        data(plan_report(compiled, result, why=why))
        for note in project.notes:
            say(f"note: {note}")


def _drawing(form: str, plan: CompiledPlan) -> str:
    import importlib

    from planc_compiler.render.drawing import draw

    renderer = importlib.import_module(f"planc_compiler.render.{form}")
    return str(getattr(renderer, form)(draw(plan)))
