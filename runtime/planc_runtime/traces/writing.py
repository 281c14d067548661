"""Writing one span: begun and ended at times that are known already, failed, or a whole call."""

from __future__ import annotations

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer

from . import names
from .calls import Attributes, Mask, model_span, tool_span
from .seen import SeenModelCall, SeenToolCall


def begin(
    tracer: Tracer,
    title: str,
    around: Context | None,
    at: float,
    attributes: Attributes,
    kind: SpanKind = SpanKind.INTERNAL,
) -> Span:
    """A span that began `at` (seconds since the epoch), within the span of `around`."""
    return tracer.start_span(title, context=around, kind=kind, start_time=nanoseconds(at), attributes=attributes)


def write_call(
    tracer: Tracer,
    call: SeenModelCall | SeenToolCall,
    around: Context | None,
    content: Mask | None,
    more: Attributes,
) -> None:
    """The span of a call that is over; with `content` (what masks it) also what was said."""
    if isinstance(call, SeenModelCall):
        kind, (title, attributes) = SpanKind.CLIENT, model_span(call, content)
    else:
        kind, (title, attributes) = SpanKind.INTERNAL, tool_span(call, content)
    span = begin(tracer, title, around, call.began, attributes | more, kind)
    if call.error:
        fail(span, call.error)
    span.end(end_time=nanoseconds(call.ended))


def fail(span: Span, kind: str, words: str | None = None) -> None:
    span.set_attribute(names.ERROR_TYPE, kind)
    span.set_status(Status(StatusCode.ERROR, words))


def nanoseconds(at: float) -> int:
    return int(at * 1_000_000_000)
