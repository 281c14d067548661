"""Diagnostics as SARIF 2.1.0 (OASIS), for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/"""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import quote

from planc_schemas.codes import REGISTER, Code
from planc_schemas.diagnostics import Diagnostic, Fix, Label, Severity, Span
from planc_schemas.values import Json

_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}


def render_sarif(diagnostics: Sequence[Diagnostic]) -> str:
    """A SARIF log with one run. Columns count code points, as in the plan's spans."""
    codes = sorted({diagnostic.code for diagnostic in diagnostics})
    from importlib.metadata import version  # slow to import, and wanted by this form alone

    driver = {"name": "planc", "version": version("planc"), "rules": [_rule(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic, codes.index(diagnostic.code)) for diagnostic in diagnostics],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2)


def _rule(code: str) -> dict[str, Json]:
    entry: Code | None = REGISTER.get(code)
    if entry is None:
        return {"id": code}
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in entry.slug.split("-")),
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": entry.explanation},
        "help": {"text": entry.explanation, "markdown": entry.explanation},
        "defaultConfiguration": {"level": _LEVELS[entry.severity]},
    }


def _result(diagnostic: Diagnostic, rule: int) -> dict[str, Json]:
    text = "\n".join([diagnostic.message, *(f"help: {help}" for help in diagnostic.help)])
    result: dict[str, Json] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": text},
        "locations": [_location(diagnostic.place)],
    }
    others = [{"id": number, **_location(label)} for number, label in enumerate(diagnostic.labels[1:], 1)]
    if others:
        result["relatedLocations"] = others
    if diagnostic.fixes:
        result["fixes"] = [_fix(fix) for fix in diagnostic.fixes]
    return result


def _location(label: Label) -> dict[str, Json]:
    physical: dict[str, Json] = {"artifactLocation": _artifact(label.file)}
    if label.span.line:
        physical["region"] = _region(label.span)
    location: dict[str, Json] = {"physicalLocation": physical}
    if label.text:
        location["message"] = {"text": label.text}
    return location


def _artifact(file: str) -> dict[str, str]:
    return {"uri": quote(file)}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _fix(fix: Fix) -> dict[str, Json]:
    files = dict.fromkeys(edit.file for edit in fix.edits)
    return {
        "description": {"text": fix.title},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(file),
                "replacements": [
                    {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
                    for edit in fix.edits
                    if edit.file == file
                ],
            }
            for file in files
        ],
    }
