"""What a task kind is: how it renders its inputs, how it runs, and what may come of it.

One file per kind implements `Kind`; `registry.KINDS` lists them. A kind

1. renders: pure, on the data of the run; what comes out decides the fingerprint, is journalled as the `request` of
   `task_started`, and is all that `run` gets to know of the plan's data;
2. runs: one attempt, under the deadline and the limits that the executor sets. It gives an Outcome or raises
   TaskFailure. Trying again, journalling, limits, budget and cancellation are the executor's work.

Everything that costs or touches the world goes through the context: `context.ask_model` and `context.call_tool` wait
for rate limits, reserve and settle the budget, count usage and check rights. An outcome's `usage` is what was used
besides these (usually nothing).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from planc_schemas.compiled import CompiledPlan, CompiledTask, GoalWork
from planc_schemas.events import EventType
from planc_schemas.ports import Decomposer, ModelAnswer, ModelRequest, ToolSpec, Usage
from planc_schemas.values import Json, JsonSchema

from ..evaluate import Scope

NO_USAGE = Usage()


@dataclass(frozen=True, slots=True)
class Done:
    """The task has its result."""

    output: Json
    usage: Usage = NO_USAGE


@dataclass(frozen=True, slots=True)
class Question:
    """A person must answer before the task can end; the answer is validated and becomes its output.

    `digest` binds the answer to what was shown; `expires_at` is seconds since the epoch, None: never.
    """

    text: str
    schema: JsonSchema | None = None
    digest: str = ""
    expires_at: float | None = None


@dataclass(frozen=True, slots=True)
class SubPlan:
    """The task goes on as a plan: its output will be the plan's outputs, its instances are `task/child`.

    `inputs` fit `plan.inputs` (the kind has checked them); `text` is the plan file's text when it was made at run
    time, "" for a plan that stands in the root plan's imports. With `approval` nothing of it runs before a person
    has answered that question with true; the plan is durable while the run waits. `record` is how it came about.
    """

    plan: CompiledPlan
    inputs: dict[str, Json]
    text: str = ""
    usage: Usage = NO_USAGE
    approval: Question | None = None
    record: Mapping[str, Json] = field(default_factory=dict)


Outcome: TypeAlias = Done | SubPlan | Question


class TaskContext(Protocol):
    """The circumstances of one attempt, and what it may do. The executor's is `executor.attempt.Attempt`."""

    @property
    def run_id(self) -> str: ...

    @property
    def instance(self) -> str:
        """The id of the task instance."""
        ...

    @property
    def task(self) -> CompiledTask: ...

    @property
    def plan(self) -> CompiledPlan:
        """The plan that the task stands in."""
        ...

    @property
    def depth(self) -> int:
        """How many sub-plans are around the task."""
        ...

    @property
    def goals(self) -> tuple[GoalWork, ...]:
        """The `goal` tasks among the tasks around it, outermost first."""
        ...

    @property
    def turns(self) -> Sequence[dict[str, Json]]:
        """`turn_recorded` data of attempts that a crash or a passing fault cut off, in order: agents go on there."""
        ...

    @property
    def idempotency_key(self) -> str:
        """`run:instance:attempt`; an attempt that was cut off is made again under its old number."""
        ...

    @property
    def decompose(self) -> Decomposer | None:
        """The planner, None for a run that has none."""
        ...

    def now(self) -> float:
        """Seconds since the epoch, for what is shown to people and for `Question.expires_at`."""
        ...

    def tool(self, name: str) -> ToolSpec | None:
        """What a tool is, None for one that is not installed."""
        ...

    async def ask_model(self, request: ModelRequest) -> ModelAnswer:
        """One model call through rate limits and budget. Raises TaskFailure."""
        ...

    async def call_tool(
        self, name: str, arguments: Mapping[str, Json], definition: str = "", *, call: str = ""
    ) -> Json:
        """One tool call through rights and limits. Raises TaskFailure.

        `definition` is the digest the plan was checked with; `call` tells the calls of one instance apart, so that
        each has an idempotency key of its own.
        """
        ...

    def take_usage(self) -> Usage:
        """What was used since this was last asked, taken out of what the end of the attempt reports: for turns that
        carry their own usage."""
        ...

    async def record(self, type_: EventType, data: dict[str, Json]) -> None:
        """Journals an event about this instance; returns when it is durable."""
        ...


class Kind(Protocol):
    """One kind of task that takes time."""

    def render(self, task: CompiledTask, scope: Scope) -> Json:
        """The task's inputs with all expressions evaluated: JSON. Pure. Raises TaskFailure (kind "expression")."""
        ...

    async def run(self, rendered: Json, context: TaskContext) -> Outcome:
        """One attempt. Raises TaskFailure for everything that can go wrong; cancelling it cancels the work."""
        ...


class InlineKind(Protocol):
    """A kind without waiting: it is run where it is scheduled, and its start is not journalled."""

    def render(self, task: CompiledTask, scope: Scope) -> Json: ...

    def run_inline(self, rendered: Json, task: CompiledTask, root: CompiledPlan) -> Outcome:
        """Raises TaskFailure."""
        ...
