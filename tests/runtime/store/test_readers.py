"""Readers in other processes see a growing, gapless beginning of the journal, and never get in the writer's way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from planc_runtime.store.lease import this_process
from planc_runtime.store.sqlite import SqliteStore
from tests.support.journals import begin, run_finished, task_finished

ME = this_process()
FOLLOW = """
import asyncio, sys
from planc_runtime.store.follow import follow
from planc_runtime.store.sqlite import SqliteStore

async def main():
    print("ready", flush=True)
    async for batch in follow(SqliteStore(sys.argv[1]), "R1", interval=0.001):
        for event in batch:
            print(event.seq, flush=True)

asyncio.run(main())
"""


def test_followers_in_other_processes_miss_nothing(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    journal = begin(store, "R1", ME)
    with ExitStack() as processes:
        followers = [
            processes.enter_context(
                subprocess.Popen([sys.executable, "-c", FOLLOW, str(tmp_path)], stdout=subprocess.PIPE, text=True)
            )
            for _ in range(3)
        ]
        outputs = [follower.stdout for follower in followers if follower.stdout is not None]
        assert [output.readline() for output in outputs] == ["ready\n"] * 3
        for number in range(300):
            journal.append([task_finished(f"t{number}_{part}", "x" * 500) for part in range(3)])
            journal.commit()
        journal.append([run_finished()])
        journal.close()
        expected = "".join(f"{seq}\n" for seq in range(1, 903))
        assert [output.read() for output in outputs] == [expected] * 3


def test_a_reader_of_a_killed_writers_journal_sees_what_was_committed(tmp_path: Path) -> None:
    """The log is still hot: nobody has checkpointed it, and the reader must not either."""
    code = """
import os, sys
from planc_runtime.store.lease import this_process
from planc_runtime.store.sqlite import SqliteStore
from tests.support.journals import begin, task_finished
journal = begin(SqliteStore(sys.argv[1]), "R1", this_process())
for number in range(50):
    journal.append([task_finished(f"t{number}", number)])
    journal.commit()
journal.append([task_finished("lost", 0)])
os.kill(os.getpid(), 9)
"""
    root = str(Path(__file__).parents[3])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])}
    died = subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=environment, check=False)
    assert died.returncode == -9
    store = SqliteStore(tmp_path)
    log = tmp_path / "runs" / "R1" / "journal.db-wal"
    before = log.read_bytes()
    assert [event.data.get("output") for event in store.read("R1", after=1)] == list(range(50))
    assert store.summary("R1").status == "abandoned"
    assert json.loads(list(store.export("R1"))[-1])["instance"] == "t49"
    assert log.read_bytes() == before
