"""The estimate of a plan with all that is known here: prices, how fast the models answer, what earlier runs took."""

from __future__ import annotations

from collections.abc import Mapping

from planc.config.settings import Settings
from planc.project import Project
from planc_compiler.review.estimate import Estimate, estimate
from planc_compiler.review.speed import EMBEDDED, HOSTED, SpeedOf
from planc_schemas.compiled import CompiledPlan
from planc_schemas.values import Json

from .history import history_of
from .prices import price_of, resolved_model


def estimate_plan(project: Project, plan: CompiledPlan, inputs: Mapping[str, Json] | None = None) -> Estimate:
    """The estimate of one run of `plan` in this project, with `inputs` where they are known."""
    return estimate(
        plan,
        inputs=inputs,
        price=price_of(project.settings),
        speed=speed_of(project.settings),
        history=history_of(project.store, plan),
    )


def speed_of(settings: Settings) -> SpeedOf:
    """The embedded model's speed where it answers, that of a hosted one elsewhere."""
    return lambda model: EMBEDDED if resolved_model(settings, model)[0] is None else HOSTED
