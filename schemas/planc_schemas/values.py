"""JSON values, durations, digests and the published limits: the ground everything else stands on."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any, TypeAlias

Json: TypeAlias = Any
"""A JSON value: None, bool, int, float, str, list of Json or dict of str to Json. Any, because a recursive
alias makes every access a cast; the boundaries (YAML, tools, models, journal) are where JSON is checked."""

JsonSchema: TypeAlias = dict[str, Any]
"""A JSON Schema (2020-12 vocabulary, the subset of docs/language.md)."""

TASK_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")
"""A task id. No `-`: it is a minus sign in an expression."""
PLAN_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")

MAX_PLAN_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 40
MAX_NODES = 600_000
"""Values in a plan file, keys among them: a plan of 20,000 tasks has about 400,000."""
MAX_TASKS = 20_000
MAX_FOREACH_ITEMS = 10_000
MAX_REPEAT = 100
MAX_OUTPUT_BYTES = 10 * 1024 * 1024
SPILL_BYTES = 1024 * 1024
"""An output whose JSON is larger goes to the content store and the journal keeps its digest."""
MAX_TEXT_BYTES = MAX_OUTPUT_BYTES
MAX_AGENT_TURNS = 20
MAX_IMPORT_DEPTH = 8
MAX_EXPRESSION_STEPS = 200_000

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_UNIT_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def parse_duration(text: str) -> float:
    """Seconds of a duration such as `500ms`, `30s`, `5m`, `2h`, `1d`. Raises ValueError for anything else."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a duration; write a number and a unit, such as 30s, 5m, 2h or 1d")
    return float(match.group(1)) * _UNIT_SECONDS[match.group(2)]


def format_duration(seconds: float) -> str:
    """The shortest duration text that `parse_duration` reads back as `seconds` (used by the canonical writer)."""
    for unit in ("d", "h", "m", "s"):
        count = seconds / _UNIT_SECONDS[unit]
        if count >= 1 and count == int(count):
            return f"{int(count)}{unit}"
    milliseconds = seconds * 1000
    return f"{milliseconds:g}ms"


def _canonical_writer() -> Callable[[Json], str]:
    """`JSONEncoder.encode` makes its writer in C anew for every value, which takes longer than writing a small one.
    Here it is made once; the way to it is not public, and where it leads elsewhere the public one is taken."""
    encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    try:
        module: Any = json.encoder
        write = module.c_make_encoder(
            None, encoder.default, module.encode_basestring, None, ":", ",", True, False, False
        )  # fmt: skip
        is_the_same = "".join(write({"b": [1.5, "ü"], "a": None}, 0)) == '{"a":null,"b":[1.5,"ü"]}'
    except (AttributeError, TypeError):
        is_the_same = False
    return (lambda value: "".join(write(value, 0))) if is_the_same else encoder.encode


_canonical = _canonical_writer()


def canonical_json(value: Json) -> str:
    """One text for one value: sorted keys, no blanks, no NaN. Raises ValueError for NaN and infinities."""
    return _canonical(value)


def digest(value: Json) -> str:
    """SHA-256 (64 hex digits) over the canonical JSON of `value`; lone surrogates are kept as they are."""
    return hashlib.sha256(canonical_json(value).encode("utf-8", "surrogatepass")).hexdigest()
