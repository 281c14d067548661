"""`planc explain CODE`: why a diagnostic is a problem and what to do, with an example of wrong and right."""

from __future__ import annotations

import click

from .console import data, data_json, table
from .errors import Exit, Stop


@click.command("explain")
@click.argument("code", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(code: str | None, as_json: bool) -> None:
    """Explain a diagnostic CODE such as P201; without one, list them all."""
    from dataclasses import asdict

    from planc_compiler.nearest import nearest
    from planc_schemas.codes import REGISTER

    if code is None:
        if as_json:
            data_json([asdict(entry) for entry in REGISTER.values()])
        else:
            table((entry.id, entry.slug, entry.title) for entry in REGISTER.values())
        return
    wanted = code.strip()
    entry = REGISTER.get(wanted.upper()) or next((e for e in REGISTER.values() if e.slug == wanted.lower()), None)
    if entry is None:
        near = nearest(wanted.upper(), REGISTER)
        raise Stop(
            Exit.USAGE,
            f"there is no diagnostic {wanted}",
            f"did you mean `{near}`?" if near else "",
            "`planc explain` lists them all",
        )
    if as_json:
        data_json(asdict(entry))
        return
    parts = [f"{entry.id} {entry.slug}: {entry.title}", entry.explanation.strip()]
    for label, example in (("wrong", entry.bad), ("right", entry.good)):
        if example.strip():
            parts.append(f"{label}:\n\n" + "\n".join(f"    {line}".rstrip() for line in example.strip().splitlines()))
    data("\n\n".join(parts))
