"""A failed run is given another plan: planned by the project's planner, shown, and resumed with."""

from __future__ import annotations

from dataclasses import dataclass, replace

from planc.estimates.comparing import compare_files
from planc.files.plans import PlanFile, compile_text, loader
from planc.project import Project
from planc.runs.tracing import Trace
from planc_compiler.planner.decompose import decomposer
from planc_compiler.planner.options import PlannerOptions
from planc_compiler.review.changes import PlanDiff
from planc_runtime.executor.environment import Edit, Environment
from planc_runtime.executor.options import Options, RunResult
from planc_runtime.executor.replan import replan


@dataclass(frozen=True, slots=True)
class Mended:
    """`file` is the new plan under the name of the old one (nothing is written), `diff` what it changes, `edit` what
    the run goes on with."""

    file: PlanFile
    diff: PlanDiff
    edit: Edit


async def mend(project: Project, result: RunResult, file: PlanFile, options: Options) -> Mended:
    """Another plan for a run of `file` that failed. Raises TaskFailure when there is none."""
    models = project.models()
    planner = PlannerOptions(compact=models.is_embedded_by_default, file=file.name)
    load = loader(file.name, folder=project.folder)
    trace = Trace(options, result.run_id, file.plan(), project.store)
    try:
        options = replace(trace.options, decompose=decomposer(planner, load))
        env = Environment(project.store, models, project.tools, options)
        made = await replan(result, file.plan(), file.text, env)
    finally:
        await trace.close(result.status)
        await models.close()
    new = compile_text(made.text, file.name, project.tools, folder=project.folder)
    edit = Edit(new.plan(), new.text, made.usage, made.record)
    return Mended(new, compare_files(project, file, new), edit)
