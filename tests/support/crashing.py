"""A plan of 60 real tool calls in six layers, executed by real processes that die, and what must hold afterwards.

Each call leaves a mark outside of planc, so that calls can be counted whatever the journal says.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from planc_runtime.store.errors import RunUnknown
from planc_runtime.store.sqlite import SqliteStore
from planc_schemas.events import Event
from tests.support import tracer
from tests.support.cli import clean_environment
from tests.support.marking_tools import marks
from tests.support.processes import wait_until
from tests.support.tracer import Fault
from tests.support.warm import Done, Warm

ROOT = Path(__file__).parents[2]
LAYERS = 6
WIDTH = 10
TASKS = LAYERS * WIDTH
INSTANCES = {f"layer{layer}[{index}]" for layer in range(LAYERS) for index in range(WIDTH)}
PLAN = "crash.plan.yaml"
FLAGS = ["--tools", "tests.support.marking_tools", "--no-reuse", "--plain", "-A"]
PATIENCE = 300.0
"""Seconds for a whole run: it only bounds how long a failure takes."""
can_be_traced = pytest.mark.skipif(tracer.missing() is not None, reason=tracer.missing() or "")


def plan_text(extra: str = "") -> str:
    lines = ["version: 1", "name: crash", "tasks:"]
    for layer in range(LAYERS):
        items = f'"${{{{ tasks.layer{layer - 1}.output }}}}"' if layer else str(list(range(WIDTH)))
        lines += [f"  layer{layer}:", f"    foreach: {{in: {items}, as: n}}", "    tool: mark", extra]
        lines += [f'    with: {{name: "{layer}.${{{{ loop.index0 }}}}"}}']
    return "\n".join(line for line in lines if line) + "\n"


def mark_of(instance: str) -> str:
    layer, _, index = instance.removeprefix("layer").partition("[")
    return f"{layer}.{index.rstrip(']')}"


MARKS = {mark_of(instance) for instance in INSTANCES}


class Folder:
    """A project folder with the plan in it."""

    def __init__(self, path: Path, extra: str = "", *, seconds: float = 0.0) -> None:
        """`extra` is a line of every task, `seconds` how long each works."""
        path.mkdir()
        self.path = path
        self._marks = path / "marks"
        self.store = SqliteStore(path / ".planc")
        python_path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        more = {"MARK_SECONDS": str(seconds)} if seconds else {}
        self.environment = clean_environment(path, MARKS=str(self._marks), PYTHONPATH=python_path, **more)
        (path / PLAN).write_text(plan_text(extra))

    def arguments(self, verb: str) -> list[str]:
        return [verb, PLAN if verb == "execute" else "last", *FLAGS]

    def start(self, verb: str, *more: str) -> subprocess.Popen[str]:
        """As a process that the caller waits for."""
        return subprocess.Popen(
            [sys.executable, "-B", "-m", "planc", *self.arguments(verb), *more],
            cwd=self.path,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start_held(self, verb: str, mark: str) -> subprocess.Popen[str]:
        """The same, at work on the call with this mark, which does not end before `let_go`."""
        self.environment["MARK_HELD"] = mark
        process = self.start(verb)
        wait_until(lambda: mark in self.marks() or process.poll() is not None)
        if process.poll() is not None:
            raise AssertionError(f"it ended before mark {mark}: {process.communicate()}")
        return process

    def let_go(self) -> None:
        self._marks.with_name(f"{self._marks.name}.go").touch()

    def run(self, verb: str, *more: str) -> Done:
        process = self.start(verb, *more)
        output, error = process.communicate(timeout=PATIENCE)
        return Done(process.returncode, output, error)

    def run_warm(self, warm: Warm, *, fault: Fault | None = None, kill_after: float | None = None) -> Done:
        """Goes on: resumes, or executes as long as there is no run."""
        verb = "resume" if self.events() else "execute"
        return warm.run(self.arguments(verb), self.path, self.environment, fault=fault, kill_after=kill_after)

    def events(self) -> list[Event]:
        """Of the run that began, if one did."""
        try:
            return self.store.read(self.store.resolve("last"), whole=True)
        except RunUnknown:
            return []

    def completed(self) -> set[str]:
        return {event.instance or "" for event in self.events() if event.type == "task_finished"} & INSTANCES

    def marks(self) -> list[str]:
        return marks(self._marks)

    def is_sound(self) -> bool:
        """Does SQLite find nothing wrong with any journal?"""
        for journal in self.path.glob(".planc/runs/[!.]*/journal.db"):
            with closing(sqlite3.connect(journal)) as database:
                if database.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                    return False
        return True


class Accounts:
    """Counts what the promise forbids, over the parts of one run: completed tasks that ran again, results lost.

    Call `died` after each part that was killed, `ended` after the last.
    """

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self._completed: set[str] = set()
        self._made = 0
        self._again: Counter[str] = Counter()
        self._lost: set[str] = set()

    def died(self) -> int:
        """Gives how many tasks are completed so far."""
        self._look()
        return len(self._completed)

    def ended(self, done: Done) -> None:
        self._look()
        assert done.status == 0, f"{done.output[-500:]} {done.error[-1500:]}"
        assert not self._again, f"completed tasks ran again: {self._again}"
        assert not self._lost, f"results that were recorded are gone: {self._lost}"
        assert set(self.folder.marks()) == MARKS
        (run,) = [run for run in self.folder.store.runs() if run.status == "succeeded"]
        finished = [e.instance for e in self.folder.store.read(run.run_id) if e.type == "task_finished"]
        assert sorted(each for each in finished if each in INSTANCES) == sorted(INSTANCES)
        assert self.folder.is_sound()

    def _look(self) -> None:
        made = self.folder.marks()
        since = Counter(made[self._made :])
        self._again.update({mark: count for mark, count in since.items() if count > 1})
        self._again.update(since.keys() & {mark_of(instance) for instance in self._completed})
        completed = self.folder.completed()
        self._lost |= self._completed - completed
        self._completed, self._made = completed, len(made)
