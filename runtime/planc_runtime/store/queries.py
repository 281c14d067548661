"""Named SQL statements, read once from the package's .sql files: no SQL stands in Python strings."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def queries(file: str = "queries.sql") -> dict[str, str]:
    """Name → statement of every `-- name: …` block of a .sql file beside this module."""
    pieces = _NAME.split(files(__package__).joinpath(file).read_text(encoding="utf-8"))
    return {name: statement.strip() for name, statement in zip(pieces[1::2], pieces[2::2], strict=True)}


@cache
def migrations() -> tuple[tuple[str, str], ...]:
    """Name and SQL of each step from an empty file to the current format, in order; step n leads to format n."""
    folder = files(__package__).joinpath("migrations")
    steps = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda entry: entry.name)
    return tuple((step.name.removesuffix(".sql"), step.read_text(encoding="utf-8")) for step in steps)
