"""A run's heading and status as a fold over the few events that decide it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from planc_schemas.events import Event, RunStatus
from planc_schemas.values import Json

from .base import Holder, RunFilter, RunSummary

_FINAL: dict[str, RunStatus] = {
    "succeeded": "succeeded",
    "failed": "failed",
    "cancelled": "cancelled",
    "budget": "budget",
}
Usage: TypeAlias = Mapping[str, Json]
"""Sums by the names of `planc_schemas.ports.Usage.to_json`."""
_COUNTED = ("calls", "input_tokens", "output_tokens", "cached_tokens")
NOTHING_USED: Usage = dict.fromkeys(_COUNTED, 0) | {"usd": 0}
_SPENDING = (
    "plan_grown",
    "run_resumed",
    "turn_recorded",
    "task_finished",
    "attempt_failed",
    "task_failed",
    "task_interrupted",
    "subplan_created",
)
"""Types of the events that carry `usage` (query `sum_usage` sums the same)."""
FINISHED: frozenset[RunStatus] = frozenset(_FINAL.values())


class Heading(NamedTuple):
    """What a run's first plan says about it."""

    name: str
    digest: str
    file: str


def summarise(
    run_id: str,
    heading: Heading,
    events: Iterable[Event],
    counts: Mapping[str, int],
    usage: Usage,
    updated_at: float,
    holder: Holder | None,
) -> RunSummary:
    """The summary of a run from its deciding events, in order."""
    started: Event | None = None
    last: Event | None = None
    waiting: set[str | None] = set()
    digest = heading.digest
    for event in events:
        match event.type:
            case "task_waiting":
                waiting.add(event.instance)
            case "task_answered":
                waiting.discard(event.instance)
            case _:
                last = event
                started = started or event
                digest = event.data.get("plan_digest", digest)
    data = last.data if last else {}
    finished = last is not None and last.type == "run_finished"
    return RunSummary(
        run_id=run_id,
        name=heading.name,
        status=_status(last, bool(waiting), holder),
        plan_digest=digest,
        file=heading.file,
        started_at=started.at if started else updated_at,
        updated_at=updated_at,
        finished_at=last.at if last and finished else None,
        labels=(started.data.get("labels") if started else None) or {},
        counts=dict(counts),
        usage=dict(usage),
        error=data.get("error") if finished else None,
        last_seq=sum(counts.values()),
        holder=holder,
    )


def sum_usage(events: Iterable[Event]) -> Usage:
    """What the events report; the calls of tasks that failed were paid for too."""
    total = NOTHING_USED
    for event in events:
        usage = event.data.get("usage")
        if event.type in _SPENDING and usage:
            total = add_usage(total, usage)
    return total


def add_usage(one: Usage, other: Usage) -> Usage:
    """The sum; its usd is None ("unpriced") when either side made calls at an unknown price."""
    total = {name: one.get(name, 0) + other.get(name, 0) for name in _COUNTED}
    unpriced = any(part.get("calls") and part.get("usd") is None for part in (one, other))
    return total | {"usd": None if unpriced else (one.get("usd") or 0) + (other.get("usd") or 0)}


def _status(last: Event | None, waiting: bool, holder: Holder | None) -> RunStatus:
    if last is not None and last.type == "run_finished":
        return _FINAL.get(last.data.get("status", ""), "failed")
    if holder is not None:
        return "running"
    if waiting:
        return "waiting"
    return "interrupted" if last is not None and last.type == "run_interrupted" else "abandoned"


def select(runs: Iterable[RunSummary], which: RunFilter) -> list[RunSummary]:
    """The runs that match, newest first (ids sort by time)."""
    found = [run for run in sorted(runs, key=lambda run: run.run_id, reverse=True) if _matches(run, which)]
    return found if which.limit is None else found[: which.limit]


def _matches(run: RunSummary, which: RunFilter) -> bool:
    return (
        (which.name is None or run.name == which.name)
        and (not which.statuses or run.status in which.statuses)
        and (which.since is None or run.started_at >= which.since)
        and (which.before_run is None or run.run_id < which.before_run)
        and all(run.labels.get(key) == value for key, value in which.labels.items())
    )
