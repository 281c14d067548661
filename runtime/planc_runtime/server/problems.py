"""Errors as application/problem+json (RFC 9457), with the same diagnostics the terminal shows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from planc_schemas.codes import REGISTER
from planc_schemas.diagnostics import Diagnostic
from planc_schemas.values import Json

from . import shapes

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """An answer that is not success. `help` says what to do; `diagnostics` are the compiler's."""

    def __init__(
        self, status: int, title: str, detail: str, *, help: str = "", diagnostics: Sequence[Diagnostic] = ()
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.help = help
        self.diagnostics = tuple(diagnostics)

    def to_json(self) -> dict[str, Json]:
        data: dict[str, Json] = {"title": self.title, "status": self.status, "detail": self.detail}
        if self.help:
            data["help"] = self.help
        if self.diagnostics:
            data["diagnostics"] = [diagnostic_json(diagnostic) for diagnostic in self.diagnostics]
        return data


def diagnostic_shape(diagnostic: Diagnostic) -> shapes.DiagnosticShape:
    place = diagnostic.place
    entry = REGISTER.get(diagnostic.code)
    return shapes.DiagnosticShape(
        code=diagnostic.code,
        slug=entry.slug if entry else None,
        severity=diagnostic.severity,
        message=diagnostic.message,
        file=place.file,
        line=place.span.line,
        column=place.span.column,
        labels=[
            shapes.LabelShape(file=label.file, **label.span._asdict(), text=label.text) for label in diagnostic.labels
        ],
        help=list(diagnostic.help),
        fixes=[shapes.FixShape(title=fix.title, safe=fix.safe) for fix in diagnostic.fixes],
        task=diagnostic.task,
    )


def diagnostic_json(diagnostic: Diagnostic) -> dict[str, Any]:
    return diagnostic_shape(diagnostic).model_dump(mode="json")


def problem_body(status: int, title: str, detail: str) -> bytes:
    return json.dumps(Problem(status, title, detail).to_json(), ensure_ascii=False).encode("utf-8", "replace")
