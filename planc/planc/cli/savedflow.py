"""`planc plan` without a model: a saved plan that serves the goal; and why it did or did not (`--explain`)."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from planc.escape import one_line
from planc.files.fixes import write_whole
from planc.files.saved import SavedPlan, saved_plan_for, why_none
from planc.project import Project
from planc.runs.inputs import read_inputs
from planc_compiler.planner.options import PlannerOptions
from planc_compiler.planner.prompt import shown_for
from planc_schemas.values import Json

from . import console
from .conduct import run_plan
from .flags import RunFlags
from .planflow import flags_for, show_plan


def offer_saved(project: Project, goal: str, output: Path | None, *, as_json: bool) -> bool:
    """Answers the goal with a saved plan, if there is one; `output` gets a copy of it. False if there is none."""
    saved, _ = saved_plan_for(goal, project)
    if saved is None:
        return False
    _say_saved(saved)
    _copy(saved, output)
    if as_json:
        console.data_json(saved_json(saved))
    elif output is None:
        console.data(saved.file.text.rstrip("\n"))
    show_plan(project, saved.file)
    plan = saved.file.plan()
    inputs = "".join(f" -i {name}={_quoted(value)}" for name, value in saved.match.inputs.items())
    console.say(f"next: planc execute {output or saved.match.file}{inputs}{flags_for(plan)}")
    return True


def run_saved(project: Project, goal: str, output: Path | None, inputs: Sequence[str], flags: RunFlags) -> bool:
    """Executes the saved plan that serves a goal, if there is one, and ends with the run's exit code; False if there
    is none. `inputs` go before those that the goal says."""
    saved, _ = saved_plan_for(goal, project)
    if saved is None:
        return False
    _say_saved(saved)
    _copy(saved, output)
    show_plan(project, saved.file)
    plan = saved.file.plan()
    given = read_inputs(inputs, plan.inputs, project.folder, partial=True)
    console.say()
    run_plan(project, plan, {**saved.match.inputs, **given}, flags, text=saved.file.text)
    return True


def _say_saved(saved: SavedPlan) -> None:
    console.say(f"no model is asked: {one_line(saved.match.why)} (--anew plans it again)")


def _copy(saved: SavedPlan, output: Path | None) -> None:
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_whole(output, saved.file.text)
        console.say(f"wrote {output}")


def saved_json(saved: SavedPlan) -> dict[str, Json]:
    """The same fields as a planning has, with the file and the inputs in place of a model."""
    return {
        "plan": saved.file.text,
        "model": None,
        "saved": saved.match.file,
        "exact": saved.match.exact,
        "inputs": saved.match.inputs,
        "failure": None,
    }


def explain_planning(project: Project, goal: str, options: PlannerOptions) -> None:
    """Says what planning this goal rests on."""
    saved, looked_at = saved_plan_for(goal, project)
    console.say(
        f"saved plans looked at: {looked_at}; {one_line(saved.match.why if saved else why_none(goal, project))}"
    )
    tools, examples = shown_for(goal, project.tools, options, compact=project.embedded_by_default())
    console.say(f"tools that the model sees: {', '.join(tools) or 'none'}")
    console.say(f"worked examples that it sees, the nearest last: {', '.join(examples)}")


def _quoted(value: Json) -> str:
    return shlex.quote(one_line(str(value)))
