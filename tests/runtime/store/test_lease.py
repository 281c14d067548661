"""Whether a holder lives: by its process where it can be seen, by the clock elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from planc_runtime.store import lease as module
from planc_runtime.store.errors import RunHeld
from planc_runtime.store.lease import Lease, standing, this_process
from planc_runtime.store.lock import FileLock
from planc_runtime.store.sqlite import SqliteStore
from tests.support.journals import NOBODY, begin
from tests.support.processes import wait_until

ME = this_process()
LATER = 1e12


def test_a_run_nobody_holds_is_free() -> None:
    assert standing(Lease(3, None), now=0.0) == "free"


def test_a_living_process_holds_its_run_whatever_the_clock_says() -> None:
    assert standing(Lease(1, ME, expires_at=0.0), now=LATER) == "held"


def test_a_dead_process_holds_nothing_whatever_the_clock_says() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert standing(Lease(1, replace(ME, pid=ended.pid), expires_at=LATER), now=0.0) == "dead"


def test_a_process_that_is_killed_but_not_yet_buried_is_dead() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    holder = replace(ME, pid=process.pid, started=module._start_of(process.pid) or 0)
    assert standing(Lease(1, holder), now=0.0) == "held"
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert standing(Lease(1, holder), now=0.0) == "dead"
    process.communicate()


def test_a_number_that_another_process_has_now_is_not_the_holder() -> None:
    assert standing(Lease(1, replace(ME, started=ME.started - 1)), now=0.0) == "dead"


def test_elsewhere_the_clock_decides() -> None:
    assert standing(Lease(1, NOBODY, expires_at=100.0), now=99.0) == "held"
    assert standing(Lease(1, NOBODY, expires_at=100.0), now=100.0) == "dead"


def test_a_lock_excludes_within_one_process_too(tmp_path: Path) -> None:
    one, other = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert one.acquire()
    assert not other.acquire()
    one.release()
    one.release()
    assert other.acquire()
    other.release()


def test_a_lock_whose_file_was_removed_meanwhile_is_none(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    one = FileLock(path)
    path.touch()
    descriptor = os.open(path, os.O_RDONLY)
    path.unlink()
    path.touch()
    assert not one._is_current(descriptor)
    os.close(descriptor)


HOLD = """
import sys
from planc_runtime.store.lease import this_process
from planc_runtime.store.sqlite import SqliteStore
journal = SqliteStore(sys.argv[1]).open("R1", this_process())
print(journal.fence, flush=True)
input()
"""


def test_of_two_processes_one_works_and_the_other_says_who_holds_it(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    begin(store, "R1", ME).close()
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "2\n"
        try:
            store.open("R1", ME)
        except RunHeld as held:
            assert f"by process {process.pid} on {ME.host}" in str(held)
        else:
            raise AssertionError("two executors on one run")
        assert store.summary("R1").status == "running"
        process.kill()
        process.communicate()
    journal = store.open("R1", ME)
    assert journal.fence == 3
    journal.close()


def test_of_many_that_start_at_once_one_works(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    begin(store, "R1", ME).close()
    code = HOLD.replace("input()", "sys.stdin.read()")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    wait_until(lambda: sum(process.poll() is not None for process in processes) >= 3)
    winners = [process for process in processes if process.poll() is None]
    answers = [process.communicate() for process in processes]
    assert len(winners) == 1
    assert sorted(out for out, _ in answers) == ["", "", "", "2\n"]
    assert sum("RunHeld" in error for _, error in answers) == 3
