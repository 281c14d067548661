"""What runs are executed in: handed from the caller to every entry point as one thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from planc_schemas.compiled import CompiledPlan
from planc_schemas.ports import Usage
from planc_schemas.values import Json

from ..budget import NOTHING
from ..models.base import ModelProvider
from ..store.base import Store
from .options import Options, ToolCaller

_DEFAULTS = Options()


@dataclass(frozen=True, slots=True)
class Environment:
    """The store that keeps runs, the models and tools that their tasks may call, and how they are executed."""

    store: Store
    models: ModelProvider
    tools: ToolCaller
    options: Options = _DEFAULTS


@dataclass(frozen=True, slots=True)
class Edit:
    """The plan that a run goes on with in place of its own. `text` is its file's; `usage` is what making it took, which
    counts as used by the run, and `record` how it came about (both nothing when a person edited)."""

    plan: CompiledPlan
    text: str = ""
    usage: Usage = NOTHING
    record: Mapping[str, Json] | None = None
