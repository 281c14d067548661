"""`planc model pull`."""

from __future__ import annotations

from pathlib import Path

import click

from ..console import data, say
from ..errors import Exit, Stop


@click.command("pull")
@click.argument("name", default="default")
@click.option("--file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Take this file's bytes.")
@click.option("--fresh", is_flag=True, help="Fetch again, even if the weights are here.")
def command(name: str, file: Path | None, fresh: bool) -> None:
    """Fetch an embedded model's weights. NAME: a model or a size, as `planc model ls` lists them.

    The weights count by their SHA-256, wherever they come from. A broken download goes on where it ended.
    """
    from planc.project import Project
    from planc_compiler.nearest import nearest
    from planc_runtime.models.embedded.catalogue import CATALOGUE, find

    from ..weights import fetch

    weights = find(name)
    if weights is None:
        names = [each for known in CATALOGUE for each in (known.name, known.size)]
        near = nearest(name, names)
        raise Stop(
            Exit.USAGE,
            f"there is no embedded model `{name}`",
            f"did you mean `{near}`?" if near else "",
            "`planc model ls` lists them",
        )
    path = fetch(Project.here(), weights, file=file, fresh=fresh)
    say(f"{weights.name} is here, SHA-256 {weights.sha256[:12]}")
    data(str(path))
