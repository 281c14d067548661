"""A planner of the user's own: a goal and its constraints in, the text of a plan file out.

Whatever it does inside, its plans are held to the same as those of the built-in planner: compiled under the allowed
tools only, within the limits that were asked for, sent back with what is wrong, at most `PlannerOptions.repairs` times.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from planc_schemas.plan import Defaults, Limits, Plan
from planc_schemas.ports import (
    Decomposer,
    DecomposeRequest,
    Decomposition,
    Model,
    TaskError,
    TaskFailure,
    ToolCatalogue,
    ToolSpec,
)

from ..pipeline import Compilation, compile_plan
from ..write import write_plan
from .catalogue import Selection, allowed_tools
from .critique import critique
from .decompose import decomposition, within_depth
from .options import PlannerOptions
from .plan_goal import impossible
from .repair import MAX_PROBLEMS, Progress, apply_safe, words_for
from .result import PlannedGoal, PlanningFailed, Repair


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """What is to be planned.

    `tools` are the only ones that the plan may name; `max_tasks` is how many tasks it may have; `context` is data about
    the goal. `text` and `problems` are the last answer and what is wrong with it, in sentences; empty at first.
    `failure` says what went wrong when a plan made before (`text`) was executed, "" when none was.
    """

    goal: str
    tools: tuple[ToolSpec, ...] = ()
    max_tasks: int = 20
    context: str = ""
    text: str = ""
    problems: tuple[str, ...] = ()
    failure: str = ""


class Planner(Protocol):
    """Writes plans. Raises TaskFailure when it cannot; what else it raises is its own defect and is passed on."""

    async def __call__(self, request: PlanRequest) -> str:
        """The text of a plan file (YAML, docs/language.md)."""
        ...


async def plan_with(
    planner: Planner, goal: str, tools: ToolCatalogue, options: PlannerOptions | None = None
) -> PlannedGoal:
    """As `plan_goal`, with a planner of the user's own in place of a model and a draft."""
    options = options or PlannerOptions()
    allowed, missing = allowed_tools(tools, options.tools)
    failure = impossible(goal, options, tools, missing)
    if failure is not None:
        return PlannedGoal(failure=failure)
    request = PlanRequest(
        goal=goal.strip(), tools=tuple(allowed.specs()), max_tasks=options.max_tasks, context=options.context
    )
    return await _planned(planner, request, allowed, options)


async def _planned(planner: Planner, request: PlanRequest, allowed: Selection, options: PlannerOptions) -> PlannedGoal:
    progress, repairs = Progress(), tuple[Repair, ...]()
    attempts = 0
    while True:
        attempts += 1
        try:
            answer = await planner(request)
        except TaskFailure as failed:
            return PlannedGoal(
                attempts=attempts, failure=PlanningFailed("model", failed.error.message, failed.error.help)
            )
        text, compilation, fixed = _checked(answer, request, allowed, options)
        problems = _problems(compilation, options)
        repairs += tuple(Repair("model", gone) for gone in request.problems if gone not in problems)
        result = PlannedGoal(
            text=text,
            compilation=compilation,
            diagnostics=tuple(compilation.diagnostics),
            repairs=(*repairs, *fixed),
            attempts=attempts,
        )
        if not problems:
            weak = critique(text, compilation, request.goal, allowed, options.file)
            return replace(result, plan=compilation.model, diagnostics=(*compilation.diagnostics, *weak))
        if progress.is_stalled(answer, problems):
            return replace(result, failure=PlanningFailed("stalled", f"the planner repeats itself: {problems[0]}"))
        if attempts > options.repairs:
            message = f"after {attempts} attempts: {problems[0]}"
            return replace(result, failure=PlanningFailed("invalid", message))
        request = replace(request, text=answer, problems=problems)


def _checked(
    answer: str, request: PlanRequest, allowed: Selection, options: PlannerOptions
) -> tuple[str, Compilation, tuple[Repair, ...]]:
    """The plan compiled, with what was asked for in it. A text that has all of it stays as it is."""
    text, compilation, fixed = apply_safe(answer, compile_plan(answer, options.file, allowed), options.file, allowed)
    plan = compilation.model
    if plan is None:
        return text, compilation, tuple(fixed)
    wanted = _constrained(plan, request.goal, options)
    if wanted != plan:
        text = write_plan(wanted)
        compilation = compile_plan(text, options.file, allowed)
    return text, compilation, tuple(fixed)


def _constrained(plan: Plan, goal: str, options: PlannerOptions) -> Plan:
    changes: dict[str, object] = {}
    if plan.goal is None:
        changes["goal"] = goal
    if options.limits is not None:
        own = plan.limits or Limits()
        changes["limits"] = own.model_copy(update=options.limits.model_dump(exclude_none=True, exclude_defaults=True))
    if options.model is not None:
        changes["defaults"] = (plan.defaults or Defaults()).model_copy(update={"model": options.model})
    return plan.model_copy(update=changes)


def _problems(compilation: Compilation, options: PlannerOptions) -> tuple[str, ...]:
    problems = [words_for(found) for found in compilation.diagnostics if found.severity == "error"]
    count = len(compilation.model.tasks) if compilation.model is not None else 0
    if count > options.max_tasks:
        problems.append(f"the plan has {count} tasks; at most {options.max_tasks} are allowed")
    return tuple(problems[:MAX_PROBLEMS])


def own_decomposer(planner: Planner, options: PlannerOptions | None = None) -> Decomposer:
    """The planner for the `goal` tasks of a run; their tools and the number of tasks are the request's, never more."""
    base = options or PlannerOptions()

    async def decompose(request: DecomposeRequest, model: Model) -> Decomposition:
        wanted = replace(base, tools=None, max_tasks=min(base.max_tasks, request.max_tasks))
        asked = PlanRequest(
            goal=request.goal,
            tools=request.tools,
            max_tasks=wanted.max_tasks,
            context=wanted.context,
            text=request.plan_text or "",
            failure=request.failure or "",
        )
        try:
            planned = await _planned(planner, asked, Selection(request.tools), wanted)
        except Exception as error:
            said = TaskError("tool_error", f"the planner raised {type(error).__name__}: {error}", "R310")
            raise TaskFailure(said) from error
        return decomposition(within_depth(planned, request.depth), wanted.file)

    return decompose
