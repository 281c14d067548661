"""`planc model ls`."""

from __future__ import annotations

from pathlib import Path

import click

from ..console import data_json, say, table
from ..options import JSON


@click.command("ls")
@JSON
def command(as_json: bool) -> None:
    """List the embedded models and which are here."""
    from planc.project import Project
    from planc_runtime.models.embedded.cache import cached, models_folder
    from planc_runtime.models.embedded.catalogue import CATALOGUE

    folder = models_folder(Path(Project.here().settings.cache.value))
    here = {weights.name: cached(folder, weights) is not None for weights in CATALOGUE}
    if as_json:
        data_json(
            [
                {
                    "name": weights.name,
                    "size": weights.size,
                    "title": weights.title,
                    "licence": weights.licence,
                    "bytes": weights.bytes,
                    "sha256": weights.sha256,
                    "path": str(folder / weights.file_name) if here[weights.name] else None,
                }
                for weights in CATALOGUE
            ]
        )
        return
    table(
        (
            (
                weights.name,
                weights.size,
                f"{weights.bytes / 1e6:.0f} MB",
                "here" if here[weights.name] else "-",
                weights.licence,
                weights.title,
            )
            for weights in CATALOGUE
        ),
        header=("MODEL", "SIZE", "WEIGHTS", "", "LICENCE", "WHAT"),
    )
    say(f"weights are kept in {folder}; `planc model pull NAME` fetches them")
