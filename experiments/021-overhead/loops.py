"""What a run is compared with: the least code that works off the same graph with asyncio and graphlib."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TypeAlias

Graph: TypeAlias = list[list[int]]
_TABLE = "CREATE TABLE event (seq INTEGER PRIMARY KEY, type TEXT, instance TEXT, data TEXT)"
_INSERT = "INSERT INTO event (type, instance, data) VALUES (?, ?, ?)"


async def noop(given: int) -> int:
    """The work of every task, here and in our own runs."""
    return given


async def _work_off(graph: Graph, commit: Callable[[list[int], list[int]], None] | None) -> None:
    """Starts what is ready, one asyncio task each; `commit` is given what starts and what ended, once a turn."""
    sorter: TopologicalSorter[int] = TopologicalSorter(dict(enumerate(graph)))
    sorter.prepare()
    results: dict[int, int] = {}
    ended: list[int] = []
    wake = asyncio.Event()

    async def work(number: int) -> None:
        before = graph[number]
        results[number] = await noop(results[before[0]] if before else 1)
        ended.append(number)
        wake.set()

    running = set()
    over: list[int] = []
    while sorter.is_active():
        starts = list(sorter.get_ready())
        if commit is not None:
            commit(starts, over)
        for number in starts:
            task = asyncio.create_task(work(number))
            running.add(task)
            task.add_done_callback(running.discard)
        await wake.wait()
        wake.clear()
        over = ended[:]
        ended.clear()
        sorter.done(*over)
    if commit is not None:
        commit([], over)


async def plain(graph: Graph) -> None:
    await _work_off(graph, None)


async def journalling(graph: Graph, folder: Path) -> None:
    """Two rows a task, all of a turn in one transaction, `synchronous=FULL`."""
    database = _database(folder)

    def commit(starts: list[int], over: list[int]) -> None:
        rows = [("task_finished", f"t{number}", json.dumps({"output": 1})) for number in over]
        rows += [("task_started", f"t{number}", json.dumps({"given": 1})) for number in starts]
        database.execute("BEGIN IMMEDIATE")
        database.executemany(_INSERT, rows)
        database.execute("COMMIT")

    await _work_off(graph, commit)
    database.close()


def committing(graph: Graph, folder: Path) -> None:
    """A chain: one transaction a task with two rows that say what ours say, and nothing else at all."""
    database = _database(folder)
    said = {"attempt": 1, "fingerprint": "0123456789abcdef" * 2}
    for number in range(len(graph)):
        rows = [("task_finished", f"t{number - 1}", json.dumps({**said, "output": 1}))] if number else []
        rows.append(("task_started", f"t{number}", json.dumps({**said, "request": {"given": 1}})))
        database.execute("BEGIN IMMEDIATE")
        database.executemany(_INSERT, rows)
        database.execute("COMMIT")
    database.close()


def _database(folder: Path) -> sqlite3.Connection:
    database = sqlite3.connect(folder / "loop.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute(_TABLE)
    return database
