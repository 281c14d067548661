"""How a plan came about, in words and as JSON."""

from __future__ import annotations

from collections.abc import Mapping

from planc.counted import counted
from planc.diagnostics import to_json
from planc.escape import one_line
from planc.planners.planning import Planning
from planc_compiler.planner.draft import DraftStep
from planc_schemas.values import Json

from .words import duration, money, tokens


def step_line(step: DraftStep) -> str:
    """A step of the draft as it arrives: `summarise: write, each of find`."""
    each = f", each of {step.for_each}" if step.for_each else ""
    needs = f", after {', '.join(step.needs)}" if step.needs else ""
    return one_line(f"{step.id}: {step.do}{each}{needs}", 110)


def planned_line(planning: Planning, seconds: float) -> str:
    """One line about the whole planning."""
    result = planning.result
    usage = result.usage
    answers = counted(result.attempts, "answer")
    if result.plan is None or result.failure is not None:
        parts = [f"no plan after {answers}"]
    else:
        parts = [f"planned: {counted(len(result.plan.tasks), 'task')}", answers]
    parts += [duration(seconds), tokens(usage.input_tokens + usage.output_tokens), money(usage.usd)]
    if result.structured_by is not None:
        parts.append(f"structured by {result.structured_by}")
    return ", ".join(parts)


def record_lines(record: Mapping[str, Json], task: str = "") -> list[str]:
    """How a plan came about (`planner.record`), for people; `task` is the goal that it was made for."""
    by = f", structured by {record['structured_by']}" if record.get("structured_by") else ""
    count = record.get("attempts", 1)
    of = f"{task} " if task else ""
    lines = [f"{of}by {record.get('model')} in {counted(count, 'answer')}{by}"]
    lines += [f"repaired by the {repair['by']}: {repair['what']}" for repair in record.get("repairs", ())]
    lines += [f"{found['code']}: {found['message']}" for found in record.get("warnings", ())]
    return [("planned  " if number == 0 else " " * 9) + one_line(line) for number, line in enumerate(lines)]


def planned_json(planning: Planning) -> dict[str, Json]:
    result = planning.result
    failure = result.failure
    return {
        "plan": result.text,
        "model": planning.model,
        "attempts": result.attempts,
        "structured_by": result.structured_by,
        "usage": result.usage.to_json(),
        "repairs": [{"by": repair.by, "what": repair.what, "task": repair.task} for repair in result.repairs],
        "diagnostics": [to_json(diagnostic) for diagnostic in result.diagnostics],
        "failure": None
        if failure is None
        else {"reason": failure.reason, "message": failure.message, "help": failure.help},
    }
