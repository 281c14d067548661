"""`planc fmt PATHS…`: canonical form."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from .console import data, say
from .errors import Exit, Stop


@click.command("fmt")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Write nothing; fail when a file is not in canonical form.")
@click.option("--diff", is_flag=True, help="Write nothing; print what would change.")
def command(paths: Sequence[Path], check: bool, diff: bool) -> None:
    """Rewrite plan files in canonical form; comments stay, the meaning too.

    PATHS are files, or folders with *.plan.yaml files below them (default: here).
    """
    from planc.files.plans import find_plans
    from planc.files.rewrite import rewritten
    from planc_compiler.fmt import format_text

    results = rewritten(find_plans(paths or (Path(),)), format_text)
    changed = [result for result in results if result.changed]
    if diff:
        for result in changed:
            data(_difference(result.path, result.before.decode("utf-8", "replace"), result.after))
    if not check and not diff:
        from planc.files.fixes import write_whole

        for result in changed:
            write_whole(result.path, result.after)
    verb = "would be rewritten" if check or diff else "rewritten"
    for result in changed:
        say(f"{verb}: {result.path}")
    say(f"{len(results) - len(changed)} of {len(results)} plans were in canonical form already")
    if check and changed:
        raise Stop(Exit.INVALID)


def _difference(path: Path, before: str, after: str) -> str:
    import difflib

    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), str(path), f"{path} (canonical)"
    )
    return "".join(lines).rstrip("\n")
