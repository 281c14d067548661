"""Which plan a run goes on with: the one it has, or its file as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from planc.files.plans import compile_file
from planc.project import Project, ProjectError
from planc_runtime.executor.environment import Edit
from planc_runtime.store.current import current_plan
from planc_schemas.compiled import AgentWork, CompiledPlan, ToolWork

from .labels import REPLAY_OF


@dataclass(frozen=True, slots=True)
class ChosenPlan:
    """`edit` is set when it differs in meaning from the plan that the run has so far."""

    plan: CompiledPlan
    edit: Edit | None = None
    notes: tuple[str, ...] = ()


def _refuse_replay(project: Project, run_id: str) -> None:
    replayed = project.store.summary(run_id).labels.get(REPLAY_OF)
    if replayed is not None:
        help = f"`planc resume {replayed}`" if "." not in replayed else "`planc execute` runs the plan for real"
        raise ProjectError(f"{run_id} is a replay of {replayed}: going on with it would ask models for real", help)


def plan_to_resume(project: Project, run_id: str, named: Path | None, *, original: bool = False) -> ChosenPlan:
    """The plan file `named`, else the run's own file if it is still there, else the plan that the run keeps.

    A tool of an MCP server that is not the one that the run was checked with is only taken with `named`: the server may
    have changed it behind everybody's back. Raises PlanInvalid when the file has errors now, ProjectError for a named
    file that is not there, for such a tool and for a replay, and StoreError.
    """
    _refuse_replay(project, run_id)
    current = current_plan(project.store, run_id)
    path = named or (Path(current.plan.file) if current.plan.file else None)
    if original or path is None or (named is None and not path.is_file()):
        note = () if original or path is None else (f"{path} is gone: going on with the plan that the run keeps",)
        return ChosenPlan(current.plan, notes=note)
    file = compile_file(path, project.tools, folder=project.folder)
    plan = file.plan()
    if plan.digest == current.plan.digest:
        return ChosenPlan(current.plan)
    if named is None and plan.digest in _before_replanning(project, run_id):
        mended = f"{path} stands as it was: going on with the plan that replanning made; --plan {path} takes the file's"
        return ChosenPlan(current.plan, notes=(mended,))
    changed = _changed_tools(current.plan, plan)
    if named is None:
        _refuse_drift(project, run_id, path, changed)
    what = f"{path} was edited since" if file.text != current.text or not changed else "tools have changed since"
    tools = f" ({', '.join(f'the definition of `{name}` changed' for name in changed)})" if changed else ""
    return ChosenPlan(plan, Edit(plan, file.text), (f"{what}{tools}: going on with it as it is now",))


def _before_replanning(project: Project, run_id: str) -> frozenset[str]:
    """The digests of the plans that the run went by before its present one, if that was made by replanning."""
    parts = [event for event in project.store.read(run_id) if event.type in ("run_started", "run_resumed")]
    current = parts[-1].data.get("plan_digest") if parts else None
    planned = any("usage" in part.data and part.data.get("plan_digest") == current for part in parts)
    return frozenset(part.data.get("plan_digest", "") for part in parts) if planned else frozenset()


def _refuse_drift(project: Project, run_id: str, path: Path, changed: list[str]) -> None:
    specs = [spec for spec in map(project.tools.get, changed) if spec is not None and spec.from_mcp]
    if specs:
        names = ", ".join(f"`{spec.name}` ({spec.source})" for spec in specs)
        raise ProjectError(
            f"the definition of {names} is not the one that the run was checked with",
            f"look at it with `planc tools show {specs[0].name}`; if you accept it: "
            f"planc resume {run_id} --plan {path}",
        )


def _changed_tools(before: CompiledPlan, after: CompiledPlan) -> list[str]:
    old, new = _pins(before), _pins(after)
    return sorted(name for name in old.keys() & new.keys() if old[name] != new[name])


def _pins(plan: CompiledPlan) -> dict[str, str]:
    """Tool → the definition that the tasks of the plan were checked with."""
    found: dict[str, str] = {}
    for part in (plan, *plan.imports.values()):
        for task in part.tasks:
            if isinstance(task.work, ToolWork):
                found[task.work.tool] = task.work.definition
            elif isinstance(task.work, AgentWork):
                found |= dict(zip(task.work.tools, task.work.definitions, strict=True))
    return found
