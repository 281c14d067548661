from __future__ import annotations

import pytest

from planc_compiler.exchange.imported import CannotImport
from planc_compiler.exchange.jobs import import_jobs
from planc_compiler.source import read

WORKFLOW = """
name: Build & test
on: [push]
jobs:
  test:
    needs: build
    strategy: {matrix: {python: ["3.11", "3.12"]}}
    steps:
      - {uses: actions/checkout@v4}
      - {name: Run tests, run: pytest -q tests, continue-on-error: true, timeout-minutes: 5}
  build:
    steps:
      - run: make build
      - run: make lint | tee log
"""


def imported() -> object:
    root = read(WORKFLOW, "ci.yaml").root
    assert root is not None
    return import_jobs(root.to_json(), "ci")


def test_jobs_become_chains_in_the_order_of_their_needs() -> None:
    tasks = imported().plan["tasks"]  # type: ignore[attr-defined]
    assert list(tasks) == ["build", "build_2", "test", "run_tests"]
    assert tasks["build"] == {"tool": "run_command", "with": {"command": ["make", "build"]}}
    assert tasks["test"]["needs"] == ["build_2"]
    assert tasks["run_tests"]["needs"] == ["test"]
    assert tasks["run_tests"]["foreach"] == {"in": ["3.11", "3.12"], "as": "python"}
    assert (tasks["run_tests"]["on_error"], tasks["run_tests"]["timeout"]) == ("skip", "5m")


def test_shell_scripts_and_actions_are_said_not_guessed() -> None:
    result = imported()
    assert "ask" in result.plan["tasks"]["build_2"]  # type: ignore[attr-defined]
    words = " | ".join(result.dropped)  # type: ignore[attr-defined]
    for part in ("build, step 2: shell script", "uses actions/checkout@v4", "on: "):
        assert part in words


def test_circles_and_other_files_are_refused() -> None:
    with pytest.raises(CannotImport, match="circle"):
        import_jobs({"jobs": {"a": {"needs": "b"}, "b": {"needs": "a"}}}, "x")
    for other in (None, {}, {"jobs": []}, {"jobs": {}}):
        with pytest.raises(CannotImport, match="jobs"):
            import_jobs(other, "x")


def test_nothing_is_dropped_silently_and_a_matrix_is_an_item() -> None:
    job = {
        "runs-on": "x",
        "env": {"A": "b"},
        "continue-on-error": True,
        "timeout-minutes": 7,
        "strategy": {"matrix": {"py": [1, 2]}},
        "steps": [{"run": "pytest ${{ matrix.py }} ${{ matrix.other }}", "working-directory": "x"}],
    }
    result = import_jobs({"permissions": {}, "jobs": {"test": job}}, "ci")
    task = result.plan["tasks"]["test"]
    assert (task["on_error"], task["timeout"]) == ("skip", "7m")
    assert "pytest ${{ py }} ${{ matrix.other }}" in task["ask"]
    words = " | ".join(result.dropped)
    for part in ("test: env", "permissions", "runs-on", "test, step 1: working-directory"):
        assert part in words
