"""`goal`: the planner writes a sub-plan while the run waits for it.

The sub-plan is compiled under the tools this task lists, never more, and has no more rights than the plan around it.
What was planned is durable (`subplan_created`), so that resume never plans again; with `approve: true` a person reads
it first, and nothing of it runs before that.
"""

from __future__ import annotations

from planc_schemas.compiled import CompiledPlan, CompiledTask, GoalWork
from planc_schemas.ports import (
    DecomposeRequest,
    Decomposition,
    ErrorKind,
    ModelAnswer,
    ModelRequest,
    OnText,
    TaskError,
    TaskFailure,
    ToolSpec,
)
from planc_schemas.values import MAX_IMPORT_DEPTH, Json, digest

from ..evaluate import Scope, render
from ..inputs import complete_inputs
from ..tools.rights import Grants, Layer
from .base import Outcome, Question, SubPlan, TaskContext

DEFAULT_TASKS = 20
DEFAULT_DEPTH = 2
"""How many levels of goals there may be, this one counted, when the plan does not say."""
_APPROVAL = {"type": "boolean"}


class GoalKind:
    """Plans under limits; the outcome is a sub-plan that the executor runs as children of this task."""

    def render(self, task: CompiledTask, scope: Scope) -> Json:
        assert isinstance(task.work, GoalWork)
        return {"goal": render(task.work.goal, scope)}

    async def run(self, rendered: Json, context: TaskContext) -> Outcome:
        work = context.task.work
        assert isinstance(work, GoalWork)
        if context.decompose is None:
            raise _failure("unsupported", "this run has no planner, so a `goal` task cannot be decomposed", "R307")
        levels = levels_left(work, context.goals)
        if levels < 1 or context.depth >= MAX_IMPORT_DEPTH:
            raise _failure("budget", "goals are nested deeper than `limits.depth` allows", "R308", "raise it")
        request = DecomposeRequest(
            goal=rendered["goal"], tools=tuple(_tools(work, context)), max_tasks=_most_tasks(work), depth=levels - 1
        )
        made = await context.decompose(request, _ContextModel(context))
        plan = _checked(made, request, context)
        approval = _question(rendered["goal"], made.text, context) if work.approve else None
        return SubPlan(
            plan=plan, inputs=complete_inputs(plan, {}), text=made.text, approval=approval, record=made.record
        )


def levels_left(work: GoalWork, around: tuple[GoalWork, ...]) -> int:
    """How many levels of goals may begin here, this one counted: no goal lifts the limit of one around it."""
    chain = (*around, work)
    return min(_depth(each) - (len(around) - place) for place, each in enumerate(chain))


def _depth(work: GoalWork) -> int:
    return int(work.limits.get("depth") or DEFAULT_DEPTH)


def _most_tasks(work: GoalWork) -> int:
    return int(work.limits.get("tasks") or DEFAULT_TASKS)


def _tools(work: GoalWork, context: TaskContext) -> list[ToolSpec]:
    found: list[ToolSpec] = []
    for name in work.tools:
        spec = context.tool(name)
        if spec is None:
            raise _failure("tool_error", f"tool `{name}` is not installed here", "R309", "see `planc tools ls`")
        found.append(spec)
    return found


def _checked(made: Decomposition, request: DecomposeRequest, context: TaskContext) -> CompiledPlan:
    """The sub-plan, if it keeps within what the goal task may do."""
    plan = made.plan
    if plan is None:
        reasons = "; ".join(item.message for item in made.diagnostics if item.severity == "error")
        raise _failure("invalid_output", f"the planner wrote no valid plan: {reasons or 'no reason given'}", "R310")
    if len(plan.tasks) > request.max_tasks:
        message = f"the planner wrote {len(plan.tasks)} tasks, {request.max_tasks} are allowed"
        raise _failure("budget", message, "R308", "raise `limits.tasks`")
    if request.depth < 1 and any(isinstance(task.work, GoalWork) for task in plan.tasks):
        raise _failure("budget", "the planner wrote a goal within a goal", "R308", "raise `limits.depth`")
    missing = rights_beyond(plan, context.plan)
    if missing:
        raise _failure("denied", f"the sub-plan wants rights its plan does not have: {', '.join(missing)}", "R311")
    return plan


def rights_beyond(plan: CompiledPlan, around: CompiledPlan) -> list[str]:
    """Rights of `plan` that the plan around it does not have, neither themselves nor as part of a wider one."""
    had = Grants((Layer(everything=True),)).within(around.rights)
    return [right for right in plan.rights if not had.allows(right)]


def _question(goal: str, text: str, context: TaskContext) -> Question:
    """What the person is shown: the whole plan. The digest is over all of it."""
    shown = f"May this plan run? It was made for the goal: {goal.strip()}\n\n{text}"
    return Question(shown, _APPROVAL, digest([context.run_id, context.instance, shown, _APPROVAL]))


class _ContextModel:
    """The planner's model calls, through this run's limits and budget."""

    def __init__(self, context: TaskContext) -> None:
        self._context = context

    @property
    def name(self) -> str:
        return "the run's model"

    async def answer(self, request: ModelRequest, *, on_text: OnText | None = None) -> ModelAnswer:
        return await self._context.ask_model(request)


def _failure(kind: ErrorKind, message: str, code: str, help: str = "") -> TaskFailure:
    return TaskFailure(TaskError(kind, message, code, help))
