"""`planc approve PLAN`: bind an approval to plan, imports, tool definitions and rights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from .console import data, data_json, say
from .errors import Exit, Stop
from .options import JSON, TOOLS


@click.command("approve")
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--by", default="", metavar="NAME", help="Who approves; kept in the approval.")
@click.option("--check", "only_check", is_flag=True, help="Only say whether the approval still holds.")
@TOOLS
@JSON
def command(plan: Path, by: str, only_check: bool, tools: Sequence[str], as_json: bool) -> None:
    """Approve a plan as it stands; `planc execute --locked` then refuses anything else.

    The approval is a file beside the plan, to be kept in git. It binds the plan's meaning, the plans it imports, the
    definitions of the tools it may call, and every right it can reach.
    """
    from planc.files.approvals import read_lock, write_lock
    from planc.files.plans import compile_file
    from planc.project import Project
    from planc_compiler.review.lock import drift, lock_of

    project = Project.here(tools=tools)
    compiled = compile_file(plan, project.tools, folder=project.folder).plan()
    now = lock_of(compiled, project.tools, by)
    before = read_lock(plan)
    changes = drift(before, now) if before is not None else None
    if as_json:
        data_json({"approved": before is not None and not changes, "drift": changes, "lock": now.to_json()})
    if only_check:
        if before is None:
            raise Stop(Exit.FAILED, f"{plan} is not approved")
        if changes:
            raise Stop(Exit.FAILED, f"{plan} is not what was approved", *changes)
        say(f"{plan} is as it was approved")
        return
    path = write_lock(plan, now)
    for change in changes or ():
        say(f"  {change}")
    if not as_json:
        say(f"approved {now.digest[:12]}: rights {', '.join(now.rights) or 'none'}")
        data(str(path))
