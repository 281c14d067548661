"""planc: a goal becomes a plan file; the file is checked, executed in parallel, and gives a result.

    import asyncio
    import planc

    plan = planc.compile("plans/review.plan.yaml")           # raises planc.PlanInvalid with every diagnostic
    result = asyncio.run(planc.execute(plan, inputs={"topic": "agents"}))
    print(result.outputs["review"])

The names below are the public API; their types stand in `__init__.pyi`. They are imported when they are first used, so
that `import planc` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "AnswerRefused": "planc_runtime.executor.answers",
    "CompiledPlan": "planc_schemas.compiled",
    "Diagnostic": "planc_schemas.diagnostics",
    "Event": "planc_schemas.events",
    "IdempotencyKey": "planc_runtime.tools.declare",
    "PlanInvalid": "planc.errors",
    "PlanRequest": "planc_compiler.planner.own",
    "PlannedGoal": "planc_compiler.planner.result",
    "Planner": "planc_compiler.planner.own",
    "PlannerOptions": "planc_compiler.planner.options",
    "RunLimits": "planc_schemas.compiled",
    "RunResult": "planc_runtime.executor.options",
    "Secret": "planc_runtime.tools.secrets",
    "TaskError": "planc_schemas.ports",
    "TaskFailure": "planc_schemas.ports",
    "ToolContext": "planc_runtime.tools.context",
    "answer": "planc.api",
    "compile": "planc.api",
    "execute": "planc.api",
    "plan": "planc.api",
    "resume": "planc.api",
    "tool": "planc_runtime.tools.declare",
}
"""Public name → the module it is defined in."""

__all__ = sorted(_HOMES)  # the same names as in __init__.pyi; a test compares


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'planc' has no attribute {name!r}")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
