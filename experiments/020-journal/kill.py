"""SIGKILL at random moments of 60-task runs: `python experiments/020-journal/kill.py [RUNS] [KILLS]`.

Every run is a real `planc execute`, killed after a random time, gone on with by `planc resume`, which is killed again,
and so on; then it is resumed to its end. Every task leaves a mark outside of planc. Prints what was seen.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.e2e.test_crash import INSTANCES, Folder, mark_of
from tests.support.marking_tools import marks

TASK_SECONDS = "0.4"
"""Work of each task, so that kills fall between the events of a run."""


def main(runs: int, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    seen = {"kills": 0, "killed while running": 0, "repeated": 0, "lost": 0, "in flight": 0, "not resumable": 0}
    with tempfile.TemporaryDirectory() as base:
        begun = time.perf_counter()
        assert folder_in(base, "whole").run("execute").returncode == 0
        whole = time.perf_counter() - begun
        for number in range(runs):
            one_run(folder_in(base, str(number)), kills, whole, chance, seen)
            print(f"run {number + 1}: {seen}", flush=True)


def folder_in(base: str, name: str) -> Folder:
    folder = Folder(Path(base) / name)
    folder.environment["MARK_SECONDS"] = TASK_SECONDS
    return folder


def one_run(folder: Folder, kills: int, whole: float, chance: random.Random, seen: dict[str, int]) -> None:
    for _ in range(kills):
        before, made = folder.completed(), len(marks(folder.marks))
        verb = "resume" if folder.events() else "execute"
        process = subprocess.Popen(
            folder.command(verb), env=folder.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(0.2 * whole, 0.7 * whole))
        seen["killed while running"] += process.poll() is None
        process.kill()
        process.wait()
        seen["kills"] += 1
        check(folder, before, made, seen)
    before, made = folder.completed(), len(marks(folder.marks))
    seen["not resumable"] += folder.run("resume" if folder.events() else "execute").returncode != 0
    check(folder, before, made, seen)
    seen["lost"] += len(INSTANCES - folder.completed())
    seen["in flight"] += len(marks(folder.marks)) - len(INSTANCES)


def check(folder: Folder, before: set[str], made: int, seen: dict[str, int]) -> None:
    seen["repeated"] += len({mark_of(instance) for instance in before} & set(marks(folder.marks)[made:]))
    seen["lost"] += len(before - folder.completed())
    if folder.events() and not folder.sound():
        seen["lost"] += 1000


if __name__ == "__main__":
    main(*(int(word) for word in (*sys.argv[1:], "10", "10")[:2]), seed=20)
