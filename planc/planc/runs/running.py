"""Runs as the front door makes them: a plan with the project's models, tools and store, and the operator's options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from planc.estimates.history import history_of, seconds_of
from planc.project import Project
from planc_runtime.budget import merged
from planc_runtime.executor.environment import Edit, Environment
from planc_runtime.executor.execute import execute
from planc_runtime.executor.options import CONCURRENCY, Options, RunResult
from planc_runtime.executor.preview import preview, preview_resume
from planc_runtime.executor.resume import resume
from planc_runtime.executor.simulate import Step
from planc_runtime.store.current import current_plan
from planc_schemas.compiled import CompiledPlan
from planc_schemas.ports import DecomposeRequest, Decomposition, Model
from planc_schemas.values import Json

from .tape import Tape
from .tracing import Trace


async def execute_plan(
    project: Project,
    plan: CompiledPlan,
    inputs: Mapping[str, Json],
    options: Options,
    *,
    text: str = "",
    tape: Tape | None = None,
) -> RunResult:
    """Executes a checked plan in a new run; `text` is its file's, `tape` records its calls or answers them.

    Raises TaskFailure (inputs) and StoreError.
    """
    models = tape.models(project.models) if tape is not None else project.models()
    run_id = project.new_run_id()
    options = with_planner(project, options if tape is None else tape.options(options))
    plan = plan if tape is None else tape.plan(plan)
    options = with_durations(project, plan, options)
    trace = Trace(options, run_id, plan, project.store)
    try:
        tools = project.tools if tape is None else tape.tools(project.tools)
        env = Environment(project.store, models, tools, trace.options)
        return await trace.over(execute(plan, inputs, env, text=text, run_id=run_id))
    finally:
        await models.close()


def with_durations(project: Project, plan: CompiledPlan, options: Options) -> Options:
    """The options with what the tasks took in earlier runs, which is the better guess at the critical path.

    Only plans with more tasks than may run at once are helped by it: in others nobody waits for a place.
    """
    limit = merged(plan.limits, options.limits).concurrency or CONCURRENCY
    if options.durations or len(plan.tasks) <= limit:
        return options
    return replace(options, durations=seconds_of(history_of(project.store, plan)))


def with_planner(project: Project, options: Options) -> Options:
    """The options with the planner for `goal` tasks, where they have none."""
    if options.decompose is not None:
        return options

    async def decompose(request: DecomposeRequest, model: Model) -> Decomposition:
        from planc_compiler.planner.decompose import decomposer  # only runs with goals pay for loading the planner
        from planc_compiler.planner.options import PlannerOptions

        return await decomposer(PlannerOptions(compact=project.embedded_by_default()))(request, model)

    return replace(options, decompose=decompose)


async def preview_plan(
    project: Project, plan: CompiledPlan, inputs: Mapping[str, Json], options: Options
) -> list[Step]:
    """What `execute_plan` would reuse and run: nobody is called, nothing is written."""
    models = project.models()
    try:
        return preview(plan, inputs, Environment(project.store, models, project.tools, options))
    finally:
        await models.close()


async def resume_run(project: Project, run_id: str, options: Options, edit: Edit | None = None) -> RunResult:
    """Goes on with a run, by its plan or by an edited one.

    Raises StoreError, RecoveryError and TaskFailure.
    """
    models = project.models()
    options = with_planner(project, options)
    goes_by = edit.plan if edit is not None else current_plan(project.store, run_id).plan
    options = with_durations(project, goes_by, options)
    trace = Trace(options, run_id, goes_by, project.store)
    try:
        env = Environment(project.store, models, project.tools, trace.options)
        return await trace.over(resume(run_id, env, edit))
    finally:
        await models.close()


async def preview_run(project: Project, run_id: str, options: Options, edit: Edit | None = None) -> list[Step]:
    """What `resume_run` would reuse and run; empty when there is nothing to do."""
    models = project.models()
    try:
        return preview_resume(run_id, Environment(project.store, models, project.tools, options), edit)
    finally:
        await models.close()
