"""What the journal costs: `python experiments/020-journal/cost.py [FOLDER]`.

20,000 events of 10,000 no-op tasks in 50 group commits; a chain of single commits; against a bare sqlite3 loop that
commits the same bytes the same way. One warm-up, then the medians of five; CPU seconds besides wall clock, because a
machine that does other things too says little about the latter.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.support.journals import run_started, small_plan

from planc_runtime.store.base import Store
from planc_runtime.store.lease import this_process
from planc_runtime.store.memory import MemoryStore
from planc_runtime.store.sqlite import SqliteStore
from planc_schemas.events import Event

TASKS = 10_000
CHAIN = 500
NO_USAGE = {"input_tokens": 0, "output_tokens": 0, "cached_tokens": 0, "usd": None, "calls": 0}


class Spent(NamedTuple):
    """Seconds."""

    wall: float
    cpu: float

    def each(self, count: int) -> str:
        return f"{self.wall / count * 1e6:8.2f} µs wall, {self.cpu / count * 1e6:7.2f} µs CPU"


class Watch:
    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> Spent:
        return Spent(time.perf_counter() - self._wall, time.process_time() - self._cpu)


def events(count: int) -> Iterator[Event]:
    for number in range(count):
        name = f"task_{number}"
        data = {"attempt": 1, "fingerprint": f"{number:032x}"}
        yield Event("task_started", name, {**data, "request": {}}, at=1.5)
        yield Event("task_finished", name, {**data, "output": None, "usage": NO_USAGE}, at=1.5)


def journal_seconds(store: Store, count: int, group: int) -> Spent:
    journal = store.create(f"R{time.time_ns()}", small_plan(), "", this_process())
    journal.append([run_started()])
    journal.commit()
    made = list(events(count))
    begun = Watch()
    for start in range(0, len(made), group):
        journal.append(made[start : start + group])
        journal.commit()
    spent = begun.read()
    journal.close()
    return spent


def bare_seconds(folder: Path, count: int, group: int) -> Spent:
    database = sqlite3.connect(folder / f"bare{time.time_ns()}.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY, type TEXT, instance TEXT, at REAL, data TEXT)")
    made = list(events(count))
    begun = Watch()
    for start in range(0, len(made), group):
        database.execute("BEGIN IMMEDIATE")
        database.executemany(
            "INSERT INTO event (type, instance, at, data) VALUES (?, ?, ?, ?)",
            [(each.type, each.instance, each.at, json.dumps(each.data)) for each in made[start : start + group]],
        )
        database.execute("COMMIT")
    spent = begun.read()
    database.close()
    return spent


def middle(measure: Callable[[], Spent]) -> Spent:
    measure()
    spent = [measure() for _ in range(5)]
    return Spent(median(each.wall for each in spent), median(each.cpu for each in spent))


def main(base: Path) -> None:
    full, normal = SqliteStore(base / "full"), SqliteStore(base / "normal", synchronous="normal")
    stores: dict[str, Store] = {"FULL": full, "NORMAL": normal, "memory": MemoryStore()}
    for name, store in stores.items():
        spent = middle(lambda store=store: journal_seconds(store, TASKS, 400))
        print(f"{name:8} {spent.each(2 * TASKS)} an event, 400 a commit")
    bare = middle(lambda: bare_seconds(base, TASKS, 400))
    print(f"{'bare':8} {bare.each(2 * TASKS)} an event, 400 a commit, FULL")
    ours, theirs = middle(lambda: journal_seconds(full, CHAIN, 2)), middle(lambda: bare_seconds(base, CHAIN, 2))
    print(f"{'chain':8} {ours.each(CHAIN)} a task, one commit each")
    print(f"{'bare':8} {theirs.each(CHAIN)} a task, one commit each: {ours.wall / theirs.wall:.2f} times")


if __name__ == "__main__":
    folder = Path(tempfile.mkdtemp(dir=sys.argv[1] if len(sys.argv) > 1 else Path.home()))
    try:
        main(folder)
    finally:
        shutil.rmtree(folder)
