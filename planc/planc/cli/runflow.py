"""`planc run GOAL`: planned and executed in one go; tasks begin while the planner still writes."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from planc.files.plans import PlanFile
from planc.planners.headstart import HeadStart
from planc.planners.planning import Planning, plan_goal_with
from planc.project import Project
from planc.runs.inputs import read_inputs
from planc.runs.rights import grants_of
from planc_compiler.planner.record import record_of
from planc_runtime.executor.options import Options, RunResult
from planc_runtime.executor.stop import StopSignal
from planc_runtime.models.configured import ConfiguredModels
from planc_runtime.tools.rights import Grants
from planc_schemas.compiled import CompiledPlan
from planc_schemas.events import Event
from planc_schemas.values import Json

from . import console
from .conduct import Reporter, asked, finish, grants_for, heeding, options_with, reporter_for
from .errors import Exit, Stop
from .flags import RunFlags
from .planflags import PlanFlags
from .planflow import announce_model, planner_options, say_step, show_plan, take_plan
from .progress.plain import PlainReporter
from .weights import require_models_of

T = TypeVar("T")


def run_goal(project: Project, goal: str, output: Path, flags: RunFlags, inputs: Sequence[str]) -> None:
    """Plans `goal`, writes the plan to `output`, executes it, and ends with the run's exit code.

    Raises Stop when there is no plan or a right is missing; what had begun is cancelled then.
    """
    announce_model(project)
    run = _GoalRun(project, goal, output, flags, inputs)
    result, plan, options = asyncio.run(run.run())
    finish(asked(project, plan, result, options, flags), flags)


@dataclass
class _Planned:
    """What a run is executed with once its plan is complete."""

    file: PlanFile
    planning: Planning
    inputs: dict[str, Json]
    grants: Grants


@dataclass
class _GoalRun:
    project: Project
    goal: str
    output: Path
    flags: RunFlags
    inputs: Sequence[str]
    stop: StopSignal = field(default_factory=StopSignal)
    events: list[Event] = field(default_factory=list)
    reporter: Reporter | None = None

    async def run(self) -> tuple[RunResult, CompiledPlan, Options]:
        """What became of the run, its plan, and the options it was executed with."""
        flags, folder = self.flags, self.project.folder
        grants = grants_of(flags.allow, flags.deny, everything=flags.allow_all, folder=folder)
        options = replace(options_with(self.project, grants, flags), on_events=self._hear, stop=self.stop)
        models = self.project.models()
        head = HeadStart(self.project, models, options)
        try:
            async with heeding(self.stop, lambda: self.reporter):
                try:
                    planned = await self._unless_stopped(self._plan(head, models))
                except BaseException as error:
                    await self._withdraw(head, error)
                    raise
                options = replace(options, grants=planned.grants)
                return await self._execute(head, planned, options), planned.file.plan(), options
        finally:
            await models.close()

    async def _plan(self, head: HeadStart, models: ConfiguredModels) -> _Planned:
        """The whole plan, written to its file and shown, with inputs and rights for it. Raises Stop."""
        started = time.monotonic()
        planning = await plan_goal_with(
            models,
            self.project,
            self.goal,
            planner_options(PlanFlags(), self.output),
            on_step=say_step,
            on_head=None if self.inputs else self._begins(head),  # inputs are known when the plan is
            may_begin=head.may_begin,
            planner=head.planner,
        )
        file = take_plan(self.project, planning, time.monotonic() - started, self.output)
        show_plan(self.project, file)
        console.say()
        plan = file.plan()
        require_models_of(self.project, plan)
        given = read_inputs(self.inputs, plan.inputs, self.project.folder)
        grants = await _beside(lambda: grants_for(plan, self.flags, self.project.folder))
        return _Planned(file, planning, given, grants)

    def _begins(self, head: HeadStart) -> Callable[[CompiledPlan, str], None]:
        def hear(plan: CompiledPlan, text: str) -> None:
            if isinstance(self.reporter, PlainReporter):
                self.reporter.grow(plan)
            else:
                self.reporter = PlainReporter(plan, sys.stderr)
            head.hear(plan, text)

        return hear

    async def _execute(self, head: HeadStart, planned: _Planned, options: Options) -> RunResult:
        plan, told = planned.file.plan(), self.reporter
        reporter = reporter_for(plan, plain=self.flags.plain, limits=options.limits)
        if isinstance(reporter, PlainReporter) and isinstance(told, PlainReporter):
            told.grow(plan)
            reporter = told
        else:
            reporter.prime(self.events)
        self.reporter = reporter
        with reporter:
            usage, record = planned.planning.result.usage, record_of(planned.planning.result, planned.planning.model)
            return await head.finish(planned.file, planned.inputs, options, usage, record)

    def _hear(self, events: list[Event]) -> None:
        self.events += events
        if self.reporter is not None:
            self.reporter.hear(events)

    async def _unless_stopped(self, work: Awaitable[T]) -> T:
        """Raises Stop when somebody asks to stop meanwhile."""
        working = asyncio.ensure_future(work)

        def end() -> None:
            working.cancel()

        unlisten = self.stop.listen(end)
        try:
            return await working
        except asyncio.CancelledError:
            if self.stop.kind is None:
                raise
            raise Stop(Exit.INTERRUPTED, "stopped before the plan was complete") from None
        finally:
            unlisten()

    async def _withdraw(self, head: HeadStart, error: BaseException) -> None:
        result = await head.withdraw(str(error) or "the plan did not become complete")
        if result is not None:
            console.say(f"run {result.run_id}, which had begun, is cancelled; what is done is reused where it serves")


async def _beside(ask: Callable[[], T]) -> T:
    """The answer of something that may wait for a person, while the loop goes on. Its thread is a daemon, so that
    Ctrl-C need not wait for the answer."""
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[T] = loop.create_future()

    def tell(result: T | None, error: BaseException | None) -> None:
        if answered.done():
            return
        if error is not None:
            answered.set_exception(error)
        else:
            answered.set_result(result)  # type: ignore[arg-type]  # without an error there is a result

    def work() -> None:
        result, error = None, None
        try:
            result = ask()
        except BaseException as raised:  # noqa: BLE001  # handed over to the loop
            error = raised
        loop.call_soon_threadsafe(tell, result, error)

    threading.Thread(target=work, daemon=True).start()
    return await answered
