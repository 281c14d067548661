"""A run that begins while its plan is still being written: tasks join it as they become known.

What the plan has so far is executed like any run: journalled first, within the run's limits, rights and budget. Every
addition is a `plan_grown` event, so that recovery is the same fold. The run ends with its whole plan (`grow` with
`complete`), or not at all: `withdraw` cancels one whose plan came to nothing, `set_aside` leaves one whose plan came
out otherwise than what was begun, to be resumed with that plan (what it has in common keeps its results).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from planc_schemas.compiled import CompiledPlan
from planc_schemas.events import Event
from planc_schemas.ports import TaskError, Usage
from planc_schemas.values import Json

from ..budget import NOTHING
from ..inputs import complete_inputs
from ..machine import is_same_task
from ..tools.rights import Grants
from .environment import Environment
from .execute import begin_as
from .execution import Execution


class GrowingExecution(Execution):
    """A run whose plan grows; made by `begin_growing`."""

    def changed_in(self, plan: CompiledPlan) -> list[str]:
        """The tasks of this run that `plan` does not have as they are: it cannot be grown into such a plan."""
        tasks = {task.id: task for task in plan.tasks}
        return [
            task.id
            for task in self.machine.plan.tasks
            if task.id not in tasks or not is_same_task(task, tasks[task.id])
        ]

    def grow(
        self,
        plan: CompiledPlan,
        text: str,
        inputs: Mapping[str, Json],
        *,
        complete: bool = False,
        grants: Grants | None = None,
        usage: Usage = NOTHING,
        planning: Mapping[str, Json] | None = None,
    ) -> None:
        """The plan has further tasks, started once this is durable. `grants` take the place of those the run has.

        `complete`: this is the whole plan. `usage` and `planning` are what having it made took, and how it came
        about; both are kept with the run, and the usage counts against its budget.
        Raises MachineError for a plan that changes a task (see `changed_in`), and TaskFailure (R001) for inputs.
        """
        whole = complete_inputs(plan, inputs)
        if grants is not None:
            self._options = self._world.options = replace(self._options, grants=grants)
        known = {kept.digest for kept in (self.machine.plan, *self.machine.sub_plans.values())}
        if plan.digest not in known:
            self._ledger.journal.add_plan(plan, text)
        self.machine.sub_plans[plan.digest] = plan
        data: dict[str, Json] = {"plan_digest": plan.digest, "inputs": whole, "complete": complete}
        data["rights"] = self._options.grants.describe()
        if usage.calls:
            data["usage"] = usage.to_json()
            self._budget.spend(usage)
        if planning is not None:
            data["planning"] = dict(planning)
        self._ledger.emit(Event("plan_grown", None, data))
        self._wake.set()

    def withdraw(self, error: TaskError) -> None:
        """There will be no plan: what runs is cancelled, and the run ends so."""
        self._ending.decide("cancelled", error)
        self._cancel_running()

    def set_aside(self, changed: list[str], why: str) -> None:
        """The plan came out otherwise: the attempts of its `changed` tasks are cancelled, the others end; nothing
        further is started. `run` returns then, and the run may be resumed with its plan."""
        self._ending.decide("interrupted", reason=why)
        for attempt in self._active.values():
            if attempt.subject.node.task.id in changed:
                attempt.cancel(self._ended)

    def _nothing_left(self) -> bool:
        if self.machine.growing and self._ending.status is None:
            return False
        return super()._nothing_left()


async def begin_growing(
    plan: CompiledPlan, inputs: Mapping[str, Json], env: Environment, *, text: str = "", run_id: str | None = None
) -> GrowingExecution:
    """A new run of what is known of a plan, its first event durable. Raises as `execute.begin` does."""
    return await begin_as(GrowingExecution, plan, inputs, env, text=text, run_id=run_id, growing=True)
