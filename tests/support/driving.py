"""Drives the machine without an executor: work is a function, and which running task ends next is a choice.

What is pretended is the work only; the events are those that the executor writes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from planc_runtime.kinds.base import Done, SubPlan
from planc_runtime.kinds.registry import INLINE
from planc_runtime.machine import Instance, Machine
from planc_schemas.compiled import CompiledPlan
from planc_schemas.events import Event
from planc_schemas.ports import TaskError, TaskFailure
from planc_schemas.values import Json

Work: TypeAlias = Callable[[Instance, Machine], Json]
"""Gives an instance's output, or raises TaskFailure."""
Choice: TypeAlias = Callable[[int], int]
"""Which of n running instances ends next."""


def failure(message: str = "it broke") -> TaskFailure:
    return TaskFailure(TaskError("tool_error", message, "R403"))


def echo(instance: Instance, machine: Machine) -> Json:
    return f"out {instance.id}"


class Driver:
    """A machine, the events it was given, and what runs."""

    def __init__(self, plan: CompiledPlan, work: Work = echo, **inputs: Json) -> None:
        self.machine = Machine(plan, dict(inputs), "run")
        self.work = work
        self.events: list[Event] = []
        self.running: list[Instance] = []
        self.started: list[str] = []

    def emit(self, type_: str, instance: str, data: dict[str, Json]) -> None:
        event = Event(type_, instance, data)  # type: ignore[arg-type]  # names are checked by the machine's tests
        self.machine.apply(event)
        self.events.append(event)

    def advance(self) -> None:
        """Decisions, values and starts, until nothing more can be done."""
        progress = True
        while progress:
            progress = False
            for event in self.machine.decisions():
                self.machine.apply(event)
                self.events.append(event)
                progress = True
            while (instance := self.machine.pop_inline()) is not None:
                self._inline(instance)
                progress = True
            while (instance := self.machine.pop_ready()) is not None:
                self.emit("task_started", instance.id, {"attempt": instance.attempt, "fingerprint": instance.id})
                self.running.append(instance)
                self.started.append(instance.id)
                progress = True

    def _inline(self, instance: Instance) -> None:
        kind, task = INLINE[instance.task.work.kind], instance.task
        try:
            rendered = kind.render(task, self.machine.scope(instance))
            outcome = kind.run_inline(rendered, task, self.machine.plan)
        except TaskFailure as caught:
            self._append(self.machine.failed(instance, caught.error, {"attempt": 1}))
            return
        if isinstance(outcome, Done):
            self.emit("task_finished", instance.id, {"attempt": 1, "output": outcome.output})
        elif isinstance(outcome, SubPlan):
            self.emit("task_started", instance.id, {"attempt": 1, "fingerprint": ""})
            self.emit("subplan_created", instance.id, {"plan_digest": outcome.plan.digest, "inputs": outcome.inputs})

    def _append(self, event: Event) -> None:
        self.machine.apply(event)
        self.events.append(event)

    def end_one(self, index: int = 0) -> None:
        """The running instance at `index` comes to its end."""
        instance = self.running.pop(index)
        data: dict[str, Json] = {"attempt": instance.attempt, "fingerprint": f"fp {instance.id}"}
        try:
            data["output"] = self.work(instance, self.machine)
        except TaskFailure as caught:
            self._append(self.machine.failed(instance, caught.error, data))
            return
        self.emit("task_finished", instance.id, data)

    def run(self, choose: Choice = lambda count: 0) -> Driver:
        """To the end of the run."""
        self.advance()
        while self.running:
            self.end_one(choose(len(self.running)))
            self.advance()
        return self

    def state(self) -> dict[str, tuple[str, Json, Json]]:
        """Status, output and errors of every task."""
        return {node.id: (node.status, node.output, node.errors) for node in self.machine.nodes()}

    def statuses(self) -> dict[str, str]:
        return {node.id: node.status for node in self.machine.nodes()}


def drive(plan: CompiledPlan, work: Work = echo, **inputs: Json) -> Driver:
    return Driver(plan, work, **inputs).run()
