"""A run that failed goes back to the planner: the plan and what went wrong → a plan that may be resumed with.

Nothing is executed here. The planner's calls are made within what is left of the run's budget; the new plan is
compiled under the tools that the old one names, and has no more rights.
"""

from __future__ import annotations

import asyncio
from typing import Final

from planc_schemas.compiled import AgentWork, CompiledPlan, GoalWork, ModelChoice, ToolWork
from planc_schemas.ports import (
    DecomposeRequest,
    ModelAnswer,
    ModelRequest,
    OnText,
    TaskError,
    TaskFailure,
    ToolSpec,
)

from ..budget import Budget, merged
from ..kinds.goal import rights_beyond
from ..models.base import ModelProvider
from .admission import Admission
from .calls import Calls, World
from .environment import Edit, Environment
from .options import RunResult, ToolCaller

MAX_FAILURES: Final = 20
MAX_FAILURE_CHARS: Final = 600
MAX_TASKS: Final = 50
"""How many tasks the new plan may have when the old one has fewer."""


def may_be_mended(result: RunResult) -> bool:
    """Did something fail that another plan could do without? Not: a run that was stopped, waits, or ran out of
    budget."""
    return result.status == "failed" and (
        result.error is not None or any(not failure.collected for failure in result.failures)
    )


async def replan(result: RunResult, plan: CompiledPlan, text: str, env: Environment) -> Edit:
    """Asks the planner (`options.decompose`) for a plan that mends `result`, to be resumed with. `text` is the plan
    file's.

    Raises TaskFailure when there is no planner, no plan, no budget left, or the new plan wants further rights.
    """
    options = env.options
    if options.decompose is None:
        raise TaskFailure(TaskError("unsupported", "there is no planner, so nothing can be planned again", "R307"))
    budget = Budget(merged(plan.limits, options.limits), result.usage)
    admission = Admission(budget.limits, options.shared)
    world = World(result.run_id, env.models, env.tools, options, admission, asyncio.Event())
    calls = Calls(world, "", budget)
    request = DecomposeRequest(
        goal=plan.goal or plan.name,
        tools=_tools_of(plan, env.tools),
        max_tasks=max(MAX_TASKS, len(plan.tasks)),
        plan_text=text,
        failure=failure_report(result),
    )
    try:
        made = await options.decompose(request, _Planner(calls, env.models))
    finally:
        admission.close()
    if made.plan is None:
        reasons = "; ".join(item.message for item in made.diagnostics if item.severity == "error")
        raise TaskFailure(TaskError("invalid_output", reasons or "the planner wrote no valid plan", "R310"))
    missing = rights_beyond(made.plan, plan)
    if missing:
        message = f"the new plan wants rights that the old one does not have: {', '.join(missing)}"
        raise TaskFailure(TaskError("denied", message, "R311", "change the plan yourself if you want that"))
    if made.plan.digest == plan.digest:
        raise TaskFailure(TaskError("invalid_output", "the planner wrote the same plan again", "R310"))
    return Edit(made.plan, made.text, calls.usage, made.record)


def failure_report(result: RunResult) -> str:
    """What went wrong, for the planner. What tasks said is in it, so it is data and no instruction."""
    lines = [
        f"- step {failure.instance}: {failure.error.kind}: {failure.error.message[:MAX_FAILURE_CHARS]}"
        for failure in result.failures
        if not failure.collected
    ]
    if len(lines) > MAX_FAILURES:
        lines = [*lines[:MAX_FAILURES], f"- and {len(lines) - MAX_FAILURES} more"]
    if result.error is not None:
        lines.append(f"- the outputs: {result.error.message[:MAX_FAILURE_CHARS]}")
    return "\n".join(lines)


def _tools_of(plan: CompiledPlan, tools: ToolCaller) -> tuple[ToolSpec, ...]:
    names: set[str] = set()
    for each in (plan, *plan.imports.values()):
        for task in each.tasks:
            if isinstance(task.work, ToolWork):
                names.add(task.work.tool)
            elif isinstance(task.work, AgentWork | GoalWork):
                names.update(task.work.tools)
    found = [tools.get(name) for name in sorted(names)]
    return tuple(spec for spec in found if spec is not None)


class _Planner:
    """The planner's model calls, within the run's limits and budget."""

    def __init__(self, calls: Calls, models: ModelProvider) -> None:
        self._calls = calls
        self._models = models

    @property
    def name(self) -> str:
        return self._models.model_for(ModelChoice()).name

    async def answer(self, request: ModelRequest, *, on_text: OnText | None = None) -> ModelAnswer:
        return await self._calls.ask_model(request)
