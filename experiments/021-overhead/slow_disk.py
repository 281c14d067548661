"""A chain on slower disks: `slow_disk.py [TASKS]` prints, for each disk, what a chain of tool calls takes a task, and
its ratio to the two loops that commit each task: the bare one, and the one with asyncio and graphlib.

A disk is made slower by strace(1): each fdatasync and fsync of the process returns so many microseconds later. All
systems are measured that way, one after the other, the least of ROUNDS.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROUNDS: Final = 3
SYSTEMS: Final = ("committing", "journalling", "tool-full")
DELAYS: Final = (0, 250, 500, 1_000, 4_000)
"""Microseconds added to each sync. With the last, the bare loop makes some 230 commits a second."""
MEASURE: Final = str(Path(__file__).with_name("measure.py"))


def seconds(system: str, tasks: int, delay: int) -> float:
    """Wall clock of the run of a chain, journal made and closed included."""
    slowed = f"inject=fdatasync,fsync:delay_exit={delay}"
    strace = ["strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e", slowed]
    command = [sys.executable, MEASURE, system, "chain", str(tasks)]
    done = subprocess.run([*(strace if delay else []), *command], capture_output=True, text=True, check=True)
    wall: float = json.loads(done.stdout)["run"][0]
    return wall


def main(tasks: int) -> None:
    if shutil.which("strace") is None:
        raise SystemExit("slow_disk.py needs strace: apt-get install strace")
    print("| sync slower by | commits/s | bare loop | asyncio loop | tool calls, µs a task | to bare | to asyncio |")
    print("|---|---|---|---|---|---|---|")
    for delay in DELAYS:
        rounds = [[seconds(system, tasks, delay) for system in SYSTEMS] for _ in range(ROUNDS)]
        bare, loop, ours = (min(column) for column in zip(*rounds, strict=True))
        micro = " | ".join(f"{each / tasks * 1e6:.0f}" for each in (bare, loop, ours))
        ratios = f"{ours / bare:.2f} | {ours / loop:.2f}"
        print(f"| {delay} µs | {tasks / bare:.0f} | {micro} | {ratios} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
