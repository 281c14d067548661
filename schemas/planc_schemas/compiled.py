"""The plan as the runtime reads it: names resolved, expressions lowered to code, positions kept.

Frozen slotted dataclasses, so that 20,000 tasks stay small; `to_json` and `from_json` go through one pydantic adapter.
A compiled plan is self-contained: sub-plans are inside it, and it is what the journal keeps.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from io import BytesIO
from sys import intern
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, Field, SerializerFunctionWrapHandler, TypeAdapter, WrapSerializer

from .diagnostics import NOWHERE, Span
from .expressions import Data, Expr, Text
from .values import Json, JsonSchema

FORMAT = 1
"""Version of this format; a journal with another one is refused by number."""

_LINE: Final = 500
"""Tasks in a line of JSON."""

Name: TypeAlias = Annotated[str, AfterValidator(intern)]
"""A text that stands in many places of a plan: one object for all of them, also when it is read back."""


def _sharing(span: Span) -> Span:
    return span._replace(end_line=span.line) if span.line == span.end_line else span


Place: TypeAlias = Annotated[Span, AfterValidator(_sharing)]
"""Where something stands. Most begin and end in one line, whose number is one object then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """A model with its settings, resolved from the task, `defaults` and `models`.

    `alias` is what the plan says (limits go by it), "" for the operator's default model; `model` None means the
    operator's default; `provider` None means the operator's default provider.
    """

    alias: str = ""
    model: str | None = None
    provider: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    top_p: float | None = None
    seed: int | None = None
    reasoning_effort: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptWork:
    kind: Literal["prompt"] = "prompt"
    prompt: Text
    system: Text | None = None
    model: ModelChoice = field(default_factory=ModelChoice)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolWork:
    """`effects` and `definition` are the tool's when the plan was compiled (see ports.ToolSpec)."""

    kind: Literal["tool"] = "tool"
    tool: Name
    arguments: Data
    effects: tuple[Name, ...] = ()
    definition: Name = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentWork:
    kind: Literal["agent"] = "agent"
    prompt: Text
    tools: tuple[Name, ...] = ()
    definitions: tuple[Name, ...] = ()
    """Digest of each tool's definition, in the order of `tools`."""
    effects: tuple[Name, ...] = ()
    max_turns: int = 10
    system: Text | None = None
    model: ModelChoice = field(default_factory=ModelChoice)
    memory: dict[str, Json] | None = None
    """`{"scope", "store", "max_entries", "max_entry_chars"}`, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalWork:
    kind: Literal["goal"] = "goal"
    goal: Text
    tools: tuple[str, ...] = ()
    limits: dict[str, Json] = field(default_factory=dict)
    approve: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWork:
    """A sub-plan: `path` is its key in `CompiledPlan.imports` of the root plan."""

    kind: Literal["plan"] = "plan"
    path: str
    arguments: Data


@dataclass(frozen=True, slots=True, kw_only=True)
class AskWork:
    kind: Literal["ask"] = "ask"
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueWork:
    kind: Literal["value"] = "value"
    value: Data


def _with_kind(work: Work, handler: SerializerFunctionWrapHandler) -> dict[str, Json]:
    """`kind` is every class's default, so leaving out defaults would leave out what the work is."""
    return {"kind": work.kind, **handler(work)}


Work: TypeAlias = Annotated[
    PromptWork | ToolWork | AgentWork | GoalWork | PlanWork | AskWork | ValueWork,
    Field(discriminator="kind"),
    WrapSerializer(_with_kind),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Delays in seconds. `max_attempts` counts the first try."""

    max_attempts: int = 1
    initial_delay: float = 1.0
    backoff: float = 2.0
    max_delay: float = 60.0
    jitter: bool = True
    retry_on: tuple[str, ...] = ()


NO_RETRY = RetryPolicy()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeachRule:
    items: Data
    name: str = "item"
    max_concurrency: int | None = None
    on_error: Literal["fail", "collect"] = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatRule:
    until: Expr
    max: int
    on_exhausted: Literal["fail", "keep"] = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnError:
    """What becomes of a task whose last attempt failed. `value` is used when `then` is "value"."""

    then: Literal["fail", "skip", "value"] = "fail"
    value: Data | None = None


FAIL = OnError()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledTask:
    """One task.

    `waits_for` are all upstream task ids, sorted: the union of `reads`, `soft_reads` and `needs`.
    `reads`: data dependencies; if one of them was skipped or failed, this task is skipped.
    `soft_reads`: read only through `default(…)`, `.status` or `.errors`: their failure does not skip this task.
    `needs`: order without data; a failed one skips this task, a skipped one does not.
    `meaning` is the digest of everything that decides the result besides data (kind, texts, model settings, schema,
    tool definition; not retry, timeout or description); results are kept by it.
    `slots` says where a `plan:` task or an expression error points: positions of the task's fields.
    """

    id: Name
    work: Work
    meaning: str
    waits_for: tuple[Name, ...] = ()
    reads: tuple[Name, ...] = ()
    soft_reads: tuple[Name, ...] = ()
    needs: tuple[Name, ...] = ()
    condition: Data | None = None
    run_always: bool = False
    foreach: ForeachRule | None = None
    repeat: RepeatRule | None = None
    output: JsonSchema | None = None
    retry: RetryPolicy = NO_RETRY
    timeout: float | None = None
    on_error: OnError = FAIL
    on_interrupt: Literal["rerun", "fail"] = "rerun"
    cache: bool = True
    cache_ttl: float | None = None
    span: Place = NOWHERE
    slots: dict[Name, Place] = field(default_factory=dict)

    @property
    def collects(self) -> bool:
        """Is it a foreach that goes on without the instances that fail?"""
        return self.foreach is not None and self.foreach.on_error == "collect"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLimits:
    """Limits of a run; None is "no limit". `models` and `tools` map a name to {"concurrency", "rpm", "tpm"}."""

    concurrency: int | None = None
    calls: int | None = None
    tokens: int | None = None
    usd: float | None = None
    time: float | None = None
    models: dict[str, dict[str, int]] = field(default_factory=dict)
    tools: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledPlan:
    """A checked plan.

    `tasks` are in file order (for the reader); `digest` is the digest of the plan's meaning: comments, order of
    tasks and formatting do not change it. `rights` are all rights the plan can reach, sorted, such as
    `net:export.arxiv.org`, `write:reports`, `tool:arxiv_search`.
    `imports` maps a path to the sub-plan's compiled plan (root plan only, transitive).
    """

    format: int = FORMAT
    name: str
    digest: str
    file: str = ""
    goal: str = ""
    inputs: dict[str, JsonSchema] = field(default_factory=dict)
    tasks: tuple[CompiledTask, ...]
    outputs: dict[str, Data] = field(default_factory=dict)
    limits: RunLimits = field(default_factory=RunLimits)
    rights: tuple[str, ...] = ()
    imports: dict[str, CompiledPlan] = field(default_factory=dict)


@cache
def _plans() -> TypeAdapter[CompiledPlan]:
    return TypeAdapter(CompiledPlan)


@cache
def _tasks() -> TypeAdapter[tuple[CompiledTask, ...]]:
    return TypeAdapter(tuple[CompiledTask, ...])


def to_json(plan: CompiledPlan) -> bytes:
    """The plan as lines of UTF-8 JSON: a small one is one line; a large one comes first without its tasks, then these
    some at a time, because what reads JSON takes several times the size of the text that it is given. Defaults are left
    out."""
    if len(plan.tasks) <= _LINE:
        return _plans().dump_json(plan, exclude_defaults=True)
    lines = [_plans().dump_json(replace(plan, tasks=()), exclude_defaults=True)]
    for begin in range(0, len(plan.tasks), _LINE):
        lines.append(_tasks().dump_json(plan.tasks[begin : begin + _LINE], exclude_defaults=True))
    return b"\n".join(lines)


def from_json(text: bytes) -> CompiledPlan:
    """Reads what `to_json` wrote, or a plan in one line. Raises pydantic.ValidationError for anything else."""
    lines = BytesIO(text)
    plan = _plans().validate_json(lines.readline())
    tasks = list(plan.tasks)
    for line in lines:
        tasks.extend(_tasks().validate_json(line))
    return replace(plan, tasks=tuple(tasks))
