"""What executing or resuming would do, without doing anything: which results are reused, what runs, and why.

A scratch machine is driven as far as known results lead: decisions and values are computed, kept results stand in for
running, and what would run stays open, with everything behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from planc_schemas.compiled import CompiledTask
from planc_schemas.events import Event
from planc_schemas.json_text import json_bytes
from planc_schemas.ports import TaskFailure

from ..budget import NOTHING
from ..kinds.base import Done, SubPlan
from ..kinds.registry import INLINE, kind_named
from ..machine import Instance, Machine, Node
from ..models.base import ModelProvider
from ..recover import Memory
from .outcomes import sub_plan_events
from .starting import Named, Reuse, is_fresh, model_name, name_result, unrunnable

Action: TypeAlias = Literal["reused", "runs", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class Step:
    """What will become of an instance, or of a task whose instances are not known yet.

    `reason` says why it runs ("prompt changed", "inputs changed", "upstream changed", "failed before", "cache: false",
    "--fresh", "--no-reuse", "no earlier result", "reads find, which runs"), is skipped or fails; `from_run` is where a
    reused result comes from.
    """

    instance: str
    action: Action
    reason: str = ""
    from_run: str = ""


@dataclass(slots=True)
class Simulation:
    """`steps` in the order they were found; `carried` are the instances whose earlier results in this run stand,
    `continued` those that go on from the turns they had recorded."""

    steps: list[Step]
    carried: list[str]
    continued: list[str]


@dataclass(slots=True)
class Known:
    """What is known of earlier executions: this run's memory (or the last run's), and its plan's tasks by id."""

    memory: Memory
    tasks: Mapping[str, CompiledTask]
    same_run: bool


def simulate(
    machine: Machine, reuse: Reuse, models: ModelProvider, known: Known, fresh: frozenset[str], now: float
) -> Simulation:
    """Drives `machine` (a new one, which is used up). Raises StoreError when kept results cannot be read."""
    return _Simulator(machine, reuse, models, known, fresh, now).run()


class _Simulator:
    def __init__(
        self, machine: Machine, reuse: Reuse, models: ModelProvider, known: Known, fresh: frozenset[str], now: float
    ) -> None:
        self.machine = machine
        self.reuse = reuse
        self.models = models
        self.known = known
        self.fresh = fresh
        self.now = now
        self.result = Simulation([], [], [])

    def run(self) -> Simulation:
        machine = self.machine
        progress = True
        while progress:
            progress = False
            for event in machine.decisions():
                self._decided(event)
                progress = True
            while (instance := machine.pop_inline()) is not None:
                self._inline(instance)
                progress = True
            while (instance := machine.pop_ready()) is not None:
                self._ready(instance)
                progress = True
        self.result.steps.extend(self._open_tasks())
        return self.result

    def _decided(self, event: Event) -> None:
        self.machine.apply(event)
        instance = event.instance or ""
        if event.type == "task_skipped":
            self.result.steps.append(Step(instance, "skipped", event.data["reason"]))
        elif event.type == "task_failed":
            self.result.steps.append(Step(instance, "failed", event.data["error"]["message"]))

    def _inline(self, instance: Instance) -> None:
        task, machine = instance.task, self.machine
        kind = INLINE[task.work.kind]
        earlier = self.known.memory.results.get(instance.id) if self.known.same_run else None
        try:
            rendered = kind.render(task, machine.scope(instance))
            outcome = kind.run_inline(rendered, task, machine.plan)
        except TaskFailure as failure:
            self._decided(unrunnable(machine, instance, failure))
            return
        if isinstance(outcome, Done):
            if earlier is not None and earlier.data.get("output") == outcome.output:
                self.result.carried.append(instance.id)
            machine.apply(Event("task_finished", instance.id, {"attempt": 1, "output": outcome.output}))
            return
        named = name_result(instance, rendered, "")
        if earlier is not None and earlier.type == "task_finished" and self._stands(instance, named, earlier):
            return
        machine.apply(Event("task_started", instance.id, {"attempt": 1, "fingerprint": named.fingerprint}))
        if isinstance(outcome, SubPlan):
            machine.apply_all(sub_plan_events(instance, outcome, NOTHING))

    def _ready(self, instance: Instance) -> None:
        task = instance.task
        try:
            rendered = kind_named(task.work.kind).render(task, self.machine.scope(instance))
            named = name_result(instance, rendered, model_name(task, self.models))
        except TaskFailure as failure:
            self._decided(unrunnable(self.machine, instance, failure))
            return
        earlier = self.known.memory.results.get(instance.id)
        if earlier is not None and self.known.same_run and self._stands(instance, named, earlier):
            return
        kept = self.reuse.find(instance, named, self.now)
        if kept is not None:
            self.machine.apply(Event("task_reused", instance.id, kept))
            self.result.steps.append(Step(instance.id, "reused", from_run=kept["from_run"]))
            return
        if self._goes_on(instance, named):
            self.result.continued.append(instance.id)
        self.result.steps.append(Step(instance.id, "runs", self._why(instance, named)))

    def _stands(self, instance: Instance, named: Named, earlier: Event) -> bool:
        """Takes over an earlier result of this run when it is what running would give."""
        failed = earlier.type == "task_failed"  # may never run again, whatever was edited
        if not self.known.memory.stands(instance.id):
            return False
        if is_fresh(instance, self.fresh) or not (failed or self.reuse.matches(instance, named, earlier)):
            return False
        self.result.carried.append(instance.id)
        for event in self.known.memory.planned(instance.id) or [earlier]:
            self.machine.take_over(event)
        self.machine.drain()
        step = Step(instance.id, "failed", earlier.data["error"]["message"]) if failed else None
        self.result.steps.append(step or Step(instance.id, "reused", from_run=self.machine.run_id))
        return True

    # --- reasons --------------------------------------------------------------------------------------------------

    def _goes_on(self, instance: Instance, named: Named) -> bool:
        """Was it cut off amid recorded turns that it can go on from?"""
        memory = self.known.memory
        if not self.known.same_run or instance.id not in memory.turns or instance.id not in memory.started:
            return False
        if is_fresh(instance, self.fresh):
            return False
        return bool(memory.started[instance.id].fingerprint == named.fingerprint)

    def _why(self, instance: Instance, named: Named) -> str:
        if is_fresh(instance, self.fresh):
            return "--fresh"
        if not (self.known.same_run or self.reuse.looks_elsewhere):
            return "--no-reuse"
        memory, before = self.known.memory, self.known.tasks.get(instance.task.id)
        if before is None:
            return "no earlier result"
        changed = changed_part(before, instance.task)
        if changed:
            return f"{changed} changed"
        result, start = memory.results.get(instance.id), memory.started.get(instance.id)
        if result is not None and result.data.get("fingerprint") == named.fingerprint:
            return "cache: false" if not instance.task.cache else "result no longer kept"
        if start is not None and start.request != json_bytes(named.rendered):
            return "inputs changed"
        if result is None:
            return "failed before" if instance.id in memory.failed else "no earlier result"
        if named.model and result.data.get("model", named.model) != named.model:
            return "model changed"
        return "upstream changed"

    def _open_tasks(self) -> list[Step]:
        """Tasks behind what runs: whether and how often they run is not known yet."""
        return [
            Step(node.id, "runs", f"reads {self._cause(node)}, which runs")
            for node in self.machine.nodes()
            if node.status == "pending" and node.waiting
        ]

    def _cause(self, node: Node) -> str:
        by_id = node.frame.by_id
        return next((each for each in node.task.waits_for if by_id[each].status == "pending"), "a task")


def changed_part(before: CompiledTask, after: CompiledTask) -> str:
    """Which part of a task's meaning differs: "prompt", "model", "arguments", …; "" when it is the same."""
    if before.meaning == after.meaning:
        return ""
    if before.work.kind != after.work.kind:
        return "kind"
    for name in ("prompt", "goal", "text", "value", "system", "model", "tool", "tools", "arguments", "definition"):
        if getattr(before.work, name, None) != getattr(after.work, name, None):
            return {"arguments": "`with`", "definition": "tool definition", "text": "question"}.get(name, name)
    return "output schema" if before.output != after.output else "task"
