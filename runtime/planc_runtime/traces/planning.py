"""The trace of a planning on its own: one agent, `planner`, and its model calls. (What the planner is asked for a goal
within a run stands in the run's trace.)"""

from __future__ import annotations

from collections.abc import Callable

from opentelemetry.context import Context
from opentelemetry.trace import Tracer, set_span_in_context

from planc_schemas.ports import Model

from . import names
from .calls import Mask
from .seen import SeenModelCall
from .seen_model import SeenModel
from .writing import begin, fail, nanoseconds, write_call

PLANNER = "planner"


class PlanningSpans:
    """Begins with its making; `model` gives the model to plan with, `close` ends it."""

    def __init__(
        self, tracer: Tracer, clock: Callable[[], float], *, content: Mask | None = None, parent: Context | None = None
    ) -> None:
        """`clock` gives seconds since the epoch; with `content` prompts and answers stand in the trace too."""
        self._tracer = tracer
        self._clock = clock
        self._content = content
        attributes = {names.OPERATION: names.INVOKE_AGENT, names.AGENT: PLANNER, names.PROVIDER: names.PROTOCOL}
        self._span = begin(tracer, f"{names.INVOKE_AGENT} {PLANNER}", parent, clock(), dict(attributes))

    def model(self, model: Model) -> Model:
        """The model, with each of its calls written down."""
        return SeenModel(model, self._clock, self._hear)

    def _hear(self, call: SeenModelCall) -> None:
        write_call(self._tracer, call, set_span_in_context(self._span), self._content, {})

    def close(self, failure: str = "") -> None:
        """`failure` is the kind of what went wrong, "" when there is a plan."""
        if failure:
            fail(self._span, failure)
        self._span.end(end_time=nanoseconds(self._clock()))
