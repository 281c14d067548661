"""A chain on slower disks: `slow_disk.py [TASKS]` prints, for each disk, what the bare committing loop and a chain of
tool calls take a task, and their ratio.

A disk is made slower by strace(1): each fdatasync and fsync of the process returns so many microseconds later. Both
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
    print(
        "| sync takes longer by | commits/s of the bare loop | bare loop, µs a task | tool calls, µs a task | ratio |"
    )
    print("|---|---|---|---|---|")
    for delay in DELAYS:
        rounds = [(seconds("committing", tasks, delay), seconds("tool-full", tasks, delay)) for _ in range(ROUNDS)]
        bare, ours = (min(column) for column in zip(*rounds, strict=True))
        micro = [f"{each / tasks * 1e6:.0f}" for each in (bare, ours)]
        print(f"| {delay} µs | {tasks / bare:.0f} | {micro[0]} | {micro[1]} | {ours / bare:.2f} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
