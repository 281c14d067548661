"""Plans that were saved before, as answers to a goal: the same goal, or the same with other inputs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from planc.project import Project
from planc_compiler.planner.templates import TemplateMatch, difference, match_template
from planc_schemas.plan import Plan

from .plans import SUFFIX, PlanFile, compile_file

FOLDER = "plans"
MAX_PLANS = 200
"""More saved plans than this are not looked through for a goal."""


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A saved plan that serves a goal, and with which inputs."""

    file: PlanFile
    match: TemplateMatch


def saved_plan_for(goal: str, project: Project) -> tuple[SavedPlan | None, int]:
    """The saved plan for a goal, and how many were looked at: those of the folder and of its `plans`.

    A plan that does not compile is no answer to anything.
    """
    files, models = _plans(project)
    match = match_template(goal, models)
    return (SavedPlan(files[match.file], match) if match is not None else None), len(files)


def why_none(goal: str, project: Project) -> str:
    """Why no saved plan serves the goal: where the nearest one's goal says something else."""
    _, models = _plans(project)
    return difference(goal, models) or "none was made for this goal"


def _plans(project: Project) -> tuple[dict[str, PlanFile], dict[str, Plan]]:
    """The saved plans that compile, by their names in the project's folder."""
    files: dict[str, PlanFile] = {}
    models: dict[str, Plan] = {}
    for path in _paths(project.folder):
        name = path.relative_to(project.folder).as_posix()
        shown = Path(name) if project.folder == Path.cwd() else path
        file = compile_file(shown, project.tools, folder=project.folder)
        if file.compilation.plan is not None and file.compilation.model is not None:
            files[name], models[name] = file, file.compilation.model
    return files, models


def _paths(folder: Path) -> list[Path]:
    found = [*sorted(folder.glob(f"*{SUFFIX}")), *sorted((folder / FOLDER).glob(f"*{SUFFIX}"))]
    return found[:MAX_PLANS]
