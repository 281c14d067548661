"""How results spread through a run: what a task's result releases, expands, repeats or ends.

`Progress` holds the run's data and changes it; `machine.Machine` says which event causes which change.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from heapq import heappush
from typing import Final, Literal

from planc_schemas.compiled import CompiledPlan
from planc_schemas.events import Event
from planc_schemas.ports import TaskError, TaskFailure
from planc_schemas.values import Json

from ..evaluate import Scope
from .rules import (
    error_entry,
    foreach_items,
    frame_failure,
    holds,
    last_failure,
    plan_outputs,
    satisfied,
    skip_reason,
    variables,
)
from .state import NO_INSTANCES, Failure, Frame, Instance, MachineError, Node
from .topology import Topology

ACTIVE: Final = frozenset({"running", "waiting", "waiting_for_subtasks"})
"""Statuses of an instance that was started and is at work."""

INLINE_KINDS: Final = frozenset({"value", "plan"})
"""Kinds that take no time of their own; they need no order among the ready ones."""


class Progress:
    """The data of a run and how it changes. `frame` is the run's own plan."""

    def __init__(
        self,
        plan: CompiledPlan,
        inputs: dict[str, Json],
        run_id: str,
        *,
        durations: Mapping[str, float] | None = None,
        carried: Mapping[str, list[Event]] | None = None,
        sub_plans: Mapping[str, CompiledPlan] | None = None,
        growing: bool = False,
    ) -> None:
        """`inputs` are complete (defaults put in) and fit the plan. `durations` are recorded seconds by task id.
        `carried` are events of an earlier part of this run by instance: a result takes the place of running it,
        recorded turns are what its next attempt goes on from.
        `sub_plans` are plans made at run time, by digest. `growing`: the plan is still being written, and the run has
        not ended with the tasks that there are.

        Raises ValueError for a plan whose graph is none (see Topology).
        """
        self.plan = plan
        self.run_id = run_id
        self.growing = growing
        self.failures: list[Failure] = []
        self.sub_plans: dict[str, CompiledPlan] = dict(sub_plans or {})
        self._durations = durations
        self._carried = dict(carried or {})
        self._topologies: dict[str, Topology] = {}
        self._nodes: dict[str, Node] = {}
        self._instances: dict[str, Instance] = {}
        self._heap: list[tuple[float, int, int, Instance]] = []
        self._inline: deque[Instance] = deque()
        self._serial = 0
        self._pending: deque[tuple[Node | Instance, Event]] = deque()
        self._settled: deque[Node] = deque()
        self.frame = self.open_frame(plan, inputs, "", None)
        self.drain()

    def take_over(self, event: Event) -> None:
        """Applies a carried event (Machine does)."""
        raise NotImplementedError

    def node(self, event: Event) -> Node:
        """The node that an event is about. Raises MachineError when there is none."""
        try:
            return self._nodes[event.instance or ""]
        except KeyError:
            raise MachineError(f"there is no task `{event.instance}` in plan `{self.plan.name}`") from None

    def instance(self, id: str) -> Instance:
        """Raises MachineError when there is no such instance (yet)."""
        try:
            return self._instances[id]
        except KeyError:
            raise MachineError(f"there is no task instance `{id}` at this point of the run") from None

    def push_ready(self, instance: Instance) -> None:
        """Makes an instance ready (again): after its retry delay, or because it could not be started."""
        node = instance.node
        instance.status = "ready"
        if instance.queued:  # replayed events start an instance without taking it out
            return
        instance.queued = True
        if node.task.work.kind in INLINE_KINDS:
            self._inline.append(instance)
            return
        self._serial += 1
        heappush(self._heap, (-node.priority, instance.index or 0, self._serial, instance))

    # --- beginning ------------------------------------------------------------------------------------------------

    def open_frame(self, plan: CompiledPlan, inputs: dict[str, Json], prefix: str, parent: Instance | None) -> Frame:
        """A plan begins: its tasks that wait for nothing are released."""
        frame = Frame(self._topology(plan), inputs, prefix, parent)
        self._nodes.update({node.id: node for node in frame.nodes} if prefix else frame.by_id)
        for node in frame.nodes:
            if node.waiting == 0:
                self._release(node)
        return frame

    def grow(self, plan: CompiledPlan, inputs: dict[str, Json]) -> None:
        """The run's own plan has further tasks. Raises MachineError when those it has are not the same."""
        added = self.frame.grow(self._topology(plan), inputs)
        self.plan = plan
        for instance in self._instances.values():
            instance.task = instance.node.task  # the same, perhaps elsewhere in the file
        self._nodes.update({node.id: node for node in added})
        for node in added:
            if node.waiting == 0:
                self._release(node)

    def _topology(self, plan: CompiledPlan) -> Topology:
        topology = self._topologies.get(plan.digest)
        if topology is None or topology.plan is not plan:
            topology = self._topologies[plan.digest] = Topology(plan, self._durations)
        return topology

    def frame_scope(self, frame: Frame) -> Scope:
        """What expressions of a plan can see outside its loops."""
        return Scope(frame.inputs, frame.by_id, self.run_id)

    def _release(self, node: Node) -> None:
        """Everything a task waits for has its result: decide what becomes of it."""
        task = node.task
        reason = skip_reason(node) if node.frame.flawed else None
        if reason is not None:
            self._pending.append((node, Event("task_skipped", node.id, {"reason": reason})))
            return
        if task.condition is None and task.foreach is None and task.repeat is None:
            self._make_ready(node, None)
            return
        scope = self.frame_scope(node.frame)
        try:
            if task.condition is not None and not holds(task.condition, scope):
                self._pending.append((node, Event("task_skipped", node.id, {"reason": "condition"})))
            elif task.foreach is not None:
                node.items = foreach_items(node, scope)
                self._pending.append((node, Event("task_expanded", node.id, {"count": len(node.items)})))
            else:
                self._make_ready(node, 0 if task.repeat is not None else None)
        except TaskFailure as failure:
            self._fail_node(node, failure.error)

    def _fail_node(self, node: Node, error: TaskError) -> None:
        event = last_failure(node.task, node.id, error, self.frame_scope(node.frame), {"attempt": 0})
        self._pending.append((node, event))

    def _make_ready(self, node: Node, index: int | None) -> None:
        """A new instance of a plain task, or the next iteration of a repeat."""
        instance = Instance(node, node.id if index is None else f"{node.id}[{index}]", index)
        self._instances[instance.id] = instance
        if index is not None:
            node.instances = [*node.instances, instance]
            node.unsettled += 1
        self._offer(instance)

    def expand(self, node: Node) -> None:
        """A foreach makes its instances; as many as `max_concurrency` allows are released."""
        assert node.items is not None
        assert node.task.foreach is not None
        count = node.unsettled = len(node.items)
        if count == 0:
            self.settle(node, "succeeded", [], None)
            return
        prefix = node.id
        node.instances = [Instance(node, f"{prefix}[{index}]", index) for index in range(count)]
        self._instances.update({instance.id: instance for instance in node.instances})
        limit = min(node.task.foreach.max_concurrency or count, count)
        while node.released < limit and node.status == "pending":
            self._release_next(node)

    def _release_next(self, node: Node) -> None:
        instance = node.instances[node.released]
        node.released += 1
        self._offer(instance)

    def _offer(self, instance: Instance) -> None:
        carried = self._carried.pop(instance.id, None) if self._carried else None
        instance.status = "ready"
        for event in carried or ():
            self.take_over(event)
        if instance.status == "ready":
            self.push_ready(instance)

    def activate(self, instance: Instance) -> None:
        """Counts an instance of a loop as at work; before its status changes."""
        if instance.index is not None and instance.status not in ACTIVE:
            instance.node.active += 1

    def deactivate(self, instance: Instance) -> None:
        """Counts it as no longer at work; before its status changes."""
        if instance.index is not None and instance.status in ACTIVE:
            instance.node.active -= 1

    # --- ending ---------------------------------------------------------------------------------------------------

    def settle(
        self, node: Node, status: Literal["succeeded", "failed", "skipped"], output: Json, by: Instance | None
    ) -> None:
        """The task has its result; `drain` tells those who wait for it. `by` is the instance that decided it."""
        node.status = status
        node.output = output
        if status != "succeeded":
            node.frame.flawed = True
        if by is not None and by.error is not None and status != "skipped":
            node.errors = [error_entry(by.error, None)]
        if by is not None:
            node.fingerprint = by.fingerprint if node.instances is NO_INSTANCES else ""
        self._settled.append(node)

    def drain(self) -> None:
        """Tells whoever waits for the tasks that got their result; a loop, so that long chains do not recurse."""
        settled = self._settled
        while settled:
            node = settled.popleft()
            frame = node.frame
            frame.open -= 1
            nodes = frame.nodes
            for number in frame.topology.downstream[node.number]:
                later = nodes[number]
                later.waiting -= 1
                if later.waiting == 0:
                    self._release(later)
            if frame.open == 0 and frame.parent is not None:
                self._end_frame(frame, frame.parent)

    def _end_frame(self, frame: Frame, parent: Instance) -> None:
        """A sub-plan has come to its end: the task it stands for gets its result."""
        outputs, error = plan_outputs(frame, self.frame_scope(frame))
        error = frame_failure(frame) or error
        data: dict[str, Json] = {"attempt": parent.attempt, "fingerprint": parent.fingerprint}
        if error is None:
            event = Event("task_finished", parent.id, {**data, "output": outputs, "cache": False})
        else:
            outer = self.frame_scope(parent.node.frame)
            outer.variables = {} if parent.index is None else variables(parent)
            event = last_failure(parent.task, parent.id, error, outer, data)
        self._pending.append((parent, event))

    def instance_settled(self, instance: Instance) -> None:
        """An instance of a loop has its result."""
        node = instance.node
        node.unsettled -= 1
        node.active -= 1
        if node.settled:
            return
        if node.task.foreach is None:
            self._iterated(node, instance)
            return
        if instance.status == "failed" and instance.error and node.task.foreach.on_error == "fail":
            node.errors = [*node.errors, error_entry(instance.error, instance.index)]
        self.foreach_ended(node)
        if node.status == "pending" and not node.errors and node.released < len(node.instances):
            self._release_next(node)

    def foreach_ended(self, node: Node) -> None:
        """Settles a foreach whose instances are all done, or that has failed and has none at work."""
        if node.settled or node.task.foreach is None:
            return
        failing = bool(node.errors)  # no further instance is started; those at work end
        if node.active if failing else node.unsettled:
            return
        entries = [error_entry(each.error, each.index) for each in node.instances if each.settled and each.error]
        output = None if failing else [each.output for each in node.instances]
        self.settle(node, "failed" if failing else "succeeded", output, None)
        node.errors = entries

    def _iterated(self, node: Node, instance: Instance) -> None:
        """An iteration of a repeat has ended: once more, or done."""
        repeat = node.task.repeat
        assert repeat is not None
        assert instance.index is not None
        if instance.status != "succeeded":
            self.settle(node, "failed" if instance.status == "failed" else "skipped", None, instance)
            return
        scope = self.frame_scope(node.frame)
        scope.variables = variables(instance)
        try:
            if instance.error is not None or satisfied(instance, scope):
                self.settle(node, "succeeded", instance.output, instance)
            elif instance.index + 1 < repeat.max:
                self._make_ready(node, instance.index + 1)
            elif repeat.on_exhausted == "keep":
                self.settle(node, "succeeded", instance.output, instance)
            else:
                message = f"`repeat.until` was still false after {repeat.max} iterations"
                help_ = "raise `max`, or say `on_exhausted: keep` to go on with the last result"
                self._fail_node(node, TaskError("invalid_output", message, "R207", help_))
        except TaskFailure as failure:
            self._fail_node(node, failure.error)
