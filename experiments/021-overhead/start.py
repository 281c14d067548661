"""Seconds from the start of `planc execute` to the first task: `start.py`.

A real process each time; the plan's only task calls a tool that writes the clock down. Wall clock of the process up to
that moment, CPU seconds of the whole process; the least of RUNS, beside a process that only imports asyncio.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 7
TOOL = '''
import time
import planc


@planc.tool
def first() -> float:
    """Gives the time."""
    return time.time()
'''
PLAN = "version: 1\nname: start\ntasks: {a: {tool: first}}\noutputs: {at: '${{ tasks.a.output }}'}\n"


def measured(command: list[str], folder: Path) -> tuple[float, float, str]:
    """(CPU seconds, when it began, what it printed)."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.time()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, began, done.stdout


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="planc-start-") as name:
        folder = Path(name)
        (folder / "clock.py").write_text(TOOL, "utf-8")
        (folder / "start.plan.yaml").write_text(PLAN, "utf-8")
        os.environ["HOME"] = name
        ours = [sys.executable, "-m", "planc", "execute", "start.plan.yaml", "--tools", "clock.py", "--no-reuse"]
        until, cpu, bare = [], [], []
        for _ in range(RUNS):
            seconds, began, printed = measured(ours, folder)
            cpu.append(seconds)
            until.append(float(printed) - began)
            bare.append(measured([sys.executable, "-c", "import asyncio, sqlite3"], folder)[0])
    sys.stdout.write(f"to the first task {min(until):.2f} s wall; the whole process {min(cpu):.2f} s CPU, ")
    sys.stdout.write(f"python with asyncio and sqlite3 alone {min(bare):.2f} s CPU\n")


if __name__ == "__main__":
    main()
