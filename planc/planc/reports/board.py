"""The state of a run as a person follows it: a fold over its events, one row a task. Pure: no clock, no output."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from planc_schemas.compiled import CompiledPlan, PlanWork
from planc_schemas.events import Event
from planc_schemas.values import Json

_NUMBER = re.compile(r"\[\d+\]")
_LAST_NUMBER = re.compile(r"\[\d+\]$")
RowState: TypeAlias = Literal["pending", "running", "retrying", "waiting", "succeeded", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Pause:
    """An instance between two attempts: `attempt` failed with an error of this kind, the next begins at `until`."""

    kind: str
    attempt: int
    until: float


@dataclass(slots=True)
class Row:
    """One task with all its instances. Times are seconds since the epoch, as in the events."""

    id: str
    kind: str
    waits_for: tuple[str, ...] = ()
    spread: bool = False
    """Has instances: `foreach` or `repeat`."""
    collects: bool = False
    """A foreach that goes on without the instances that fail."""
    expected: int | None = None
    running: dict[str, float] = field(default_factory=dict)
    attempts: int = 1
    """So many attempts has each instance at most."""
    place: str = ""
    """`plans/review.plan.yaml:14`"""
    retrying: dict[str, Pause] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    """Instance → the type of the event that settled it; the counts below are sums over it."""
    done: int = 0
    reused: int = 0
    failed: int = 0
    skipped: int = 0
    doing: dict[str, dict[str, Json]] = field(default_factory=dict)
    """Instance of an agent → its last recorded step, while it runs."""
    subtasks: dict[str, Row] = field(default_factory=dict)
    """Tasks of the plans within this one that have begun, by their id without the number of a foreach."""
    started: float | None = None
    ended: float | None = None
    note: str = ""
    gave: dict[str, Json] = field(default_factory=dict)
    """The event that ended a task without instances: its `output` or `output_ref`."""

    @property
    def settled(self) -> int:
        return self.done + self.failed + self.skipped

    @property
    def complete(self) -> bool:
        if self.running or self.retrying or self.waiting:
            return False
        if self.expected is not None:
            return self.settled >= self.expected
        return self.settled > 0

    @property
    def state(self) -> RowState:
        if self.waiting:
            return "waiting"
        if self.running:
            return "running"
        if self.retrying:
            return "retrying"
        if not self.complete:
            return "running" if self.settled or self.subtasks else "pending"
        if self.failed and not (self.collects and self.id not in self.outcomes):
            return "failed"
        return "skipped" if self.skipped and not self.done else "succeeded"

    @property
    def seconds(self) -> float | None:
        return None if self.started is None or self.ended is None else max(0.0, self.ended - self.started)


@dataclass(slots=True)
class Totals:
    """Sums over the run. `usd` is None once a call had no known price."""

    calls: int = 0
    tokens: int = 0
    usd: float | None = 0.0

    def add(self, usage: dict[str, Json]) -> None:
        calls = usage.get("calls") or 0
        self.calls += calls
        self.tokens += (usage.get("input_tokens") or 0) + (usage.get("output_tokens") or 0)
        price = usage.get("usd")
        if price is not None and self.usd is not None:
            self.usd += price
        elif calls:
            self.usd = None


class Board:
    """Rows in the plan's order. `apply` takes events in their order; those of an earlier sitting may come first."""

    def __init__(self, plan: CompiledPlan) -> None:
        self.rows: dict[str, Row] = {}
        self.totals = Totals()
        self.started: float | None = None
        self.status = "running"
        self.grow(plan)

    def grow(self, plan: CompiledPlan) -> None:
        """The plan has further tasks; the rows stand in its order."""
        known, self.rows = self.rows, {}
        self._collecting = frozenset(_collecting(plan, plan, ""))
        for task in plan.tasks:
            self.rows[task.id] = known.get(task.id) or Row(
                task.id,
                task.work.kind,
                task.waits_for,
                task.foreach is not None or task.repeat is not None,
                collects=task.collects,
                attempts=task.retry.max_attempts,
                place=f"{plan.file}:{task.span.line}" if plan.file else "",
            )

    def apply_all(self, events: Iterable[Event]) -> None:
        for event in events:
            self.apply(event)

    def apply(self, event: Event) -> None:
        self.totals.add(event.data.get("usage") or {})
        if event.instance is None:
            self._run(event)
            return
        row = self.rows.get(event.instance.partition("/")[0].partition("[")[0])
        if row is None:
            return
        if "/" in event.instance:
            row = _subtask(row, event.instance, self._collecting)
        _task(row, event.instance, event)

    def _run(self, event: Event) -> None:
        if event.type == "run_started":
            self.started = event.at
        elif event.type == "run_resumed":
            self.started, self.status = event.at, "running"
            carried = event.data.get("reused")
            stand = None if carried is None else frozenset(carried)
            for row in self.rows.values():
                _resume(row, stand)
        elif event.type == "run_finished":
            self.status = event.data["status"]
        elif event.type == "run_interrupted":
            self.status = "interrupted"


def _collecting(plan: CompiledPlan, root: CompiledPlan, prefix: str) -> Iterator[str]:
    """The tasks of the plans within a plan that collect their failures, as instances are named, without numbers."""
    for task in plan.tasks:
        if prefix and task.collects:
            yield prefix + task.id
        if isinstance(task.work, PlanWork) and task.work.path in root.imports:
            yield from _collecting(root.imports[task.work.path], root, f"{prefix}{task.id}/")


def _subtask(row: Row, instance: str, collecting: Collection[str]) -> Row:
    """The row of a task within a sub-plan; made when it is first heard of: such a plan may be made on the way."""
    id = _LAST_NUMBER.sub("", instance)
    if id not in row.subtasks:
        row.subtasks[id] = Row(id, "", spread=id != instance, collects=_NUMBER.sub("", id) in collecting)
    return row.subtasks[id]


def _task(row: Row, instance: str, event: Event) -> None:
    """Folds an event of one instance into its row."""
    if event.type == "task_expanded":
        row.spread, row.expected = True, event.data["count"]
        row.started = event.at if row.started is None else row.started
        if not row.expected:
            row.ended, row.note = event.at, "0 items"
        return
    if event.type == "task_waiting":
        row.running.pop(instance, None)
        row.waiting[instance] = str(event.data.get("question", ""))
        return
    if event.type == "turn_recorded":
        row.doing[instance] = event.data
        return
    row.waiting.pop(instance, None)
    row.doing.pop(instance, None)
    if event.type == "task_answered":
        row.running[instance] = event.at
        return
    if event.type == "task_started":
        row.retrying.pop(instance, None)
        row.running[instance] = event.at
        row.started = event.at if row.started is None else row.started
        return
    if event.type in ("attempt_failed", "task_interrupted"):
        row.running.pop(instance, None)
        if event.type == "attempt_failed":
            kind = str((event.data.get("error") or {}).get("kind", "failed"))
            wait = event.data.get("retry_in") or 0.0
            row.retrying[instance] = Pause(kind, event.data.get("attempt") or 1, event.at + wait)
        return
    if event.type not in ("task_finished", "task_reused", "task_failed", "task_skipped"):
        return
    row.running.pop(instance, None)
    row.retrying.pop(instance, None)
    row.started = event.at if row.started is None else row.started
    row.ended = event.at
    _settle(row, instance, event)


def _settle(row: Row, instance: str, event: Event) -> None:
    _count(row, row.outcomes.get(instance), -1)
    row.outcomes[instance] = event.type
    _count(row, event.type, 1)
    if not row.spread:
        row.gave = event.data
    if event.type == "task_failed":
        row.note = str((event.data.get("error") or {}).get("message", "")).partition("\n")[0]
    elif event.type == "task_skipped":
        row.note = str(event.data.get("reason", ""))


def _count(row: Row, outcome: str | None, change: int) -> None:
    if outcome is None:
        return
    row.failed += change * (outcome == "task_failed")
    row.skipped += change * (outcome == "task_skipped")
    row.done += change * (outcome in ("task_finished", "task_reused"))
    row.reused += change * (outcome == "task_reused")


def _resume(row: Row, carried: frozenset[str] | None) -> None:
    """The run goes on: nothing runs yet. With `carried` it is a new part, in which only these results stand."""
    row.running.clear()
    row.doing.clear()
    for child in row.subtasks.values():
        _resume(child, carried)
    if carried is None:
        return
    row.waiting.clear()
    row.subtasks = {id: child for id, child in row.subtasks.items() if child.outcomes}
    row.retrying.clear()
    row.note = ""
    for instance in [name for name in row.outcomes if name not in carried]:
        _count(row, row.outcomes.pop(instance), -1)
    for instance in row.outcomes:
        _count(row, row.outcomes[instance], -1)
        row.outcomes[instance] = "task_reused"
        _count(row, "task_reused", 1)
    if not row.outcomes:
        row.started = row.ended = row.expected = None
