"""50 runs at once of 100 tasks, each with a reader of its events, under a prober of statuses. See README.md.

    python experiments/080-server-load/load.py [--runs 50] [--tasks 100] [--seconds 0.05] [--at-once 64]

Starts a real `planc serve` on loopback with a model that answers after a pause; everything ends by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from client import TOKEN, Seen, endpoint, post, probe, read_nothing, read_stream

LIMIT = 600
"""Seconds after which a part of the measurement is given up."""


@dataclass
class Figures:
    """Of one part: seconds until the last run had ended, milliseconds of the statuses, and what readers saw."""

    name: str
    seconds: float
    statuses: list[float]
    seen: list[Seen]
    cpu: float

    def line(self) -> str:
        p50, p99 = quantile(self.statuses, 0.5), quantile(self.statuses, 0.99)
        events = sum(len(seen.numbers) for seen in self.seen)
        whole = sum(seen.is_whole for seen in self.seen)
        return (
            f"{self.name:<34} {self.seconds:7.1f} s  {events:7} events  {whole}/{len(self.seen)} readers whole  "
            f"status p50 {p50:6.1f}  p99 {p99:6.1f}  max {max(self.statuses):6.1f} ms of {len(self.statuses)}  "
            f"server CPU {self.cpu:5.1f} s"
        )


def quantile(values: list[float], part: float) -> float:
    return statistics.quantiles(values, n=1000, method="inclusive")[round(part * 1000) - 1]


def plan(tasks: int) -> str:
    return (
        "version: 1\nname: load\n"
        f"tasks: {{each: {{foreach: {{in: {list(range(tasks - 1))}, as: n}}, prompt: 'Say ${{{{ n }}}}'}},\n"
        "  all: {value: '${{ tasks.each.output | length }}'}}\noutputs: {all: '${{ tasks.all.output }}'}\n"
    )


@contextmanager
def served(folder: Path, base_url: str, at_once: int) -> Iterator[tuple[int, int]]:
    """Port and process number of a server."""
    environment = {
        **os.environ, "PLANC_TOKEN": TOKEN, "OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": "key", "HOME": str(folder)
    }  # fmt: skip
    command = [sys.executable, "-m", "planc", "serve", "--port", "0", "--no-reuse", "--at-once", str(at_once)]
    process = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        found = next(match for line in process.stderr if (match := re.search(r"at http://\S+:(\d+)/", line)))
        yield int(found.group(1)), process.pid
    finally:
        process.terminate()
        process.wait(60)
        process.stderr.close()


def cpu_seconds(pid: int) -> float:
    """User and system time of a process: fields 14 and 15 of /proc/PID/stat (proc_pid_stat(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def part(
    name: str, port: int, pid: int, given: argparse.Namespace, *, stuck: int = 0, slow: float = 0.0
) -> Figures:
    """Submits all runs, follows each with one reader (`slow`: another slow one each; `stuck`: so many readers that read
    nothing), and asks for statuses until the last has ended."""
    text = plan(given.tasks)
    begun, cpu = time.monotonic(), cpu_seconds(pid)
    submits = (asyncio.to_thread(post, port, "/api/runs", {"text": text}) for _ in range(given.runs))
    runs = [answer["run_id"] for answer in await asyncio.gather(*submits)]
    ours, theirs = multiprocessing.Pipe()
    prober = multiprocessing.Process(target=probe, args=(port, runs, theirs, given.probe), daemon=True)
    prober.start()
    closers = [await read_nothing(port, runs[index % len(runs)]) for index in range(stuck)]
    slows = [asyncio.create_task(read_stream(port, run, slow)) for run in runs] if slow else []
    seen = list(await asyncio.gather(*(read_stream(port, run) for run in runs)))
    seconds = max(one.ended for one in seen) - begun
    used = cpu_seconds(pid) - cpu
    ours.send("stop")
    statuses = await asyncio.to_thread(ours.recv)
    prober.join(60)
    seen.extend(await asyncio.gather(*slows))
    for close in closers:
        close()
    for one in seen:
        assert one.finished == given.tasks, f"{one}: {given.tasks} tasks should be seen to end"
    return Figures(name, seconds, statuses, seen, used)


async def main(given: argparse.Namespace) -> None:
    model = await endpoint(given.seconds)
    base_url = f"http://127.0.0.1:{model.sockets[0].getsockname()[1]}/v1"
    with (
        tempfile.TemporaryDirectory(prefix="planc-load-") as folder,
        served(Path(folder), base_url, given.at_once) as at,
    ):
        async with asyncio.timeout(LIMIT):
            warm = argparse.Namespace(**{**vars(given), "runs": 2, "tasks": 10})
            await part("warm-up", *at, warm)
            alone = await part("each run with its reader", *at, given)
            slow = await part("and a slow reader each", *at, given, slow=0.05)
            stuck = await part("and a reader each that reads nothing", *at, given, stuck=given.runs)
    model.close()
    parts = [alone, slow, stuck]
    for figures in parts:
        print(figures.line())
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for name, figures in (("slow", slow), ("stuck", stuck)):
        time, cpu = figures.seconds / alone.seconds, figures.cpu / alone.cpu
        print(f"{name} readers / without: {time:.2f} of the time, {cpu:.2f} of the server's CPU")
    tasks = given.runs * given.tasks
    print(f"{tasks / alone.seconds:.0f} tasks a second, {alone.cpu / tasks * 1000:.1f} ms of the server's CPU a task")
    lost = [one.run for figures in parts for one in figures.seen if not one.is_whole]
    print("no event was lost or out of order" if not lost else f"LOST OR REORDERED: {lost}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--tasks", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=0.05, help="how long the model takes")
    parser.add_argument("--at-once", type=int, default=64, help="model calls at once, all runs")
    parser.add_argument("--probe", type=float, default=0.02, help="seconds between two statuses")
    asyncio.run(main(parser.parse_args()))
