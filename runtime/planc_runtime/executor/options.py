"""What a run is given besides its plan, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

from planc_schemas.compiled import ModelChoice, RunLimits
from planc_schemas.events import Event, RunStatus
from planc_schemas.ports import Decomposer, TaskError, ToolSpec, Usage
from planc_schemas.values import Json

from ..budget import NOTHING
from ..clock import Clock
from ..kinds.base import Kind
from ..kinds.registry import kind_named
from ..machine import Failure
from ..store.base import Holder
from ..tools.context import ToolContext
from ..tools.rights import Grants
from ..tools.secrets import Secrets
from ..traces.seen import OnCall
from .gates import Shared
from .stop import StopSignal

CONCURRENCY: Final = 16
"""Tasks at once when neither the plan nor the operator says."""

OnEvents: TypeAlias = Callable[[list[Event]], None]
"""Hears the events of a run after each commit, in order. Must not block; what it raises is ignored."""
OnInstanceText: TypeAlias = Callable[[str, str], None]
"""`(instance, piece)`: text of a model as it arrives. Never journalled."""
Price: TypeAlias = Callable[[ModelChoice, int, int], float | None]
"""`(choice, input tokens, output tokens)` → US dollars, None when the price is unknown."""


class ToolCaller(Protocol):
    """What the executor needs of `tools.registry.ToolRegistry`."""

    def get(self, name: str) -> ToolSpec | None: ...
    def names(self) -> Sequence[str]: ...
    async def call(
        self, name: str, arguments: Mapping[str, Json], context: ToolContext, *, definition: str = ""
    ) -> Json: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a run is executed; all have defaults.

    `limits` go before the plan's (only what is given). `fail_fast`: nothing further is started after a failure.
    `fresh`: tasks (or instances) whose results are not reused; `once_fresh`: those of which an earlier part of the run
    said so, so that they take nothing from other runs. `reuse`: may results of other runs be used. `durations`
    are recorded seconds by task id, for the order of starts. `allow_unpriced`: a `usd` limit counts calls without a
    known price as free instead of refusing them. `keep`: may other runs use this run's results. `kind_of` gives the
    kinds of tasks (a replay has its own, `replay.kinds.RecordedKinds`). `on_call` hears each call of a model or a tool
    when it is over, for traces. `shared` are the limits that the runs of one process have in common.
    """

    grants: Grants = field(default_factory=Grants)
    secrets: Secrets = field(default_factory=Secrets)
    limits: RunLimits | None = None
    fail_fast: bool = False
    fresh: frozenset[str] = frozenset()
    once_fresh: frozenset[str] = frozenset()
    reuse: bool = True
    keep: bool = True
    kind_of: Callable[[str], Kind] = kind_named
    labels: Mapping[str, str] = field(default_factory=dict)
    durations: Mapping[str, float] = field(default_factory=dict)
    allow_unpriced: bool = False
    price: Price | None = None
    decompose: Decomposer | None = None
    on_events: OnEvents | None = None
    on_text: OnInstanceText | None = None
    on_call: OnCall | None = None
    stop: StopSignal | None = None
    shared: Shared | None = None
    clock: Clock = field(default_factory=Clock)
    holder: Holder | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question to a person. `digest` belongs into the answer; `expires_at` is in seconds since the epoch."""

    instance: str
    question: str
    schema: Json
    digest: str
    expires_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """What became of a run.

    `status`: succeeded, failed, cancelled, interrupted, waiting (for the `questions`), budget. `outputs` hold what
    could be evaluated. `usage` is of the whole run, earlier parts included. `error` is the run's own (a budget, an
    output); `failures` are the tasks', each with the place in the plan file. `final` are the instances that failed in a
    way that is tried again only when they are named (`fresh`): nobody knows what they did, or their question's time is
    over.
    """

    run_id: str
    status: RunStatus
    outputs: dict[str, Json] = field(default_factory=dict)
    usage: Usage = NOTHING
    failures: tuple[Failure, ...] = ()
    error: TaskError | None = None
    questions: tuple[Waiting, ...] = ()
    reason: str = ""
    final: tuple[str, ...] = ()
