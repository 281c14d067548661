"""The folder of weights: every file is named by the SHA-256 of its bytes, and gets its name only when that is right."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from planc_schemas.ports import TaskError, TaskFailure

from .catalogue import Weights
from .progress import OnProgress, Progress, silent

_BLOCK = 8 * 1024 * 1024


def models_folder(cache_dir: Path | None, environment: Mapping[str, str] = os.environ) -> Path:
    """Where weights lie: `models` in `cache_dir`, else in $PLANC_CACHE_DIR, $XDG_CACHE_HOME/planc or ~/.cache/planc."""
    if cache_dir is None and environment.get("PLANC_CACHE_DIR"):
        cache_dir = Path(environment["PLANC_CACHE_DIR"])
    if cache_dir is None:
        base = environment.get("XDG_CACHE_HOME")
        cache_dir = (Path(base) if base else Path.home() / ".cache") / "planc"
    return cache_dir / "models"


def cached(folder: Path, weights: Weights) -> Path | None:
    """The file of `weights`, if it is there whole. Its hash was checked before it got its name."""
    path = folder / weights.file_name
    return path if path.is_file() and path.stat().st_size == weights.bytes else None


def sha256_of(path: Path, on_progress: OnProgress = silent, step: str = "checking SHA-256") -> str:
    """The SHA-256 of a file, 64 hex digits. Raises OSError."""
    total = path.stat().st_size
    hasher = hashlib.sha256()
    done = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            hasher.update(block)
            done += len(block)
            on_progress(Progress(step, done, total))
    return hasher.hexdigest()


def check_hash(path: Path, weights: Weights, on_progress: OnProgress = silent) -> None:
    """Raises TaskFailure, naming both hashes, when the file is not `weights`."""
    found = sha256_of(path, on_progress)
    if found != weights.sha256:
        raise TaskFailure(
            TaskError(
                "unsupported",
                f"{path} is not {weights.name}: its SHA-256 is {found}, expected {weights.sha256}",
                "R522",
                "it is damaged or another file; remove it and run `planc model pull` again",
            )
        )


def adopt(path: Path, folder: Path, weights: Weights, on_progress: OnProgress = silent) -> Path:
    """Checks a finished file of the same folder and gives it its name. Raises TaskFailure for a wrong hash."""
    check_hash(path, weights, on_progress)
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    target = folder / weights.file_name
    path.replace(target)
    return target


@contextmanager
def locked(folder: Path, weights: Weights, on_progress: OnProgress = silent) -> Iterator[None]:
    """Holds the only right to fetch `weights` into `folder`; waits for another process that holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{weights.sha256}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_progress(Progress("waiting: another planc is fetching the same weights", 0, weights.bytes))
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
