"""One attempt of one instance: its context, its deadline, and everything that can come of it turned into data."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from planc_schemas.compiled import CompiledPlan, CompiledTask, GoalWork
from planc_schemas.events import Event, EventType
from planc_schemas.ports import Decomposer, TaskError, TaskFailure, ToolSpec
from planc_schemas.values import Json, format_duration

from ..budget import Budget
from ..kinds.base import Kind, Outcome
from ..machine import Instance
from .calls import Calls, OutOfBudget, World
from .gates import Gate
from .goals import goals_around
from .memory import memory_of

Ended: TypeAlias = Callable[["Attempt"], None]
"""Is told that an attempt is over; once is enough, more often does no harm."""
ToJournal: TypeAlias = Callable[[Event], Awaitable[None]]
"""Journals an event; returns when it is durable."""


@dataclass(slots=True)
class Attempt:
    """An attempt that was admitted. After it ran, either `outcome` or `error` is set (neither: it was cancelled)."""

    instance: Instance
    kind: Kind
    rendered: Json
    gates: tuple[Gate, ...]
    number: int
    fingerprint: str
    model: str
    budget: Budget
    context: AttemptContext | None = None
    outcome: Outcome | None = None
    error: TaskError | None = None
    lacking: Budget | None = None
    """The budget that did not allow a call."""
    over: bool = False
    """Somebody was told that it ended."""
    running: asyncio.Task[None] | None = field(default=None, repr=False)

    def cancel(self, ended: Ended, error: TaskError | None = None) -> None:
        """Cancels it if it has not ended; with an error it has failed so."""
        running = self.running
        if running is None or running.done():
            return
        self.error = error or self.error
        running.add_done_callback(lambda _: ended(self))  # nothing runs of a task that is cancelled before it began
        running.cancel()


class AttemptContext(Calls):
    """The executor's `kinds.base.TaskContext`: what an attempt may know of the run, and its calls."""

    __slots__ = ("_attempt", "_journal", "task")

    def __init__(self, attempt: Attempt, world: World, journal: ToJournal) -> None:
        instance = attempt.instance
        self.task: CompiledTask = instance.task
        self._attempt = attempt
        self._journal = journal
        work = instance.task.work
        super().__init__(
            world,
            instance.id,
            attempt.budget,
            bool(attempt.gates),
            instance.task.timeout,
            work.tool if work.kind == "tool" else "",
            memory_of(instance, world) if work.kind == "agent" else None,
        )

    @property
    def plan(self) -> CompiledPlan:
        return self._attempt.instance.node.frame.plan

    @property
    def depth(self) -> int:
        return self._attempt.instance.node.frame.depth

    @property
    def goals(self) -> tuple[GoalWork, ...]:
        return goals_around(self._attempt.instance)

    @property
    def turns(self) -> Sequence[dict[str, Json]]:
        return self._attempt.instance.turns

    @property
    def idempotency_key(self) -> str:
        return f"{self.run_id}:{self.instance}:{self._attempt.number}"

    @property
    def decompose(self) -> Decomposer | None:
        return self._world.options.decompose

    def now(self) -> float:
        return self._world.options.clock.now()

    def tool(self, name: str) -> ToolSpec | None:
        return self._world.tools.get(name)

    async def record(self, type_: EventType, data: dict[str, Json]) -> None:
        await self._journal(Event(type_, self.instance, data))


async def run_attempt(attempt: Attempt, world: World, journal: ToJournal, ended: Ended) -> None:
    """Runs it under its task's deadline, and calls `ended` at its end (a callback of the asyncio task would come a
    round of the loop later). Only CancelledError comes out."""
    context = attempt.context = AttemptContext(attempt, world, journal)
    task = context.task
    deadline: asyncio.Timeout | None = None
    try:
        if task.timeout is None or task.work.kind == "ask":  # a question's time is the person's
            attempt.outcome = await attempt.kind.run(attempt.rendered, context)
        else:
            async with asyncio.timeout(task.timeout) as deadline:
                attempt.outcome = await attempt.kind.run(attempt.rendered, context)
    except OutOfBudget as failure:
        attempt.error, attempt.lacking = failure.error, failure.budget
    except TaskFailure as failure:
        attempt.error = failure.error
    except TimeoutError:
        ours = deadline is not None and deadline.expired()
        attempt.error = _timed_out(task.timeout) if ours else _defect(TimeoutError("timed out"))
    except Exception as error:  # noqa: BLE001  # a defect of ours or of a tool must not take the run down
        attempt.error = _defect(error)
    finally:
        ended(attempt)


def _timed_out(timeout: float | None) -> TaskError:
    shown = format_duration(timeout) if timeout is not None else "its time"
    return TaskError("timeout", f"the attempt did not end within {shown}", "R201", "give the task a longer `timeout`")


def _defect(error: Exception) -> TaskError:
    message = f"{type(error).__name__}: {error}"
    return TaskError("internal", message, "R209", "this is a defect of planc: please report it")
