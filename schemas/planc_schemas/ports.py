"""What the halves need from each other, as protocols and plain values; the front door hands the implementation in.

Model       messages and a schema → a typed answer (runtime/models implements it, the planner uses it)
ToolSpec    what a tool is called, takes, gives and touches (runtime/tools collects it, the compiler checks with it)
Decomposer  goal + tools + budget → a compiled sub-plan (the compiler implements it, `goal` tasks use it)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, TypeAlias

from .compiled import CompiledPlan, ModelChoice
from .diagnostics import Diagnostic
from .values import Json, JsonSchema, digest

ErrorKind: TypeAlias = Literal[
    "timeout",  # the attempt's deadline passed
    "rate_limit",  # 429, with or without Retry-After
    "server_error",  # 5xx, or a body that is not what the protocol says
    "connection",  # no connection, reset, cut body
    "auth",  # 401, 403: the key is missing or wrong
    "bad_request",  # other 4xx: trying again cannot help
    "refused",  # the model declined (refusal or content filter)
    "invalid_output",  # the answer does not match the task's schema, or was cut at max_tokens
    "tool_error",  # a tool raised
    "denied",  # a right is missing
    "budget",  # the run's budget does not allow it
    "expression",  # an expression failed on this data
    "interrupted",  # the process died while it ran and the task says on_interrupt: fail
    "expired",  # nobody answered in time
    "unsupported",  # this version cannot execute it
    "internal",  # a defect of planc
]
RETRYABLE: frozenset[str] = frozenset(
    {"timeout", "rate_limit", "server_error", "connection", "invalid_output", "tool_error"}
)

PASSING: frozenset[str] = frozenset({"timeout", "rate_limit", "server_error", "connection"})
"""Faults on the way: after one of these an agent goes on with the turn it was in instead of starting over."""


@dataclass(frozen=True, slots=True)
class TaskError:
    """Why an attempt failed. `code` is a run-time diagnostic code; `retry_after` is in seconds."""

    kind: ErrorKind
    message: str
    code: str = "R301"
    help: str = ""
    retry_after: float | None = None

    def to_json(self) -> dict[str, Json]:
        data: dict[str, Json] = {"kind": self.kind, "code": self.code, "message": self.message}
        if self.help:
            data["help"] = self.help
        if self.retry_after is not None:
            data["retry_after"] = self.retry_after
        return data

    @staticmethod
    def from_json(data: dict[str, Json]) -> TaskError:
        return TaskError(
            data["kind"], data["message"], data.get("code", "R301"), data.get("help", ""), data.get("retry_after")
        )


class TaskFailure(Exception):
    """Carries a TaskError through code that works for a task: models, tools, kinds.

    `usage` is what a model call used that gave no usable answer; None when nothing, or not known what.
    """

    def __init__(self, error: TaskError, usage: Usage | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.usage = usage


# --- models ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    role: Literal["system", "user", "assistant", "tool"]
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's wish to call a tool; `arguments` is the JSON text as the model wrote it, unchecked."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call (or a sum). `usd` is None when the price is unknown ("unpriced")."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    usd: float | None = None
    calls: int = 0

    def to_json(self) -> dict[str, Json]:
        return {
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cached_tokens": self.cached_tokens,
            "usd": self.usd,
            "calls": self.calls,
        }


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One call. With `schema` the answer must be JSON that matches it; `tools` are offered as native tool calls.

    `cap` is the most tokens that the answer may have where `choice` does not say it: what a budget has left. It is no
    part of what is asked: recordings and fingerprints do not know it.
    """

    messages: tuple[Message, ...]
    choice: ModelChoice = field(default_factory=ModelChoice)
    schema: JsonSchema | None = None
    schema_name: str = "answer"
    tools: tuple[ToolSpec, ...] = ()
    stop: tuple[str, ...] = ()
    idempotency_key: str | None = None
    cap: int | None = None


StructuredBy: TypeAlias = Literal["json_schema", "json_object", "text"]


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """`text` is what the model wrote; `data` the checked JSON when a schema was given; `model` what answered."""

    text: str
    model: str
    usage: Usage = Usage()
    data: Json = None
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str = "stop"
    structured_by: StructuredBy | None = None


OnText: TypeAlias = Callable[[str], None]
"""Called with each piece of text as it arrives."""


class Model(Protocol):
    """A source of answers: an endpoint, the embedded model, a recording.

    `answer` raises TaskFailure for everything that can go wrong, never a library's exception; cancelling the
    awaiting task cancels the call. With `on_text` the answer is streamed.
    """

    @property
    def name(self) -> str:
        """What a person calls it, such as `gpt-5-mini at api.example` (no secrets)."""
        ...

    async def answer(self, request: ModelRequest, *, on_text: OnText | None = None) -> ModelAnswer: ...


# --- tools ----------------------------------------------------------------------------------------------------


MCP_SOURCE: Final = "MCP server "
"""How the source of a tool of an MCP server begins; its name follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """A tool as the compiler and a model see it.

    `arguments` is a JSON Schema of type object; `result` a JSON Schema, {} when unknown.
    `effects` are the rights one call may use: `net:HOST`, `net:*`, `read`, `write`, `run`, `env:NAME`,
    `secret:NAME`; empty for a pure function. A right that depends on an argument is written `net:{url}`,
    `read:{path}`, `write:{path}`, `run:{command}`: the compiler puts the constant argument in.
    `changes_world`: repeating the call may do harm (writes, posts); decides `cache` and `on_interrupt` defaults.
    `timeout`: seconds that one call may take, whatever the task allows; None for no limit of the tool's own.
    """

    name: str
    description: str
    arguments: JsonSchema
    result: JsonSchema = field(default_factory=dict)
    effects: tuple[str, ...] = ()
    changes_world: bool = False
    cacheable: bool = True
    timeout: float | None = None
    source: str = "built-in"

    @property
    def from_mcp(self) -> bool:
        """Is it a tool of an MCP server, whose definition may change without anybody here doing anything?"""
        return self.source.startswith(MCP_SOURCE)

    @property
    def definition(self) -> str:
        """Digest of what the tool promises; approvals and results are bound to it."""
        return digest([self.name, self.description, self.arguments, self.result, list(self.effects)])


class ToolCatalogue(Protocol):
    """The tools a plan may name."""

    def get(self, name: str) -> ToolSpec | None: ...
    def names(self) -> Sequence[str]: ...


class NoTools:
    """The empty catalogue."""

    def get(self, name: str) -> ToolSpec | None:
        return None

    def names(self) -> Sequence[str]:
        return ()


# --- run-time decomposition -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DecomposeRequest:
    """`depth` is how many further levels of goals the plan may have (0: no `goal` task). `failure` is the report of a
    failed run, `plan_text` the plan to revise, when replanning."""

    goal: str
    tools: tuple[ToolSpec, ...] = ()
    max_tasks: int = 20
    depth: int = 1
    plan_text: str | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Decomposition:
    """`plan` is None when planning failed; the diagnostics say why. `text` is the plan file's text; `record` is how it
    came about (who planned, the repairs), kept with the run."""

    text: str
    plan: CompiledPlan | None
    diagnostics: tuple[Diagnostic, ...] = ()
    usage: Usage = Usage()
    record: Mapping[str, Json] = field(default_factory=dict)


Decomposer: TypeAlias = Callable[[DecomposeRequest, Model], Awaitable[Decomposition]]
