"""The server's workbench: runs with this project's models, tools and store, and the operator's rights and limits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from planc.estimates.prices import call_price
from planc.project import Project
from planc.runs.labels import REPLAY_OF
from planc.runs.replaying import replay_of
from planc.runs.rights import missing_rights, reused_tasks
from planc.runs.running import with_durations, with_planner
from planc.runs.tracing import Trace
from planc_runtime.budget import capped, merged
from planc_runtime.executor import Edit, Environment, Options, RunResult, StopSignal, begin, preview_resume
from planc_runtime.executor.answering import cancel_idle_run, give_answer
from planc_runtime.executor.answers import AnswerRefused
from planc_runtime.executor.resume import reopen
from planc_runtime.recover import RecoveryError
from planc_runtime.server import shapes
from planc_runtime.server.problems import Problem
from planc_runtime.server.workbench import OnEvents, Submit
from planc_runtime.store.base import RunSummary
from planc_runtime.store.current import current_plan
from planc_schemas.compiled import CompiledPlan, RunLimits
from planc_schemas.events import plan_task
from planc_schemas.ports import TaskFailure
from planc_schemas.values import Json

from .desk import Desk
from .goals import goal_plan
from .running import Running
from .shared import SharedModels

PERSON = "a person at the server"


class Bench(Desk):
    """`server.workbench.Workbench`. `options` hold the rights, secrets and limits of every run of this server, and what
    its runs share."""

    def __init__(
        self, project: Project, models: SharedModels, options: Options, *, only_approved: bool = False
    ) -> None:
        super().__init__(project, models, options, only_approved=only_approved)
        self._options = with_planner(project, replace(options, price=call_price(project.settings)))

    def prepare(self, new: shapes.NewRun) -> Submit:
        if sum(given is not None for given in (new.path, new.text, new.goal)) != 1:
            raise Problem(422, "No plan", "give just one of `path`, `text` and `goal`")
        if new.goal is not None:
            file = goal_plan(self._project, self._options.grants, new.goal, new.tools, approve=new.approve)
        else:
            file = self._file(new)
        plan = self._compiled(file)
        self._require_approval(new, plan)
        return Submit(plan, file.text, new.inputs, new.labels, new.limits)

    def new_run_id(self) -> str:
        return self._project.new_run_id()

    async def start(self, run_id: str, submit: Submit, labels: Mapping[str, str], on_events: OnEvents) -> Running:
        plan = submit.plan
        self._require_rights(plan)
        stop = StopSignal()
        limits = self._limits(merged(plan.limits, _run_limits(submit.limits)))
        options = replace(self._options, labels=dict(labels), limits=limits, on_events=on_events, stop=stop)
        trace = await self._traced(options, run_id, plan)
        with _told():
            env = self._environment(trace.options)
            execution = await begin(plan, submit.inputs, env, text=submit.text, run_id=run_id)
        return Running(execution, stop, trace)

    async def resume(self, run_id: str, how: shapes.ResumeRequest, on_events: OnEvents) -> Running | None:
        store = self._project.store
        _refuse_replay(store.summary(run_id))
        edit = self._edit(how)
        if edit is not None:
            self._require_approval(how, edit.plan)
        plan = edit.plan if edit is not None else current_plan(store, run_id).plan
        _require_tasks(plan, how.fresh)
        stop = StopSignal()
        before = plan.limits if edit is not None else self._limits_so_far(run_id, plan)
        limits = self._limits(merged(before, _run_limits(how.limits)))
        labels = dict(store.summary(run_id).labels)
        fresh = frozenset(how.fresh)
        options = replace(self._options, labels=labels, limits=limits, fresh=fresh, on_events=on_events, stop=stop)
        with _told():
            steps = partial(preview_resume, run_id, self._environment(options), edit)
            self._require_rights(plan, lambda: reused_tasks(steps()))
            trace = await self._traced(options, run_id, plan)
            opened = await reopen(run_id, self._environment(trace.options), edit)
        return None if isinstance(opened, RunResult) else Running(opened, stop, trace)

    async def replay(self, run_id: str, new_id: str, how: shapes.ReplayRequest, on_events: OnEvents) -> Running:
        stop = StopSignal()
        options = replace(self._options, on_events=on_events, stop=stop)
        again = replay_of(self._project.store, run_id, options, self._edit(how))
        with _told():
            env = self._environment(again.options)
            execution = await begin(again.plan, again.inputs, env, text=again.text, run_id=new_id)
        return Running(execution, stop, Trace(again.options, new_id, again.plan, self._project.store))

    def answer(self, run_id: str, instance: str, answer: Json, digest: str) -> bool:
        store, options = self._project.store, self._options
        try:
            with _told():
                return give_answer(run_id, instance, answer, store=store, options=options, digest=digest, by=PERSON)
        except AnswerRefused as error:
            raise Problem(409, "The answer was not taken", error.what, help=error.help) from None

    def cancel(self, run_id: str) -> None:
        with _told("The run cannot be ended"):
            ended = cancel_idle_run(run_id, store=self._project.store, options=self._options)
        if ended is not None:
            raise Problem(409, "The run has ended", f"run {run_id} has ended: {ended}")

    async def close(self) -> None:
        await self._models.close_all()

    async def _traced(self, options: Options, run_id: str, plan: CompiledPlan) -> Trace:
        """The options with what earlier runs teach, which may take a while to read."""
        options = await asyncio.to_thread(with_durations, self._project, plan, options)
        return Trace(options, run_id, plan, self._project.store)

    # --- what requests may not decide -----------------------------------------------------------------------------

    def _limits(self, wanted: RunLimits) -> RunLimits:
        return capped(wanted, self._options.limits)

    def _limits_so_far(self, run_id: str, plan: CompiledPlan) -> RunLimits:
        """Those the run went by when it was left: a request may have given it others than the plan's."""
        known = [event.data["limits"] for event in self._project.store.read(run_id) if "limits" in event.data]
        return RunLimits(**known[-1]) if known else plan.limits

    def _require_rights(self, plan: CompiledPlan, done: Callable[[], Collection[str]] = frozenset) -> None:
        """`done` gives the tasks that need no right any more; asked only when one is missing."""
        grants = self._options.grants
        missing = missing_rights(plan, grants) and missing_rights(plan, grants, done())
        if missing:
            flags = " ".join(right.flag for right in missing)
            words = ", ".join(str(right) for right in missing)
            raise Problem(403, "Rights are missing", f"the plan needs {words}", help=f"start planc serve with {flags}")

    def _edit(self, how: shapes.PlanSource) -> Edit | None:
        """The edited plan of a request; None when the run goes by its own."""
        if how.path is None and how.text is None:
            return None
        file = self._file(how)
        return Edit(self._compiled(file), file.text)

    def _environment(self, options: Options) -> Environment:
        return Environment(self._project.store, self._models, self._project.tools, options)


@contextmanager
def _told(cannot: str = "The run cannot go on") -> Iterator[None]:
    """What the executor refuses, as the problem that says so."""
    try:
        yield
    except RecoveryError as error:
        raise Problem(409, cannot, error.what, help=error.help) from None
    except TaskFailure as failure:
        raise Problem(422, "The inputs do not fit", failure.error.message, help=failure.error.help) from None


def _refuse_replay(run: RunSummary) -> None:
    replayed = run.labels.get(REPLAY_OF)
    if replayed is not None:
        detail = f"{run.run_id} is a replay of {replayed}: going on with it would ask models for real"
        raise Problem(409, "The run cannot go on", detail, help=f"replay {replayed} again, or resume it")


def _run_limits(limits: shapes.Limits | None) -> RunLimits | None:
    return None if limits is None else RunLimits(**limits.model_dump())


def _require_tasks(plan: CompiledPlan, names: list[str]) -> None:
    ids = {task.id for task in plan.tasks}
    for name in names:
        if plan_task(name) not in ids:
            known = ", ".join(sorted(ids)[:20])
            raise Problem(422, "No such task", f"the plan has no task {name!r}", help=f"its tasks: {known}")
