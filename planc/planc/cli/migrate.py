"""`planc migrate PATHS…`: plan files of an older version, rewritten as this version."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from .console import say
from .errors import Exit, Stop


@click.command("migrate")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Write nothing; fail when a file is of an older version.")
def command(paths: Sequence[Path], check: bool) -> None:
    """Rewrite plan files of an older version, in canonical form; comments stay."""
    from planc.files.fixes import write_whole
    from planc.files.plans import find_plans
    from planc.files.rewrite import rewritten
    from planc_compiler.fmt import migrate_text
    from planc_compiler.source import read
    from planc_compiler.upgrade import version_of
    from planc_schemas.plan import VERSION

    older = []
    for result in rewritten(find_plans(paths), migrate_text):
        root = read(result.before, result.path.as_posix()).root
        version = version_of(root) if root is not None else None
        if version is None or version >= VERSION:
            say(f"{result.path} is of version {VERSION} already")
            continue
        older.append(result)
        if not check:
            write_whole(result.path, result.after)
        say(f"{result.path}: version {version} → {VERSION}" + (" (not written)" if check else ""))
    if check and older:
        raise Stop(Exit.INVALID)
