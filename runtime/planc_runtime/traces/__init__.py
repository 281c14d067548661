"""OpenTelemetry traces of runs: off unless the operator configures an exporter, content off by default.

names  every attribute name, in one file
seen   a model call or tool call, as whoever made it reports it
seen_model  a model that reports its calls
calls  calls → names and attributes of their spans
spans  journal events and calls → the spans of a run
planning  a planning on its own and its calls
writing   one span
setup  the exporter, from the standard OTEL_* variables; the only module that needs the extra `planc[traces]`
"""

from __future__ import annotations

from collections.abc import Mapping

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
CONTENT = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"


def endpoint_of(environment: Mapping[str, str]) -> str:
    """Where traces go, "" when they are off: no OTLP endpoint is named, or the SDK is disabled."""
    off = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
    off = off or environment.get("OTEL_TRACES_EXPORTER", "otlp").lower() == "none"
    return "" if off else next((environment[name] for name in ENDPOINTS if environment.get(name)), "")
