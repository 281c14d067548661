"""`value`: pure data, expressions only."""

from __future__ import annotations

from planc_schemas.compiled import CompiledPlan, CompiledTask, ValueWork
from planc_schemas.values import Json

from ..evaluate import Scope, build
from .base import Done, Outcome
from .results import conforming


class ValueKind:
    """The rendered data is the output."""

    def render(self, task: CompiledTask, scope: Scope) -> Json:
        assert isinstance(task.work, ValueWork)
        return build(task.work.value, scope, "value")

    def run_inline(self, rendered: Json, task: CompiledTask, root: CompiledPlan) -> Outcome:
        return Done(conforming(rendered, task) if task.output is not None else rendered)
