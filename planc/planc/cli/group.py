"""Groups of commands that import a command only when it is used."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import click

from .table import SECTIONS, Entry


class LazyGroup(click.Group):
    """A group whose commands are modules: each has a click command called `command`.

    Subgroups (`planc runs ls`) use it too; theirs is a table of their own.
    """

    def __init__(self, *args: object, package: str, table: Mapping[str, Entry], **extra: object) -> None:
        super().__init__(*args, **extra)  # type: ignore[arg-type]  # click's own long parameter list, passed through
        self._package = package
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = self._table.get(cmd_name)
        if entry is None:
            return None
        command = importlib.import_module(f"{self._package}.{entry.module}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in self._table:
            raise click.NoSuchCommand(args[0], possibilities=self._table, ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections = {entry.section for entry in self._table.values()}
        for section in (*SECTIONS, *sorted(sections.difference(SECTIONS))):
            rows = [(name, entry.help) for name, entry in self._table.items() if entry.section == section]
            if rows:
                with formatter.section(section or "Commands"):
                    formatter.write_dl(rows)
