"""docs/cli.md, generated from the commands themselves: `python -m planc.cli.reference > docs/cli.md`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator

import click

from . import planc
from .errors import __doc__ as errors_doc

HEAD = """# Command line

Generated from the commands' own help; a test compares. stdout is data, stderr is for people, `--json` gives JSON
wherever something is listed or reported, and `-h` works everywhere.

## Exit codes

{codes}
"""


def reference() -> str:
    """The whole page as markdown."""
    codes = "\n".join(line for line in (errors_doc or "").splitlines() if line.startswith("|"))
    parts = [HEAD.format(codes=codes)]
    parts += [_section(path, command) for path, command in _walk(planc, ("planc",))]
    return "\n".join(parts)


def _walk(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group, info_name=" ".join(path))
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from _walk(command, (*path, name))


def _section(path: tuple[str, ...], command: click.Command) -> str:
    context = click.Context(command, info_name=" ".join(path))
    usage = " ".join(piece for piece in command.collect_usage_pieces(context))
    help_text = inspect.cleandoc(command.help or "").replace("\b\n", "")
    lines = [f"{'#' * min(len(path), 3)} {' '.join(path)}", "", "```", f"{' '.join(path)} {usage}".rstrip(), "```", ""]
    lines += [help_text, ""]
    rows = [record for parameter in command.get_params(context) if (record := parameter.get_help_record(context))]
    rows = [(names, text) for names, text in rows if "--help" not in names]
    if rows:
        lines += ["| option | |", "|---|---|"]
        lines += [
            f"| `{names.replace('|', chr(92) + '|')}` | {text.replace('|', chr(92) + '|')} |" for names, text in rows
        ]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(reference())
