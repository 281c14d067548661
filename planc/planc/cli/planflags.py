"""The flags of `planc plan` that constrain a plan or say what it is made from."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click


@dataclass(frozen=True, slots=True)
class PlanFlags:
    """What the flags of `plan_options` say. `usd` and `calls` are written into the plan as its limits."""

    use: tuple[str, ...] = ()
    max_tasks: int = 20
    usd: float | None = None
    calls: int | None = None
    context: Path | None = None
    plan_model: str | None = None
    revise: Path | None = None
    anew: bool = False
    explain: bool = False

    @property
    def settings_of_the_plan(self) -> str:
        """The first flag given that is written into a new plan; "" when none was."""
        said = {"--budget": self.usd, "--max-calls": self.calls, "--plan-model": self.plan_model}
        return next((flag for flag, value in said.items() if value is not None), "")

    @property
    def constrained(self) -> bool:
        """Was anything said that a saved plan may not keep?"""
        said = (self.use, self.usd, self.calls, self.context, self.plan_model)
        return any(said) or self.max_tasks != PlanFlags.__dataclass_fields__["max_tasks"].default


def plan_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the flags; the command gets them as one argument, `flags`."""

    @functools.wraps(command)
    def with_flags(**given: Any) -> Any:
        said = {name: given.pop(name) for name in PlanFlags.__slots__}
        return command(flags=PlanFlags(**said), **given)

    for option in reversed(_OPTIONS):
        with_flags = option(with_flags)
    return with_flags


_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_OPTIONS: tuple[Callable[[Callable[..., Any]], Callable[..., Any]], ...] = (
    click.option("--use", multiple=True, metavar="TOOL", help="Let the plan use only this tool; repeatable."),
    click.option(
        "--max-tasks", type=click.IntRange(1, 200), default=20, show_default=True, help="At most this many tasks."
    ),
    click.option(
        "--budget", "usd", type=click.FloatRange(0, min_open=True), metavar="USD", help="Limit of the plan's cost."
    ),
    click.option("--max-calls", "calls", type=click.IntRange(1), metavar="N", help="Limit of the plan's model calls."),
    click.option("--context", type=_FILE, help="A file about the goal: data, it adds no tools and no rights."),
    click.option("--plan-model", metavar="NAME", help="Write this model into the plan as its default."),
    click.option("--revise", type=_FILE, metavar="FILE", help="Change this plan; GOAL says how."),
    click.option("--anew", is_flag=True, help="Plan even if a saved plan serves this goal."),
    click.option("--explain", is_flag=True, help="Say which saved plans, tools and examples were looked at."),
)
