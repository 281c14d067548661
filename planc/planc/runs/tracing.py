"""Traces of runs and plannings, where the operator has configured an exporter (OTEL_EXPORTER_OTLP_ENDPOINT …)."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from planc_runtime.executor.options import Options, RunResult
from planc_runtime.extras import install
from planc_runtime.store.base import Store
from planc_runtime.store.current import plans_of_goals
from planc_runtime.traces import CONTENT, endpoint_of
from planc_schemas.compiled import CompiledPlan
from planc_schemas.events import Event
from planc_schemas.ports import Model

if TYPE_CHECKING:
    from planc_compiler.planner.result import PlannedGoal

_LOG = logging.getLogger("planc")


class Trace:
    """The trace of a run, or of a part of it. `options` are those to execute with."""

    def __init__(self, options: Options, run_id: str, plan: CompiledPlan, store: Store) -> None:
        self.options = options
        self._exporter = _traces() if options.keep else None  # a replay calls nobody
        if self._exporter is None:
            return
        from planc_runtime.traces.spans import SpanWriter

        self._writer = writer = SpanWriter(
            self._exporter.tracer,
            run_id,
            plan,
            plans_made=lambda: {name: kept.plan for name, kept in plans_of_goals(store, run_id).items()},
            content=options.secrets.masker.mask_json if self._exporter.content else None,
            parent=self._exporter.parent,
        )
        told = options.on_events

        def hear(events: list[Event]) -> None:
            writer.hear(events)
            if told is not None:
                told(events)

        self.options = replace(options, on_events=hear, on_call=writer.hear_call)

    def goes_by(self, plan: CompiledPlan) -> None:
        """The run has another plan from now on."""
        if self._exporter is not None:
            self._writer.plan = plan

    async def over(self, run: Awaitable[RunResult]) -> RunResult:
        """What comes of the run; the trace ends with it, however it ends."""
        status = "interrupted"
        try:
            result = await run
            status = result.status
            return result
        finally:
            await self.close(status)

    async def close(self, status: str = "interrupted") -> None:
        """Ends what is open and sends what is left; `status` is what became of the run."""
        if self._exporter is not None:
            self._writer.close(status)
            await asyncio.to_thread(self._exporter.flush)


async def traced_planning(model: Model, plan: Callable[[Model], Awaitable[PlannedGoal]]) -> PlannedGoal:
    """What comes of `plan`, which is given the model that it is to ask; a trace of its own."""
    exporter = _traces()
    if exporter is None:
        return await plan(model)
    from planc_runtime.traces.planning import PlanningSpans

    content = (lambda value: value) if exporter.content else None  # a planning is given no secrets
    spans = PlanningSpans(exporter.tracer, time.time, content=content, parent=exporter.parent)
    failure = "cancelled"
    try:
        planned = await plan(spans.model(model))
        failure = planned.failure.reason if planned.failure is not None else ""
        return planned
    finally:
        spans.close(failure)
        await asyncio.to_thread(exporter.flush)


def where_traces_go() -> tuple[bool, str]:
    """Can traces be sent where the environment asks for them, and where that is, in words."""
    endpoint = endpoint_of(os.environ)
    if not endpoint:
        return True, "off: OTEL_EXPORTER_OTLP_ENDPOINT is not set"
    if not all(map(_is_installed, ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"))):
        return False, f"{endpoint} is asked for, but the extra is missing"
    said = "with" if os.environ.get(CONTENT, "").lower() == "true" else "without"
    return True, f"{endpoint}, {said} what is said"


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # of a package around it
        return False


@cache
def _traces() -> Any:
    """The exporter of this process (`planc_runtime.traces.setup.Traces`), None when traces are off."""
    endpoint = endpoint_of(os.environ)
    if not endpoint:
        return None
    try:
        from planc_runtime.traces.setup import Traces
    except ImportError:
        _LOG.warning("traces are asked for (%s), but the extra is missing: %s", endpoint, install("traces"))
        return None
    return Traces(os.environ)
