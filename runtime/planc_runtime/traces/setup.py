"""The exporter, by the standard variables (opentelemetry.io, OTLP exporter configuration)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from importlib.metadata import version

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from . import CONTENT, endpoint_of

FLUSH_SECONDS = 5.0
"""How long the end of a run waits for a collector that does not answer."""
_LOG = logging.getLogger("planc")


class Traces:
    """A configured exporter, for all runs of a process."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """`environment` names an endpoint; the exporter itself reads the process's environment for the rest."""
        logging.getLogger("opentelemetry").addHandler(logging.NullHandler())  # what goes wrong is said once, by us
        self.endpoint = endpoint_of(environment)
        self.content = environment.get(CONTENT, "").lower() == "true"
        self.parent = _parent(environment)
        self._exporter = _Heard(OTLPSpanExporter())
        resource = Resource.create({"service.name": environment.get("OTEL_SERVICE_NAME") or "planc"})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(self._exporter))

    @property
    def tracer(self) -> Tracer:
        return self._provider.get_tracer("planc", version("planc"))

    def flush(self) -> None:
        """Sends what is left, and says in the log when that does not succeed. Blocks for a bounded time."""
        sending = threading.Thread(target=self._provider.force_flush, name="planc-traces", daemon=True)
        sending.start()
        sending.join(FLUSH_SECONDS)
        if sending.is_alive() or self._exporter.failed:
            _LOG.warning("traces could not be sent to %s; the run is not affected", self.endpoint)


class _Heard(SpanExporter):
    """An exporter that remembers whether it failed."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self.failed = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        self.failed = result is not SpanExportResult.SUCCESS
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


def _parent(environment: Mapping[str, str]) -> Context | None:
    """Where runs belong: the trace that `TRACEPARENT` names (www.w3.org/TR/trace-context), for CI and scripts."""
    carrier = {name.lower(): environment[name] for name in ("TRACEPARENT", "TRACESTATE") if environment.get(name)}
    return TraceContextTextMapPropagator().extract(carrier) if carrier else None
