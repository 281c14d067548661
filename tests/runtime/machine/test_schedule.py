"""Schedule quality of the machine on recorded graphs, on a virtual clock: exact, and equal on every machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.schedule import graph_plan, makespan

DATA = Path(__file__).parents[2] / "data"


def load(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return data


def test_without_a_limit_every_everyday_plan_takes_its_known_optimum() -> None:
    """All 500 graphs of the asynchow sample; the data gives the optimum of the upper bound of each duration."""
    cases = load("asynchow_sample.json")["cases"]
    assert len(cases) == 500
    for case in cases:
        upstream: list[list[int]] = [[] for _ in case["steps"]]
        for before, after in case["edges"]:
            upstream[after - 1].append(before - 1)
        durations = {f"t{number}": bounds[1] for number, bounds in enumerate(case["dur_s"])}
        assert makespan(graph_plan(upstream), durations) == case["gold_s"][1], case["id"]


@pytest.mark.parametrize("workers", [4, 16, 64])
def test_with_a_limit_recorded_workflows_are_no_slower_than_critical_path_first(workers: int) -> None:
    """Mean of makespan over lower bound on 41 recorded workflows, against the reference schedules in the file."""
    instances = load("wfinstances_sample.json")["instances"]
    ours: list[float] = []
    reference: list[float] = []
    for item in instances:
        durations = {f"t{number}": seconds for number, seconds in enumerate(item["runtime_s"])}
        known = item["reference"][str(workers)]
        ours.append(makespan(graph_plan(item["deps"]), durations, workers) / known["lower_bound_s"])
        reference.append(known["critical_path_first_s"] / known["lower_bound_s"])
    assert sum(ours) / len(ours) <= sum(reference) / len(reference) + 1e-9
