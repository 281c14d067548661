"""`planc doctor`: where each setting comes from, and whether the models answer."""

from __future__ import annotations

from collections.abc import Sequence

import click

from .console import data, data_json
from .errors import Exit, Stop
from .options import JSON, MODEL, SIZE, STORE, TOOLS, Size


@click.command("doctor")
@click.option("--offline", is_flag=True, help="Ask no endpoint.")
@click.option("--thorough", is_flag=True, help="Read the embedded model's file for its SHA-256 (seconds).")
@MODEL
@SIZE
@TOOLS
@STORE
@JSON
def command(
    offline: bool,
    thorough: bool,
    model: str | None,
    size: Size | None,
    tools: Sequence[str],
    store: str | None,
    as_json: bool,
) -> None:
    """Say where each setting comes from, and whether the models answer.

    Every endpoint is asked for its models and for three short answers (text, JSON, a tool call): a few hundred tokens.
    """
    import asyncio
    from dataclasses import asdict

    from planc.doctor import examine
    from planc.project import Project

    project = Project.here(model=model, store=store, tools=tools, size=size)
    found = asyncio.run(examine(project, ask=not offline, thorough=thorough))
    if as_json:
        data_json([asdict(each) for each in found])
    else:
        for each in found:
            data(each.subject)
            for check in each.checks:
                data(f"  {'ok ' if check.ok else 'BAD'} {check.name}: {check.message}")
                if not check.ok and check.help:
                    data(f"      help: {check.help}")
    if any(each.needed and not each.ok for each in found):
        raise Stop(Exit.CONFIGURATION, "the model that planc would use cannot answer")
