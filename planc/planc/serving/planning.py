"""Planning a goal for the page: what the model writes, the steps as they are complete, then the checked file."""

from __future__ import annotations

import asyncio
from functools import partial

from planc.project import Project
from planc.runs.tracing import traced_planning
from planc_compiler.planner.draft import DraftStep
from planc_compiler.planner.options import PlannerOptions
from planc_compiler.planner.plan_goal import plan_goal as plan_one
from planc_runtime.executor import Shared
from planc_runtime.server.problems import Problem
from planc_runtime.server.workbench import Emit
from planc_schemas.compiled import ModelChoice
from planc_schemas.ports import TaskFailure
from planc_schemas.values import Json

from .shared import LimitedModel, SharedModels


async def plan_goal(project: Project, models: SharedModels, shared: Shared, goal: str, emit: Emit) -> None:
    """Emits text, step and plan objects; raises Problem when there is no plan.

    A step that the model has written carries its `task`, so that it can be drawn before the plan is whole.
    """
    queue: asyncio.Queue[dict[str, Json] | None] = asyncio.Queue()

    def on_text(piece: str) -> None:
        queue.put_nowait({"type": "text", "text": piece})

    def on_step(step: DraftStep) -> None:
        words = f"{step.id}: {step.text or step.do}"
        queue.put_nowait({"type": "step", "text": words, "task": _task(step)})

    async def send() -> None:
        while (item := await queue.get()) is not None:
            await emit(item)

    sending = asyncio.create_task(send())
    try:
        model = LimitedModel(models.model_for(ModelChoice()), shared, ModelChoice())
        options = PlannerOptions(compact=models.is_embedded_by_default)
        await emit({"type": "step", "text": f"planning with {model.name}"})
        how = partial(plan_one, tools=project.tools, options=options, on_text=on_text, on_step=on_step)
        planned = await traced_planning(model, partial(how, goal))
    except TaskFailure as failure:
        raise Problem(502, "The model gave no plan", failure.error.message, help=failure.error.help) from None
    finally:
        queue.put_nowait(None)
        await sending
    for repair in planned.repairs:
        await emit({"type": "step", "text": f"repaired: {repair.what}"})
    if planned.failure is not None:
        failure_words = planned.failure
        raise Problem(422, "No plan", failure_words.message, help=failure_words.help, diagnostics=planned.diagnostics)
    await emit({"type": "plan", "text": planned.text})


def _task(step: DraftStep) -> dict[str, Json]:
    """A step of the draft as the page draws it: what it is, and which earlier steps it reads."""
    reads = [name for name in dict.fromkeys((step.for_each, *step.needs, step.when.removeprefix("not "))) if name]
    return {
        "id": step.id,
        "detail": step.summary.split(",")[0],
        "many": bool(step.for_each),
        "reads": list[Json](reads),
    }
