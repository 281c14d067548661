"""Which of the plans that are kept with a run is which: the one it goes by, and those that were made for its goals."""

from __future__ import annotations

from collections.abc import Iterable

from planc_schemas.compiled import CompiledPlan, GoalWork

from .base import KeptPlan, Store


def current_plan(store: Store, run_id: str) -> KeptPlan:
    """The plan that the run goes by since it was begun, or resumed with an edited one. Raises StoreError."""
    digest = store.summary(run_id).plan_digest
    kept = store.plans(run_id)
    return next((plan for plan in kept if plan.digest == digest), kept[0])


def plans_of_goals(store: Store, run_id: str) -> dict[str, KeptPlan]:
    """The sub-plans that were made while the run went on, by the instance of the goal; the last of each.

    Raises StoreError.
    """
    kept = {plan.digest: plan for plan in store.plans(run_id)}
    if not any(_has_goals(plan.plan) for plan in kept.values()):
        return {}
    found: dict[str, KeptPlan] = {}
    for event in store.read(run_id):
        if event.type == "subplan_created" and event.instance and event.data["plan_digest"] in kept:
            found[event.instance] = kept[event.data["plan_digest"]]
    return found


def _has_goals(plan: CompiledPlan) -> bool:
    plans: Iterable[CompiledPlan] = (plan, *plan.imports.values())
    return any(isinstance(task.work, GoalWork) for each in plans for task in each.tasks)
