"""Output of commands: data to stdout, words for people to stderr, always with unsafe characters made visible."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

from planc.escape import visible


def data(text: str, *, shown: bool = False) -> None:
    """A result, to stdout. `shown`: its unsafe characters are made visible already, what is left are our colours."""
    click.echo(visible(text) if sys.stdout.isatty() and not shown else _encodable(text))


def data_json(value: Any) -> None:
    """A result as JSON, to stdout: indented on a terminal, one line in a pipe."""
    indent = 2 if sys.stdout.isatty() else None
    click.echo(visible(json.dumps(value, ensure_ascii=not _utf8(), indent=indent)))


def say(text: str = "", *, bold: bool = False, dim: bool = False, colour: str | None = None) -> None:
    """A word to the person, to stderr; styles only on a terminal and without NO_COLOR."""
    shown = visible(text)
    if coloured():
        shown = click.style(shown, bold=bold or None, dim=dim or None, fg=colour)
    click.echo(shown, err=True)


def coloured() -> bool:
    """May stderr be coloured?"""
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def coloured_out() -> bool:
    """May stdout be coloured?"""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def live() -> bool:
    """Is stderr a terminal that can redraw?"""
    return sys.stderr.isatty() and os.environ.get("TERM") not in (None, "dumb")


def table(rows: Iterable[Sequence[str]], header: Sequence[str] = ()) -> None:
    """Rows to stdout in columns as wide as their content; in a pipe too, so that it can be cut by columns."""
    cells = [[visible(str(cell)).replace("\n", " ") for cell in row] for row in ([header] if header else [])]
    cells += [[visible(str(cell)).replace("\n", " ") for cell in row] for row in rows]
    if not cells:
        return
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    for row in cells:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _utf8() -> bool:
    return (getattr(sys.stdout, "encoding", "") or "").lower().replace("-", "") == "utf8"


def _encodable(text: str) -> str:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
