"""One measurement in a process of its own: `measure.py SYSTEM SHAPE TASKS` prints its figures as JSON.

SYSTEM: plain, journalling, committing (loops.py); KIND-STORE for a run of ours: KIND is `tool` (no-op tool calls
through the registry) or `value`, STORE is `full` (SQLite, synchronous=FULL) or `memory`. A small run of the same
kind goes before, as a warm-up. What reading a run back takes in memory is told by a further process: `measure.py read
FOLDER`, with the store's folder.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import loops
import shapes

from planc_compiler import compile_plan
from planc_runtime.executor import Environment, Options, execute
from planc_runtime.executor.resume import load
from planc_runtime.models.base import ModelsConfig
from planc_runtime.models.configured import ConfiguredModels
from planc_runtime.store.base import Store
from planc_runtime.store.memory import MemoryStore
from planc_runtime.store.sqlite import SqliteStore
from planc_runtime.tools.registry import ToolRegistry
from planc_runtime.tools.rights import Grants
from planc_schemas.compiled import CompiledPlan, RunLimits

WARM = 600
CONCURRENCY = 1000
"""Tasks at once; the default, 16, is for model calls."""


class Watch:
    """Seconds since it was made or last read: (wall clock, CPU of all threads)."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def lap(self) -> tuple[float, float]:
        before = self._wall, self._cpu
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self._wall - before[0], self._cpu - before[1]


def ours(system: str, shape: str, count: int, folder: Path) -> dict[str, object]:
    kind, _, where = system.partition("-")
    tools = ToolRegistry()
    tools.add_function(loops.noop)
    figures: dict[str, object] = {}
    for number in (WARM, count):
        text, files = shapes.plan_files(shape, number, kind)
        store: Store = MemoryStore() if where == "memory" else SqliteStore(folder / f"store{number}")
        watch = Watch()
        plan = compile_plan(text, "noop.plan.yaml", tools, load=files.get).plan
        assert plan is not None
        figures["check"] = watch.lap()
        figures["run"] = _run(plan, text, tools, store, watch)
        figures["run_peak_mb"] = _peak()
        del plan
        figures["load"] = _load(store, watch)
        store.close()
    if isinstance(store, SqliteStore):
        figures["load_peak_mb"] = _another("read", str(store.folder))["peak_mb"]
    return figures


def _another(*words: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, __file__, *words], capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def read(folder: str) -> None:
    _load(SqliteStore(folder), Watch())
    sys.stdout.write(json.dumps({"peak_mb": _peak()}))


def _run(plan: CompiledPlan, text: str, tools: ToolRegistry, store: Store, watch: Watch) -> tuple[float, float]:
    async def main() -> None:
        options = Options(
            grants=Grants.from_flags(everything=True), reuse=False, limits=RunLimits(concurrency=CONCURRENCY)
        )
        models = ConfiguredModels(ModelsConfig())
        result = await execute(plan, {}, Environment(store, models, tools, options), text=text, run_id="R")
        assert result.outputs == {"last": 1}, result
        await models.close()

    watch.lap()
    asyncio.run(main())
    return watch.lap()


def _peak() -> float:
    """Megabytes. (`ru_maxrss` of a process counts what its parent had, too.)"""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    (kilobytes,) = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(kilobytes) / 1024


def _load(store: Store, watch: Watch) -> tuple[float, float]:
    """Reading the run back: plan, events, the fold over them. What `resume` does before it starts anything."""
    watch.lap()
    state = load("R", store, Options())
    assert state.status == "succeeded"
    return watch.lap()


def theirs(system: str, shape: str, count: int, folder: Path) -> dict[str, object]:
    figures: dict[str, object] = {}
    for number in (WARM, count):
        gc.collect()
        home = folder / str(number)
        home.mkdir()
        graph = shapes.upstream(shape, number)
        watch = Watch()
        if system == "plain":
            asyncio.run(loops.plain(graph))
        elif system == "journalling":
            asyncio.run(loops.journalling(graph, home))
        else:
            loops.committing(graph, home)
        figures["run"] = watch.lap()
    return figures


def main(system: str, shape: str, count: int) -> None:
    base = Path(os.environ.get("PLANC_BENCH_FOLDER") or Path.home())
    with tempfile.TemporaryDirectory(dir=base, prefix="planc-overhead-") as folder:
        measured = ours if "-" in system else theirs
        figures = measured(system, shape, count, Path(folder))
    figures["peak_mb"] = _peak()
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    gc.set_threshold(100_000, 20, 20)  # as the command line does; for all systems alike
    if sys.argv[1] == "read":
        read(sys.argv[2])
    else:
        main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
