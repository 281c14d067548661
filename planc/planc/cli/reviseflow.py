"""`planc plan --revise FILE WISH`: an existing plan changed and the change told; other tasks stay byte for byte."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

from planc.estimates.comparing import compare_files
from planc.files.fixes import write_whole
from planc.files.plans import PlanFile, compile_file, compile_text
from planc.planners.planning import Planning
from planc.project import Project
from planc.reports.diff import diff_text
from planc_compiler.planner.options import PlannerOptions
from planc_compiler.planner.revise import revise_plan
from planc_schemas.compiled import ModelChoice

from . import console
from .planflow import announce_model, stop_for, tell


def revise_file(
    project: Project, path: Path, wish: str, options: PlannerOptions, output: Path | None
) -> tuple[PlanFile, Planning]:
    """Changes the plan at `path` as `wish` says, shows what changed, and writes it (to `output`, if given).

    Raises PlanInvalid when the plan had errors before, and Stop when there is no revision; then nothing is written.
    """
    before = compile_file(path, project.tools)
    before.plan()
    announce_model(project)
    started = time.monotonic()
    planning = asyncio.run(_ask(project, before.text, wish, options))
    tell(planning, time.monotonic() - started)
    if planning.result.failure is not None:
        raise stop_for(planning.result.failure, planning)
    target = output or path
    after = compile_text(planning.result.text, target.as_posix(), project.tools, folder=project.folder)
    after.plan()
    console.say()
    console.say(diff_text(compare_files(project, before, after)))
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, after.text)
    console.say(f"wrote {target}")
    return after, planning


async def _ask(project: Project, text: str, wish: str, options: PlannerOptions) -> Planning:
    models = project.models()
    try:
        model = models.model_for(ModelChoice())
        options = replace(options, compact=models.is_embedded_by_default)
        return Planning(model.name, await revise_plan(text, wish, model, project.tools, options))
    finally:
        await models.close()
