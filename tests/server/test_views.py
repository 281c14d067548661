"""What the API says of a run, from what the store counts."""

from __future__ import annotations

import re
from pathlib import Path

from planc_runtime import server
from planc_runtime.server.views import run_summary
from planc_runtime.store.base import RunSummary
from planc_schemas.events import RESUMABLE


def test_attempts_that_follow_another_one_are_no_further_tasks() -> None:
    counts = {"task_started": 5, "attempt_failed": 1, "task_interrupted": 1, "task_finished": 2, "task_skipped": 1}
    run = RunSummary("R", "p", "running", "d", "", 0.0, 0.0, counts=counts)
    shown = run_summary(run, 1.0, str)
    assert (shown.done, shown.total) == (3, 4)


def test_the_page_offers_to_resume_what_can_be_resumed() -> None:
    """But for what waits: it is answered."""
    script = (Path(server.__file__).parent / "page" / "views" / "actions.js").read_text(encoding="utf-8")
    (names,) = re.findall(r"^const RESUMABLE = new Set\(\[(.*)\]\);$", script, re.MULTILINE)
    assert {name.strip(' "') for name in names.split(",")} == RESUMABLE - {"waiting"}


def test_what_is_done_is_never_more_than_all() -> None:
    run = RunSummary("R", "p", "running", "d", "", 0.0, 0.0, counts={"task_started": 1, "attempt_failed": 1})
    assert (run_summary(run, 1.0, str).done, run_summary(run, 1.0, str).total) == (0, 0)
