"""Repairs that a machine can make, applied to plan files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from planc.project import Project
from planc_compiler.fixes import apply_fixes, safe_fixes

from .plans import PlanFile, compile_text

__all__ = ["apply_fixes", "fix_file", "safe_fixes", "write_whole"]

ROUNDS = 5
"""Fixing one problem may uncover another; after this many rounds we stop."""


def fix_file(file: PlanFile, project: Project, tell: Callable[[str], None]) -> PlanFile:
    """Applies safe fixes until there are none left, writes the file, and gives it as it is then.

    A file that is not UTF-8 is left alone: what could not be read would be written back as U+FFFD.
    """
    original = file
    if any(found.code == "P001" and found.place.file == file.name for found in file.diagnostics):
        return file
    for _ in range(ROUNDS):
        text, applied = apply_fixes(file.text, file.name, safe_fixes(file.diagnostics))
        if not applied:
            break
        for fix in applied:
            tell(f"fixed {file.name}: {fix.title}")
        file = compile_text(text, file.name, project.tools, folder=project.folder)
    if file is not original:
        write_whole(Path(file.name), file.text)
    return file


def write_whole(path: Path, text: str) -> None:
    """Writes a file as a whole or not at all, keeping its mode."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(draft).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~umask)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
