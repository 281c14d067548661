"""What the front door hands in: everything that needs the compiler, the operator's models, tools and rights.

The server itself knows stores and journals; it cannot compile, and rights never come from a request.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from planc_schemas.compiled import CompiledPlan
from planc_schemas.events import Event, RunStatus
from planc_schemas.values import Json

from . import shapes
from .diff_shapes import DiffShape

OnEvents: TypeAlias = Callable[[list[Event]], None]
"""Hears the events of a run after each commit, in order."""
Emit: TypeAlias = Callable[[dict[str, Json]], Awaitable[None]]
"""Sends one object of a streamed answer."""


@dataclass(frozen=True, slots=True)
class Submit:
    """What is to run. `limits` go in place of the plan's."""

    plan: CompiledPlan
    text: str
    inputs: Mapping[str, Json]
    labels: Mapping[str, str]
    limits: shapes.Limits | None = None


class Execution(Protocol):
    """A run that this process executes."""

    async def wait(self) -> RunStatus | None:
        """Returns when it has ended, is interrupted or waits for a person: its status, None when its journal failed."""
        ...

    async def answer(self, instance: str, answer: Json, digest: str) -> bool:
        """A person's answer; durable when this gives True. False: the execution has ended without taking it.
        Raises Problem 409."""
        ...

    def stop(self, *, cancel: bool) -> None:
        """Ends it: with `cancel` for good (status cancelled), else drained and resumable (interrupted)."""
        ...


class Plans(Protocol):
    """Plan files and texts. Methods raise `problems.Problem` for what the caller did wrong."""

    @property
    def folder(self) -> str: ...

    def named(self, file: str) -> str:
        """A plan's file as requests name it, by its path from the folder. Of a file elsewhere only the name is told:
        the folders of this machine are nobody's business."""
        ...

    def session(self) -> tuple[str, list[str], list[str], bool]:
        """The default model's name, the tools, the rights of every run, and whether only approved plans run."""
        ...

    def plans(self, after: str | None, limit: int) -> shapes.PlanList:
        """The `*.plan.yaml` files of the folder, by path."""
        ...

    def check(self, source: shapes.PlanSource) -> shapes.CheckedPlan: ...

    def approve(self, path: str, digest: str, by: str) -> shapes.Approval:
        """Approves a plan file as it was shown. Raises Problem 409 when it is another one by now."""
        ...

    def diff(self, before: shapes.AnyPlan, after: shapes.AnyPlan) -> DiffShape: ...

    def graph(self, run_id: str) -> shapes.RunGraph:
        """The run's plan with the tasks of its sub-plans, those that were made while it ran among them."""
        ...

    def report(self, run_id: str) -> str:
        """The run as one HTML page."""
        ...

    async def plan_goal(self, goal: str, emit: Emit) -> None:
        """Plans a goal, emitting {"type": "text"|"step"|"plan"|"problem", …} objects."""
        ...


class Runs(Protocol):
    """Runs with the operator's models, tools, rights and limits. Methods raise `problems.Problem`."""

    def prepare(self, new: shapes.NewRun) -> Submit:
        """The compiled plan of a request. Raises Problem 422 with the diagnostics when it has errors."""
        ...

    def new_run_id(self) -> str: ...

    async def start(self, run_id: str, submit: Submit, labels: Mapping[str, str], on_events: OnEvents) -> Execution:
        """Starts a run; returns once its first event is durable. Raises Problem 422 for bad inputs, 403 for rights."""
        ...

    async def resume(self, run_id: str, how: shapes.ResumeRequest, on_events: OnEvents) -> Execution | None:
        """Goes on with a run; None when there is nothing to do (it has succeeded)."""
        ...

    async def replay(self, run_id: str, new_id: str, how: shapes.ReplayRequest, on_events: OnEvents) -> Execution: ...

    def answer(self, run_id: str, instance: str, answer: Json, digest: str) -> bool:
        """Gives a person's answer to a run that this process does not execute. False: nobody executes it, and the
        caller resumes it. Raises Problem 409, and RunHeld when another process does not take the answer."""
        ...

    def cancel(self, run_id: str) -> None:
        """Ends a run that nobody executes. Raises Problem 409 when it has ended."""
        ...

    async def close(self) -> None:
        """Closes the models."""
        ...


class Workbench(Plans, Runs, Protocol):
    """All of it."""
