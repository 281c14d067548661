"""What may stand between a run and the world; `tapes` has the two that there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from planc_runtime.executor.options import Options, ToolCaller
from planc_runtime.models.base import ModelProvider
from planc_schemas.compiled import CompiledPlan


class Tape(Protocol):
    """What stands between a run and the world."""

    def models(self, live: Callable[[], ModelProvider]) -> ModelProvider: ...

    def tools(self, live: ToolCaller) -> ToolCaller: ...

    def options(self, options: Options) -> Options:
        """The options of a run with this tape: nothing is taken from other runs."""
        ...

    def plan(self, plan: CompiledPlan) -> CompiledPlan: ...

    def finish(self) -> str:
        """Called when the run has ended, however; says what became of the tape. Raises OSError."""
        ...
