"""A plan's inputs: defaults put in, everything checked before anything runs."""

from __future__ import annotations

from collections.abc import Mapping

from planc_schemas.compiled import CompiledPlan
from planc_schemas.ports import TaskError, TaskFailure
from planc_schemas.validate import validate
from planc_schemas.values import Json


def complete_inputs(plan: CompiledPlan, given: Mapping[str, Json]) -> dict[str, Json]:
    """The inputs with defaults for those not given, in the plan's order.

    Raises TaskFailure (bad_request, R001) naming every input that is missing, unknown or does not fit.
    """
    problems = [f"there is no input `{name}`" for name in given if name not in plan.inputs]
    inputs: dict[str, Json] = {}
    for name, schema in plan.inputs.items():
        if name in given:
            inputs[name] = given[name]
            problems += [f"input `{name}`: {problem}" for problem in validate(given[name], schema)]
        elif "default" in schema:
            inputs[name] = schema["default"]
        else:
            problems.append(f"input `{name}` is missing")
    if problems:
        known = ", ".join(f"`{name}`" for name in plan.inputs) or "none"
        raise TaskFailure(TaskError("bad_request", "; ".join(problems), "R001", f"the plan's inputs: {known}"))
    return inputs
