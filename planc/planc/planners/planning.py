"""A goal becomes a plan file: the project's model and tools handed to the compiler's planner."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from planc.files.plans import SUFFIX, PlanFile, compile_text
from planc.project import Project, ProjectError
from planc.runs.tracing import traced_planning
from planc_compiler.planner.head import MayBegin, OnHead
from planc_compiler.planner.options import PlannerOptions
from planc_compiler.planner.plan_goal import plan_goal
from planc_compiler.planner.result import OnStep, PlannedGoal
from planc_compiler.write import MODELINE
from planc_runtime.models.configured import ConfiguredModels
from planc_schemas.compiled import ModelChoice
from planc_schemas.ports import Model

MAX_GOAL_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Planning:
    """What came of a goal, with who planned it."""

    model: str
    result: PlannedGoal


def read_goal(words: Sequence[str], stdin: str | None) -> str:
    """The goal from the arguments: words, `@FILE`, or `-` for `stdin`. Raises ProjectError when there is none."""
    text = " ".join(words)
    if text == "-":
        text = stdin or ""
    elif text.startswith("@"):
        path = Path(text[1:])
        if not path.is_file():
            raise ProjectError(f"{path}: no such file", "a goal that begins with @ names a file")
        text = path.read_bytes()[:MAX_GOAL_BYTES].decode("utf-8", "replace")
    if not text.strip():
        raise ProjectError("there is no goal", 'say what is to be reached: planc plan "Find …, summarise …"')
    return text.strip()


async def plan_project_goal(project: Project, goal: str, options: PlannerOptions, on_step: OnStep) -> Planning:
    """Plans `goal` with the project's default model; the embedded one gets shorter prompts. A trace of its own.

    Raises TaskFailure when there is no such model; what a model does is in the result.
    """
    models = project.models()
    try:
        model, options = _planner(models, options)
        how = partial(plan_goal, tools=project.tools, options=options, on_step=on_step)
        return Planning(model.name, await traced_planning(model, partial(how, goal)))
    finally:
        await models.close()


async def plan_goal_with(
    models: ConfiguredModels,
    project: Project,
    goal: str,
    options: PlannerOptions,
    *,
    on_step: OnStep,
    on_head: OnHead | None = None,
    may_begin: MayBegin = lambda task: True,
    planner: Callable[[Model], Model] = lambda model: model,
) -> Planning:
    """As `plan_project_goal`, with models that the caller closes; `on_head` hears what may begin meanwhile, and
    `planner` makes of the model what is asked."""
    model, options = _planner(models, options)
    how = partial(plan_goal, tools=project.tools, options=options, on_step=on_step)
    return Planning(model.name, await how(goal, planner(model), on_head=on_head, may_begin=may_begin))


def _planner(models: ConfiguredModels, options: PlannerOptions) -> tuple[Model, PlannerOptions]:
    return models.model_for(ModelChoice()), replace(options, compact=models.is_embedded_by_default)


def plan_file_of(project: Project, text: str, path: Path | None) -> PlanFile:
    """The planned text, checked once more under the name it will have."""
    name = path.as_posix() if path is not None else f"planned{SUFFIX}"
    return compile_text(_without_dead_modeline(text, Path(name)), name, project.tools, folder=project.folder)


def _without_dead_modeline(text: str, path: Path) -> str:
    """The text without a first line that sends editors to a schema that is not there (`planc schema -o` writes it)."""
    first, _, rest = text.partition("\n")
    if not first.startswith(MODELINE) or (path.parent / first.removeprefix(MODELINE).strip()).is_file():
        return text
    return rest
