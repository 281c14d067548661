"""The limits of `goal` tasks while they are executed: what each may spend, planning included, and for how long.

A goal's budget lies within that of the plan around it, and its sub-plan's within the goal's. Its time runs while its
plan is made and while its subtasks are executed; it stands still while a person reads the plan.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from planc_schemas.compiled import GoalWork, RunLimits
from planc_schemas.events import Event
from planc_schemas.ports import TaskError, Usage

from ..budget import NOTHING, Budget
from ..machine import Frame, Instance, Machine

OnTimeOver = Callable[[Instance, TaskError], None]


def goals_around(instance: Instance) -> tuple[GoalWork, ...]:
    """The `goal` tasks within whose sub-plans an instance stands, outermost first."""
    if instance.node.frame.parent is None:
        return ()
    return tuple(reversed([each.task.work for each in _parents(instance) if isinstance(each.task.work, GoalWork)]))


def is_within(instance: Instance, goal: Instance) -> bool:
    """Is it the goal itself, or a task of its sub-plan?"""
    return instance is goal or any(each is goal for each in _parents(instance))


def _parents(instance: Instance) -> list[Instance]:
    found: list[Instance] = []
    parent = instance.node.frame.parent
    while parent is not None:
        found.append(parent)
        parent = parent.node.frame.parent
    return found


def waiting_failures(machine: Machine, goal: Instance, error: TaskError) -> list[Event]:
    """The ends of what waits within a goal whose time is over: for a person, or for its next attempt."""
    return [
        machine.failed(each, error, {"attempt": each.attempt, "fingerprint": each.fingerprint})
        for each in machine.unfinished()
        if each.status in ("waiting", "retrying") and is_within(each, goal)
    ]


class Budgets:
    """The budget of every instance. `spent` is what earlier parts of the run used, by instance, subtasks included."""

    def __init__(self, budget: Budget, spent: Mapping[str, Usage]) -> None:
        self._run = budget
        self._spent = spent
        self._frames: dict[Frame, Budget] = {}
        self._goals: dict[str, Budget] = {}

    def of(self, instance: Instance) -> Budget:
        """What its calls are counted against."""
        outer = self._of_frame(instance.node.frame)
        work = instance.task.work
        if work.kind != "goal":
            return outer
        budget = self._goals.get(instance.id)
        if budget is None:
            budget = Budget(_limits(work), self._spent.get(instance.id, NOTHING), outer)
            self._goals[instance.id] = budget
        return budget

    def _of_frame(self, frame: Frame) -> Budget:
        if frame.parent is None:
            return self._run
        budget = self._frames.get(frame)
        if budget is None:
            spent = self._spent.get(frame.parent.id, NOTHING)
            budget = self._frames[frame] = Budget(frame.plan.limits, spent, self.of(frame.parent))
        return budget


def _limits(work: GoalWork) -> RunLimits:
    says = work.limits
    return RunLimits(calls=says.get("calls"), tokens=says.get("tokens"), usd=says.get("usd"), time=says.get("time"))


class GoalTimes:
    """Watches the `limits.time` of goals. `spent` are seconds of earlier parts of the run by instance."""

    def __init__(self, spent: Mapping[str, float], on_over: OnTimeOver) -> None:
        self._spent = dict(spent)
        self._on_over = on_over
        self._running: dict[str, tuple[float, asyncio.TimerHandle]] = {}
        self._over: dict[str, TaskError] = {}

    def go_on(self, instance: Instance) -> None:
        """The goal is being planned or executed; a task without a time limit is no concern of this class."""
        work = instance.task.work
        if work.kind != "goal":
            return
        limit = work.limits.get("time")
        if limit is None or instance.id in self._running or instance.id in self._over:
            return
        loop = asyncio.get_running_loop()
        left = max(0.0, float(limit) - self._spent.get(instance.id, 0.0))
        self._running[instance.id] = (loop.time(), loop.call_later(left, self._end, instance, float(limit)))

    def stand_still(self, instance: Instance) -> None:
        """It has ended, or waits for a person."""
        began, timer = self._running.pop(instance.id, (0.0, None))
        if timer is not None:
            timer.cancel()
            past = asyncio.get_running_loop().time() - began
            self._spent[instance.id] = self._spent.get(instance.id, 0.0) + past

    def over(self, instance: Instance) -> TaskError | None:
        """Why an instance may not be started any more: the time of a goal around it, or its own, has passed."""
        if not self._over:
            return None
        chain = [instance, *_parents(instance)]
        return next((self._over[each.id] for each in chain if each.id in self._over), None)

    def _end(self, instance: Instance, limit: float) -> None:
        self.stand_still(instance)
        if instance.settled or instance.node.settled:
            return
        message = f"the time of goal `{instance.id}`, {limit:g} s, is over"
        error = TaskError("budget", message, "R204", "raise its `limits.time` and resume")
        self._over[instance.id] = error
        self._on_over(instance, error)

    def close(self) -> None:
        for _, timer in self._running.values():
            timer.cancel()
