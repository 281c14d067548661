"""The flags of every command that runs a plan: rights, limits, what is reused, what is shown."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import click

Option: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]
KINDS = {
    "read": ("DIR", "Let tools read files below DIR"),
    "write": ("DIR", "Let tools write files below DIR"),
    "net": ("HOST[:PORT]", "Let tools reach HOST"),
    "run": ("CMD", "Let tools run the command CMD"),
    "env": ("NAME", "Pass the environment variable NAME to commands"),
    "secret": ("NAME", "Let granted tools have the secret NAME of the environment"),
    "tool": ("NAME", "Let plans call a tool whose effects are not known"),
}


@dataclass(frozen=True, slots=True)
class RunFlags:
    """What the flags of `run_options` say. `time` is a duration such as `10m`."""

    allow: dict[str, tuple[str, ...]] = field(default_factory=dict)
    deny: dict[str, tuple[str, ...]] = field(default_factory=dict)
    allow_all: bool = False
    concurrency: int | None = None
    calls: int | None = None
    tokens: int | None = None
    usd: float | None = None
    time: str | None = None
    allow_unpriced: bool = False
    fail_fast: bool = False
    fresh: tuple[str, ...] = ()
    no_reuse: bool = False
    save: str | None = None
    label: tuple[str, ...] = ()
    as_json: bool = False
    plain: bool = False
    yes: bool = False


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the flags of one run; the command gets them as one argument, `flags`."""
    return _with(command, [*_rights(), *_limits(), *_one_run()])


def policy_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the flags that hold for whatever runs, as `run_options` does."""
    return _with(command, [*_rights(), *_limits()])


def _with(command: Callable[..., Any], options: list[Option]) -> Callable[..., Any]:
    @functools.wraps(command)
    def with_flags(**given: Any) -> Any:
        allow = {kind: given.pop(f"allow_{kind}") for kind in KINDS}
        deny = {kind: given.pop(f"deny_{kind}") for kind in KINDS}
        names = [name for name in RunFlags.__slots__ if name in given]
        rest = {name: given.pop(name) for name in names}
        return command(flags=RunFlags(allow=_given(allow), deny=_given(deny), **rest), **given)

    decorated: Callable[..., Any] = with_flags
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


def _given(rules: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {kind: targets for kind, targets in rules.items() if targets}


def _rights() -> list[Option]:
    return [
        *(
            click.option(f"--allow-{kind}", multiple=True, metavar=metavar, help=f"{text}; repeatable.")
            for kind, (metavar, text) in KINDS.items()
        ),
        *(
            click.option(
                f"--deny-{kind}", multiple=True, metavar=metavar, help=f"Never allow it: beats --allow-{kind}."
            )
            for kind, (metavar, _) in KINDS.items()
        ),
        click.option("-A", "--allow-all", is_flag=True, help="Allow everything that is not denied."),
    ]


def _limits() -> list[Option]:
    positive = click.IntRange(1)
    return [
        click.option("--concurrency", type=positive, metavar="N", help="At most N tasks at once."),
        click.option("--calls", type=positive, metavar="N", help="At most N model calls, retries included."),
        click.option("--tokens", type=positive, metavar="N", help="At most N tokens."),
        click.option("--usd", type=click.FloatRange(0, min_open=True), metavar="X", help="At most X US dollars."),
        click.option("--time", metavar="DURATION", help="At most this long, such as 10m."),
        click.option("--allow-unpriced", is_flag=True, help="Count calls without a known price as free under --usd."),
        click.option("--fail-fast", is_flag=True, help="Start nothing further after a failure."),
        click.option("--no-reuse", is_flag=True, help="Take no results of other runs."),
    ]


def _one_run() -> list[Option]:
    return [
        click.option("--fresh", multiple=True, metavar="TASK", help="Run TASK again, whatever is kept; repeatable."),
        click.option("--save", metavar="FOLDER", help="Also write each output to a file in FOLDER."),
        click.option("--label", multiple=True, metavar="NAME=VALUE", help="Label the run; repeatable."),
        click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
        click.option("--plain", is_flag=True, help="Lines instead of a live table."),
        click.option("-y", "--yes", is_flag=True, help="Do not ask for missing rights: refuse."),
    ]
