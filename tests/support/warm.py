"""Many short runs of `planc` as processes of their own without paying for the start of each.

A helper process that has everything imported forks once a command. The children are whole processes: they have their
own open files, threads, locks and end, and can be killed anywhere (see `tracer`). In a test::

    with Warm() as warm:
        done = warm.run(["execute", "a.plan.yaml"], folder, environment)
        killed = warm.run([...], folder, environment, fault=Fault(17))
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

from tests.support.tracer import Fault, Traced, traced

_IMPORTED = (
    "planc.cli",
    "planc.cli.execute",
    "planc.cli.resume",
    "planc.files.approvals",
    "planc.cli.conduct",
    "planc.cli.mending",
    "planc.cli.progress.plain",
    "planc.runs.inputs",
    "planc.files.plans",
    "planc.project",
    "planc.reports.preview",
    "planc.runs.resuming",
    "planc.runs.running",
    "planc.runs.selection",
    "planc_compiler.pipeline",
    "planc_runtime.models.configured",
    "planc_runtime.replay.wrappers",
    "tests.support.journal_writer",
    "tests.support.marking_tools",
)


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended: exit status (negative for a signal), what it wrote, and the calls it came to if traced."""

    status: int
    output: str
    error: str
    calls: tuple[str, ...] = ()


class Warm:
    """The helper process; a context manager. One command at a time: take several for several at once."""

    def __enter__(self) -> Warm:
        self._logs = tempfile.TemporaryDirectory(prefix="planc-warm-")
        self._process = subprocess.Popen(
            [sys.executable, "-B", "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()
        self._logs.cleanup()

    def run(
        self,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        *,
        entry: str = "planc.cli",
        trace: bool = False,
        fault: Fault | None = None,
        kill_after: float | None = None,
    ) -> Done:
        """Runs `entry`'s `main` with these arguments in this folder. `trace`: tell its calls; `fault`: strike it at
        one of them; `kill_after`: SIGKILL after so many seconds."""
        logs = Path(self._logs.name)
        for name in ("output", "error"):  # the child may be killed before it opens them
            (logs / name).write_text("")
        asked = {
            "arguments": list(arguments),
            "folder": str(folder),
            "environment": dict(environment),
            "entry": entry,
            "logs": str(logs),
            "trace": trace or fault is not None,
            "fault": None if fault is None else {**asdict(fault), "names": sorted(fault.names)},
            "kill_after": kill_after,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the helper process is gone"
        said = json.loads(answer)
        written = [(logs / name).read_text(errors="replace") for name in ("output", "error")]
        return Done(said["status"], written[0], written[1], tuple(said["calls"]))


def _serve() -> None:
    for name in _IMPORTED:
        importlib.import_module(name)
    gc.freeze()  # the children then share these objects instead of copying their pages
    for line in sys.stdin:
        done = _run(json.loads(line))
        sys.stdout.write(json.dumps({"status": done.status, "calls": done.calls}) + "\n")
        sys.stdout.flush()


def _run(asked: dict[str, Any]) -> Traced:
    if asked["trace"]:
        fault = asked["fault"]
        return traced(
            lambda: _become(asked),
            None if fault is None else Fault(fault["number"], fault["error"], frozenset(fault["names"])),
        )
    child = os.fork()
    if child == 0:
        _become(asked)
    if asked["kill_after"] is not None:
        ended = os.pidfd_open(child)
        if not select.select([ended], [], [], asked["kill_after"])[0]:
            os.kill(child, signal.SIGKILL)
        os.close(ended)
    return Traced(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _become(asked: dict[str, Any]) -> NoReturn:
    """The child: a process as the command would have had it. Ends by SystemExit, so the interpreter shuts down."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    for number, name in ((1, "output"), (2, "error")):
        os.dup2(os.open(Path(asked["logs"]) / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    importlib.import_module(asked["entry"]).main(asked["arguments"])
    raise SystemExit(0)


if __name__ == "__main__":
    _serve()
