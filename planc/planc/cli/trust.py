"""`planc trust`: let a project folder's tools.py provide tools, as it is now."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from .console import data_json, say, table
from .errors import Exit, Stop
from .options import JSON


@click.command("trust")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True), default=Path())
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--revoke", is_flag=True, help="Take the trust back.")
@click.option("--list", "as_list", is_flag=True, help="List what is trusted.")
@JSON
def command(folder: Path, yes: bool, revoke: bool, as_list: bool, as_json: bool) -> None:
    """Let the tools.py of FOLDER (default: here) provide tools, as it is now.

    The file runs with your rights whenever planc collects tools here. It is recorded by its digest: when it changes,
    it is not loaded until you trust it again.
    """
    from planc.tools.trust import TOOLS_FILE, Trust, file_digest, trust_record

    trust = Trust(trust_record())
    if as_list:
        rows = sorted(trust.all().items())
        if as_json:
            data_json([{"file": file, "digest": digest} for file, digest in rows])
        else:
            table(((digest[:12], file) for file, digest in rows), header=("DIGEST", "FILE"))
        return
    place = folder.resolve()
    if revoke:
        say(f"{place / TOOLS_FILE} is no longer trusted" if trust.remove(place) else f"{place} was not trusted")
        return
    standing = trust.standing(place)
    if standing == "trusted":
        say(f"{place / TOOLS_FILE} is trusted already")
        return
    if standing != "none" and not yes:
        _ask(place / TOOLS_FILE, file_digest(place / TOOLS_FILE))
    digest = trust.add(place)
    say(f"trusted {place / TOOLS_FILE} as it is now (sha256 {digest[:12]}); `planc trust --revoke` takes it back")


def _ask(file: Path, digest: str) -> None:
    say(f"{file} (sha256 {digest[:12]}):", bold=True)
    say(file.read_text(encoding="utf-8", errors="replace"))
    if not sys.stdin.isatty():
        raise Stop(Exit.USAGE, "nobody is here to ask", "look at the file, then run `planc trust --yes`")
    if not click.confirm("Run this file with your rights whenever planc collects tools here?", err=True):
        raise Stop(Exit.USAGE, "not trusted")
