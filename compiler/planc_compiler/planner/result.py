"""What planning gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from planc_schemas.diagnostics import Diagnostic
from planc_schemas.plan import Plan
from planc_schemas.ports import StructuredBy, Usage

from ..pipeline import Compilation
from .draft import DraftStep

By: TypeAlias = Literal["rule", "compiler", "model"]
Reason: TypeAlias = Literal["model", "draft", "invalid", "stalled", "goal", "limits"]


@dataclass(frozen=True, slots=True)
class Repair:
    """One thing that was put right. `by`: a rule of the planner, a safe fix of the compiler, or the model itself.

    `what` is a sentence for people, such as `unknown tool arxiv → arxiv_search`; `task` the task it is about.
    """

    by: By
    what: str
    task: str | None = None


@dataclass(frozen=True, slots=True)
class PlanningFailed:
    """Why there is no plan.

    `reason`: the `model` gave no answer, its answer is no `draft`, the plan stays `invalid`, its repairs `stalled`,
    the `goal` cannot be planned, or the plan does not keep the `limits` that were asked for.
    """

    reason: Reason
    message: str
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedGoal:
    """What became of a goal. `failure` is None exactly when there is a valid plan.

    `text` is the plan file: canonical YAML, "" if the answers did not get that far. `diagnostics` are the compiler's,
    followed by the critique's warnings. `usage` is the sum over `attempts` answers; `structured_by` says how the last
    answer was held to the schema; `model` which model answered.
    """

    text: str = ""
    plan: Plan | None = None
    compilation: Compilation | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    repairs: tuple[Repair, ...] = ()
    usage: Usage = field(default_factory=Usage)
    structured_by: StructuredBy | None = None
    model: str = ""
    attempts: int = 0
    failure: PlanningFailed | None = None


OnStep: TypeAlias = Callable[[DraftStep], None]
"""Called with each step of the draft as soon as it is complete, while the rest is still being written."""


def total(one: Usage, other: Usage) -> Usage:
    """The sum; the price is unknown when it is unknown for one of them that made calls."""
    known = [usage.usd for usage in (one, other) if usage.calls]
    usd = None if not known or None in known else sum(price for price in known if price is not None)
    return Usage(
        one.input_tokens + other.input_tokens,
        one.output_tokens + other.output_tokens,
        one.cached_tokens + other.cached_tokens,
        usd,
        one.calls + other.calls,
    )
