"""A limit in US dollars needs prices: a run of models that nobody knows the price of is refused before it begins."""

from __future__ import annotations

from planc.escape import one_line
from planc_runtime.budget import merged
from planc_runtime.executor.options import Options
from planc_schemas.compiled import AgentWork, CompiledPlan, GoalWork, ModelChoice, PromptWork

from .errors import Exit, Stop


def require_prices(plan: CompiledPlan, options: Options) -> None:
    """Raises Stop naming the models without a price, where dollars are limited and unknown is not to count as free."""
    if merged(plan.limits, options.limits).usd is None or options.allow_unpriced or options.price is None:
        return
    unknown = {
        choice.alias or choice.model or "the default model"
        for choice in _choices(plan)
        if options.price(choice, 1, 1) is None
    }
    if unknown:
        names = ", ".join(f"`{one_line(name)}`" for name in sorted(unknown))
        raise Stop(
            Exit.CONFIGURATION,
            f"the run has a limit in US dollars, and nobody knows the price of {names}",
            "set it under `prices` in the user configuration, or count it as free: --allow-unpriced",
        )


def _choices(plan: CompiledPlan) -> list[ModelChoice]:
    works = [task.work for each in (plan, *plan.imports.values()) for task in each.tasks]
    choices = [work.model for work in works if isinstance(work, PromptWork | AgentWork)]
    return choices + [ModelChoice()] * any(isinstance(work, GoalWork) for work in works)
