"""`plan`: another plan file; its tasks become children of this one within the same run."""

from __future__ import annotations

from planc_schemas.compiled import CompiledPlan, CompiledTask, PlanWork
from planc_schemas.ports import TaskError, TaskFailure
from planc_schemas.values import Json

from ..evaluate import Scope, build
from ..inputs import complete_inputs
from .base import Outcome, SubPlan


class PlanKind:
    """Builds the sub-plan's inputs and checks them."""

    def render(self, task: CompiledTask, scope: Scope) -> Json:
        assert isinstance(task.work, PlanWork)
        return build(task.work.arguments, scope, "with")

    def run_inline(self, rendered: Json, task: CompiledTask, root: CompiledPlan) -> Outcome:
        assert isinstance(task.work, PlanWork)
        plan = root.imports.get(task.work.path)
        if plan is None:
            raise TaskFailure(TaskError("internal", f"the plan `{task.work.path}` is not in the compiled plan", "R208"))
        return SubPlan(plan, complete_inputs(plan, rendered))
