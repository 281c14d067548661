"""Diagnostics as GitHub workflow commands, which appear beside the line in a pull request.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Sequence

from planc_schemas.codes import REGISTER
from planc_schemas.diagnostics import Diagnostic, Severity

from ..escape import visible

_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


def render_github(diagnostics: Sequence[Diagnostic]) -> str:
    """One command a line."""
    return "\n".join(_command(diagnostic) for diagnostic in diagnostics)


def _command(diagnostic: Diagnostic) -> str:
    place, entry = diagnostic.place, REGISTER.get(diagnostic.code)
    properties = {"file": place.file}
    span = place.span
    if span.line:
        properties |= {"line": str(span.line), "endLine": str(span.end_line)}
        if span.line == span.end_line:  # columns are only taken for places on one line
            properties |= {"col": str(span.column), "endColumn": str(max(span.column, span.end_column - 1))}
    properties["title"] = f"{diagnostic.code} {entry.slug}" if entry else diagnostic.code
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    message = "\n".join([diagnostic.message, *(f"help: {text}" for text in diagnostic.help)])
    return f"::{_COMMANDS[diagnostic.severity]} {listed}::{_data(message)}"


def _data(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
