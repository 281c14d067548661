"""How long a model takes to answer: for the estimate of a plan that has not run yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Speed:
    """A model's seconds: `base` for a call, and those for each token read and written.

    `shared`: answers asked for at the same time do not come sooner than one after the other, because they are computed
    by the same processor. `basis` says where the numbers come from.
    """

    base: float
    per_input_token: float
    per_output_token: float
    basis: str
    shared: bool = False

    def seconds(self, input_tokens: float, output_tokens: float) -> float:
        return self.base + self.per_input_token * input_tokens + self.per_output_token * output_tokens


HOSTED = Speed(0.318, 0.0, 0.0178, "call times as recorded for gpt-4o-mini")
"""The robust fit over 470 recorded gpt-4o-mini calls: ms = 318 + 17.8·output tokens (server-side, mined from public
test suites of crewAI, pydantic-ai and llm). Reading the prompt does not show in it."""
EMBEDDED = Speed(0.5, 1 / 81, 1 / 11, "call times as measured for the embedded model on two cores", shared=True)
"""Qwen2.5-Coder-1.5B, Q4_K_M, on two cores: 81 tokens/s read, 10 to 14 written, 10 in all for five at once."""

SpeedOf = Callable[[str | None], Speed]
"""Model name (None: the default model) → how fast it answers."""


def hosted(model: str | None) -> Speed:
    """The speed that is assumed when nothing is known of who answers."""
    return HOSTED
