"""`planc execute --web`: the run in the terminal and in the browser at once."""

from __future__ import annotations

import sys

import click

from planc.project import Project
from planc_runtime.executor.options import Options, RunResult
from planc_runtime.executor.stop import StopSignal
from planc_runtime.extras import install
from planc_schemas.compiled import CompiledPlan
from planc_schemas.values import Json

from . import console
from .conduct import Reporter, heeding
from .errors import Exit, Stop


async def run_with_page(
    project: Project,
    plan: CompiledPlan,
    inputs: dict[str, Json],
    options: Options,
    reporter: Reporter,
    text: str,
) -> RunResult:
    """Executes a plan in a server of its own and opens the page where somebody is there. On a terminal the page stays
    after the end, until Ctrl-C."""
    try:
        from planc.serving.beside import execute_beside
        from planc_runtime.server.problems import Problem
        from planc_runtime.server.workbench import Submit
    except ImportError as error:
        raise Stop(Exit.CONFIGURATION, f"the server is not installed ({error.name})", install("serve")) from None
    stop, somebody = StopSignal(), sys.stdin.isatty() and sys.stderr.isatty()

    def announce(address: str) -> None:
        console.say(f"page: {address}")
        if somebody:
            click.launch(address)

    def ended(result: RunResult) -> None:
        if somebody and stop.kind is None:
            reporter.note(f"the run is over ({result.status}); the page stays until Ctrl-C")

    submit = Submit(plan, text, inputs, options.labels)
    async with heeding(stop, lambda: reporter):
        with reporter:
            try:
                return await execute_beside(
                    project, submit, options, stop, hear=reporter.hear, announce=announce, ended=ended, stay=somebody
                )
            except Problem as problem:
                raise Stop(Exit.CONFIGURATION, problem.detail, problem.help or "") from None
