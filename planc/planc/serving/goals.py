"""A goal that is submitted as a run: a plan of one `goal` task, planned and executed durably like any other."""

from __future__ import annotations

from collections.abc import Sequence

from planc.files.plans import PlanFile, compile_text
from planc.project import Project
from planc.runs.rights import missing_rights
from planc_compiler.naming import plan_name
from planc_compiler.write import write_plan
from planc_runtime.server.problems import Problem
from planc_runtime.tools.rights import Grants
from planc_schemas.plan import Plan

MAX_NAME = 40
MAX_SHOWN = 300
"""Characters of the goal in the plan's heading; the task is given the whole of it as an input."""


def goal_plan(project: Project, grants: Grants, goal: str, tools: Sequence[str] | None, *, approve: bool) -> PlanFile:
    """The plan of a goal. Without `tools` it may use every tool whose effects `grants` allow whatever its arguments.

    The goal is an input, not a part of the plan's text, so nothing in it is taken for an expression. Raises Problem
    for tools that are not there.
    """
    unknown = [name for name in tools or () if project.tools.get(name) is None]
    if unknown:
        known = ", ".join(project.tools.names())
        raise Problem(422, "No such tool", f"there is no tool {unknown[0]!r} here", help=f"there are {known}")
    if tools is None:
        tools = [name for name in project.tools.names() if _is_allowed(project, grants, name)]
    return _compiled(project, goal, list(tools), approve=approve)


def _compiled(project: Project, goal: str, tools: list[str], *, approve: bool) -> PlanFile:
    shown = " ".join(goal.split())
    plan = Plan.model_validate(
        {
            "version": 1,
            "name": plan_name(shown[:MAX_NAME]) or "goal",
            "goal": shown if len(shown) <= MAX_SHOWN else f"{shown[:MAX_SHOWN]}…",
            "inputs": {"goal": {"type": "string", "default": goal}},
            "tasks": {"goal": {"goal": "${{ inputs.goal }}", "tools": tools, "approve": approve}},
            "outputs": {"result": "${{ tasks.goal.output }}"},
        }
    )
    return compile_text(write_plan(plan, schema=""), "goal.plan.yaml", project.tools, folder=project.folder)


def _is_allowed(project: Project, grants: Grants, tool: str) -> bool:
    plan = _compiled(project, "try", [tool], approve=False).compilation.plan
    return plan is not None and not missing_rights(plan, grants)
