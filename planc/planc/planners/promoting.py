"""A sub-plan that was made while a run went on becomes a plan file, and the goal in the run's plan file a `plan` task.

Pure until `save`: what would be written can be looked at first.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from planc.files.fixes import write_whole
from planc.files.plans import SUFFIX, PlanFile, compile_file, compile_text
from planc.project import Project, ProjectError
from planc_compiler.expressions.scan import Piece, scan
from planc_compiler.planner.rewire import rewire
from planc_compiler.planner.splice import CannotSplice
from planc_runtime.evaluate import evaluate
from planc_runtime.executor.options import Options
from planc_runtime.executor.resume import load
from planc_runtime.store.current import current_plan, plans_of_goals
from planc_schemas.compiled import CompiledPlan, GoalWork, PlanWork
from planc_schemas.ports import TaskFailure
from planc_schemas.values import Json

from .planning import plan_file_of

_NUMBER = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Promotion:
    """`part` is the new file, `before` and `after` the plan file that uses it. `frozen` are expressions of the goal
    whose values, as the run had them, stand in the new file."""

    part: PlanFile
    before: PlanFile
    after: PlanFile
    frozen: tuple[str, ...]

    def save(self) -> None:
        """Writes both files, the new one first. Raises OSError."""
        Path(self.part.name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(Path(self.part.name), self.part.text)
        write_whole(Path(self.after.name), self.after.text)


def promotion(project: Project, run_id: str, instance: str, output: Path | None = None) -> Promotion:
    """What promoting the sub-plan of `instance` would write; `output` is the new file (default: TASK.plan.yaml beside
    the run's plan file).

    Raises ProjectError when there is no such sub-plan or its goal no longer stands in the file, PlanInvalid when the
    file has errors, now or then, and StoreError.
    """
    made = plans_of_goals(project.store, run_id)
    if instance not in made:
        raise _unknown(instance, made)
    task = _NUMBER.sub("", instance.rpartition("/")[2])
    file = _file_of(current_plan(project.store, run_id).plan, instance)
    if not file or not Path(file).is_file():
        raise ProjectError(f"the run's plan file {file or ''} is not there", "run this in the folder of the run")
    before = compile_file(Path(file), project.tools, folder=project.folder)
    goal = _goal(before.plan(), task, file)
    path = output or Path(file).with_name(f"{task}{SUFFIX}")
    part = plan_file_of(project, made[instance].text, path)
    arguments, frozen = _arguments(project, run_id, instance, _goal_text(before, task), goal, part.plan())
    relative = Path(os.path.relpath(path, Path(file).parent)).as_posix()
    try:
        text = rewire(before.text, task, relative, arguments)
    except CannotSplice as error:
        raise ProjectError(str(error)) from None
    after = compile_text(text, file, project.tools, folder=project.folder, unsaved={path: part.text})
    after.plan()
    return Promotion(part, before, after, frozen)


def _file_of(root: CompiledPlan, instance: str) -> str:
    """The plan file that a goal stands in: the run's own, or one that it imports."""
    plan, around = root, ""
    for part in instance.split("/")[:-1]:
        around = f"{around}/{part}" if around else part
        work = next((task.work for task in plan.tasks if task.id == _NUMBER.sub("", part)), None)
        if not isinstance(work, PlanWork):
            raise ProjectError(
                f"`{instance}` stands in the plan that was made for `{around}`",
                f"promote `{around}` first, then execute it",
            )
        plan = root.imports[work.path]
    return plan.file


def _unknown(instance: str, made: Mapping[str, object]) -> ProjectError:
    several = [name for name in made if _NUMBER.sub("", name) == instance]
    if several:
        return ProjectError(f"`{instance}` has a plan for each item", f"name one of them: {', '.join(several[:5])}")
    known = ", ".join(list(made)[:5])
    return ProjectError(
        f"no plan was made for `{instance}` in this run", f"plans were made for: {known}" if known else ""
    )


def _goal(plan: CompiledPlan, task: str, file: str) -> GoalWork:
    for each in plan.tasks:
        if each.id == task and isinstance(each.work, GoalWork):
            return each.work
    raise ProjectError(f"`{task}` is no goal in {file} any more", "it has been promoted or edited since the run")


def _goal_text(file: PlanFile, task: str) -> str:
    assert file.compilation.model is not None, "a plan that compiles has a model"
    return str(getattr(file.compilation.model.tasks[task], "goal", ""))


def _arguments(
    project: Project, run_id: str, instance: str, text: str, goal: GoalWork, part: CompiledPlan
) -> tuple[dict[str, Json], tuple[str, ...]]:
    """Inputs of the new plan whose defaults are what an expression of the goal gave in the run: that expression is
    their value from now on. And the expressions for which there is no such input."""
    arguments: dict[str, Json] = {}
    frozen: list[str] = []
    for written, value in _values(project, run_id, instance, text, goal):
        names = [name for name, schema in part.inputs.items() if _is(schema.get("default"), value)]
        arguments.update({name: written for name in names if name not in arguments})
        if not names:
            frozen.append(written)
    return arguments, tuple(dict.fromkeys(frozen))


def _is(default: Json, value: Json) -> bool:
    return default is not None and type(default) is type(value) and default == value


def _values(project: Project, run_id: str, instance: str, text: str, goal: GoalWork) -> Sequence[tuple[str, Json]]:
    """The expressions of the goal as they are written, each with its value in the run."""
    state = load(run_id, project.store, Options())
    scope = state.machine.scope(state.machine.instance(instance))
    codes = [part[1] for part in goal.goal if isinstance(part, list) and part[0] == "put"]
    pieces = [piece for piece in scan(text, tags=True) if isinstance(piece, Piece) and piece.kind == "put"]
    written = [text[piece.start : piece.end] for piece in pieces]
    if len(written) != len(codes):  # loops and branches: their parts have no value of their own
        return [(each, None) for each in written]
    found: list[tuple[str, Json]] = []
    for each, code in zip(written, codes, strict=True):
        try:
            found.append((each, evaluate(code, scope, "goal")))
        except TaskFailure:
            found.append((each, None))
    return found
