"""Expressions from their text to their value, as a plan would evaluate them."""

from __future__ import annotations

from dataclasses import dataclass, field

from planc_compiler.expressions import parse_expression, read_text
from planc_runtime.evaluate import Scope, evaluate, render
from planc_schemas.values import Json


@dataclass
class View:
    """A task as expressions see it."""

    output: Json = None
    status: str = "succeeded"
    errors: list[Json] = field(default_factory=list)


def scope(**inputs: Json) -> Scope:
    """`inputs` are also there as variables."""
    tasks = {
        "find": View([{"title": "One", "year": 2024}, {"title": "Two", "year": None}]),
        "off": View(None, "skipped"),
        "bad": View(None, "failed", [{"index": None, "kind": "tool_error", "message": "no"}]),
    }
    return Scope(dict(inputs), tasks, "run-1", dict(inputs))


def value(text: str, **inputs: Json) -> Json:
    """The value of the expression `text`; its names are variables."""
    code, faults = parse_expression(text, 0, len(text))
    assert not faults, [fault.message for fault in faults]
    return evaluate(code, scope(**inputs), "value")


def rendered(text: str, **inputs: Json) -> str:
    """A prompt's text with its expressions put in."""
    segments, faults = read_text(text, tags=True)
    assert not faults, [fault.message for fault in faults]
    return render(segments, scope(**inputs), "prompt")
