"""Rows, events and sums as words; everything that comes from plans, models and tools is made visible text."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime

from planc.counted import counted
from planc.escape import one_line
from planc_schemas.compiled import RunLimits
from planc_schemas.values import Json

from .board import Row, Totals

MARKS = {
    "pending": "○",
    "running": "◐",
    "retrying": "↻",
    "waiting": "?",
    "succeeded": "✓",
    "failed": "✗",
    "skipped": "–",
}
ASCII_MARKS = {
    "pending": ".",
    "running": ">",
    "retrying": "~",
    "waiting": "?",
    "succeeded": "+",
    "failed": "x",
    "skipped": "-",
}
"""For terminals that cannot show the others."""


def marks_for(encoding: str | None) -> dict[str, str]:
    """The marks that can be written in `encoding`."""
    try:
        "".join(MARKS.values()).encode(encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return ASCII_MARKS
    return MARKS


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `2 min 5 s`, `3 h 10 min`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 120:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def local_time(seconds: float) -> str:
    """Seconds since the epoch as date and time of this place."""
    return datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def tokens(count: int) -> str:
    return counted(count, "token") if count < 10_000 else f"{count / 1000:.1f}k tokens"


def money(usd: float | None) -> str:
    """US dollars with as many digits as matter; an unknown price is "unpriced", never 0."""
    if usd is None:
        return "unpriced"
    if usd == 0:
        return "$0"
    return f"${usd:.2f}" if usd >= 0.1 else f"${usd:.4f}"


def spent(totals: Totals, limits: RunLimits | None = None) -> str:
    """What was used, and of how much where there is a limit: `3 of 20 model calls, 812 tokens, $0.02 of $0.50`."""
    limits = limits or RunLimits()
    if not totals.calls:
        return "no model calls"
    calls = f"{totals.calls}{_of(limits.calls)} model call{'s' * (totals.calls != 1 or limits.calls is not None)}"
    used = f"{totals.tokens:,} of {tokens(limits.tokens)}" if limits.tokens is not None else tokens(totals.tokens)
    dollars = money(totals.usd) + (f" of {money(limits.usd)}" if limits.usd is not None else "")
    return f"{calls}, {used}, {dollars}"


def _of(limit: int | None) -> str:
    return "" if limit is None else f" of {limit}"


def size(data: dict[str, Json]) -> str:
    """How much a task gave: `5 items`, `812 characters`; "" for what needs no words."""
    ref = data.get("output_ref")
    if isinstance(ref, dict):
        return counted(ref.get("bytes", 0), "byte")
    output = data.get("output")
    if isinstance(output, list):
        return counted(len(output), "item")
    if isinstance(output, str):
        return counted(len(output), "character")
    return ""


SHOWN_OF_CALL = 60


def turn_words(turn: dict[str, Json]) -> str:
    """One step of an agent: `turn 2: price_of(product="melon") → 3.2`."""
    number = f"turn {turn.get('turn')}:"
    if turn.get("kind") == "model":
        if "error" in turn:
            return f"{number} its answer cannot be used: {one_line(str(turn['error'].get('message', '')), 120)}"
        calls = ", ".join(one_line(str(call.get("tool"))) for call in turn.get("calls", ()))
        return f"{number} wants {calls}" if calls else f"{number} answered"
    call = f"{number} {one_line(str(turn.get('tool')))}({_arguments(turn.get('arguments'))})"
    if "error" in turn:
        word = "refused" if turn.get("kind") == "refusal" else "failed"
        return f"{call} {word}: {one_line(str(turn['error'].get('message', '')), 120)}"
    large = turn.get("result_ref")
    return (
        f"{call} → {large.get('bytes', 0):,} bytes" if isinstance(large, dict) else f"{call} → {_short(turn['result'])}"
    )


def _arguments(value: Json) -> str:
    if not isinstance(value, dict):
        return _short(value)
    return one_line(", ".join(f"{name}={_json(member)}" for name, member in value.items()), SHOWN_OF_CALL)


def _short(value: Json) -> str:
    return one_line(value if isinstance(value, str) else _json(value), SHOWN_OF_CALL)


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def progress_of(row: Row, now: float) -> str:
    """What stands beside a task in the live table; `now` in seconds since the epoch."""
    parts: list[str] = []
    if row.spread and row.expected:
        parts.append(f"{row.settled}/{row.expected}")
    if row.running and row.spread:
        parts.append(f"{len(row.running)} running")
    if row.doing and not row.spread:
        parts.append(turn_words(next(reversed(row.doing.values()))))
    if row.retrying:
        parts.append(_pauses(row, now))
    if row.waiting:
        parts.append(f"waiting for a person: {one_line(next(iter(row.waiting.values())), 60)}")
    if row.reused:
        parts.append("reused" if row.reused == row.done and not row.spread else f"{row.reused} reused")
    if row.failed and row.spread:
        parts.append(f"{row.failed} failed")
    if row.subtasks:
        done = sum(child.state == "succeeded" for child in row.subtasks.values())
        waits = "waiting for subtasks: " if row.state == "running" else ""
        parts.append(f"{waits}{done} of {len(row.subtasks)} subtasks done")
    if row.note and row.state in ("failed", "skipped"):
        parts.append(one_line(row.note, 100))
    if row.place and row.state == "failed":
        parts.append(one_line(row.place, 60))
    if row.state == "succeeded":
        parts.append(size(row.gave))
    if not parts and row.state == "pending" and row.waits_for:
        parts.append("after " + one_line(", ".join(row.waits_for), 60))
    return "  ".join(part for part in parts if part)


def _pauses(row: Row, now: float) -> str:
    """`[4] waits 3.2 s: rate_limit, attempt 1 of 3 failed`, or how many wait and when the next goes on."""
    instance, pause = min(row.retrying.items(), key=lambda item: item[1].until)
    left = duration(max(0.0, pause.until - now))
    if len(row.retrying) > 1:
        return f"{len(row.retrying)} wait to try again, the next {left} ({pause.kind})"
    number = instance[len(row.id) :]
    return f"{number} waits {left}: {pause.kind}, attempt {pause.attempt} of {row.attempts} failed".lstrip()


def resume_command(run_id: str, final: Sequence[str] = ()) -> str:
    """What goes on with a run. `final` failed in a way that is tried again only when it is asked for by name."""
    return " ".join(["planc resume", run_id, *(f"--fresh {shlex.quote(instance)}" for instance in final)])
