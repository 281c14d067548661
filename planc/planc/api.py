"""The Python API: compile, execute, resume, plan. See `planc.__doc__` for an example."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from planc.estimates.prices import call_price
from planc.files.plans import PlanFile, compile_file
from planc.planners.planning import plan_project_goal
from planc.runs.resuming import plan_to_resume
from planc.runs.rights import secrets_of
from planc.runs.running import execute_plan, resume_run
from planc.runs.tapes import tape_for
from planc_compiler.planner.draft import DraftStep
from planc_compiler.planner.options import PlannerOptions
from planc_compiler.planner.own import Planner, own_decomposer, plan_with
from planc_compiler.planner.result import OnStep, PlannedGoal
from planc_runtime.executor.answering import give_answer
from planc_runtime.executor.options import OnEvents, Options, RunResult
from planc_runtime.tools.rights import Grants
from planc_schemas.compiled import CompiledPlan, RunLimits
from planc_schemas.values import Json

from .project import Project


def compile(path: str | Path, *, tools: Sequence[str] = (), folder: str | Path | None = None) -> CompiledPlan:
    """Checks a plan file and compiles it; nothing of it is run.

    `tools` are modules or `.py` files with further tools; `folder` (default: the working directory) is the project's,
    which imported plans may not leave. Raises PlanInvalid with every diagnostic, and ProjectError for a missing file.
    """
    return _file(path, _project(folder, tools=tools)).plan()


async def execute(
    plan: str | Path | CompiledPlan,
    *,
    inputs: Mapping[str, Json] | None = None,
    allow: Mapping[str, Sequence[str]] | None = None,
    allow_all: bool = False,
    limits: RunLimits | None = None,
    model: str | None = None,
    tools: Sequence[str] = (),
    store: str | Path | None = None,
    folder: str | Path | None = None,
    on_events: OnEvents | None = None,
    planner: Planner | None = None,
    record: str | Path | None = None,
    replay: str | Path | None = None,
) -> RunResult:
    """Executes a plan (a file's path, or what `compile` gave) in a new run and returns when it has ended.

    `inputs` are JSON values by name. `allow` grants rights by kind: `{"net": ["export.arxiv.org"], "read": ["notes"]}`;
    nothing is allowed by default, and `allow_all` is what `-A` is. `limits` go before the plan's. `model` goes before
    what the plan names. `on_events` hears each batch of committed events. `planner` plans the goals of the plan in
    place of the built-in one. The result's `status` says what became of the run; a failing task is no exception.
    Results of earlier runs in `store` (default: `.planc` of `folder`) are reused by fingerprint.

    `record` is a file that all calls of models and tools are written to (a cassette, see docs/runs.md); `replay` is
    one that they are answered from: nobody is asked, nothing is called, and no right is needed.

    Raises PlanInvalid, ProjectError, ConfigError, TaskFailure (inputs that do not fit), StoreError, and for a cassette
    OSError and CassetteError; ValueError when both `record` and `replay` are given.
    """
    project = _project(folder, model=model, store=store, tools=tools)
    options = _options(project, allow, allow_all or replay is not None, limits, on_events, planner)
    file = None if isinstance(plan, CompiledPlan) else _file(plan, project)
    checked = file.plan() if file is not None else plan
    assert isinstance(checked, CompiledPlan)
    tape = tape_for(checked.name, options.secrets.masker, record, replay)
    try:
        text = file.text if file is not None else ""
        return await execute_plan(project, checked, inputs or {}, options, text=text, tape=tape)
    finally:
        if tape is not None:
            tape.finish()


async def resume(
    run: str,
    *,
    plan: str | Path | None = None,
    allow: Mapping[str, Sequence[str]] | None = None,
    allow_all: bool = False,
    limits: RunLimits | None = None,
    model: str | None = None,
    tools: Sequence[str] = (),
    store: str | Path | None = None,
    folder: str | Path | None = None,
    on_events: OnEvents | None = None,
    planner: Planner | None = None,
) -> RunResult:
    """Goes on with a run: the beginning of its id, or "last". What is recorded as completed does not run again.

    When its plan file was edited since (or another one is given as `plan`), the run goes on with it as it is now: only
    what changed runs, and what reads it. A run that has succeeded with this very plan gives its result again. The
    other arguments are those of `execute`; rights are granted anew.

    Raises PlanInvalid, ProjectError, ConfigError, RecoveryError and StoreError (RunHeld while another process executes
    the run).
    """
    project = _project(folder, model=model, store=store, tools=tools)
    run_id = project.store.resolve(run)
    chosen = plan_to_resume(project, run_id, None if plan is None else Path(plan))
    options = _options(project, allow, allow_all, limits, on_events, planner)
    return await resume_run(project, run_id, options, chosen.edit)


def answer(
    run: str,
    task: str,
    answer: Json,
    *,
    digest: str = "",
    by: str = "",
    store: str | Path | None = None,
    folder: str | Path | None = None,
) -> bool:
    """Answers a question that a run waits for (`RunResult.questions`). True: the process that executes the run goes on
    with the answer; False: nobody executes it, and `resume` goes on.

    `run` is the beginning of its id, or "last"; `answer` a JSON value that fits the question's schema. With the
    question's `digest` the answer is bound to what was shown. `by` is who answers; it is kept in the run. The first
    answer counts. It blocks until the answer is durable: from a coroutine call it with `asyncio.to_thread`.

    Raises AnswerRefused (nothing is written), RecoveryError, and StoreError (RunHeld when the process that executes the
    run does not take the answer).
    """
    kept = _project(folder, store=store).store
    return give_answer(kept.resolve(run), task, answer, store=kept, options=Options(), digest=digest, by=by)


async def plan(
    goal: str,
    *,
    options: PlannerOptions | None = None,
    model: str | None = None,
    tools: Sequence[str] = (),
    folder: str | Path | None = None,
    on_step: OnStep | None = None,
    planner: Planner | None = None,
) -> PlannedGoal:
    """Turns a goal into a plan; nothing is written and nothing of the plan is run.

    `options` are constraints: tools the plan may use, most tasks, context. `model` names who plans (default: the
    configured endpoint, or the embedded model). `on_step` hears each step of the draft as it arrives. The result's
    `text` is the plan file; `failure` is None exactly when the plan is valid.

    `planner` takes the place of the built-in planner and its model: a function from a `PlanRequest` to the text of a
    plan file. Its plans are checked and constrained in the same way, and sent back to it with what is wrong.

    Raises ConfigError and ProjectError; what the model does wrong is in the result.
    """
    project = _project(folder, model=model, tools=tools)
    if planner is not None:
        return await plan_with(planner, goal, project.tools, options)
    heard = on_step if on_step is not None else _unheard
    return (await plan_project_goal(project, goal, options or PlannerOptions(), heard)).result


def _unheard(step: DraftStep) -> None:
    """For callers that do not listen."""


def _options(
    project: Project,
    allow: Mapping[str, Sequence[str]] | None,
    allow_all: bool,
    limits: RunLimits | None,
    on_events: OnEvents | None,
    planner: Planner | None,
) -> Options:
    return Options(
        grants=Grants.from_flags(allow, everything=allow_all, folder=project.folder),
        secrets=secrets_of((allow or {}).get("secret", ()), project.settings),
        limits=limits,
        price=call_price(project.settings),
        on_events=on_events,
        decompose=own_decomposer(planner) if planner is not None else None,
    )


def _project(
    folder: str | Path | None,
    *,
    model: str | None = None,
    store: str | Path | None = None,
    tools: Sequence[str] = (),
) -> Project:
    return Project.here(
        None if folder is None else Path(folder),
        model=model,
        store=None if store is None else str(store),
        tools=tools,
    )


def _file(path: str | Path, project: Project) -> PlanFile:
    return compile_file(Path(path), project.tools, folder=project.folder)
