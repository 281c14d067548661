"""Plan files as they stand in a git revision, read through the `git` command; nothing is checked out."""

from __future__ import annotations

import subprocess
from pathlib import Path

from planc.project import ProjectError
from planc_compiler.pipeline import compile_plan
from planc_schemas.ports import ToolCatalogue

from .plans import PlanFile, remembering, shown_text


def compile_revision(revision: str, path: Path, tools: ToolCatalogue) -> PlanFile:
    """The plan file `path` as of `revision`, with the plans it imports as of then. Raises ProjectError."""
    text = _show(revision, path)
    if text is None:
        raise ProjectError(f"{path} is not in {revision}", f"see `git log -- {path}`")
    others: dict[str, str] = {path.as_posix(): shown_text(text)}
    load = remembering(lambda imported: _show(revision, Path(imported)), others)
    compilation = compile_plan(text, path.as_posix(), tools, load=load)
    return PlanFile(f"{revision}:{path.as_posix()}", shown_text(text), compilation, others)


def _show(revision: str, path: Path) -> bytes | None:
    """The file's bytes in the revision; None when it is not there. Raises ProjectError without git or revision."""
    folder = path.parent if path.parent.is_dir() else Path.cwd()
    if revision.startswith("-"):
        raise ProjectError(f"{revision!r} is no revision")
    try:
        if _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").returncode != 0:
            raise ProjectError(
                f"git knows no revision {revision!r} here", "name a commit, branch or tag, such as HEAD~1"
            )
        found = _git(folder, "show", f"{revision}:./{path.name}")
    except FileNotFoundError:
        raise ProjectError("comparing with a revision needs the `git` command, which is not installed") from None
    return found.stdout if found.returncode == 0 else None


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False, timeout=60)
