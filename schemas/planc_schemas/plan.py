"""The plan file as people and models write it, version 1.

The models say what shape a file may have and generate `plan.v1.schema.json`; what the expressions inside the strings
mean is checked by later passes. The order of the fields here is the canonical order of the writer.
Every model is frozen and refuses unknown fields.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from .values import MAX_AGENT_TURNS, MAX_REPEAT, Json

VERSION = 1
"""The version this package writes. An older file is migrated in memory; a newer one is refused by number."""

Duration: TypeAlias = Annotated[
    str,
    Field(pattern=r"^\d+(\.\d+)?(ms|s|m|h|d)$", description="a number and a unit: 500ms, 30s, 5m, 2h, 1d"),
]
Template: TypeAlias = Annotated[str, Field(description="text; ${{ … }} puts data in, {% if %} and {% for %} work")]
Expression: TypeAlias = Annotated[str, Field(description="exactly one ${{ … }}")]
Data: TypeAlias = Annotated[Json, Field(description="any YAML value; ${{ … }} inside texts puts data in")]
TaskId: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Name: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.:/-]{0,127}$")]
Shape: TypeAlias = Annotated[
    str | dict[str, Any],
    Field(description="a JSON Schema, or a shorthand: string, integer, number, boolean, object, list, list[string]"),
]
PositiveInt: TypeAlias = Annotated[int, Field(ge=1)]

RetryOn: TypeAlias = Literal[
    "timeout", "rate_limit", "server_error", "connection", "invalid_output", "tool_error", "any"
]


class Model(BaseModel):
    """Base of everything in a plan file. A model's validator is made when it is first used: most plans need few."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True, defer_build=True)


class ModelSettings(Model):
    """A named model of this plan. Keys and endpoints never stand in a plan: `provider` names one of the operator's."""

    model: str
    provider: str | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: PositiveInt | None = None
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int | None = None
    reasoning_effort: Literal["minimal", "low", "medium", "high"] | None = None


class RateLimits(Model):
    concurrency: PositiveInt | None = None
    rpm: PositiveInt | None = Field(default=None, description="requests per minute")
    tpm: PositiveInt | None = Field(default=None, description="tokens per minute")


class Budget(Model):
    """What a run (or a run-time sub-plan) may use at most."""

    calls: PositiveInt | None = Field(default=None, description="model calls, retries included")
    tokens: PositiveInt | None = None
    usd: float | None = Field(default=None, gt=0)
    time: Duration | None = None


class Limits(Budget):
    concurrency: PositiveInt | None = Field(default=None, description="tasks running at once")
    models: dict[str, RateLimits] = {}
    tools: dict[str, RateLimits] = {}


class GoalLimits(Budget):
    tasks: PositiveInt | None = None
    depth: PositiveInt | None = Field(default=None, description="how deep sub-plans may decompose further")


class Retry(Model):
    """How a failed attempt is tried again. The first try counts as an attempt; `Retry-After` is obeyed."""

    max_attempts: int = Field(default=3, ge=1, le=100)
    initial_delay: Duration = "1s"
    backoff: float = Field(default=2.0, ge=1, le=10)
    max_delay: Duration = "60s"
    jitter: bool = True
    retry_on: list[RetryOn] = ["timeout", "rate_limit", "server_error", "connection", "invalid_output"]


class Defaults(Model):
    model: str | None = None
    retry: Retry | None = None
    timeout: Duration | None = None


class Foreach(Model):
    """One instance an item, ids `task[0]`…; the output is the list in item order.

    With `on_error: collect` an item that failed is null in the list and listed in `tasks.<id>.errors`.
    """

    in_: Data = Field(alias="in")
    as_: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")] = Field(alias="as", default="item")
    max_concurrency: PositiveInt | None = None
    on_error: Literal["fail", "collect"] = "fail"


class Repeat(Model):
    """Run the task again until a condition holds: a bounded loop that stays a graph when it is unrolled.

    Iterations are the instances `task[0]`, `task[1]`…; each sees the output of the one before as `previous` (null in
    the first) and `loop.index0`. `until` is asked after each, with `output` in scope. The task's output is the last
    iteration's. When `max` iterations did not satisfy `until`, the task fails, or keeps the last output.
    """

    until: Expression
    max: int = Field(ge=1, le=MAX_REPEAT)
    on_exhausted: Literal["fail", "keep"] = "fail"


class FallbackValue(Model):
    value: Data


class CacheTtl(Model):
    ttl: Duration


class Memory(Model):
    """What an agent may remember. `scope`: this run, this plan (by name), or a named store of the operator."""

    scope: Literal["run", "plan", "store"] = "run"
    store: str | None = None
    max_entries: int = Field(default=200, ge=1, le=10_000)
    max_entry_chars: int = Field(default=2_000, ge=1, le=20_000)


class Task(Model):
    """What all kinds of task have in common."""

    kind: ClassVar[str]

    description: str | None = None
    needs: list[TaskId] = []
    if_: bool | str | None = Field(alias="if", default=None)
    run: Literal["always"] | None = None
    foreach: Foreach | None = None
    repeat: Repeat | None = None
    output: Shape | None = None
    retry: Retry | None = None
    timeout: Duration | None = None
    on_error: Literal["fail", "skip"] | FallbackValue = "fail"
    on_interrupt: Literal["rerun", "fail"] | None = None
    cache: bool | CacheTtl | None = None


class PromptTask(Task):
    """One model call."""

    kind: ClassVar[str] = "prompt"
    prompt: Template
    system: Template | None = None
    model: Name | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: PositiveInt | None = None


class ToolTask(Task):
    """One tool call, no model."""

    kind: ClassVar[str] = "tool"
    tool: Name
    with_: dict[str, Data] = Field(alias="with", default={})


class AgentTask(Task):
    """A model that may call the listed tools in a loop until it answers."""

    kind: ClassVar[str] = "agent"
    agent: Template
    tools: list[Name] = []
    max_turns: int = Field(default=10, ge=1, le=MAX_AGENT_TURNS)
    system: Template | None = None
    model: Name | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: PositiveInt | None = None
    memory: Literal["run", "plan"] | Memory | None = None


class GoalTask(Task):
    """Decomposed while running: the planner writes a sub-plan under this task's tools and limits."""

    kind: ClassVar[str] = "goal"
    goal: Template
    tools: list[Name] = []
    limits: GoalLimits | None = None
    approve: bool = False


class PlanTask(Task):
    """Another plan file, relative to this one, never outside the project."""

    kind: ClassVar[str] = "plan"
    plan: str
    with_: dict[str, Data] = Field(alias="with", default={})


class AskTask(Task):
    """A person answers or approves; the run waits, for days if need be."""

    kind: ClassVar[str] = "ask"
    ask: Template


class ValueTask(Task):
    """Pure data: expressions only."""

    kind: ClassVar[str] = "value"
    value: Data


TASK_MODELS: dict[str, type[Task]] = {
    model.kind: model for model in (PromptTask, ToolTask, AgentTask, GoalTask, PlanTask, AskTask, ValueTask)
}
"""Kind → model; a task has exactly one of these keys."""

AnyTask: TypeAlias = PromptTask | ToolTask | AgentTask | GoalTask | PlanTask | AskTask | ValueTask


class Plan(Model):
    """A whole plan file."""

    version: Literal[1]
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
    goal: str | None = None
    description: str | None = None
    inputs: dict[TaskId, Shape] = {}
    models: dict[str, ModelSettings] = {}
    limits: Limits | None = None
    defaults: Defaults | None = None
    tasks: dict[TaskId, AnyTask] = Field(min_length=1)
    outputs: dict[TaskId, Data] = {}
