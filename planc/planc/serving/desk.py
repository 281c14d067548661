"""The server's desk: plan files and texts looked at, compared, approved, and written from goals."""

from __future__ import annotations

import os
import time
from pathlib import Path, PurePath

from planc.estimates.estimating import estimate_plan
from planc.files.approvals import read_lock, require_approval, write_lock
from planc.files.plans import PlanFile, compile_file, compile_text, find_plans
from planc.project import Project, ProjectError
from planc_compiler.review.changes import Checked, compare
from planc_compiler.review.estimate import Estimate
from planc_compiler.review.lock import drift, lock_of
from planc_runtime.executor import Options, Shared
from planc_runtime.server import shapes
from planc_runtime.server.diff_shapes import DiffShape
from planc_runtime.server.problems import Problem, diagnostic_shape
from planc_runtime.server.workbench import Emit
from planc_runtime.store.current import current_plan
from planc_schemas.compiled import CompiledPlan, ModelChoice
from planc_schemas.ports import TaskFailure

from .differences import diff_shape
from .pictures import estimate_shape, goal_plans, graph, run_graph
from .planning import plan_goal
from .report import report
from .shared import SharedModels


class Desk:
    """`server.workbench.Plans`. `only_approved`: nothing but approved plan files may run."""

    def __init__(self, project: Project, models: SharedModels, options: Options, *, only_approved: bool) -> None:
        self._project = project
        self._models = models
        self._grants = options.grants
        self._shared = options.shared or Shared()
        self._only_approved = only_approved

    @property
    def folder(self) -> str:
        return self._project.folder.name

    def named(self, file: str) -> str:
        folder = self._project.folder.resolve()
        path = Path(os.path.normpath(folder / file))
        if not file or not path.is_relative_to(folder):
            return PurePath(file).name
        return path.relative_to(folder).as_posix()

    def session(self) -> tuple[str, list[str], list[str], bool]:
        try:
            model = self._models.model_for(ModelChoice()).name
        except TaskFailure as failure:
            model = f"no model: {failure.error.message}"
        return model, list(self._project.tools.names()), self._grants.describe(), self._only_approved

    # --- looking --------------------------------------------------------------------------------------------------

    def plans(self, after: str | None, limit: int) -> shapes.PlanList:
        found = {path.relative_to(self._project.folder).as_posix(): path for path in self._find()}
        names = sorted(name for name in found if after is None or name > after)
        following = names[limit - 1] if len(names) > limit else None
        summaries = [self._summary(name, found[name]) for name in names[:limit]]
        return shapes.PlanList(folder=self.folder, plans=summaries, next=following)

    def _find(self) -> list[Path]:
        return find_plans([self._project.folder])

    def _summary(self, name: str, path: Path) -> shapes.PlanSummary:
        try:
            file = compile_file(path, self._project.tools, folder=self._project.folder)
        except (OSError, ProjectError):  # gone, or not for us to read: it is listed, and looking at it says why
            return shapes.PlanSummary(path=name, goal=None, tasks=None, errors=1, approval="none")
        model, plan = file.compilation.model, file.compilation.plan
        return shapes.PlanSummary(
            path=name,
            goal=(model.goal or model.description) if model is not None else None,
            tasks=len(model.tasks) if model is not None else None,
            errors=sum(item.severity == "error" for item in file.diagnostics),
            approval=self._approval(path, plan).state if plan is not None else "none",
        )

    def check(self, source: shapes.PlanSource) -> shapes.CheckedPlan:
        file = self._file(source)
        plan, model = file.compilation.plan, file.compilation.model
        of_file = plan is not None and source.path is not None
        return shapes.CheckedPlan(
            path=source.path,
            text=file.text,
            name=model.name if model is not None else None,
            goal=(model.goal or model.description) if model is not None else None,
            diagnostics=[diagnostic_shape(item) for item in file.diagnostics],
            graph=graph(plan) if plan is not None else None,
            estimate=estimate_shape(self._estimate(plan)) if plan is not None else None,
            rights=list(plan.rights) if plan is not None else [],
            digest=plan.digest if plan is not None else None,
            inputs=plan.inputs if plan is not None else {},
            approval=self._approval(self._inside(str(source.path)), plan) if of_file and plan is not None else None,
        )

    def diff(self, before: shapes.AnyPlan, after: shapes.AnyPlan) -> DiffShape:
        old, new = self._checked(before), self._checked(after)
        changes = compare(old, new, self._estimate(old.compiled), self._estimate(new.compiled))
        return diff_shape(old, new, changes, self._project.folder.resolve())

    def graph(self, run_id: str) -> shapes.RunGraph:
        kept = current_plan(self._project.store, run_id)
        return run_graph(kept.plan, kept.text, goal_plans(self._project.store, run_id))

    def report(self, run_id: str) -> str:
        return report(self._project.store, run_id, time.time())

    async def plan_goal(self, goal: str, emit: Emit) -> None:
        await plan_goal(self._project, self._models, self._shared, goal, emit)

    # --- approving ------------------------------------------------------------------------------------------------

    def approve(self, path: str, digest: str, by: str) -> shapes.Approval:
        place = self._inside(path)
        plan = self._compiled(self._file(shapes.PlanSource(path=path)))
        lock = lock_of(plan, self._project.tools, by)
        if lock.digest != digest:
            detail = f"{path}, a plan it imports, a tool or a right is not what was shown"
            raise Problem(409, "The plan has changed", detail, help="look at it again, then approve it")
        try:
            write_lock(place, lock)
        except OSError as error:
            raise Problem(503, "The approval cannot be written", error.strerror or str(error)) from None
        return self._approval(place, plan)

    def _approval(self, path: Path, plan: CompiledPlan) -> shapes.Approval:
        now = lock_of(plan, self._project.tools)
        try:
            lock = read_lock(path)
        except (OSError, ProjectError) as error:
            return shapes.Approval(state="changed", by="", drift=[str(error)], digest=now.digest)
        if lock is None:
            return shapes.Approval(state="none", by="", drift=[], digest=now.digest)
        words = drift(lock, now)
        state = "changed" if words else "approved"
        return shapes.Approval(state=state, by=lock.approved_by, drift=words, digest=now.digest)

    def _require_approval(self, source: shapes.PlanSource, plan: CompiledPlan) -> None:
        if not self._only_approved:
            return
        if source.path is None:
            detail = "this server runs approved plan files, no texts and no goals"
            raise Problem(403, "Only approved plans run here", detail, help="save the plan as a file and approve it")
        try:
            require_approval(self._inside(source.path), plan, self._project.tools)
        except ProjectError as error:
            raise Problem(403, "Only approved plans run here", error.message, help=error.help) from None

    # --- compiling ------------------------------------------------------------------------------------------------

    def _compiled(self, file: PlanFile) -> CompiledPlan:
        """Raises Problem 422 with the diagnostics when it has errors."""
        if file.compilation.plan is None:
            errors = [item for item in file.diagnostics if item.severity == "error"]
            detail = errors[0].message if errors else "it cannot be compiled"
            raise Problem(422, "The plan has errors", detail, diagnostics=file.diagnostics)
        return file.compilation.plan

    def _estimate(self, plan: CompiledPlan) -> Estimate:
        return estimate_plan(self._project, plan)

    def _checked(self, source: shapes.AnyPlan) -> Checked:
        file = self._file(source if source.run is None else self._text_of_run(source))
        model = file.compilation.model
        plan = self._compiled(file)
        assert model is not None, "a plan that compiles has a model"
        return Checked(model, plan, file.compilation.imports())

    def _text_of_run(self, source: shapes.AnyPlan) -> shapes.PlanSource:
        if source.path is not None or source.text is not None:
            raise _one_of("`path`, `text` and `run`")
        store = self._project.store
        return shapes.PlanSource(text=current_plan(store, store.resolve(str(source.run))).text)

    def _file(self, source: shapes.PlanSource) -> PlanFile:
        tools, folder = self._project.tools, self._project.folder
        if (source.path is None) == (source.text is None):
            raise _one_of("`path` and `text`")
        if source.text is not None:
            return compile_text(source.text, "plan.plan.yaml", tools, folder=folder)
        path = self._inside(str(source.path))
        try:
            return compile_file(path, tools, folder=folder)
        except ProjectError as error:
            raise Problem(404, "No such plan", error.message, help=error.help) from None
        except OSError as error:
            raise Problem(404, "The plan cannot be read", error.strerror or str(error)) from None

    def _inside(self, name: str) -> Path:
        """A path of the project's folder. Everything else is not there."""
        folder = self._project.folder.resolve()
        try:
            path = (folder / name).resolve()
        except (OSError, ValueError):
            raise Problem(404, "No such plan", f"{name!r} is no path") from None
        if not path.is_relative_to(folder) or not name.endswith(".plan.yaml"):
            raise Problem(404, "No such plan", f"{name!r} is no plan file of this folder")
        return path


def _one_of(names: str) -> Problem:
    return Problem(422, "No plan", f"give just one of {names}")
