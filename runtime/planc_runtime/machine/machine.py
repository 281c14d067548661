"""The machine: `apply` folds an event into the run's state, `decisions` and `pop_ready` say what may be done now.

    machine = Machine(plan, inputs, run_id)
    while not machine.finished:
        for event in machine.decisions(): journal it, machine.apply(event)      # until there are none
        instance = machine.pop_ready()                                          # start it: task_started, …

Applying the events of a journal in their order gives the state that the run had (recovery is this same fold).
Every event costs constant time, spread over the run; nothing recurses over the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from heapq import heappop
from typing import Final, Literal

from planc_schemas.events import Event
from planc_schemas.ports import PASSING, TaskError
from planc_schemas.values import Json

from ..evaluate import Scope
from .progress import ACTIVE, Progress
from .rules import REFUSED, error_entry, last_failure, plan_outputs, span_of, sub_plan_key, variables
from .state import Failure, Instance, MachineError, Node

VERSION: Final = 1
"""Of the rules: which state a journal's events give. Kept in `run_started`; a journal of another version is refused."""


@dataclass(frozen=True, slots=True)
class RunEnd:
    """What a run came to. `error` is set when an output could not be evaluated."""

    status: Literal["succeeded", "failed"]
    outputs: dict[str, Json]
    error: TaskError | None = None


class Machine(Progress):
    """State of one run. See the module's docstring.

    `failures` are all instances that failed for good, in the order of their events.
    """

    # --- what may be done now -------------------------------------------------------------------------------------

    @property
    def finished(self) -> bool:
        """Every task of the plan has its result, and no further ones will come."""
        return self.frame.open == 0 and not self.growing

    @property
    def has_failed(self) -> bool:
        """Has something failed that nothing in the plan makes up for?"""
        return any(not failure.collected for failure in self.failures)

    def decisions(self) -> list[Event]:
        """Facts that follow from the state and are not in it yet: skips, expansions, failures that need no attempt,
        ends of sub-plans. Journal and apply them in this order, then ask again."""
        events = []
        while self._pending:
            subject, event = self._pending.popleft()
            if isinstance(subject, Node) and (subject.settled or (event.type == "task_expanded" and subject.unsettled)):
                continue
            if isinstance(subject, Instance) and subject.settled:
                continue
            events.append(event)
        return events

    def pop_ready(self) -> Instance | None:
        """The most urgent instance that may be started, None when there is none (see `pop_inline` too).

        It is the caller's from now on: start it (task_started), or give it back with `push_ready`.
        """
        heap = self._heap
        while heap:
            instance = heappop(heap)[3]
            instance.queued = False
            if self.startable(instance):
                return instance
        return None

    def pop_inline(self) -> Instance | None:
        """The next ready instance of a kind that takes no time (INLINE_KINDS), None when there is none."""
        while self._inline:
            instance = self._inline.popleft()
            instance.queued = False
            if self.startable(instance):
                return instance
        return None

    def startable(self, instance: Instance) -> bool:
        """May this ready instance still be started? No longer when its foreach has failed meanwhile."""
        node = instance.node
        return instance.status == "ready" and node.status == "pending" and not node.errors

    def has_result(self, id: str) -> bool:
        """Has the instance with this id come to its end?"""
        instance = self._instances.get(id)
        return instance is not None and instance.settled

    def scope(self, instance: Instance) -> Scope:
        """What the expressions of an instance can see."""
        frame = instance.node.frame
        return Scope(frame.inputs, frame.by_id, self.run_id, {} if instance.index is None else variables(instance))

    def nodes(self) -> Iterable[Node]:
        """Every task of the run's plan and of the sub-plans opened so far."""
        return self._nodes.values()

    def unfinished(self) -> list[Instance]:
        """Instances that were started and have no result, in the order they became ready."""
        started = (*ACTIVE, "retrying")
        return [each for each in self._instances.values() if each.status in started and not each.node.settled]

    def failed(self, instance: Instance, error: TaskError, data: dict[str, Json]) -> Event:
        """The event of an instance's last attempt that failed, as its `on_error` wants it."""
        return last_failure(instance.task, instance.id, error, self.scope(instance), data)

    def answered(self, instance: Instance) -> Event:
        """The end of a question that has its answer: the answer is the result, of this run alone."""
        data: dict[str, Json] = {"attempt": instance.attempt, "fingerprint": instance.fingerprint}
        data |= {"output": (instance.answer or {})["answer"], "cache": False}
        return Event("task_finished", instance.id, data)

    def abandon(self, reason: str) -> list[Event]:
        """Skips of everything that has not been started, for fail-fast; nothing may be running."""
        skipped = []
        for node in self._nodes.values():
            instance = self._instances.get(node.id)
            begun = node.active or (instance is not None and instance.status in ACTIVE)
            if node.status == "pending" and not begun:
                skipped.append(Event("task_skipped", node.id, {"reason": reason}))
        return skipped

    def end(self) -> RunEnd:
        """What the run came to; only when `finished`."""
        outputs, error = plan_outputs(self.frame, self.frame_scope(self.frame))
        failed = any(node.status == "failed" for node in self.frame.nodes)
        return RunEnd("failed" if failed or error else "succeeded", outputs, error)

    # --- events ---------------------------------------------------------------------------------------------------

    def apply(self, event: Event) -> None:
        """Folds one event into the state. Raises MachineError when it does not fit."""
        handler = _HANDLERS.get(event.type)
        if handler is not None:
            handler(self, event)
            if self._settled:
                self.drain()

    def apply_all(self, events: Iterable[Event]) -> None:
        for event in events:
            self.apply(event)

    def take_over(self, event: Event) -> None:
        _HANDLERS[event.type](self, event)

    def _grown(self, event: Event) -> None:
        plan = self.sub_plans.get(event.data["plan_digest"])
        if plan is None:
            raise MachineError("the grown plan is not kept with this run")
        self.growing = not event.data["complete"]
        self.grow(plan, event.data["inputs"])

    def _started(self, event: Event) -> None:
        instance = self.instance(event.instance or "")
        instance.attempt = event.data["attempt"]
        instance.fingerprint = event.data.get("fingerprint", "")
        self.activate(instance)
        instance.status = "running"

    def _finished(self, event: Event) -> None:
        instance = self._instances.get(event.instance or "")
        data = event.data
        if instance is None:
            self._node_finished(event)
            return
        instance.output = data["output"]
        instance.fingerprint = data.get("fingerprint", "")
        instance.error = TaskError.from_json(data["error"]) if "error" in data else None
        if instance.index is None:
            instance.status = "succeeded"
            self.settle(instance.node, "succeeded", instance.output, instance)
            return
        self.activate(instance)
        instance.status = "succeeded"
        self.instance_settled(instance)

    def _node_finished(self, event: Event) -> None:
        """`on_error: {value}` of a task that failed before it had instances, or after the last one."""
        node = self.node(event)
        node.errors = [error_entry(TaskError.from_json(event.data["error"]), None)]
        self.settle(node, "succeeded", event.data["output"], None)

    def _attempt_failed(self, event: Event) -> None:
        instance = self.instance(event.instance or "")
        self.deactivate(instance)
        instance.status = "retrying"
        instance.error = TaskError.from_json(event.data["error"])
        instance.attempt = event.data["attempt"] + 1
        instance.retry_in = event.data.get("retry_in", 0.0)
        instance.retry_at = event.at + instance.retry_in
        if instance.error.kind not in PASSING:
            instance.turns = []
        self.foreach_ended(instance.node)

    def _failed(self, event: Event) -> None:
        error = TaskError.from_json(event.data["error"])
        instance = self._instances.get(event.instance or "")
        node = self.node(event) if instance is None else instance.node
        collected = instance is not None and node.task.collects
        place = span_of(node.task, error)
        self.failures.append(Failure(event.instance or "", error, place, node.frame.plan.file, collected))
        if instance is None:
            node.errors = [error_entry(error, None)]
            self.settle(node, "failed", None, None)
            return
        instance.error = error
        self._end_without_result(instance, "failed")

    def _skipped(self, event: Event) -> None:
        instance = self._instances.get(event.instance or "")
        if instance is None:
            self.settle(self.node(event), "skipped", None, None)
            return
        instance.error = TaskError.from_json(event.data["error"]) if "error" in event.data else None
        self._end_without_result(instance, "skipped")

    def _end_without_result(self, instance: Instance, status: Literal["failed", "skipped"]) -> None:
        if instance.index is None:
            instance.status = status
            self.settle(instance.node, status, None, instance)
            return
        self.activate(instance)
        instance.status = status
        self.instance_settled(instance)

    def _expanded(self, event: Event) -> None:
        node = self.node(event)
        count = event.data["count"]
        if node.items is None or len(node.items) != count or node.unsettled:
            raise MachineError(f"`{node.id}` cannot be expanded into {count} instances at this point of the run")
        self.expand(node)

    def _interrupted(self, event: Event) -> None:
        instance = self.instance(event.instance or "")
        self.deactivate(instance)
        self.push_ready(instance)

    def _waiting(self, event: Event) -> None:
        instance = self.instance(event.instance or "")
        self.activate(instance)
        instance.status = "waiting"
        instance.question = event.data

    def _answered(self, event: Event) -> None:
        instance = self.instance(event.instance or "")
        instance.answer = event.data
        if instance.proposal is None:
            self._pending.append((instance, self.answered(instance)))
        elif event.data["answer"] is True:
            self._open_sub_plan(instance, instance.proposal)
        else:
            data: dict[str, Json] = {"attempt": instance.attempt, "fingerprint": instance.fingerprint}
            self._pending.append((instance, self.failed(instance, REFUSED, data)))

    def _turn(self, event: Event) -> None:
        instance = self.instance(event.instance or "")
        instance.turns = [*instance.turns, event.data]

    def _sub_plan(self, event: Event) -> None:
        instance = self.instance(event.instance or "")
        self.activate(instance)
        instance.fingerprint = event.data.get("fingerprint", instance.fingerprint)
        if event.data.get("approve"):
            instance.proposal = event.data
            instance.status = "waiting"
        else:
            self._open_sub_plan(instance, event.data)

    def _open_sub_plan(self, instance: Instance, made: dict[str, Json]) -> None:
        key = sub_plan_key(instance.task)
        plan = self.plan.imports.get(key) if key else self.sub_plans.get(made["plan_digest"])
        if plan is None:
            raise MachineError(f"the plan of `{instance.id}` is not kept with this run")
        instance.status = "waiting_for_subtasks"
        instance.child = self.open_frame(plan, made.get("inputs", {}), f"{instance.id}/", instance)


_HANDLERS: Final[dict[str, Callable[[Machine, Event], None]]] = {
    "plan_grown": Machine._grown,
    "task_expanded": Machine._expanded,
    "task_started": Machine._started,
    "turn_recorded": Machine._turn,
    "task_finished": Machine._finished,
    "task_reused": Machine._finished,
    "attempt_failed": Machine._attempt_failed,
    "task_failed": Machine._failed,
    "task_skipped": Machine._skipped,
    "task_waiting": Machine._waiting,
    "task_answered": Machine._answered,
    "subplan_created": Machine._sub_plan,
    "task_interrupted": Machine._interrupted,
}
"""Other events about the run as a whole are no part of a machine's state: `recover` deals with them."""
