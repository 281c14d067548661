"""A plan's graph as arrays. Built once for each plan in linear time and shared by all its frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from planc_schemas.compiled import CompiledPlan, CompiledTask

WEIGHTS: Final[dict[str, float]] = {
    "value": 0.0,
    "ask": 1.0,
    "tool": 2.0,
    "prompt": 8.0,
    "plan": 16.0,
    "agent": 30.0,
    "goal": 60.0,
}
"""Seconds that a task of each kind is taken to last while nothing better is known. Only their order matters much:
they decide which of the ready tasks is started first."""


class Topology:
    """Graph of one plan; tasks are numbered in file order.

    `downstream[i]` are the tasks that wait for task i, `waits[i]` how many i waits for; `priority[i]` is the length
    in seconds of the longest path from the start of i to the end of the plan.
    """

    __slots__ = ("downstream", "plan", "priority", "tasks", "waits", "weights")

    def __init__(self, plan: CompiledPlan, durations: Mapping[str, float] | None = None) -> None:
        """`durations` are recorded seconds by task id, used in place of `WEIGHTS`.

        Raises ValueError when a task waits for one that is not there, or for itself in a circle (the compiler
        reports both long before).
        """
        self.plan = plan
        self.tasks: tuple[CompiledTask, ...] = plan.tasks
        numbers = {task.id: number for number, task in enumerate(self.tasks)}
        self.downstream: list[list[int]] = [[] for _ in self.tasks]
        self.waits: list[int] = []
        in_order = True
        try:
            for number, task in enumerate(self.tasks):
                self.waits.append(len(task.waits_for))
                for upstream in task.waits_for:
                    before = numbers[upstream]
                    self.downstream[before].append(number)
                    in_order = in_order and before < number
        except KeyError as error:
            raise ValueError(f"a task of plan `{plan.name}` waits for {error}, which is not in it") from None
        known = durations or {}
        self.weights = [known.get(task.id, WEIGHTS[task.work.kind]) for task in self.tasks]
        self.priority = self._priorities(range(len(self.tasks)) if in_order else self._order())

    def _priorities(self, order: Sequence[int]) -> list[float]:
        priority = list(self.weights)
        downstream = self.downstream
        for number in reversed(order):
            after = downstream[number]
            if after:
                priority[number] += max([priority[later] for later in after])
        return priority

    def _order(self) -> list[int]:
        """A topological order (Kahn's algorithm)."""
        waiting = list(self.waits)
        order = [number for number, count in enumerate(waiting) if count == 0]
        for number in order:  # grows while it is walked
            for later in self.downstream[number]:
                waiting[later] -= 1
                if waiting[later] == 0:
                    order.append(later)
        if len(order) < len(self.tasks):
            raise ValueError(f"the tasks of plan `{self.plan.name}` wait for each other in a circle")
        return order
