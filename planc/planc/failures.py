"""Errors of the libraries as what a person should read: what, where, why and what to do, and who can mend it."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import Literal, TypeAlias

Blame: TypeAlias = Literal["usage", "plan", "configuration", "task"]
"""What has to change: the command, the plan, the configuration (settings, rights, approvals, disk), or nothing (a task
failed)."""


@dataclass(frozen=True, slots=True)
class Told:
    message: str
    help: tuple[str, ...]
    blame: Blame


def describe(error: Exception) -> Told | None:
    """Words for an error of our libraries or of the system; None for what must be a defect.

    Looks at what is already imported only, so that an early error costs no imports.
    """
    for name in (_library_error, _os_error):
        told = name(error)
        if told is not None:
            return told
    return None


_BLAMES: dict[str, Blame] = {
    "planc.config.errors.ConfigError": "configuration",
    "planc.runs.inputs.InputError": "usage",
    "planc.project.ProjectError": "usage",
    "planc.files.approvals.NotApproved": "configuration",
    "planc.errors.PlanInvalid": "plan",
    "planc_runtime.replay.yaml_text.CassetteError": "usage",
    "planc_runtime.store.errors.RunUnknown": "usage",
    "planc_runtime.store.errors.RunAmbiguous": "usage",
    "planc_runtime.store.errors.StoreError": "configuration",
    "planc_schemas.ports.TaskFailure": "task",
}
"""Class → who can mend it; a subclass counts as its nearest listed base."""

_TASK_BLAMES: dict[str, Blame] = dict.fromkeys(("denied", "auth", "connection", "unsupported"), "configuration")
"""A failure outside a run (planning, a look at an endpoint) that settings can mend."""


def _library_error(error: Exception) -> Told | None:
    for base in type(error).__mro__:
        blame = _BLAMES.get(f"{base.__module__}.{base.__qualname__}")
        if blame is None:
            continue
        task_error = getattr(error, "error", None)
        if task_error is not None and blame == "task":
            blame = _TASK_BLAMES.get(task_error.kind, blame)
            return Told(str(error), _lines(task_error.help), blame)
        what = getattr(error, "what", None)
        if what is not None:
            why = getattr(error, "why", "")
            return Told(f"{what}: {why}" if why else what, _lines(getattr(error, "help", "")), blame)
        return Told(str(error), _lines(getattr(error, "help", "")), blame)
    return None


def _lines(help: object) -> tuple[str, ...]:
    if isinstance(help, str):
        return (help,) if help else ()
    return tuple(str(line) for line in help) if isinstance(help, list | tuple) else ()


_OS_HELP = {
    errno.ENOSPC: "make room on the disk; what was committed is safe, so `planc resume` goes on",
    errno.EACCES: "check who may read and write it",
    errno.EROFS: "the disk is read-only: use another folder",
}


def _os_error(error: Exception) -> Told | None:
    if not isinstance(error, OSError):
        return None
    where = f"{error.filename}: " if error.filename else ""
    reason = error.strerror or str(error)
    usage = isinstance(error, FileNotFoundError | IsADirectoryError | NotADirectoryError | FileExistsError)
    return Told(f"{where}{reason}", _lines(_OS_HELP.get(error.errno or 0, "")), "usage" if usage else "configuration")
