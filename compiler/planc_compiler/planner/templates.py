"""A saved plan for a goal that was planned before: the same goal, or the same up to the plan's inputs.

Never a guess: the goals must agree word for word, except where an input's default stands in the saved goal, and what
stands there now must satisfy that input's schema.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from planc_schemas.plan import Plan
from planc_schemas.validate import validate
from planc_schemas.values import Json, JsonSchema

_HOLES = {"integer": r"(\d{1,9})", "number": r"(\d{1,9}(?:\.\d{1,9})?)", "string": r"([^\n.!?;:\"“”<>{}]{1,120}?)"}
"""What may stand in place of a default. A text ends where a sentence or a quotation does, so that an input can never
swallow a further instruction."""
MAX_HOLE_WORDS = 15


@dataclass(frozen=True, slots=True)
class TemplateMatch:
    """A saved plan that serves a goal. `inputs` are the values other than its defaults; `why` is a sentence."""

    file: str
    exact: bool
    inputs: dict[str, Json] = field(default_factory=dict)
    why: str = ""


def match_template(goal: str, plans: Mapping[str, Plan]) -> TemplateMatch | None:
    """The saved plan (by its file's name) that was made for this goal, or for this goal with other inputs.

    An exact match goes before one with inputs, more agreeing words before fewer, then the first file by name.
    """
    wanted = _tidy(goal)
    found: list[tuple[int, str, TemplateMatch]] = []
    for file, plan in sorted(plans.items()):
        if plan.goal is None:
            continue
        if _tidy(plan.goal) == wanted:
            return TemplateMatch(file, True, {}, f"{file} was planned for this very goal")
        inputs = _inputs(wanted, plan)
        if inputs:
            given = ", ".join(f"{name} = {value}" for name, value in inputs.items())
            match = TemplateMatch(file, False, inputs, f"{file} was planned for this goal with other inputs: {given}")
            found.append((sum(len(str(value)) for value in inputs.values()), file, match))
    return min(found, key=lambda item: item[:2])[2] if found else None


NEAR = 0.6
"""Goals that have this part of their words in common are told apart by the others."""


def difference(goal: str, plans: Mapping[str, Plan]) -> str:
    """How the goal of the nearest saved plan differs, as a sentence; "" when none is near.

    This only explains: however near, a plan whose goal differs in more than its inputs is not offered.
    """
    wanted = _tidy(goal).split()
    nearest_ratio, found = NEAR, ""
    for file, plan in sorted(plans.items()):
        saved = _tidy(plan.goal or "").split()
        matcher = SequenceMatcher(a=saved, b=wanted, autojunk=False)
        if saved and matcher.ratio() > nearest_ratio:
            nearest_ratio = matcher.ratio()
            changes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
            parts = [f"`{' '.join(saved[a:b])}` is `{' '.join(wanted[c:d])}` here" for _, a, b, c, d in changes[:3]]
            found = f"none was made for this goal; the nearest, {file}, says otherwise: {', '.join(parts)}"
    return found


def _tidy(goal: str) -> str:
    return " ".join(goal.split())


def _inputs(goal: str, plan: Plan) -> dict[str, Json] | None:
    """The values for the plan's inputs with which its goal reads as `goal`; None if there are none."""
    saved = _tidy(plan.goal or "")
    holes: list[tuple[int, int, str, JsonSchema]] = []
    for name, shape in plan.inputs.items():
        place = _place(saved, shape) if isinstance(shape, dict) else None
        if place is not None and isinstance(shape, dict):
            holes.append((*place, name, shape))
    holes.sort(key=lambda hole: hole[:2])
    if not holes or any(one[1] > other[0] for one, other in itertools.pairwise(holes)):
        return None
    pattern, position = "", 0
    for start, end, _, shape in holes:
        pattern += re.escape(saved[position:start]) + _HOLES[_type(shape)]
        position = end
    match = re.fullmatch(pattern + re.escape(saved[position:]), goal)
    return _values(match, holes) if match else None


def _place(saved: str, shape: dict[str, Any]) -> tuple[int, int] | None:
    """Where the input's default stands in the saved goal: exactly once, as words of its own."""
    default = shape.get("default")
    if _type(shape) not in _HOLES or isinstance(default, bool) or default in (None, ""):
        return None
    found = list(re.finditer(rf"(?<!\w){re.escape(str(default))}(?!\w)", saved))
    return found[0].span() if len(found) == 1 else None


def _type(shape: dict[str, Any]) -> str:
    kind = shape.get("type")
    return kind if isinstance(kind, str) else ""


def _values(match: re.Match[str], holes: list[tuple[int, int, str, JsonSchema]]) -> dict[str, Json] | None:
    values: dict[str, Json] = {}
    for text, (_, _, name, shape) in zip(match.groups(), holes, strict=True):
        value: Json = text.strip()
        if len(text.split()) > MAX_HOLE_WORDS:
            return None
        if _type(shape) != "string":
            value = int(text) if text.isdigit() else float(text)
        if validate(value, shape):
            return None
        if value != shape.get("default"):
            values[name] = value
    return values
