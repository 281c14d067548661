"""The last lines about a run say how to go on."""

from __future__ import annotations

import pytest

from planc.reports.outcome import closing_lines
from planc_runtime.budget import NOTHING, Budget, Lack
from planc_runtime.executor.calls import UNPRICED_HELP, more
from planc_runtime.executor.options import RunResult
from planc_schemas.compiled import RunLimits
from planc_schemas.ports import TaskError


@pytest.mark.parametrize(
    ("help", "line"),
    [
        (more(Lack(Budget(RunLimits()), "calls", "")), "go on with a higher limit: planc resume R --calls N"),
        ("… (--time DURATION)", "go on with a higher limit: planc resume R --time DURATION"),
        ("give the task `max_tokens`", "go on with a higher limit: planc resume R"),
        (UNPRICED_HELP, "go on: planc resume R --allow-unpriced"),
    ],
)
def test_a_run_that_lacks_budget_goes_on_with_the_flag_of_its_limit(help: str, line: str) -> None:
    error = TaskError("budget", "no more", "R204", help)
    result = RunResult(run_id="R", status="budget", outputs={}, usage=NOTHING, error=error)
    assert closing_lines(result)[-1] == line
