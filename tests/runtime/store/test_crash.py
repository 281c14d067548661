"""A real process is killed at every call that changes a file; nothing that was committed is lost or done again."""

from __future__ import annotations

import itertools
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from planc_runtime.store.sqlite import SqliteStore
from tests.support import tracer
from tests.support.journal_writer import LARGE, RUN, TASKS, output_of
from tests.support.tracer import Fault
from tests.support.warm import Warm

MODULE = "tests.support.journal_writer"
WRITER = [sys.executable, "-B", "-m", MODULE]

can_be_traced = pytest.mark.skipif(tracer.missing() is not None, reason=tracer.missing() or "")


def lines(output: str, word: str) -> list[str]:
    return [line.split()[1] for line in output.splitlines() if line.startswith(f"{word} ")]


def check_after_kill(store: SqliteStore, killed: str) -> set[str | None]:
    """What the dead process was told is committed is there; gives the tasks whose results are."""
    kept = max((int(seq) for seq in lines(killed, "kept")), default=0)
    if not list(store.folder.glob("runs/[!.]*")):
        assert kept == 0
        return set()
    events = store.read(RUN, whole=True)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert len(events) >= kept
    assert store.holder(RUN) is None
    return {event.instance for event in events if event.type == "task_finished"}


def check_finished(store: SqliteStore, before: set[str | None], killed: str, resumed: str) -> None:
    """After the resume every task has one result, and those that were committed were not done again."""
    events = store.read(RUN, whole=True)
    results = {event.instance: event.data["output"] for event in events if event.type == "task_finished"}
    assert len(results) == TASKS
    assert sum(event.type == "task_finished" for event in events) == TASKS
    assert results[LARGE] == output_of(LARGE)
    assert before.isdisjoint(lines(resumed, "did"))
    assert set(lines(killed, "did")) | set(lines(resumed, "did")) == set(results)
    with closing(sqlite3.connect(store.folder / "runs" / RUN / "journal.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.tracing
@can_be_traced
def test_nothing_committed_is_lost_wherever_the_process_is_killed(tmp_path: Path) -> None:
    struck: Counter[str] = Counter()
    progress = []
    with Warm() as warm:
        for number in itertools.count(1):
            folder = tmp_path / str(number)
            store = SqliteStore(folder)
            killed = warm.run([str(folder)], tmp_path, os.environ, entry=MODULE, fault=Fault(number))
            if killed.status == 0:
                break
            assert killed.status == -9, f"call {number}: {killed.status} {killed.output[-500:]} {killed.error[-500:]}"
            struck[killed.calls[-1]] += 1
            before = check_after_kill(store, killed.output)
            resumed = warm.run([str(folder)], tmp_path, os.environ, entry=MODULE)
            assert resumed.status == 0, f"call {number}: {resumed.output} {resumed.error}"
            check_finished(store, before, killed.output, resumed.output)
            progress.append(len(lines(killed.output, "did")))
    print(f"killed at each of {struck.total()} calls ({dict(struck)}): lost 0, done again 0")
    assert {"pwrite64", "fdatasync", "fsync", "rename"} <= struck.keys()
    assert (min(progress), max(progress)) == (0, TASKS)


def test_a_journal_of_a_dead_process_is_taken_over_at_once(tmp_path: Path) -> None:
    """SIGKILL between two commits, without a tracer: the lock dies with the process, the lease names a dead one."""
    with subprocess.Popen([*WRITER, str(tmp_path), "task_25"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        seen = ""
        for line in process.stdout:
            seen += line
            if line.startswith("did task_25"):
                process.kill()
                break
        seen += process.stdout.read()
    store = SqliteStore(tmp_path)
    assert store.summary(RUN).status == "abandoned"
    before = check_after_kill(store, seen)
    resumed = subprocess.run([*WRITER, str(tmp_path)], capture_output=True, text=True, check=True, timeout=120)
    check_finished(store, before, seen, resumed.stdout)
    assert store.summary(RUN).status == "succeeded"
