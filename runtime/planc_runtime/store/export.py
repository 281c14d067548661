"""A run as JSON lines that stand on their own: for archives, bug reports, and replay elsewhere.

First line: {"planc_run": 1, "run_id", "events": how many, "plans": [{"digest", "plan", "text"}]}; then one line an
event: {"seq", "type", "instance", "at", "data"}, with large members put back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple

from planc_schemas import compiled
from planc_schemas.compiled import CompiledPlan
from planc_schemas.events import Event
from planc_schemas.values import Json

from .base import KeptPlan
from .errors import FormatUnknown, JournalDamaged

VERSION: Final = 1


class ExportedRun(NamedTuple):
    run_id: str
    plans: list[KeptPlan]
    events: list[Event]


def export_lines(
    run_id: str, plans: Iterable[KeptPlan], events: Sequence[Event], whole: Callable[[Event], Event]
) -> Iterator[str]:
    """Lines with their newline; at most one event is whole in memory at a time."""
    kept = [{"digest": plan.digest, "plan": _in_one(plan.plan), "text": plan.text} for plan in plans]
    yield _line({"planc_run": VERSION, "run_id": run_id, "events": len(events), "plans": kept})
    for event in events:
        event = whole(event)
        yield _line(
            {"seq": event.seq, "type": event.type, "instance": event.instance, "at": event.at, "data": event.data}
        )


def read_export(lines: Iterable[str], where: str) -> ExportedRun:
    """What `export_lines` wrote. Raises FormatUnknown, and JournalDamaged when a line is missing or broken."""
    rest = iter(lines)
    try:
        head = json.loads(next(rest, "null"))
        if not isinstance(head, dict) or "planc_run" not in head:
            raise FormatUnknown(f"{where} is not an exported run", help="write one with `planc runs export RUN`")
        if head["planc_run"] != VERSION:
            raise FormatUnknown(f"{where} has format {head['planc_run']}, and this planc reads {VERSION}")
        plans = [
            KeptPlan(plan["digest"], compiled.from_json(json.dumps(plan["plan"]).encode()), plan["text"])
            for plan in head["plans"]
        ]
        events = [Event(**json.loads(line)) for line in rest]
    except (ValueError, TypeError, KeyError) as error:
        raise JournalDamaged(f"the exported run {where} is damaged", str(error), "export it again") from error
    if [event.seq for event in events] != list(range(1, head["events"] + 1)):
        raise JournalDamaged(f"the exported run {where} is damaged", "an event is missing", "export it again")
    return ExportedRun(head["run_id"], plans, events)


def _in_one(plan: CompiledPlan) -> Json:
    head, *tasks = map(json.loads, compiled.to_json(plan).split(b"\n"))
    return head | {"tasks": [*head["tasks"], *chain.from_iterable(tasks)]}


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")) + "\n"
