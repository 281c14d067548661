"""How good are the machine's schedules? `schedules.py` prints the tables of the README. Virtual clock: exact."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.support.schedule import graph_plan, makespan

ROOT = Path(__file__).parents[2]
WORKERS = (4, 16, 64)


def load(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((ROOT / "tests" / "data" / name).read_text("utf-8"))
    return data


def optima() -> tuple[int, int]:
    """How many everyday plans take exactly the known optimum without a limit, of how many."""
    cases = load("asynchow_sample.json")["cases"]
    hits = 0
    for case in cases:
        upstream: list[list[int]] = [[] for _ in case["steps"]]
        for before, after in case["edges"]:
            upstream[after - 1].append(before - 1)
        durations = {f"t{number}": bounds[1] for number, bounds in enumerate(case["dur_s"])}
        hits += makespan(graph_plan(upstream), durations) == case["gold_s"][1]
    return hits, len(cases)


def ratios(workers: int, known: Callable[[dict[str, float]], dict[str, float]]) -> list[float]:
    """Makespan over the lower bound for every recorded workflow; `known` is what the machine is told of durations."""
    found = []
    for item in load("wfinstances_sample.json")["instances"]:
        durations = {f"t{number}": seconds for number, seconds in enumerate(item["runtime_s"])}
        bound = item["reference"][str(workers)]["lower_bound_s"]
        found.append(makespan(graph_plan(item["deps"]), durations, workers, known=known(durations)) / bound)
    return found


def reference(workers: int, name: str) -> list[float]:
    instances = load("wfinstances_sample.json")["instances"]
    return [
        item["reference"][str(workers)][name] / item["reference"][str(workers)]["lower_bound_s"] for item in instances
    ]


def main() -> None:
    say = sys.stdout.write
    hits, cases = optima()
    say(f"without a limit: {hits} of {cases} everyday plans take exactly the known optimum\n\n")
    say(
        "| makespan over lower bound, mean (worst) of 41 | "
        + " | ".join(f"{each} workers" for each in WORKERS)
        + " |\n"
    )
    say("|---" * (len(WORKERS) + 1) + "|\n")
    rows: dict[str, Callable[[int], list[float]]] = {
        "planc, recorded durations": lambda workers: ratios(workers, lambda durations: durations),
        "planc, nothing known (all tasks alike)": lambda workers: ratios(workers, lambda durations: {}),
        "the file's critical path first": lambda workers: reference(workers, "critical_path_first_s"),
    }
    for name, row in rows.items():
        cells = [row(workers) for workers in WORKERS]
        say(f"| {name} | " + " | ".join(f"{mean(cell):.4f} ({max(cell):.3f})" for cell in cells) + " |\n")


if __name__ == "__main__":
    main()
