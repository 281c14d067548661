"""What a run may do: the operator's grants against what the plan can reach."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from planc.config.errors import ConfigError
from planc.config.settings import Settings
from planc_runtime.executor.simulate import Action, Step
from planc_runtime.tools.rights import Grants, Right
from planc_runtime.tools.secrets import Secrets
from planc_schemas.compiled import AgentWork, CompiledPlan, GoalWork, PlanWork, ToolWork
from planc_schemas.events import plan_task


def grants_of(
    allow: Mapping[str, Sequence[str]], deny: Mapping[str, Sequence[str]], *, everything: bool, folder: Path
) -> Grants:
    """Grants of `--allow-…`, `--deny-…` and `-A`. Raises ConfigError naming the flag for one that is no right."""
    try:
        return Grants.from_flags(allow, deny, everything=everything, folder=folder)
    except ValueError as error:
        raise ConfigError(str(error)) from None


def missing_rights(plan: CompiledPlan, grants: Grants, done: Collection[str] = ()) -> list[Right]:
    """Rights that the plan can reach and that no call of it could be given, in the plan's order. What only the tasks
    `done` (ids) can reach is left out.

    A tool itself needs no right unless a `--deny-tool` forbids it: what it touches does. One of which nobody can tell
    what it touches (of an MCP server) has itself among its effects, and needs the right.
    """
    opaque = {
        effect
        for each in (plan, *plan.imports.values())
        for task in each.tasks
        for effect in getattr(task.work, "effects", ())
        if effect.startswith("tool:")
    }
    left = _reached(plan, done) if done else frozenset(plan.rights)
    wanted = [Right.parse(right) for right in plan.rights if right in left]
    tools = [right for right in wanted if right.kind == "tool" and str(right) not in opaque and grants.denies(right)]
    others = [right for right in wanted if right.kind != "tool" or str(right) in opaque]
    return [*grants.missing(others), *tools]


def reused_tasks(steps: Iterable[Step]) -> frozenset[str]:
    """The tasks of which nothing runs any more when a run goes on so: they need no right."""
    actions: dict[str, set[Action]] = {}
    for step in steps:
        actions.setdefault(plan_task(step.instance), set()).add(step.action)
    return frozenset(task for task, found in actions.items() if found == {"reused"})


def _reached(plan: CompiledPlan, done: Collection[str]) -> frozenset[str]:
    """The rights that the tasks which are not `done` can reach."""
    reached: set[str] = set()
    for task in plan.tasks:
        work = task.work
        if task.id in done:
            continue
        if isinstance(work, GoalWork):  # its plan is not known yet
            return frozenset(plan.rights)
        if isinstance(work, PlanWork):
            reached.update(plan.imports[work.path].rights)
        elif isinstance(work, ToolWork):
            reached.update((*work.effects, f"tool:{work.tool}"))
        elif isinstance(work, AgentWork):
            reached.update((*work.effects, *(f"tool:{tool}" for tool in work.tools)))
    return frozenset(reached)


def secrets_of(names: Iterable[str], settings: Settings, environment: Mapping[str, str] | None = None) -> Secrets:
    """The values of `--allow-secret=NAME` from the environment; endpoint keys are masked as well.

    Raises ConfigError for a name that is not set.
    """
    env = os.environ if environment is None else environment
    unset = [name for name in names if not env.get(name)]
    if unset:
        raise ConfigError(f"the secret {unset[0]} is not set", f"set it in the environment: export {unset[0]}=…")
    secrets = Secrets({name: env[name] for name in names})
    for endpoint in settings.endpoints:
        secrets.masker.add(endpoint.api_key)
    return secrets
