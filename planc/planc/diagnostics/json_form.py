"""Diagnostics as JSON: every field of the object, codes with their slugs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from planc_schemas.codes import REGISTER
from planc_schemas.diagnostics import Diagnostic, Span
from planc_schemas.values import Json


def to_json(diagnostic: Diagnostic) -> dict[str, Json]:
    """A diagnostic as a JSON object.

    Keys: `code`, `slug`, `severity`, `message`, `file` and `span` (those of the first label), `labels`, `help`,
    `fixes`, `task`. A span is `{line, column, end_line, end_column}`: 1-based, columns in code points, end exclusive;
    null if the diagnostic is about the whole file.
    """
    data: dict[str, Any] = asdict(diagnostic)
    entry = REGISTER.get(diagnostic.code)
    labels = [{**label, "span": _span(label["span"])} for label in data["labels"]]
    fixes = [
        {**fix, "edits": [{**edit, "span": _span(edit["span"])} for edit in fix["edits"]]} for fix in data["fixes"]
    ]
    return {
        "code": diagnostic.code,
        "slug": entry.slug if entry else None,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "file": diagnostic.place.file,
        "span": labels[0]["span"],
        "labels": labels,
        "help": list(diagnostic.help),
        "fixes": fixes,
        "task": diagnostic.task,
    }


def render_json(diagnostics: Sequence[Diagnostic]) -> str:
    """A JSON array, indented, in ASCII (so that any pipe carries it)."""
    return json.dumps([to_json(diagnostic) for diagnostic in diagnostics], indent=2)


def _span(span: Span) -> dict[str, int] | None:
    return Span(*span)._asdict() if span[0] else None
