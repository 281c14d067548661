"""`planc schema`: the JSON Schema of plan files, for editors."""

from __future__ import annotations

from pathlib import Path

import click

from .console import say


@click.command("schema")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file instead of stdout.")
def command(output: Path | None) -> None:
    """Print the JSON Schema of plan files.

    Editors with yaml-language-server check and complete plans by it; name the file on a plan's first line:
    `# yaml-language-server: $schema=plan.v1.schema.json`.
    """
    from planc_schemas.json_schema import FILE

    text = FILE.read_text(encoding="utf-8")
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
        say(f"wrote {output}")
