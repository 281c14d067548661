"""The weights of the embedded model, fetched when they are needed and somebody agrees."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from planc.project import Project
from planc_runtime.executor.simulate import Step
from planc_runtime.models.embedded.catalogue import Weights
from planc_schemas.compiled import AgentWork, CompiledPlan, PromptWork
from planc_schemas.events import plan_task

from . import console
from .progress.fetch import FetchReporter


def fetch(project: Project, weights: Weights, *, file: Path | None = None, fresh: bool = False) -> Path:
    """The path of the weights, fetched with progress if need be. Raises TaskFailure."""
    from planc_runtime.models.embedded.cache import models_folder
    from planc_runtime.models.embedded.pull import pull

    folder = models_folder(Path(project.settings.cache.value))
    with FetchReporter(sys.stderr, live=console.live()) as reporter:
        return pull(weights, folder, file=file, fresh=fresh, on_progress=reporter)


def require_default_model(project: Project) -> None:
    """Makes sure that the embedded model can answer if it is the one that will be asked.

    Raises TaskFailure saying what is missing: the engine's package, or the weights when nobody agrees to fetch them.
    """
    if project.embedded_by_default():
        require_embedded(project)


def require_embedded(project: Project) -> None:
    """The engine is installed and its weights are here; on a terminal, offers to fetch them."""
    from planc_runtime.models.embedded.cache import cached, models_folder  # for those who ask the embedded model
    from planc_runtime.models.embedded.engine import check_installed
    from planc_runtime.models.embedded.model import weights_file, weights_of

    check_installed()
    config = project.models_config().embedded
    folder = models_folder(Path(project.settings.cache.value))
    weights = weights_of(config)
    asked = sys.stdin.isatty() and sys.stderr.isatty()
    if config.file is None and cached(folder, weights) is None and asked:
        console.say("No key and no endpoint is configured (OPENAI_API_KEY, OPENAI_BASE_URL).")
        question = f"Fetch {weights.title} ({weights.bytes / 1e6:.0f} MB) once and use it?"
        if click.confirm(question, default=True, err=True):
            fetch(project, weights)
    weights_file(config)


def require_models_of(project: Project, plan: CompiledPlan) -> None:
    """The same for the models that a plan's tasks ask. Raises TaskFailure."""
    models = project.models()
    plans = (plan, *plan.imports.values())
    choices = [
        task.work.model for each in plans for task in each.tasks if isinstance(task.work, PromptWork | AgentWork)
    ]
    if any(models.is_embedded(choice) for choice in choices):
        require_embedded(project)


def warm_for(plan: CompiledPlan, steps: Sequence[Step]) -> None:
    """Begins to load the client of models when one of the steps will ask a model: that takes most of a second."""
    kinds = {task.id: task.work.kind for task in plan.tasks}
    running = {plan_task(step.instance) for step in steps if step.action == "runs"}
    if any(kinds.get(task) in ("prompt", "agent", "goal") for task in running):
        from planc_runtime.models.configured import warm

        warm()
