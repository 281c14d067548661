"""One attempt of one instance: what it may know and do, its deadline, and everything that can come of it as data."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
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
from .starting import Named

Ended: TypeAlias = Callable[["Attempt"], None]
"""Is told that an attempt is over; once is enough, more often does no harm."""
ToJournal: TypeAlias = Callable[[Event], Awaitable[None]]
"""Journals an event; returns when it is durable."""


class Attempt(Calls):
    """An attempt that was admitted; to its kind it is the `kinds.base.TaskContext`: what a task may know of the run,
    and its calls. After it ran, either `outcome` or `error` is set (neither: it was cancelled).

    `subject` is the instance it is an attempt of, `rendered` what its kind made of the plan's data; `lacking` is the
    budget that did not allow a call; with `over` somebody was told that it ended.
    """

    __slots__ = (
        "error",
        "fingerprint",
        "gates",
        "kind",
        "lacking",
        "model",
        "number",
        "outcome",
        "over",
        "rendered",
        "running",
        "subject",
        "task",
        "to_journal",
    )

    def __init__(
        self,
        subject: Instance,
        kind: Kind,
        named: Named,
        gates: tuple[Gate, ...],
        budget: Budget,
        world: World,
        to_journal: ToJournal,
    ) -> None:
        task = subject.task
        work = task.work
        super().__init__(
            world,
            subject.id,
            budget,
            bool(gates),
            task.timeout,
            work.tool if work.kind == "tool" else "",
            memory_of(subject, world) if work.kind == "agent" else None,
        )
        self.subject = subject
        self.task: CompiledTask = task
        self.kind = kind
        self.rendered, self.fingerprint, self.model = named
        self.gates = gates
        self.number = subject.attempt
        self.to_journal = to_journal
        self.outcome: Outcome | None = None
        self.error: TaskError | None = None
        self.lacking: Budget | None = None
        self.over = False
        self.running: asyncio.Task[None] | None = None

    def cancel(self, ended: Ended, error: TaskError | None = None) -> None:
        """Cancels it if it has not ended; with an error it has failed so."""
        running = self.running
        if running is None or running.done():
            return
        self.error = error or self.error
        running.add_done_callback(lambda _: ended(self))  # nothing runs of a task that is cancelled before it began
        running.cancel()

    # --- what its kind may know -----------------------------------------------------------------------------------

    @property
    def plan(self) -> CompiledPlan:
        return self.subject.node.frame.plan

    @property
    def depth(self) -> int:
        return self.subject.node.frame.depth

    @property
    def goals(self) -> tuple[GoalWork, ...]:
        return goals_around(self.subject)

    @property
    def turns(self) -> Sequence[dict[str, Json]]:
        return self.subject.turns

    @property
    def idempotency_key(self) -> str:
        return f"{self.run_id}:{self.instance}:{self.number}"

    @property
    def decompose(self) -> Decomposer | None:
        return self._world.options.decompose

    def now(self) -> float:
        return self._world.options.clock.now()

    def tool(self, name: str) -> ToolSpec | None:
        return self._world.tools.get(name)

    async def record(self, type_: EventType, data: dict[str, Json]) -> None:
        await self.to_journal(Event(type_, self.instance, data))


async def run_attempt(attempt: Attempt, ended: Ended) -> None:
    """Runs it under its task's deadline, and calls `ended` at its end (a callback of the asyncio task would come a
    round of the loop later). Only CancelledError comes out."""
    task = attempt.task
    deadline: asyncio.Timeout | None = None
    try:
        if task.timeout is None or task.work.kind == "ask":  # a question's time is the person's
            attempt.outcome = await attempt.kind.run(attempt.rendered, attempt)
        else:
            async with asyncio.timeout(task.timeout) as deadline:
                attempt.outcome = await attempt.kind.run(attempt.rendered, attempt)
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
