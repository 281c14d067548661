"""The steps of `planc demo`, each told on screen."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

from planc.counted import counted
from planc.demo import GOAL, PLAN_NAME, Papers, demo_grants, refusal, reviewed_plan
from planc.diagnostics import render
from planc.estimates.estimating import estimate_plan
from planc.files.fixes import write_whole
from planc.files.plans import PlanFile, compile_file
from planc.planners.planning import plan_file_of, plan_project_goal
from planc.project import Project
from planc.reports.outcome import closing_lines, save_outputs, shown
from planc.reports.plan import plan_report
from planc.reports.planned import step_line
from planc.reports.preview import preview_text
from planc.runs.rights import secrets_of
from planc.runs.running import execute_plan, preview_plan
from planc_compiler.planner.options import PlannerOptions
from planc_runtime.executor.options import Options, RunResult
from planc_runtime.executor.stop import StopSignal
from planc_runtime.models.embedded.engine import check_installed
from planc_runtime.models.embedded.model import weights_of
from planc_schemas.values import Json

from . import console
from .conduct import CODES, conduct, reporter_for
from .errors import Exit, Stop
from .planflow import stop_for, tell
from .weights import fetch

INSTEAD = "The reviewed plan of the same goal that comes with planc is used instead."


class Demo:
    """One go through the main job. `run` ends with the exit code of the run."""

    def __init__(self, project: Project, folder: Path, papers: Papers, *, fresh: bool) -> None:
        self._project = project
        self._folder = folder
        self._papers = papers
        self._fresh = fresh
        self._path = folder / PLAN_NAME

    def run(self) -> None:
        self._model()
        file, own = self._plan()
        self._show(file)
        result = self._execute(file)
        if own and result.status == "failed":
            console.say(
                "The model's plan failed. The reviewed plan of the same goal that comes with planc runs instead."
            )
            file = reviewed_plan(self._project)
            result = self._execute(file)
        self._result(result)

    def _model(self) -> None:
        _step(1, "the model")
        if self._project.embedded_by_default():
            check_installed()
            config = self._project.models_config().embedded
            if config.file is None:
                fetch(self._project, weights_of(config))
        console.say(f"working with {self._project.models().default()}")

    def _plan(self) -> tuple[PlanFile, bool]:
        """The plan, and whether a model made it."""
        _step(2, "a goal becomes a plan file")
        console.say(f"goal: {GOAL}")
        if self._path.is_file() and not self._fresh:
            file = compile_file(self._path, self._project.tools)
            problem = _problem(file, self._folder)
            if not problem:
                console.say(f"taking the plan of last time, {self._path} (`--fresh` plans anew)")
                return file, True
            console.say(f"{self._path} cannot be used: {problem}")
        started = time.monotonic()
        planning = asyncio.run(
            plan_project_goal(
                self._project,
                GOAL,
                PlannerOptions(file=self._path.as_posix()),
                lambda step: console.say(f"  {step_line(step)}"),
            )
        )
        tell(planning, time.monotonic() - started)
        failure = planning.result.failure
        if failure is not None and failure.reason == "model":  # nobody answers: no other plan would help
            raise stop_for(failure, planning)
        if failure is not None:
            return self._instead(f"planning failed: {failure.message}")
        file = plan_file_of(self._project, planning.result.text, self._path)
        problem = _problem(file, self._folder)
        return self._instead(f"the model's plan is not used: {problem}") if problem else (self._keep(file), True)

    def _instead(self, why: str) -> tuple[PlanFile, bool]:
        console.say(why)
        console.say(INSTEAD, bold=True)
        return self._keep(replace(reviewed_plan(self._project), name=self._path.as_posix())), False

    def _keep(self, file: PlanFile) -> PlanFile:
        self._folder.mkdir(parents=True, exist_ok=True)
        write_whole(self._path, file.text)
        console.say(f"wrote {self._path}")
        return compile_file(self._path, self._project.tools)

    def _show(self, file: PlanFile) -> None:
        console.data(file.text)
        _step(3, "the plan is checked")
        if file.diagnostics:
            console.say(render("text", file.diagnostics, file.sources))
        plan = file.plan()
        console.say(f"{file.name}: no error")
        console.say(plan_report(plan, estimate_plan(self._project, plan)))

    def _execute(self, file: PlanFile) -> RunResult:
        _step(4, "the plan is executed")
        console.say(self._papers.words)
        plan = file.plan()
        options = Options(
            grants=demo_grants(self._folder),
            secrets=secrets_of((), self._project.settings),
            fresh=frozenset(task.id for task in plan.tasks) if self._fresh else frozenset(),
        )
        steps = asyncio.run(preview_plan(self._project, plan, {}, options))
        if steps:
            console.say(preview_text(steps, plan))
        stop, reporter = StopSignal(), reporter_for(plan, plain=False)
        options = replace(options, on_events=reporter.hear, stop=stop)
        return conduct(stop, reporter, lambda: execute_plan(self._project, plan, {}, options, text=file.text))

    def _result(self, result: RunResult) -> None:
        if result.status == "succeeded":
            _step(5, "the result")
            for name, value in result.outputs.items():
                console.data(_brief(name, value))
        for line in closing_lines(result):
            console.say(line)
        if result.outputs:
            saved = save_outputs(result.outputs, self._folder)
            console.say(f"saved: {', '.join(str(path) for path in (self._path, *saved))}")
        console.say(f"the whole run: planc runs show {result.run_id} --store {self._project.settings.store.value}")
        code = CODES.get(result.status, Exit.FAILED)
        if code is not Exit.OK:
            raise Stop(code)


def _step(number: int, words: str) -> None:
    console.say()
    console.say(f"[{number}/5] {words}", bold=True)


def _problem(file: PlanFile, folder: Path) -> str:
    """Why a plan that a model made is not run; "" when it is."""
    plan = file.compilation.plan
    return refusal(plan, demo_grants(folder)) if plan is not None else "it has errors"


def _brief(name: str, value: Json) -> str:
    """An output for reading: texts whole, lists by their number (the files hold everything)."""
    if isinstance(value, list):
        return f"{name}: {counted(len(value), 'item')}\n"
    return f"{name}:\n\n{shown(value)}\n"
