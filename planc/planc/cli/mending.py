"""`execute --replan N`: a failed run goes back to the planner, the answer is shown as a diff, and the run goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from planc.escape import one_line
from planc.files.plans import PlanFile
from planc.project import Project
from planc.reports.diff import diff_text
from planc.reports.preview import preview_text
from planc.runs.running import preview_run
from planc_runtime.executor.options import Options, RunResult
from planc_runtime.executor.replan import may_be_mended
from planc_schemas.ports import TaskFailure

from . import console
from .conduct import go_on
from .errors import Exit, Stop


def mender(
    project: Project, file: PlanFile, times: int, *, alone: bool, plain: bool
) -> Callable[[RunResult, Options], RunResult]:
    """What goes on with a run of `file` that failed. Raises Stop unless `alone`: no other flag speaks against it."""
    if not alone:
        raise Stop(Exit.USAGE, "--replan excludes --only, --record, --replay and --locked")
    return partial(mend_run, project, file, times=times, plain=plain)


def mend_run(
    project: Project, file: PlanFile, result: RunResult, options: Options, *, times: int, plain: bool
) -> RunResult:
    """Plans again and goes on, at most `times` times, as long as something fails. Gives the last result."""
    from planc.planners.replanning import mend  # the planner is loaded when it is needed

    options = replace(options, fresh=frozenset())  # what was asked to run again has run
    for number in range(1, times + 1):
        if not may_be_mended(result):
            break
        console.say(f"the run failed; replanning, {number} of at most {times}:")
        for failure in result.failures:
            console.say(f"  {failure.instance}: {one_line(failure.error.message)}")
        try:
            mended = asyncio.run(mend(project, result, file, options))
        except TaskFailure as failed:
            console.say(f"there is no other plan: {one_line(failed.error.message, 1000)}")
            break
        console.say(diff_text(mended.diff))
        file, edit = mended.file, mended.edit
        console.say(preview_text(asyncio.run(preview_run(project, result.run_id, options, edit)), edit.plan))
        result = go_on(project, result.run_id, edit.plan, options, edit, plain=plain)
    return result
