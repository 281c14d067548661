"""How large may the write-ahead log become? `python experiments/020-journal/log_pages.py [FOLDER]`.

A run of 1,500 tasks, one commit of two events each, with the log copied back after so many pages: microseconds a
commit, of the first 500 tasks and of the last. All sizes in turn, medians of five rounds, beside the bare loop of
cost.py (500 tasks, SQLite's own 1,000 pages).
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from cost import bare_seconds, events, run_started, small_plan

from planc_runtime.store import connection
from planc_runtime.store.lease import this_process
from planc_runtime.store.sqlite import SqliteStore

PAGES = (1_000, 512, 256, 128, 64, 32)
TASKS = 1_500
PART = 500


def commit_seconds(folder: Path, pages: int) -> list[float]:
    connection.LOG_PAGES = pages  # type: ignore[misc]  # the one thing that is varied
    journal = SqliteStore(folder).create(f"R{time.time_ns()}", small_plan(), "", this_process())
    journal.append([run_started()])
    journal.commit()
    spent = []
    pairs = iter(events(TASKS))
    for started, finished in zip(pairs, pairs, strict=True):
        journal.append([started, finished])
        begun = time.perf_counter()
        journal.commit()
        spent.append(time.perf_counter() - begun)
    journal.close()
    return spent


def main(base: Path) -> None:
    first: dict[int, list[float]] = {pages: [] for pages in PAGES}
    last: dict[int, list[float]] = {pages: [] for pages in PAGES}
    bare: list[float] = []
    for _ in range(5):
        with tempfile.TemporaryDirectory(dir=base, prefix="planc-log-") as folder:
            for pages in PAGES:
                spent = commit_seconds(Path(folder), pages)
                first[pages].append(sum(spent[:PART]) / PART)
                last[pages].append(sum(spent[-PART:]) / PART)
            bare.append(bare_seconds(Path(folder), PART, 2).wall / PART)
    print("| pages | first 500 tasks | last 500 |\n|---|---|---|")
    for pages in PAGES:
        print(f"| {pages:,} | {median(first[pages]) * 1e6:.0f} | {median(last[pages]) * 1e6:.0f} |")
    print(f"| bare loop (1,000) | {median(bare) * 1e6:.0f} | |")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path.home())
