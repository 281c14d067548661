"""A goal that is planned and executed in one go: tasks begin while the planner still writes.

The planner says what of its draft may begin (`planc_compiler.planner.head`); that much is executed as a run whose plan
grows. The whole plan, when it is checked, is what the run goes on with. A plan that came out otherwise takes over the
results that it has in common with what was begun; without a plan the run is cancelled.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from planc.files.plans import PlanFile
from planc.project import Project
from planc.runs.running import with_planner
from planc.runs.tracing import Trace
from planc_runtime.executor.environment import Edit, Environment
from planc_runtime.executor.growing import GrowingExecution, begin_growing
from planc_runtime.executor.options import Options, RunResult
from planc_runtime.executor.resume import resume
from planc_runtime.models.base import ModelProvider
from planc_runtime.tools.rights import Right
from planc_runtime.traces.seen import SeenModelCall
from planc_runtime.traces.seen_model import SeenModel
from planc_schemas.compiled import CompiledPlan, CompiledTask, ToolWork
from planc_schemas.ports import Model, TaskError, Usage
from planc_schemas.values import Json

OTHERWISE = "the plan came out otherwise than it began"


class HeadStart:
    """The run of a plan that is being written. Made on a running loop; end it with `finish` or `withdraw`."""

    def __init__(self, project: Project, models: ModelProvider, options: Options) -> None:
        """`options` hold the rights that are granted before the plan is known: nothing begins that needs others."""
        self._project = project
        self._models = models
        self._options = with_planner(project, options)
        self._heads: asyncio.Queue[tuple[CompiledPlan, str]] = asyncio.Queue()
        self._execution: GrowingExecution | None = None
        self._running: asyncio.Task[RunResult] | None = None
        self._trace: Trace | None = None
        self._calls: list[SeenModelCall] = []
        self._following = asyncio.create_task(self._follow())

    def may_begin(self, task: CompiledTask) -> bool:
        """Are its rights granted already? (`planner.head.MayBegin`)"""
        grants = self._options.grants
        if isinstance(task.work, ToolWork) and grants.denies(Right("tool", task.work.tool)):
            return False
        return not grants.missing([Right.parse(effect) for effect in getattr(task.work, "effects", ())])

    def planner(self, model: Model) -> Model:
        """The model that plans: its calls stand in the run's trace."""
        return SeenModel(model, time.time, self._planned)

    def _planned(self, call: SeenModelCall) -> None:
        self._calls.append(call)
        if self._execution is not None:
            self._tell_calls()

    def _tell_calls(self) -> None:
        """Once the run has begun: before, its trace has no place for them."""
        calls, self._calls = self._calls, []
        if self._trace is not None and (told := self._trace.options.on_call) is not None:
            for call in calls:
                told(call)

    def hear(self, plan: CompiledPlan, text: str) -> None:
        """Further tasks may begin (`planner.head.OnHead`)."""
        self._heads.put_nowait((plan, text))

    async def finish(
        self,
        file: PlanFile,
        inputs: Mapping[str, Json],
        options: Options,
        usage: Usage,
        record: Mapping[str, Json],
    ) -> RunResult:
        """Executes the whole plan, which `usage` and `record` tell the making of, and returns when the run has ended.

        Raises TaskFailure (inputs) and StoreError.
        """
        await self._caught_up()
        plan, options = file.plan(), with_planner(self._project, options)
        execution, running = self._execution, self._running
        if execution is None or running is None:
            execution = await self._begin(plan, file.text, inputs, options)
            self._tell_calls()
            execution.grow(plan, file.text, inputs, complete=True, usage=usage, planning=record)
            return await self._run(execution)
        changed = execution.changed_in(plan)
        if changed or running.done():
            execution.set_aside(changed, OTHERWISE)
            left = await running
            if options.stop is not None and options.stop.kind is not None:
                return left
            return await self._resume(execution.run_id, file, options, usage, record)
        if self._trace is not None:
            self._trace.goes_by(plan)
        execution.grow(plan, file.text, inputs, complete=True, grants=options.grants, usage=usage, planning=record)
        return await running

    async def withdraw(self, why: str) -> RunResult | None:
        """There is no plan: what began is cancelled. None when nothing began."""
        self._following.cancel()
        await asyncio.gather(self._following, return_exceptions=True)
        if self._execution is None or self._running is None:
            return None
        self._execution.withdraw(TaskError("interrupted", why, "R310", "run the goal again, or plan it by itself"))
        return await self._running

    async def _resume(
        self, run_id: str, file: PlanFile, options: Options, usage: Usage, record: Mapping[str, Json]
    ) -> RunResult:
        trace = Trace(options, run_id, file.plan(), self._project.store)
        edit = Edit(file.plan(), file.text, usage, record)
        return await trace.over(resume(run_id, self._environment(trace.options), edit))

    async def _run(self, execution: GrowingExecution) -> RunResult:
        return await (execution.run() if self._trace is None else self._trace.over(execution.run()))

    async def _begin(
        self, plan: CompiledPlan, text: str, inputs: Mapping[str, Json], options: Options
    ) -> GrowingExecution:
        run_id = self._project.new_run_id()
        self._trace = Trace(options, run_id, plan, self._project.store)
        return await begin_growing(plan, inputs, self._environment(self._trace.options), text=text, run_id=run_id)

    def _environment(self, options: Options) -> Environment:
        return Environment(self._project.store, self._models, self._project.tools, options)

    async def _follow(self) -> None:
        """Begins the run with the first head, and lets it grow with the others."""
        while True:
            plan, text = await self._heads.get()
            try:
                if self._execution is None:
                    self._execution = await self._begin(plan, text, {}, self._options)
                    self._tell_calls()
                    self._running = asyncio.create_task(self._run(self._execution))
                elif self._running is not None and not self._running.done():
                    self._execution.grow(plan, text, {})
            finally:
                self._heads.task_done()

    async def _caught_up(self) -> None:
        """Every head that was heard is in the run. Raises what went wrong on the way."""
        caught_up = asyncio.create_task(self._heads.join())
        await asyncio.wait((caught_up, self._following), return_when=asyncio.FIRST_COMPLETED)
        caught_up.cancel()
        if self._following.done():
            self._following.result()
        self._following.cancel()
        await asyncio.gather(self._following, return_exceptions=True)
