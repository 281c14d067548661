"""`planc init`: a folder with a first plan."""

from __future__ import annotations

from pathlib import Path

import click

from .console import say
from .errors import Exit, Stop

NAME = "hello.plan.yaml"


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
def command(folder: Path) -> None:
    """Start FOLDER (default: here) with a first plan that runs without a model."""
    from importlib.resources import files

    target = folder / NAME
    if target.exists():
        raise Stop(Exit.USAGE, f"{target} is there already", f"look at it: planc show {target}")
    folder.mkdir(parents=True, exist_ok=True)
    target.write_text(files("planc").joinpath("templates", NAME).read_text("utf-8"), encoding="utf-8")
    say(f"wrote {target}")
    say("next:")
    for command_line in (
        f"planc check {target}",
        f"planc show {target}",
        f"planc execute {target}",
        'planc plan "what you want done" -o work.plan.yaml',
    ):
        say(f"  {command_line}")
