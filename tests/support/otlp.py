"""A real OTLP/HTTP trace receiver on loopback, and the spans it got, as plain values."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


@dataclass(frozen=True)
class Sent:
    """One span. `parent` is the name of the span around it, "" for none; times are seconds since the epoch."""

    name: str
    parent: str
    trace: str
    kind: int
    began: float
    ended: float
    error: bool
    message: str
    attributes: Mapping[str, Any]


class Receiver:
    """Keeps what is posted to `/v1/traces`; a context manager."""

    def __init__(self) -> None:
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        self._requests: list[Any] = []
        self.paths: list[str] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                receiver.paths.append(self.path)
                receiver._requests.append(ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *words: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Receiver:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def services(self) -> set[str]:
        return {
            item.value.string_value
            for request in self._requests
            for resource in request.resource_spans
            for item in resource.resource.attributes
            if item.key == "service.name"
        }

    @property
    def spans(self) -> list[Sent]:
        """Everything that was sent so far, in the order of the beginnings."""
        raw = [
            span
            for request in self._requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]
        names = {span.span_id: span.name for span in raw}
        found = [
            Sent(
                name=span.name,
                parent=names.get(span.parent_span_id, "somewhere else" if span.parent_span_id else ""),
                trace=span.trace_id.hex(),
                kind=span.kind,
                began=span.start_time_unix_nano / 1e9,
                ended=span.end_time_unix_nano / 1e9,
                error=span.status.code == 2,
                message=span.status.message,
                attributes={item.key: _value(item.value) for item in span.attributes},
            )
            for span in raw
        ]
        return sorted(found, key=lambda span: span.began)

    def named(self, name: str) -> list[Sent]:
        return [span for span in self.spans if span.name == name]

    def one(self, name: str) -> Sent:
        (found,) = self.named(name)
        return found

    def tree(self) -> list[tuple[str, str]]:
        """Name and name of the span around it."""
        return [(span.name, span.parent) for span in self.spans]


def _value(value: Any) -> Any:
    which = value.WhichOneof("value")
    found = getattr(value, which)
    return [_value(item) for item in found.values] if which == "array_value" else found
