"""Task kinds that do nothing: their outcomes come from a recorded run. For `planc replay RUN`.

Rendering stays the real thing, so that a changed prompt, expression or input shows itself; what would ask a model, a
tool, a planner or a person is answered by what the run's journal says came of it. The turns of an agent are told again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias

from planc_schemas.compiled import NO_RETRY, CompiledPlan, CompiledTask, RunLimits
from planc_schemas.ports import TaskError, TaskFailure
from planc_schemas.values import Json

from ..evaluate import Scope
from ..kinds.base import Done, Kind, Outcome, SubPlan, TaskContext
from ..kinds.registry import kind_named
from ..store.base import KeptPlan
from .runs import RecordedRun, RecordedTask

KindOf: TypeAlias = Callable[[str], Kind]
"""Name → kind. Raises TaskFailure for one that cannot be executed."""


class RecordedKinds:
    """A KindOf: every kind with its real rendering and recorded outcomes."""

    def __init__(self, run: RecordedRun, plans: Iterable[KeptPlan], kind_of: KindOf = kind_named) -> None:
        """`plans` are those kept with the run: sub-plans made by `goal` tasks are among them."""
        self._run = run
        self._plans = {kept.digest: kept.plan for kept in plans}
        self._meanings = frozenset(_meanings(self._plans.values()))
        self._kind_of = kind_of

    def __call__(self, name: str) -> Kind:
        return _RecordedKind(self._kind_of(name), self._run, self._plans, self._meanings)


def _meanings(plans: Iterable[CompiledPlan]) -> Iterator[str]:
    for plan in plans:
        yield from (task.meaning for task in plan.tasks)
        yield from _meanings(plan.imports.values())


class _RecordedKind:
    def __init__(self, kind: Kind, run: RecordedRun, plans: dict[str, CompiledPlan], meanings: frozenset[str]) -> None:
        self._kind = kind
        self._run = run
        self._plans = plans
        self._meanings = meanings

    def render(self, task: CompiledTask, scope: Scope) -> Json:
        return self._kind.render(task, scope)

    async def run(self, rendered: Json, context: TaskContext) -> Outcome:
        unchanged = context.task.meaning in self._meanings
        recorded = self._run.find(context.instance, rendered, unchanged=unchanged)
        for turn in recorded.turns:  # nothing is used, so nothing counts as used
            await context.record("turn_recorded", {name: value for name, value in turn.items() if name != "usage"})
        if recorded.sub_plan is not None and not recorded.refused:
            return self._sub_plan(recorded, recorded.sub_plan)
        return Done(recorded.output)

    def _sub_plan(self, recorded: RecordedTask, made: dict[str, Json]) -> SubPlan:
        plan = self._plans.get(made["plan_digest"])
        if plan is None:
            message = f"the sub-plan of `{recorded.instance}` is not among the plans kept with the run"
            raise TaskFailure(TaskError("bad_request", message, "R701"))
        return SubPlan(plan=plan, inputs=made.get("inputs", {}), text=made.get("text", ""))


def without_costs(plan: CompiledPlan) -> CompiledPlan:
    """The plan without retries (a recorded failure is final, trying it again would only cost time) and without limits
    (nothing is spent, and what models cost need not be known)."""
    return replace(
        plan,
        limits=RunLimits(concurrency=plan.limits.concurrency),
        tasks=tuple(replace(task, retry=NO_RETRY) for task in plan.tasks),
        imports={path: without_costs(imported) for path, imported in plan.imports.items()},
    )
