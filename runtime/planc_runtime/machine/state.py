"""The data of a run: frames (a plan being executed), nodes (a task in a frame), instances (what is started).

A plain task is a node with one instance of the same id; a `foreach` or `repeat` task is a node `task` with instances
`task[0]`, `task[1]`, …; a sub-plan is a frame whose ids start with its instance's id and a slash.
Only the machine changes these; everybody else reads.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from planc_schemas.compiled import CompiledPlan, CompiledTask
from planc_schemas.diagnostics import NOWHERE, Span
from planc_schemas.events import TaskStatus
from planc_schemas.ports import TaskError
from planc_schemas.values import Json

from .topology import Topology

InstanceStatus: TypeAlias = TaskStatus | Literal["ready"]

_NO_ERRORS: list[Json] = []
NO_INSTANCES: list[Instance] = []
_NO_TURNS: list[dict[str, Json]] = []
"""Shared by all that have none; replaced, never changed."""


class MachineError(Exception):
    """An event does not fit the plan: the journal belongs to another plan, or is damaged."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An instance that failed for good. `collected`: a foreach with `on_error: collect` went on without it."""

    instance: str
    error: TaskError
    span: Span
    file: str
    collected: bool = False


class Frame:
    """A plan being executed: the run's own, or a sub-plan under `parent`.

    `prefix` stands before the ids of its tasks ("" or `research[2]/`); `open` counts the nodes without a result;
    `base` is added to priorities: how long the path is that goes on after the frame; `flawed`: something in it failed
    or was skipped, so that whoever is released must look at what it waits for.
    """

    __slots__ = ("base", "by_id", "depth", "flawed", "inputs", "nodes", "open", "parent", "plan", "prefix", "topology")

    def __init__(
        self, topology: Topology, inputs: dict[str, Json], prefix: str = "", parent: Instance | None = None
    ) -> None:
        self.topology = topology
        self.plan: CompiledPlan = topology.plan
        self.inputs = inputs
        self.prefix = prefix
        self.parent = parent
        self.depth: int = 0 if parent is None else parent.node.frame.depth + 1
        self.base: float = 0.0 if parent is None else parent.node.priority - parent.node.weight
        self.nodes: list[Node] = [Node(self, number) for number in range(len(topology.tasks))]
        self.by_id: dict[str, Node] = {node.task.id: node for node in self.nodes}
        self.open = len(self.nodes)
        self.flawed = False

    def grow(self, topology: Topology, inputs: dict[str, Json]) -> list[Node]:
        """The plan has further tasks now; their nodes. Those that were there keep their state: they must be the same.

        Raises MachineError when one of them is missing or another task than it was.
        """
        tasks = {task.id: task for task in topology.tasks}
        for name, node in self.by_id.items():
            if name not in tasks or not is_same_task(node.task, tasks[name]):
                raise MachineError(f"task `{name}` is not in the grown plan as it was")
        self.topology, self.plan, self.inputs = topology, topology.plan, inputs
        known = self.by_id
        self.nodes = [known.get(task.id) or Node(self, number) for number, task in enumerate(topology.tasks)]
        for number, node in enumerate(self.nodes):
            node.number, node.task = number, topology.tasks[number]
        added = [node for node in self.nodes if node.task.id not in known]
        self.by_id.update({node.task.id: node for node in added})
        for node in added:
            node.waiting -= sum(self.by_id[upstream].settled for upstream in node.task.waits_for)
        self.open += len(added)
        return added


def is_same_task(one: CompiledTask, other: CompiledTask) -> bool:
    """Are they the same but for their places in the file?"""
    return replace(one, span=NOWHERE, slots={}) == replace(other, span=NOWHERE, slots={})


class Node:
    """A task in a frame; the `TaskView` of expressions.

    `waiting` counts upstream nodes without a result. With `foreach` or `repeat`: `items` are the foreach items,
    `instances` what was made so far, `released` how many of them may start, `unsettled` and `active` how many have no
    result yet and how many of these were started.
    """

    __slots__ = (
        "active",
        "errors",
        "fingerprint",
        "frame",
        "id",
        "instances",
        "items",
        "number",
        "occurrences",
        "output",
        "released",
        "status",
        "task",
        "unsettled",
        "waiting",
    )

    def __init__(self, frame: Frame, number: int) -> None:
        topology = frame.topology
        self.frame = frame
        self.number = number
        self.task: CompiledTask = topology.tasks[number]
        self.id = frame.prefix + self.task.id
        self.waiting: int = topology.waits[number]
        self.status: TaskStatus = "pending"
        self.output: Json = None
        self.errors = _NO_ERRORS
        self.fingerprint = ""
        self.items: list[Json] | None = None
        self.occurrences: list[int] | None = None
        self.instances = NO_INSTANCES
        self.released = 0
        self.unsettled = 0
        self.active = 0

    @property
    def priority(self) -> float:
        """Seconds from the start of this task to the end of the run along the longest path."""
        return self.frame.topology.priority[self.number] + self.frame.base

    @property
    def weight(self) -> float:
        return self.frame.topology.weights[self.number]

    @property
    def settled(self) -> bool:
        return self.status in ("succeeded", "failed", "skipped")


class Instance:
    """What is started: one unit of work with its attempts. `index` is None for a plain task.

    `attempt` is the number of the attempt that runs or comes next (from 1). `retry_at` is when the next attempt is
    due, in seconds since the epoch, and `retry_in` how long it was to be waited for. `queued`: it stands among the
    ready ones (perhaps not ready any more), so that it never stands there twice. `turns` are the recorded turns of an
    attempt that was cut off. `proposal` is the sub-plan that a person must approve, as the data of its
    `subplan_created`.
    """

    __slots__ = (
        "answer",
        "attempt",
        "child",
        "error",
        "fingerprint",
        "id",
        "index",
        "node",
        "output",
        "proposal",
        "question",
        "queued",
        "retry_at",
        "retry_in",
        "status",
        "task",
        "turns",
    )

    def __init__(self, node: Node, id: str, index: int | None) -> None:
        self.node = node
        self.task: CompiledTask = node.task
        self.id = id
        self.index = index
        self.attempt = 1
        self.status: InstanceStatus = "pending"
        self.queued = False
        self.output: Json = None
        self.error: TaskError | None = None
        self.fingerprint = ""
        self.retry_at = 0.0
        self.retry_in = 0.0
        self.turns = _NO_TURNS
        self.child: Frame | None = None
        self.proposal: dict[str, Json] | None = None
        self.question: dict[str, Json] | None = None
        self.answer: dict[str, Json] | None = None

    @property
    def settled(self) -> bool:
        return self.status in ("succeeded", "failed", "skipped")

    def wait_left(self, now: float) -> float:
        """Seconds until the next attempt; never more than was to be waited, though the clock may have been set back."""
        return min(max(0.0, self.retry_at - now), self.retry_in)
