"""`planc execute` is killed anywhere, `planc resume` goes on: completed tasks run again 0, lost 0."""

from __future__ import annotations

import itertools
import os
import random
import shlex
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.cli import planc
from tests.support.crashing import INSTANCES, TASKS, Accounts, Folder, can_be_traced, mark_of
from tests.support.tracer import Fault
from tests.support.warm import Warm

RUNS = 10
KILLS = 100


@pytest.mark.tracing
@can_be_traced
def test_killed_at_every_call_that_changes_a_file(tmp_path: Path) -> None:
    """SIGKILL at call 1, 2, 3, … of the process, whichever thread makes it, until a run comes to its end unkilled."""
    numbers = itertools.count(1)
    struck: Counter[str] = Counter()
    completed: list[int] = []

    def kill_in_turn() -> None:
        with Warm() as warm:
            while True:
                folder = Folder(tmp_path / f"run{(number := next(numbers))}")
                accounts = Accounts(folder)
                killed = folder.run_warm(warm, fault=Fault(number))
                if killed.status == 0:  # It makes fewer calls than this.
                    accounts.ended(killed)
                    return
                assert killed.status == -9, f"call {number}: {killed.error[-1000:]}"
                completed.append(accounts.died())
                struck[killed.calls[-1]] += 1
                accounts.ended(folder.run_warm(warm))

    with ThreadPoolExecutor(2) as pool:
        for worker in [pool.submit(kill_in_turn) for _ in range(2)]:
            worker.result()
    print(f"killed at each of {struck.total()} calls ({dict(struck)}): completed tasks run again 0, lost 0")
    assert {"write", "pwrite64", "fdatasync", "fsync", "rename", "mkdir"} <= struck.keys()
    assert (min(completed), max(completed)) == (0, TASKS)


def test_a_hundred_kills_at_random_moments(tmp_path: Path) -> None:
    """Without a tracer: each of at least ten runs is killed and resumed until it ends."""
    seed = int(os.environ.get("PLANC_SEED", "4"))
    chance = random.Random(seed)
    kills = runs = 0
    amid = 0
    with Warm() as warm:
        while kills < KILLS or runs < RUNS:
            runs += 1
            folder = Folder(tmp_path / f"run{runs}", seconds=0.02)
            accounts = Accounts(folder)
            for _ in range(KILLS // RUNS):
                done = folder.run_warm(warm, kill_after=chance.uniform(0, 0.6))
                if done.status == 0:
                    break
                assert done.status == -9, done.error[-1000:]
                kills += 1
                amid += 0 < accounts.died() < TASKS
            else:
                done = folder.run_warm(warm)
            accounts.ended(done)
    print(f"{kills} kills over {runs} runs, {amid} of them amid the tasks: completed tasks run again 0, lost 0")


def test_a_process_of_its_own_killed_between_two_marks(tmp_path: Path) -> None:
    """The command as it is started from a shell, killed and resumed again and again."""
    folder = Folder(tmp_path / "run")
    accounts = Accounts(folder)
    for held in ("0.0", "1.6", "3.7", "5.8"):
        process = folder.start_held("resume" if folder.events() else "execute", held)
        process.kill()
        process.communicate()
        accounts.died()
        assert folder.is_sound()
    folder.let_go()
    accounts.ended(folder.run("resume"))


def test_a_task_that_must_not_be_repeated_is_not(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "run", extra="    on_interrupt: fail")
    process = folder.start_held("execute", mark_of("layer2[5]"))
    process.kill()
    process.communicate()
    folder.let_go()
    started = {event.instance for event in folder.events() if event.type == "task_started"} & INSTANCES
    open_ones = started - folder.completed()
    assert "layer2[5]" in open_ones
    for _ in range(2):  # resumed and resumed again
        resumed = folder.run("resume")
        assert Counter(folder.marks()).most_common(1)[0][1] == 1
        assert resumed.status == 1, resumed.error
        failed = [event for event in folder.events() if event.type == "task_failed"]
        assert {event.instance for event in failed} >= open_ones
        assert {event.data["error"]["kind"] for event in failed} == {"interrupted"}
    _, *flags = shlex.split(resumed.error.rpartition("go on: planc resume ")[2])
    assert {*flags} - {"--fresh"} == open_ones
    shown = planc("runs", "show", "last", folder=folder.path).stdout
    assert set(shlex.split(shown.rpartition("next: planc resume ")[2])) == {*flags} | {folder.store.resolve("last")}
    again = folder.run("resume", *flags)  # what the last line says
    assert again.status == 0, again.error
    repeated = {mark for mark, times in Counter(folder.marks()).items() if times > 1}
    assert mark_of("layer2[5]") in repeated  # of the others some had not begun to act
    assert repeated <= {mark_of(one) for one in open_ones}
