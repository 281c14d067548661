"""What the API says of a run, from what the store counts."""

from __future__ import annotations

from planc_runtime.server.views import run_summary
from planc_runtime.store.base import RunSummary


def test_attempts_that_follow_another_one_are_no_further_tasks() -> None:
    counts = {"task_started": 5, "attempt_failed": 1, "task_interrupted": 1, "task_finished": 2, "task_skipped": 1}
    run = RunSummary("R", "p", "running", "d", "", 0.0, 0.0, counts=counts)
    shown = run_summary(run, 1.0)
    assert (shown.done, shown.total) == (3, 4)


def test_what_is_done_is_never_more_than_all() -> None:
    run = RunSummary("R", "p", "running", "d", "", 0.0, 0.0, counts={"task_started": 1, "attempt_failed": 1})
    assert (run_summary(run, 1.0).done, run_summary(run, 1.0).total) == (0, 0)
