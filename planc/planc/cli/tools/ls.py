"""`planc tools ls`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from ..console import data_json, say, table
from ..options import JSON, TOOLS


@click.command("ls")
@TOOLS
@JSON
def command(tools: Sequence[str], as_json: bool) -> None:
    """List the tools with what they touch."""
    from planc.escape import one_line
    from planc.project import Project

    project = Project.here(tools=tools)
    specs = project.tools.specs()
    if as_json:
        data_json(
            [
                {
                    "name": spec.name,
                    "description": spec.description,
                    "effects": list(spec.effects),
                    "source": spec.source,
                    "definition": spec.definition,
                }
                for spec in specs
            ]
        )
    else:
        table(
            ((spec.name, ", ".join(spec.effects) or "-", one_line(spec.description, 70)) for spec in specs),
            header=("TOOL", "TOUCHES", "WHAT IT DOES"),
        )
    for note in project.notes:
        say(f"note: {note}")
