"""Planning from the command line: who plans, the steps as they arrive, what was repaired, the checked file."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from planc.diagnostics import render
from planc.escape import one_line
from planc.estimates.estimating import estimate_plan
from planc.files.fixes import write_whole
from planc.files.plans import PlanFile
from planc.planners.planning import Planning, plan_file_of, plan_project_goal, read_goal
from planc.project import Project
from planc.reports.plan import plan_report
from planc.reports.planned import planned_line, step_line
from planc.runs.rights import missing_rights
from planc_compiler.planner.draft import DraftStep
from planc_compiler.planner.options import PlannerOptions
from planc_compiler.planner.result import PlanningFailed, Reason
from planc_runtime.tools.rights import Grants
from planc_schemas.compiled import CompiledPlan
from planc_schemas.plan import Limits

from . import console
from .errors import Exit, Stop
from .planflags import PlanFlags
from .weights import require_default_model

CODES: dict[Reason, Exit] = {
    "model": Exit.FAILED,
    "draft": Exit.INVALID,
    "invalid": Exit.INVALID,
    "stalled": Exit.INVALID,
    "limits": Exit.INVALID,
    "goal": Exit.USAGE,
}


def goal_of(words: Sequence[str]) -> str:
    """The goal of the arguments; `-` reads stdin. Raises ProjectError."""
    return read_goal(words, sys.stdin.read() if list(words) == ["-"] else None)


def planner_options(flags: PlanFlags, file: Path | None) -> PlannerOptions:
    """The planner's options; `file` is where the plan will stand, for its diagnostics."""
    limited = flags.usd is not None or flags.calls is not None
    context = flags.context.read_text(encoding="utf-8", errors="replace") if flags.context is not None else ""
    return PlannerOptions(
        tools=flags.use or None,
        max_tasks=flags.max_tasks,
        limits=Limits(usd=flags.usd, calls=flags.calls) if limited else None,
        model=flags.plan_model,
        context=context,
        file=file.as_posix() if file is not None else "draft.plan.yaml",
    )


def draft_plan(
    project: Project, goal: str, output: Path | None, options: PlannerOptions | None = None
) -> tuple[PlanFile, Planning]:
    """Plans a goal and tells how it goes; writes `output` when the plan is valid. Raises Stop when there is none."""
    options = options or planner_options(PlanFlags(), output)
    announce_model(project)
    started = time.monotonic()
    planning = asyncio.run(plan_project_goal(project, goal, options, say_step))
    return take_plan(project, planning, time.monotonic() - started, output), planning


def say_step(step: DraftStep) -> None:
    """A step of the draft, as it arrives."""
    console.say(f"  {step_line(step)}")


def take_plan(project: Project, planning: Planning, seconds: float, output: Path | None) -> PlanFile:
    """Tells how a planning went; the checked plan, written to `output`. Raises Stop when there is none."""
    tell(planning, seconds)
    result = planning.result
    if result.failure is not None:
        raise stop_for(result.failure, planning)
    file = plan_file_of(project, result.text, output)
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_whole(output, file.text)
        console.say(f"wrote {output}")
    return file


def announce_model(project: Project) -> None:
    """Says which model will work and why, so that nobody is surprised by a small one or by a bill."""
    require_default_model(project)
    console.say(f"planning with {project.models().default()}")


def tell(planning: Planning, seconds: float) -> None:
    """What was put right, and what it took."""
    for repair in planning.result.repairs:
        console.say(f"  repaired by the {repair.by}: {repair.what}")
    for found in planning.result.diagnostics:
        if found.code.startswith("P6"):
            console.say(f"  {found.severity} {found.code}: {one_line(found.message)}")
    console.say(planned_line(planning, seconds), dim=True)


def stop_for(failure: PlanningFailed, planning: Planning) -> Stop:
    """The end of a planning without a plan, after its diagnostics."""
    result = planning.result
    errors = [diagnostic for diagnostic in result.diagnostics if diagnostic.severity == "error"]
    if errors and result.text:
        sources = {diagnostic.place.file: result.text for diagnostic in errors}
        console.say(render("text", errors, sources))
    return Stop(CODES[failure.reason], f"there is no plan: {failure.message}", failure.help)


def show_plan(project: Project, file: PlanFile) -> None:
    """Stages and estimate of a new plan, and its warnings, to the person."""
    plan = file.plan()
    console.say()
    console.say(plan_report(plan, estimate_plan(project, plan)))
    if file.diagnostics:
        console.say(render("text", file.diagnostics, file.sources))


def flags_for(plan: CompiledPlan) -> str:
    """The flags that grant what the plan can reach, to be put behind `planc execute FILE`."""
    missing = missing_rights(plan, Grants())
    return "".join(f" {one_line(right.flag)}" for right in missing)
