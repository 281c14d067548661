"""The planner as the runtime uses it: a `goal` task's text becomes a compiled sub-plan under that task's tools."""

from __future__ import annotations

from dataclasses import replace

from planc_schemas.codes import REGISTER
from planc_schemas.compiled import GoalWork
from planc_schemas.diagnostics import NOWHERE, Diagnostic, Label
from planc_schemas.ports import Decomposer, DecomposeRequest, Decomposition, Model

from ..fmt import format_text
from ..imports import LoadFile
from .catalogue import Selection
from .options import PlannerOptions
from .plan_goal import plan_goal
from .prompt import fill
from .record import record_of
from .result import PlannedGoal, PlanningFailed
from .revise import revise_plan

_MEND = (
    "it was executed and failed, as the background says. Make it succeed another way, with as few changes as possible; "
    "steps that succeeded stay as they are"
)


def decomposer(options: PlannerOptions | None = None, load: LoadFile | None = None) -> Decomposer:
    """A Decomposer that plans with these options; tools and the number of tasks are the request's, never more.

    A request with a plan that failed is answered with that plan revised (`load` gives the files it uses), so that
    tasks which do not change keep their meaning and thereby their results. One that cannot be revised is made anew.
    """
    base = options or PlannerOptions()

    async def decompose(request: DecomposeRequest, model: Model) -> Decomposition:
        wanted = replace(
            base, tools=None, max_tasks=min(base.max_tasks, request.max_tasks), context=_background(request, base)
        )
        tools = Selection(request.tools)
        if request.plan_text is not None:
            mending = replace(
                wanted, context=fill("replan", context=base.context, plan="", failure=request.failure or "")
            )
            planned = await revise_plan(_canonical(request.plan_text), _MEND, model, tools, mending, load=load)
            if planned.failure is None or planned.failure.reason != "goal":
                return decomposition(planned, wanted.file)
        planned = within_depth(await plan_goal(request.goal, model, tools, wanted), request.depth)
        return decomposition(planned, wanted.file)

    return decompose


def _background(request: DecomposeRequest, options: PlannerOptions) -> str:
    """What went wrong before, when a plan is made again. It is data to the planner, like every context."""
    if request.failure is None and request.plan_text is None:
        return options.context
    return fill("replan", context=options.context, plan=request.plan_text or "", failure=request.failure or "")


def _canonical(text: str) -> str:
    """The text as `planc fmt` writes it, because a revision works on its lines; a text with errors as it is."""
    try:
        return format_text(text)
    except ValueError:
        return text


def within_depth(planned: PlannedGoal, depth: int) -> PlannedGoal:
    """Fails a plan with `goal` tasks where none may be."""
    plan = planned.compilation.plan if planned.compilation is not None else None
    if depth > 0 or plan is None or not any(isinstance(task.work, GoalWork) for task in plan.tasks):
        return planned
    return replace(planned, failure=PlanningFailed("limits", "it has goals in it, and no deeper ones are allowed"))


def decomposition(planned: PlannedGoal, file: str) -> Decomposition:
    compiled = planned.compilation.plan if planned.compilation else None
    diagnostics = planned.diagnostics
    if planned.failure is not None:
        message = f"the goal could not be decomposed: {planned.failure.message}"
        help_ = (planned.failure.help,) if planned.failure.help else ()
        severity = REGISTER["P600"].severity
        diagnostics = (Diagnostic("P600", message, (Label(file, NOWHERE),), severity, help_), *diagnostics)
        compiled = None
    return Decomposition(planned.text, compiled, diagnostics, planned.usage, record_of(planned))
