"""What a run would reuse and run, in words and as JSON; made of the executor's preview."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice

from planc_runtime.executor.simulate import Action, Step
from planc_schemas.compiled import CompiledPlan
from planc_schemas.events import plan_task
from planc_schemas.values import Json

VERBS: dict[Action, str] = {"reused": "reuses", "runs": "runs", "skipped": "skips", "failed": "fails"}


@dataclass(slots=True)
class _Group:
    """The steps of one task."""

    actions: Counter[Action] = field(default_factory=Counter)
    reasons: dict[str, None] = field(default_factory=dict)

    def add(self, step: Step) -> None:
        self.actions[step.action] += 1
        if step.reason and step.action != "reused":
            self.reasons[step.reason] = None

    def words(self) -> str:
        """`runs 2, reuses 3 of 5`, with the reasons."""
        total = sum(self.actions.values())
        if total == 1:
            parts = [VERBS[next(iter(self.actions))]]
        else:
            parts = [f"{VERBS[action]} {count} of {total}" for action, count in sorted(self.actions.items())]
        reasons = f"  ({'; '.join(self.reasons)})" if self.reasons else ""
        return ", ".join(parts) + reasons


def preview_text(steps: Sequence[Step], plan: CompiledPlan, most: int | None = None) -> str:
    """One line a task, in the plan's order, the first `most` of them; values are computed anyway and left out."""
    groups = _groups(steps, plan)
    if not groups:
        return "nothing to do"
    shown = dict(islice(groups.items(), most))
    width = max(len(task_id) for task_id in shown)
    lines = [f"{task_id:<{width}}  {group.words()}" for task_id, group in shown.items()]
    if len(groups) > len(shown):
        rest: Counter[Action] = Counter()
        for group in islice(groups.values(), len(shown), None):
            rest.update(dict.fromkeys(group.actions, 1))
        counts = ", ".join(f"{VERBS[action]} {count:,}" for action, count in sorted(rest.items()))
        lines.append(f"and {len(groups) - len(shown):,} more tasks: {counts}")
    return "\n".join(lines)


def preview_json(steps: Sequence[Step]) -> list[dict[str, Json]]:
    return [asdict(step) for step in steps]


def _groups(steps: Sequence[Step], plan: CompiledPlan) -> dict[str, _Group]:
    groups: dict[str, _Group] = {}
    for step in steps:
        groups.setdefault(plan_task(step.instance), _Group()).add(step)
    return {task.id: groups[task.id] for task in plan.tasks if task.id in groups}
