"""How a plan came about, as it is kept with the run that it was made for."""

from __future__ import annotations

from planc_schemas.values import Json

from .result import PlannedGoal


def record_of(planned: PlannedGoal, model: str = "") -> dict[str, Json]:
    """Who planned, in how many answers, how they were structured, what was put right, and what is weak about the plan.

    `model` is what a person calls it; "" for the name that the answers give.
    """
    return {
        "model": model or planned.model,
        "attempts": planned.attempts,
        "structured_by": planned.structured_by,
        "repairs": [{"by": repair.by, "what": repair.what, "task": repair.task} for repair in planned.repairs],
        "warnings": [
            {"code": found.code, "message": found.message, "task": found.task}
            for found in planned.diagnostics
            if found.code.startswith("P6")
        ],
    }
