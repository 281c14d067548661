"""Fixes for single values: what was surely meant by a value of the wrong form, as YAML text."""

from __future__ import annotations

import json
import re

from planc_schemas.values import format_duration

from ..model_schema import Schema, choices_of, is_duration, takes
from ..nearest import nearest
from ..node import Node
from .words import json_type

_UNITS = {
    "ms": 0.001,
    "s": 1.0,
    "sec": 1.0,
    "second": 1.0,
    "m": 60.0,
    "min": 60.0,
    "minute": 60.0,
    "h": 3600.0,
    "hr": 3600.0,
    "hour": 3600.0,
    "d": 86400.0,
    "day": 86400.0,
}
_PART = re.compile(r"\s*([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*([a-zA-Z]*)\s*")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_WRAPPED = frozenset({"foreach", "retry", "cache", "models"})
"""Fields that many people write as one value (`models`: one of them), which is the value of their main key."""
MEANT: dict[tuple[str, str], str] = {
    ("on_error", "ignore"): "skip",
    ("on_error", "continue"): "skip",
    ("on_error", "abort"): "fail",
    ("on_error", "stop"): "fail",
    ("on_interrupt", "retry"): "rerun",
    ("on_interrupt", "restart"): "rerun",
}
"""Words of other languages for a choice of ours, by field."""


def duration(node: Node) -> str | None:
    """The duration that `30`, `5 minutes` or `1m30s` means (a bare number is seconds); None if that is not clear."""
    value = node.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return format_duration(float(value)) if 0 < value < 1e9 else None
    if not isinstance(value, str) or not 0 < len(value) <= 60:
        return None
    seconds, place = 0.0, 0
    while place < len(value):
        match = _PART.match(value, place)
        unit = match.group(2).lower() if match else ""
        bare = match is not None and not unit and match.span() == (0, len(value))
        factor = 1.0 if bare else _UNITS.get(unit, _UNITS.get(unit.removesuffix("s")))
        if match is None or factor is None:
            return None
        seconds += float(match.group(1)) * factor
        place = match.end()
    return format_duration(round(seconds, 3)) if 0 < seconds < 1e9 else None


def replacement(field: str, node: Node, alternatives: list[Schema], item: list[Schema]) -> str | None:
    """YAML text of the right type and surely of the same meaning, or None.

    `alternatives` is what the place takes, `item` what an item of a list there is.
    """
    value = node.value
    if field in _WRAPPED and node.kind == "scalar" and value is not None:
        return _wrapped(field, value)
    found = json_type(node)
    if found == "string" and isinstance(value, str):
        return _of_text(value, alternatives, item)
    only = alternatives[0] if len(alternatives) == 1 else {}
    if found in ("integer", "boolean") and only.get("type") == "string" and "pattern" not in only:
        return json.dumps(str(value).lower())
    if isinstance(value, float) and value.is_integer() and takes(alternatives, "integer"):
        return str(int(value))
    return None


def _wrapped(field: str, value: str | int | float | bool) -> str | None:
    """`foreach: X` → `{in: X}`; `retry: 3` → `{max_attempts: 3}`; `cache: 1d` → `{ttl: 1d}`; a model → `{model: X}`."""
    if field == "retry":
        fits = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 100
        return f"{{max_attempts: {value}}}" if fits else None
    if not isinstance(value, str):
        return None
    if field == "models":
        return f"{{model: {value if _WORD.fullmatch(value) else json.dumps(value, ensure_ascii=False)}}}"
    if field == "foreach" and "${{" in value:
        return f"{{in: {json.dumps(value, ensure_ascii=False)}}}"
    if field == "cache" and value.lower() in ("yes", "on", "no", "off"):
        return "true" if value.lower() in ("yes", "on") else "false"
    return f"{{ttl: {value}}}" if field == "cache" and re.fullmatch(r"[0-9]+(\.[0-9]+)?(ms|s|m|h|d)", value) else None


def _of_text(value: str, alternatives: list[Schema], item: list[Schema]) -> str | None:
    if takes(alternatives, "array"):
        return _list(value, item)
    if takes(alternatives, "boolean") and value.lower() in ("yes", "on", "true", "no", "off", "false"):
        return "true" if value.lower() in ("yes", "on", "true") else "false"
    if takes(alternatives, "integer") and re.fullmatch(r"[0-9]{1,15}", value):
        return str(int(value))
    if takes(alternatives, "number") and re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,12})?", value):
        return value
    if any(branch.get("const") == 1 for branch in alternatives) and value in ("1", "1.0", "v1"):
        return "1"
    return None


def _list(value: str, item: list[Schema]) -> str | None:
    """`a` → `[a]`, `a, b` → `[a, b]`; each word as one of the possible ones."""
    words = [word.strip() for word in value.split(",")]
    choices = choices_of(item)
    if choices:
        words = [nearest(word, choices) or "" for word in words]
    return f"[{', '.join(words)}]" if all(_WORD.fullmatch(word) for word in words) else None


def choice(field: str, value: str, choices: list[str]) -> str | None:
    """The possible word that was meant."""
    meant = MEANT.get((field, value.lower()))
    return meant if meant in choices else nearest(value, choices)


def durations(alternatives: list[Schema]) -> bool:
    return any(is_duration(branch) for branch in alternatives)
