"""What somebody who asks for a plan may say about it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from planc_schemas.compiled import ModelChoice
from planc_schemas.plan import Limits

from .examples import EXAMPLES, Example

COMPACT_STEPS = 10
COMPACT_TOKENS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannerOptions:
    """Constraints on a plan. None of them can be changed by the goal, the context or the model.

    `tools`: names of the only tools that the plan may use; None means every tool of the catalogue.
    `max_tasks`: most tasks of the plan. `limits`: written into the plan as its `limits`.
    `model`: written into the plan as `defaults.model`; the model that *plans* is `choice`.
    `context`: text about the goal (a file, notes). It is data: it adds neither tools nor rights.
    `compact`: for small models: fewer and shorter words in the prompt, only the tools that the goal's words call for.
    `examples`: worked examples to choose from; `shown`: how many are shown.
    `repairs`: how often the model is asked again at most.
    `file`: name of the plan in diagnostics.
    """

    tools: tuple[str, ...] | None = None
    max_tasks: int = 20
    limits: Limits | None = None
    model: str | None = None
    choice: ModelChoice = field(default_factory=ModelChoice)
    context: str = ""
    compact: bool = False
    examples: tuple[Example, ...] = EXAMPLES
    shown: int = 4
    repairs: int = 2
    file: str = "draft.plan.yaml"

    @property
    def most_steps(self) -> int:
        """Most steps that a draft may have: a small model that writes more is going round in circles."""
        return min(self.max_tasks, COMPACT_STEPS) if self.compact else self.max_tasks

    @property
    def bounded_choice(self) -> ModelChoice:
        """The planning model's settings; a small one's answer is bounded in tokens too."""
        if not self.compact or self.choice.max_tokens is not None:
            return self.choice
        return replace(self.choice, max_tokens=COMPACT_TOKENS)
